package codec

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"strconv"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/infer/types"
	"github.com/pulumi/pulumi/sdk/v3/go/property"
)

// DecodeInputs converts the inputs of a program to a struct of type T. It returns a failure for
// each property that is missing, has the wrong type or does not exist. An unknown value becomes
// the zero value; a pointer to it is not nil, because the property is set.
func DecodeInputs[T any](m property.Map) (T, []p.CheckFailure) {
	var out T
	d := decoder{strict: true}
	d.object("", m, reflect.ValueOf(&out).Elem())
	return out, d.failures
}

// Decode converts a state, or inputs that have been checked, to a struct of type T. Another version
// of the provider may have written them, so properties may be missing, and those that T lacks are
// ignored.
func Decode[T any](m property.Map) (T, error) {
	var out T
	var d decoder
	d.object("", m, reflect.ValueOf(&out).Elem())
	return out, asError(d.failures)
}

// asError is an error that names all failures; nil if there are none.
func asError(failures []p.CheckFailure) error {
	errs := make([]error, len(failures))
	for i, f := range failures {
		errs[i] = fmt.Errorf("the property %s %s", f.Property, f.Reason)
	}
	return errors.Join(errs...)
}

type decoder struct {
	strict   bool // a missing or unknown property is a failure
	failures []p.CheckFailure
}

func (d *decoder) fail(path, reason string, args ...any) {
	d.failures = append(d.failures, p.CheckFailure{Property: path, Reason: fmt.Sprintf(reason, args...)})
}

func (d *decoder) object(path string, m property.Map, to reflect.Value) {
	fields := fieldsOf(to.Type())
	for _, f := range fields.list {
		switch v := m.Get(f.name); {
		case !v.IsNull():
			d.value(join(path, f.name), v, to.FieldByIndex(f.index))
		case d.strict && !f.optional:
			d.fail(join(path, f.name), "is required")
		}
	}
	if !d.strict {
		return
	}
	for name := range m.AllStable {
		if !fields.byName[name] {
			d.fail(join(path, name), "does not exist; check the name, or upgrade the provider")
		}
	}
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// value sets to from v, which is not null.
func (d *decoder) value(path string, v property.Value, to reflect.Value) {
	if to.Kind() == reflect.Pointer {
		to.Set(reflect.New(to.Type().Elem()))
		to = to.Elem()
	}
	if v.IsComputed() {
		return
	}
	switch kind := to.Kind(); {
	case kind == reflect.String && v.IsString():
		to.SetString(v.AsString())
	case kind == reflect.Bool && v.IsBool():
		to.SetBool(v.AsBool())
	case kind == reflect.Int && v.IsNumber():
		d.integer(path, v.AsNumber(), to)
	case kind == reflect.Slice && v.IsArray():
		d.list(path, v.AsArray(), to)
	case kind == reflect.Map && v.IsMap():
		d.mapping(path, v.AsMap(), to)
	case to.Type() == reflect.TypeFor[types.AssetOrArchive]():
		d.asset(path, v, to)
	case kind == reflect.Struct && v.IsMap():
		d.object(path, v.AsMap(), to)
	default:
		d.fail(path, "must be %s, not %s", nameOfType(to.Type()), nameOfValue(v))
	}
}

func (d *decoder) integer(path string, n float64, to reflect.Value) {
	switch {
	case n != math.Trunc(n):
		d.fail(path, "must be an integer")
	case math.Abs(n) >= 1<<53: // from there on, several integers are the same number
		d.fail(path, "is too large: an integer of this size loses digits")
	default:
		to.SetInt(int64(n))
	}
}

func (d *decoder) list(path string, list property.Array, to reflect.Value) {
	out := reflect.MakeSlice(to.Type(), list.Len(), list.Len())
	for i, v := range list.All {
		if !v.IsNull() {
			d.value(fmt.Sprintf("%s[%d]", path, i), v, out.Index(i))
		}
	}
	to.Set(out)
}

func (d *decoder) mapping(path string, m property.Map, to reflect.Value) {
	out := reflect.MakeMapWithSize(to.Type(), m.Len())
	for key, v := range m.AllStable {
		if v.IsNull() {
			continue
		}
		element := reflect.New(to.Type().Elem()).Elem()
		d.value(path+"["+strconv.Quote(key)+"]", v, element)
		out.SetMapIndex(reflect.ValueOf(key), element)
	}
	to.Set(out)
}

func (d *decoder) asset(path string, v property.Value, to reflect.Value) {
	switch {
	case v.IsAsset():
		to.Set(reflect.ValueOf(types.AssetOrArchive{Asset: v.AsAsset()}))
	case v.IsArchive():
		to.Set(reflect.ValueOf(types.AssetOrArchive{Archive: v.AsArchive()}))
	default:
		d.fail(path, "must be an asset or an archive, not %s", nameOfValue(v))
	}
}

func nameOfType(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Bool:
		return "a boolean"
	case reflect.Int:
		return "an integer"
	case reflect.Slice:
		return "a list"
	case reflect.Map, reflect.Struct:
		return "an object"
	}
	return "a " + t.Kind().String()
}

func nameOfValue(v property.Value) string {
	switch {
	case v.IsString():
		return "a string"
	case v.IsBool():
		return "a boolean"
	case v.IsNumber():
		return "a number"
	case v.IsArray():
		return "a list"
	case v.IsMap():
		return "an object"
	}
	return "an asset or an archive"
}
