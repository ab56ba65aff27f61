// Package redact removes secret strings from text and from errors, so that a
// message never repeats a credential that a server or a library quotes.
package redact

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

const (
	placeholder = "[secret]"

	// minLength is the shortest string that is redacted. Shorter strings are parts
	// of ordinary words, and too short to be secrets.
	minLength = 4
)

// Redactor replaces the secrets it was made with. The zero Redactor replaces
// nothing. A Redactor is safe for concurrent use.
type Redactor struct {
	spellings []string // longest first: one secret may be part of another
}

// New returns a Redactor for secrets. It ignores strings of fewer than four bytes.
func New(secrets ...string) Redactor {
	var spellings []string
	for _, secret := range secrets {
		if len(secret) < minLength {
			continue
		}
		quoted := strconv.Quote(secret)
		spellings = append(spellings, secret, quoted[1:len(quoted)-1], url.QueryEscape(secret), url.PathEscape(secret))
	}
	slices.SortFunc(spellings, func(a, b string) int {
		return cmp.Or(cmp.Compare(len(b), len(a)), strings.Compare(a, b))
	})
	return Redactor{slices.Compact(spellings)}
}

// String returns s with each secret replaced by "[secret]". It finds a secret
// verbatim, quoted as Go quotes strings, and escaped for a URL's query or path.
func (r Redactor) String(s string) string {
	for _, spelling := range r.spellings {
		s = strings.ReplaceAll(s, spelling, placeholder)
	}
	return s
}

// Error returns an error with the redacted message of err that wraps err, so that
// errors.Is and errors.As still work. It returns err itself if its message contains
// no secret.
func (r Redactor) Error(err error) error {
	if err == nil {
		return nil
	}
	message := err.Error()
	redacted := r.String(message)
	if redacted == message {
		return err
	}
	return redactedError{redacted, err}
}

type redactedError struct {
	message string
	err     error
}

func (e redactedError) Error() string { return e.message }
func (e redactedError) Unwrap() error { return e.err }
