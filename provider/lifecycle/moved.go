package lifecycle

import (
	"strings"

	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
	"github.com/pulumi/pulumi/sdk/v3/go/property"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/inputs"
)

// movedState is the state of a resource whose instance has moved from home to instance:
// outputs that are the old address, or are derived from it, have the new one. They are
// found by their values, so no resource has to name them.
func movedState(spec schema.ResourceSpec, state property.Map, home, instance string) property.Map {
	old := strings.TrimSuffix(home, "/")
	if home == "" || instance == "" || home == instance {
		return state
	}
	for name := range spec.Properties {
		v, has := state.GetOk(name)
		if _, isInput := spec.InputProperties[name]; has && !isInput {
			state = state.Set(name, movedValue(v, old, instance))
		}
	}
	return state
}

// movedValue is a value whose texts, at any depth, have the address of the instance in place
// of the old one.
func movedValue(v property.Value, old, instance string) property.Value {
	if v.IsMap() {
		entries := v.AsMap()
		for key, value := range entries.All {
			entries = entries.Set(key, movedValue(value, old, instance))
		}
		return property.WithGoValue(v, entries)
	}
	rest, found := strings.CutPrefix(inputs.Text(v), old)
	switch {
	case !found:
	case rest == "" || rest == "/":
		return property.WithGoValue(v, instance)
	case rest[0] == '/':
		return property.WithGoValue(v, strings.TrimSuffix(instance, "/")+rest)
	}
	return v
}
