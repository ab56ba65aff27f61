package provider

import (
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"

	pocketid "github.com/pulumi-pocketid/pulumi-pocketid"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
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

// The schema comes from infer, and the inputs are decoded by codec. Both must read the same tags.
func TestTheDecoderAgreesWithTheSchema(t *testing.T) {
	t.Parallel()
	c := newChecker(t, newFake(t, fake.Options{}))
	for token, spec := range embeddedSchema().Resources {
		if spec.IsComponent {
			continue
		}
		typ, all := strings.TrimPrefix(token, Name+":index:"), props{}
		for name := range spec.InputProperties {
			all[resource.PropertyKey(name)] = resource.MakeComputed(resource.NewProperty(""))
		}
		require.NotContains(t, strings.Join(c.failures(typ, all), "\n"), "does not exist", "%s", typ)
		all["other"] = resource.NewProperty("x")
		require.Contains(t, strings.Join(c.failures(typ, all), "\n"), "other: does not exist", "%s", typ)
		var required []string
		for _, failure := range c.failures(typ, props{}) {
			if name, missing := strings.CutSuffix(failure, ": is required"); missing {
				required = append(required, name)
			}
		}
		require.ElementsMatch(t, spec.RequiredInputs, required, "%s", typ)
	}
}
