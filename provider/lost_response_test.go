package provider

import (
	"net/http"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

func TestAClientThatAnInterruptedUpdateMayHaveCreatedIsNamed(t *testing.T) {
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{}))
	leftover := s.instance.mustRequest("POST", "/api/oidc/clients", map[string]any{"name": "App", "callbackURLs": []string{}})["id"].(string)
	s.declare("Client", "app", map[string]any{"name": "App", "callbackUrls": []any{}})
	o := s.mustUp()
	require.Contains(t, o.messages, "If an interrupted update created one of them, delete it or import it")
	require.Contains(t, o.messages, leftover)
	require.NotEqual(t, leftover, string(s.state("app").ID), "a create never adopts an existing client")
}

func TestAnUnresolvedCreateNamesTheImportCommand(t *testing.T) {
	t.Parallel()
	instance := newFake(t, fake.Options{})
	instance.mustRequest("POST", "/api/oidc/clients", map[string]any{"id": "existing", "name": "Existing", "callbackURLs": []string{}})
	for typ, c := range map[string]struct {
		inputs map[string]any
		write  string
		want   string
	}{
		"Client":            {confidentialClient("app"), "POST /api/oidc/clients", "pulumi import pocketid:index:Client it 'app'"},
		"Group":             {map[string]any{"name": "devs", "friendlyName": "Devs"}, "POST /api/user-groups", "pulumi import pocketid:index:Group it '<id>'"},
		"FederatedIdentity": {map[string]any{"clientId": "existing", "issuer": "https://ci.example"}, "PUT /api/oidc/clients/existing", "pulumi import pocketid:index:FederatedIdentity it 'existing#https://ci.example'"},
	} {
		s := newStack(t, instance)
		s.config["maxRetries"], s.config["startupTimeout"] = "0", "0"
		instance.goDownAfter(func(r *http.Request) bool { return r.Method+" "+r.URL.Path == c.write })
		s.declare(typ, "it", c.inputs)
		o := s.up()
		require.Error(t, o.err)
		require.Contains(t, o.messages, "it is unknown whether", typ)
		require.Contains(t, o.messages, c.want, typ)
		instance.intercept(nil)
	}
}

// The import command can be pasted into a shell, whatever the name of the resource.
func TestTheImportCommandIsQuotedForTheShell(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"app": "app", "my-app.v2": "my-app.v2", "my app": "'my app'", "$(app)": "'$(app)'", "-app": "'-app'", "it's": "<name>"} {
		urn := resource.NewURN("dev", "test", "", typeToken("Client"), name)
		for _, err := range []error{&api.OutcomeUnknownError{Kind: "client", Key: "id"}, &api.ExistsError{Kind: "client", ID: "id"}} {
			require.Contains(t, addImportHint(urn, err).Error(), "pulumi import pocketid:index:Client "+want+" 'id'")
		}
	}
}
