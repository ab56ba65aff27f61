package inputs

import (
	"maps"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/property"
)

// ValueOr is *v, or otherwise if v is nil.
func ValueOr[T any](v *T, otherwise T) T {
	if v == nil {
		return otherwise
	}
	return *v
}

// NonEmpty is &v, or nil for the zero value.
func NonEmpty[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}

// Ptr is &v.
func Ptr[T any](v T) *T { return &v }

// SortedSet is a sorted copy of list without duplicates, never nil.
func SortedSet(list []string) []string {
	return NonNil(slices.Compact(slices.Sorted(slices.Values(list))))
}

// NonNil is list, or an empty list for nil: JSON then has [] and not null.
func NonNil(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

// NilIfEmpty is list, or nil if it has no elements.
func NilIfEmpty[T any](list []T) []T {
	if len(list) == 0 {
		return nil
	}
	return list
}

// SortedKeys are the keys of m in ascending order.
func SortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// Text is the string in v, or "" if v is anything else.
func Text(v property.Value) string {
	if v.IsString() {
		return v.AsString()
	}
	return ""
}

// BoolValue is the boolean in v, or false if v is anything else.
func BoolValue(v property.Value) bool { return v.IsBool() && v.AsBool() }

// StringMap is the map of strings in v, or nil if v is anything else. Unknown values
// differ from all known ones.
func StringMap(v property.Value) map[string]string {
	if !v.IsMap() {
		return nil
	}
	out := map[string]string{}
	for key, value := range v.AsMap().All {
		out[key] = Text(value)
		if value.HasComputed() {
			out[key] = "\x00unknown"
		}
	}
	return out
}
