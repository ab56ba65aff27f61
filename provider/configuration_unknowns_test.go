package provider

import (
	"testing"

	"github.com/pulumi/pulumi/pkg/v3/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"
)

// The provider must not be used as if an unknown setting were omitted: it would read objects of
// another instance, or without the headers that an access proxy requires.
func TestUnknownConfigurationStaysUnknown(t *testing.T) {
	t.Parallel()
	server, err := NewServer(nil)
	require.NoError(t, err)
	unknown := resource.MakeComputed(resource.NewProperty(""))
	settings := providerSchema(t).Provider.InputProperties
	for name, spec := range settings {
		values := []resource.PropertyValue{unknown, resource.MakeSecret(unknown)}
		switch spec.Type {
		case "array":
			values = append(values, resource.NewProperty([]resource.PropertyValue{resource.NewProperty("https://one.example"), unknown}))
		case "object":
			values = append(values, resource.NewProperty(props{"X-Known": resource.NewProperty("known"), "X-Unknown": unknown}))
		}
		for _, v := range values {
			res, err := server.CheckConfig(t.Context(), &rpc.CheckRequest{
				Urn:  string(resource.NewURN("test", "test", "", "pulumi:providers:pocketid", "explicit")),
				News: marshalProps(t, props{resource.PropertyKey(name): v}),
			})
			require.NoError(t, err, name)
			require.Empty(t, res.Failures, name)
			checked, err := plugin.UnmarshalProperties(res.Inputs, plugin.MarshalOptions{KeepUnknowns: true, KeepSecrets: true})
			require.NoError(t, err, name)
			got := checked[resource.PropertyKey(name)]
			require.Equal(t, v.IsSecret() || spec.Secret, got.IsSecret(), "%s is %v", name, got)
			if got.IsSecret() {
				got = got.SecretValue().Element
			}
			if v.IsSecret() {
				v = v.SecretValue().Element
			}
			require.Equal(t, v, got, name)
		}
	}
}

func TestDiffContainsNoSecret(t *testing.T) {
	t.Parallel()
	const issuer = "https://hidden-9.example"
	s := newStack(t, newInstance(t))
	s.declare("Client", "app", map[string]any{"name": "App", "callbackUrls": []any{}}).inputs["name"] = resource.MakeSecret(resource.NewProperty("hidden-9"))
	s.mustUp()
	s.state("app").Outputs["issuer"] = resource.NewProperty(issuer)
	o := s.preview()
	require.Error(t, o.err)
	require.Contains(t, o.messages, "belongs to the Pocket ID instance")
	require.NotContains(t, o.messages, "hidden-9")
	for _, operation := range []func() outcome{s.up, s.refresh, s.destroy} {
		o = operation()
		require.Error(t, o.err)
		require.Contains(t, o.messages, "belongs to the Pocket ID instance")
		require.NotContains(t, o.messages, "hidden-9")
	}
}
