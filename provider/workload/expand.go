package workload

import (
	"slices"
	"strings"

	p "github.com/pulumi/pulumi-go-provider"
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

// validate returns what is wrong with a block, with one failure per field. Unknown fields
// pass.
func (s preset) validate(b *block) []p.CheckFailure {
	switch {
	case b.value.HasComputed() && !b.value.IsMap():
		return nil
	case !b.value.IsMap():
		return []p.CheckFailure{{Property: s.name, Reason: "must be an object"}}
	}
	failures := blockFailures{block: s.name}
	for _, name := range inputs.SortedKeys(s.shape) {
		if s.shape[name].required && b.fields.Get(name).IsNull() {
			failures.add(name, "is required")
		}
	}
	malformed := false
	for name, v := range b.fields.AllStable {
		reason := s.shape.validate(name, v)
		malformed = malformed || reason != ""
		failures.add(name, reason)
		failures.add(name, validateExactText(v))
	}
	if malformed { // the rules would read the wrong type
		return failures.list
	}
	for _, r := range s.rules {
		failures.add(r.field, b.validate(r.check))
	}
	return failures.list
}

// validateExactText returns why no claim of a token equals a field, or "".
func validateExactText(v property.Value) string {
	text := inputs.Text(v)
	switch {
	case strings.TrimSpace(text) != text:
		return "must not begin or end with whitespace; Pocket ID compares exactly"
	case strings.Contains(text, "*"):
		return "must not contain *; Pocket ID compares exactly and has no wildcards"
	}
	return ""
}

// blockFailures collects the first failure of each field of a block.
type blockFailures struct {
	block string
	list  []p.CheckFailure
}

// add adds a failure of a field, or of the whole block if the field is "". It does nothing
// if the reason is "".
func (f *blockFailures) add(field, reason string) {
	name := strings.TrimSuffix(f.block+"."+field, ".")
	if reason == "" || slices.ContainsFunc(f.list, func(other p.CheckFailure) bool { return other.Property == name }) {
		return
	}
	f.list = append(f.list, p.CheckFailure{Property: name, Reason: reason})
}
