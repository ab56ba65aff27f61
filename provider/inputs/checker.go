package inputs

import (
	"context"
	"fmt"
	"strings"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi/sdk/v3/go/property"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/codec"
)

// Checker collects the validation errors of one resource. During a preview an
// input may be unknown: it reads as the zero value in the typed arguments, so
// Checker skips every rule about it.
type Checker struct {
	Inputs    property.Map
	OldInputs property.Map // the inputs in the state; empty for a new resource
	Failures  []p.CheckFailure

	ctx        context.Context
	normalized map[string]string
	undecoded  map[string]bool // inputs whose typed arguments are incomplete
}

// Check decodes the inputs of a resource, applies the defaults of the schema, and
// runs rules on them. The Checker skips rules about an input that has the wrong type. Its Inputs
// are those that the program sets, without defaults.
func Check[Args any](ctx context.Context, req infer.CheckRequest, rules func(*Checker, *Args)) (p.CheckResponse, error) {
	complete := req.NewInputs
	if addDefaults, ok := ctx.Value(defaultsKey{}).(func(property.Map) property.Map); ok {
		complete = addDefaults(complete)
	}
	args, failures := codec.DecodeInputs[Args](complete)
	check := NewChecker(ctx, req.NewInputs, req.OldInputs, failures)
	rules(check, &args)
	for name, value := range check.normalized {
		complete = complete.Set(name, property.WithGoValue(complete.Get(name), value))
	}
	return p.CheckResponse{Inputs: complete, Failures: check.Failures}, nil
}

type defaultsKey struct{}

// WithDefaults sets what adds the defaults of the schema to the inputs of a resource.
func WithDefaults(ctx context.Context, add func(property.Map) property.Map) context.Context {
	return context.WithValue(ctx, defaultsKey{}, add)
}

// NewChecker returns a Checker that adds to the failures of decoding the inputs.
func NewChecker(ctx context.Context, inputs, oldInputs property.Map, failures []p.CheckFailure) *Checker {
	undecoded := map[string]bool{}
	for _, f := range failures {
		undecoded[TopLevel(f.Property)] = true
	}
	return &Checker{Inputs: inputs, OldInputs: oldInputs, Failures: failures, ctx: ctx, undecoded: undecoded}
}

// Context is the context of the check.
func (c *Checker) Context() context.Context { return c.ctx }

// Normalize sets the form of a known input that Read returns, if it takes the server to know it.
func (c *Checker) Normalize(property, value string) {
	if c.normalized == nil {
		c.normalized = map[string]string{}
	}
	c.normalized[property] = value
}

// IsNew reports whether the state has no inputs of the resource yet.
func (c *Checker) IsNew() bool { return c.OldInputs.Len() == 0 }

// Require records a failure of the property unless ok. The property may be a path
// into an input ("callbackUrls[1]").
func (c *Checker) Require(ok bool, property, reason string, args ...any) {
	if ok || c.Skips(property) {
		return
	}
	c.Failures = append(c.Failures, p.CheckFailure{Property: property, Reason: fmt.Sprintf(reason, args...)})
}

// RequireForChanges is Require for a rule that the server does not have. It only
// warns about a value that the state has already, so that an imported object can be
// managed as it is.
func (c *Checker) RequireForChanges(ok bool, property, reason string, args ...any) {
	if ok || c.Skips(property) {
		return
	}
	top := TopLevel(property)
	if _, had := c.OldInputs.GetOk(top); had && c.Unchanged(top) {
		c.Warn("%s %s", property, fmt.Sprintf(reason, args...))
		return
	}
	c.Require(false, property, reason, args...)
}

// RequireForChangesOf is RequireForChanges for a rule about several properties. The
// failure names the first; it is a warning if none of them has changed.
func (c *Checker) RequireForChangesOf(ok bool, properties []string, reason string, args ...any) {
	if ok || AnyUnknown(c.Inputs, properties...) {
		return
	}
	if !c.IsNew() && c.Unchanged(properties...) {
		c.Warn(properties[0]+" "+reason, args...)
		return
	}
	c.Require(false, properties[0], reason, args...)
}

// Unchanged reports whether the inputs in the state have the same values.
func (c *Checker) Unchanged(properties ...string) bool {
	for _, name := range properties {
		if !Same(c.OldInputs.Get(name), c.Inputs.Get(name)) {
			return false
		}
	}
	return true
}

// Skips reports whether rules about a property are skipped: it is unknown, could not be decoded, or
// has failed already.
func (c *Checker) Skips(property string) bool {
	if top := TopLevel(property); c.undecoded[top] || c.Inputs.Get(top).HasComputed() {
		return true
	}
	for _, f := range c.Failures {
		if f.Property == property || f.Property == TopLevel(property) {
			return true
		}
	}
	return false
}

// Warn shows a warning at the resource.
func (c *Checker) Warn(format string, args ...any) { p.GetLogger(c.ctx).Warningf(format, args...) }

// Quote formats the value of a property for a message, without revealing a secret.
func (c *Checker) Quote(property string, value any) string {
	text, isText := value.(string)
	switch {
	case c.Inputs.Get(TopLevel(property)).HasSecrets():
		return "the secret value"
	case isText:
		return fmt.Sprintf("%q", text)
	}
	return fmt.Sprint(value)
}

// IsSet reports whether the program sets a property, to a known value or not.
func (c *Checker) IsSet(property string) bool {
	v, ok := c.Inputs.GetOk(property)
	return ok && !v.IsNull()
}

// TopLevel is the property that a path starts with: callbackUrls for
// callbackUrls[1].
func TopLevel(path string) string {
	if i := strings.IndexAny(path, ".["); i > 0 {
		return path[:i]
	}
	return path
}

// AnyUnknown reports whether one of the properties is unknown, or contains an
// unknown value.
func AnyUnknown(m property.Map, names ...string) bool {
	for _, name := range names {
		if m.Get(name).HasComputed() {
			return true
		}
	}
	return false
}
