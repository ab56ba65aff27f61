package lifecycle

import (
	"fmt"
	"math"
	"strings"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
	"github.com/pulumi/pulumi/sdk/v3/go/property"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/inputs"
)

// sanitizeInputs removes nulls from lists and maps, with a failure for each. infer's decoder,
// which still decodes the configuration, panics at them.
func sanitizeInputs(spec schema.ResourceSpec, in property.Map) (property.Map, []p.CheckFailure) {
	var failures []p.CheckFailure
	refuse := func(path, reason string) {
		failures = append(failures, p.CheckFailure{Property: path, Reason: reason})
	}
	for name, v := range in.AllStable {
		switch {
		case v.IsArray():
			in = in.Set(name, withoutNulls(v, name, refuse))
		case v.IsMap():
			in = in.Set(name, sanitizeMap(spec.InputProperties[name], v, name, refuse))
		}
	}
	return in, failures
}

// firstInexact is the first number from which on several integers are the same
// floating-point number: 2^53.
const firstInexact = 1 << 53

// inexactNumbers refuses numbers in maps of strings that have lost digits on the way to
// the provider: Normalize would convert them to a string that is not in the program.
func inexactNumbers(spec schema.ResourceSpec, in property.Map) (failures []p.CheckFailure) {
	for name, v := range in.AllStable {
		values := spec.InputProperties[name].AdditionalProperties
		if !v.IsMap() || values == nil || values.Type != "string" {
			continue
		}
		for key, value := range v.AsMap().AllStable {
			if value.IsNumber() && math.Abs(value.AsNumber()) >= firstInexact {
				failures = append(failures, p.CheckFailure{
					Property: fmt.Sprintf("%s[%q]", name, key), Reason: "must be quoted, because a number of this size loses digits",
				})
			}
		}
	}
	return failures
}

// sanitizeMap removes nulls from a map, and from the lists in a map or an object. A null
// in an object is an omitted property.
func sanitizeMap(spec schema.PropertySpec, v property.Value, name string, refuse func(path, reason string)) property.Value {
	isMap := spec.Type != "" && spec.Ref == ""
	clean := v.AsMap()
	for key, value := range v.AsMap().AllStable {
		if isMap && value.IsNull() {
			refuse(fmt.Sprintf("%s[%q]", name, key), "must not be null; omit it")
			clean = clean.Delete(key)
		}
		if value.IsArray() {
			clean = clean.Set(key, withoutNulls(value, name+"."+key, refuse))
		}
	}
	return property.WithGoValue(v, clean)
}

func withoutNulls(list property.Value, path string, refuse func(path, reason string)) property.Value {
	clean := []property.Value{}
	for i, element := range list.AsArray().All {
		if element.IsNull() {
			refuse(fmt.Sprintf("%s[%d]", path, i), "must not be null; omit the element")
			continue
		}
		clean = append(clean, element)
	}
	return property.WithGoValue(list, property.NewArray(clean))
}

// restoreUnknowns undoes what infer's CheckConfig does to an unknown input: it omits lists and
// maps, and turns what is also secret into "". The provider would then be used without the setting.
func restoreUnknowns(spec schema.ResourceSpec, checked, in property.Map) property.Map {
	for name := range spec.InputProperties {
		if v := in.Get(name); v.HasComputed() {
			checked = checked.Set(name, v)
		}
	}
	return withSecrets(spec, checked)
}

// redactFailures keeps the engine from printing the value of the property that a failure
// names. It prints secrets too, and for anything but a plain value it prints a Go value
// or <nil>.
func redactFailures(failures []p.CheckFailure, in property.Map, secret func(string) bool) []p.CheckFailure {
	for i, f := range failures {
		v := in.Get(f.Property)
		plain := v.IsString() || v.IsNumber() || v.IsBool()
		if f.Property != "" && (!plain || secret(inputs.TopLevel(f.Property))) {
			failures[i] = p.CheckFailure{Reason: f.Property + ": " + f.Reason}
		}
	}
	return failures
}

// withDefaults is an object with the defaults of the schema for the properties that it omits.
func withDefaults(types map[string]schema.ComplexTypeSpec, specs map[string]schema.PropertySpec, m property.Map) property.Map {
	complete := m.AsMap()
	for name, spec := range specs {
		v := complete[name]
		if value, has := defaultOf(spec); has && v.IsNull() {
			complete[name] = value
		}
		if object, has := types[strings.TrimPrefix(spec.Ref, "#/types/")]; has && v.IsMap() {
			complete[name] = property.WithGoValue(v, withDefaults(types, object.Properties, v.AsMap()))
		}
	}
	return property.NewMap(complete)
}

// withoutNullProperties is an object without the properties that are null. They count as omitted.
func withoutNullProperties(m property.Map) property.Map {
	set := m.AsMap()
	for name, v := range set {
		switch {
		case v.IsNull():
			delete(set, name)
		case v.IsMap():
			set[name] = property.WithGoValue(v, withoutNullProperties(v.AsMap()))
		}
	}
	return property.NewMap(set)
}
