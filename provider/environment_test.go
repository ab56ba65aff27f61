package provider

import (
	"encoding/json"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

// newStackFromEnvironment returns a stack with a created group, whose connection comes
// from the environment.
func newStackFromEnvironment(t *testing.T) *stack {
	t.Helper()
	instance := newFake(t, fake.Options{})
	t.Setenv("POCKETID_BASE_URL", instance.url)
	t.Setenv("POCKETID_API_KEY", instance.key)
	t.Setenv("POCKETID_API_TOKEN", "")
	s := newStack(t, instance)
	s.config = nil
	s.declare("Group", "devs", map[string]any{"name": "devs", "friendlyName": "Developers"})
	s.mustUp()
	return s
}

func TestValuesOfTheEnvironmentAreNotInTheState(t *testing.T) {
	s := newStackFromEnvironment(t)
	found := false
	for _, r := range s.snap.Resources {
		if r.Type != "pulumi:providers:"+Name {
			continue
		}
		found = true
		for _, property := range []resource.PropertyKey{"apiKey", "baseUrl"} {
			require.Empty(t, plainValue(r.Inputs[property]))
			require.Empty(t, plainValue(r.Outputs[property]))
		}
	}
	require.True(t, found)
	state, err := json.Marshal(s.snap.Resources)
	require.NoError(t, err)
	require.NotContains(t, string(state), testKey)
}

func TestRotatedKeyOfTheEnvironmentIsUsedByEveryOperation(t *testing.T) {
	s := newStackFromEnvironment(t)
	s.instance = newFakeWithKey(t, s.instance, "rotated-key-rotated-key")
	t.Setenv("POCKETID_BASE_URL", s.instance.url)
	t.Setenv("POCKETID_API_KEY", s.instance.key)
	s.requireNoChanges()
	require.NoError(t, s.destroy().err)
}

// newFakeWithKey is another address of an instance, which accepts only this key.
func newFakeWithKey(t *testing.T, instance *testInstance, key string) *testInstance {
	rotated := newInstanceAt(t, acceptOnly(instance, key), key, false)
	return rotated
}

func TestRefusedKeyErrorNamesWhereTheKeyIsFrom(t *testing.T) {
	skipIfEngineRaces(t)
	s := newStackFromEnvironment(t)
	t.Setenv("POCKETID_API_KEY", "wrong-key-of-the-environment")
	o := s.refresh()
	require.Error(t, o.err)
	require.Contains(t, o.messages, "refuses the API key in the environment variable POCKETID_API_KEY")

	s.config = map[string]string{"apiKey": s.instance.key}
	s.mustUp()
	s.config = map[string]string{"apiKey": "rotated-key-rotated-key"}
	s.instance = newFakeWithKey(t, s.instance, "rotated-key-rotated-key")
	t.Setenv("POCKETID_BASE_URL", s.instance.url)
	for _, operation := range []func() outcome{s.refresh, s.destroy} {
		o = operation()
		require.Error(t, o.err)
		require.Contains(t, o.messages, "refuses the API key in the stack's state")
		require.Contains(t, o.messages, "--run-program")
	}
	s.runProgram = true
	require.NoError(t, s.refresh().err)

	s.config = map[string]string{"apiKey": "wrong-key-of-the-configuration"}
	o = s.refresh()
	require.Error(t, o.err)
	require.Contains(t, o.messages, "refuses the API key in the provider's configuration")
	require.NotContains(t, o.messages, "--run-program")
}
