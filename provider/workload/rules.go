package workload

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/inputs"
)

// rule validates a field of a block, or the whole block if the field is "". The check
// returns a reason, or "". A reason never repeats the value, which may be secret.
type rule struct {
	field string
	check func(*block) string
}

func matches(field, pattern, reason string) rule {
	expression := regexp.MustCompile(pattern)
	return rule{field, func(b *block) string {
		if text := b.text(field); !b.isSet(field) || expression.MatchString(text) {
			return ""
		}
		return reason
	}}
}

func noSlash(field string) rule {
	return matches(field, `^[^/]+$`, "must be a name without a slash")
}

func notARef(field string) rule {
	return rule{field, func(b *block) string {
		if strings.HasPrefix(b.text(field), "refs/") {
			return "must be the name without refs/heads/ or refs/tags/, which the provider adds"
		}
		return ""
	}}
}

func isHost(field string) rule {
	return matches(field, `^[A-Za-z0-9.-]+(:[0-9]+)?$`, "must be a host name, without https:// and without a path")
}

func isURL(field string) rule {
	return rule{field, func(b *block) string {
		if url := b.text(field); b.isSet(field) && !inputs.IsWebURL(url) {
			return "must be an http(s) URL"
		}
		return ""
	}}
}

func oneOf(field string, values ...string) rule {
	return matches(field, "^("+strings.Join(values, "|")+")$", "must be "+inputs.Alternatives(values))
}

func exactlyOne(fields ...string) rule {
	return rule{"", func(b *block) string {
		if n := b.countSet(fields); n != 1 {
			return "must set exactly one of " + strings.Join(fields, ", ") + " (got " + strconv.Itoa(n) + ")"
		}
		return ""
	}}
}

// eitherOr requires the first field, or all of the others.
func eitherOr(whole string, parts ...string) rule {
	return rule{"", func(b *block) string {
		n := b.countSet(parts)
		if b.isSet(whole) && n == 0 || !b.isSet(whole) && n == len(parts) {
			return ""
		}
		return "must set either " + whole + ", or all of " + strings.Join(parts, ", ")
	}}
}

func together(field, other string) rule {
	return rule{field, func(b *block) string {
		if b.isSet(field) && !b.isSet(other) {
			return "must be set together with " + other
		}
		return ""
	}}
}

func (b *block) countSet(fields []string) (n int) {
	for _, name := range fields {
		if b.isSet(name) {
			n++
		}
	}
	return n
}
