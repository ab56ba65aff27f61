package provider

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

// TestOmittedPropertiesStaySecret gives properties a secret value and then omits them while
// another property changes. What keeps its value must stay secret in the state.
func TestOmittedPropertiesStaySecret(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		typ                   string
		secret, before, after map[string]any
	}{
		{
			"User",
			map[string]any{"email": "alice@x.example", "firstName": "Alice", "lastName": "A", "displayName": "Alice A", "locale": "de"},
			map[string]any{"username": "alice"}, map[string]any{"username": "alicia"},
		},
		{
			"Group", map[string]any{"customClaims": map[string]any{"a": "b"}},
			map[string]any{"name": "devs", "friendlyName": "Devs"}, map[string]any{"name": "devs", "friendlyName": "Developers"},
		},
		{
			"Client", map[string]any{"clientId": "a-secret-id"},
			map[string]any{"name": "App", "callbackUrls": []any{"https://a.example/cb"}}, map[string]any{"name": "App 2", "callbackUrls": []any{"https://a.example/cb"}},
		},
	} {
		s := newStack(t, newFake(t, fake.Options{}))
		with := map[string]any{}
		for name, v := range row.before {
			with[name] = v
		}
		for name, v := range row.secret {
			with[name] = resource.MakeSecret(resource.NewPropertyValue(v))
		}
		s.declare(row.typ, "it", with)
		s.mustUp()
		s.declare(row.typ, "it", row.after)
		o := s.preview()
		require.NoError(t, o.err, o.messages)
		s.mustUp()
		for range 2 {
			for name := range row.secret {
				v, has := s.state("it").Outputs[resource.PropertyKey(name)]
				require.True(t, !has || v.ContainsSecrets(), "%s.%s is in plain text in the state", row.typ, name)
				if preview, has := o.outputs["it"][resource.PropertyKey(name)]; has {
					require.True(t, preview.ContainsSecrets(), "%s.%s is in plain text in the preview", row.typ, name)
				}
			}
			s.requireNoChanges()
		}
	}
}

// The response to a Read has no secrets of its own: what the state or the inputs have as a
// secret must stay one.
func TestRefreshKeepsTheSecretsOfStateAndInputs(t *testing.T) {
	t.Parallel()
	instance := newFake(t, fake.Options{})
	id := instance.mustRequest("POST", "/api/user-groups", map[string]any{"name": "devs", "friendlyName": "Devs"})["id"].(string)
	c := newChecker(t, instance)
	plain := func() props {
		return props{"name": resource.NewProperty("devs"), "friendlyName": resource.NewProperty("Devs"), "issuer": resource.NewProperty("https://id.example.com")}
	}
	for _, row := range []struct{ state, inputs, secretState, secretInputs bool }{
		{state: true, secretState: true},
		{inputs: true, secretState: true, secretInputs: true},
		{state: true, inputs: true, secretState: true, secretInputs: true},
		{},
	} {
		state, in := plain(), plain()
		delete(in, "issuer")
		if row.state {
			state["friendlyName"] = resource.MakeSecret(state["friendlyName"])
		}
		if row.inputs {
			in["friendlyName"] = resource.MakeSecret(in["friendlyName"])
		}
		res, err := c.server.Read(t.Context(), &rpc.ReadRequest{
			Urn: string(resource.NewURN("dev", "test", "", tokens.Type(Name+":index:Group"), "it")), Id: id, Properties: c.marshal(state), Inputs: c.marshal(in),
		})
		require.NoError(t, err)
		require.Equal(t, row.secretState, c.unmarshal(res.Properties)["friendlyName"].IsSecret(), "state: %+v", row)
		require.Equal(t, row.secretInputs, c.unmarshal(res.Inputs)["friendlyName"].IsSecret(), "inputs: %+v", row)
	}
}
