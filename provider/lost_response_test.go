package provider

import (
	"net/http"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

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

// After an update with an unknown outcome, the next update writes again, even if the program
// then is what the state has.
func TestAnUpdateWithAnUnknownOutcomeIsRepeated(t *testing.T) {
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{}))
	s.config["maxRetries"], s.config["startupTimeout"] = "0", "0"
	before := map[string]any{"name": "devs", "friendlyName": "Devs"}
	s.declare("Group", "devs", before)
	s.mustUp()
	id := string(s.state("devs").ID)
	s.declare("Group", "devs", map[string]any{"name": "devs", "friendlyName": "Changed"})
	s.instance.goDownAfter(func(r *http.Request) bool { return r.Method == "PUT" })
	o := s.up()
	require.Error(t, o.err)
	s.instance.intercept(nil)
	require.Equal(t, "Changed", s.instance.group(id)["friendlyName"], "the server has applied the update")
	require.Equal(t, "Devs", s.output("devs", "friendlyName"))
	require.NotEmpty(t, s.state("devs").InitErrors)
	s.declare("Group", "devs", before)
	s.mustUp()
	require.Equal(t, "Devs", s.instance.group(id)["friendlyName"])
	s.requireNoChanges()
}

// The engine takes the code Unknown as "the change may have been made". Aborted means that nothing
// was changed.
func TestTheErrorCodeTellsWhetherAChangeMayHaveBeenMade(t *testing.T) {
	t.Parallel()
	instance := newFake(t, fake.Options{})
	id := instance.createGroup()
	c := newChecker(t, instance)
	urn := string(resource.NewURN("dev", "test", "", typeToken("Group"), "it"))
	inputs := c.marshal(props{"name": resource.NewProperty("devs"), "friendlyName": resource.NewProperty("Devs")})
	state := c.marshal(props{"name": resource.NewProperty("devs"), "friendlyName": resource.NewProperty("Devs"), "issuer": resource.NewProperty("https://id.example.com")})
	operations := map[string]func() error{
		"POST": func() error {
			_, err := c.server.Create(t.Context(), &rpc.CreateRequest{Urn: urn, Properties: inputs})
			return err
		},
		"DELETE": func() error {
			_, err := c.server.Delete(t.Context(), &rpc.DeleteRequest{Urn: urn, Id: id, Properties: state, OldInputs: inputs})
			return err
		},
	}
	for method, operation := range operations {
		instance.forbidRequests(method, "user-groups")
		require.Equal(t, codes.Aborted, status.Code(operation()), method)
		instance.goDownAfter(func(r *http.Request) bool { return r.Method == method })
		require.Equal(t, codes.Unknown, status.Code(operation()), method)
		instance.intercept(nil)
	}
}

// What fails before the first write has changed nothing.
func TestACreateThatFailsBeforeItsWriteHasChangedNothing(t *testing.T) {
	t.Parallel()
	instance := newFakeVersion(t, "2.9.0")
	urn := string(resource.NewURN("dev", "test", "", typeToken("Client"), "it"))
	right := props{"name": resource.NewProperty("App"), "callbackUrls": resource.NewProperty([]resource.PropertyValue{})}
	for want, change := range map[string]func(props){
		"requires Pocket ID 2.10.0 or later": func(in props) { in["description"] = resource.NewProperty("for the version") },
		"must be a string, not a number":     func(in props) { in["name"] = resource.NewProperty(1.5) },
		"not a Pocket ID response": func(props) {
			instance.intercept(func(w http.ResponseWriter, _ *http.Request) bool {
				reply(w, http.StatusNotFound, "text/html", "<html>nginx</html>")
				return true
			})
		},
	} {
		c, in := newChecker(t, instance), right.Copy()
		change(in)
		requests := instance.requestsDuring(func() {
			_, err := c.server.Create(t.Context(), &rpc.CreateRequest{Urn: urn, Properties: c.marshal(in)})
			require.ErrorContains(t, err, want)
			require.Equal(t, codes.Aborted, status.Code(err), want)
		})
		require.NotContains(t, requests, "POST /api/oidc/clients")
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
