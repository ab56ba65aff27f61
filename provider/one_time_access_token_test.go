package provider

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pulumi/pulumi/pkg/v3/display"
	"github.com/pulumi/pulumi/pkg/v3/resource/deploy"
	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

// invited is a stack with a user, and a way in for them.
func invited(t *testing.T, on *pocketID, token map[string]any) *stack {
	s := newStack(t, on)
	s.declare("User", "alice", person(named("alice")))
	letIn(s, token)
	return s
}

func letIn(s *stack, token map[string]any) {
	s.declare("OneTimeAccessToken", "way", token).from = map[string]string{"userId": "alice.userId"}
}

// asked are the bodies of the requests for tokens.
func (i *pocketID) asked() *[]map[string]any {
	var all []map[string]any
	i.meddling(func(_ http.ResponseWriter, r *http.Request) bool {
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

func TestATokenThatLetsAUserInOnce(t *testing.T) {
	t.Parallel()
	on := onPocketID(t)
	asked := on.asked()
	s := invited(t, on, map[string]any{})
	o := s.preview()
	require.NoError(t, o.err, o.text)
	require.True(t, o.new["way"]["token"].ContainsUnknowns())
	require.True(t, o.new["way"]["token"].IsSecret())
	require.Empty(t, *asked, "a preview asks for none")

	before := time.Now().Truncate(time.Second)
	o = s.mustUp()
	t.Cleanup(func() { s.destroy() })
	require.Equal(t, "15m0s", (*asked)[0]["ttl"])
	token := s.output("way", "token").(string)
	require.Len(t, token, 6, "up to 15 minutes they can be typed")
	require.Equal(t, s.output("way", "issuer").(string)+"/lc/"+token, s.output("way", "url"))
	expires, err := time.Parse(time.RFC3339, s.output("way", "expiresAt").(string))
	require.NoError(t, err)
	require.WithinRange(t, expires, before.Add(15*time.Minute), before.Add(16*time.Minute))
	for range 2 {
		require.True(t, s.state("way").Outputs["token"].IsSecret())
		require.True(t, s.state("way").Outputs["url"].IsSecret())
		require.NotContains(t, string(s.state("way").ID), token, "ids are no secrets")
		s.steady()
	}
	require.NotContains(t, o.text, token)

	t.Log("the same time in other words, and triggers that go, make no other")
	letIn(s, map[string]any{"ttl": "900s"})
	s.steady()
	require.Empty(t, s.mustUp().steps)

	for _, other := range []map[string]any{{"ttl": "1h"}, {"ttl": "1h", "triggers": map[string]any{"n": 1}}, {"ttl": "1h", "triggers": map[string]any{"n": 2}}} {
		letIn(s, other)
		o = s.mustUp()
		require.Equal(t, []display.StepOp{deploy.OpCreateReplacement, deploy.OpReplace, deploy.OpDeleteReplaced}, o.steps["way"], "%v", other)
		require.NotEqual(t, token, s.output("way", "token"))
		token = s.output("way", "token").(string)
		s.steady()
	}
	require.Equal(t, "1h0m0s", (*asked)[3]["ttl"])
	letIn(s, map[string]any{"ttl": "1h"})
	require.Equal(t, []display.StepOp{deploy.OpUpdate}, s.mustUp().steps["way"])
	require.Equal(t, token, s.output("way", "token"))
	s.steady()
	require.Len(t, *asked, 4)

	if on.real { // nobody signs in on the fake
		status, who := on.try("POST", "/api/one-time-access-token/"+token, nil)
		require.Equal(t, http.StatusOK, status, who)
		require.Equal(t, s.output("alice", "userId"), who.(map[string]any)["id"])
	}

	t.Log("another user, another token")
	s.declare("User", "bob", person(named("bob")))
	s.program[1], s.program[2] = s.program[2], s.program[1]
	s.declare("OneTimeAccessToken", "way", map[string]any{"ttl": "1h"}).from = map[string]string{"userId": "bob.userId"}
	s.mustUp()
	require.Equal(t, s.output("bob", "userId"), (*asked)[4]["userId"])
	s.steady()

	requests := on.counted(func() {
		s.drop("way")
		s.mustUp()
	})
	require.NotContains(t, strings.Join(requests, " "), "one-time-access-token", "it is only forgotten")
}

func TestAnExpiredTokenIsNotMadeAgain(t *testing.T) {
	t.Parallel()
	on := onFake(t, fake.Options{})
	asked := on.asked()
	s := invited(t, on, map[string]any{"ttl": "1h"})
	s.mustUp()
	token := s.output("way", "token")
	s.now = func() time.Time { return time.Now().Add(48 * time.Hour) }
	s.steady()
	require.Empty(t, s.mustUp().steps)
	require.Equal(t, token, s.output("way", "token"))
	require.Len(t, *asked, 1)
}

func TestOlderServersLetTheRightUserIn(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"2.3.0", "2.9.0"} {
		on := onFake(t, fake.Options{Version: version})
		asked := on.asked()
		s := invited(t, on, map[string]any{"ttl": "1h"})
		s.mustUp()
		require.Equal(t, s.output("alice", "userId"), (*asked)[0]["userId"], "2.3 looks at nothing else")
		s.steady()
	}
}

func TestATokenForNobody(t *testing.T) {
	engineRaces(t)
	t.Parallel()
	for _, version := range []string{"2.9.0", "2.14.0"} {
		on := onFake(t, fake.Options{Version: version})
		s := newStack(t, on)
		s.declare("OneTimeAccessToken", "way", map[string]any{"userId": "00000000-0000-4000-8000-00000000000f"})
		o := s.up()
		require.Error(t, o.err)
		require.Contains(t, o.text, "not found", version)
		require.Nil(t, s.find("way"))

		off := person("off")
		off["disabled"] = true
		id := on.ask("POST", "/api/users", off)["id"].(string)
		s.declare("OneTimeAccessToken", "way", map[string]any{"userId": id})
		require.Contains(t, s.mustUp().text, "the user off is disabled")

		o = s.importing("OneTimeAccessToken", "other", id)
		require.Error(t, o.err)
		require.Contains(t, o.text+o.err.Error(), "a OneTimeAccessToken cannot be imported")
	}
}

func TestALostAnswerToATokenIsAskedForAgain(t *testing.T) {
	t.Parallel()
	on := onFake(t, fake.Options{})
	var lost atomic.Bool
	on.meddling(func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != "POST" || !strings.HasSuffix(r.URL.Path, "/one-time-access-token") || lost.Swap(true) {
			return false
		}
		on.server.ServeHTTP(&discarded{}, r)
		hijackAndClose(w)
		return true
	})
	s := invited(t, on, map[string]any{})
	s.mustUp()
	require.True(t, lost.Load())
	require.NotEmpty(t, s.output("way", "token"))
	s.steady()
}

func TestBadInputOfTokensIsNamed(t *testing.T) {
	t.Parallel()
	c := newChecker(t, onFake(t, fake.Options{}))
	const id = "0f3a1c52-7f54-4f0e-9b1d-6f2f0c5d8a11"
	for want, inputs := range map[string]map[string]any{
		"ttl: must be at most 31d":                 {"userId": id, "ttl": "32d"},
		"ttl: must be at least 2s":                 {"userId": id, "ttl": "1s"},
		"ttl: must be a duration such as":          {"userId": id, "ttl": "soon"},
		"userId: must be the id of a user, a UUID": {"userId": "alice"},
	} {
		got := c.failures("OneTimeAccessToken", said(inputs))
		require.Len(t, got, 1, "%v", inputs)
		require.True(t, strings.HasPrefix(got[0], want), "%v: %v", inputs, got)
	}
	for _, fine := range []map[string]any{{"userId": id}, {"userId": id, "ttl": "31d"}, {"userId": unknown, "ttl": unknown, "triggers": unknown}, {"userId": id, "ttl": ""}} {
		require.Empty(t, c.failures("OneTimeAccessToken", said(fine)))
	}
}
