package workload

import (
	"slices"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi/sdk/v3/go/property"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/inputs"
)

// derived are the plain inputs that a block is expanded into.
var derived = []string{"issuer", "subject", "jwksUrl"}

// The engine applies ignoreChanges before the provider sees the inputs: it sets an ignored
// input, or a field of one, to its value in the old inputs. Those have derived inputs
// instead of a block. So the engine removes an ignored block or field, and adds an ignored
// derived input beside a block.

// ExpandUpdate is Expand for the inputs of an existing resource. Inputs that ignoreChanges
// can have made invalid get their old values. The failures are then those of an update
// that does not ignore changes of the inputs named by ignored.
func ExpandUpdate(in, old property.Map) (out property.Map, ignored []string, failures []p.CheckFailure) {
	out, failures = Expand(in)
	if len(failures) == 0 && (!in.Get("issuer").IsNull() || len(blocksIn(in)) > 0) {
		return out, nil, nil
	}
	if old.Get("issuer").IsNull() {
		return out, nil, failures
	}
	blocks := blocksIn(in)
	if len(blocks) == 0 {
		return withDerived(in, old), append(PresetNames(), "issuer"), nil
	}
	plain := in
	for _, name := range derived[:2] {
		if v := in.Get(name); !v.IsNull() && inputs.Same(v, old.Get(name)) {
			plain, ignored = plain.Delete(name), append(ignored, name)
		}
	}
	expanded, others := Expand(plain)
	if len(others) == 0 {
		return withDerived(expanded.Delete(ignored...), old), ignored, failures
	}
	return withDerived(WithoutBlocks(plain), old), append(ignored, blocks...), failures
}

// withDerived sets the derived inputs that are omitted to their old values.
func withDerived(in, old property.Map) property.Map {
	for _, name := range derived {
		if name == "jwksUrl" && !in.Get("publicKeys").IsNull() {
			continue
		}
		if v := old.Get(name); in.Get(name).IsNull() && !v.IsNull() {
			in = in.Set(name, v)
		}
	}
	return in
}

// KeepIgnored sets the derived inputs to their values in the state if changes of a block,
// or of any field of it, are ignored. One field cannot be kept alone, because the state
// has no blocks.
func KeepIgnored(ignored []string, in, state property.Map) property.Map {
	names := slices.DeleteFunc(slices.Clone(derived), func(name string) bool { return !slices.Contains(ignored, name) })
	if slices.ContainsFunc(ignored, func(name string) bool { return slices.Contains(PresetNames(), name) }) {
		names = derived
	}
	for _, name := range names {
		switch v := state.Get(name); {
		case name == "jwksUrl" && !in.Get("publicKeys").IsNull():
		case v.IsNull():
			in = in.Delete(name)
		default:
			in = in.Set(name, v)
		}
	}
	return in
}
