package provider

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/pulumi/pulumi/pkg/v3/display"
	"github.com/pulumi/pulumi/pkg/v3/resource/deploy"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

// declareRotatedClient declares a client whose secret rotates with the month, and
// a consumer of the secret.
func declareRotatedClient(s *stack, month, validFor string) {
	app := confidentialClient("app")
	app["secretRotationTriggers"] = map[string]any{"month": month}
	if validFor != "" {
		app["previousSecretValidFor"] = validFor
	}
	s.declare("Client", "app", app)
	declareSecretConsumer(s)
}

// declareSecretConsumer declares a resource "user" with the secret of the client
// "app" as an input.
func declareSecretConsumer(s *stack) {
	s.declare("Client", "user", map[string]any{"name": "Uses the secret", "clientId": "user", "callbackUrls": []any{}, "createSecret": false}).
		from = map[string]string{"description": "app.clientSecret"}
}

// requireSecretChangeShown requires that a preview shows an update of the client
// and of the consumer of its secret.
func requireSecretChangeShown(t *testing.T, s *stack, what string) {
	t.Helper()
	o := s.preview()
	require.NoError(t, o.err, o.messages)
	require.Equal(t, []display.StepOp{deploy.OpUpdate}, o.steps["app"], what)
	require.True(t, o.outputs["app"]["clientSecret"].ContainsUnknowns(), what)
	require.Equal(t, []display.StepOp{deploy.OpUpdate}, o.steps["user"], what)
}

func TestPreviousSecretStaysValidForItsTime(t *testing.T) {
	t.Parallel()
	s, clock := newStackWithClock(t)
	declareRotatedClient(s, "1", "2d")
	s.mustUp()
	s.requireNoChanges()
	first := s.output("app", "clientSecret").(string)
	declareRotatedClient(s, "2", "2d")
	requireSecretChangeShown(t, s, "a rotation")
	require.True(t, s.preview().outputs["app"]["previousSecrets"].ContainsUnknowns())
	s.mustUp()
	second := s.output("app", "clientSecret").(string)
	requireBothValid := func(first, second string) {
		t.Helper()
		require.True(t, secretWorks(t, s.instance, "app", second))
		require.True(t, secretWorks(t, s.instance, "app", first), "the previous secret is not valid any more")
	}
	requireBothValid(first, second)
	previous := s.output("app", "previousSecrets").([]any)
	require.Len(t, previous, 1)
	require.Equal(t, "2030-01-03T12:00:00Z", previous[0].(map[string]any)["retireAfter"])
	s.requireNoChanges()

	t.Log("an update of another property before that time keeps it")
	clock.advanceDays(1)
	app := confidentialClient("app")
	app["secretRotationTriggers"], app["previousSecretValidFor"], app["name"] = map[string]any{"month": "2"}, "2d", "App 2"
	s.declare("Client", "app", app)
	require.NotContains(t, s.mustUp().messages, "still works")
	requireBothValid(first, second)

	t.Log("it stays valid until the next update, with a warning")
	clock.advanceDays(1)
	o := s.preview()
	require.Contains(t, o.messages, "was kept until 2030-01-03T12:00:00Z and still works")
	require.Equal(t, []display.StepOp{deploy.OpUpdate}, o.steps["app"])
	require.Equal(t, []string{"previousSecrets"}, o.diffs["app"])
	require.Empty(t, o.steps["user"], "the current secret does not change")
	require.Contains(t, s.refresh().messages, "and still works; the next update deletes it")
	requireBothValid(first, second)
	s.mustUp()
	require.False(t, secretWorks(t, s.instance, "app", first))
	require.True(t, secretWorks(t, s.instance, "app", second))
	require.Nil(t, s.output("app", "previousSecrets"))
	s.requireNoChanges()
}

func TestPreviousSecretIsDeletedWhenNoLongerWanted(t *testing.T) {
	t.Parallel()
	for _, zero := range []string{"", "0", "0d"} {
		s, _ := newStackWithClock(t)
		declareRotatedClient(s, "1", "30d")
		s.mustUp()
		first := s.output("app", "clientSecret").(string)
		declareRotatedClient(s, "2", "30d")
		s.mustUp()
		require.True(t, secretWorks(t, s.instance, "app", first))
		declareRotatedClient(s, "2", zero)
		s.mustUp()
		require.False(t, secretWorks(t, s.instance, "app", first))
		s.requireNoChanges()
	}
	t.Log("it is deleted together with the secret that replaced it")
	s, _ := newStackWithClock(t)
	declareRotatedClient(s, "1", "30d")
	s.mustUp()
	declareRotatedClient(s, "2", "30d")
	s.mustUp()
	app := confidentialClient("app")
	app["createSecret"] = false
	s.declare("Client", "app", app)
	s.mustUp()
	require.Equal(t, 0, secretCount(s.instance, "app"))
	s.requireNoChanges()

	t.Log("a previous secret that was deleted outside Pulumi leaves the state")
	s, _ = newStackWithClock(t)
	declareRotatedClient(s, "1", "30d")
	s.mustUp()
	declareRotatedClient(s, "2", "30d")
	s.mustUp()
	s.instance.mustRequest("DELETE", "/api/oidc/clients/app/secrets/"+s.output("app", "previousSecrets").([]any)[0].(map[string]any)["secretId"].(string), nil)
	require.NoError(t, s.refresh().err)
	require.Nil(t, s.output("app", "previousSecrets"))
	s.requireNoChanges()
}

func TestImportedClientShowsNoDiffForPreviousSecretValidFor(t *testing.T) {
	t.Parallel()
	s, _ := newStackWithClock(t)
	s.instance.mustRequest("POST", "/api/oidc/clients", map[string]any{"id": "app", "name": "App", "callbackURLs": []string{"https://a.example/cb"}, "pkceEnabled": true})
	require.NoError(t, s.importResource("Client", "app", "app").err)
	declareRotatedClient(s, "1", "1d")
	s.program = s.program[:1]
	s.requireNoChanges()
}

func TestPreviousSecretValidForRequiresMultipleSecrets(t *testing.T) {
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{Version: "2.13.0"}))
	declareRotatedClient(s, "1", "0")
	s.mustUp()
	s.requireNoChanges()
	declareRotatedClient(s, "1", "1h")
	o := s.preview()
	require.Error(t, o.err)
	require.Contains(t, o.messages, "previousSecretValidFor requires Pocket ID 2.14.0 or later; this server is 2.13.0, where a client has one secret")
	refusals := 0
	s.instance.intercept(func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != "/api/version/current" || refusals == 2 {
			return false
		}
		refusals++
		dropConnection(w)
		return true
	})
	requests := s.instance.requestsDuring(func() { o = s.up() })
	require.Error(t, o.err)
	require.Contains(t, o.messages, "this server is 2.13.0")
	require.NotContains(t, strings.Join(requests, "\n"), "PUT")

	c := newChecker(t, newFake(t, fake.Options{}))
	bad := confidentialClient("app")
	bad["previousSecretValidFor"] = "soon"
	require.Contains(t, c.failures("Client", toProps(bad))[0], "previousSecretValidFor: must be a duration such as 90d")
	bad["previousSecretValidFor"], bad["isPublic"] = "1d", true
	require.Contains(t, c.failures("Client", toProps(bad))[0], "previousSecretValidFor: has no secret to keep")
}

// TestSecretsWithTheSamePrefixAreNotConfused: if the provider cannot tell which of
// the client's secrets has the value, it deletes none.
func TestSecretsWithTheSamePrefixAreNotConfused(t *testing.T) {
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{}))
	s.instance.mustRequest("POST", "/api/oidc/clients", map[string]any{"id": "app", "name": "App", "callbackURLs": []string{"https://a.example/cb"}, "pkceEnabled": true})
	for _, value := range []string{"prod: the one in question", "prod: another one"} {
		s.instance.mustRequest("POST", "/api/oidc/clients/app/secrets", map[string]any{"secret": value})
	}
	require.NoError(t, s.importResource("Client", "app", "app").err)
	for _, own := range []string{"prod: the one in question", "prod: the one that replaces it"} {
		app := confidentialClient("app")
		app["clientSecret"] = resource.MakeSecret(resource.NewProperty(own))
		s.declare("Client", "app", app)
		s.mustUp()
		require.True(t, secretWorks(t, s.instance, "app", own))
		require.True(t, secretWorks(t, s.instance, "app", "prod: another one"))
		s.requireNoChanges()
	}
}

// clientWithSecret returns the inputs of the client "app" with a custom secret value.
func clientWithSecret(value string) map[string]any {
	app := confidentialClient("app")
	app["clientSecret"] = resource.MakeSecret(resource.NewProperty(value))
	return app
}

// requireWorkingSecret runs an update, after which the client has one secret that is
// valid and that its consumer has.
func requireWorkingSecret(t *testing.T, s *stack) {
	t.Helper()
	s.mustUp()
	secret := s.output("app", "clientSecret").(string)
	require.True(t, secretWorks(t, s.instance, "app", secret))
	require.Equal(t, secret, s.output("user", "description"))
	require.Equal(t, 1, secretCount(s.instance, "app"))
	s.requireNoChanges()
}

// TestConsumersOfAClientSecretSeeItChange changes the secret in every way and
// requires that the preview shows an update of its consumer.
func TestConsumersOfAClientSecretSeeItChange(t *testing.T) {
	t.Parallel()
	s, _ := newStackWithClock(t)
	s.declare("Client", "app", clientWithSecret("the first custom value of it"))
	declareSecretConsumer(s)
	s.mustUp()
	s.requireNoChanges()
	s.declare("Client", "app", clientWithSecret("the second custom value of it"))
	o := s.preview()
	require.Equal(t, "the second custom value of it", plainValue(o.outputs["app"]["clientSecret"]))
	require.Equal(t, []display.StepOp{deploy.OpUpdate}, o.steps["user"])
	requireWorkingSecret(t, s)

	s.instance.mustRequest("DELETE", "/api/oidc/clients/app/secrets/"+s.output("app", "clientSecretId").(string), nil)
	s.declare("Client", "app", confidentialClient("app"))
	require.NoError(t, s.refresh().err)
	requireSecretChangeShown(t, s, "a secret that is gone")
	requireWorkingSecret(t, s)

	public := confidentialClient("app")
	public["isPublic"] = true
	s.declare("Client", "app", public)
	s.program = s.program[:1]
	s.mustUp()
	require.Equal(t, 0, secretCount(s.instance, "app"))
	s.requireNoChanges()
	s.declare("Client", "app", confidentialClient("app"))
	declareSecretConsumer(s)
	o = s.preview()
	require.True(t, o.outputs["app"]["clientSecret"].ContainsUnknowns())
	requireWorkingSecret(t, s)

}

func TestConsumersSeeTheExpiryOfAnAdoptedSecret(t *testing.T) {
	t.Parallel()
	s, clock := newStackWithClock(t)
	s.instance.mustRequest("POST", "/api/oidc/clients", map[string]any{"id": "app", "name": "App", "callbackURLs": []string{"https://a.example/cb"}, "pkceEnabled": true})
	s.instance.mustRequest("POST", "/api/oidc/clients/app/secrets", map[string]any{"secret": "the first custom value of it", "expiresAt": "2030-02-01T00:00:00Z"})
	require.NoError(t, s.importResource("Client", "app", "app").err)
	s.declare("Client", "app", clientWithSecret("the first custom value of it"))
	declareSecretConsumer(s)
	requireWorkingSecret(t, s)
	clock.advanceDays(90)
	s.declare("Client", "app", confidentialClient("app"))
	require.NoError(t, s.refresh().err)
	requireSecretChangeShown(t, s, "a secret that has expired")
	s.mustUp()
	require.True(t, secretWorks(t, s.instance, "app", s.output("app", "clientSecret").(string)))
	s.requireNoChanges()
}

// TestClientKeepsSecretsItDoesNotManage creates a secret after the client and before
// the client's own secret, as a ClientSecret of the program can.
func TestClientKeepsSecretsItDoesNotManage(t *testing.T) {
	skipIfEngineRaces(t)
	t.Parallel()
	for _, options := range []fake.Options{{}, {AutoCreateClientSecret: true}} {
		s := newStack(t, newFake(t, options))
		s.declare("Group", "staff", map[string]any{"name": "staff", "friendlyName": "Staff"})
		app := confidentialClient("app")
		app["secretRotationTriggers"] = map[string]any{"month": "1"}
		s.declare("Client", "app", app).from = map[string]string{"allowedUserGroups[]": "staff.id"}
		var once sync.Once
		other := make(chan string, 1)
		s.instance.intercept(func(_ http.ResponseWriter, r *http.Request) bool {
			if strings.HasSuffix(r.URL.Path, "/allowed-user-groups") {
				once.Do(func() {
					answer := httptest.NewRecorder()
					post := httptest.NewRequest("POST", "/api/oidc/clients/app/secrets", strings.NewReader(`{"secret":"the value of a ClientSecret"}`))
					post.Header = r.Header
					s.instance.server.ServeHTTP(answer, post)
					var created struct{ ID string }
					require.NoError(t, json.Unmarshal(answer.Body.Bytes(), &created))
					other <- created.ID
				})
			}
			return false
		})
		s.mustUp()
		require.True(t, secretWorks(t, s.instance, "app", "the value of a ClientSecret"), "the create of the client has deleted another secret")
		require.Equal(t, 2, secretCount(s.instance, "app"))
		require.NoError(t, s.importResource("ClientSecret", "key", "app/"+<-other).err)
		s.declare("ClientSecret", "key", map[string]any{"clientId": "app", "value": resource.MakeSecret(resource.NewProperty("the value of a ClientSecret"))})
		s.mustUp()
		s.requireNoChanges()

		t.Log("each rotates independently")
		app["secretRotationTriggers"] = map[string]any{"month": "2"}
		s.declare("Client", "app", app)
		o := s.mustUp()
		require.Empty(t, o.steps["key"])
		require.True(t, secretWorks(t, s.instance, "app", "the value of a ClientSecret"))
		own := s.output("app", "clientSecret").(string)
		s.declare("ClientSecret", "key", map[string]any{"clientId": "app", "value": resource.MakeSecret(resource.NewProperty("another custom value of it"))})
		o = s.mustUp()
		require.Empty(t, o.steps["app"])
		require.True(t, secretWorks(t, s.instance, "app", own))
		require.True(t, secretWorks(t, s.instance, "app", "another custom value of it"))
		require.Equal(t, 2, secretCount(s.instance, "app"))
		s.requireNoChanges()
	}
}

func TestSecretCreatedWithTheClientIsNotOrphaned(t *testing.T) {
	skipIfEngineRaces(t)
	t.Parallel()
	app := clientWithSecret("a custom value of it")
	for _, row := range []struct{ method, suffix string }{{"POST", "/secrets"}, {"DELETE", ""}} {
		s := newStack(t, newFake(t, fake.Options{AutoCreateClientSecret: true}))
		s.config["maxRetries"] = "0"
		s.declare("Client", "app", app)
		s.instance.intercept(func(w http.ResponseWriter, r *http.Request) bool {
			hit := r.Method == row.method && strings.HasSuffix(r.URL.Path, row.suffix)
			if hit {
				http.Error(w, `{"error":"no"}`, http.StatusInternalServerError)
			}
			return hit
		})
		require.Error(t, s.up().err)
		s.instance.intercept(nil)
		require.NoError(t, s.refresh().err)
		s.mustUp()
		require.True(t, secretWorks(t, s.instance, "app", "a custom value of it"))
		require.Equal(t, 1, secretCount(s.instance, "app"), "an orphaned secret is valid")
		s.requireNoChanges()
	}

	t.Log("after a lost response its value is unknown, and a warning reports it")
	s := newStack(t, newFake(t, fake.Options{AutoCreateClientSecret: true}))
	s.declare("Client", "app", confidentialClient("app"))
	s.instance.intercept(loseResponseOnce("POST", "/clients", s.instance))
	o := s.mustUp()
	require.Contains(t, o.messages, "the client has other secrets, which this resource does not manage")
	require.True(t, secretWorks(t, s.instance, "app", s.output("app", "clientSecret").(string)))
}

// TestSecretWithoutIDIsDeletedAfterAServerUpgrade rotates a secret that was created
// before 2.14: the state has no id of it and the server no prefix.
func TestSecretWithoutIDIsDeletedAfterAServerUpgrade(t *testing.T) {
	skipIfEngineRaces(t)
	t.Parallel()
	for _, otherSecret := range []bool{false, true} {
		s, _ := newStackWithClock(t)
		declareRotatedClient(s, "1", "")
		s.mustUp()
		old := s.output("app", "clientSecret").(string)
		delete(s.state("app").Outputs, "clientSecretId")
		if otherSecret {
			s.instance.mustRequest("POST", "/api/oidc/clients/app/secrets", map[string]any{"secret": "zzzz is not how it begins"})
		}
		s.instance.intercept(func(w http.ResponseWriter, r *http.Request) bool {
			if r.Method != "GET" || r.URL.Path != "/api/oidc/clients/app" {
				return false
			}
			answer := httptest.NewRecorder()
			s.instance.server.ServeHTTP(answer, r)
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write([]byte(strings.Replace(answer.Body.String(), `"prefix":"`+old[:4], `"prefix":"`, 1)))
			return true
		})
		declareRotatedClient(s, "2", "")
		s.mustUp()
		require.False(t, secretWorks(t, s.instance, "app", old), "the old secret still works")
		require.True(t, secretWorks(t, s.instance, "app", s.output("app", "clientSecret").(string)))
		if otherSecret {
			require.True(t, secretWorks(t, s.instance, "app", "zzzz is not how it begins"))
		}
	}
}
