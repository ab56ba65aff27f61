package provider

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

func TestAnExistingUserIsNeverAdopted(t *testing.T) {
	skipIfEngineRaces(t)
	t.Parallel()
	instance := newInstance(t)
	name := uniqueName("alice")
	existing := instance.mustRequest("POST", "/api/users", userInputs(name))["id"].(string)
	t.Cleanup(func() { instance.request("DELETE", "/api/users/"+existing, nil) })
	byEmail := userInputs(uniqueName("bob"))
	byEmail["email"] = name + "@example.com"
	conflicting := []map[string]any{userInputs(name), userInputs(strings.ToUpper(name)), byEmail}
	if instance.atLeastMinor(12) {
		byID := userInputs(uniqueName("bob"))
		byID["userId"] = existing
		conflicting = append(conflicting, byID)
	}
	for _, alice := range conflicting {
		s := newStack(t, instance)
		s.declare("User", "alice", alice)
		o := s.up()
		require.Error(t, o.err)
		require.Contains(t, o.messages, "pulumi import pocketid:index:User alice '"+existing+"'", "%v", alice)
		require.Equal(t, "Alice L", instance.user(existing)["displayName"])
		require.Nil(t, s.find("alice"))
	}

	t.Log("an update cannot take the username or the email address of another user")
	s := newStack(t, instance)
	s.declare("User", "bob", userInputs(uniqueName("bob")))
	s.mustUp()
	t.Cleanup(func() { s.destroy() })
	before := instance.user(string(s.state("bob").ID))
	for _, taken := range []map[string]any{{"username": strings.ToUpper(name)}, {"username": before["username"], "email": name + "@example.com"}} {
		s.declare("User", "bob", taken)
		o := s.up()
		require.Error(t, o.err)
		require.Contains(t, o.messages, "already in use: the user \""+name+"\" has it, with the ID "+existing)
		require.Equal(t, before, instance.user(string(s.state("bob").ID)))
		require.Empty(t, s.state("bob").InitErrors, "nothing was written")
	}
}

func TestAMissingEmailAddressIsReported(t *testing.T) {
	skipIfEngineRaces(t)
	t.Parallel()
	for _, version := range []string{"2.3.0", "2.9.0", "2.14.0"} {
		s := newStack(t, newFake(t, fake.Options{Version: version}))
		alice := userInputs("alice")
		delete(alice, "email")
		s.declare("User", "alice", alice)
		o := s.up()
		require.Error(t, o.err)
		require.Contains(t, o.messages, "email must be set: this Pocket ID requires it for every user (setting requireUserEmail)", version)
		require.Nil(t, s.find("alice"))
		s.declare("User", "alice", userInputs("alice"))
		s.mustUp()
		alice["email"] = ""
		s.declare("User", "alice", alice)
		o = s.up()
		require.Error(t, o.err)
		require.Contains(t, o.messages, "email must be set", version)
		require.Equal(t, "alice@example.com", s.output("alice", "email"))
	}
}

func TestALostCreateUserResponseIsResolved(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"2.3.0", "2.9.0", "2.12.0", "2.14.0"} {
		for _, processed := range []bool{true, false} {
			instance := newFake(t, fake.Options{Version: version})
			var lost atomic.Bool
			instance.intercept(func(w http.ResponseWriter, r *http.Request) bool {
				if r.Method != "POST" || lost.Swap(true) {
					return false
				}
				if processed {
					body, _ := io.ReadAll(r.Body)
					r.Body = io.NopCloser(bytes.NewReader(body))
					instance.server.ServeHTTP(httptest.NewRecorder(), r)
				}
				dropConnection(w)
				return true
			})
			s := newStack(t, instance)
			s.declare("User", "alice", userInputs("alice"))
			requests := instance.requestsDuring(func() { s.mustUp() })
			require.Less(t, strings.Count(strings.Join(requests, " "), "POST /api/users"), 3, "%v", requests)
			require.Len(t, instance.listAll("/api/users"), 2, "alice and the owner of the API key")
			require.NotNil(t, instance.user(string(s.state("alice").ID)))
			s.requireNoChanges()
		}
	}
}

func TestAnUnresolvedUserCreateNamesTheImportCommand(t *testing.T) {
	skipIfEngineRaces(t)
	t.Parallel()
	for version, want := range map[string]string{"2.9.0": "pulumi import pocketid:index:User alice '<id>'", "2.14.0": "pulumi import pocketid:index:User alice '0f3a1c52-7f54-4f0e-9b1d-6f2f0c5d8a11'"} {
		instance := newFake(t, fake.Options{Version: version})
		s := newStack(t, instance)
		s.config["maxRetries"], s.config["startupTimeout"] = "0", "0"
		instance.goDownAfter(func(r *http.Request) bool { return r.Method == "POST" })
		alice := userInputs("alice")
		if instance.atLeastMinor(12) {
			alice["userId"] = "0f3a1c52-7f54-4f0e-9b1d-6f2f0c5d8a11"
		}
		s.declare("User", "alice", alice)
		o := s.up()
		require.Error(t, o.err)
		require.Contains(t, o.messages, "it is unknown whether the user")
		require.Contains(t, o.messages, want)
	}
}

func TestTheOwnerOfTheAPIKeyIsProtected(t *testing.T) {
	skipIfEngineRaces(t)
	t.Parallel()
	instance := newInstance(t)
	me := instance.mustRequest("GET", "/api/users/me", nil)
	id, name := me["id"].(string), me["username"].(string)
	s := newStack(t, instance)
	require.NoError(t, s.importResource("User", "me", id).err)
	s.declare("User", "me", map[string]any{"username": name})
	s.requireNoChanges()
	for want, more := range map[string]map[string]any{"isAdmin must not be false": {"isAdmin": false}, "disabled must not be true": {"disabled": true}} {
		program := map[string]any{"username": name, "email": name + "@example.com"}
		for k, v := range more {
			program[k] = v
		}
		s.declare("User", "me", program)
		o := s.up()
		require.Error(t, o.err)
		require.Contains(t, o.messages, want)
		require.Equal(t, me["isAdmin"], instance.user(id)["isAdmin"])
		require.Nil(t, instance.user(id)["email"], "nothing was written")
		require.False(t, o.mayBeChanged)
	}
	o := s.destroy()
	require.Error(t, o.err)
	require.Contains(t, o.messages, "this user was not deleted, because the provider uses their API key")
	require.False(t, o.mayBeChanged)
	require.NotNil(t, instance.user(id))
	require.NotNil(t, s.find("me"))
}

func TestACustomUserIDRequiresANewerServer(t *testing.T) {
	skipIfEngineRaces(t)
	t.Parallel()
	instance := newFake(t, fake.Options{Version: "2.9.0"})
	s := newStack(t, instance)
	alice := userInputs("alice")
	alice["userId"] = "0f3a1c52-7f54-4f0e-9b1d-6f2f0c5d8a11"
	s.declare("User", "alice", alice)
	o := s.preview()
	require.Error(t, o.err)
	require.Contains(t, o.messages, "requires Pocket ID 2.12.0 or later; this server is 2.9.0")

	t.Log("the write checks the version, too")
	instance.failFirstVersionRequest()
	s.config["maxRetries"] = "0"
	o = s.up()
	require.Error(t, o.err)
	require.Contains(t, o.messages, "userId requires Pocket ID 2.12.0 or later")
	instance.intercept(nil)
	require.Len(t, instance.listAll("/api/users"), 1)

	t.Log("the existing id of a user is accepted")
	id := instance.mustRequest("POST", "/api/users", userInputs("alice"))["id"].(string)
	require.NoError(t, s.importResource("User", "alice", id).err)
	alice["userId"] = id
	s.declare("User", "alice", alice)
	s.requireNoChanges()
}

func TestDeclaredClaimsReplaceTheSignupDefaultsOfTheInstance(t *testing.T) {
	t.Parallel()
	instance := newFake(t, fake.Options{})
	group := instance.mustRequest("POST", "/api/user-groups", map[string]any{"name": "all", "friendlyName": "All"})["id"].(string)
	instance.updateSettings(map[string]string{"signupDefaultUserGroupIDs": `["` + group + `"]`, "signupDefaultCustomClaims": `[{"key":"from","value":"signup"}]`})
	s := newStack(t, instance)
	for name, claims := range map[string]map[string]any{"omitted": nil, "empty": {}, "custom": {"team": "a", "level": 5}} {
		u := userInputs(name)
		if claims != nil {
			u["customClaims"] = claims
		}
		s.declare("User", name, u)
	}
	s.mustUp()
	s.requireNoChanges()
	for name, want := range map[string]map[string]string{"omitted": {"from": "signup"}, "empty": {}, "custom": {"team": "a", "level": "5"}} {
		require.Equal(t, want, instance.userClaims(string(s.state(name).ID)), name)
		require.Len(t, instance.user(string(s.state(name).ID))["userGroups"], 1)
	}
}

func TestRejectedUserClaimsAreSetByTheNextUpdate(t *testing.T) {
	skipIfEngineRaces(t)
	t.Parallel()
	for _, refresh := range []bool{true, false} {
		s := newStack(t, newFake(t, fake.Options{}))
		alice := userInputs("alice")
		alice["customClaims"] = map[string]any{"team": "a"}
		s.declare("User", "alice", alice)
		s.instance.forbidRequests("PUT", "custom-claims")
		o := s.up()
		require.Error(t, o.err)
		require.Contains(t, o.messages, "Not today")
		id := string(s.state("alice").ID)
		s.instance.intercept(nil)
		if refresh {
			require.NoError(t, s.refresh().err)
		}
		s.mustUp()
		require.Equal(t, map[string]string{"team": "a"}, s.instance.userClaims(id))
		s.requireNoChanges()
	}
}

func TestInvalidUsersAreReported(t *testing.T) {
	t.Parallel()
	c := newChecker(t, newFake(t, fake.Options{}))
	with := func(property string, value any) map[string]any {
		u := userInputs("alice")
		u[property] = value
		return u
	}
	for _, row := range []struct {
		inputs map[string]any
		want   string
	}{
		{userInputs("alice"), ""}, {with("username", "a"), ""}, {with("username", "a.b_c-d@e9"), ""}, {with("email", ""), ""}, {with("email", unknown), ""}, {with("username", unknown), ""}, {with("userId", unknown), ""},
		{with("username", ""), "username: must not be empty"}, {with("username", "-x"), "username: must consist of letters"}, {with("username", "é"), "username: must consist of letters"},
		{with("username", strings.Repeat("a", 51)), "username: must be at most 50 characters (got 51)"},
		{with("email", "nobody"), "email: must be an email address"}, {with("email", "@example.com"), "email: must be an email address"},
		{with("firstName", strings.Repeat("é", 51)), "firstName: must be at most 50"}, {with("lastName", strings.Repeat("é", 51)), "lastName: must be at most 50"},
		{with("displayName", strings.Repeat("é", 101)), "displayName: must be at most 100"},
		{with("userId", "alice"), "userId: must be a UUID"}, {with("userId", "00000000-0000-0000-0000-000000000000"), "userId: must be another"},
		{with("customClaims", map[string]any{"sub": "x"}), `customClaims["sub"]: must have another name`},
		{with("isAdmin", "maybe"), "isAdmin: "}, {map[string]any{}, "username: "},
	} {
		got := strings.Join(c.failures("User", toProps(row.inputs)), "\n")
		require.True(t, (row.want == "") == (got == "") && strings.HasPrefix(got, row.want), "%v: %s", row.inputs, got)
	}
}
