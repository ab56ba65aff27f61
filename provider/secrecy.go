package provider

import (
	"slices"

	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
	"github.com/pulumi/pulumi/sdk/v3/go/property"
)

// withSecrets marks what the schema calls secret, and what goes by the name of
// something that was secret where it came from.
func withSecrets(spec schema.ResourceSpec, m property.Map, from ...property.Map) property.Map {
	for name, v := range m.All {
		secret := spec.Properties[name].Secret || spec.InputProperties[name].Secret
		for _, f := range from {
			secret = secret || f.Get(name).HasSecrets()
		}
		if secret && !v.IsNull() {
			m = m.Set(name, v.WithSecret(true))
		}
	}
	return m
}

// neverSaid are the secrets of a discreet resource that none of these inputs say.
func neverSaid(raw any, inputs ...property.Map) (names []string) {
	r, ok := raw.(discreet)
	if !ok {
		return nil
	}
	for _, name := range r.Discreet() {
		if !slices.ContainsFunc(inputs, func(in property.Map) bool { return !in.Get(name).IsNull() }) {
			names = append(names, name)
		}
	}
	return names
}

// confided are inputs with what the state has of some.
func confided(inputs, state property.Map, names []string) property.Map {
	for _, name := range names {
		if v := state.Get(name); !v.IsNull() {
			inputs = inputs.Set(name, v)
		}
	}
	return inputs
}
