package provider

import (
	"slices"
	"strings"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
	"github.com/pulumi/pulumi/sdk/v3/go/property"
)

// hidden are the secret strings of one resource, which no message may repeat:
// any property can be given a secret, and some errors quote what they are about.
type hidden []string

const shortest = 4 // shorter ones would hide ordinary words, and are no secrets

func secretsIn(spec schema.ResourceSpec, from ...property.Map) hidden {
	var found hidden
	for _, m := range from {
		for name, v := range m.All {
			found = found.with(v, spec.InputProperties[name].Secret || spec.Properties[name].Secret)
		}
	}
	// The longest first: one may be part of another.
	slices.SortFunc(found, func(a, b string) int { return len(b) - len(a) })
	return slices.Compact(found)
}

func (h hidden) with(v property.Value, secret bool) hidden {
	secret = secret || v.Secret()
	switch {
	case v.IsString() && secret && len(v.AsString()) >= shortest:
		return append(h, v.AsString())
	case v.IsArray():
		for _, element := range v.AsArray().All {
			h = h.with(element, secret)
		}
	case v.IsMap():
		for _, value := range v.AsMap().All {
			h = h.with(value, secret)
		}
	}
	return h
}

func (h hidden) text(s string) string {
	for _, secret := range h {
		s = strings.ReplaceAll(s, secret, "[secret]")
	}
	return s
}

// hide is err with its meaning, in words that repeat no secret.
func (h hidden) hide(err error) error {
	if err == nil || h.text(err.Error()) == err.Error() {
		return err
	}
	return reworded{err, h.text(err.Error())}
}

func (h hidden) hideIn(failed *p.InitializationFailed) {
	if failed == nil {
		return
	}
	for i, reason := range failed.Reasons {
		failed.Reasons[i] = h.text(reason)
	}
}

type reworded struct {
	error
	words string
}

func (r reworded) Error() string { return r.words }
func (r reworded) Unwrap() error { return r.error }
