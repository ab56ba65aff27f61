package provider

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

// cimdAccess returns whether an API is open to clients with a metadata document, and
// the keys of the permissions that they may use.
func (i *testInstance) cimdAccess(apiID string) (enabled bool, keys []string) {
	i.t.Helper()
	a := i.api(apiID)
	for _, p := range a["permissions"].([]any) {
		if p := p.(map[string]any); p["allowedForCimdClients"] == true {
			keys = append(keys, p["key"].(string))
		}
	}
	return a["allowCimdClients"].(bool), keys
}

func TestApiCimdAccessLifecycle(t *testing.T) {
	t.Parallel()
	instance := newInstanceWithAPIs(t, fake.Options{})
	if !instance.atLeastMinor(14) {
		t.Skip("this Pocket ID does not open APIs")
	}
	s := newStack(t, instance)
	declareAccess := func(access any) {
		inputs := map[string]any{"name": "Backend", "resource": "https://api-cimd.example.com",
			"permissions": map[string]any{"read": map[string]any{"name": "Read"}, "write": map[string]any{"name": "Write"}}}
		if access != nil {
			inputs["cimdAccess"] = access
		}
		s.declare("Api", "backend", inputs)
	}
	allowed := func() (bool, []string) { return instance.cimdAccess(string(s.state("backend").ID)) }
	declareAccess(map[string]any{"enabled": true, "permissions": []any{"write", "read", "write"}})
	s.mustUp()
	t.Cleanup(func() { s.destroy() })
	enabled, keys := allowed()
	require.True(t, enabled)
	require.ElementsMatch(t, []string{"read", "write"}, keys)
	s.requireNoChanges()

	declareAccess(nil)
	s.mustUp()
	enabled, keys = allowed()
	require.True(t, enabled, "cimdAccess is kept if omitted")
	require.Len(t, keys, 2)
	s.requireNoChanges()

	imported := newStack(t, instance)
	require.NoError(t, imported.importResource("Api", "backend", string(s.state("backend").ID)).err)
	imported.declare("Api", "backend", s.program[0].inputs.Mappable())
	imported.requireNoChanges()
	declareAccess(map[string]any{"enabled": true, "permissions": []any{"read", "write"}})
	imported.declare("Api", "backend", s.program[0].inputs.Mappable())
	imported.requireNoChanges()

	declareAccess(map[string]any{"enabled": false})
	s.mustUp()
	enabled, keys = allowed()
	require.False(t, enabled)
	require.Empty(t, keys)
	s.requireNoChanges()

	t.Log("drift is detected")
	instance.mustRequest("PUT", "/api/apis/"+string(s.state("backend").ID)+"/cimd-access", map[string]any{"enabled": true})
	require.NoError(t, s.refresh().err)
	o := s.mustUp()
	require.Equal(t, []string{"cimdAccess.enabled"}, o.diffs["backend"])
	enabled, _ = allowed()
	require.False(t, enabled)
}

func TestApiCimdAccessToAMissingPermissionFails(t *testing.T) {
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{}))
	s.declare("Api", "backend", map[string]any{"name": "Backend", "resource": "https://api.example.com", "cimdAccess": map[string]any{"enabled": true, "permissions": []any{"raed"}}})
	o := s.up()
	require.Error(t, o.err)
	require.Contains(t, o.messages, `has no permission "raed"; it has none`)
	require.Equal(t, false, s.instance.api(string(s.state("backend").ID))["allowCimdClients"])
}
