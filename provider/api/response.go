package api

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// checkResponse returns nil if the response is a success of Pocket ID.
func checkResponse(base *url.URL, r request, res *http.Response, body []byte) error {
	switch {
	case res.StatusCode/100 == 3:
		return redirectError(base, r, res)
	case res.StatusCode/100 != 2:
		return parseError(r, res, body)
	case r.method == http.MethodDelete && res.StatusCode != http.StatusNoContent:
		return notPocketIDError(r, res, body) // Pocket ID answers every deletion with 204
	case !r.wantImage && (res.StatusCode == http.StatusNoContent || len(body) == 0):
		return nil
	case r.wantImage && len(body) > 0 && strings.HasPrefix(res.Header.Get("Content-Type"), "image/"):
		return nil
	case r.wantImage:
		return notPocketIDError(r, res, body)
	case !json.Valid(body):
		return notPocketIDError(r, res, body)
	}
	return nil
}

// errorBody is the body of an error of Pocket ID. Only the introspection endpoint uses the
// format of RFC 6749, with error_description.
type errorBody struct {
	Error       string `json:"error"`
	Description string `json:"error_description"`
	Code        string `json:"code"`
	RequestID   string `json:"request_id"`
	Details     struct {
		Fields []FieldError `json:"fields"`
	} `json:"details"`
}

func parseError(r request, res *http.Response, body []byte) error {
	e := &Error{
		Method: r.method, Path: "/" + r.path, Status: res.StatusCode,
		RequestID:  printable(res.Header.Get("X-Request-ID"), 100),
		retryAfter: parseRetryAfter(res.Header.Get("Retry-After")),
	}
	var doc errorBody
	isErrorBody := json.Unmarshal(body, &doc) == nil && doc.Error != ""
	isNotFound := e.Status == http.StatusNotFound
	switch {
	case isErrorBody && (!isNotFound || isObjectMissing(doc.Code, doc.Error)):
		e.fromPocketID = true
		e.describe(doc)
	case isErrorBody && isNotFound && doc.Error == routeMissingMessage:
		e.routeMissing = true
		e.Message = "this Pocket ID has no such endpoint (check its version and baseUrl)"
	default:
		e.routeMissing = isNotFound && strings.TrimSpace(string(body)) == "404 page not found"
		e.Message = "not a Pocket ID response (check baseUrl and any proxy in between): " + describeBody(res, body)
	}
	return e
}

// describe copies what Pocket ID reports about an error.
func (e *Error) describe(doc errorBody) {
	e.Message, e.Code = printable(doc.Error, 1000), printable(doc.Code, 100)
	if doc.Description != "" {
		e.Message += ": " + printable(doc.Description, 1000)
	}
	if doc.RequestID != "" {
		e.RequestID = printable(doc.RequestID, 100)
	}
	for _, f := range doc.Details.Fields[:min(20, len(doc.Details.Fields))] {
		e.Fields = append(e.Fields, FieldError{printable(f.Field, 100), printable(f.Code, 100), printable(f.Message, 200)})
	}
}

// printable returns text of a server in a form that is safe for a terminal: on one
// line, without control characters, and with at most limit characters.
func printable(s string, limit int) string {
	s = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) || r == utf8.RuneError {
			return '\uFFFD'
		}
		return r
	}, s[:min(len(s), 4*limit)])
	if runes := []rune(s); len(runes) > limit {
		return string(runes[:limit]) + "…"
	}
	return s
}

// notPocketIDError is the error for a 2xx that is not Pocket ID's: of a login page
// or another program.
func notPocketIDError(r request, res *http.Response, body []byte) error {
	return fmt.Errorf("%w: %s /%s returned status %d with %s; check that baseUrl is the address of Pocket ID and that no proxy in front of it asks for a login",
		ErrNotPocketID, r.method, r.path, res.StatusCode, describeBody(res, body))
}

func redirectError(base *url.URL, r request, res *http.Response) error {
	target := "another address"
	if u, err := res.Location(); err == nil {
		u.User, u.RawQuery, u.Fragment = nil, "", ""
		if strings.HasSuffix(u.Path, "/"+r.path) {
			u.Path = strings.TrimSuffix(u.Path, "/"+r.path)
		}
		target = printable(u.String(), 200)
	}
	return fmt.Errorf("%w: %s redirects to %s; redirects are not followed, to keep the API key from other servers: set baseUrl to the address that does not redirect",
		ErrNotPocketID, redactURL(base.String()), target)
}

// describeBody describes a response without quoting it, because broken JSON may
// contain a secret. It quotes only a short plain text.
func describeBody(res *http.Response, body []byte) string {
	contentType, _, _ := strings.Cut(printable(res.Header.Get("Content-Type"), 100), ";")
	text := strings.TrimSpace(string(body))
	switch {
	case text == "":
		return "an empty body"
	case strings.Contains(contentType, "html") || strings.HasPrefix(text, "<"):
		return "an HTML page" + htmlTitle(text)
	case strings.Contains(contentType, "json") || strings.ContainsAny(text[:1], `{["`):
		return "JSON that is invalid or not Pocket ID's"
	case strings.HasPrefix(contentType, "text/plain") && len(text) <= 80:
		return fmt.Sprintf("%q", text)
	}
	return fmt.Sprintf("%d bytes of %s", len(body), cmp.Or(contentType, "unknown content type"))
}

func htmlTitle(page string) string {
	_, rest, ok := strings.Cut(page, "<title>")
	if t, _, closed := strings.Cut(rest, "</title>"); ok && closed && len(t) < 120 {
		return fmt.Sprintf(" titled %q", strings.TrimSpace(t))
	}
	return ""
}

// parseRetryAfter returns the duration of a Retry-After header, at most a minute.
func parseRetryAfter(header string) time.Duration {
	if s, err := strconv.Atoi(header); err == nil && s >= 0 {
		return time.Duration(min(s, 60)) * time.Second
	}
	if t, err := http.ParseTime(header); err == nil {
		return min(max(time.Until(t), 0), time.Minute)
	}
	return 0
}
