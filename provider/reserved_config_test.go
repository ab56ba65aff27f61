package provider

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

func TestReservedConfigurationKeysOfTheEngineAreIgnored(t *testing.T) {
	t.Parallel()
	c := newChecker(t, newFake(t, fake.Options{}))
	res, err := c.server.CheckConfig(t.Context(), &rpc.CheckRequest{
		Urn:  string(resource.NewURN("dev", "test", "", "pulumi:providers:pocketid", "default")),
		News: c.marshal(props{"version": resource.NewProperty("0.1.0"), "pluginDownloadURL": resource.NewProperty("https://plugins.example"), "baseUrl": resource.NewProperty("https://id.example.com")}),
	})
	require.NoError(t, err)
	require.Empty(t, res.Failures)
}
