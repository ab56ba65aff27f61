package provider

import (
	"testing"

	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"

	pocketid "github.com/pulumi-pocketid/pulumi-pocketid"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/version"
)

// Neither generating nor parsing the schema delays a plugin that only serves it.
func TestThePluginServesTheEmbeddedSchema(t *testing.T) {
	t.Parallel()
	server, err := NewServer(nil)
	require.NoError(t, err)
	response, err := server.GetSchema(t.Context(), &rpc.GetSchemaRequest{})
	require.NoError(t, err)
	require.Equal(t, string(pocketid.Schema), response.GetSchema())
	require.Equal(t, version.Version, embeddedSchema().Version)
}
