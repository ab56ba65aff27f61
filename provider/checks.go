package provider

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi/sdk/v3/go/property"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
)

// checks gathers all that is wrong with what a program said. During a preview an
// input may be unknown, and reads as its zero value in the typed arguments;
// checks keeps quiet about those.
type checks struct {
	ctx      context.Context
	inputs   property.Map
	old      property.Map // what the program said before; empty for a new resource
	failures []p.CheckFailure
}

func newChecks(ctx context.Context, inputs, old property.Map, failures []p.CheckFailure) *checks {
	return &checks{ctx: ctx, inputs: inputs, old: old, failures: failures}
}

// that records reason against a property unless ok. The property may be a path
// into it ("callbackUrls[1]").
func (c *checks) that(ok bool, name, reason string, args ...any) {
	if ok || c.silent(name) {
		return
	}
	c.failures = append(c.failures, p.CheckFailure{Property: name, Reason: fmt.Sprintf(reason, args...)})
}

// stricter is that for a rule which Pocket ID does not have itself: what is there
// already only gets a warning, or an imported object could not be kept.
func (c *checks) stricter(ok bool, name, reason string, args ...any) {
	if ok || c.silent(name) {
		return
	}
	top := topLevel(name)
	if was, had := c.old.GetOk(top); had && same(was, c.inputs.Get(top)) {
		c.warn("%s %s", name, fmt.Sprintf(reason, args...))
		return
	}
	c.that(false, name, reason, args...)
}

// silent is true for what is unknown yet, and for what has failed already.
func (c *checks) silent(name string) bool {
	if c.inputs.Get(topLevel(name)).HasComputed() {
		return true
	}
	for _, f := range c.failures {
		if f.Property == name || f.Property == topLevel(name) {
			return true
		}
	}
	return false
}

func (c *checks) warn(format string, args ...any) { p.GetLogger(c.ctx).Warningf(format, args...) }

// quoted is a value for a reason, but for one that the program keeps secret.
func (c *checks) quoted(name, value string) string {
	if c.inputs.Get(topLevel(name)).HasSecrets() {
		return "the secret value"
	}
	return fmt.Sprintf("%q", value)
}

// said tells whether the program gives a property a value, known or not.
func (c *checks) said(name string) bool {
	v, ok := c.inputs.GetOk(name)
	return ok && !v.IsNull()
}

func (c *checks) within(name string, v *int, least, most int, unit string) {
	if v != nil {
		c.that(*v >= least && *v <= most, name, "must be from %d to %d%s, is %d", least, most, space(unit), *v)
	}
}

func space(unit string) string {
	if unit == "" {
		return ""
	}
	return " " + unit
}

// length counts characters as the server does: runes.
func (c *checks) length(name, value string, least, most int) {
	n := utf8.RuneCountInString(value)
	if least > 0 && n == 0 {
		c.that(false, name, "must not be empty")
		return
	}
	c.that(n >= least, name, "must have at least %d characters, has %d", least, n)
	c.that(n <= most, name, "must be at most %d characters, has %d", most, n)
}

// webURL wants an absolute http(s) URL.
func (c *checks) webURL(name, value string) {
	u, err := url.Parse(value)
	ok := err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && !strings.ContainsAny(value, " \t\r\n")
	c.that(ok, name, "must be an http(s) URL such as https://app.example.com, is %s", c.quoted(name, value))
}

// knownTo wants the server to know what a property asks for; where it would not,
// it drops the property in silence. If the version cannot be learned now, a
// warning says so once, and the gate is shut again before the first write.
func (c *checks) knownTo(config *Config, feature api.Feature, names ...string) {
	if len(names) == 0 {
		return
	}
	version, err := config.versionAtOnce(c.ctx)
	switch {
	case errors.Is(err, errNoVersion):
	case err != nil:
		c.that(false, names[0], "cannot be checked against the server's version: %v", err)
	default:
		for _, name := range names {
			c.that(version.Has(feature), name, "needs Pocket ID %s or later; this server is %s, and would drop it in silence", feature.Since(), version)
		}
	}
}

// offered wants a server that has such an object at all.
func (c *checks) offered(config *Config, feature api.Feature, what string) {
	version, err := config.versionAtOnce(c.ctx)
	if err == nil {
		err = offeredBy(version, feature, what)
	}
	c.that(err == nil || errors.Is(err, errNoVersion), "", "%v", err)
}

// topLevel is the property that a path starts with.
func topLevel(path string) string {
	if i := strings.IndexAny(path, ".["); i > 0 {
		return path[:i]
	}
	return path
}

func anyComputed(m property.Map, names ...string) bool {
	for _, name := range names {
		if m.Get(name).HasComputed() {
			return true
		}
	}
	return false
}
