package provider

import (
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/pulumi/pulumi/pkg/v3/display"
	"github.com/pulumi/pulumi/pkg/v3/resource/deploy"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

// testClock is a clock of the server and the provider that a test advances.
type testClock struct {
	mu sync.Mutex
	at time.Time
}

func (c *testClock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *testClock) advanceDays(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.AddDate(0, 0, n)
}

// newStackWithClock returns a stack on a fake that share a clock. It starts on 2030-01-01, not
// at a full second, as the server truncates times.
func newStackWithClock(t *testing.T) (*stack, *testClock) {
	t.Helper()
	c := &testClock{at: time.Date(2030, 1, 1, 12, 0, 0, 987654321, time.UTC)}
	s := newStack(t, newFake(t, fake.Options{Now: c.now}))
	s.now = c.now
	return s, c
}

// declareClientSecret declares a client "app" without an own secret, a ClientSecret "key" of it,
// and a consumer "user" of that secret.
func declareClientSecret(s *stack, key map[string]any) {
	app := confidentialClient("app")
	app["createSecret"] = false
	s.declare("Client", "app", app)
	s.declare("ClientSecret", "key", key).from = map[string]string{"clientId": "app.clientId"}
	s.declare("Client", "user", map[string]any{"name": "Uses the secret", "clientId": "user", "callbackUrls": []any{}, "createSecret": false}).
		from = map[string]string{"description": "key.secret"}
}

// requireSecretReplacement requires that a preview replaces the ClientSecret because
// of the given properties and updates its consumer.
func requireSecretReplacement(t *testing.T, s *stack, why ...string) {
	t.Helper()
	o := s.preview()
	require.NoError(t, o.err, o.messages)
	require.Contains(t, o.steps["key"], deploy.OpReplace, "%v", o.steps)
	require.NotContains(t, o.steps["key"], deploy.OpUpdate)
	require.Subset(t, o.diffs["key"], why)
	require.True(t, o.outputs["key"]["secret"].ContainsUnknowns(), "consumers of the secret must see that it will change")
	require.Equal(t, []display.StepOp{deploy.OpUpdate}, o.steps["user"])
	require.Empty(t, o.steps["app"])
}

// clientSecretValue returns the value of the ClientSecret "key", or "" if it is unknown.
func clientSecretValue(s *stack) string {
	s.t.Helper()
	secret, _ := s.output("key", "secret").(string)
	return secret
}

func TestClientSecretLifecycle(t *testing.T) {
	t.Parallel()
	s, _ := newStackWithClock(t)
	declareClientSecret(s, map[string]any{})
	o := s.preview()
	require.NoError(t, o.err, o.messages)
	require.True(t, o.outputs["key"]["secret"].ContainsUnknowns())
	s.mustUp()
	secret := clientSecretValue(s)
	require.Regexp(t, `^[A-Za-z0-9]{32}$`, secret)
	require.True(t, secretWorks(t, s.instance, "app", secret))
	require.Equal(t, "app/"+s.output("key", "secretId").(string), string(s.state("key").ID))
	require.Equal(t, secret[:4], s.output("key", "prefix"))
	require.Equal(t, "2030-01-01T12:00:00Z", s.output("key", "createdAt"))
	require.Nil(t, s.output("key", "expiresAt"))
	require.Equal(t, true, s.output("key", "isActive"))
	require.Equal(t, "https://id.example.com", s.output("key", "issuer"))
	s.requireNoChanges()
	require.Equal(t, secret, clientSecretValue(s), "a refresh has lost the secret")
	require.True(t, s.state("key").Outputs["secret"].IsSecret())

	s.drop("user")
	s.drop("key")
	s.mustUp()
	require.False(t, secretWorks(t, s.instance, "app", secret))
	require.Equal(t, 0, secretCount(s.instance, "app"))
}

func TestRotationKeepsTheOldSecretUntilConsumersHaveTheNew(t *testing.T) {
	skipIfEngineRaces(t)
	t.Parallel()
	s, _ := newStackWithClock(t)
	declareClientSecret(s, map[string]any{"rotationTriggers": map[string]any{"year": "2030"}})
	s.mustUp()
	s.requireNoChanges()
	old := clientSecretValue(s)

	declareClientSecret(s, map[string]any{"rotationTriggers": map[string]any{"year": "2031"}})
	requireSecretReplacement(t, s, "rotationTriggers")
	require.Equal(t, 1, secretCount(s.instance, "app"), "a preview has created a secret")

	t.Log("the old secret is valid until the consumer is updated")
	between := 0
	s.instance.intercept(func(_ http.ResponseWriter, r *http.Request) bool {
		if r.Method == "PUT" && r.URL.Path == "/api/oidc/clients/user" {
			between = secretCount(s.instance, "app")
			if !secretWorks(t, s.instance, "app", old) {
				between = -1
			}
		}
		return false
	})
	requests := s.instance.requestsDuring(func() { s.mustUp() })
	require.Equal(t, 2, between, "%v", requests)
	s.instance.intercept(nil)
	require.NotEqual(t, old, clientSecretValue(s))
	require.True(t, secretWorks(t, s.instance, "app", clientSecretValue(s)))
	require.False(t, secretWorks(t, s.instance, "app", old), "the old secret still works")
	require.Equal(t, clientSecretValue(s), s.output("user", "description"))
	s.requireNoChanges()
}

func TestWhichChangesRotateAClientSecret(t *testing.T) {
	t.Parallel()
	s, _ := newStackWithClock(t)
	declareClientSecret(s, map[string]any{"rotationTriggers": map[string]any{}})
	s.mustUp()
	s.requireNoChanges()
	old := clientSecretValue(s)
	keeps := func(key map[string]any) {
		t.Helper()
		declareClientSecret(s, key)
		o := s.mustUp()
		require.NotContains(t, o.steps["key"], deploy.OpReplace, "%v", o.diffs)
		require.Equal(t, old, clientSecretValue(s))
		s.requireNoChanges()
	}
	rotates := func(key map[string]any, why ...string) {
		t.Helper()
		declareClientSecret(s, key)
		requireSecretReplacement(t, s, why...)
		s.mustUp()
		require.NotEqual(t, old, clientSecretValue(s))
		require.False(t, secretWorks(t, s.instance, "app", old))
		require.True(t, secretWorks(t, s.instance, "app", clientSecretValue(s)))
		old = clientSecretValue(s)
		s.requireNoChanges()
	}
	rotates(map[string]any{"rotationTriggers": map[string]any{"a": "1", "b": "true"}}, "rotationTriggers")
	keeps(map[string]any{"rotationTriggers": map[string]any{"a": 1, "b": true}})
	keeps(map[string]any{})
	keeps(map[string]any{"rotateAfter": "30d"})
	keeps(map[string]any{"rotateAfter": "4w2d"})
	rotates(map[string]any{"expiresIn": "90d", "rotateAfter": "60d"}, "expiresIn")
	require.Equal(t, "2030-04-01T12:00:00Z", s.output("key", "expiresAt"))
	require.NotContains(t, s.state("key").Inputs, resource.PropertyKey("expiresAt"), "the program does not set expiresAt")
	keeps(map[string]any{"expiresIn": "2160h", "rotateAfter": "60d"})
	keeps(map[string]any{"expiresAt": "2030-04-01T14:00:00.5+02:00"})
	rotates(map[string]any{"expiresAt": "2030-05-01T00:00:00Z"}, "expiresAt")
	rotates(map[string]any{"expiresIn": "10d"}, "expiresIn")
	rotates(map[string]any{}, "expiresIn")
	require.Nil(t, s.output("key", "expiresAt"))
	customValue := func(v string) map[string]any {
		return map[string]any{"value": resource.MakeSecret(resource.NewProperty(v))}
	}
	keeps(customValue(old)) // the current value
	rotates(customValue("a custom value of the secret"), "value")
	require.Equal(t, "a custom value of the secret", old)
	rotates(customValue("another value of the secret"), "value")
	keeps(map[string]any{})
	require.Equal(t, 1, secretCount(s.instance, "app"))

}

func TestAnotherClientReplacesTheClientSecret(t *testing.T) {
	t.Parallel()
	s, _ := newStackWithClock(t)
	declareClientSecret(s, map[string]any{})
	s.mustUp()
	other := confidentialClient("other")
	other["createSecret"] = false
	s.declare("Client", "other", other)
	s.declare("ClientSecret", "key", nil).from = map[string]string{"clientId": "other.clientId"}
	s.program[0], s.program[1], s.program[2], s.program[3] = s.program[3], s.program[0], s.program[1], s.program[2]
	s.mustUp()
	require.True(t, secretWorks(t, s.instance, "other", clientSecretValue(s)))
	require.Equal(t, 0, secretCount(s.instance, "app"))
	s.requireNoChanges()
}

func TestUnknownRotationTriggerShowsTheRotation(t *testing.T) {
	t.Parallel()
	s, _ := newStackWithClock(t)
	declareClientSecret(s, map[string]any{"rotationTriggers": map[string]any{"clock": "1"}})
	s.mustUp()
	declareClientSecret(s, map[string]any{"rotationTriggers": map[string]any{"clock": unknown}})
	requireSecretReplacement(t, s, "rotationTriggers")
}

func TestClientSecretRotatesAfterItsAge(t *testing.T) {
	t.Parallel()
	s, clock := newStackWithClock(t)
	key := map[string]any{"rotateAfter": "60d", "expiresIn": "90d"}
	declareClientSecret(s, key)
	s.mustUp()
	old := clientSecretValue(s)
	clock.advanceDays(59)
	s.requireNoChanges()
	clock.advanceDays(1)
	o := s.refresh()
	require.NoError(t, o.err, o.messages)
	require.Equal(t, old, clientSecretValue(s), "a refresh rotates nothing")
	requireSecretReplacement(t, s, "rotateAfter")
	s.mustUp()
	require.NotEqual(t, old, clientSecretValue(s))
	require.False(t, secretWorks(t, s.instance, "app", old))
	require.Equal(t, "2030-03-02T12:00:00Z", s.output("key", "createdAt"))
	require.Equal(t, "2030-05-31T12:00:00Z", s.output("key", "expiresAt"))
	s.requireNoChanges()

	t.Log("a shorter rotateAfter rotates the secret only if it is old enough")
	clock.advanceDays(5)
	declareClientSecret(s, map[string]any{"rotateAfter": "10d", "expiresIn": "90d"})
	o = s.mustUp()
	require.Equal(t, []display.StepOp{deploy.OpUpdate}, o.steps["key"])
	s.requireNoChanges()
	declareClientSecret(s, map[string]any{"rotateAfter": "5d", "expiresIn": "90d"})
	requireSecretReplacement(t, s, "rotateAfter")
}

func TestExpiredClientSecretIsReplaced(t *testing.T) {
	t.Parallel()
	for _, refreshed := range []bool{false, true} {
		s, clock := newStackWithClock(t)
		declareClientSecret(s, map[string]any{"expiresIn": "90d"})
		s.mustUp()
		s.requireNoChanges()
		old := clientSecretValue(s)
		require.True(t, secretWorks(t, s.instance, "app", old))
		clock.advanceDays(90)
		require.False(t, secretWorks(t, s.instance, "app", old))
		if refreshed {
			o := s.refresh()
			require.NoError(t, o.err, o.messages)
			require.Equal(t, false, s.output("key", "isActive"))
		}
		requireSecretReplacement(t, s, "expiresAt")
		s.mustUp()
		require.True(t, secretWorks(t, s.instance, "app", clientSecretValue(s)))
		require.Equal(t, 1, secretCount(s.instance, "app"), "the expired secret counts towards the limit")
		require.Equal(t, "2030-06-30T12:00:00Z", s.output("key", "expiresAt"))
		require.Equal(t, true, s.output("key", "isActive"))
		s.requireNoChanges()
	}
}

func TestExplicitExpiryIsNotRenewed(t *testing.T) {
	skipIfEngineRaces(t)
	t.Parallel()
	for warning, key := range map[string]map[string]any{
		"has expired at expiresAt; set a later time":                            {"expiresAt": "2030-03-01T00:00:00Z", "rotateAfter": "30d"},
		"has expired; an expired value is not used again, so set another value": {"expiresIn": "59d", "value": secretString("a custom value of the secret")},
	} {
		s, clock := newStackWithClock(t)
		declareClientSecret(s, key)
		s.mustUp()
		clock.advanceDays(365)
		o := s.preview()
		require.NoError(t, o.err, o.messages)
		require.Empty(t, o.steps)
		require.Contains(t, o.messages, "warning: the secret "+warning)
		require.NoError(t, s.refresh().err)
		s.requireNoChanges()
		require.Equal(t, 1, secretCount(s.instance, "app"))
	}

	s, clock := newStackWithClock(t)
	declareClientSecret(s, map[string]any{"expiresAt": "2030-03-01T00:00:00Z"})
	s.mustUp()
	clock.advanceDays(365)
	declareClientSecret(s, map[string]any{"expiresAt": "2030-03-01T01:00:00+01:00"})
	s.requireNoChanges()
	t.Log("a secret cannot be created with an expiry in the past")
	declareClientSecret(s, map[string]any{"expiresAt": "2030-03-01T00:00:00Z", "rotationTriggers": map[string]any{"a": "1"}})
	o := s.preview()
	require.Error(t, o.err)
	require.Contains(t, o.messages, "must be in the future")
	declareClientSecret(s, map[string]any{"expiresAt": "2030-12-01T00:00:00Z"})
	require.Contains(t, s.preview().messages, "must be in the future")
	declareClientSecret(s, map[string]any{"expiresAt": "2032-01-01T00:00:00Z"})
	requireSecretReplacement(t, s, "expiresAt")
	s.mustUp()
	require.True(t, secretWorks(t, s.instance, "app", clientSecretValue(s)))
	s.requireNoChanges()
}

func TestDeletedClientSecretIsRecreated(t *testing.T) {
	t.Parallel()
	s, _ := newStackWithClock(t)
	declareClientSecret(s, map[string]any{})
	s.mustUp()
	old := clientSecretValue(s)
	s.instance.mustRequest("DELETE", "/api/oidc/clients/app/secrets/"+s.output("key", "secretId").(string), nil)
	o := s.refresh()
	require.NoError(t, o.err, o.messages)
	require.Nil(t, s.find("key"))
	o = s.preview()
	require.Equal(t, []display.StepOp{deploy.OpCreate}, o.steps["key"])
	require.Equal(t, []display.StepOp{deploy.OpUpdate}, o.steps["user"], "consumers of the secret must see that it will change")
	s.mustUp()
	require.NotEqual(t, old, clientSecretValue(s))
	require.True(t, secretWorks(t, s.instance, "app", clientSecretValue(s)))
	s.requireNoChanges()

	t.Log("deleting succeeds if the secret or its client is gone")
	s.instance.mustRequest("DELETE", "/api/oidc/clients/app/secrets/"+s.output("key", "secretId").(string), nil)
	s.drop("user")
	s.drop("key")
	s.mustUp()
	declareClientSecret(s, map[string]any{})
	s.mustUp()
	s.instance.mustRequest("DELETE", "/api/oidc/clients/app", nil)
	o = s.destroy()
	require.NoError(t, o.err, o.messages)

	t.Log("the secret is gone with its client")
	s.program = nil
	declareClientSecret(s, map[string]any{})
	s.mustUp()
	s.instance.mustRequest("DELETE", "/api/oidc/clients/app", nil)
	require.NoError(t, s.refresh().err)
	require.Nil(t, s.find("key"))
	s.mustUp()
	require.True(t, secretWorks(t, s.instance, "app", clientSecretValue(s)))
}
