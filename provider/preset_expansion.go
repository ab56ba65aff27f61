package provider

import (
	"math"
	"reflect"
	"slices"
	"strings"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/urn"
	"github.com/pulumi/pulumi/sdk/v3/go/property"
)

// expand puts plain inputs in the place of a preset's block: what is derived is
// unknown if any part of it is, and secret if any part is. A block that cannot be
// expanded stays, and the failures say why.
func expand(in property.Map) (property.Map, []p.CheckFailure) {
	blocks := blocksIn(in)
	if len(blocks) == 0 {
		return withoutBlocks(in), nil
	}
	var failures []p.CheckFailure
	for _, more := range blocks[1:] {
		failures = append(failures, p.CheckFailure{Property: more, Reason: "must not be set together with " + blocks[0] + ": an identity has one issuer"})
	}
	for _, name := range []string{"issuer", "subject"} {
		if !in.Get(name).IsNull() {
			failures = append(failures, p.CheckFailure{Property: name, Reason: "must not be set together with " + blocks[0] + ", which says it"})
		}
	}
	preset, _ := presetNamed(blocks[0])
	from := newParts(in.Get(preset.block))
	if failures = append(failures, preset.problems(from)...); len(failures) > 0 {
		return in, failures
	}
	out := withoutBlocks(in).Set("issuer", from.derive(preset.issuer)).Set("subject", from.derive(preset.subject))
	if preset.keys != nil && in.Get("jwksUrl").IsNull() && in.Get("publicKeys").IsNull() {
		out = out.Set("jwksUrl", from.derive(func(p *parts) string { return preset.keys(p, preset.issuer) }))
	}
	return out, nil
}

// blocksIn are the preset blocks that a program gives, in the order of the table.
func blocksIn(in property.Map) []string {
	var blocks []string
	for _, p := range presets() {
		if !in.Get(p.block).IsNull() {
			blocks = append(blocks, p.block)
		}
	}
	return blocks
}

func withoutBlocks(in property.Map) property.Map {
	for _, p := range presets() {
		in = in.Delete(p.block)
	}
	return in
}

func blockNames() []string {
	var names []string
	for _, p := range presets() {
		names = append(names, p.block)
	}
	return names
}

func presetNamed(block string) (preset, bool) {
	at := slices.IndexFunc(presets(), func(p preset) bool { return p.block == block })
	if at < 0 {
		return preset{}, false
	}
	return presets()[at], true
}

// problems are what is wrong with a block. What is unknown is not judged.
func (s preset) problems(from *parts) (failures []p.CheckFailure) {
	fail := func(part, reason string) {
		name := s.block
		if part != "" {
			name += "." + part
		}
		if !slices.ContainsFunc(failures, func(f p.CheckFailure) bool { return f.Property == name }) {
			failures = append(failures, p.CheckFailure{Property: name, Reason: reason})
		}
	}
	if !from.block.IsMap() {
		if !from.block.HasComputed() {
			fail("", "must be an object")
		}
		return failures
	}
	for _, name := range sortedKeys(s.shape) {
		if s.shape[name].required && from.said.Get(name).IsNull() {
			fail(name, "must be set")
		}
	}
	malformed := false
	for name, v := range from.said.AllStable {
		if reason := s.shape.judge(name, v); reason != "" {
			malformed = true
			fail(name, reason)
		}
		if !v.IsString() {
			continue
		}
		if text := v.AsString(); strings.TrimSpace(text) != text {
			fail(name, "must not begin or end with space: Pocket ID compares exactly")
		} else if strings.Contains(text, "*") {
			fail(name, "must not contain *: Pocket ID compares exactly and knows no wildcards")
		}
	}
	if malformed { // the rules would read it wrong
		return failures
	}
	for _, r := range s.rules {
		if reason := from.judge(r.check); reason != "" {
			fail(r.part, reason)
		}
	}
	return failures
}

// shape is what a block may have.
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

// judge answers with a reason, or with "".
func (s shape) judge(name string, v property.Value) string {
	field, known := s[name]
	switch {
	case !known:
		return "is not known here; there are " + strings.Join(sortedKeys(s), ", ")
	case v.HasComputed():
	case field.kind == reflect.String && !v.IsString():
		return "must be a string"
	case field.kind == reflect.Bool && !v.IsBool():
		return "must be true or false"
	case field.kind == reflect.Int && (!v.IsNumber() || v.AsNumber() != math.Trunc(v.AsNumber())):
		return "must be a whole number"
	}
	return ""
}

// parts is a block that is read. It takes down whether anything that was read is
// unknown or secret.
type parts struct {
	block property.Value
	said  property.Map // without what is empty

	unknown, secret bool
	dependencies    []urn.URN
}

func newParts(block property.Value) *parts {
	from := &parts{block: block}
	if block.IsMap() {
		from.said = block.AsMap()
		for name := range from.said.All {
			from.said = emptyIsAbsent(from.said, name)
		}
	}
	return from
}

func (s *parts) begin() {
	s.unknown, s.secret, s.dependencies = !s.block.IsMap(), s.block.Secret(), s.block.Dependencies()
}

func (s *parts) read(name string) property.Value {
	v := s.said.Get(name)
	s.unknown = s.unknown || v.HasComputed()
	s.secret = s.secret || v.HasSecrets()
	s.dependencies = append(s.dependencies, v.Dependencies()...)
	return v
}

// text is a part, or "" if the program does not say it, or it is not known yet.
func (s *parts) text(name string) string { return text(s.read(name)) }

func (s *parts) number(name string) int {
	if v := s.read(name); v.IsNumber() {
		return int(v.AsNumber())
	}
	return 0
}

// says tells whether the program says a part; a switch that is off says nothing.
func (s *parts) says(name string) bool {
	v := s.read(name)
	return !v.IsNull() && !v.HasComputed() && !(v.IsBool() && !v.AsBool())
}

// derive is what f makes of what it reads.
func (s *parts) derive(f func(*parts) string) property.Value {
	s.begin()
	v := property.New(f(s))
	if s.unknown {
		v = property.New(property.Computed)
	}
	return v.WithSecret(s.secret).WithDependencies(s.dependencies)
}

// judge is what f thinks of what it reads; nothing, if that is not all known.
func (s *parts) judge(f func(*parts) string) string {
	s.begin()
	reason := f(s)
	if s.unknown {
		return ""
	}
	return reason
}
