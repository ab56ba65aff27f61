package provider

import (
	"fmt"
	"math"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
	"github.com/pulumi/pulumi/sdk/v3/go/property"
)

// stillUnknown puts back what infer's Check makes of an input that is secret and
// not known yet: it says that it is "".
func stillUnknown(checked, inputs property.Map) property.Map {
	for name, v := range inputs.All {
		if v.HasComputed() && v.HasSecrets() {
			checked = checked.Set(name, v)
		}
	}
	return checked
}

// withoutOddities takes out, with a failure for each, what infer's decoder panics
// at or lets pass: null among the elements of a list or a map, and part of a number
// where a whole one is wanted.
func withoutOddities(spec schema.ResourceSpec, in property.Map) (property.Map, []p.CheckFailure) {
	var odd []p.CheckFailure
	refuse := func(path, reason string) { odd = append(odd, p.CheckFailure{Property: path, Reason: reason}) }
	for name, v := range in.AllStable {
		switch {
		case v.IsArray():
			in = in.Set(name, withoutNulls(v, name, refuse))
		case v.IsMap():
			for key, value := range v.AsMap().AllStable {
				if _, isObject := spec.InputProperties[name]; isObject && spec.InputProperties[name].Ref == "" && value.IsNull() {
					refuse(fmt.Sprintf("%s[%q]", name, key), "must not be null: leave it out")
					in = in.Set(name, property.WithGoValue(v, in.Get(name).AsMap().Delete(key)))
				}
				if value.IsArray() {
					in = in.Set(name, property.WithGoValue(v, in.Get(name).AsMap().Set(key, withoutNulls(value, name+"."+key, refuse))))
				}
			}
		case v.IsNumber() && spec.InputProperties[name].Type == "integer" && v.AsNumber() != math.Trunc(v.AsNumber()):
			refuse(name, fmt.Sprintf("must be a whole number, is %v", v.AsNumber()))
		}
	}
	return in, odd
}

func withoutNulls(list property.Value, path string, refuse func(path, reason string)) property.Value {
	kept := []property.Value{}
	for i, element := range list.AsArray().All {
		if element.IsNull() {
			refuse(fmt.Sprintf("%s[%d]", path, i), "must not be null: leave the element out")
			continue
		}
		kept = append(kept, element)
	}
	return property.WithGoValue(list, property.NewArray(kept))
}

// worded keeps the engine from printing the value of what a failure names: it
// prints a secret too, and of anything but a plain value what is of use to nobody
// (a Go map, the whole text of an asset, <nil> for a part of a list).
func worded(failures []p.CheckFailure, inputs property.Map, secret func(string) bool) []p.CheckFailure {
	for i, f := range failures {
		v := inputs.Get(f.Property)
		plain := v.IsString() || v.IsNumber() || v.IsBool()
		if f.Property != "" && (!plain || secret(topLevel(f.Property))) {
			failures[i] = p.CheckFailure{Reason: f.Property + ": " + f.Reason}
		}
	}
	return failures
}
