package codec

import (
	"reflect"
	"strings"
	"sync"
)

// field is a field of a struct that has a property.
type field struct {
	name     string // of the property
	index    []int  // of the field, with the embedded structs that it is in
	optional bool
}

// fields are the fields of a struct, in the order of the type.
type fields struct {
	list   []field
	byName map[string]bool
}

// fieldsByType remembers what fieldsOf has found, because reading the tags of a type takes
// longer than decoding it.
var fieldsByType sync.Map

// fieldsOf returns the fields of a struct type that have a property. Those of embedded structs
// count as its own, unless the struct has a field with the same name.
func fieldsOf(t reflect.Type) *fields {
	if found, ok := fieldsByType.Load(t); ok {
		return found.(*fields)
	}
	all := &fields{byName: map[string]bool{}}
	for _, f := range reflect.VisibleFields(t) {
		tag, tagged := f.Tag.Lookup("pulumi")
		if !tagged || !f.IsExported() {
			continue
		}
		name, options, _ := strings.Cut(tag, ",")
		all.list = append(all.list, field{name: name, index: f.Index, optional: options == "optional"})
		all.byName[name] = true
	}
	found, _ := fieldsByType.LoadOrStore(t, all)
	return found.(*fields)
}
