package provider

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

// simulateLDAPUser makes the server treat a user as one from LDAP: it updates only their locale and
// does not delete them.
func (i *testInstance) simulateLDAPUser(id string) {
	i.intercept(func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != "/api/users/"+id {
			return false
		}
		switch r.Method {
		case "DELETE":
			reply(w, http.StatusForbidden, "application/json", `{"error":"LDAP users can't be updated","code":"ldap_user_update"}`)
			return true
		case "PUT":
			var in, now map[string]any
			_ = json.NewDecoder(r.Body).Decode(&in)
			answer := httptest.NewRecorder()
			get := httptest.NewRequest("GET", r.URL.Path, nil)
			get.Header = r.Header
			i.server.ServeHTTP(answer, get)
			_ = json.Unmarshal(answer.Body.Bytes(), &now)
			now["locale"] = in["locale"]
			body, _ := json.Marshal(now)
			r.Body = io.NopCloser(bytes.NewReader(body))
			return false
		}
		answer := httptest.NewRecorder()
		i.server.ServeHTTP(answer, r)
		reply(w, answer.Code, "application/json", strings.Replace(answer.Body.String(), `"ldapId":null`, `"ldapId":"uid=alice"`, 1))
		return true
	})
}

func TestOnlyTheLocaleOfAnLDAPUserCanChange(t *testing.T) {
	skipIfEngineRaces(t)
	t.Parallel()
	instance := newFake(t, fake.Options{})
	instance.updateSettings(map[string]string{"ldapEnabled": "true"})
	id := instance.mustRequest("POST", "/api/users", userInputs("alice"))["id"].(string)
	instance.simulateLDAPUser(id)
	s := newStack(t, instance)
	require.NoError(t, s.importResource("User", "alice", id).err)
	require.Equal(t, true, s.output("alice", "ldapManaged"))
	s.declare("User", "alice", map[string]any{"username": "alice", "displayName": "Alice L", "locale": "de"})
	s.mustUp()
	require.Equal(t, "de", instance.user(id)["locale"])
	s.requireNoChanges()

	s.declare("User", "alice", map[string]any{"username": "alicia", "displayName": "Alicia", "locale": "en"})
	var o outcome
	requests := instance.requestsDuring(func() { o = s.up() })
	require.Error(t, o.err)
	require.Contains(t, o.messages, "the user comes from LDAP, and Pocket ID would ignore a change of displayName, username: make it in the directory, or omit it here")
	require.NotContains(t, requests, "PUT /api/users/"+id)
	require.Equal(t, "de", instance.user(id)["locale"])

	o = s.destroy()
	require.Error(t, o.err)
	require.Contains(t, o.messages, "the user comes from LDAP, and Pocket ID deletes such users only when they are disabled: remove them from the directory")
	require.NotNil(t, s.find("alice"))
}

func TestAUserFromLDAPCanChangeOnceLDAPIsOff(t *testing.T) {
	t.Parallel()
	instance := newFake(t, fake.Options{}) // LDAP is off by default
	id := instance.mustRequest("POST", "/api/users", userInputs("alice"))["id"].(string)
	instance.intercept(func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != "GET" || r.URL.Path != "/api/users/"+id {
			return false
		}
		answer := httptest.NewRecorder()
		instance.server.ServeHTTP(answer, r)
		reply(w, answer.Code, "application/json", strings.Replace(answer.Body.String(), `"ldapId":null`, `"ldapId":"uid=alice"`, 1))
		return true
	})
	s := newStack(t, instance)
	require.NoError(t, s.importResource("User", "alice", id).err)
	s.declare("User", "alice", map[string]any{"username": "alicia"})
	s.mustUp()
	require.Equal(t, "alicia", instance.user(id)["username"])
	s.requireNoChanges()
}
