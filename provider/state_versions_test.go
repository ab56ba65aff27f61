package provider

import (
	"slices"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

func TestStateOfTheFirstReleaseIsReadable(t *testing.T) {
	t.Parallel()
	states := readRecordedState(t, firstState)
	requireUsableStates(t, func(s *stack) { s.install(states) })
}

func TestRecordedStateHasEveryResource(t *testing.T) {
	t.Parallel()
	s := newStackOfAllResources(t)
	states, types := readRecordedState(t, firstState), []string{}
	for _, d := range s.program {
		require.Contains(t, states, d.name)
		types = append(types, d.typ)
	}
	require.Subset(t, types, resourceTypes())
}

// A newer version of the provider can add properties to resources, to nested objects and
// to the configuration. After a downgrade they must be ignored.
func TestStateOfANewerReleaseIsReadable(t *testing.T) {
	t.Parallel()
	requireUsableStates(t, func(s *stack) {
		for _, r := range s.snap.Resources {
			if !r.Custom {
				continue
			}
			addFutureProperties(r.Inputs)
			addFutureProperties(r.Outputs)
		}
		nested := s.state("app").Outputs["previousSecrets"].ArrayValue()[0].ObjectValue()
		require.Contains(t, nested, resource.PropertyKey("future"))
	})
}

// A state that somebody has edited must not be lost, and its secrets must not be in the error.
func TestAStateWithWrongTypesIsAnErrorAndStays(t *testing.T) {
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{}))
	s.declare("ScimServiceProvider", "scim", scimInputs(s.instance.createClient(), "https://scim.example"))
	s.mustUp()
	before := s.state("scim").Outputs.Copy()
	s.state("scim").Outputs["token"] = resource.MakeSecret(resource.NewProperty(props{"value": resource.NewProperty("a hidden token")}))
	s.declare("ScimServiceProvider", "scim", scimInputs(s.program[0].inputs["clientId"].StringValue(), "https://changed.example"))
	for name, operation := range map[string]func() outcome{"refresh": s.refresh, "up": s.up, "destroy": s.destroy} {
		o := operation()
		require.Error(t, o.err, name)
		require.Contains(t, o.messages, "the state is not readable: the property token must be a string, not an object. Use the version", name)
		require.NotContains(t, o.messages, "a hidden token", name)
		require.Equal(t, before["serviceProviderId"], s.state("scim").Outputs["serviceProviderId"], name)
		require.True(t, s.state("scim").Outputs["token"].IsSecret(), name)
	}
	s.state("scim").Outputs = before
	s.mustUp()
	s.requireNoChanges()
	require.NoError(t, s.destroy().err)
}

// addFutureProperties adds a property that no version has to a resource and to each
// object in it, except for maps of strings, secrets and assets.
func addFutureProperties(m props) {
	for _, v := range m {
		switch {
		case v.IsObject() && !isStringMap(v.ObjectValue()):
			addFutureProperties(v.ObjectValue())
		case v.IsArray():
			for _, element := range v.ArrayValue() {
				if element.IsObject() {
					addFutureProperties(element.ObjectValue())
				}
			}
		}
	}
	if _, isMapOfPermissions := m["read"]; isMapOfPermissions {
		return
	}
	m["future"] = resource.NewProperty("a value of the future")
	m["futureSecret"] = resource.MakeSecret(resource.NewProperty(props{"deep": resource.NewProperty(1.0)}))
}

func isStringMap(m props) bool {
	_, isMapOfVersion := m["version"]
	return isMapOfVersion
}

// requireUsableStates requires that a state works in each operation after it was replaced.
func requireUsableStates(t *testing.T, replace func(*stack)) {
	t.Helper()
	rotates := map[string]bool{"key": true, "signup": true, "sign-in": true} // other triggers replace them
	for name, operation := range map[string]func(*testing.T, *stack){
		"preview": func(t *testing.T, s *stack) {
			o := s.preview()
			require.NoError(t, o.err, o.messages)
			require.Empty(t, o.steps, "%v", o.diffs)
		},
		"refresh": func(t *testing.T, s *stack) {
			o := s.refresh()
			require.NoError(t, o.err, o.messages)
			for name, steps := range o.steps { // a property of the future may go, a resource must not
				require.False(t, slices.Contains(steps, "delete"), name)
			}
			s.requireNoChanges()
		},
		"update": func(t *testing.T, s *stack) {
			s.declareAllResources("3")
			o := s.mustUp()
			require.GreaterOrEqual(t, len(o.steps), 15)
			for name, steps := range o.steps {
				if !rotates[name] {
					require.Equal(t, []string{"update"}, toStrings(steps), name)
				}
			}
			s.requireNoChanges()
		},
		"destroy": func(t *testing.T, s *stack) {
			o := s.destroy()
			require.NoError(t, o.err, o.messages)
			require.Empty(t, s.instance.listAll("/api/oidc/clients"))
			require.Empty(t, s.instance.listAll("/api/user-groups"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newRotatedStack(t)
			replace(s)
			operation(t, s)
		})
	}
}

func toStrings[T ~string](list []T) (out []string) {
	for _, v := range list {
		out = append(out, string(v))
	}
	return out
}
