package provider

import (
	"fmt"
	"net/http"
	"strings"
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
	require.Equal(t, why, o.diffs["key"][:len(why)])
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
	another(map[string]any{"rotationTriggers": map[string]any{"a": "1"}}, "rotationTriggers")
	same(map[string]any{})
	same(map[string]any{"rotateAfter": "30d"})
	same(map[string]any{"rotateAfter": "4w2d"})
	another(map[string]any{"expiresIn": "90d", "rotateAfter": "60d"}, "expiresIn")
	require.Equal(t, "2030-04-01T12:00:00Z", s.output("key", "expiresAt"))
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

func TestAnImportedClientSecret(t *testing.T) {
	t.Parallel()
	s, calendar := inTime(t)
	s.pocketID.ask("POST", "/api/oidc/clients", map[string]any{"id": "app", "name": "App", "callbackURLs": []string{"https://a.example/cb"}, "pkceEnabled": true})
	theirs := s.pocketID.ask("POST", "/api/oidc/clients/app/secrets", map[string]any{"expiresAt": "2030-04-01T12:00:00Z"})
	require.NoError(t, s.importing("Client", "app", "app").err)
	o := s.importing("ClientSecret", "key", "app/"+theirs["id"].(string))
	require.NoError(t, o.err, o.text)
	require.Nil(t, s.output("key", "secret"))
	require.NotContains(t, o.text, theirs["secret"])
	calendar.days(1)

	t.Log("what an import cannot know is no difference, however the program words it")
	for _, key := range []map[string]any{
		{"expiresAt": "2030-04-01T12:00:00Z"},
		{"expiresIn": "90d"},
		{"expiresIn": "90d", "rotateAfter": "60d"},
		{"expiresIn": "90d", "rotateAfter": "60d", "rotationTriggers": map[string]any{"a": "1"}},
	} {
		one, _ := inTime(t)
		one.pocketID, one.config, one.snap, one.now = s.pocketID, s.config, s.snap, s.now
		keyed(one, key)
		one.program = one.program[:2]
		one.steady()
		one.mustUp()
		one.steady()
	}
	require.Equal(t, 1, secretsOf(s.pocketID, "app"))

	t.Log("a wrong value is not adopted, whether it begins wrong or only ends wrong")
	right := theirs["secret"].(string)
	for _, wrong := range []string{"this is not the secret", right[:4] + "and not the rest of it"} {
		keyed(s, map[string]any{"expiresIn": "90d", "value": resource.MakeSecret(resource.NewProperty(wrong))})
		o = s.up()
		require.Error(t, o.err)
		require.Contains(t, o.text, "not that of this secret")
		require.NotContains(t, o.text, wrong)
	}
	t.Log("the right one is, and who uses it sees that")
	keyed(s, map[string]any{"expiresIn": "90d", "value": resource.MakeSecret(resource.NewProperty(right))})
	o = s.preview()
	require.Equal(t, []display.StepOp{deploy.OpUpdate}, o.steps["key"])
	require.True(t, o.new["key"]["secret"].ContainsUnknowns())
	s.mustUp()
	require.Equal(t, right, secretOfKey(s))
	require.True(t, s.state("key").Outputs["secret"].IsSecret())
	require.Equal(t, right, s.output("user", "description"))
	require.Equal(t, 1, secretsOf(s.pocketID, "app"))
	s.steady()
}

func TestAnImportedSecretRotatesWhenItsTimeComes(t *testing.T) {
	t.Parallel()
	s, calendar := inTime(t)
	s.pocketID.ask("POST", "/api/oidc/clients", map[string]any{"id": "app", "name": "App", "callbackURLs": []string{"https://a.example/cb"}, "pkceEnabled": true})
	theirs := s.pocketID.ask("POST", "/api/oidc/clients/app/secrets", nil)
	require.NoError(t, s.importing("Client", "app", "app").err)
	require.NoError(t, s.importing("ClientSecret", "key", "app/"+theirs["id"].(string)).err)
	keyed(s, map[string]any{"rotationTriggers": map[string]any{"a": "1"}, "rotateAfter": "30d"})
	s.mustUp()
	require.Nil(t, s.output("key", "secret"))
	s.steady()
	keyed(s, map[string]any{"rotationTriggers": map[string]any{"a": "2"}, "rotateAfter": "30d"})
	requireReplacement(t, s, "rotationTriggers")
	calendar.days(30)
	keyed(s, map[string]any{"rotationTriggers": map[string]any{"a": "1"}, "rotateAfter": "30d"})
	requireReplacement(t, s, "rotateAfter")
	s.mustUp()
	require.True(t, signsIn(t, s.pocketID, "app", secretOfKey(s)))
	require.False(t, signsIn(t, s.pocketID, "app", theirs["secret"].(string)))
	s.steady()
}

func TestImportsOfWhatIsNotThere(t *testing.T) {
	t.Parallel()
	s, _ := inTime(t)
	s.pocketID.ask("POST", "/api/oidc/clients", map[string]any{"id": "app", "name": "App"})
	for id, want := range map[string]string{
		"app/none": "does not exist", "none/none": "does not exist",
		"app": "<clientId>/<secretId>", "app/": "<clientId>/<secretId>", "/x": "<clientId>/<secretId>",
	} {
		o := s.importing("ClientSecret", "key", id)
		require.Error(t, o.err, id)
		require.Contains(t, o.err.Error()+o.text, want, id)
	}
}

func TestTheTwentyFirstSecretIsRefusedBeforeItIsMade(t *testing.T) {
	t.Parallel()
	s, calendar := inTime(t)
	s.pocketID.ask("POST", "/api/oidc/clients", map[string]any{"id": "app", "name": "App", "callbackURLs": []string{"https://a.example/cb"}, "pkceEnabled": true})
	require.NoError(t, s.importing("Client", "app", "app").err)
	var ids, values []string
	for i := range 20 {
		in := map[string]any{"secret": fmt.Sprintf("%04d-is-the-secret", i)}
		if i == 7 {
			in["expiresAt"] = "2030-01-02T00:00:00Z"
		}
		made := s.pocketID.ask("POST", "/api/oidc/clients/app/secrets", in)
		ids, values = append(ids, made["id"].(string)), append(values, made["secret"].(string))
	}
	calendar.days(2)
	keyed(s, map[string]any{})
	var o outcome
	requests := s.pocketID.counted(func() { o = s.up() })
	require.Error(t, o.err)
	require.NotContains(t, strings.Join(requests, "\n"), "POST")
	require.Contains(t, o.text, "client app has 20 secrets")
	for i, id := range ids {
		require.Contains(t, o.text, fmt.Sprintf("%s (%04d…)", id, i))
		require.NotContains(t, o.text, values[i])
	}
	require.Contains(t, o.text, ids[7]+" (0007…) (expired)")
}

func TestALostAnswerOfAClientSecretIsSettled(t *testing.T) {
	t.Parallel()
	for _, acted := range []bool{true, false} {
		s, _ := inTime(t)
		value := "shared beginning of a value"
		keyed(s, map[string]any{"value": resource.MakeSecret(resource.NewProperty(value))})
		var once sync.Once
		s.pocketID.meddling(func(w http.ResponseWriter, r *http.Request) (lost bool) {
			if r.Method != "POST" || r.URL.Path != "/api/oidc/clients/app/secrets" {
				return false
			}
			once.Do(func() {
				lost = true
				// Somebody else makes one that begins alike, at the same moment.
				other, err := http.NewRequest("POST", r.URL.String(), strings.NewReader(`{"secret":"shared beginning of another"}`))
				require.NoError(t, err)
				other.Header = r.Header
				s.pocketID.server.ServeHTTP(&discarded{}, other)
				if acted {
					s.pocketID.server.ServeHTTP(&discarded{}, r)
				}
				hijackAndClose(w)
			})
			return lost
		})
		o := s.up()
		require.NotContains(t, o.text, value)
		if acted {
			require.Error(t, o.err, "which of the two it is, nobody can tell")
			require.Contains(t, o.text, "it is unknown whether")
			require.Contains(t, o.text, "pulumi import pocketid:index:ClientSecret key 'app/<id>'")
			require.Equal(t, 2, secretsOf(s.pocketID, "app"))
			continue
		}
		require.NoError(t, o.err, o.text)
		require.True(t, signsIn(t, s.pocketID, "app", value))
		require.Equal(t, 2, secretsOf(s.pocketID, "app"))
		s.drop("user")
		s.drop("key")
		s.mustUp()
		require.True(t, signsIn(t, s.pocketID, "app", "shared beginning of another"), "somebody else's secret is gone")
	}

	s, _ := inTime(t)
	keyed(s, map[string]any{})
	s.pocketID.meddling(losingOnce("POST", "/secrets", s.pocketID))
	s.mustUp()
	require.Equal(t, 1, secretsOf(s.pocketID, "app"))
	require.True(t, signsIn(t, s.pocketID, "app", secretOfKey(s)))
	s.steady()
}

// discarded is an answer that nobody gets.
type discarded struct{ header http.Header }

func (d *discarded) Header() http.Header {
	if d.header == nil {
		d.header = http.Header{}
	}
	return d.header
}
func (*discarded) Write(b []byte) (int, error) { return len(b), nil }
func (*discarded) WriteHeader(int)             {}

// losingOnce has the server act on the first such request, and loses the answer.
func losingOnce(method, suffix string, on *pocketID) func(http.ResponseWriter, *http.Request) bool {
	var once sync.Once
	return func(w http.ResponseWriter, r *http.Request) (lost bool) {
		if r.Method == method && strings.HasSuffix(r.URL.Path, suffix) {
			once.Do(func() {
				lost = true
				on.server.ServeHTTP(&discarded{}, r)
				hijackAndClose(w)
			})
		}
		return lost
	}
}

func TestAnOlderServerHasNoClientSecrets(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"2.3.0", "2.9.0", "2.13.0"} {
		s := newStack(t, onFake(t, fake.Options{Version: version}))
		s.pocketID.ask("POST", "/api/oidc/clients", map[string]any{"id": "app", "name": "App"})
		s.declare("ClientSecret", "key", map[string]any{"clientId": "app"})
		o := s.preview()
		require.Error(t, o.err)
		require.Contains(t, o.text, "a ClientSecret needs Pocket ID 2.14.0 or later; this server is "+version+", where a client has one secret")
		o = s.importing("ClientSecret", "key", "app/any")
		require.Error(t, o.err)
		require.Contains(t, o.text, "needs Pocket ID 2.14.0")

		t.Log("a version that could not be learned in the check is asked again before the write")
		refusals := 0
		s.pocketID.meddling(func(w http.ResponseWriter, r *http.Request) bool {
			if r.URL.Path != "/api/version/current" || refusals == 2 {
				return false
			}
			refusals++
			hijackAndClose(w)
			return true
		})
		requests := s.pocketID.counted(func() { o = s.up() })
		require.Error(t, o.err)
		require.Contains(t, o.text, "is checked later")
		require.Contains(t, o.text, "this server is "+version)
		require.NotContains(t, strings.Join(requests, "\n"), "POST")
	}
}

func TestBadClientSecretsAreNamed(t *testing.T) {
	t.Parallel()
	c := newChecker(t, onFake(t, fake.Options{}))
	key := func(more map[string]any) props {
		m := map[string]any{"clientId": "app"}
		for k, v := range more {
			m[k] = v
		}
		return said(m)
	}
	for _, row := range []struct {
		inputs map[string]any
		want   []string // beginnings of failures, one each
	}{
		{nil, nil},
		{map[string]any{"value": "an own value of it", "expiresAt": "2999-01-01T00:00:00Z"}, nil},
		{map[string]any{"expiresIn": "1w1d1h1m1s", "rotateAfter": "1w"}, nil},
		{map[string]any{"clientId": "app/x"}, []string{"clientId: must be the id of a client"}},
		{map[string]any{"value": "short"}, []string{": value: must have at least 16 characters, has 5"}},
		{map[string]any{"value": "ein schlüssel für alles"}, []string{": value: must consist of printable ASCII characters"}},
		{map[string]any{"value": "an own value of it", "rotationTriggers": map[string]any{"a": "1"}, "rotateAfter": "1d"}, []string{
			"rotationTriggers: cannot be used with an own value", "rotateAfter: cannot be used with an own value"}},
		{map[string]any{"expiresAt": "2999-01-01T00:00:00Z", "expiresIn": "1d"}, []string{"expiresIn: cannot be used together with expiresAt"}},
		{map[string]any{"expiresAt": "2001-01-01T00:00:00Z"}, []string{"expiresAt: must be in the future"}},
		{map[string]any{"expiresAt": "tomorrow"}, []string{"expiresAt: must be a time as in RFC 3339, such as 2030-01-31T00:00:00Z, is \"tomorrow\""}},
		{map[string]any{"expiresIn": "90"}, []string{"expiresIn: must be a duration such as 90d"}},
		{map[string]any{"expiresIn": "1.5h"}, []string{"expiresIn: must be a duration such as 90d"}},
		{map[string]any{"expiresIn": "5s"}, []string{"expiresIn: must be at least 1m0s"}},
		{map[string]any{"expiresIn": "999999999w"}, []string{"expiresIn: must be at most 36500d"}},
		{map[string]any{"rotateAfter": "-1d"}, []string{"rotateAfter: must be a duration"}},
		{map[string]any{"expiresIn": "30d", "rotateAfter": "30d"}, []string{"rotateAfter: must be shorter than expiresIn"}},
		{map[string]any{"clientId": unknown, "value": unknown, "expiresAt": unknown, "rotateAfter": "1d"}, []string{"rotateAfter: cannot be used with an own value"}},
		{map[string]any{"expiresIn": unknown, "rotateAfter": unknown}, nil},
	} {
		got := c.failures("ClientSecret", key(row.inputs))
		require.Len(t, got, len(row.want), "%v: %v", row.inputs, got)
		for i, want := range row.want {
			require.True(t, strings.HasPrefix(got[i], want), "%v: %q is not %q", row.inputs, got[i], want)
		}
	}
}
