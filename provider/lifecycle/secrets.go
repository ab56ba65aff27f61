package lifecycle

import (
	"slices"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
	"github.com/pulumi/pulumi/sdk/v3/go/property"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/redact"
)

// withSecrets marks the secret properties of the schema, and those that have a secret value
// in one of the sources: a program can set any property to a secret value.
func withSecrets(spec schema.ResourceSpec, m property.Map, sources ...property.Map) property.Map {
	for name, v := range m.All {
		secret := spec.Properties[name].Secret || spec.InputProperties[name].Secret
		for _, source := range sources {
			secret = secret || source.Get(name).HasSecrets()
		}
		if secret && !v.IsNull() {
			m = m.Set(name, v.WithSecret(true))
		}
	}
	return m
}

// DerivedSecrets is a resource with outputs that are secret if one of certain inputs is.
type DerivedSecrets interface {
	DerivedSecrets() map[string][]string // inputs by output
}

// withDerivedSecrets marks the outputs of a resource that are derived from secret inputs.
func withDerivedSecrets(implementation any, state, in property.Map) property.Map {
	r, ok := implementation.(DerivedSecrets)
	if !ok {
		return state
	}
	for output, from := range r.DerivedSecrets() {
		v, set := state.GetOk(output)
		if set && slices.ContainsFunc(from, func(name string) bool { return in.Get(name).HasSecrets() }) {
			state = state.Set(output, v.WithSecret(true))
		}
	}
	return state
}

// omittedInputs is a state without what the inputs set. What the program omits can keep its
// value, which stays secret; what it sets in plain text is no longer secret.
func omittedInputs(state, in property.Map) property.Map {
	for name, v := range in.All {
		if !v.IsNull() {
			state = state.Delete(name)
		}
	}
	return state
}

// WriteOnly is a resource with secret inputs that the server does reveal. An import keeps
// them out of the program that Pulumi writes, where they would be in clear text. They stay in
// the state only, and unmanaged until a program sets them: neither the inputs nor the state
// of an Update have them, so that an old value is never written back. Update returns the
// values that the server has (Unmanaged), "" for one that it has not. The state keeps a value that
// Update does not know.
type WriteOnly interface {
	WriteOnlyInputs() []string
}

// neverSet are the write-only inputs of a resource that none of these inputs set.
func neverSet(implementation any, inputs ...property.Map) (names []string) {
	r, ok := implementation.(WriteOnly)
	if !ok {
		return nil
	}
	for _, name := range r.WriteOnlyInputs() {
		if !slices.ContainsFunc(inputs, func(in property.Map) bool { return !in.Get(name).IsNull() }) {
			names = append(names, name)
		}
	}
	return names
}

// present are the names that a state has a value for.
func present(state property.Map, names []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool { return state.Get(name).IsNull() })
}

// carryOver sets properties that have no value to the values that the state has.
func carryOver(to, state property.Map, names []string) property.Map {
	for _, name := range names {
		if v := state.Get(name); !v.IsNull() && to.Get(name).IsNull() {
			to = to.Set(name, v)
		}
	}
	return to
}

// redactorOf removes the secret strings in these maps from messages. Some errors quote
// the value that they are about.
func redactorOf(spec schema.ResourceSpec, from ...property.Map) redact.Redactor {
	var secrets []string
	for _, m := range from {
		for name, v := range m.All {
			secrets = appendSecrets(secrets, v, spec.InputProperties[name].Secret || spec.Properties[name].Secret)
		}
	}
	return redact.New(secrets...)
}

func appendSecrets(to []string, v property.Value, secret bool) []string {
	secret = secret || v.Secret()
	switch {
	case v.IsString() && secret:
		return append(to, v.AsString())
	case v.IsArray():
		for _, element := range v.AsArray().All {
			to = appendSecrets(to, element, secret)
		}
	case v.IsMap():
		for _, value := range v.AsMap().All {
			to = appendSecrets(to, value, secret)
		}
	}
	return to
}

// redactReasons removes secrets from the reasons of an incomplete resource.
func redactReasons(r redact.Redactor, failed *p.InitializationFailed) {
	if failed == nil {
		return
	}
	for i, reason := range failed.Reasons {
		failed.Reasons[i] = r.String(reason)
	}
}
