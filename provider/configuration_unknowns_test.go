package provider

import (
	"testing"

	"github.com/pulumi/pulumi/pkg/v3/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"
)

func TestSecretAndUnknownConfigurationStaysUnknown(t *testing.T) {
	t.Parallel()
	server, err := NewServer(nil)
	require.NoError(t, err)
	for _, name := range []resource.PropertyKey{"apiKey", "baseUrl", "clientKey", "headers", "maxRetries", "proxyUrl"} {
		unknown := resource.MakeSecret(resource.MakeComputed(resource.NewProperty("")))
		res, err := server.CheckConfig(t.Context(), &rpc.CheckRequest{
			Urn:  string(resource.NewURN("test", "test", "", "pulumi:providers:pocketid", "explicit")),
			News: marshalProps(t, props{name: unknown}),
		})
		require.NoError(t, err, name)
		require.Empty(t, res.Failures, name)
		checked, err := plugin.UnmarshalProperties(res.Inputs, plugin.MarshalOptions{KeepUnknowns: true, KeepSecrets: true})
		require.NoError(t, err, name)
		require.True(t, checked[name].IsSecret(), "%s is %v", name, checked[name])
		require.True(t, checked[name].SecretValue().Element.IsComputed(), "%s is %v", name, checked[name])
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
