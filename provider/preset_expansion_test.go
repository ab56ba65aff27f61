package provider

import (
	"maps"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/urn"
	"github.com/pulumi/pulumi/sdk/v3/go/property"
	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/inputs"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/workload"
)

// propertyMap makes the inputs of a resource from plain Go values, in the form that expand takes.
func propertyMap(m map[string]any) property.Map { return resource.FromResourcePropertyMap(toProps(m)) }

// withValue returns a copy of m in which name is set to value.
func withValue(m map[string]any, name string, value any) map[string]any {
	m = maps.Clone(m)
	m[name] = value
	return m
}

// An unknown field of a preset makes exactly the inputs unknown that are derived from it,
// and a secret field makes exactly those secret.
func TestDerivedInputsAreUnknownOrSecretLikeTheFieldsOfThePreset(t *testing.T) {
	t.Parallel()
	derived := []string{"issuer", "subject", "jwksUrl"}
	dependency := urn.URN("urn:pulumi:s::p::a:b:C::d")
	for _, d := range documentedTokens {
		expanded, failures := workload.Expand(propertyMap(map[string]any{d.preset: d.block}))
		require.Empty(t, failures)
		for name, value := range d.block {
			text, ok := value.(string)
			if !ok {
				continue
			}
			affected := map[string]bool{} // by derived input
			for _, another := range []string{text + "9", text[:len(text)-1] + "0", "plan", "public", "china", "cn-north-1"} {
				changed, failures := workload.Expand(propertyMap(map[string]any{d.preset: withValue(d.block, name, another)}))
				for _, field := range derived {
					affected[field] = affected[field] || len(failures) == 0 && !inputs.Same(expanded.Get(field), changed.Get(field))
				}
			}
			v := property.New(text)
			block := propertyMap(d.block)
			unknown, failures := workload.Expand(property.NewMap(map[string]property.Value{d.preset: property.New(block.Set(name, property.New(property.Computed)))}))
			require.Empty(t, failures, "%s.%s", d.preset, name)
			secret, failures := workload.Expand(property.NewMap(map[string]property.Value{d.preset: property.New(block.Set(name, v.WithSecret(true).WithDependencies([]urn.URN{dependency})))}))
			require.Empty(t, failures, "%s.%s", d.preset, name)
			count := 0
			for _, field := range derived {
				if expanded.Get(field).IsNull() {
					require.True(t, unknown.Get(field).IsNull())
					continue
				}
				if affected[field] {
					count++
					require.True(t, unknown.Get(field).IsComputed(), "%s.%s -> %s", d.preset, name, field)
					require.True(t, secret.Get(field).Secret(), "%s.%s -> %s", d.preset, name, field)
					require.Equal(t, []urn.URN{dependency}, secret.Get(field).Dependencies())
				} else {
					require.False(t, unknown.Get(field).HasComputed(), "%s.%s -> %s", d.preset, name, field)
					require.False(t, secret.Get(field).HasSecrets(), "%s.%s -> %s", d.preset, name, field)
				}
				require.True(t, inputs.Same(expanded.Get(field), secret.Get(field)), "secrecy does not change the derived value")
			}
			require.NotZero(t, count, "%s.%s affects no derived input", d.preset, name)
		}
	}
}

func TestAWholePresetMayBeUnknownOrSecret(t *testing.T) {
	t.Parallel()
	for _, p := range workload.PresetNames() {
		out, failures := workload.Expand(property.NewMap(map[string]property.Value{p: property.New(property.Computed).WithSecret(true)}))
		require.Empty(t, failures, p)
		require.True(t, out.Get(p).IsNull(), p)
		for _, field := range []string{"issuer", "subject"} {
			require.True(t, out.Get(field).IsComputed() && out.Get(field).Secret(), p)
		}
	}
	for _, d := range documentedTokens {
		out, failures := workload.Expand(property.NewMap(map[string]property.Value{d.preset: property.New(propertyMap(d.block)).WithSecret(true)}))
		require.Empty(t, failures, d.preset)
		for _, field := range []string{"issuer", "subject"} {
			require.True(t, out.Get(field).Secret(), d.preset)
		}
		require.Equal(t, d.iss, inputs.Text(out.Get("issuer")))
		require.Equal(t, d.sub, inputs.Text(out.Get("subject")))
	}
}

// A preview shows the inputs that can be derived already. The others are unknown until the
// update, and secret in the state if the preset has secret fields.
func TestAPresetWithUnknownAndSecretFields(t *testing.T) {
	t.Parallel()
	s := newStack(t, newInstance(t))
	s.instance.skipWithoutSubjects()
	id := uniqueName("ci")
	s.declare("Client", "ci", map[string]any{"name": "CI", "clientId": id, "callbackUrls": []any{}, "createSecret": false})
	s.declare("FederatedIdentity", "it", map[string]any{"githubActions": map[string]any{
		"owner": "acme", "repository": unknown, "branch": resource.MakeSecret(resource.NewProperty("hidden-branch")),
	}}).from = map[string]string{"clientId": "ci.clientId"}
	o := s.preview()
	require.NoError(t, o.err, o.messages)
	require.True(t, o.outputs["it"]["subject"].ContainsUnknowns())
	require.Equal(t, "https://token.actions.githubusercontent.com", o.outputs["it"]["issuer"].StringValue())
	require.NotContains(t, o.messages, "hidden-branch")

	s.declare("FederatedIdentity", "it", map[string]any{"githubActions": map[string]any{
		"owner": "acme", "repository": "app", "branch": resource.MakeSecret(resource.NewProperty("hidden-branch")),
	}})
	o = s.mustUp()
	t.Cleanup(func() { s.destroy() })
	require.NotContains(t, o.messages, "hidden-branch")
	for _, name := range []resource.PropertyKey{"subject", "effectiveSubject"} {
		require.True(t, s.state("it").Outputs[name].IsSecret(), name)
	}
	require.True(t, s.state("it").Inputs["subject"].IsSecret())
	require.False(t, s.state("it").Outputs["issuer"].IsSecret())
	require.Equal(t, "repo:acme/app:ref:refs/heads/hidden-branch", s.output("it", "subject"))
	s.requireNoChanges()

	t.Log("a change of the preset shows as a change of the derived input")
	s.declare("FederatedIdentity", "it", map[string]any{"githubActions": map[string]any{"owner": "acme", "repository": "app", "environment": "prod"}})
	o = s.mustUp()
	require.Equal(t, []string{"subject"}, o.diffs["it"])
	require.Equal(t, "repo:acme/app:environment:prod", s.instance.identities(id)[0].(map[string]any)["subject"])
	s.requireNoChanges()

	t.Log("an imported identity shows no diff to the preset")
	imported := newStack(t, s.instance)
	require.NoError(t, imported.importResource("FederatedIdentity", "it", id+"#https://token.actions.githubusercontent.com").err)
	imported.declare("FederatedIdentity", "it", map[string]any{"clientId": id, "githubActions": map[string]any{"owner": "acme", "repository": "app", "environment": "prod"}})
	imported.requireNoChanges()
}
