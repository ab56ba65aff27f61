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

// rotating is a client whose secret was made in a month, and an application that takes it.
func rotating(s *stack, month, validFor string) {
	app := confidential("app")
	app["secretRotationTriggers"] = map[string]any{"month": month}
	if validFor != "" {
		app["previousSecretValidFor"] = validFor
	}
	s.declare("Client", "app", app)
	userOf(s)
}

// userOf declares an application that takes the secret of the client "app".
func userOf(s *stack) {
	s.declare("Client", "user", map[string]any{"name": "Uses the secret", "clientId": "user", "callbackUrls": []any{}, "createSecret": false}).
		from = map[string]string{"description": "app.clientSecret"}
}

// requireSeen wants a preview to show an update of the client, and that who uses
// its secret sees the change.
func requireSeen(t *testing.T, s *stack, what string) {
	t.Helper()
	o := s.preview()
	require.NoError(t, o.err, o.text)
	require.Equal(t, []display.StepOp{deploy.OpUpdate}, o.steps["app"], what)
	require.True(t, o.new["app"]["clientSecret"].ContainsUnknowns(), what)
	require.Equal(t, []display.StepOp{deploy.OpUpdate}, o.steps["user"], what)
}

func TestAReplacedSecretWorksOnForAsLongAsItMust(t *testing.T) {
	t.Parallel()
	s, calendar := inTime(t)
	rotating(s, "1", "2d")
	s.mustUp()
	s.steady()
	first := s.output("app", "clientSecret").(string)
	rotating(s, "2", "2d")
	requireSeen(t, s, "a rotation")
	require.True(t, s.preview().new["app"]["previousSecrets"].ContainsUnknowns())
	s.mustUp()
	second := s.output("app", "clientSecret").(string)
	both := func(first, second string) {
		t.Helper()
		require.True(t, signsIn(t, s.pocketID, "app", second))
		require.True(t, signsIn(t, s.pocketID, "app", first), "it was to work on")
	}
	both(first, second)
	previous := s.output("app", "previousSecrets").([]any)
	require.Len(t, previous, 1)
	require.Equal(t, "2030-01-03T12:00:00Z", previous[0].(map[string]any)["retireAfter"])
	s.steady()

	t.Log("an update of something else, before its time, does not touch it")
	calendar.days(1)
	app := confidential("app")
	app["secretRotationTriggers"], app["previousSecretValidFor"], app["name"] = map[string]any{"month": "2"}, "2d", "App 2"
	s.declare("Client", "app", app)
	require.NotContains(t, s.mustUp().text, "still works")
	both(first, second)

	t.Log("it outlives its time until the next update, and everybody is told")
	calendar.days(1)
	o := s.preview()
	require.Contains(t, o.text, "was to work until 2030-01-03T12:00:00Z at least, and still works")
	require.Equal(t, []display.StepOp{deploy.OpUpdate}, o.steps["app"])
	require.Equal(t, []string{"previousSecrets"}, o.diffs["app"])
	require.Empty(t, o.steps["user"], "the secret in use does not change")
	require.Contains(t, s.refresh().text, "and still works: the next update deletes it")
	both(first, second)
	s.mustUp()
	require.False(t, signsIn(t, s.pocketID, "app", first))
	require.True(t, signsIn(t, s.pocketID, "app", second))
	require.Nil(t, s.output("app", "previousSecrets"))
	s.steady()
}

func TestAReplacedSecretGoesWhenTheProgramNoLongerWantsIt(t *testing.T) {
	t.Parallel()
	for _, zero := range []string{"", "0", "0d"} {
		s, _ := inTime(t)
		rotating(s, "1", "30d")
		s.mustUp()
		first := s.output("app", "clientSecret").(string)
		rotating(s, "2", "30d")
		s.mustUp()
		require.True(t, signsIn(t, s.pocketID, "app", first))
		rotating(s, "2", zero)
		s.mustUp()
		require.False(t, signsIn(t, s.pocketID, "app", first))
		s.steady()
	}
	t.Log("nor outlives it the secret that took its place")
	s, _ := inTime(t)
	rotating(s, "1", "30d")
	s.mustUp()
	rotating(s, "2", "30d")
	s.mustUp()
	app := confidential("app")
	app["createSecret"] = false
	s.declare("Client", "app", app)
	s.mustUp()
	require.Equal(t, 0, secretsOf(s.pocketID, "app"))
	s.steady()

	t.Log("one that somebody else deletes is forgotten")
	s, _ = inTime(t)
	rotating(s, "1", "30d")
	s.mustUp()
	rotating(s, "2", "30d")
	s.mustUp()
	s.pocketID.ask("DELETE", "/api/oidc/clients/app/secrets/"+s.output("app", "previousSecrets").([]any)[0].(map[string]any)["secretId"].(string), nil)
	require.NoError(t, s.refresh().err)
	require.Nil(t, s.output("app", "previousSecrets"))
	s.steady()
}

func TestAnOverlapIsNoDifferenceToAnImport(t *testing.T) {
	t.Parallel()
	s, _ := inTime(t)
	s.pocketID.ask("POST", "/api/oidc/clients", map[string]any{"id": "app", "name": "App", "callbackURLs": []string{"https://a.example/cb"}, "pkceEnabled": true})
	require.NoError(t, s.importing("Client", "app", "app").err)
	rotating(s, "1", "1d")
	s.program = s.program[:1]
	s.steady()
}

func TestAnOverlapNeedsManySecrets(t *testing.T) {
	t.Parallel()
	s := newStack(t, onFake(t, fake.Options{Version: "2.13.0"}))
	rotating(s, "1", "0")
	s.mustUp()
	s.steady()
	rotating(s, "1", "1h")
	o := s.preview()
	require.Error(t, o.err)
	require.Contains(t, o.text, "previousSecretValidFor needs Pocket ID 2.14.0 or later; this server is 2.13.0, where a client has one secret")
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
	require.Contains(t, o.text, "this server is 2.13.0")
	require.NotContains(t, strings.Join(requests, "\n"), "PUT")

	c := newChecker(t, onFake(t, fake.Options{}))
	bad := confidential("app")
	bad["previousSecretValidFor"] = "soon"
	require.Contains(t, c.failures("Client", said(bad))[0], "previousSecretValidFor: must be a duration such as 90d")
	bad["previousSecretValidFor"], bad["isPublic"] = "1d", true
	require.Contains(t, c.failures("Client", said(bad))[0], "previousSecretValidFor: has nothing to keep")
}

// Where it cannot be known which of a client's secrets a value is, none is deleted.
func TestASecretThatBeginsAsAnotherIsNotMistakenForIt(t *testing.T) {
	t.Parallel()
	s := newStack(t, onFake(t, fake.Options{}))
	s.pocketID.ask("POST", "/api/oidc/clients", map[string]any{"id": "app", "name": "App", "callbackURLs": []string{"https://a.example/cb"}, "pkceEnabled": true})
	for _, value := range []string{"prod: the one in question", "prod: another one"} {
		s.pocketID.ask("POST", "/api/oidc/clients/app/secrets", map[string]any{"secret": value})
	}
	require.NoError(t, s.importing("Client", "app", "app").err)
	for _, own := range []string{"prod: the one in question", "prod: the one that replaces it"} {
		app := confidential("app")
		app["clientSecret"] = resource.MakeSecret(resource.NewProperty(own))
		s.declare("Client", "app", app)
		s.mustUp()
		require.True(t, signsIn(t, s.pocketID, "app", own))
		require.True(t, signsIn(t, s.pocketID, "app", "prod: another one"))
		s.steady()
	}
}

// Whatever becomes of a client's secret, who uses it sees it in the preview.
func TestWhoUsesTheSecretSeesItChange(t *testing.T) {
	t.Parallel()
	own := func(v string) map[string]any {
		app := confidential("app")
		app["clientSecret"] = resource.MakeSecret(resource.NewProperty(v))
		return app
	}
	s, _ := inTime(t)
	s.declare("Client", "app", own("the first own value of it"))
	userOf(s)
	s.mustUp()
	s.steady()
	works := func() {
		t.Helper()
		s.mustUp()
		secret := s.output("app", "clientSecret").(string)
		require.True(t, signsIn(t, s.pocketID, "app", secret))
		require.Equal(t, secret, s.output("user", "description"))
		require.Equal(t, 1, secretsOf(s.pocketID, "app"))
		s.steady()
	}

	s.declare("Client", "app", own("the second own value of it"))
	o := s.preview()
	require.Equal(t, "the second own value of it", plainly(o.new["app"]["clientSecret"]))
	require.Equal(t, []display.StepOp{deploy.OpUpdate}, o.steps["user"])
	works()

	s.pocketID.ask("DELETE", "/api/oidc/clients/app/secrets/"+s.output("app", "clientSecretId").(string), nil)
	s.declare("Client", "app", confidential("app"))
	require.NoError(t, s.refresh().err)
	requireSeen(t, s, "a secret that is gone")
	works()

	public := confidential("app")
	public["isPublic"] = true
	s.declare("Client", "app", public)
	s.program = s.program[:1]
	s.mustUp()
	require.Equal(t, 0, secretsOf(s.pocketID, "app"))
	s.steady()
	s.declare("Client", "app", confidential("app"))
	userOf(s)
	o = s.preview()
	require.True(t, o.new["app"]["clientSecret"].ContainsUnknowns())
	works()

	t.Log("an adopted secret, and then its expiry")
	s, calendar := inTime(t)
	s.pocketID.ask("POST", "/api/oidc/clients", map[string]any{"id": "app", "name": "App", "callbackURLs": []string{"https://a.example/cb"}, "pkceEnabled": true})
	s.pocketID.ask("POST", "/api/oidc/clients/app/secrets", map[string]any{"secret": "the first own value of it", "expiresAt": "2030-02-01T00:00:00Z"})
	require.NoError(t, s.importing("Client", "app", "app").err)
	s.declare("Client", "app", own("the first own value of it"))
	userOf(s)
	works()
	calendar.days(90)
	s.declare("Client", "app", confidential("app"))
	require.NoError(t, s.refresh().err)
	requireSeen(t, s, "a secret that has expired")
	s.mustUp()
	require.True(t, signsIn(t, s.pocketID, "app", s.output("app", "clientSecret").(string)))
	s.steady()
}

// A ClientSecret may be made as soon as its client is there, and before the
// client's own secret is.
func TestAClientLeavesTheSecretsOfOthersAlone(t *testing.T) {
	engineRaces(t)
	t.Parallel()
	for _, options := range []fake.Options{{}, {AutoSecret: true}} {
		s := newStack(t, onFake(t, options))
		s.declare("Group", "staff", map[string]any{"name": "staff", "friendlyName": "Staff"})
		app := confidential("app")
		app["secretRotationTriggers"] = map[string]any{"month": "1"}
		s.declare("Client", "app", app).from = map[string]string{"allowedUserGroups[]": "staff.id"}
		var once sync.Once
		other := make(chan string, 1)
		s.pocketID.meddling(func(_ http.ResponseWriter, r *http.Request) bool {
			if strings.HasSuffix(r.URL.Path, "/allowed-user-groups") {
				once.Do(func() {
					answer := httptest.NewRecorder()
					post := httptest.NewRequest("POST", "/api/oidc/clients/app/secrets", strings.NewReader(`{"secret":"an own value of a ClientSecret"}`))
					post.Header = r.Header
					s.pocketID.server.ServeHTTP(answer, post)
					var made struct{ ID string }
					require.NoError(t, json.Unmarshal(answer.Body.Bytes(), &made))
					other <- made.ID
				})
			}
			return false
		})
		s.mustUp()
		require.True(t, signsIn(t, s.pocketID, "app", "an own value of a ClientSecret"), "the client's create has deleted somebody's secret")
		require.Equal(t, 2, secretsOf(s.pocketID, "app"))
		require.NoError(t, s.importing("ClientSecret", "key", "app/"+<-other).err)
		s.declare("ClientSecret", "key", map[string]any{"clientId": "app", "value": resource.MakeSecret(resource.NewProperty("an own value of a ClientSecret"))})
		s.mustUp()
		s.steady()

		t.Log("each rotates without the other")
		app["secretRotationTriggers"] = map[string]any{"month": "2"}
		s.declare("Client", "app", app)
		o := s.mustUp()
		require.Empty(t, o.steps["key"])
		require.True(t, signsIn(t, s.pocketID, "app", "an own value of a ClientSecret"))
		own := s.output("app", "clientSecret").(string)
		s.declare("ClientSecret", "key", map[string]any{"clientId": "app", "value": resource.MakeSecret(resource.NewProperty("another own value of it"))})
		o = s.mustUp()
		require.Empty(t, o.steps["app"])
		require.True(t, signsIn(t, s.pocketID, "app", own))
		require.True(t, signsIn(t, s.pocketID, "app", "another own value of it"))
		require.Equal(t, 2, secretsOf(s.pocketID, "app"))
		s.steady()
	}
}

func TestASecretThatCameWithTheClientIsNeverForgotten(t *testing.T) {
	engineRaces(t)
	t.Parallel()
	own := confidential("app")
	own["clientSecret"] = resource.MakeSecret(resource.NewProperty("an own value of it"))
	for _, row := range []struct{ method, suffix string }{{"POST", "/secrets"}, {"DELETE", ""}} {
		s := newStack(t, onFake(t, fake.Options{AutoSecret: true}))
		s.config["maxRetries"] = "0"
		s.declare("Client", "app", own)
		s.pocketID.meddling(func(w http.ResponseWriter, r *http.Request) bool {
			hit := r.Method == row.method && strings.HasSuffix(r.URL.Path, row.suffix)
			if hit {
				http.Error(w, `{"error":"no"}`, http.StatusInternalServerError)
			}
			return hit
		})
		require.Error(t, s.up().err)
		s.pocketID.meddling(nil)
		require.NoError(t, s.refresh().err)
		s.mustUp()
		require.True(t, signsIn(t, s.pocketID, "app", "an own value of it"))
		require.Equal(t, 1, secretsOf(s.pocketID, "app"), "an orphan that can sign in")
		s.steady()
	}

	t.Log("where the answer was lost, nobody knows its value, and a warning names it")
	s := newStack(t, onFake(t, fake.Options{AutoSecret: true}))
	s.declare("Client", "app", confidential("app"))
	s.pocketID.meddling(losingOnce("POST", "/clients", s.pocketID))
	o := s.mustUp()
	require.Contains(t, o.text, "the client has other secrets, which are left alone")
	require.True(t, signsIn(t, s.pocketID, "app", s.output("app", "clientSecret").(string)))
}

// What was made before 2.14 has neither an id in the stack nor a prefix on the server.
func TestTheSecretOfAnOlderServerIsRetiredAfterItsUpdate(t *testing.T) {
	engineRaces(t)
	t.Parallel()
	for _, stranger := range []bool{false, true} {
		s, _ := inTime(t)
		rotating(s, "1", "")
		s.mustUp()
		old := s.output("app", "clientSecret").(string)
		delete(s.state("app").Outputs, "clientSecretId")
		if stranger {
			s.pocketID.ask("POST", "/api/oidc/clients/app/secrets", map[string]any{"secret": "zzzz is not how it begins"})
		}
		s.pocketID.meddling(func(w http.ResponseWriter, r *http.Request) bool {
			if r.Method != "GET" || r.URL.Path != "/api/oidc/clients/app" {
				return false
			}
			answer := httptest.NewRecorder()
			s.pocketID.server.ServeHTTP(answer, r)
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write([]byte(strings.Replace(answer.Body.String(), `"prefix":"`+old[:4], `"prefix":"`, 1)))
			return true
		})
		rotating(s, "2", "")
		s.mustUp()
		require.False(t, signsIn(t, s.pocketID, "app", old), "the old secret still works")
		require.True(t, signsIn(t, s.pocketID, "app", s.output("app", "clientSecret").(string)))
		if stranger {
			require.True(t, signsIn(t, s.pocketID, "app", "zzzz is not how it begins"))
		}
	}
}
