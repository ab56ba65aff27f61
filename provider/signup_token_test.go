package provider

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/pulumi/pulumi/pkg/v3/display"
	"github.com/pulumi/pulumi/pkg/v3/resource/deploy"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

// signupToken is a token as the server has it, or nil.
func (i *pocketID) signupToken(id string) map[string]any {
	i.t.Helper()
	for _, t := range i.signupTokens() {
		if t["id"] == id {
			return t
		}
	}
	return nil
}

func (i *pocketID) signupTokens() (tokens []map[string]any) {
	i.t.Helper()
	for _, t := range i.ask("GET", "/api/signup-tokens?pagination[limit]=100", nil)["data"].([]any) {
		tokens = append(tokens, t.(map[string]any))
	}
	return tokens
}

// signUp makes somebody a user with a token.
func (i *pocketID) signUp(token string) int {
	i.t.Helper()
	name := named("new")
	status, out := i.try("POST", "/api/signup", map[string]any{"username": name, "email": name + "@example.com", "firstName": "N", "lastName": "U", "displayName": "N U", "token": token})
	if status == http.StatusCreated {
		i.t.Cleanup(func() { i.try("DELETE", "/api/users/"+out.(map[string]any)["id"].(string), nil) })
	}
	return status
}

func TestASignupTokenLetsPeopleIn(t *testing.T) {
	t.Parallel()
	s := newStack(t, onPocketID(t))
	s.declare("Group", "devs", map[string]any{"name": named("devs"), "friendlyName": "Developers"})
	s.declare("SignupToken", "invite", map[string]any{"ttl": "2d", "usageLimit": 2}).from = map[string]string{"userGroupIds[]": "devs.id"}
	o := s.preview()
	require.NoError(t, o.err, o.text)
	s.mustUp()
	t.Cleanup(func() { s.destroy() })
	id, token := string(s.state("invite").ID), s.output("invite", "token").(string)
	devs := string(s.state("devs").ID)
	have := s.pocketID.signupToken(id)
	require.Equal(t, have["token"], token)
	require.EqualValues(t, 2, have["usageLimit"])
	require.Equal(t, strings.TrimSuffix(s.output("invite", "issuer").(string), "/")+"/st/"+token, s.output("invite", "url"))
	end, err := time.Parse(time.RFC3339, s.output("invite", "expiresAt").(string))
	require.NoError(t, err)
	require.WithinDuration(t, time.Now().Add(48*time.Hour), end, time.Minute)
	for range 2 {
		require.True(t, s.state("invite").Outputs["token"].IsSecret())
		require.True(t, s.state("invite").Outputs["url"].IsSecret())
		s.steady()
	}

	t.Log("whoever uses it is counted, and nothing else changes")
	require.Equal(t, http.StatusCreated, s.pocketID.signUp(token))
	require.Len(t, s.pocketID.members(devs), 1)
	require.NoError(t, s.refresh().err)
	require.EqualValues(t, 1, s.output("invite", "usageCount"))
	require.Empty(t, s.preview().steps)
	require.Equal(t, http.StatusCreated, s.pocketID.signUp(token))
	require.NoError(t, s.refresh().err)
	require.Empty(t, s.mustUp().steps, "one that is used up stays")
	require.Equal(t, token, s.output("invite", "token"))

	t.Log("the same time in other words is the same")
	s.declare("SignupToken", "invite", map[string]any{"ttl": "48h", "usageLimit": 2})
	require.Empty(t, s.preview().steps)

	t.Log("another time is another token, and the new one comes first")
	s.declare("SignupToken", "invite", map[string]any{"ttl": "1h", "usageLimit": 2})
	o = s.mustUp()
	require.Equal(t, []display.StepOp{deploy.OpCreateReplacement, deploy.OpReplace, deploy.OpDeleteReplaced}, o.steps["invite"])
	require.Nil(t, s.pocketID.signupToken(id))
	require.NotEqual(t, token, s.output("invite", "token"))
	s.steady()
	id = string(s.state("invite").ID)
	s.drop("invite")
	s.mustUp()
	require.Nil(t, s.pocketID.signupToken(id))
}

func TestTriggersMakeAnotherSignupToken(t *testing.T) {
	t.Parallel()
	s := newStack(t, onPocketID(t))
	s.declare("SignupToken", "invite", map[string]any{})
	s.mustUp()
	t.Cleanup(func() { s.destroy() })
	require.Equal(t, "24h", s.output("invite", "ttl"))
	require.EqualValues(t, 1, s.output("invite", "usageLimit"))
	last := string(s.state("invite").ID)
	for _, step := range []struct {
		triggers map[string]any
		another  bool
	}{
		{map[string]any{}, false},
		{map[string]any{"month": 5}, true},
		{map[string]any{"month": "5"}, false},
		{map[string]any{"month": 6}, true},
		{nil, false},
		{map[string]any{"month": 7}, true},
	} {
		inputs := map[string]any{"ttl": "1d"}
		if step.triggers != nil {
			inputs["triggers"] = step.triggers
		}
		s.declare("SignupToken", "invite", inputs)
		s.mustUp()
		s.steady()
		require.Equal(t, step.another, last != string(s.state("invite").ID), "%v", step.triggers)
		last = string(s.state("invite").ID)
	}
}

func TestASignupTokenThatIsGone(t *testing.T) {
	t.Parallel()
	now := time.Now()
	for _, version := range []string{"2.9.0", "2.14.0"} {
		clock := now
		s := newStack(t, onFake(t, fake.Options{Version: version, Now: func() time.Time { return clock }}))
		s.now = func() time.Time { return clock }
		s.declare("SignupToken", "invite", map[string]any{"ttl": "1h"})
		s.mustUp()
		first := string(s.state("invite").ID)

		t.Log("deleted by somebody, it is made again")
		s.pocketID.ask("DELETE", "/api/signup-tokens/"+first, nil)
		require.NoError(t, s.refresh().err)
		s.mustUp()
		second := string(s.state("invite").ID)
		require.NotEqual(t, first, second)

		t.Log("expired, it stays")
		clock = clock.Add(61 * time.Minute)
		s.steady()
		require.Empty(t, s.mustUp().steps)
		require.Equal(t, second, string(s.state("invite").ID))

		t.Log("used up and deleted, it stays, too")
		s.declare("SignupToken", "invite", map[string]any{"ttl": "1h", "triggers": map[string]any{"n": 1}})
		s.mustUp()
		third := string(s.state("invite").ID)
		require.Equal(t, http.StatusCreated, s.pocketID.signUp(s.output("invite", "token").(string)))
		require.NoError(t, s.refresh().err)
		s.pocketID.ask("DELETE", "/api/signup-tokens/"+third, nil)
		s.steady()
		require.Equal(t, third, string(s.state("invite").ID))
		require.NoError(t, s.destroy().err)
	}
}

func TestImportedSignupTokenShowsNoChange(t *testing.T) {
	t.Parallel()
	on := onPocketID(t)
	devs := on.emptyGroup()
	for _, c := range []struct{ made, program map[string]any }{
		{map[string]any{"ttl": "24h", "usageLimit": 1}, map[string]any{}},
		{map[string]any{"ttl": "24h", "usageLimit": 1}, map[string]any{"ttl": "1d", "usageLimit": 1, "userGroupIds": []any{}, "triggers": map[string]any{"n": 1}}},
		{map[string]any{"ttl": "90m", "usageLimit": 7, "userGroupIds": []string{devs}}, map[string]any{"ttl": "1h30m", "usageLimit": 7, "userGroupIds": listOf(devs, devs)}},
		{map[string]any{"ttl": "168h", "usageLimit": 1}, map[string]any{"ttl": "1w"}},
	} {
		made := on.ask("POST", "/api/signup-tokens", c.made)
		id := made["id"].(string)
		t.Cleanup(func() { on.try("DELETE", "/api/signup-tokens/"+id, nil) })
		s := newStack(t, on)
		o := s.importing("SignupToken", "invite", id)
		require.NoError(t, o.err, o.text)
		require.True(t, s.state("invite").Outputs["token"].IsSecret())
		require.Equal(t, made["token"], s.output("invite", "token"))
		s.declare("SignupToken", "invite", c.program)
		s.steady()
		s.mustUp()
		s.steady()
		require.Equal(t, id, string(s.state("invite").ID))
		if c.program["triggers"] != nil {
			c.program["triggers"] = map[string]any{"n": 2}
			s.declare("SignupToken", "invite", c.program)
			s.mustUp()
			require.NotEqual(t, id, string(s.state("invite").ID), "a trigger that changes after the import counts")
			require.NoError(t, s.destroy().err)
		}
	}
	o := newStack(t, on).importing("SignupToken", "it", nobody)
	require.Error(t, o.err)
	require.Contains(t, o.text+o.err.Error(), "does not exist")
}

func TestALostAnswerOfASignupTokenIsSettled(t *testing.T) {
	engineRaces(t)
	t.Parallel()
	on := onPocketID(t)
	s := newStack(t, on)
	alike := on.ask("POST", "/api/signup-tokens", map[string]any{"ttl": "3h", "usageLimit": 9})["id"].(string)
	t.Cleanup(func() { on.try("DELETE", "/api/signup-tokens/"+alike, nil) })
	before := len(s.pocketID.signupTokens())
	s.declare("SignupToken", "invite", map[string]any{"ttl": "3h", "usageLimit": 9})
	s.pocketID.meddling(onceEach("POST", func(_ http.ResponseWriter, r *http.Request) {
		s.pocketID.server.ServeHTTP(&deaf{header: http.Header{}}, r)
		panic(http.ErrAbortHandler)
	}))
	s.mustUp()
	s.pocketID.meddling(nil)
	id := string(s.state("invite").ID)
	require.NotEqual(t, alike, id, "it was there before")
	require.Equal(t, s.pocketID.signupToken(id)["token"], s.output("invite", "token"))
	if !s.pocketID.real {
		require.Len(t, s.pocketID.signupTokens(), before+1)
	}
	s.steady()
	require.NoError(t, s.destroy().err)

	t.Log("a request that never arrived is made again")
	s.pocketID.meddling(onceEach("POST", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
	s.mustUp()
	require.NoError(t, s.destroy().err)

	t.Log("undecided, the error says what to import")
	s = newStack(t, onFake(t, fake.Options{}))
	s.config["maxRetries"] = "0"
	s.declare("SignupToken", "invite", map[string]any{})
	s.pocketID.meddling(func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method == "POST" {
			s.pocketID.server.ServeHTTP(&deaf{header: http.Header{}}, r)
			s.pocketID.server.ServeHTTP(&deaf{header: http.Header{}}, again(r))
			panic(http.ErrAbortHandler)
		}
		return false
	})
	o := s.up()
	require.Error(t, o.err)
	require.Contains(t, o.text, "it is one of ")
	require.Contains(t, o.text, "pulumi import pocketid:index:SignupToken invite '<id>'")
}

// again is another request like one for a default signup token.
func again(r *http.Request) *http.Request {
	another, _ := http.NewRequest("POST", r.URL.Path, strings.NewReader(`{"ttl":"24h","usageLimit":1}`))
	another.Header = r.Header.Clone()
	return another
}

func TestASignupTokenForAGroupThatDoesNotExist(t *testing.T) {
	engineRaces(t)
	t.Parallel()
	s := newStack(t, onPocketID(t))
	s.declare("SignupToken", "invite", map[string]any{"userGroupIds": listOf(nobody)})
	o := s.up()
	require.Error(t, o.err)
	require.Contains(t, o.text, "no user groups with the ids "+nobody)
	id := string(s.state("invite").ID)
	require.NotNil(t, s.pocketID.signupToken(id), "the token exists, so it is in the state")
	s.declare("SignupToken", "invite", map[string]any{})
	s.mustUp()
	s.steady()
	require.NoError(t, s.destroy().err)
	require.Nil(t, s.pocketID.signupToken(id))
}

func TestBadSignupTokensAreNamed(t *testing.T) {
	t.Parallel()
	c := newChecker(t, onFake(t, fake.Options{}))
	for _, row := range []struct {
		inputs map[string]any
		want   string
	}{
		{map[string]any{"ttl": "1s"}, "ttl: must be at least 2s"},
		{map[string]any{"ttl": "32d"}, "ttl: must be at most 31d"},
		{map[string]any{"ttl": "soon"}, "ttl: must be a duration such as"},
		{map[string]any{"usageLimit": 0}, "usageLimit: must be from 1 to 100, is 0"},
		{map[string]any{"usageLimit": 101}, "usageLimit: must be from 1 to 100, is 101"},
		{map[string]any{"userGroupIds": []any{"a/b"}}, "userGroupIds[0]: must be the id of a user group"},
	} {
		got := c.failures("SignupToken", said(row.inputs))
		require.Len(t, got, 1, row.inputs)
		require.Contains(t, got[0], row.want)
	}
	require.Empty(t, c.failures("SignupToken", said(map[string]any{"ttl": unknown, "usageLimit": unknown, "userGroupIds": unknown, "triggers": unknown})))
	require.Empty(t, c.failures("SignupToken", said(map[string]any{"ttl": "31d", "usageLimit": 100})))
}

func TestSignupTokensAreListedWithTheirSecrets(t *testing.T) {
	t.Parallel()
	on := onPocketID(t)
	devs := on.emptyGroup()
	made := on.ask("POST", "/api/signup-tokens", map[string]any{"ttl": "24h", "usageLimit": 3, "userGroupIds": []string{devs}})
	t.Cleanup(func() { on.try("DELETE", "/api/signup-tokens/"+made["id"].(string), nil) })
	c := newChecker(t, on)
	res, err := c.server.Invoke(t.Context(), &rpc.InvokeRequest{Tok: "pocketid:index:getSignupTokens", Args: c.wire(props{})})
	require.NoError(t, err)
	out, err := plugin.UnmarshalProperties(res.Return, plugin.MarshalOptions{KeepSecrets: true})
	require.NoError(t, err)
	found := 0
	for _, v := range out["signupTokens"].ArrayValue() {
		token := v.ObjectValue()
		require.True(t, token["token"].IsSecret())
		require.True(t, token["url"].IsSecret())
		if token["id"].StringValue() == made["id"] {
			found++
			require.Equal(t, made["token"], plainly(token["token"]))
			require.EqualValues(t, 3, token["usageLimit"].NumberValue())
			require.Equal(t, []any{devs}, plainly(token["userGroupIds"]))
		}
	}
	require.Equal(t, 1, found)
}
