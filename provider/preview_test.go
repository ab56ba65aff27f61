package provider

import (
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pulumi/pulumi/pkg/v3/display"
	"github.com/pulumi/pulumi/pkg/v3/resource/deploy"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

func TestAPreviewOfACreateShowsUnknownOutputs(t *testing.T) {
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{}))
	custom := confidentialClient("custom")
	custom["clientSecret"] = secretString("a custom secret value")
	s.declare("Client", "app", map[string]any{"name": "App", "callbackUrls": []any{}})
	s.declare("Client", "custom", custom)
	s.declare("Group", "devs", map[string]any{"name": "devs", "friendlyName": secretString("Developers")})
	s.declare("FederatedIdentity", "ci", map[string]any{"issuer": "https://ci.example"}).from = map[string]string{"clientId": "app.clientId"}
	s.declare("Client", "closed", confidentialClient("closed")).from = map[string]string{"allowedUserGroups[]": "devs.id"}
	o := s.preview()
	require.NoError(t, o.err, o.messages)
	for name, outputs := range map[string][]resource.PropertyKey{
		"app":  {"clientId", "clientSecret", "clientSecretId", "issuer", "discoveryUrl", "hasLogo"},
		"devs": {"issuer"},
		"ci":   {"effectiveSubject", "effectiveAudience", "effectiveJwksUrl", "instanceIssuer"},
	} {
		for _, output := range outputs {
			require.True(t, o.outputs[name][output].ContainsUnknowns(), "%s.%s is %v", name, output, o.outputs[name][output])
		}
	}
	require.True(t, o.outputs["closed"]["allowedUserGroups"].ContainsUnknowns(), "the id of the group is unknown before it exists")
	require.True(t, o.outputs["app"]["clientSecret"].IsSecret(), "the output is unknown and secret")
	require.True(t, o.outputs["custom"]["clientSecret"].IsSecret())
	require.True(t, o.outputs["devs"]["friendlyName"].IsSecret())
	require.Empty(t, s.instance.listAll("/api/oidc/clients"))
	require.Empty(t, s.instance.listAll("/api/user-groups"))
}

func TestAPreviewOfAnUpdateShowsRemovedAndUnknownOutputs(t *testing.T) {
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{}))
	app := confidentialClient("app")
	app["launchUrl"], app["secretRotationTriggers"] = "https://a.example", map[string]any{"month": "1"}
	s.declare("Client", "app", app)
	s.mustUp()

	delete(app, "launchUrl")
	s.declare("Client", "app", app)
	o := s.preview()
	require.Equal(t, []display.StepOp{deploy.OpUpdate}, o.steps["app"])
	require.NotContains(t, o.outputs["app"], resource.PropertyKey("launchUrl"))

	app["secretRotationTriggers"] = map[string]any{"month": "2"}
	s.declare("Client", "app", app)
	require.True(t, s.preview().outputs["app"]["clientSecretId"].ContainsUnknowns(), "a rotation creates another secret")

	public := confidentialClient("app")
	public["isPublic"] = true
	s.declare("Client", "app", public)
	require.True(t, s.preview().outputs["app"]["clientSecretId"].ContainsUnknowns(), "a public client has no secret")
}

func TestAPreviewWithoutChangesWorksOfflineButFailsOnForeignAnswers(t *testing.T) {
	t.Parallel()
	s, _ := newCreatedStack(t, newFake(t, fake.Options{}))
	baseURL := s.config["baseUrl"]
	var requests atomic.Int32
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		dropConnection(w)
	}))
	t.Cleanup(web.Close)
	s.config["baseUrl"], s.config["maxRetries"], s.options.Parallel = web.URL, "0", 1
	o := s.preview()
	require.NoError(t, o.err, o.messages)
	require.Empty(t, o.steps)
	require.LessOrEqual(t, requests.Load(), int32(2), "an unreachable server is not tried again for each resource")

	login := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte("<html><title>Log in</title></html>"))
	}))
	t.Cleanup(login.Close)
	s.config["baseUrl"] = login.URL
	o = s.preview()
	require.Error(t, o.err)
	require.Contains(t, o.messages, `titled "Log in"`)
	s.config["baseUrl"] = baseURL
}

func TestAPreviewDoesNotWaitForAnUnreachableServer(t *testing.T) {
	t.Parallel()
	s, _ := newCreatedStack(t, newFake(t, fake.Options{}))
	closed := httptest.NewServer(nil)
	closed.Close()
	s.config["baseUrl"], s.config["startupTimeout"] = closed.URL, "60" // which only updates wait
	start := time.Now()
	o := s.preview()
	require.NoError(t, o.err, o.messages)
	require.Empty(t, o.steps)
	require.Less(t, time.Since(start), 40*time.Second)
}
