package provider

import (
	"regexp"
	"strconv"
	"strings"
)

// rule is what a part must be. It answers with a reason, or with "".
type rule struct {
	part  string
	check func(*parts) string
}

// The rules never repeat what they judge: it may be a secret.

func matches(part, pattern, reason string) rule {
	expression := regexp.MustCompile(pattern)
	return rule{part, func(p *parts) string {
		if text := p.text(part); !p.says(part) || expression.MatchString(text) {
			return ""
		}
		return reason
	}}
}

func noSlash(part string) rule {
	return matches(part, `^[^/]+$`, "must be a name alone, without a slash")
}

func notARef(part string) rule {
	return rule{part, func(p *parts) string {
		if strings.HasPrefix(p.text(part), "refs/") {
			return "must be the name alone: what begins with refs/ is put before it"
		}
		return ""
	}}
}

func isHost(part string) rule {
	return matches(part, `^[A-Za-z0-9.-]+(:[0-9]+)?$`, "must be the name of a host, without https:// and without a path")
}

func isURL(part string) rule {
	return rule{part, func(p *parts) string {
		if url := p.text(part); p.says(part) && !isWebURL(url) {
			return "must be an http(s) URL"
		}
		return ""
	}}
}

func oneOfThese(part string, values ...string) rule {
	return matches(part, "^("+strings.Join(values, "|")+")$", "must be "+anyOf(values))
}

func exactlyOne(names ...string) rule {
	return rule{"", func(p *parts) string {
		said := 0
		for _, name := range names {
			if p.says(name) {
				said++
			}
		}
		if said == 1 {
			return ""
		}
		return "must say exactly one of " + strings.Join(names, ", ") + ", says " + strconv.Itoa(said)
	}}
}

// oneForm wants either the first part, or all the others.
func oneForm(whole string, pieces ...string) rule {
	return rule{"", func(p *parts) string {
		said := 0
		for _, name := range pieces {
			if p.says(name) {
				said++
			}
		}
		if p.says(whole) && said == 0 || !p.says(whole) && said == len(pieces) {
			return ""
		}
		return "must say either " + whole + ", or all of " + strings.Join(pieces, ", ")
	}}
}

func together(part, other string) rule {
	return rule{part, func(p *parts) string {
		if p.says(part) && !p.says(other) {
			return "must be set together with " + other
		}
		return ""
	}}
}

func anyOf(values []string) string {
	last := len(values) - 1
	return strings.Join(values[:last], ", ") + " or " + values[last]
}
