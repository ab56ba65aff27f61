package provider

import (
	"maps"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

// A state that was edited by hand may have values of a wrong type. Then nothing is written, the
// state stays, and no error repeats a value.
func TestAStateWithAWrongTypeIsAnErrorWithoutTheValue(t *testing.T) {
	skipIfEngineRaces(t)
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{}))
	client := s.instance.createClient()
	scim := map[string]any{"clientId": client, "endpoint": "https://scim.example", "token": secretString("an existing token")}
	s.declare("ScimServiceProvider", "scim", scim)
	s.mustUp()
	outputs := s.state("scim").Outputs
	outputs["serviceProviderId"] = resource.MakeSecret(resource.NewProperty([]resource.PropertyValue{resource.NewProperty("hidden-9")}))
	outputs["endpoint"] = resource.MakeSecret(resource.NewProperty(1234567.5))
	before := maps.Clone(outputs)
	s.declare("ScimServiceProvider", "scim", withValue(scim, "endpoint", "https://scim.example/v2"))
	for name, operation := range map[string]func() outcome{"refresh": s.refresh, "update": s.up, "destroy": s.destroy} {
		requests := s.instance.requestsDuring(func() {
			o := operation()
			require.Error(t, o.err, name)
			require.Contains(t, o.messages, "the property serviceProviderId must be a string, not a list", name)
			require.Contains(t, o.messages, "the property endpoint must be a string, not a number", name)
			require.NotContains(t, o.messages, "hidden-9", name)
			require.NotContains(t, o.messages, "1234567", name)
			require.False(t, o.mayBeChanged, "%s: nothing was written", name)
		})
		for _, request := range requests {
			require.True(t, strings.HasPrefix(request, "GET "), "%s: %s", name, request)
		}
		require.Equal(t, before, s.state("scim").Outputs, name)
	}
	require.Equal(t, "https://scim.example", s.instance.scimProvider(client)["endpoint"])
}
