package provider

import (
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/pkg/v3/display"
	"github.com/pulumi/pulumi/pkg/v3/resource/deploy"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

// signsIn tells whether a client's secret works, by asking the token endpoint.
func signsIn(t *testing.T, on *pocketID, clientID, secret string) bool {
	t.Helper()
	req, err := http.NewRequest("POST", on.url+"/api/oidc/introspect", strings.NewReader(url.Values{"token": {"none"}}.Encode()))
	require.NoError(t, err)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(url.QueryEscape(clientID)+":"+url.QueryEscape(secret))))
	res, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer res.Body.Close()
	return res.StatusCode == http.StatusOK
}

func secretsOf(on *pocketID, clientID string) int {
	list, _ := on.client(clientID)["credentials"].(map[string]any)["secrets"].([]any)
	return len(list)
}

func confidential(id string) map[string]any {
	return map[string]any{"name": "App", "clientId": id, "callbackUrls": []any{"https://a.example/cb"}}
}

func TestTheSecretWorksAndIsKeptByARefresh(t *testing.T) {
	t.Parallel()
	s := newStack(t, onPocketID(t))
	id := named("app")
	s.declare("Client", "app", confidential(id))
	s.mustUp()
	t.Cleanup(func() { s.destroy() })
	secret := s.output("app", "clientSecret").(string)
	require.True(t, signsIn(t, s.pocketID, id, secret))
	require.False(t, signsIn(t, s.pocketID, id, "wrong"+secret))
	s.steady()
	require.Equal(t, secret, s.output("app", "clientSecret"))
	require.True(t, s.state("app").Outputs["clientSecret"].IsSecret())
}

func TestRotationMakesAnotherSecretAndRetiresTheOld(t *testing.T) {
	t.Parallel()
	s := newStack(t, onPocketID(t))
	id := named("app")
	app := confidential(id)
	app["secretRotationTriggers"] = map[string]any{}
	s.declare("Client", "app", app)
	s.mustUp()
	t.Cleanup(func() { s.destroy() })
	s.steady()
	app["secretRotationTriggers"] = map[string]any{"month": 1} // as YAML has it
	s.declare("Client", "app", app)
	s.mustUp()
	s.steady()
	old := s.output("app", "clientSecret").(string)

	app["secretRotationTriggers"] = map[string]any{"month": "2"}
	s.declare("Client", "app", app)
	o := s.preview()
	require.Equal(t, []display.StepOp{deploy.OpUpdate}, o.steps["app"])
	require.True(t, o.new["app"]["clientSecret"].ContainsUnknowns(), "who uses the secret must see that it will change")
	require.False(t, o.new["app"]["clientId"].ContainsUnknowns())
	s.mustUp()
	require.NotEqual(t, old, s.output("app", "clientSecret"))
	require.True(t, signsIn(t, s.pocketID, id, s.output("app", "clientSecret").(string)))
	require.False(t, signsIn(t, s.pocketID, id, old), "the old secret still works")
	s.steady()
}

func TestARetirementThatFailsIsDoneByTheNextUpdate(t *testing.T) {
	engineRaces(t)
	t.Parallel()
	s := newStack(t, onFake(t, fake.Options{}))
	s.config["maxRetries"] = "0"
	app := confidential("app")
	app["secretRotationTriggers"] = map[string]any{"month": "1"}
	s.declare("Client", "app", app)
	s.mustUp()
	old := s.output("app", "clientSecret").(string)
	app["secretRotationTriggers"] = map[string]any{"month": "2"}
	s.declare("Client", "app", app)
	s.pocketID.meddling(func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method == "DELETE" {
			http.Error(w, "<html>no</html>", http.StatusInternalServerError)
		}
		return r.Method == "DELETE"
	})
	o := s.up()
	require.Error(t, o.err)
	require.Contains(t, o.text, "still works")
	require.NotContains(t, o.text, old)
	require.NotEqual(t, old, s.output("app", "clientSecret"), "the new secret is lost")
	s.pocketID.meddling(nil)
	require.NoError(t, s.refresh().err)
	s.mustUp()
	require.False(t, signsIn(t, s.pocketID, "app", old))
	require.Equal(t, 1, secretsOf(s.pocketID, "app"))
	s.steady()
}

func TestASecretThatIsGoneIsMadeAgain(t *testing.T) {
	t.Parallel()
	s := newStack(t, onFake(t, fake.Options{}))
	s.declare("Client", "app", confidential("app"))
	s.mustUp()
	old := s.output("app", "clientSecret")
	s.pocketID.ask("DELETE", "/api/oidc/clients/app/secrets/"+s.output("app", "clientSecretId").(string), nil)
	require.NoError(t, s.refresh().err)
	o := s.preview()
	require.Equal(t, []display.StepOp{deploy.OpUpdate}, o.steps["app"])
	require.True(t, o.new["app"]["clientSecret"].ContainsUnknowns())
	s.mustUp()
	require.NotEqual(t, old, s.output("app", "clientSecret"))
	require.True(t, signsIn(t, s.pocketID, "app", s.output("app", "clientSecret").(string)))
	s.steady()
}

func TestAnImportMintsAndRetiresNothing(t *testing.T) {
	engineRaces(t)
	t.Parallel()
	s := newStack(t, onFake(t, fake.Options{}))
	s.pocketID.ask("POST", "/api/oidc/clients", map[string]any{"id": "app", "name": "App", "callbackURLs": []string{"https://a.example/cb"}, "pkceEnabled": true})
	theirs := s.pocketID.ask("POST", "/api/oidc/clients/app/secrets", nil)["secret"].(string)
	require.NoError(t, s.importing("Client", "app", "app").err)
	s.declare("Client", "app", confidential("app"))
	s.mustUp()
	s.steady()
	require.Equal(t, 1, secretsOf(s.pocketID, "app"))

	t.Log("a change of something else leaves it at that")
	app := confidential("app")
	app["name"] = "App 2"
	s.declare("Client", "app", app)
	s.mustUp()
	require.Equal(t, 1, secretsOf(s.pocketID, "app"))
	require.Nil(t, s.output("app", "clientSecret"))

	t.Log("a wrong secret is not adopted")
	app["clientSecret"] = resource.MakeSecret(resource.NewProperty("this-is-not-the-secret"))
	s.declare("Client", "app", app)
	o := s.up()
	require.Error(t, o.err)
	require.Contains(t, o.text, "not a secret of this client")
	require.NotContains(t, o.text, "this-is-not-the-secret")

	t.Log("the right one is")
	app["clientSecret"] = resource.MakeSecret(resource.NewProperty(theirs))
	s.declare("Client", "app", app)
	s.mustUp()
	require.Equal(t, theirs, s.output("app", "clientSecret"))
	require.Equal(t, 1, secretsOf(s.pocketID, "app"))
	require.NotNil(t, s.output("app", "clientSecretId"))
	s.steady()
}

func TestRotationOfAnImportedSecretStartsWithTheFirstChange(t *testing.T) {
	t.Parallel()
	s := newStack(t, onPocketID(t))
	id := named("app")
	s.pocketID.ask("POST", "/api/oidc/clients", map[string]any{"id": id, "name": "App", "callbackURLs": []string{"https://a.example/cb"}, "pkceEnabled": true})
	require.NoError(t, s.importing("Client", "app", id).err)
	t.Cleanup(func() { s.destroy() })
	app := confidential(id)
	app["secretRotationTriggers"] = map[string]any{"month": "1"}
	s.declare("Client", "app", app)
	s.mustUp()
	s.steady()
	require.Nil(t, s.output("app", "clientSecret"))
	app["secretRotationTriggers"] = map[string]any{"month": "2"}
	s.declare("Client", "app", app)
	s.mustUp()
	require.True(t, signsIn(t, s.pocketID, id, s.output("app", "clientSecret").(string)))
	s.steady()
}

func TestAnOwnSecretIsTakenAndReplaced(t *testing.T) {
	t.Parallel()
	s := newStack(t, onPocketID(t))
	if !s.pocketID.has(12) {
		t.Skip("before 2.12 the server makes every secret itself")
	}
	id := named("app")
	app := confidential(id)
	app["clientSecret"] = resource.MakeSecret(resource.NewProperty("first own value of it"))
	s.declare("Client", "app", app)
	s.mustUp()
	t.Cleanup(func() { s.destroy() })
	require.True(t, signsIn(t, s.pocketID, id, "first own value of it"))
	s.steady()
	app["clientSecret"] = resource.MakeSecret(resource.NewProperty("second own value of it"))
	s.declare("Client", "app", app)
	s.mustUp()
	require.True(t, signsIn(t, s.pocketID, id, "second own value of it"))
	require.False(t, signsIn(t, s.pocketID, id, "first own value of it"))
	s.steady()
	t.Log("left out again, it stays")
	delete(app, "clientSecret")
	s.declare("Client", "app", app)
	s.steady()
}

func TestPublicClientsHaveNoSecret(t *testing.T) {
	t.Parallel()
	s := newStack(t, onPocketID(t))
	id := named("app")
	s.declare("Client", "app", confidential(id))
	s.mustUp()
	t.Cleanup(func() { s.destroy() })
	first := s.output("app", "clientSecret").(string)
	public := confidential(id)
	public["isPublic"] = true
	s.declare("Client", "app", public)
	s.mustUp()
	require.Nil(t, s.output("app", "clientSecret"))
	s.steady()
	s.declare("Client", "app", confidential(id))
	o := s.preview()
	require.True(t, o.new["app"]["clientSecret"].ContainsUnknowns())
	s.mustUp()
	require.True(t, signsIn(t, s.pocketID, id, s.output("app", "clientSecret").(string)))
	require.False(t, signsIn(t, s.pocketID, id, first), "the retired secret has come alive again")
	s.steady()
}

func TestASecretThatTheServerMadeIsTakenOver(t *testing.T) {
	t.Parallel()
	s := newStack(t, onFake(t, fake.Options{AutoSecret: true}))
	s.declare("Client", "app", confidential("app"))
	none := confidential("none")
	none["createSecret"] = false
	s.declare("Client", "none", none)
	own := confidential("own")
	own["clientSecret"] = resource.MakeSecret(resource.NewProperty("an own value of it"))
	s.declare("Client", "own", own)
	s.mustUp()
	require.Equal(t, 1, secretsOf(s.pocketID, "app"))
	require.True(t, signsIn(t, s.pocketID, "app", s.output("app", "clientSecret").(string)))
	require.Equal(t, 0, secretsOf(s.pocketID, "none"), "an orphan that can sign in")
	require.Equal(t, 1, secretsOf(s.pocketID, "own"))
	require.True(t, signsIn(t, s.pocketID, "own", "an own value of it"))
	s.steady()
}

func TestOlderServersReplaceTheOnlySecret(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"2.3.0", "2.9.0", "2.12.0", "2.13.0"} {
		s := newStack(t, onFake(t, fake.Options{Version: version}))
		app := confidential("app")
		app["secretRotationTriggers"] = map[string]any{"month": "1"}
		s.declare("Client", "app", app)
		s.mustUp()
		old := s.output("app", "clientSecret").(string)
		require.True(t, signsIn(t, s.pocketID, "app", old), version)
		s.steady()
		app["secretRotationTriggers"] = map[string]any{"month": "2"}
		s.declare("Client", "app", app)
		s.mustUp()
		require.False(t, signsIn(t, s.pocketID, "app", old), version)
		require.True(t, signsIn(t, s.pocketID, "app", s.output("app", "clientSecret").(string)), version)
		s.steady()
	}
}

func TestASecretThatStaysUndecidedIsTriedBeforeAnotherIsMade(t *testing.T) {
	engineRaces(t)
	t.Parallel()
	s := newStack(t, onFake(t, fake.Options{}))
	s.config["maxRetries"], s.config["startupTimeout"] = "0", "0"
	app := confidential("app")
	app["secretRotationTriggers"] = map[string]any{"month": "1"}
	s.declare("Client", "app", app)
	s.mustUp()
	old := s.output("app", "clientSecret").(string)
	app["secretRotationTriggers"] = map[string]any{"month": "2"}
	s.declare("Client", "app", app)
	s.pocketID.meddling(func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.HasSuffix(r.URL.Path, "/secrets") {
			return false
		}
		if r.Method == "POST" {
			s.pocketID.server.ServeHTTP(httptest.NewRecorder(), r)
		}
		hijackAndClose(w)
		return true
	})
	o := s.up()
	require.Error(t, o.err)
	require.Contains(t, o.text, "it is unknown whether the secret of client app")
	require.True(t, signsIn(t, s.pocketID, "app", old), "the old secret goes only when the new one is sure")
	s.pocketID.meddling(nil)
	require.NoError(t, s.refresh().err)
	s.mustUp()
	require.True(t, signsIn(t, s.pocketID, "app", s.output("app", "clientSecret").(string)))
	require.False(t, signsIn(t, s.pocketID, "app", old))
	require.Equal(t, 1, secretsOf(s.pocketID, "app"), "one that signs in is in no state")
	s.steady()
}
