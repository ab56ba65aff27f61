package provider

import (
	"net/http"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/pkg/v3/display"
	"github.com/pulumi/pulumi/pkg/v3/resource/deploy"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

// scimProvider reads the SCIM service provider of a client from the server. It is nil if there is none.
func (i *testInstance) scimProvider(clientID string) map[string]any {
	i.t.Helper()
	status, out := i.request("GET", "/api/oidc/clients/"+clientID+"/scim-service-provider", nil)
	if status == http.StatusNotFound {
		return nil
	}
	require.Equal(i.t, 200, status, out)
	return out.(map[string]any)
}

// createClient creates a client without the provider and returns its id. The client is deleted
// at the end of the test.
func (i *testInstance) createClient() string {
	i.t.Helper()
	id := uniqueName("app")
	i.mustRequest("POST", "/api/oidc/clients", map[string]any{"id": id, "name": "App", "callbackURLs": []string{"https://a.example/cb"}})
	i.t.Cleanup(func() { i.request("DELETE", "/api/oidc/clients/"+id, nil) })
	return id
}

const scimToken = "a token that nobody may read"

// scimInputs is the inputs of a ScimServiceProvider with a secret token.
func scimInputs(clientID, endpoint string) map[string]any {
	return map[string]any{"clientId": clientID, "endpoint": endpoint, "token": resource.MakeSecret(resource.NewProperty(scimToken))}
}

func TestScimServiceProviderLifecycle(t *testing.T) {
	t.Parallel()
	s := newStack(t, newInstance(t))
	id := s.instance.createClient()
	s.declare("ScimServiceProvider", "scim", scimInputs(id, "https://app.example/scim"))
	o := s.preview()
	require.NoError(t, o.err, o.messages)
	s.mustUp()
	t.Cleanup(func() { s.destroy() })
	require.Equal(t, id+"/scim-service-provider", string(s.state("scim").ID))
	require.Equal(t, s.instance.scimProvider(id)["id"], s.output("scim", "serviceProviderId"))
	require.Equal(t, scimToken, s.instance.scimProvider(id)["token"])
	for range 2 {
		require.True(t, s.state("scim").Outputs["token"].IsSecret())
		s.requireNoChanges()
	}

	t.Log("another endpoint keeps the token")
	s.declare("ScimServiceProvider", "scim", scimInputs(id, "https://app.example/scim/v2"))
	o = s.mustUp()
	require.Equal(t, []display.StepOp{deploy.OpUpdate}, o.steps["scim"])
	require.Equal(t, "https://app.example/scim/v2", s.instance.scimProvider(id)["endpoint"])
	require.Equal(t, scimToken, s.instance.scimProvider(id)["token"])
	s.requireNoChanges()

	t.Log("another token on the server is drift")
	providerID := s.instance.scimProvider(id)["id"].(string)
	s.instance.mustRequest("PUT", "/api/scim/service-provider/"+providerID, map[string]any{"endpoint": "https://evil.example", "token": "another one", "oidcClientId": id})
	require.NoError(t, s.refresh().err)
	require.True(t, s.state("scim").Outputs["token"].IsSecret())
	o = s.mustUp()
	require.ElementsMatch(t, []string{"endpoint", "token"}, o.diffs["scim"])
	require.Equal(t, scimToken, s.instance.scimProvider(id)["token"])
	s.requireNoChanges()

	t.Log("removing the token from the program removes it from the server")
	s.declare("ScimServiceProvider", "scim", map[string]any{"clientId": id, "endpoint": "https://app.example/scim/v2"})
	s.mustUp()
	require.Equal(t, "", s.instance.scimProvider(id)["token"])
	s.requireNoChanges()

	t.Log("deleted by hand, it is created again")
	s.instance.mustRequest("DELETE", "/api/scim/service-provider/"+providerID, nil)
	require.NoError(t, s.refresh().err)
	s.mustUp()
	require.NotNil(t, s.instance.scimProvider(id))
	s.requireNoChanges()

	t.Log("another client replaces it")
	other := s.instance.createClient()
	s.declare("ScimServiceProvider", "scim", scimInputs(other, "https://app.example/scim/v2"))
	s.mustUp()
	require.Nil(t, s.instance.scimProvider(id))
	require.NotNil(t, s.instance.scimProvider(other))
	s.requireNoChanges()
	require.NoError(t, s.destroy().err)
	require.Nil(t, s.instance.scimProvider(other))
}

func TestAClientHasOneScimServiceProvider(t *testing.T) {
	skipIfEngineRaces(t)
	t.Parallel()
	s := newStack(t, newInstance(t))
	id := s.instance.createClient()
	existing := s.instance.mustRequest("POST", "/api/scim/service-provider", map[string]any{"endpoint": "https://other.example", "token": "another token", "oidcClientId": id})["id"]
	s.declare("ScimServiceProvider", "scim", scimInputs(id, "https://app.example/scim"))
	o := s.up()
	require.Error(t, o.err)
	require.Contains(t, o.messages, "has a SCIM service provider already")
	require.Contains(t, o.messages, "pulumi import pocketid:index:ScimServiceProvider scim '"+id+"'")
	require.NotContains(t, o.messages, scimToken)
	require.Equal(t, existing, s.instance.scimProvider(id)["id"])

	t.Log("after an import there is no diff")
	s = newStack(t, s.instance)
	require.NoError(t, s.importResource("ScimServiceProvider", "scim", id).err)
	require.True(t, s.state("scim").Outputs["token"].IsSecret())
	s.declare("ScimServiceProvider", "scim", map[string]any{"clientId": id, "endpoint": "https://other.example", "token": "another token"})
	s.requireNoChanges()
	require.NoError(t, s.destroy().err)
	o = newStack(t, s.instance).importResource("ScimServiceProvider", "scim", id)
	require.Error(t, o.err)

	t.Log("the error names a client that does not exist")
	s.program = nil
	s.declare("ScimServiceProvider", "scim", scimInputs("nobody-"+missingID, "https://app.example/scim"))
	o = s.up()
	require.Error(t, o.err)
	require.Contains(t, o.messages, "nobody-"+missingID)
}

// The state of Terraform has the ID of the service provider, which `pulumi import --from terraform` uses.
func TestScimServiceProviderIsImportedByItsOwnID(t *testing.T) {
	t.Parallel()
	s := newStack(t, newInstance(t))
	s.instance.createClient()
	id := s.instance.createClient()
	providerID := s.instance.mustRequest("POST", "/api/scim/service-provider", map[string]any{"endpoint": "https://app.example", "token": scimToken, "oidcClientId": id})["id"].(string)
	o := s.importResource("ScimServiceProvider", "scim", providerID)
	require.NoError(t, o.err, o.messages)
	require.Equal(t, id+"/scim-service-provider", string(s.state("scim").ID))
	require.Equal(t, providerID, s.output("scim", "serviceProviderId"))
	s.declare("ScimServiceProvider", "scim", scimInputs(id, "https://app.example"))
	s.requireNoChanges()

	o = newStack(t, s.instance).importResource("ScimServiceProvider", "scim", missingID)
	require.Error(t, o.err)
	require.Contains(t, o.messages, missingID)
	require.NoError(t, s.destroy().err)
}

func TestLostScimServiceProviderResponsesAreResolved(t *testing.T) {
	skipIfEngineRaces(t)
	t.Parallel()
	s := newStack(t, newInstance(t))
	id := s.instance.createClient()
	dropResponse := func(_ http.ResponseWriter, r *http.Request) {
		s.instance.server.ServeHTTP(&discardedResponse{}, r)
		panic(http.ErrAbortHandler)
	}
	s.declare("ScimServiceProvider", "scim", scimInputs(id, "https://app.example/scim"))
	s.instance.intercept(oncePerPath("POST", dropResponse))
	require.Equal(t, 1, countWithPrefix(s.instance.requestsDuring(func() { s.mustUp() }), "POST "), "a second POST would create another object, which no request can read")
	s.instance.intercept(oncePerPath("PUT", dropResponse))
	s.declare("ScimServiceProvider", "scim", scimInputs(id, "https://app.example/scim/v2"))
	s.mustUp()
	s.instance.intercept(nil)
	s.requireNoChanges()
	require.NoError(t, s.destroy().err)
	require.Nil(t, s.instance.scimProvider(id), "the create made two objects")

	t.Log("an object that another writer has created since is not adopted")
	s.config["maxRetries"] = "0"
	s.instance.intercept(oncePerPath("POST", func(_ http.ResponseWriter, r *http.Request) {
		request, _ := http.NewRequest("POST", r.URL.Path, strings.NewReader(`{"endpoint":"https://other.example","oidcClientId":"`+id+`"}`))
		request.Header = r.Header.Clone()
		s.instance.server.ServeHTTP(&discardedResponse{}, request)
		panic(http.ErrAbortHandler)
	}))
	o := s.up()
	s.instance.intercept(nil)
	require.Error(t, o.err)
	require.Contains(t, o.messages, `the client now has a SCIM service provider with the endpoint "https://other.example"`)
	require.NotContains(t, o.messages, scimToken)
	require.Nil(t, s.find("scim"))
}

// countWithPrefix is the number of requests that begin with prefix.
func countWithPrefix(requests []string, prefix string) (n int) {
	for _, r := range requests {
		if strings.HasPrefix(r, prefix) {
			n++
		}
	}
	return n
}

func TestInvalidScimServiceProvidersAreReported(t *testing.T) {
	t.Parallel()
	c := newChecker(t, newFake(t, fake.Options{}))
	for _, row := range []struct {
		inputs map[string]any
		want   []string
	}{
		{map[string]any{"clientId": "app", "endpoint": "app.example"}, []string{"endpoint: must be an http(s) URL"}},
		{map[string]any{"clientId": "a/b", "endpoint": "https://app.example"}, []string{"clientId: must be the ID of a client"}},
		{map[string]any{"clientId": unknown, "endpoint": unknown, "token": unknown}, nil},
	} {
		got := c.failures("ScimServiceProvider", toProps(row.inputs))
		require.Len(t, got, len(row.want), "%v", got)
		for i, want := range row.want {
			require.Contains(t, got[i], want)
		}
	}
}
