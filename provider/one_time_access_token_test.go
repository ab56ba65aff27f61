package provider

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/pulumi/pulumi/pkg/v3/display"
	"github.com/pulumi/pulumi/pkg/v3/resource/deploy"
	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

// stackWithToken is a stack with a user and a one-time access token for them.
func stackWithToken(t *testing.T, instance *testInstance, token map[string]any) *stack {
	s := newStack(t, instance)
	s.declare("User", "alice", userInputs(uniqueName("alice")))
	declareToken(s, token)
	return s
}

// declareToken declares the one-time access token of the user.
func declareToken(s *stack, token map[string]any) {
	s.declare("OneTimeAccessToken", "token", token).from = map[string]string{"userId": "alice.userId"}
}

// recordTokenRequests records the bodies of the requests that create tokens from now on.
func (i *testInstance) recordTokenRequests() *[]map[string]any {
	var all []map[string]any
	i.intercept(func(_ http.ResponseWriter, r *http.Request) bool {
		if r.Method == "POST" && strings.HasSuffix(r.URL.Path, "/one-time-access-token") {
			raw, _ := io.ReadAll(r.Body)
			var body map[string]any
			_ = json.Unmarshal(raw, &body)
			all = append(all, body)
			r.Body = io.NopCloser(strings.NewReader(string(raw)))
		}
		return false
	})
	return &all
}

func TestOneTimeAccessTokenLifecycle(t *testing.T) {
	t.Parallel()
	instance := newInstance(t)
	asked := instance.recordTokenRequests()
	s := stackWithToken(t, instance, map[string]any{})
	o := s.preview()
	require.NoError(t, o.err, o.messages)
	require.True(t, o.outputs["token"]["token"].ContainsUnknowns())
	require.True(t, o.outputs["token"]["token"].IsSecret())
	require.Empty(t, *asked, "a preview creates no token")

	start := time.Now().Truncate(time.Second)
	o = s.mustUp()
	t.Cleanup(func() { s.destroy() })
	require.Equal(t, "15m0s", (*asked)[0]["ttl"])
	token := s.output("token", "token").(string)
	require.Len(t, token, 6, "tokens that expire within 15 minutes are short enough to type")
	require.Equal(t, s.output("token", "issuer").(string)+"/lc/"+token, s.output("token", "url"))
	expires, err := time.Parse(time.RFC3339, s.output("token", "expiresAt").(string))
	require.NoError(t, err)
	require.WithinRange(t, expires, start.Add(15*time.Minute), start.Add(16*time.Minute))
	for range 2 {
		require.True(t, s.state("token").Outputs["token"].IsSecret())
		require.True(t, s.state("token").Outputs["url"].IsSecret())
		require.NotContains(t, string(s.state("token").ID), token, "an id is not a secret")
		s.requireNoChanges()
	}
	require.NotContains(t, o.messages, token)

	t.Log("another spelling of the same ttl is no diff")
	declareToken(s, map[string]any{"ttl": "900s"})
	s.requireNoChanges()
	require.Empty(t, s.mustUp().steps)
	require.Len(t, *asked, 1)

	t.Log("a deletion only removes the token from the state")
	requests := instance.requestsDuring(func() {
		s.drop("token")
		s.mustUp()
	})
	require.NotContains(t, strings.Join(requests, " "), "one-time-access-token")
}

func TestChangesOfATokenReplaceIt(t *testing.T) {
	t.Parallel()
	instance := newInstance(t)
	asked := instance.recordTokenRequests()
	s := stackWithToken(t, instance, map[string]any{})
	s.mustUp()
	t.Cleanup(func() { s.destroy() })
	token := s.output("token", "token").(string)
	for _, other := range []map[string]any{{"ttl": "1h"}, {"ttl": "1h", "triggers": map[string]any{"n": 1}}, {"ttl": "1h", "triggers": map[string]any{"n": 2}}} {
		declareToken(s, other)
		o := s.mustUp()
		require.Equal(t, []display.StepOp{deploy.OpCreateReplacement, deploy.OpReplace, deploy.OpDeleteReplaced}, o.steps["token"], "%v", other)
		require.NotEqual(t, token, s.output("token", "token"))
		token = s.output("token", "token").(string)
		s.requireNoChanges()
	}
	require.Equal(t, "1h0m0s", (*asked)[3]["ttl"])

	t.Log("removing the triggers keeps the token")
	declareToken(s, map[string]any{"ttl": "1h"})
	require.Equal(t, []display.StepOp{deploy.OpUpdate}, s.mustUp().steps["token"])
	require.Equal(t, token, s.output("token", "token"))
	s.requireNoChanges()
	require.Len(t, *asked, 4)

	if instance.real { // the fake has no sign-in
		status, who := instance.request("POST", "/api/one-time-access-token/"+token, nil)
		require.Equal(t, http.StatusOK, status, who)
		require.Equal(t, s.output("alice", "userId"), who.(map[string]any)["id"])
	}

	t.Log("another user gets another token")
	s.declare("User", "bob", userInputs(uniqueName("bob")))
	s.program[1], s.program[2] = s.program[2], s.program[1]
	s.declare("OneTimeAccessToken", "token", map[string]any{"ttl": "1h"}).from = map[string]string{"userId": "bob.userId"}
	s.mustUp()
	require.Equal(t, s.output("bob", "userId"), (*asked)[4]["userId"])
	s.requireNoChanges()
}

func TestAnExpiredTokenIsNotRecreated(t *testing.T) {
	t.Parallel()
	instance := newFake(t, fake.Options{})
	asked := instance.recordTokenRequests()
	s := stackWithToken(t, instance, map[string]any{"ttl": "1h"})
	s.mustUp()
	token := s.output("token", "token")
	s.now = func() time.Time { return time.Now().Add(48 * time.Hour) }
	s.requireNoChanges()
	require.Empty(t, s.mustUp().steps)
	require.Equal(t, token, s.output("token", "token"))
	require.Len(t, *asked, 1)
}

func TestOlderServersCreateTokensForTheRightUser(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"2.3.0", "2.9.0"} {
		instance := newFake(t, fake.Options{Version: version})
		asked := instance.recordTokenRequests()
		s := stackWithToken(t, instance, map[string]any{"ttl": "1h"})
		s.mustUp()
		require.Equal(t, s.output("alice", "userId"), (*asked)[0]["userId"], "2.3 reads the user only from the body")
		s.requireNoChanges()
	}
}

func TestATokenForAMissingOrDisabledUser(t *testing.T) {
	skipIfEngineRaces(t)
	t.Parallel()
	for _, version := range []string{"2.9.0", "2.14.0"} {
		instance := newFake(t, fake.Options{Version: version})
		s := newStack(t, instance)
		s.declare("OneTimeAccessToken", "token", map[string]any{"userId": "00000000-0000-4000-8000-00000000000f"})
		o := s.up()
		require.Error(t, o.err)
		require.Contains(t, o.messages, "not found", version)
		require.Nil(t, s.find("token"))

		disabled := userInputs("off")
		disabled["disabled"] = true
		id := instance.mustRequest("POST", "/api/users", disabled)["id"].(string)
		s.declare("OneTimeAccessToken", "token", map[string]any{"userId": id})
		require.Contains(t, s.mustUp().messages, "the user off is disabled")

		o = s.importResource("OneTimeAccessToken", "other", id)
		require.Error(t, o.err)
		require.Contains(t, o.messages+o.err.Error(), "a OneTimeAccessToken cannot be imported")
	}
}

func TestALostTokenResponseIsRetried(t *testing.T) {
	t.Parallel()
	instance := newFake(t, fake.Options{})
	instance.intercept(loseResponseOnce("POST", "/one-time-access-token", instance))
	s := stackWithToken(t, instance, map[string]any{})
	requests := instance.requestsDuring(func() { s.mustUp() })
	require.Equal(t, 2, strings.Count(strings.Join(requests, " "), "/one-time-access-token"), "%v", requests)
	require.NotEmpty(t, s.output("token", "token"))
	s.requireNoChanges()
}

func TestInvalidTokenInputsAreReported(t *testing.T) {
	t.Parallel()
	c := newChecker(t, newFake(t, fake.Options{}))
	const id = "0f3a1c52-7f54-4f0e-9b1d-6f2f0c5d8a11"
	for want, inputs := range map[string]map[string]any{
		"ttl: must be at most 31d":                          {"userId": id, "ttl": "32d"},
		"ttl: must be at least 2s":                          {"userId": id, "ttl": "1s"},
		"ttl: must be a duration such as":                   {"userId": id, "ttl": "soon"},
		"userId: must be the ID of a user, which is a UUID": {"userId": "alice"},
	} {
		got := c.failures("OneTimeAccessToken", toProps(inputs))
		require.Len(t, got, 1, "%v", inputs)
		require.True(t, strings.HasPrefix(got[0], want), "%v: %v", inputs, got)
	}
	for _, valid := range []map[string]any{{"userId": id}, {"userId": id, "ttl": "31d"}, {"userId": unknown, "ttl": unknown, "triggers": unknown}, {"userId": id, "ttl": ""}} {
		require.Empty(t, c.failures("OneTimeAccessToken", toProps(valid)))
	}
}
