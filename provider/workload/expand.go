package workload

import (
	"math"
	"reflect"
	"slices"
	"strings"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/urn"
	"github.com/pulumi/pulumi/sdk/v3/go/property"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/inputs"
)

// Expand replaces the block of a preset by plain inputs. What is derived is unknown if
// any field that it is made of is unknown, and secret if any is secret. A block that
// cannot be expanded stays, and the failures give the reasons.
func Expand(in property.Map) (property.Map, []p.CheckFailure) {
	names := blocksIn(in)
	if len(names) == 0 {
		return WithoutBlocks(in), nil
	}
	var failures []p.CheckFailure
	for _, other := range names[1:] {
		failures = append(failures, p.CheckFailure{Property: other, Reason: "must not be set together with " + names[0] + "; a federated identity has one issuer"})
	}
	for _, name := range []string{"issuer", "subject"} {
		if !in.Get(name).IsNull() {
			failures = append(failures, p.CheckFailure{Property: name, Reason: "must not be set together with " + names[0] + ", which determines it"})
		}
	}
	preset, _ := presetNamed(names[0])
	b := newBlock(in.Get(preset.name))
	if failures = append(failures, preset.validate(b)...); len(failures) > 0 {
		return in, failures
	}
	out := WithoutBlocks(in).Set("issuer", b.derive(preset.issuer)).Set("subject", b.derive(preset.subject))
	if preset.keys != nil && in.Get("jwksUrl").IsNull() && in.Get("publicKeys").IsNull() {
		out = out.Set("jwksUrl", b.derive(func(b *block) string { return preset.keys(b, preset.issuer) }))
	}
	return out, nil
}

// blocksIn are the names of the blocks that are set, in the order of presets.
func blocksIn(in property.Map) []string {
	return slices.DeleteFunc(PresetNames(), func(name string) bool { return in.Get(name).IsNull() })
}

// WithoutBlocks are inputs without the blocks of presets.
func WithoutBlocks(in property.Map) property.Map {
	return in.Delete(PresetNames()...)
}

// validate returns what is wrong with a block. Unknown fields pass.
func (s preset) validate(b *block) (failures []p.CheckFailure) {
	fail := func(field, reason string) {
		name := s.name
		if field != "" {
			name += "." + field
		}
		if !slices.ContainsFunc(failures, func(f p.CheckFailure) bool { return f.Property == name }) {
			failures = append(failures, p.CheckFailure{Property: name, Reason: reason})
		}
	}
	if !b.value.IsMap() {
		if !b.value.HasComputed() {
			fail("", "must be an object")
		}
		return failures
	}
	for _, name := range inputs.SortedKeys(s.shape) {
		if s.shape[name].required && b.fields.Get(name).IsNull() {
			fail(name, "is required")
		}
	}
	malformed := false
	for name, v := range b.fields.AllStable {
		if reason := s.shape.validate(name, v); reason != "" {
			malformed = true
			fail(name, reason)
		}
		if !v.IsString() {
			continue
		}
		if text := v.AsString(); strings.TrimSpace(text) != text {
			fail(name, "must not begin or end with whitespace; Pocket ID compares exactly")
		} else if strings.Contains(text, "*") {
			fail(name, "must not contain *; Pocket ID compares exactly and has no wildcards")
		}
	}
	if malformed { // the rules would read the wrong type
		return failures
	}
	for _, r := range s.rules {
		if reason := b.validate(r.check); reason != "" {
			fail(r.field, reason)
		}
	}
	return failures
}

// shape lists the fields of a block.
type shape map[string]struct {
	kind     reflect.Kind // string, bool or int
	required bool
}

func shapeOf[T any]() shape {
	fields := shape{}
	for _, f := range reflect.VisibleFields(reflect.TypeFor[T]()) {
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

// block is the block of a preset that is being read. It notes whether a field that was
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

// reset forgets what was read.
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

// derive is the value that f makes of the fields it reads.
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
