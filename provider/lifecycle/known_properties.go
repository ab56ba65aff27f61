package lifecycle

import (
	"strings"

	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/property"
)

// A newer version of the provider writes properties into the state that this version does
// not know. They are dropped before anything compares a state.

// knownInputs are the old inputs of a resource without what the schema does not have.
func (w *Wrapper) knownInputs(u resource.URN, in property.Map) property.Map {
	spec, _ := w.resource(u)
	return w.known(spec.InputProperties, in)
}

// knownState is the state of a resource without what the schema does not have.
func (w *Wrapper) knownState(u resource.URN, state property.Map) property.Map {
	spec, _ := w.resource(u)
	return w.known(spec.Properties, state)
}

// known is m without the properties that specs does not have, at any depth.
func (w *Wrapper) known(specs map[string]schema.PropertySpec, m property.Map) property.Map {
	known := make(map[string]property.Value, m.Len())
	for name, v := range m.All {
		if spec, has := specs[name]; has {
			known[name] = w.knownValue(spec.TypeSpec, v)
		}
	}
	return property.NewMap(known)
}

func (w *Wrapper) knownValue(t schema.TypeSpec, v property.Value) property.Value {
	switch {
	case v.IsArray() && t.Items != nil:
		list := v.AsArray().AsSlice()
		for i := range list {
			list[i] = w.knownValue(*t.Items, list[i])
		}
		return property.WithGoValue(v, property.NewArray(list))
	case v.IsMap() && t.AdditionalProperties != nil:
		entries := map[string]property.Value{}
		for key, value := range v.AsMap().All {
			entries[key] = w.knownValue(*t.AdditionalProperties, value)
		}
		return property.WithGoValue(v, property.NewMap(entries))
	case v.IsMap():
		if object, has := w.spec().Types[strings.TrimPrefix(t.Ref, "#/types/")]; has {
			return property.WithGoValue(v, w.known(object.Properties, v.AsMap()))
		}
	}
	return v
}
