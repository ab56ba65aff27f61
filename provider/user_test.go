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

// user is a user as the server has it, or nil.
func (i *pocketID) user(id string) map[string]any {
	i.t.Helper()
	status, out := i.try("GET", "/api/users/"+id, nil)
	if status == http.StatusNotFound {
		return nil
	}
	require.Equal(i.t, 200, status, out)
	return out.(map[string]any)
}

// person is what every server wants to know of a user.
func person(name string) map[string]any {
	return map[string]any{"username": name, "email": name + "@example.com", "firstName": "Alice", "displayName": "Alice L"}
}

func TestUserLivesItsLife(t *testing.T) {
	t.Parallel()
	s := newStack(t, onPocketID(t))
	name := named("alice")
	s.declare("User", "alice", person(name))

	o := s.preview()
	require.NoError(t, o.err, o.text)
	require.Equal(t, []display.StepOp{deploy.OpCreate}, o.steps["alice"])
	require.True(t, o.new["alice"]["userId"].IsComputed())
	require.True(t, o.new["alice"]["isAdmin"].IsComputed(), "what the server decides is not known")

	s.mustUp()
	id := string(s.state("alice").ID)
	u := s.pocketID.user(id)
	require.Equal(t, name, u["username"])
	require.Equal(t, name+"@example.com", u["email"])
	require.Equal(t, false, u["isAdmin"])
	require.Equal(t, id, s.output("alice", "userId"))
	require.Equal(t, false, s.output("alice", "ldapManaged"))
	s.steady()

	renamed := named("renamed")
	s.declare("User", "alice", map[string]any{"username": renamed, "email": renamed + "@example.com", "isAdmin": true, "lastName": "Liddell", "locale": "de"})
	o = s.mustUp()
	require.Equal(t, []display.StepOp{deploy.OpUpdate}, o.steps["alice"])
	u = s.pocketID.user(id)
	require.Equal(t, renamed, u["username"])
	require.Equal(t, true, u["isAdmin"])
	require.Equal(t, "Liddell", u["lastName"])
	require.Equal(t, "de", u["locale"])
	require.Equal(t, "Alice L", u["displayName"], "what is left out keeps its value")
	require.Equal(t, "Alice L", s.output("alice", "displayName"))
	s.steady()

	o = s.destroy()
	require.NoError(t, o.err, o.text)
	require.Nil(t, s.pocketID.user(id))
}

// writes changes a user as the web page does: it writes back all it has read.
func (i *pocketID) writes(userID string, field string, to any) {
	i.t.Helper()
	u := i.user(userID)
	u[field] = to
	i.ask("PUT", "/api/users/"+userID, u)
}

// configured changes settings of the instance as the web page does.
func (i *pocketID) configured(settings map[string]string) {
	i.t.Helper()
	all := map[string]string{}
	_, list := i.try("GET", "/api/application-configuration/all", nil)
	for _, s := range list.([]any) {
		all[s.(map[string]any)["key"].(string)] = s.(map[string]any)["value"].(string)
	}
	for key, value := range settings {
		all[key] = value
	}
	i.try("PUT", "/api/application-configuration", all)
}

func (i *pocketID) claimsOfUser(id string) map[string]string {
	i.t.Helper()
	claims := map[string]string{}
	for _, c := range i.user(id)["customClaims"].([]any) {
		claims[c.(map[string]any)["key"].(string)] = c.(map[string]any)["value"].(string)
	}
	return claims
}

func TestWhatAProgramSaysOfAUserIsHeldAndTheRestLeftAlone(t *testing.T) {
	t.Parallel()
	s := newStack(t, onPocketID(t))
	name := named("alice")
	all := person(name)
	all["lastName"], all["locale"], all["emailVerified"], all["disabled"], all["isAdmin"] = "Liddell", "de", true, true, true
	all["customClaims"] = map[string]any{"team": "a"}
	s.declare("User", "alice", all)
	s.mustUp()
	t.Cleanup(func() { s.destroy() })
	s.steady()
	id := string(s.state("alice").ID)
	for property, value := range all {
		if property != "customClaims" {
			require.Equal(t, value, s.pocketID.user(id)[property], property)
		}
	}
	drifts := map[string]any{"username": named("other"), "email": named("other") + "@example.com", "emailVerified": false, "firstName": "Bob", "lastName": "B",
		"displayName": "B", "isAdmin": false, "disabled": false, "locale": "en"}
	for property, to := range drifts {
		s.pocketID.writes(id, property, to)
		require.NoError(t, s.refresh().err)
		o := s.mustUp()
		require.Equal(t, []string{property}, o.diffs["alice"])
		require.Equal(t, all[property], s.pocketID.user(id)[property], property)
	}
	s.pocketID.ask("PUT", "/api/custom-claims/user/"+id, []any{map[string]any{"key": "team", "value": "z"}})
	require.NoError(t, s.refresh().err)
	require.Equal(t, []string{"customClaims.team"}, s.mustUp().diffs["alice"])
	require.Equal(t, map[string]string{"team": "a"}, s.pocketID.claimsOfUser(id))
	s.steady()

	t.Log("left out, everything stays, and so does what others make of it")
	s.declare("User", "alice", map[string]any{"username": name})
	require.Empty(t, s.mustUp().steps)
	for property, value := range all {
		if property != "customClaims" {
			require.Equal(t, value, s.pocketID.user(id)[property], property)
		}
	}
	for property, to := range drifts {
		if property == "username" {
			continue
		}
		s.pocketID.writes(id, property, to)
		s.steady()
		require.Equal(t, to, s.output("alice", property), "the state knows")
	}
	s.declare("User", "alice", map[string]any{"username": name + "x"})
	s.mustUp()
	for property, to := range drifts {
		if property != "username" {
			require.Equal(t, to, s.pocketID.user(id)[property], property)
		}
	}
	require.Equal(t, map[string]string{"team": "a"}, s.pocketID.claimsOfUser(id))
	s.steady()
}

func TestEmptyTextsOfAUserAreNone(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"2.9.0", "2.14.0"} {
		s := newStack(t, onFake(t, fake.Options{Version: version}))
		s.pocketID.configured(map[string]string{"requireUserEmail": "false"})
		none := map[string]any{"username": "alice", "email": "", "firstName": "", "lastName": "", "displayName": "", "locale": ""}
		s.declare("User", "alice", none)
		s.mustUp()
		s.steady()
		id := string(s.state("alice").ID)
		full := map[string]any{"username": "alice", "email": "a@example.com", "firstName": "A", "lastName": "L", "displayName": "AL", "locale": "de"}
		s.declare("User", "alice", full)
		s.mustUp()
		s.steady()
		s.declare("User", "alice", none)
		require.Len(t, s.mustUp().diffs["alice"], 5)
		require.Nil(t, s.pocketID.user(id)["email"])
		require.Nil(t, s.pocketID.user(id)["locale"])
		require.Equal(t, "", s.pocketID.user(id)["displayName"])
		s.steady()
		s.pocketID.writes(id, "email", "b@example.com")
		require.NoError(t, s.refresh().err)
		require.Equal(t, []string{"email"}, s.mustUp().diffs["alice"])
		s.steady()
	}
}

func TestImportedUserShowsNoChange(t *testing.T) {
	t.Parallel()
	on := onPocketID(t)
	name := named("alice")
	made := person(name)
	made["firstName"], made["lastName"], made["isAdmin"] = "Rene\u0301", "L", true
	id := on.ask("POST", "/api/users", made)["id"].(string)
	t.Cleanup(func() { on.try("DELETE", "/api/users/"+id, nil) })
	on.ask("PUT", "/api/custom-claims/user/"+id, []any{map[string]any{"key": "team", "value": "a"}})
	for _, more := range []map[string]any{
		{},
		{"email": name + "@example.com", "emailVerified": false, "firstName": "Ren\u00e9", "lastName": "L", "displayName": "Alice L", "isAdmin": true, "disabled": false, "locale": "",
			"customClaims": map[string]any{"team": "a"}, "forceDestroy": false, "userId": id},
		{"userId": strings.ToUpper(id), "firstName": "Rene\u0301"},
		{"userId": ""},
	} {
		s := newStack(t, on)
		o := s.importing("User", "alice", id)
		require.NoError(t, o.err, o.text)
		require.NotContains(t, o.text, "failed to validate")
		require.Equal(t, name+"@example.com", plainly(s.state("alice").Inputs["email"]), "what a generated program says")
		program := map[string]any{"username": name}
		for k, v := range more {
			program[k] = v
		}
		s.declare("User", "alice", program)
		o = s.preview()
		require.NoError(t, o.err, o.text)
		require.Empty(t, o.steps, "%v: %v", more, o.diffs)
		s.mustUp()
		s.steady()
	}
	for wrong, want := range map[string]string{"00000000-0000-4000-8000-00000000000f": "does not exist", "..": "not an id", "a/b": "not an id"} {
		s := newStack(t, on)
		o := s.importing("User", "it", wrong)
		require.Error(t, o.err, wrong)
		require.Contains(t, o.err.Error()+o.text, want, wrong)
		require.Nil(t, s.find("it"))
	}
}

func TestAUserDeletedByHandIsMadeAgainAndOneThatIsGoneIsDeleted(t *testing.T) {
	t.Parallel()
	s := newStack(t, onPocketID(t))
	s.declare("User", "alice", person(named("alice")))
	s.mustUp()
	s.pocketID.ask("DELETE", "/api/users/"+string(s.state("alice").ID), nil)
	require.NoError(t, s.refresh().err)
	require.Nil(t, s.find("alice"))
	s.mustUp()
	s.steady()
	s.pocketID.ask("DELETE", "/api/users/"+string(s.state("alice").ID), nil)
	o := s.destroy()
	require.NoError(t, o.err, o.text)
}

func TestTheIDOfAUser(t *testing.T) {
	t.Parallel()
	const id, other = "0f3a1c52-7f54-4f0e-9b1d-6f2f0c5d8a11", "1f3a1c52-7f54-4f0e-9b1d-6f2f0c5d8a11"
	s := newStack(t, onFake(t, fake.Options{Version: "2.12.0"}))
	alice := person("alice")
	alice["userId"] = strings.ToUpper(id)
	s.declare("User", "alice", alice)
	s.mustUp()
	require.Equal(t, id, string(s.state("alice").ID))
	s.steady()
	delete(alice, "userId")
	s.declare("User", "alice", alice)
	s.steady()
	alice["userId"] = id
	s.declare("User", "alice", alice)
	s.steady()

	t.Log("another replaces; the name is free only when the old user is gone")
	alice["userId"] = other
	s.declare("User", "alice", alice)
	o := s.mustUp()
	require.Equal(t, deploy.OpDeleteReplaced, o.steps["alice"][0], "%v", o.steps)
	require.Nil(t, s.pocketID.user(id))
	require.NotNil(t, s.pocketID.user(other))
	s.steady()

	t.Log("with another name and address the new user comes first")
	bob := person("bob")
	bob["userId"] = id
	s.declare("User", "alice", bob)
	o = s.mustUp()
	require.Equal(t, []display.StepOp{deploy.OpCreateReplacement, deploy.OpReplace, deploy.OpDeleteReplaced}, o.steps["alice"])
	s.steady()
}

// withPasskeys plays users who have made passkeys, which nobody does on the fake.
func (i *pocketID) withPasskeys(keys string) {
	i.meddling(func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method == "GET" && strings.HasSuffix(r.URL.Path, "/webauthn-credentials") {
			reply(w, http.StatusOK, "application/json", keys)
			return true
		}
		return false
	})
}

func TestAUserWithPasskeysIsDeletedOnlyByForce(t *testing.T) {
	engineRaces(t)
	t.Parallel()
	s := newStack(t, onFake(t, fake.Options{}))
	s.declare("User", "alice", person("alice"))
	s.mustUp()
	id := string(s.state("alice").ID)
	s.pocketID.withPasskeys(`[{"id":"k1","name":"Phone"},{"id":"k2","name":"Laptop"}]`)
	s.drop("alice")
	o := s.up()
	require.Error(t, o.err)
	require.Contains(t, o.text, `they have 2 passkeys ("Phone", "Laptop"), which nobody can bring back; set forceDestroy: true`)
	require.NotNil(t, s.pocketID.user(id))
	require.Empty(t, s.snap.PendingOperations)

	t.Log("nor is one replaced")
	moved := person("alice")
	moved["userId"] = "0f3a1c52-7f54-4f0e-9b1d-6f2f0c5d8a11"
	s.declare("User", "alice", moved)
	o = s.up()
	require.Error(t, o.err)
	require.Contains(t, o.text, "set forceDestroy: true")
	require.NotNil(t, s.pocketID.user(id))

	forced := person("alice")
	forced["forceDestroy"] = true
	s.declare("User", "alice", forced)
	s.mustUp()
	s.steady()
	o = s.destroy()
	require.NoError(t, o.err, o.text)
	require.Nil(t, s.pocketID.user(id))
}
