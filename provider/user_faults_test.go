package provider

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

func TestAUserWhoExistsIsNeverTakenOver(t *testing.T) {
	engineRaces(t)
	t.Parallel()
	on := onPocketID(t)
	name := named("alice")
	theirs := on.ask("POST", "/api/users", person(name))["id"].(string)
	t.Cleanup(func() { on.try("DELETE", "/api/users/"+theirs, nil) })
	byEmail := person(named("bob"))
	byEmail["email"] = name + "@example.com"
	mine := []map[string]any{person(name), person(strings.ToUpper(name)), byEmail}
	if on.has(12) {
		byID := person(named("bob"))
		byID["userId"] = theirs
		mine = append(mine, byID)
	}
	for _, alice := range mine {
		s := newStack(t, on)
		s.declare("User", "alice", alice)
		o := s.up()
		require.Error(t, o.err)
		require.Contains(t, o.text, "pulumi import pocketid:index:User alice '"+theirs+"'", "%v", alice)
		require.Equal(t, "Alice L", on.user(theirs)["displayName"])
		require.Nil(t, s.find("alice"))
	}

	t.Log("nor is a name taken from another in an update")
	s := newStack(t, on)
	s.declare("User", "bob", person(named("bob")))
	s.mustUp()
	t.Cleanup(func() { s.destroy() })
	before := on.user(string(s.state("bob").ID))
	for _, taken := range []map[string]any{{"username": strings.ToUpper(name)}, {"username": before["username"], "email": name + "@example.com"}} {
		s.declare("User", "bob", taken)
		o := s.up()
		require.Error(t, o.err)
		require.Contains(t, o.text, "already in use: the user \""+name+"\" has it, with the id "+theirs)
		require.Equal(t, before, on.user(string(s.state("bob").ID)))
		require.Empty(t, s.state("bob").InitErrors, "nothing was written")
	}
}

func TestAUserWithoutAnEmailAddressIsRefusedInWords(t *testing.T) {
	engineRaces(t)
	t.Parallel()
	for _, version := range []string{"2.3.0", "2.9.0", "2.14.0"} {
		s := newStack(t, onFake(t, fake.Options{Version: version}))
		alice := person("alice")
		delete(alice, "email")
		s.declare("User", "alice", alice)
		o := s.up()
		require.Error(t, o.err)
		require.Contains(t, o.text, "email must be set: this Pocket ID wants every user to have one (its setting requireUserEmail)", version)
		require.Nil(t, s.find("alice"))
		s.declare("User", "alice", person("alice"))
		s.mustUp()
		alice["email"] = ""
		s.declare("User", "alice", alice)
		o = s.up()
		require.Error(t, o.err)
		require.Contains(t, o.text, "email must be set", version)
		require.Equal(t, "alice@example.com", s.output("alice", "email"))
	}
}

func TestALostAnswerToACreateOfAUserIsSettled(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"2.3.0", "2.9.0", "2.12.0", "2.14.0"} {
		for _, served := range []bool{true, false} {
			on := onFake(t, fake.Options{Version: version})
			var lost atomic.Bool
			on.meddling(func(w http.ResponseWriter, r *http.Request) bool {
				if r.Method != "POST" || lost.Swap(true) {
					return false
				}
				if served {
					body, _ := io.ReadAll(r.Body)
					r.Body = io.NopCloser(bytes.NewReader(body))
					on.server.ServeHTTP(httptest.NewRecorder(), r)
				}
				hijackAndClose(w)
				return true
			})
			s := newStack(t, on)
			s.declare("User", "alice", person("alice"))
			requests := on.counted(func() { s.mustUp() })
			require.Less(t, strings.Count(strings.Join(requests, " "), "POST /api/users"), 3, "%v", requests)
			require.Len(t, on.everything("/api/users"), 2, "alice, and the owner of the key")
			require.NotNil(t, on.user(string(s.state("alice").ID)))
			s.steady()
		}
	}
}

func TestAUserWhoseMakingStaysUndecidedIsNamedWithTheImport(t *testing.T) {
	engineRaces(t)
	t.Parallel()
	for version, want := range map[string]string{"2.9.0": "pulumi import pocketid:index:User alice '<id>'", "2.14.0": "pulumi import pocketid:index:User alice '0f3a1c52-7f54-4f0e-9b1d-6f2f0c5d8a11'"} {
		on := onFake(t, fake.Options{Version: version})
		s := newStack(t, on)
		s.config["maxRetries"], s.config["startupTimeout"] = "0", "0"
		var gone atomic.Bool
		on.meddling(func(w http.ResponseWriter, r *http.Request) bool {
			if r.Method == "POST" {
				gone.Store(true)
			}
			if gone.Load() {
				hijackAndClose(w)
			}
			return gone.Load()
		})
		alice := person("alice")
		if on.has(12) {
			alice["userId"] = "0f3a1c52-7f54-4f0e-9b1d-6f2f0c5d8a11"
		}
		s.declare("User", "alice", alice)
		o := s.up()
		require.Error(t, o.err)
		require.Contains(t, o.text, "it is unknown whether the user")
		require.Contains(t, o.text, want)
	}
}

func TestTheUserOfTheKeyIsSpared(t *testing.T) {
	engineRaces(t)
	t.Parallel()
	on := onPocketID(t)
	me := on.ask("GET", "/api/users/me", nil)
	id, name := me["id"].(string), me["username"].(string)
	s := newStack(t, on)
	require.NoError(t, s.importing("User", "me", id).err)
	s.declare("User", "me", map[string]any{"username": name})
	s.steady()
	for want, more := range map[string]map[string]any{"isAdmin must not be false": {"isAdmin": false}, "disabled must not be true": {"disabled": true}} {
		program := map[string]any{"username": name, "email": name + "@example.com"}
		for k, v := range more {
			program[k] = v
		}
		s.declare("User", "me", program)
		o := s.up()
		require.Error(t, o.err)
		require.Contains(t, o.text, want)
		require.Equal(t, me["isAdmin"], on.user(id)["isAdmin"])
		require.Nil(t, on.user(id)["email"], "nothing was written")
		require.Empty(t, s.snap.PendingOperations)
	}
	o := s.destroy()
	require.Error(t, o.err)
	require.Contains(t, o.text, "their API key is what the provider uses")
	require.Empty(t, s.snap.PendingOperations)
	require.NotNil(t, on.user(id))
	require.NotNil(t, s.find("me"))
}

// fromLDAP plays a user who comes from a directory: the server changes their
// locale only, and does not delete them.
func (i *pocketID) fromLDAP(id string) {
	i.meddling(func(w http.ResponseWriter, r *http.Request) bool {
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

func TestOfAUserFromLDAPOnlyTheLocaleChanges(t *testing.T) {
	engineRaces(t)
	t.Parallel()
	on := onFake(t, fake.Options{})
	on.configured(map[string]string{"ldapEnabled": "true"})
	id := on.ask("POST", "/api/users", person("alice"))["id"].(string)
	on.fromLDAP(id)
	s := newStack(t, on)
	require.NoError(t, s.importing("User", "alice", id).err)
	require.Equal(t, true, s.output("alice", "ldapManaged"))
	s.declare("User", "alice", map[string]any{"username": "alice", "displayName": "Alice L", "locale": "de"})
	s.mustUp()
	require.Equal(t, "de", on.user(id)["locale"])
	s.steady()

	s.declare("User", "alice", map[string]any{"username": "alicia", "displayName": "Alicia", "locale": "en"})
	var o outcome
	requests := on.counted(func() { o = s.up() })
	require.Error(t, o.err)
	require.Contains(t, o.text, "the user comes from LDAP, and Pocket ID would ignore a change of displayName, username: make it in the directory, or leave it out here")
	require.NotContains(t, requests, "PUT /api/users/"+id)
	require.Equal(t, "de", on.user(id)["locale"])

	o = s.destroy()
	require.Error(t, o.err)
	require.Contains(t, o.text, "the user comes from LDAP, and Pocket ID deletes such users only when they are disabled: remove them from the directory")
	require.NotNil(t, s.find("alice"))
}

func TestOfAUserOnceFromLDAPEverythingChanges(t *testing.T) {
	t.Parallel()
	on := onFake(t, fake.Options{}) // where LDAP is off
	id := on.ask("POST", "/api/users", person("alice"))["id"].(string)
	on.meddling(func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != "GET" || r.URL.Path != "/api/users/"+id {
			return false
		}
		answer := httptest.NewRecorder()
		on.server.ServeHTTP(answer, r)
		reply(w, answer.Code, "application/json", strings.Replace(answer.Body.String(), `"ldapId":null`, `"ldapId":"uid=alice"`, 1))
		return true
	})
	s := newStack(t, on)
	require.NoError(t, s.importing("User", "alice", id).err)
	s.declare("User", "alice", map[string]any{"username": "alicia"})
	s.mustUp()
	require.Equal(t, "alicia", on.user(id)["username"])
	s.steady()
}

func TestAnOwnIDNeedsAServerThatKnowsIt(t *testing.T) {
	engineRaces(t)
	t.Parallel()
	on := onFake(t, fake.Options{Version: "2.9.0"})
	s := newStack(t, on)
	alice := person("alice")
	alice["userId"] = "0f3a1c52-7f54-4f0e-9b1d-6f2f0c5d8a11"
	s.declare("User", "alice", alice)
	o := s.preview()
	require.Error(t, o.err)
	require.Contains(t, o.text, "needs Pocket ID 2.12.0 or later; this server is 2.9.0")

	t.Log("the gate is shut before the write, too")
	on.awayForTheCheck()
	s.config["maxRetries"] = "0"
	o = s.up()
	require.Error(t, o.err)
	require.Contains(t, o.text, "userId needs Pocket ID 2.12.0 or later")
	on.meddling(nil)
	require.Len(t, on.everything("/api/users"), 1)

	t.Log("but the id that a user has may be named")
	id := on.ask("POST", "/api/users", person("alice"))["id"].(string)
	require.NoError(t, s.importing("User", "alice", id).err)
	alice["userId"] = id
	s.declare("User", "alice", alice)
	s.steady()
}

func TestBeforePasskeysAreShownAUserIsDeletedWithoutAQuestion(t *testing.T) {
	t.Parallel()
	s := newStack(t, onFake(t, fake.Options{Version: "2.3.0"}))
	s.declare("User", "alice", person("alice"))
	s.mustUp()
	s.steady()
	var o outcome
	requests := s.pocketID.counted(func() { o = s.destroy() })
	require.NoError(t, o.err, o.text)
	require.NotContains(t, strings.Join(requests, " "), "webauthn-credentials")
	require.Len(t, s.pocketID.everything("/api/users"), 1)
}

func TestANewUserHasTheClaimsOfTheProgramAndNotTheInstancesOwn(t *testing.T) {
	t.Parallel()
	on := onFake(t, fake.Options{})
	group := on.ask("POST", "/api/user-groups", map[string]any{"name": "all", "friendlyName": "All"})["id"].(string)
	on.configured(map[string]string{"signupDefaultUserGroupIDs": `["` + group + `"]`, "signupDefaultCustomClaims": `[{"key":"from","value":"signup"}]`})
	s := newStack(t, on)
	for name, claims := range map[string]map[string]any{"left": nil, "none": {}, "own": {"team": "a", "level": 5}} {
		u := person(name)
		if claims != nil {
			u["customClaims"] = claims
		}
		s.declare("User", name, u)
	}
	s.mustUp()
	s.steady()
	for name, want := range map[string]map[string]string{"left": {"from": "signup"}, "none": {}, "own": {"team": "a", "level": "5"}} {
		require.Equal(t, want, on.claimsOfUser(string(s.state(name).ID)), name)
		require.Len(t, on.user(string(s.state(name).ID))["userGroups"], 1)
	}
}

func TestClaimsOfAUserThatWereRefusedAreSetAfterARefresh(t *testing.T) {
	engineRaces(t)
	t.Parallel()
	for _, refresh := range []bool{true, false} {
		s := newStack(t, onFake(t, fake.Options{}))
		alice := person("alice")
		alice["customClaims"] = map[string]any{"team": "a"}
		s.declare("User", "alice", alice)
		s.pocketID.refusing("PUT", "custom-claims")
		o := s.up()
		require.Error(t, o.err)
		require.Contains(t, o.text, "Not today")
		id := string(s.state("alice").ID)
		s.pocketID.meddling(nil)
		if refresh {
			require.NoError(t, s.refresh().err)
		}
		s.mustUp()
		require.Equal(t, map[string]string{"team": "a"}, s.pocketID.claimsOfUser(id))
		s.steady()
	}
}

func TestBadInputOfUsersIsNamed(t *testing.T) {
	t.Parallel()
	c := newChecker(t, onFake(t, fake.Options{}))
	with := func(property string, value any) map[string]any {
		u := person("alice")
		u[property] = value
		return u
	}
	for _, row := range []struct {
		inputs map[string]any
		want   string
	}{
		{person("alice"), ""}, {with("username", "a"), ""}, {with("username", "a.b_c-d@e9"), ""}, {with("email", ""), ""}, {with("email", unknown), ""}, {with("username", unknown), ""}, {with("userId", unknown), ""},
		{with("username", ""), "username: must not be empty"}, {with("username", "-x"), "username: must consist of letters"}, {with("username", "é"), "username: must consist of letters"},
		{with("username", strings.Repeat("a", 51)), "username: must be at most 50 characters, has 51"},
		{with("email", "nobody"), "email: must be an email address"}, {with("email", "@example.com"), "email: must be an email address"},
		{with("firstName", strings.Repeat("é", 51)), "firstName: must be at most 50"}, {with("lastName", strings.Repeat("é", 51)), "lastName: must be at most 50"},
		{with("displayName", strings.Repeat("é", 101)), "displayName: must be at most 100"},
		{with("userId", "alice"), "userId: must be a UUID"}, {with("userId", "00000000-0000-0000-0000-000000000000"), "userId: must be another"},
		{with("customClaims", map[string]any{"sub": "x"}), `customClaims["sub"]: must have another name`},
		{with("isAdmin", "maybe"), "isAdmin: "}, {map[string]any{}, "username: "},
	} {
		got := strings.Join(c.failures("User", said(row.inputs)), "\n")
		require.True(t, (row.want == "") == (got == "") && strings.HasPrefix(got, row.want), "%v: %s", row.inputs, got)
	}
}
