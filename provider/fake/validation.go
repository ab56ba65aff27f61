package fake

import (
	"fmt"
	"net/mail"
	"net/url"
	"regexp"
	"strings"
	"unicode/utf8"
)

// validator collects the invalid fields of a request body, in the order of the
// checks. It keeps only the first error of each field.
type validator struct{ failed []fieldError }

// check records an error for the field, unless ok is true or the field already
// has an error.
func (v *validator) check(ok bool, field, code, message string) {
	if ok {
		return
	}
	for _, f := range v.failed {
		if f.Field == field {
			return
		}
	}
	v.failed = append(v.failed, fieldError{field, code, message})
}

// required checks that the value is not empty.
func (v *validator) required(field, value string) { v.present(field, value != "") }

// present is required for a value that is not a string.
func (v *validator) present(field string, isPresent bool) {
	v.check(isPresent, field, "required", "is required")
}

// minLength and maxLength count the characters that were sent. Normalization to
// NFC can reduce their number afterwards.
func (v *validator) minLength(field, value string, n int) {
	v.check(utf8.RuneCountInString(value) >= n, field, "too_short", fmt.Sprintf("must be at least %d characters long", n))
}

func (v *validator) maxLength(field, value string, n int) {
	v.check(utf8.RuneCountInString(value) <= n, field, "too_long", fmt.Sprintf("must be at most %d characters long", n))
}

// inRange checks a number. The server reports a number out of range with the
// messages for the length of a string.
func (v *validator) inRange(field string, value, least, most int) {
	v.check(value >= least, field, "too_short", fmt.Sprintf("must be at least %d characters long", least))
	v.check(value <= most, field, "too_long", fmt.Sprintf("must be at most %d characters long", most))
}

// rule checks one of the server's rules that has no message of its own. The error
// code is the name of the rule.
func (v *validator) rule(ok bool, field, name string) { v.check(ok, field, name, "is invalid") }

func (v *validator) url(field, value string) {
	v.check(isURL(value), field, "invalid_format", "must be a valid URL")
}

func (v *validator) email(field, value string) {
	a, err := mail.ParseAddress(value)
	v.check(err == nil && a.Address == value, field, "invalid_format", "must be a valid email address")
}

// err returns one error with all invalid fields, or nil.
func (v *validator) err() error {
	if len(v.failed) == 0 {
		return nil
	}
	return invalidFields(v.failed)
}

// isURL is the rule "url" of the server's validation library: a scheme, followed
// by a host, a fragment or an opaque part.
func isURL(s string) bool {
	u, err := url.Parse(strings.ToLower(s))
	if err != nil || u.Scheme == "" {
		return false
	}
	if u.Scheme == "file" {
		return u.Path != "" && u.Path != "/"
	}
	return u.Host != "" || u.Fragment != "" || u.Opaque != ""
}

var uuidPattern = regexp.MustCompile(`^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$`)
