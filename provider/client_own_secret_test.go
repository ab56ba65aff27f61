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

// secretWorks reports whether a client can authenticate with the secret, by a call of
// the introspection endpoint.
func secretWorks(t *testing.T, instance *testInstance, clientID, secret string) bool {
	t.Helper()
	req, err := http.NewRequest("POST", instance.url+"/api/oidc/introspect", strings.NewReader(url.Values{"token": {"none"}}.Encode()))
	require.NoError(t, err)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(url.QueryEscape(clientID)+":"+url.QueryEscape(secret))))
	res, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer res.Body.Close()
	return res.StatusCode == http.StatusOK
}

// secretCount returns the number of secrets of a client.
func secretCount(instance *testInstance, clientID string) int {
	list, _ := instance.client(clientID)["credentials"].(map[string]any)["secrets"].([]any)
	return len(list)
}

// confidentialClient returns the inputs of a confidential client.
func confidentialClient(id string) map[string]any {
	return map[string]any{"name": "App", "clientId": id, "callbackUrls": []any{"https://a.example/cb"}}
}

func TestClientSecretWorksAndIsKeptByARefresh(t *testing.T) {
	t.Parallel()
	s := newStack(t, newInstance(t))
	id := uniqueName("app")
	s.declare("Client", "app", confidentialClient(id))
	s.mustUp()
	t.Cleanup(func() { s.destroy() })
	secret := s.output("app", "clientSecret").(string)
	require.True(t, secretWorks(t, s.instance, id, secret))
	require.False(t, secretWorks(t, s.instance, id, "wrong"+secret))
	s.requireNoChanges()
	require.Equal(t, secret, s.output("app", "clientSecret"))
	require.True(t, s.state("app").Outputs["clientSecret"].IsSecret())
}

func TestRotationCreatesASecretAndDeletesTheOld(t *testing.T) {
	t.Parallel()
	s := newStack(t, newInstance(t))
	id := uniqueName("app")
	app := confidentialClient(id)
	app["secretRotationTriggers"] = map[string]any{}
	s.declare("Client", "app", app)
	s.mustUp()
	t.Cleanup(func() { s.destroy() })
	s.requireNoChanges()
	app["secretRotationTriggers"] = map[string]any{"month": 1} // YAML passes a number
	s.declare("Client", "app", app)
	s.mustUp()
	s.requireNoChanges()
	old := s.output("app", "clientSecret").(string)

	app["secretRotationTriggers"] = map[string]any{"month": "2"}
	s.declare("Client", "app", app)
	o := s.preview()
	require.Equal(t, []display.StepOp{deploy.OpUpdate}, o.steps["app"])
	require.True(t, o.outputs["app"]["clientSecret"].ContainsUnknowns(), "consumers of the secret must see that it will change")
	require.True(t, o.outputs["app"]["clientSecret"].IsSecret())
	require.False(t, o.outputs["app"]["clientId"].ContainsUnknowns())
	s.mustUp()
	require.NotEqual(t, old, s.output("app", "clientSecret"))
	require.True(t, secretWorks(t, s.instance, id, s.output("app", "clientSecret").(string)))
	require.False(t, secretWorks(t, s.instance, id, old), "the old secret still works")
	s.requireNoChanges()
}

func TestFailedDeletionOfOldSecretIsRepeatedByTheNextUpdate(t *testing.T) {
	skipIfEngineRaces(t)
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{}))
	s.config["maxRetries"] = "0"
	app := confidentialClient("app")
	app["secretRotationTriggers"] = map[string]any{"month": "1"}
	s.declare("Client", "app", app)
	s.mustUp()
	old := s.output("app", "clientSecret").(string)
	app["secretRotationTriggers"] = map[string]any{"month": "2"}
	s.declare("Client", "app", app)
	s.instance.intercept(func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method == "DELETE" {
			http.Error(w, "<html>no</html>", http.StatusInternalServerError)
		}
		return r.Method == "DELETE"
	})
	o := s.up()
	require.Error(t, o.err)
	require.Contains(t, o.messages, "still works")
	require.NotContains(t, o.messages, old)
	require.NotEqual(t, old, s.output("app", "clientSecret"), "the new secret is lost")
	s.instance.intercept(nil)
	require.NoError(t, s.refresh().err)
	s.mustUp()
	require.False(t, secretWorks(t, s.instance, "app", old))
	require.Equal(t, 1, secretCount(s.instance, "app"))
	s.requireNoChanges()
}

func TestDeletedSecretOfAClientIsRecreated(t *testing.T) {
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{}))
	s.declare("Client", "app", confidentialClient("app"))
	s.mustUp()
	old := s.output("app", "clientSecret")
	s.instance.mustRequest("DELETE", "/api/oidc/clients/app/secrets/"+s.output("app", "clientSecretId").(string), nil)
	require.NoError(t, s.refresh().err)
	o := s.preview()
	require.Equal(t, []display.StepOp{deploy.OpUpdate}, o.steps["app"])
	require.True(t, o.outputs["app"]["clientSecret"].ContainsUnknowns())
	s.mustUp()
	require.NotEqual(t, old, s.output("app", "clientSecret"))
	require.True(t, secretWorks(t, s.instance, "app", s.output("app", "clientSecret").(string)))
	s.requireNoChanges()
}

func TestImportedClientKeepsItsSecrets(t *testing.T) {
	skipIfEngineRaces(t)
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{}))
	s.instance.mustRequest("POST", "/api/oidc/clients", map[string]any{"id": "app", "name": "App", "callbackURLs": []string{"https://a.example/cb"}, "pkceEnabled": true})
	theirs := s.instance.mustRequest("POST", "/api/oidc/clients/app/secrets", nil)["secret"].(string)
	require.NoError(t, s.importResource("Client", "app", "app").err)
	s.declare("Client", "app", confidentialClient("app"))
	s.mustUp()
	s.requireNoChanges()
	require.Equal(t, 1, secretCount(s.instance, "app"))

	t.Log("a change of another property creates no secret")
	app := confidentialClient("app")
	app["name"] = "App 2"
	s.declare("Client", "app", app)
	s.mustUp()
	require.Equal(t, 1, secretCount(s.instance, "app"))
	require.Nil(t, s.output("app", "clientSecret"))

	t.Log("a wrong value is not adopted")
	app["clientSecret"] = resource.MakeSecret(resource.NewProperty("this-is-not-the-secret"))
	s.declare("Client", "app", app)
	o := s.up()
	require.Error(t, o.err)
	require.Contains(t, o.messages, "not a secret of this client")
	require.NotContains(t, o.messages, "this-is-not-the-secret")

	t.Log("the right value is adopted")
	app["clientSecret"] = resource.MakeSecret(resource.NewProperty(theirs))
	s.declare("Client", "app", app)
	s.mustUp()
	require.Equal(t, theirs, s.output("app", "clientSecret"))
	require.Equal(t, 1, secretCount(s.instance, "app"))
	require.NotNil(t, s.output("app", "clientSecretId"))
	s.requireNoChanges()
}

func TestImportedClientRotatesWithTheFirstTriggerChange(t *testing.T) {
	t.Parallel()
	s := newStack(t, newInstance(t))
	id := uniqueName("app")
	s.instance.mustRequest("POST", "/api/oidc/clients", map[string]any{"id": id, "name": "App", "callbackURLs": []string{"https://a.example/cb"}, "pkceEnabled": true})
	require.NoError(t, s.importResource("Client", "app", id).err)
	t.Cleanup(func() { s.destroy() })
	app := confidentialClient(id)
	app["secretRotationTriggers"] = map[string]any{"month": "1"}
	s.declare("Client", "app", app)
	s.mustUp()
	s.requireNoChanges()
	require.Nil(t, s.output("app", "clientSecret"))
	app["secretRotationTriggers"] = map[string]any{"month": "2"}
	s.declare("Client", "app", app)
	s.mustUp()
	require.True(t, secretWorks(t, s.instance, id, s.output("app", "clientSecret").(string)))
	s.requireNoChanges()
}

func TestCustomSecretValueIsSetAndReplaced(t *testing.T) {
	t.Parallel()
	s := newStack(t, newInstance(t))
	if !s.instance.atLeastMinor(12) {
		t.Skip("before 2.12 the server makes every secret itself")
	}
	id := uniqueName("app")
	app := confidentialClient(id)
	app["clientSecret"] = resource.MakeSecret(resource.NewProperty("first custom value of it"))
	s.declare("Client", "app", app)
	s.mustUp()
	t.Cleanup(func() { s.destroy() })
	require.True(t, secretWorks(t, s.instance, id, "first custom value of it"))
	s.requireNoChanges()
	app["clientSecret"] = resource.MakeSecret(resource.NewProperty("second custom value of it"))
	s.declare("Client", "app", app)
	s.mustUp()
	require.True(t, secretWorks(t, s.instance, id, "second custom value of it"))
	require.False(t, secretWorks(t, s.instance, id, "first custom value of it"))
	s.requireNoChanges()
	t.Log("omitting it again keeps it")
	delete(app, "clientSecret")
	s.declare("Client", "app", app)
	s.requireNoChanges()
}

func TestPublicClientsHaveNoSecret(t *testing.T) {
	t.Parallel()
	s := newStack(t, newInstance(t))
	id := uniqueName("app")
	s.declare("Client", "app", confidentialClient(id))
	s.mustUp()
	t.Cleanup(func() { s.destroy() })
	first := s.output("app", "clientSecret").(string)
	public := confidentialClient(id)
	public["isPublic"] = true
	s.declare("Client", "app", public)
	s.mustUp()
	require.Nil(t, s.output("app", "clientSecret"))
	s.requireNoChanges()
	s.declare("Client", "app", confidentialClient(id))
	o := s.preview()
	require.True(t, o.outputs["app"]["clientSecret"].ContainsUnknowns())
	s.mustUp()
	require.True(t, secretWorks(t, s.instance, id, s.output("app", "clientSecret").(string)))
	require.False(t, secretWorks(t, s.instance, id, first), "the deleted secret is valid again")
	s.requireNoChanges()
}

func TestSecretCreatedByTheServerIsAdopted(t *testing.T) {
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{AutoCreateClientSecret: true}))
	s.declare("Client", "app", confidentialClient("app"))
	none := confidentialClient("none")
	none["createSecret"] = false
	s.declare("Client", "none", none)
	own := confidentialClient("own")
	own["clientSecret"] = resource.MakeSecret(resource.NewProperty("a custom value of it"))
	s.declare("Client", "own", own)
	s.mustUp()
	require.Equal(t, 1, secretCount(s.instance, "app"))
	require.True(t, secretWorks(t, s.instance, "app", s.output("app", "clientSecret").(string)))
	require.Equal(t, 0, secretCount(s.instance, "none"), "an orphaned secret is valid")
	require.Equal(t, 1, secretCount(s.instance, "own"))
	require.True(t, secretWorks(t, s.instance, "own", "a custom value of it"))
	s.requireNoChanges()
}

func TestRotationOnOlderServersReplacesTheOnlySecret(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"2.3.0", "2.9.0", "2.12.0", "2.13.0"} {
		s := newStack(t, newFake(t, fake.Options{Version: version}))
		app := confidentialClient("app")
		app["secretRotationTriggers"] = map[string]any{"month": "1"}
		s.declare("Client", "app", app)
		s.mustUp()
		old := s.output("app", "clientSecret").(string)
		require.True(t, secretWorks(t, s.instance, "app", old), version)
		s.requireNoChanges()
		app["secretRotationTriggers"] = map[string]any{"month": "2"}
		s.declare("Client", "app", app)
		s.mustUp()
		require.False(t, secretWorks(t, s.instance, "app", old), version)
		require.True(t, secretWorks(t, s.instance, "app", s.output("app", "clientSecret").(string)), version)
		s.requireNoChanges()
	}
}

func TestUnresolvedSecretIsTriedBeforeAnotherIsCreated(t *testing.T) {
	skipIfEngineRaces(t)
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{}))
	s.config["maxRetries"], s.config["startupTimeout"] = "0", "0"
	app := confidentialClient("app")
	app["secretRotationTriggers"] = map[string]any{"month": "1"}
	s.declare("Client", "app", app)
	s.mustUp()
	old := s.output("app", "clientSecret").(string)
	app["secretRotationTriggers"] = map[string]any{"month": "2"}
	s.declare("Client", "app", app)
	s.instance.intercept(func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.HasSuffix(r.URL.Path, "/secrets") {
			return false
		}
		if r.Method == "POST" {
			s.instance.server.ServeHTTP(httptest.NewRecorder(), r)
		}
		dropConnection(w)
		return true
	})
	o := s.up()
	require.Error(t, o.err)
	require.Contains(t, o.messages, "it is unknown whether the secret of client app")
	require.True(t, secretWorks(t, s.instance, "app", old), "the old secret must stay valid until the new one is confirmed")
	s.instance.intercept(nil)
	require.NoError(t, s.refresh().err)
	s.mustUp()
	require.True(t, secretWorks(t, s.instance, "app", s.output("app", "clientSecret").(string)))
	require.False(t, secretWorks(t, s.instance, "app", old))
	require.Equal(t, 1, secretCount(s.instance, "app"), "a valid secret is not in the state")
	s.requireNoChanges()
}
