package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// document is a JSON object kept field by field, so that fields which this version
// of the provider does not know survive a read and a write.
type document map[string]json.RawMessage

// get decodes one field into v. It leaves v unchanged if d lacks the field.
func (d document) get(field string, v any) error {
	if raw, ok := d[field]; ok {
		if err := json.Unmarshal(raw, v); err != nil {
			// The error of the decoder is not included: it may quote a secret.
			return fmt.Errorf("%w: its field %s has an unexpected type", ErrNotPocketID, field)
		}
	}
	return nil
}

// require decodes one field into v. It returns an error if d lacks the field or has null
// there: a list that is missing must neither read as an empty one nor be written back so.
func (d document) require(field string, v any) error {
	if isEmptyJSON(d[field]) {
		return fmt.Errorf("%w: it has no field %s", ErrNotPocketID, field)
	}
	return d.get(field, v)
}

// requireFields returns an error if d lacks one of the fields. null is accepted: servers
// return it for some empty lists.
func (d document) requireFields(fields ...string) error {
	for _, field := range fields {
		if _, ok := d[field]; !ok {
			return fmt.Errorf("%w: it has no field %s", ErrNotPocketID, field)
		}
	}
	return nil
}

// jsonFields returns the names of the fields of a struct type in JSON.
func jsonFields(t reflect.Type) []string {
	var names []string
	for _, f := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		names = append(names, name)
	}
	return names
}

// isEmptyJSON reports whether raw is null or has no content at all.
func isEmptyJSON(raw []byte) bool {
	text := bytes.TrimSpace(raw)
	return len(text) == 0 || string(text) == "null"
}

// set sets the fields of v, a struct or map, in d and keeps all other fields.
func (d document) set(v any) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return json.Unmarshal(raw, &d)
}

// decode decodes all of d into v.
func (d document) decode(v any) error {
	raw, err := json.Marshal(d)
	if err == nil {
		err = json.Unmarshal(raw, v)
	}
	if err != nil {
		return fmt.Errorf("%w: some of its fields have an unexpected type", ErrNotPocketID)
	}
	return nil
}

func equalJSON(a, b json.RawMessage) bool {
	var x, y any
	return json.Unmarshal(a, &x) == nil && json.Unmarshal(b, &y) == nil && reflect.DeepEqual(x, y)
}

func equalSets(a, b []string) bool {
	set := func(list []string) []string { return slices.Compact(slices.Sorted(slices.Values(list))) }
	return slices.Equal(set(a), set(b))
}
