package provider

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

// A list of passkeys that cannot be read is no proof that the user has none.
func TestAUserIsKeptIfTheirPasskeysCannotBeRead(t *testing.T) {
	skipIfEngineRaces(t)
	t.Parallel()
	for _, response := range []string{"", "null", " ", "{}", `{"data":[]}`, `"none"`, "<html>"} {
		s := newStack(t, newFake(t, fake.Options{}))
		s.declare("User", "alice", userInputs("alice"))
		s.mustUp()
		id := string(s.state("alice").ID)
		s.instance.simulatePasskeys(response)
		s.drop("alice")
		o := s.up()
		require.Error(t, o.err, "%q", response)
		require.Contains(t, o.messages, "not a Pocket ID response", "%q", response)
		require.NotNil(t, s.instance.user(id), "%q", response)
	}
}

// Without the version or the owner of the API key, the provider cannot decide about a deletion.
func TestAUserIsKeptIfTheDeletionCannotBeChecked(t *testing.T) {
	skipIfEngineRaces(t)
	t.Parallel()
	for _, path := range []string{"/api/users/me", "/api/version/current"} {
		s := newStack(t, newFake(t, fake.Options{}))
		s.config["maxRetries"] = "0"
		s.declare("User", "alice", userInputs("alice"))
		s.mustUp()
		id := string(s.state("alice").ID)
		s.instance.intercept(func(w http.ResponseWriter, r *http.Request) bool {
			if r.URL.Path == path {
				reply(w, http.StatusInternalServerError, "application/json", `{"error":"Something went wrong","code":"internal_error"}`)
				return true
			}
			return false
		})
		o := s.destroy()
		require.Error(t, o.err, path)
		require.Contains(t, o.messages, "Something went wrong", path)
		require.NotNil(t, s.instance.user(id), path)
		s.instance.intercept(nil)
	}
}
