package fake

import (
	"fmt"
	"net/mail"
	"net/url"
	"regexp"
	"strings"
	"unicode/utf8"
)

// rules collects what is wrong with a body. Of each field it keeps the first
// failure, and it keeps the fields in the order in which they were looked at.
type rules struct{ failed []fieldError }

// check records a failure of field unless one is there or ok is true.
func (r *rules) check(ok bool, field, code, message string) {
	if ok {
		return
	}
	for _, f := range r.failed {
		if f.Field == field {
			return
		}
	}
	r.failed = append(r.failed, fieldError{field, code, message})
}

func (r *rules) required(field, value string) { r.given(field, value != "") }

func (r *rules) given(field string, is bool) { r.check(is, field, "required", "is required") }

// atLeast and atMost count characters as they were sent, before NFC makes them fewer.
func (r *rules) atLeast(field, value string, n int) {
	r.check(utf8.RuneCountInString(value) >= n, field, "too_short", fmt.Sprintf("must be at least %d characters long", n))
}

func (r *rules) atMost(field, value string, n int) {
	r.check(utf8.RuneCountInString(value) <= n, field, "too_long", fmt.Sprintf("must be at most %d characters long", n))
}

// between looks at a number; the server words it as if it were a text.
func (r *rules) between(field string, value, least, most int) {
	r.check(value >= least, field, "too_short", fmt.Sprintf("must be at least %d characters long", least))
	r.check(value <= most, field, "too_long", fmt.Sprintf("must be at most %d characters long", most))
}

// is records a failure in the server's words for rules that have no own message.
func (r *rules) is(ok bool, field, rule string) { r.check(ok, field, rule, "is invalid") }

func (r *rules) url(field, value string) {
	r.check(looksLikeURL(value), field, "invalid_format", "must be a valid URL")
}

func (r *rules) email(field, value string) {
	a, err := mail.ParseAddress(value)
	r.check(err == nil && a.Address == value, field, "invalid_format", "must be a valid email address")
}

// err returns everything that failed as one problem.
func (r *rules) err() error {
	if len(r.failed) == 0 {
		return nil
	}
	return invalid(r.failed)
}

// looksLikeURL asks what the server asks of a URL: a scheme and something behind it.
func looksLikeURL(s string) bool {
	u, err := url.Parse(strings.ToLower(s))
	if err != nil || u.Scheme == "" {
		return false
	}
	if u.Scheme == "file" {
		return u.Path != "" && u.Path != "/"
	}
	return u.Host != "" || u.Fragment != "" || u.Opaque != ""
}

// looksLikeCallback asks what the server asks of a callback URL, in which a
// star may stand in any place, or for the whole. Not every release parses it.
func looksLikeCallback(s string, parsed bool) bool {
	if s == "*" {
		return true
	}
	scheme, rest, found := strings.Cut(s, ":")
	if !found || rest != "" && rest[0] != '/' || !callbackScheme.MatchString(scheme) {
		return false
	}
	switch strings.ToLower(scheme) {
	case "javascript", "data":
		return false
	}
	if !parsed {
		rest = namedWildcard.ReplaceAllString(rest, "")
	}
	_, err := url.Parse("x:" + strings.ReplaceAll(rest, "*", "1")) // 1 can be a host, a port and a path
	return err == nil
}

// namedWildcard is what a port or a segment was if it was no number.
var namedWildcard = regexp.MustCompile(`:[a-zA-Z_]\w*`)

var callbackScheme = regexp.MustCompile(`^[a-zA-Z*][a-zA-Z0-9+.*-]*$`)

// looksLikeOldCallback is the rule before callback URLs were patterns.
func looksLikeOldCallback(s string) bool {
	u, err := url.Parse(s)
	return strings.Contains(s, "*") || err == nil && u.IsAbs()
}

var uuidShape = regexp.MustCompile(`^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$`)
