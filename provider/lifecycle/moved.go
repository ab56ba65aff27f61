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
		if _, isInput := spec.InputProperties[name]; isInput {
			continue
		}
		v := state.Get(name)
		rest, found := strings.CutPrefix(inputs.Text(v), old)
		switch {
		case !found:
		case rest == "" || rest == "/":
			state = state.Set(name, property.WithGoValue(v, instance))
		case rest[0] == '/':
			state = state.Set(name, property.WithGoValue(v, strings.TrimSuffix(instance, "/")+rest))
		}
	}
	return state
}
