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

// signupToken reads a signup token from the server. It is nil if there is none.
func (i *testInstance) signupToken(id string) map[string]any {
	i.t.Helper()
	for _, t := range i.signupTokens() {
		if t["id"] == id {
			return t
		}
	}
	return nil
}

func (i *testInstance) signupTokens() (tokens []map[string]any) {
	i.t.Helper()
	for _, t := range i.mustRequest("GET", "/api/signup-tokens?pagination[limit]=100", nil)["data"].([]any) {
		tokens = append(tokens, t.(map[string]any))
	}
	return tokens
}

// signUp creates a user with a signup token and returns the status of the response.
func (i *testInstance) signUp(token string) int {
	i.t.Helper()
	name := uniqueName("new")
	status, out := i.request("POST", "/api/signup", map[string]any{"username": name, "email": name + "@example.com", "firstName": "N", "lastName": "U", "displayName": "N U", "token": token})
	if status == http.StatusCreated {
		i.t.Cleanup(func() { i.request("DELETE", "/api/users/"+out.(map[string]any)["id"].(string), nil) })
	}
	return status
}

func TestSignupTokenLifecycle(t *testing.T) {
	t.Parallel()
	s := newStack(t, newInstance(t))
	s.declare("Group", "devs", map[string]any{"name": uniqueName("devs"), "friendlyName": "Developers"})
	s.declare("SignupToken", "invite", map[string]any{"ttl": "2d", "usageLimit": 2}).from = map[string]string{"userGroupIds[]": "devs.id"}
	o := s.preview()
	require.NoError(t, o.err, o.messages)
	s.mustUp()
	t.Cleanup(func() { s.destroy() })
	id, token := string(s.state("invite").ID), s.output("invite", "token").(string)
	devs := string(s.state("devs").ID)
	have := s.instance.signupToken(id)
	require.Equal(t, have["token"], token)
	require.EqualValues(t, 2, have["usageLimit"])
	require.Equal(t, strings.TrimSuffix(s.output("invite", "issuer").(string), "/")+"/st/"+token, s.output("invite", "url"))
	end, err := time.Parse(time.RFC3339, s.output("invite", "expiresAt").(string))
	require.NoError(t, err)
	require.WithinDuration(t, time.Now().Add(48*time.Hour), end, time.Minute)
	for range 2 {
		require.True(t, s.state("invite").Outputs["token"].IsSecret())
		require.True(t, s.state("invite").Outputs["url"].IsSecret())
		s.requireNoChanges()
	}

	t.Log("a use raises usageCount and shows no diff")
	require.Equal(t, http.StatusCreated, s.instance.signUp(token))
	require.Len(t, s.instance.members(devs), 1)
	require.NoError(t, s.refresh().err)
	require.EqualValues(t, 1, s.output("invite", "usageCount"))
	require.Empty(t, s.preview().steps)
	require.Equal(t, http.StatusCreated, s.instance.signUp(token))
	require.NoError(t, s.refresh().err)
	require.Empty(t, s.mustUp().steps, "a used-up token is kept")
	require.Equal(t, token, s.output("invite", "token"))

	t.Log("another spelling of the same ttl is no diff")
	s.declare("SignupToken", "invite", map[string]any{"ttl": "48h", "usageLimit": 2})
	require.Empty(t, s.preview().steps)

	t.Log("another ttl replaces the token and creates the new one first")
	s.declare("SignupToken", "invite", map[string]any{"ttl": "1h", "usageLimit": 2})
	o = s.mustUp()
	require.Equal(t, []display.StepOp{deploy.OpCreateReplacement, deploy.OpReplace, deploy.OpDeleteReplaced}, o.steps["invite"])
	require.Nil(t, s.instance.signupToken(id))
	require.NotEqual(t, token, s.output("invite", "token"))
	s.requireNoChanges()
	id = string(s.state("invite").ID)
	s.drop("invite")
	s.mustUp()
	require.Nil(t, s.instance.signupToken(id))
}

func TestTriggersReplaceASignupToken(t *testing.T) {
	t.Parallel()
	s := newStack(t, newInstance(t))
	s.declare("SignupToken", "invite", map[string]any{})
	s.mustUp()
	t.Cleanup(func() { s.destroy() })
	require.Equal(t, "24h", s.output("invite", "ttl"))
	require.EqualValues(t, 1, s.output("invite", "usageLimit"))
	last := string(s.state("invite").ID)
	for _, step := range []struct {
		triggers map[string]any
		replaces bool
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
		s.requireNoChanges()
		require.Equal(t, step.replaces, last != string(s.state("invite").ID), "%v", step.triggers)
		last = string(s.state("invite").ID)
	}
}

func TestADeletedSignupTokenIsRecreatedUnlessItWasUsedUp(t *testing.T) {
	t.Parallel()
	now := time.Now()
	for _, version := range []string{"2.9.0", "2.14.0"} {
		clock := now
		s := newStack(t, newFake(t, fake.Options{Version: version, Now: func() time.Time { return clock }}))
		s.now = func() time.Time { return clock }
		s.declare("SignupToken", "invite", map[string]any{"ttl": "1h"})
		s.mustUp()
		first := string(s.state("invite").ID)

		t.Log("deleted by hand, it is created again")
		s.instance.mustRequest("DELETE", "/api/signup-tokens/"+first, nil)
		require.NoError(t, s.refresh().err)
		s.mustUp()
		second := string(s.state("invite").ID)
		require.NotEqual(t, first, second)

		t.Log("an expired token is kept")
		clock = clock.Add(61 * time.Minute)
		s.requireNoChanges()
		require.Empty(t, s.mustUp().steps)
		require.Equal(t, second, string(s.state("invite").ID))

		t.Log("a token that was used up before its deletion is not created again")
		s.declare("SignupToken", "invite", map[string]any{"ttl": "1h", "triggers": map[string]any{"n": 1}})
		s.mustUp()
		third := string(s.state("invite").ID)
		require.Equal(t, http.StatusCreated, s.instance.signUp(s.output("invite", "token").(string)))
		require.NoError(t, s.refresh().err)
		s.instance.mustRequest("DELETE", "/api/signup-tokens/"+third, nil)
		s.requireNoChanges()
		require.Equal(t, third, string(s.state("invite").ID))
		require.NoError(t, s.destroy().err)
	}
}

func TestAnImportedSignupTokenShowsNoDiff(t *testing.T) {
	t.Parallel()
	instance := newInstance(t)
	devs := instance.createGroup()
	for _, c := range []struct{ existing, program map[string]any }{
		{map[string]any{"ttl": "24h", "usageLimit": 1}, map[string]any{}},
		{map[string]any{"ttl": "24h", "usageLimit": 1}, map[string]any{"ttl": "1d", "usageLimit": 1, "userGroupIds": []any{}, "triggers": map[string]any{"n": 1}}},
		{map[string]any{"ttl": "90m", "usageLimit": 7, "userGroupIds": []string{devs}}, map[string]any{"ttl": "1h30m", "usageLimit": 7, "userGroupIds": anySlice(devs, devs)}},
		{map[string]any{"ttl": "168h", "usageLimit": 1}, map[string]any{"ttl": "1w"}},
	} {
		existing := instance.mustRequest("POST", "/api/signup-tokens", c.existing)
		id := existing["id"].(string)
		t.Cleanup(func() { instance.request("DELETE", "/api/signup-tokens/"+id, nil) })
		s := newStack(t, instance)
		o := s.importResource("SignupToken", "invite", id)
		require.NoError(t, o.err, o.messages)
		require.True(t, s.state("invite").Outputs["token"].IsSecret())
		require.Equal(t, existing["token"], s.output("invite", "token"))
		s.declare("SignupToken", "invite", c.program)
		s.requireNoChanges()
		s.mustUp()
		s.requireNoChanges()
		require.Equal(t, id, string(s.state("invite").ID))
		if c.program["triggers"] != nil {
			c.program["triggers"] = map[string]any{"n": 2}
			s.declare("SignupToken", "invite", c.program)
			s.mustUp()
			require.NotEqual(t, id, string(s.state("invite").ID), "a trigger that changes after the import replaces the token")
			require.NoError(t, s.destroy().err)
		}
	}
	o := newStack(t, instance).importResource("SignupToken", "it", missingID)
	require.Error(t, o.err)
	require.Contains(t, o.messages+o.err.Error(), "does not exist")
}

func TestALostSignupTokenResponseIsResolved(t *testing.T) {
	skipIfEngineRaces(t)
	t.Parallel()
	instance := newInstance(t)
	s := newStack(t, instance)
	lookalike := instance.mustRequest("POST", "/api/signup-tokens", map[string]any{"ttl": "3h", "usageLimit": 9})["id"].(string)
	t.Cleanup(func() { instance.request("DELETE", "/api/signup-tokens/"+lookalike, nil) })
	before := len(s.instance.signupTokens())
	s.declare("SignupToken", "invite", map[string]any{"ttl": "3h", "usageLimit": 9})
	s.instance.intercept(oncePerPath("POST", func(_ http.ResponseWriter, r *http.Request) {
		s.instance.server.ServeHTTP(&discardedResponse{}, r)
		panic(http.ErrAbortHandler)
	}))
	s.mustUp()
	s.instance.intercept(nil)
	id := string(s.state("invite").ID)
	require.NotEqual(t, lookalike, id, "a token that existed before is not adopted")
	require.Equal(t, s.instance.signupToken(id)["token"], s.output("invite", "token"))
	if !s.instance.real {
		require.Len(t, s.instance.signupTokens(), before+1)
	}
	s.requireNoChanges()
	require.NoError(t, s.destroy().err)

	t.Log("a request that never reached the server is repeated")
	s.instance.intercept(oncePerPath("POST", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
	s.mustUp()
	require.NoError(t, s.destroy().err)

	t.Log("if the created token cannot be determined, the error names the import command")
	s = newStack(t, newFake(t, fake.Options{}))
	s.config["maxRetries"] = "0"
	s.declare("SignupToken", "invite", map[string]any{})
	s.instance.intercept(func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method == "POST" {
			s.instance.server.ServeHTTP(&discardedResponse{}, r)
			s.instance.server.ServeHTTP(&discardedResponse{}, defaultTokenRequest(r))
			panic(http.ErrAbortHandler)
		}
		return false
	})
	o := s.up()
	require.Error(t, o.err)
	require.Contains(t, o.messages, "it may be one of these signup tokens: ")
	require.Contains(t, o.messages, "pulumi import pocketid:index:SignupToken invite '<id>'")
}

// defaultTokenRequest is a second request to create a signup token with the default settings.
func defaultTokenRequest(r *http.Request) *http.Request {
	another, _ := http.NewRequest("POST", r.URL.Path, strings.NewReader(`{"ttl":"24h","usageLimit":1}`))
	another.Header = r.Header.Clone()
	return another
}

func TestASignupTokenForAGroupThatDoesNotExist(t *testing.T) {
	skipIfEngineRaces(t)
	t.Parallel()
	s := newStack(t, newInstance(t))
	s.declare("SignupToken", "invite", map[string]any{"userGroupIds": anySlice(missingID)})
	o := s.up()
	require.Error(t, o.err)
	require.Contains(t, o.messages, "no user groups with the IDs "+missingID)
	id := string(s.state("invite").ID)
	require.NotNil(t, s.instance.signupToken(id), "a token that was created is kept in the state")
	s.declare("SignupToken", "invite", map[string]any{})
	s.mustUp()
	s.requireNoChanges()
	require.NoError(t, s.destroy().err)
	require.Nil(t, s.instance.signupToken(id))
}

func TestInvalidSignupTokensAreReported(t *testing.T) {
	t.Parallel()
	c := newChecker(t, newFake(t, fake.Options{}))
	for _, row := range []struct {
		inputs map[string]any
		want   string
	}{
		{map[string]any{"ttl": "1s"}, "ttl: must be at least 2s"},
		{map[string]any{"ttl": "32d"}, "ttl: must be at most 31d"},
		{map[string]any{"ttl": "soon"}, "ttl: must be a duration such as"},
		{map[string]any{"usageLimit": 0}, "usageLimit: must be from 1 to 100 (got 0)"},
		{map[string]any{"usageLimit": 101}, "usageLimit: must be from 1 to 100 (got 101)"},
		{map[string]any{"userGroupIds": []any{"a/b"}}, "userGroupIds[0]: must be the ID of a user group"},
	} {
		got := c.failures("SignupToken", toProps(row.inputs))
		require.Len(t, got, 1, row.inputs)
		require.Contains(t, got[0], row.want)
	}
	require.Empty(t, c.failures("SignupToken", toProps(map[string]any{"ttl": unknown, "usageLimit": unknown, "userGroupIds": unknown, "triggers": unknown})))
	require.Empty(t, c.failures("SignupToken", toProps(map[string]any{"ttl": "31d", "usageLimit": 100})))
}

func TestGetSignupTokensMarksTokensSecret(t *testing.T) {
	t.Parallel()
	instance := newInstance(t)
	devs := instance.createGroup()
	existing := instance.mustRequest("POST", "/api/signup-tokens", map[string]any{"ttl": "24h", "usageLimit": 3, "userGroupIds": []string{devs}})
	t.Cleanup(func() { instance.request("DELETE", "/api/signup-tokens/"+existing["id"].(string), nil) })
	c := newChecker(t, instance)
	res, err := c.server.Invoke(t.Context(), &rpc.InvokeRequest{Tok: "pocketid:index:getSignupTokens", Args: c.marshal(props{})})
	require.NoError(t, err)
	out, err := plugin.UnmarshalProperties(res.Return, plugin.MarshalOptions{KeepSecrets: true})
	require.NoError(t, err)
	found := 0
	for _, v := range out["signupTokens"].ArrayValue() {
		token := v.ObjectValue()
		require.True(t, token["token"].IsSecret())
		require.True(t, token["url"].IsSecret())
		if token["id"].StringValue() == existing["id"] {
			found++
			require.Equal(t, existing["token"], plainValue(token["token"]))
			require.EqualValues(t, 3, token["usageLimit"].NumberValue())
			require.Equal(t, []any{devs}, plainValue(token["userGroupIds"]))
		}
	}
	require.Equal(t, 1, found)
}
