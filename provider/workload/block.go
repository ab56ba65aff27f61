package workload

import (
	"math"
	"reflect"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/urn"
	"github.com/pulumi/pulumi/sdk/v3/go/property"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/inputs"
)

// block is the block of a preset that is being read. It records whether a field that was
// read is unknown or secret.
type block struct {
	value  property.Value
	fields property.Map // without empty ones

	unknown, secret bool
	dependencies    []urn.URN
}

func newBlock(value property.Value) *block {
	b := &block{value: value}
	if value.IsMap() {
		b.fields = value.AsMap()
		for name := range b.fields.All {
			b.fields = inputs.OmitEmpty(b.fields, name)
		}
	}
	return b
}

// reset begins a new record of what is read.
func (b *block) reset() {
	b.unknown, b.secret, b.dependencies = !b.value.IsMap(), b.value.Secret(), b.value.Dependencies()
}

func (b *block) read(name string) property.Value {
	v := b.fields.Get(name)
	b.unknown = b.unknown || v.HasComputed()
	b.secret = b.secret || v.HasSecrets()
	b.dependencies = append(b.dependencies, v.Dependencies()...)
	return v
}

// text is a field, or "" if it is omitted or unknown.
func (b *block) text(name string) string { return inputs.Text(b.read(name)) }

func (b *block) number(name string) int {
	if v := b.read(name); v.IsNumber() {
		return int(v.AsNumber())
	}
	return 0
}

// isSet reports whether a field is set to a known value other than false.
func (b *block) isSet(name string) bool {
	v := b.read(name)
	return !v.IsNull() && !v.HasComputed() && !(v.IsBool() && !v.AsBool())
}

// derive returns the value that f computes from the fields it reads.
func (b *block) derive(f func(*block) string) property.Value {
	b.reset()
	v := property.New(f(b))
	if b.unknown {
		v = property.New(property.Computed)
	}
	return v.WithSecret(b.secret).WithDependencies(b.dependencies)
}

// validate is the reason that a rule returns, or "" if it reads an unknown field.
func (b *block) validate(rule func(*block) string) string {
	b.reset()
	reason := rule(b)
	if b.unknown {
		return ""
	}
	return reason
}

// shape lists the fields of a block.
type shape map[string]struct {
	kind     reflect.Kind // string, bool or int
	required bool
}

func shapeOf[T any]() shape {
	fields := shape{}
	for _, f := range reflect.VisibleFields(reflect.TypeFor[T]()) {
		if f.Anonymous {
			continue // its fields follow
		}
		name, optional := strings.CutSuffix(f.Tag.Get("pulumi"), ",optional")
		field, kind := fields[name], f.Type
		if optional {
			kind = kind.Elem()
		}
		field.kind, field.required = kind.Kind(), !optional
		fields[name] = field
	}
	return fields
}

// validate returns why a field is invalid, or "".
func (s shape) validate(name string, v property.Value) string {
	field, known := s[name]
	switch {
	case !known:
		return "is not a field of this block; the fields are " + strings.Join(inputs.SortedKeys(s), ", ")
	case v.HasComputed():
	case field.kind == reflect.String && !v.IsString():
		return "must be a string"
	case field.kind == reflect.Bool && !v.IsBool():
		return "must be true or false"
	case field.kind == reflect.Int && (!v.IsNumber() || v.AsNumber() != math.Trunc(v.AsNumber())):
		return "must be an integer"
	}
	return ""
}
