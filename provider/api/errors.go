package api

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"
)

// What callers may ask of an error with errors.Is, whatever the server's version.
var (
	ErrNotFound     = errors.New("not found")      // Pocket ID itself says that the object is missing
	ErrExists       = errors.New("exists already") // the key that was asked for is taken
	ErrUnauthorized = errors.New("the API key is refused")
	ErrForbidden    = errors.New("not allowed")
	ErrUnreachable  = errors.New("no answer")              // nothing answered, or the answer broke off
	ErrNotPocketID  = errors.New("not Pocket ID's answer") // a proxy, another program, a wrong path
	ErrBadID        = errors.New("not an id")
	ErrUndecided    = errors.New("undecided") // a lost answer: the object may or may not exist
	ErrConflict     = errors.New("changed by someone else meanwhile")
	ErrUnsure       = errors.New("what was written could not be read back") // an edit that may or may not have been made
)

// Error is an answer of the server other than 2xx.
type Error struct {
	Method, Path string
	Status       int
	Code         string // stable identifier; empty before 2.13
	Message      string // the server's own words, or what came instead of them
	RequestID    string // in the server's log; empty before 2.13
	Fields       []FieldError

	spoken       bool // the body was Pocket ID's own error, not a proxy's or a router's
	routeMissing bool // the router's: Pocket ID has no such path, with a frontend or without
	retryAfter   time.Duration
}

// FieldError is what the server says of one field of a request (2.13 and later).
type FieldError struct {
	Field   string `json:"field"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

// objectPath is the path of one object of those that people take names for ids of.
var objectPath = regexp.MustCompile(`^/api/(?:oidc/clients|user-groups|users|apis)/([^/]+)$`)

func (e *Error) Error() string {
	var b strings.Builder
	switch {
	case e.Status == http.StatusUnauthorized && e.spoken:
		b.WriteString("Pocket ID refuses the API key: check that apiKey is right, not expired and of this instance")
	case e.Status == http.StatusForbidden && e.spoken:
		fmt.Fprintf(&b, "Pocket ID does not allow this: %s", e.Message)
	default:
		b.WriteString(e.Message)
	}
	for _, f := range e.Fields {
		if !strings.Contains(strings.ToLower(e.Message), strings.ToLower(f.Field)) {
			fmt.Fprintf(&b, "; %s %s", f.Field, f.Message)
		}
	}
	if object := objectPath.FindStringSubmatch(e.Path); e.Is(ErrNotFound) && object != nil && uuid.Validate(object[1]) != nil {
		fmt.Fprintf(&b, "; is %q an id, and not a name?", object[1])
	}
	fmt.Fprintf(&b, " (%s %s: %d", e.Method, e.Path, e.Status)
	if e.RequestID != "" {
		fmt.Fprintf(&b, ", request %s", e.RequestID)
	}
	b.WriteString(")")
	return b.String()
}

// Is gives an error its meaning. A 404 that Pocket ID did not word itself (a
// wrong address, a route this version lacks, a proxy) is no answer to whether an
// object exists: taken for one, it would drop resources from stacks.
func (e *Error) Is(target error) bool {
	switch target {
	case ErrNotFound:
		return e.Status == http.StatusNotFound && e.spoken
	case ErrExists:
		return e.spoken && (e.Status == http.StatusConflict ||
			e.Status == http.StatusBadRequest && strings.HasSuffix(e.Message, "already in use"))
	case ErrUnauthorized:
		return e.Status == http.StatusUnauthorized
	case ErrForbidden:
		return e.Status == http.StatusForbidden
	case ErrNotPocketID:
		return !e.spoken
	case ErrUnreachable:
		return !e.spoken && unavailable(e.Status)
	}
	return false
}

// objectMissing tells whether a 404 is Pocket ID's word that an object is missing.
// Other programs say "not found" in JSON too: only these count.
func objectMissing(code, message string) bool {
	switch code {
	case "not_found", "user_not_found", "image_not_found", "api_key_not_found":
		return message != routeMissing
	case "": // before 2.13
		return slices.Contains([]string{"Record not found", "User not found", "Client not found", "Image not found", "API Key Not Found"}, message)
	}
	return false
}

// routeMissing is how Pocket ID words a path it does not have; it is JSON like
// its other errors, but says nothing about an object.
const routeMissing = "API endpoint not found"

// refusesClient tells whether the server has looked at a client's secret and
// found that it is none. Up to 2.9 that is a 400.
func (e *Error) refusesClient() bool {
	return e.spoken && (e.Status == http.StatusUnauthorized && e.Message != notSignedIn || e.Status == http.StatusBadRequest)
}

// notSignedIn is how Pocket ID refuses an API key, on any route that wants one.
const notSignedIn = "You are not signed in"

// definite tells whether the server has certainly refused, and done nothing.
func (e *Error) definite() bool {
	switch e.Status {
	case http.StatusUnauthorized, http.StatusRequestTimeout, http.StatusTooManyRequests:
		return false
	}
	return e.spoken && e.Status/100 == 4
}

// wantsPause tells whether the server asks to be left alone for a while.
func (e *Error) wantsPause() bool {
	return e.Status == http.StatusTooManyRequests || e.Status == http.StatusServiceUnavailable && e.retryAfter > 0
}

// pause is how long the server asks to be left alone; a second where it does
// not say, which is the refill interval of servers before 2.10.
func (e *Error) pause() time.Duration {
	if e.retryAfter > 0 {
		return e.retryAfter
	}
	return time.Second
}

// answerError is nil for an answer to go by.
func answerError(base *url.URL, r request, res *http.Response, body []byte) error {
	switch {
	case res.StatusCode/100 == 3:
		return redirected(base, r, res)
	case res.StatusCode/100 != 2:
		return spokenError(r, res, body)
	case res.StatusCode == http.StatusNoContent || len(body) == 0:
		return nil
	case r.picture && strings.HasPrefix(res.Header.Get("Content-Type"), "image/"):
		return nil
	case r.picture:
		return notPocketID(r, res, body)
	case r.method == http.MethodDelete: // Pocket ID has nothing to say to it
		return notPocketID(r, res, body)
	case !json.Valid(body):
		return notPocketID(r, res, body)
	}
	return nil
}

func spokenError(r request, res *http.Response, body []byte) error {
	e := &Error{
		Method: r.method, Path: "/" + r.path, Status: res.StatusCode,
		RequestID:  clipped(res.Header.Get("X-Request-ID"), 100),
		retryAfter: retryAfter(res.Header.Get("Retry-After")),
	}
	var doc struct {
		Error       string `json:"error"`
		Description string `json:"error_description"`
		Code        string `json:"code"`
		RequestID   string `json:"request_id"`
		Details     struct {
			Fields []FieldError `json:"fields"`
		} `json:"details"`
	}
	readable := json.Unmarshal(body, &doc) == nil && doc.Error != ""
	if readable && (e.Status != http.StatusNotFound || objectMissing(doc.Code, doc.Error)) {
		e.spoken, e.Message, e.Code = true, clipped(doc.Error, 1000), clipped(doc.Code, 100)
		if doc.Description != "" {
			e.Message += ": " + clipped(doc.Description, 1000)
		}
		if doc.RequestID != "" {
			e.RequestID = clipped(doc.RequestID, 100)
		}
		for _, f := range doc.Details.Fields[:min(20, len(doc.Details.Fields))] {
			e.Fields = append(e.Fields, FieldError{clipped(f.Field, 100), clipped(f.Code, 100), clipped(f.Message, 200)})
		}
		return e
	}
	e.Message = "not Pocket ID's answer (is baseUrl right, and what stands in between?): " + excerpt(res, body)
	if e.Status == http.StatusNotFound {
		e.routeMissing = readable && doc.Error == routeMissing || strings.TrimSpace(string(body)) == "404 page not found"
		if readable && e.routeMissing {
			e.Message = "this Pocket ID has no such endpoint (is it older than this provider needs, or baseUrl wrong?)"
		}
	}
	return e
}

// clipped is what a server says, fit for a terminal: of one line, without what
// steers it, and not longer than most.
func clipped(s string, most int) string {
	s = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) || r == utf8.RuneError {
			return '\uFFFD'
		}
		return r
	}, s[:min(len(s), 4*most)])
	if runes := []rune(s); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return s
}

// notPocketID is a 2xx that is not Pocket ID's: a login page, another program.
func notPocketID(r request, res *http.Response, body []byte) error {
	return fmt.Errorf("%w to %s /%s: status %d with %s; is baseUrl the address of Pocket ID, or does a proxy with its own login stand before it?",
		ErrNotPocketID, r.method, r.path, res.StatusCode, excerpt(res, body))
}

func redirected(base *url.URL, r request, res *http.Response) error {
	to := "elsewhere"
	if u, err := res.Location(); err == nil {
		u.User, u.RawQuery, u.Fragment = nil, "", ""
		if strings.HasSuffix(u.Path, "/"+r.path) {
			u.Path = strings.TrimSuffix(u.Path, "/"+r.path)
		}
		to = clipped(u.String(), 200)
	}
	return fmt.Errorf("%w: %s redirects to %s; redirects are not followed, so that the API key goes nowhere else: set baseUrl to the address that answers itself",
		ErrNotPocketID, redactURL(base.String()), to)
}

// excerpt names what came back without repeating it, but for a short plain text:
// broken JSON may be an answer with a secret in it.
func excerpt(res *http.Response, body []byte) string {
	kind, _, _ := strings.Cut(clipped(res.Header.Get("Content-Type"), 100), ";")
	text := strings.TrimSpace(string(body))
	switch {
	case text == "":
		return "an empty body"
	case strings.Contains(kind, "html") || strings.HasPrefix(text, "<"):
		return "an HTML page" + title(text)
	case strings.Contains(kind, "json") || strings.ContainsAny(text[:1], `{["`):
		return "JSON that is broken, or not Pocket ID's"
	case strings.HasPrefix(kind, "text/plain") && len(text) <= 80:
		return fmt.Sprintf("%q", text)
	}
	return fmt.Sprintf("%d bytes of %s", len(body), cmp.Or(kind, "something without a type"))
}

func title(page string) string {
	_, rest, ok := strings.Cut(page, "<title>")
	if t, _, closed := strings.Cut(rest, "</title>"); ok && closed && len(t) < 120 {
		return fmt.Sprintf(" titled %q", strings.TrimSpace(t))
	}
	return ""
}

// unreachable says in words why there was no answer.
func unreachable(ctx context.Context, address string, r request, err error) (out error) {
	if ctx.Err() != nil {
		return fmt.Errorf("%w: %s /%s was interrupted", context.Cause(ctx), r.method, r.path)
	}
	if errors.Is(err, ErrNotPocketID) {
		return err
	}
	var dns *net.DNSError
	var ue *url.Error
	var op *net.OpError
	why := err
	if errors.As(err, &ue) {
		why = ue.Err // without the URL, which is said once
	}
	if errors.Is(err, errNotSent) || errors.As(err, &op) && op.Op == "dial" {
		defer func() { out = fmt.Errorf("%w; %w", out, errNotSent) }()
	}
	switch {
	case errors.As(err, &dns):
		return fmt.Errorf("%w: the host of %s cannot be found: %w", ErrUnreachable, address, why)
	case isTimeout(err):
		return fmt.Errorf("%w: %s did not answer %s /%s in time: %w", ErrUnreachable, address, r.method, r.path, why)
	}
	return fmt.Errorf("%w from %s to %s /%s: %w", ErrUnreachable, address, r.method, r.path, why)
}

func isTimeout(err error) bool {
	var t interface{ Timeout() bool }
	return errors.As(err, &t) && t.Timeout()
}

func retryAfter(header string) time.Duration {
	if s, err := strconv.Atoi(header); err == nil && s >= 0 {
		return time.Duration(min(s, 60)) * time.Second
	}
	if t, err := http.ParseTime(header); err == nil {
		return min(max(time.Until(t), 0), time.Minute)
	}
	return 0
}

// hushed is err without secrets in its text, in any spelling that errors have.
func hushed(err error, secrets []string) error {
	if err == nil {
		return nil
	}
	said := err.Error()
	text := said
	for _, secret := range secrets {
		if len(secret) < 4 { // no secret, and a part of other words
			continue
		}
		quoted := strconv.Quote(secret)
		for _, spelled := range []string{secret, quoted[1 : len(quoted)-1], url.QueryEscape(secret), url.PathEscape(secret)} {
			text = strings.ReplaceAll(text, spelled, "[secret]")
		}
	}
	if text == said {
		return err
	}
	return hush{text, err}
}

// hush is an error in other words.
type hush struct {
	text string
	err  error
}

func (h hush) Error() string { return h.text }
func (h hush) Unwrap() error { return h.err }

// Exists is the error of a create whose key is taken. Nothing was written.
type Exists struct {
	Kind string // "client", "user group", "federated identity"
	ID   string // of what has the key, as an import names it
	Why  string
}

func (e *Exists) Error() string        { return e.Why }
func (e *Exists) Is(target error) bool { return target == ErrExists }

// Undecided is the error of a create whose answer was lost, and of which it
// could not be found out whether it happened.
type Undecided struct {
	Kind string // what may exist: "client", "user group"
	Key  string // how to find it: its id if we chose one, or its name
	Err  error  // what went wrong last

	Import string // how an import names it, where not by Key
}

func (u *Undecided) Error() string {
	return fmt.Sprintf("it is unknown whether the %s %q was created: %v", u.Kind, u.Key, u.Err)
}
func (u *Undecided) Unwrap() error        { return u.Err }
func (u *Undecided) Is(target error) bool { return target == ErrUndecided }
