package inputs

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/property"
	"golang.org/x/text/unicode/norm"
)

// Check normalizes the inputs, and Read returns the same form, so that two programs
// that mean the same show no diff. The functions here work on property values, where
// unknown and secret values stay so. Values of a wrong type are left for the decoder
// to refuse.

// NFC normalizes strings, and maps of strings, to Unicode normal form C.
func NFC(in property.Map, names ...string) property.Map {
	for _, name := range names {
		switch v := in.Get(name); {
		case v.IsString():
			in = in.Set(name, property.WithGoValue(v, NormalizeNFC(v.AsString())))
		case v.IsMap():
			normalized := map[string]property.Value{}
			for key, value := range v.AsMap().All {
				if value.IsString() {
					value = property.WithGoValue(value, NormalizeNFC(value.AsString()))
				}
				normalized[NormalizeNFC(key)] = value
			}
			in = in.Set(name, property.WithGoValue(v, property.NewMap(normalized)))
		}
	}
	return in
}

// NormalizeNFC is s in Unicode normal form C.
func NormalizeNFC(s string) string { return norm.NFC.String(s) }

// Sets sorts lists whose order has no meaning, and removes duplicates. A list with an
// unknown element is left as it is.
func Sets(in property.Map, names ...string) property.Map {
	for _, name := range names {
		v := in.Get(name)
		if !v.IsArray() {
			continue
		}
		list := v.AsArray().AsSlice()
		if slices.ContainsFunc(list, func(e property.Value) bool { return !e.IsString() }) {
			continue
		}
		slices.SortStableFunc(list, func(a, b property.Value) int { return strings.Compare(a.AsString(), b.AsString()) })
		list = slices.CompactFunc(list, func(a, b property.Value) bool { return a.AsString() == b.AsString() })
		in = in.Set(name, property.WithGoValue(v, property.NewArray(list)))
	}
	return in
}

// OmitEmpty removes inputs that are null, "", [] or {}.
func OmitEmpty(in property.Map, names ...string) property.Map {
	for _, name := range names {
		v := in.Get(name)
		if v.IsNull() || v.IsString() && v.AsString() == "" || v.IsArray() && v.AsArray().Len() == 0 || v.IsMap() && v.AsMap().Len() == 0 {
			in = in.Delete(name)
		}
	}
	return in
}

// Stringify converts the numbers and booleans in maps of strings to strings. YAML
// programs write "month: 5", and stack configuration turns even "5" into a number.
func Stringify(in property.Map, names ...string) property.Map {
	for _, name := range names {
		v := in.Get(name)
		if !v.IsMap() {
			continue
		}
		converted := map[string]property.Value{}
		for key, value := range v.AsMap().All {
			switch {
			case value.IsNumber():
				value = property.WithGoValue(value, strconv.FormatFloat(value.AsNumber(), 'f', -1, 64))
			case value.IsBool():
				value = property.WithGoValue(value, strconv.FormatBool(value.AsBool()))
			}
			converted[key] = value
		}
		in = in.Set(name, property.WithGoValue(v, property.NewMap(converted)))
	}
	return in
}

// Default sets an omitted input to a default that depends on other inputs.
func Default[T property.GoValue](in property.Map, name string, value T) property.Map {
	if v, set := in.GetOk(name); set && !v.IsNull() {
		return in
	}
	return in.Set(name, property.New(value))
}

// Same compares two values without regard to secretness and dependencies, at any depth.
func Same(a, b property.Value) bool {
	switch {
	case a.IsString() && b.IsString():
		return a.AsString() == b.AsString()
	case a.IsBool() && b.IsBool():
		return a.AsBool() == b.AsBool()
	case a.IsArray() && b.IsArray():
		return slices.EqualFunc(a.AsArray().AsSlice(), b.AsArray().AsSlice(), Same)
	case a.IsMap() && b.IsMap():
		return maps.EqualFunc(a.AsMap().AsMap(), b.AsMap().AsMap(), Same)
	case a.IsAsset() && b.IsAsset():
		x, y := *a.AsAsset(), *b.AsAsset() // copies, because Equals sets the hash of what it compares
		return x.Equals(&y)
	}
	return a.WithSecret(false).WithDependencies(nil).Equals(b.WithSecret(false).WithDependencies(nil))
}
