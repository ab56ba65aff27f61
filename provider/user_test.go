package provider

import (
	"net/http"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/pkg/v3/display"
	"github.com/pulumi/pulumi/pkg/v3/resource/deploy"
	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

// user reads a user from the server. It is nil if there is none.
func (i *testInstance) user(id string) map[string]any {
	i.t.Helper()
	status, out := i.request("GET", "/api/users/"+id, nil)
	if status == http.StatusNotFound {
		return nil
	}
	require.Equal(i.t, 200, status, out)
	return out.(map[string]any)
}

// userInputs is the inputs of a user that every server version requires.
func userInputs(name string) map[string]any {
	return map[string]any{"username": name, "email": name + "@example.com", "firstName": "Alice", "displayName": "Alice L"}
}

func TestUserLifecycle(t *testing.T) {
	t.Parallel()
	s := newStack(t, newInstance(t))
	name := uniqueName("alice")
	s.declare("User", "alice", userInputs(name))

	o := s.preview()
	require.NoError(t, o.err, o.messages)
	require.Equal(t, []display.StepOp{deploy.OpCreate}, o.steps["alice"])
	require.True(t, o.outputs["alice"]["userId"].IsComputed())
	require.True(t, o.outputs["alice"]["isAdmin"].IsComputed(), "a value that the server chooses is unknown")

	s.mustUp()
	id := string(s.state("alice").ID)
	u := s.instance.user(id)
	require.Equal(t, name, u["username"])
	require.Equal(t, name+"@example.com", u["email"])
	require.Equal(t, false, u["isAdmin"])
	require.Equal(t, id, s.output("alice", "userId"))
	require.Equal(t, false, s.output("alice", "ldapManaged"))
	s.requireNoChanges()

	renamed := uniqueName("renamed")
	s.declare("User", "alice", map[string]any{"username": renamed, "email": renamed + "@example.com", "isAdmin": true, "lastName": "Liddell", "locale": "de"})
	o = s.mustUp()
	require.Equal(t, []display.StepOp{deploy.OpUpdate}, o.steps["alice"])
	u = s.instance.user(id)
	require.Equal(t, renamed, u["username"])
	require.Equal(t, true, u["isAdmin"])
	require.Equal(t, "Liddell", u["lastName"])
	require.Equal(t, "de", u["locale"])
	require.Equal(t, "Alice L", u["displayName"], "an omitted property keeps its value")
	require.Equal(t, "Alice L", s.output("alice", "displayName"))
	s.requireNoChanges()

	o = s.destroy()
	require.NoError(t, o.err, o.messages)
	require.Nil(t, s.instance.user(id))
}

// editUser changes one field of a user as the web interface does: it writes the whole user back.
func (i *testInstance) editUser(userID string, field string, to any) {
	i.t.Helper()
	u := i.user(userID)
	u[field] = to
	i.mustRequest("PUT", "/api/users/"+userID, u)
}

// updateSettings changes settings of the instance as the web interface does.
func (i *testInstance) updateSettings(settings map[string]string) {
	i.t.Helper()
	all := map[string]string{}
	_, list := i.request("GET", "/api/application-configuration/all", nil)
	for _, s := range list.([]any) {
		all[s.(map[string]any)["key"].(string)] = s.(map[string]any)["value"].(string)
	}
	for key, value := range settings {
		all[key] = value
	}
	i.request("PUT", "/api/application-configuration", all)
}

// userClaims reads the custom claims of a user from the server.
func (i *testInstance) userClaims(id string) map[string]string {
	i.t.Helper()
	claims := map[string]string{}
	for _, c := range i.user(id)["customClaims"].([]any) {
		claims[c.(map[string]any)["key"].(string)] = c.(map[string]any)["value"].(string)
	}
	return claims
}

func TestUserPropertiesAreManagedIfSetAndKeptIfOmitted(t *testing.T) {
	t.Parallel()
	s := newStack(t, newInstance(t))
	name := uniqueName("alice")
	all := userInputs(name)
	all["lastName"], all["locale"], all["emailVerified"], all["disabled"], all["isAdmin"] = "Liddell", "de", true, true, true
	all["customClaims"] = map[string]any{"team": "a"}
	s.declare("User", "alice", all)
	s.mustUp()
	t.Cleanup(func() { s.destroy() })
	s.requireNoChanges()
	id := string(s.state("alice").ID)
	for property, value := range all {
		if property != "customClaims" {
			require.Equal(t, value, s.instance.user(id)[property], property)
		}
	}
	drifts := map[string]any{"username": uniqueName("other"), "email": uniqueName("other") + "@example.com", "emailVerified": false, "firstName": "Bob", "lastName": "B",
		"displayName": "B", "isAdmin": false, "disabled": false, "locale": "en"}
	for property, to := range drifts {
		s.instance.editUser(id, property, to)
		require.NoError(t, s.refresh().err)
		o := s.mustUp()
		require.Equal(t, []string{property}, o.diffs["alice"])
		require.Equal(t, all[property], s.instance.user(id)[property], property)
	}
	s.instance.mustRequest("PUT", "/api/custom-claims/user/"+id, []any{map[string]any{"key": "team", "value": "z"}})
	require.NoError(t, s.refresh().err)
	require.Equal(t, []string{"customClaims.team"}, s.mustUp().diffs["alice"])
	require.Equal(t, map[string]string{"team": "a"}, s.instance.userClaims(id))
	s.requireNoChanges()

	t.Log("omitted properties are kept, and so are changes by others")
	s.declare("User", "alice", map[string]any{"username": name})
	require.Empty(t, s.mustUp().steps)
	for property, value := range all {
		if property != "customClaims" {
			require.Equal(t, value, s.instance.user(id)[property], property)
		}
	}
	for property, to := range drifts {
		if property == "username" {
			continue
		}
		s.instance.editUser(id, property, to)
		s.requireNoChanges()
		require.Equal(t, to, s.output("alice", property), "a refresh updates the state")
	}
	s.declare("User", "alice", map[string]any{"username": name + "x"})
	s.mustUp()
	for property, to := range drifts {
		if property != "username" {
			require.Equal(t, to, s.instance.user(id)[property], property)
		}
	}
	require.Equal(t, map[string]string{"team": "a"}, s.instance.userClaims(id))
	s.requireNoChanges()
}

func TestEmptyStringsClearUserProperties(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"2.9.0", "2.14.0"} {
		s := newStack(t, newFake(t, fake.Options{Version: version}))
		s.instance.updateSettings(map[string]string{"requireUserEmail": "false"})
		empty := map[string]any{"username": "alice", "email": "", "firstName": "", "lastName": "", "displayName": "", "locale": ""}
		s.declare("User", "alice", empty)
		s.mustUp()
		s.requireNoChanges()
		id := string(s.state("alice").ID)
		full := map[string]any{"username": "alice", "email": "a@example.com", "firstName": "A", "lastName": "L", "displayName": "AL", "locale": "de"}
		s.declare("User", "alice", full)
		s.mustUp()
		s.requireNoChanges()
		s.declare("User", "alice", empty)
		require.Len(t, s.mustUp().diffs["alice"], 5)
		require.Nil(t, s.instance.user(id)["email"])
		require.Nil(t, s.instance.user(id)["locale"])
		require.Equal(t, "", s.instance.user(id)["displayName"])
		s.requireNoChanges()
		s.instance.editUser(id, "email", "b@example.com")
		require.NoError(t, s.refresh().err)
		require.Equal(t, []string{"email"}, s.mustUp().diffs["alice"])
		s.requireNoChanges()
	}
}

func TestAnImportedUserShowsNoDiff(t *testing.T) {
	t.Parallel()
	instance := newInstance(t)
	name := uniqueName("alice")
	existing := userInputs(name)
	existing["firstName"], existing["lastName"], existing["isAdmin"] = "Rene\u0301", "L", true
	id := instance.mustRequest("POST", "/api/users", existing)["id"].(string)
	t.Cleanup(func() { instance.request("DELETE", "/api/users/"+id, nil) })
	instance.mustRequest("PUT", "/api/custom-claims/user/"+id, []any{map[string]any{"key": "team", "value": "a"}})
	for _, more := range []map[string]any{
		{},
		{"email": name + "@example.com", "emailVerified": false, "firstName": "Ren\u00e9", "lastName": "L", "displayName": "Alice L", "isAdmin": true, "disabled": false, "locale": "",
			"customClaims": map[string]any{"team": "a"}, "forceDestroy": false, "userId": id},
		{"userId": strings.ToUpper(id), "firstName": "Rene\u0301"},
		{"userId": ""},
	} {
		s := newStack(t, instance)
		o := s.importResource("User", "alice", id)
		require.NoError(t, o.err, o.messages)
		require.NotContains(t, o.messages, "failed to validate")
		require.Equal(t, name+"@example.com", plainValue(s.state("alice").Inputs["email"]), "the generated program sets it")
		program := map[string]any{"username": name}
		for k, v := range more {
			program[k] = v
		}
		s.declare("User", "alice", program)
		o = s.preview()
		require.NoError(t, o.err, o.messages)
		require.Empty(t, o.steps, "%v: %v", more, o.diffs)
		s.mustUp()
		s.requireNoChanges()
	}
	for wrong, want := range map[string]string{"00000000-0000-4000-8000-00000000000f": "does not exist", "..": "not an ID", "a/b": "not an ID"} {
		s := newStack(t, instance)
		o := s.importResource("User", "it", wrong)
		require.Error(t, o.err, wrong)
		require.Contains(t, o.err.Error()+o.messages, want, wrong)
		require.Nil(t, s.find("it"))
	}
}

func TestAUserDeletedByHandIsRecreatedAndCanBeDestroyed(t *testing.T) {
	t.Parallel()
	s := newStack(t, newInstance(t))
	s.declare("User", "alice", userInputs(uniqueName("alice")))
	s.mustUp()
	s.instance.mustRequest("DELETE", "/api/users/"+string(s.state("alice").ID), nil)
	require.NoError(t, s.refresh().err)
	require.Nil(t, s.find("alice"))
	s.mustUp()
	s.requireNoChanges()
	s.instance.mustRequest("DELETE", "/api/users/"+string(s.state("alice").ID), nil)
	o := s.destroy()
	require.NoError(t, o.err, o.messages)
}

func TestAnotherUserIDReplacesTheUser(t *testing.T) {
	t.Parallel()
	const id, other = "0f3a1c52-7f54-4f0e-9b1d-6f2f0c5d8a11", "1f3a1c52-7f54-4f0e-9b1d-6f2f0c5d8a11"
	s := newStack(t, newFake(t, fake.Options{Version: "2.12.0"}))
	alice := userInputs("alice")
	alice["userId"] = strings.ToUpper(id)
	s.declare("User", "alice", alice)
	s.mustUp()
	require.Equal(t, id, string(s.state("alice").ID))
	s.requireNoChanges()
	delete(alice, "userId")
	s.declare("User", "alice", alice)
	s.requireNoChanges()
	alice["userId"] = id
	s.declare("User", "alice", alice)
	s.requireNoChanges()

	t.Log("with the same username, the old user is deleted first, because usernames are unique")
	alice["userId"] = other
	s.declare("User", "alice", alice)
	o := s.mustUp()
	require.Equal(t, deploy.OpDeleteReplaced, o.steps["alice"][0], "%v", o.steps)
	require.Nil(t, s.instance.user(id))
	require.NotNil(t, s.instance.user(other))
	s.requireNoChanges()

	t.Log("the same holds if only the username or only the email address stays")
	for _, row := range [][3]string{{"2f3a1c52-7f54-4f0e-9b1d-6f2f0c5d8a11", "alice", "carol@example.com"}, {"3f3a1c52-7f54-4f0e-9b1d-6f2f0c5d8a11", "dave", "carol@example.com"}} {
		next := userInputs(row[1])
		next["userId"], next["email"] = row[0], row[2]
		s.declare("User", "alice", next)
		o = s.mustUp()
		require.Equal(t, deploy.OpDeleteReplaced, o.steps["alice"][0], "%v", row)
		s.requireNoChanges()
	}

	t.Log("with another username and email address, the new user is created first")
	bob := userInputs("bob")
	bob["userId"] = id
	s.declare("User", "alice", bob)
	o = s.mustUp()
	require.Equal(t, []display.StepOp{deploy.OpCreateReplacement, deploy.OpReplace, deploy.OpDeleteReplaced}, o.steps["alice"])
	s.requireNoChanges()
}
