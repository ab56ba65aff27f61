package provider

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

// simulatePasskeys makes the server answer with these passkeys for every user. The fake has none.
func (i *testInstance) simulatePasskeys(passkeys string) {
	i.intercept(func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method == "GET" && strings.HasSuffix(r.URL.Path, "/webauthn-credentials") {
			reply(w, http.StatusOK, "application/json", passkeys)
			return true
		}
		return false
	})
}

func TestAUserWithPasskeysIsDeletedOnlyWithForceDestroy(t *testing.T) {
	skipIfEngineRaces(t)
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{}))
	s.declare("User", "alice", userInputs("alice"))
	s.mustUp()
	id := string(s.state("alice").ID)
	s.instance.simulatePasskeys(`[{"id":"k1","name":"Phone"},{"id":"k2","name":"Laptop"}]`)
	s.drop("alice")
	o := s.up()
	require.Error(t, o.err)
	require.Contains(t, o.messages, `they have 2 passkeys ("Phone", "Laptop"), which cannot be restored; set forceDestroy: true`)
	require.NotNil(t, s.instance.user(id))
	require.False(t, o.mayBeChanged)

	t.Log("a replacement needs forceDestroy, too")
	moved := userInputs("alice")
	moved["userId"] = "0f3a1c52-7f54-4f0e-9b1d-6f2f0c5d8a11"
	s.declare("User", "alice", moved)
	o = s.up()
	require.Error(t, o.err)
	require.Contains(t, o.messages, "set forceDestroy: true")
	require.NotNil(t, s.instance.user(id))

	forced := userInputs("alice")
	forced["forceDestroy"] = true
	s.declare("User", "alice", forced)
	s.mustUp()
	s.requireNoChanges()
	o = s.destroy()
	require.NoError(t, o.err, o.messages)
	require.Nil(t, s.instance.user(id))
}

func TestOldServersDeleteUsersWithoutAPasskeyCheck(t *testing.T) {
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{Version: "2.3.0"}))
	s.declare("User", "alice", userInputs("alice"))
	s.mustUp()
	s.requireNoChanges()
	var o outcome
	requests := s.instance.requestsDuring(func() { o = s.destroy() })
	require.NoError(t, o.err, o.messages)
	require.NotContains(t, strings.Join(requests, " "), "webauthn-credentials")
	require.Len(t, s.instance.listAll("/api/users"), 1)
}
