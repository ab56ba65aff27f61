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

// calendar is a clock that a server and a provider share, and that a test moves.
type calendar struct {
	mu sync.Mutex
	at time.Time
}

func (c *calendar) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *calendar) days(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.AddDate(0, 0, n)
}

// inTime is a stack on a fake, both on the first day of 2030, at some part of a second.
func inTime(t *testing.T) (*stack, *calendar) {
	t.Helper()
	c := &calendar{at: time.Date(2030, 1, 1, 12, 0, 0, 987654321, time.UTC)}
	s := newStack(t, onFake(t, fake.Options{Now: c.now}))
	s.now = c.now
	return s, c
}

// keyed declares a client without a secret of its own, a ClientSecret of it, and
// an application that takes the secret.
func keyed(s *stack, key map[string]any) {
	app := confidential("app")
	app["createSecret"] = false
	s.declare("Client", "app", app)
	s.declare("ClientSecret", "key", key).from = map[string]string{"clientId": "app.clientId"}
	s.declare("Client", "user", map[string]any{"name": "Uses the secret", "clientId": "user", "callbackUrls": []any{}, "createSecret": false}).
		from = map[string]string{"description": "key.secret"}
}

// requireReplacement wants a preview to show that the secret is replaced, for the
// reason given, and that who uses it sees that.
func requireReplacement(t *testing.T, s *stack, why ...string) {
	t.Helper()
	o := s.preview()
	require.NoError(t, o.err, o.text)
	require.Contains(t, o.steps["key"], deploy.OpReplace, "%v", o.steps)
	require.NotContains(t, o.steps["key"], deploy.OpUpdate)
	require.Subset(t, o.diffs["key"], why)
	require.True(t, o.new["key"]["secret"].ContainsUnknowns(), "who uses the secret must see that it will change")
	require.Equal(t, []display.StepOp{deploy.OpUpdate}, o.steps["user"])
	require.Empty(t, o.steps["app"])
}

func secretOfKey(s *stack) string {
	s.t.Helper()
	secret, _ := s.output("key", "secret").(string)
	return secret
}

func TestAClientSecretWorksUntilItIsDeleted(t *testing.T) {
	t.Parallel()
	s, _ := inTime(t)
	keyed(s, map[string]any{})
	o := s.preview()
	require.NoError(t, o.err, o.text)
	require.True(t, o.new["key"]["secret"].ContainsUnknowns())
	s.mustUp()
	secret := secretOfKey(s)
	require.Regexp(t, `^[A-Za-z0-9]{32}$`, secret)
	require.True(t, signsIn(t, s.pocketID, "app", secret))
	require.Equal(t, "app/"+s.output("key", "secretId").(string), string(s.state("key").ID))
	require.Equal(t, secret[:4], s.output("key", "prefix"))
	require.Equal(t, "2030-01-01T12:00:00Z", s.output("key", "createdAt"))
	require.Nil(t, s.output("key", "expiresAt"))
	require.Equal(t, true, s.output("key", "isActive"))
	require.Equal(t, "https://id.example.com", s.output("key", "issuer"))
	s.steady()
	require.Equal(t, secret, secretOfKey(s), "a refresh has lost the secret")
	require.True(t, s.state("key").Outputs["secret"].IsSecret())

	s.drop("user")
	s.drop("key")
	s.mustUp()
	require.False(t, signsIn(t, s.pocketID, "app", secret))
	require.Equal(t, 0, secretsOf(s.pocketID, "app"))
}

func TestARotationLeavesNoGap(t *testing.T) {
	engineRaces(t)
	t.Parallel()
	s, _ := inTime(t)
	keyed(s, map[string]any{"rotationTriggers": map[string]any{"year": "2030"}})
	s.mustUp()
	s.steady()
	old := secretOfKey(s)

	keyed(s, map[string]any{"rotationTriggers": map[string]any{"year": "2031"}})
	requireReplacement(t, s, "rotationTriggers")
	require.Equal(t, 1, secretsOf(s.pocketID, "app"), "a preview has made a secret")

	t.Log("while the application gets the new secret, it still has the old one")
	between := 0
	s.pocketID.meddling(func(_ http.ResponseWriter, r *http.Request) bool {
		if r.Method == "PUT" && r.URL.Path == "/api/oidc/clients/user" {
			between = secretsOf(s.pocketID, "app")
			if !signsIn(t, s.pocketID, "app", old) {
				between = -1
			}
		}
		return false
	})
	requests := s.pocketID.counted(func() { s.mustUp() })
	require.Equal(t, 2, between, "%v", requests)
	s.pocketID.meddling(nil)
	require.NotEqual(t, old, secretOfKey(s))
	require.True(t, signsIn(t, s.pocketID, "app", secretOfKey(s)))
	require.False(t, signsIn(t, s.pocketID, "app", old), "the old secret still works")
	require.Equal(t, secretOfKey(s), s.output("user", "description"))
	s.steady()
}

func TestWhatRotatesAndWhatDoesNot(t *testing.T) {
	t.Parallel()
	s, _ := inTime(t)
	keyed(s, map[string]any{"rotationTriggers": map[string]any{}})
	s.mustUp()
	s.steady()
	old := secretOfKey(s)
	same := func(key map[string]any) {
		t.Helper()
		keyed(s, key)
		o := s.mustUp()
		require.NotContains(t, o.steps["key"], deploy.OpReplace, "%v", o.diffs)
		require.Equal(t, old, secretOfKey(s))
		s.steady()
	}
	another := func(key map[string]any, why ...string) {
		t.Helper()
		keyed(s, key)
		requireReplacement(t, s, why...)
		s.mustUp()
		require.NotEqual(t, old, secretOfKey(s))
		require.False(t, signsIn(t, s.pocketID, "app", old))
		require.True(t, signsIn(t, s.pocketID, "app", secretOfKey(s)))
		old = secretOfKey(s)
		s.steady()
	}
	another(map[string]any{"rotationTriggers": map[string]any{"a": "1", "b": "true"}}, "rotationTriggers")
	same(map[string]any{"rotationTriggers": map[string]any{"a": 1, "b": true}})
	same(map[string]any{})
	same(map[string]any{"rotateAfter": "30d"})
	same(map[string]any{"rotateAfter": "4w2d"})
	another(map[string]any{"expiresIn": "90d", "rotateAfter": "60d"}, "expiresIn")
	require.Equal(t, "2030-04-01T12:00:00Z", s.output("key", "expiresAt"))
	require.NotContains(t, s.state("key").Inputs, resource.PropertyKey("expiresAt"), "the program did not say so")
	same(map[string]any{"expiresIn": "2160h", "rotateAfter": "60d"})
	same(map[string]any{"expiresAt": "2030-04-01T14:00:00.5+02:00"})
	another(map[string]any{"expiresAt": "2030-05-01T00:00:00Z"}, "expiresAt")
	another(map[string]any{"expiresIn": "10d"}, "expiresIn")
	another(map[string]any{}, "expiresIn")
	require.Nil(t, s.output("key", "expiresAt"))
	mine := func(v string) map[string]any {
		return map[string]any{"value": resource.MakeSecret(resource.NewProperty(v))}
	}
	same(mine(old)) // it is what it is
	another(mine("an own value of the secret"), "value")
	require.Equal(t, "an own value of the secret", old)
	another(mine("another value of the secret"), "value")
	same(map[string]any{})
	require.Equal(t, 1, secretsOf(s.pocketID, "app"))

	t.Log("another client")
	other := confidential("other")
	other["createSecret"] = false
	s.declare("Client", "other", other)
	s.declare("ClientSecret", "key", nil).from = map[string]string{"clientId": "other.clientId"}
	s.program[0], s.program[1], s.program[2], s.program[3] = s.program[3], s.program[0], s.program[1], s.program[2]
	s.mustUp()
	require.True(t, signsIn(t, s.pocketID, "other", secretOfKey(s)))
	require.Equal(t, 0, secretsOf(s.pocketID, "app"))
	s.steady()
}

func TestAnUnknownTriggerShowsTheRotation(t *testing.T) {
	t.Parallel()
	s, _ := inTime(t)
	keyed(s, map[string]any{"rotationTriggers": map[string]any{"clock": "1"}})
	s.mustUp()
	keyed(s, map[string]any{"rotationTriggers": map[string]any{"clock": unknown}})
	requireReplacement(t, s, "rotationTriggers")
}

func TestAnOldSecretIsRotated(t *testing.T) {
	t.Parallel()
	s, calendar := inTime(t)
	key := map[string]any{"rotateAfter": "60d", "expiresIn": "90d"}
	keyed(s, key)
	s.mustUp()
	old := secretOfKey(s)
	calendar.days(59)
	s.steady()
	calendar.days(1)
	o := s.refresh()
	require.NoError(t, o.err, o.text)
	require.Equal(t, old, secretOfKey(s), "a refresh rotates nothing")
	requireReplacement(t, s, "rotateAfter")
	s.mustUp()
	require.NotEqual(t, old, secretOfKey(s))
	require.False(t, signsIn(t, s.pocketID, "app", old))
	require.Equal(t, "2030-03-02T12:00:00Z", s.output("key", "createdAt"))
	require.Equal(t, "2030-05-31T12:00:00Z", s.output("key", "expiresAt"))
	s.steady()

	t.Log("a shorter limit rotates only what is that old")
	calendar.days(5)
	keyed(s, map[string]any{"rotateAfter": "10d", "expiresIn": "90d"})
	o = s.mustUp()
	require.Equal(t, []display.StepOp{deploy.OpUpdate}, o.steps["key"])
	s.steady()
	keyed(s, map[string]any{"rotateAfter": "5d", "expiresIn": "90d"})
	requireReplacement(t, s, "rotateAfter")
}

func TestAnExpiredSecretIsReplaced(t *testing.T) {
	t.Parallel()
	for _, refreshed := range []bool{false, true} {
		s, calendar := inTime(t)
		keyed(s, map[string]any{"expiresIn": "90d"})
		s.mustUp()
		s.steady()
		old := secretOfKey(s)
		require.True(t, signsIn(t, s.pocketID, "app", old))
		calendar.days(90)
		require.False(t, signsIn(t, s.pocketID, "app", old))
		if refreshed {
			o := s.refresh()
			require.NoError(t, o.err, o.text)
			require.Equal(t, false, s.output("key", "isActive"))
		}
		requireReplacement(t, s, "expiresAt")
		s.mustUp()
		require.True(t, signsIn(t, s.pocketID, "app", secretOfKey(s)))
		require.Equal(t, 1, secretsOf(s.pocketID, "app"), "the expired secret counts towards the limit")
		require.Equal(t, "2030-06-30T12:00:00Z", s.output("key", "expiresAt"))
		require.Equal(t, true, s.output("key", "isActive"))
		s.steady()
	}
}

func TestAnEndThatTheProgramSaysIsAnEnd(t *testing.T) {
	engineRaces(t)
	t.Parallel()
	for _, key := range []map[string]any{
		{"expiresAt": "2030-03-01T00:00:00Z", "rotateAfter": "30d"},
		{"expiresIn": "59d", "value": resource.MakeSecret(resource.NewProperty("an own value of the secret"))},
	} {
		s, calendar := inTime(t)
		keyed(s, key)
		s.mustUp()
		calendar.days(365)
		o := s.preview()
		require.NoError(t, o.err, o.text)
		require.Empty(t, o.steps)
		require.Contains(t, o.text, "the secret has expired")
		require.NoError(t, s.refresh().err)
		s.steady()
		require.Equal(t, 1, secretsOf(s.pocketID, "app"))
	}

	s, calendar := inTime(t)
	keyed(s, map[string]any{"expiresAt": "2030-03-01T00:00:00Z"})
	s.mustUp()
	calendar.days(365)
	keyed(s, map[string]any{"expiresAt": "2030-03-01T01:00:00+01:00"})
	s.steady()
	t.Log("but there is none with an end in the past")
	keyed(s, map[string]any{"expiresAt": "2030-03-01T00:00:00Z", "rotationTriggers": map[string]any{"a": "1"}})
	o := s.preview()
	require.Error(t, o.err)
	require.Contains(t, o.text, "must be in the future")
	keyed(s, map[string]any{"expiresAt": "2030-12-01T00:00:00Z"})
	require.Contains(t, s.preview().text, "must be in the future")
	keyed(s, map[string]any{"expiresAt": "2032-01-01T00:00:00Z"})
	requireReplacement(t, s, "expiresAt")
	s.mustUp()
	require.True(t, signsIn(t, s.pocketID, "app", secretOfKey(s)))
	s.steady()
}

func TestAClientSecretThatIsGoneIsMadeAgain(t *testing.T) {
	t.Parallel()
	s, _ := inTime(t)
	keyed(s, map[string]any{})
	s.mustUp()
	old := secretOfKey(s)
	s.pocketID.ask("DELETE", "/api/oidc/clients/app/secrets/"+s.output("key", "secretId").(string), nil)
	o := s.refresh()
	require.NoError(t, o.err, o.text)
	require.Nil(t, s.find("key"))
	o = s.preview()
	require.Equal(t, []display.StepOp{deploy.OpCreate}, o.steps["key"])
	require.Equal(t, []display.StepOp{deploy.OpUpdate}, o.steps["user"], "who uses the secret must see that it will change")
	s.mustUp()
	require.NotEqual(t, old, secretOfKey(s))
	require.True(t, signsIn(t, s.pocketID, "app", secretOfKey(s)))
	s.steady()

	t.Log("one that is gone, and then its client, can still be deleted")
	s.pocketID.ask("DELETE", "/api/oidc/clients/app/secrets/"+s.output("key", "secretId").(string), nil)
	s.drop("user")
	s.drop("key")
	s.mustUp()
	keyed(s, map[string]any{})
	s.mustUp()
	s.pocketID.ask("DELETE", "/api/oidc/clients/app", nil)
	o = s.destroy()
	require.NoError(t, o.err, o.text)

	t.Log("and with its client it is gone too")
	s.program = nil
	keyed(s, map[string]any{})
	s.mustUp()
	s.pocketID.ask("DELETE", "/api/oidc/clients/app", nil)
	require.NoError(t, s.refresh().err)
	require.Nil(t, s.find("key"))
	s.mustUp()
	require.True(t, signsIn(t, s.pocketID, "app", secretOfKey(s)))
}
