package provider

import (
	"context"
	"reflect"
	"slices"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/lifecycle"
)

// Every method that handles data of users or servers recovers from a panic.
func TestAPanicFailsOnlyOneCall(t *testing.T) {
	t.Parallel()
	urn := string(resource.NewURN("dev", "test", "", Name+":index:Group", "it"))
	empty := &lifecycle.Server{} // every call panics on its nil fields
	provider, ctx, tested := reflect.ValueOf(empty), reflect.ValueOf(t.Context()), []string{}
	for i := range provider.NumMethod() {
		name, call := provider.Type().Method(i).Name, provider.Method(i)
		if call.Type().NumIn() != 2 || call.Type().In(0) != reflect.TypeFor[context.Context]() {
			continue
		}
		if slices.Contains([]string{"Attach", "Cancel", "GetMapping", "GetMappings", "GetPluginInfo", "GetSchema", "Handshake", "Parameterize"}, name) {
			continue // they handle no data of users or servers
		}
		req := reflect.New(call.Type().In(1).Elem())
		for field, value := range map[string]string{"Urn": urn, "Tok": Name + ":index:getIssuer", "Name": "it"} {
			if f := req.Elem().FieldByName(field); f.IsValid() && f.Kind() == reflect.String {
				f.SetString(value)
			}
		}
		tested = append(tested, name)
		err, _ := call.Call([]reflect.Value{ctx, req})[1].Interface().(error)
		require.ErrorContains(t, err, "internal error while processing ", name)
		require.Regexp(t, "internal error while processing ("+urn+"|"+Name+`:index:getIssuer|it|the provider configuration) \(please report it\): `, err.Error(), name)
	}
	require.Equal(t, []string{"Call", "Check", "CheckConfig", "Configure", "Construct", "Create", "Delete", "Diff", "DiffConfig", "Invoke", "Read", "Update"}, tested)
}

func TestAPanicInAResourceNamesTheResource(t *testing.T) {
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{}))
	s.wrapServer = func(all rpc.ResourceProviderServer) {
		outer := all.(*lifecycle.Server)
		outer.ResourceProviderServer = panicking{outer.ResourceProviderServer}
	}
	s.declare("Group", "panics", map[string]any{"name": "panics", "friendlyName": "Panics"})
	s.declare("Group", "healthy", map[string]any{"name": "healthy", "friendlyName": "Healthy"})
	s.options.ContinueOnError = true
	o := s.up()
	require.Error(t, o.err)
	require.Regexp(t, `internal error while processing urn:\S+::panics \(please report it\): a slip`, o.messages)
	require.NotNil(t, s.find("healthy"), "other resources are created")
}

// panicking panics when it creates a resource with the name "panics".
type panicking struct{ rpc.ResourceProviderServer }

func (p panicking) Create(ctx context.Context, req *rpc.CreateRequest) (*rpc.CreateResponse, error) {
	if req.GetName() == "panics" {
		panic("a slip")
	}
	return p.ResourceProviderServer.Create(ctx, req)
}

func TestAPanicInListIsReturnedAsAnError(t *testing.T) {
	t.Parallel()
	err := (&lifecycle.Server{}).List(&rpc.ListRequest{Token: "pocketid:index:Group"}, nil)
	require.ErrorContains(t, err, "internal error while processing pocketid:index:Group")
}
