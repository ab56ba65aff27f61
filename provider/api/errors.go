package api

import (
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// The meanings that callers can ask of an error with errors.Is, whatever the
// version of the server.
var (
	ErrNotFound       = errors.New("not found")      // Pocket ID itself reports that the object is missing
	ErrExists         = errors.New("already exists") // the requested key is taken
	ErrUnauthorized   = errors.New("the API key is refused")
	ErrForbidden      = errors.New("not allowed")
	ErrUnreachable    = errors.New("no answer")                // nothing answered, or the response is incomplete
	ErrNotPocketID    = errors.New("not a Pocket ID response") // but of a proxy, another program or a wrong path
	ErrInvalidID      = errors.New("invalid ID")
	ErrOutcomeUnknown = errors.New("outcome unknown") // the response to a create was lost: the object may or may not exist
	ErrConflict       = errors.New("another writer made changes at the same time; stop the other writer and try again")
	ErrUnverified     = errors.New("the write could not be verified") // an edit may or may not have been applied
)

// Error is a response of the server with a status other than 2xx.
type Error struct {
	Method, Path string
	Status       int
	Code         string // stable identifier of the error; empty before 2.13
	Message      string // the server's message, or a description of the response if it is not Pocket ID's
	RequestID    string // of the server's log; empty before 2.13
	Fields       []FieldError

	fromPocketID bool // the body is an error of Pocket ID, not of a proxy or of the router
	routeMissing bool // the error is the router's: this version of Pocket ID lacks the path
	retryAfter   time.Duration
	keyOrigin    string // where the refused API key is from; empty if another credential was sent
	keyAdvice    string
}

// FieldError is an error about one field of a request (2.13 and later).
type FieldError struct {
	Field   string `json:"field"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

// objectPath matches the paths of objects for which users often give a name in
// place of an ID.
var objectPath = regexp.MustCompile(`^/api/(?:oidc/clients|user-groups|users|apis)/([^/]+)$`)

func (e *Error) Error() string {
	var b strings.Builder
	switch {
	case e.Status == http.StatusUnauthorized && e.fromPocketID:
		b.WriteString(e.refusal())
	case e.Status == http.StatusForbidden && e.fromPocketID:
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
		fmt.Fprintf(&b, "; %q must be an ID (it looks like a name)", object[1])
	}
	fmt.Fprintf(&b, " (%s %s: %d", e.Method, e.Path, e.Status)
	if e.RequestID != "" {
		fmt.Fprintf(&b, ", request %s", e.RequestID)
	}
	b.WriteString(")")
	return b.String()
}

// refusal names the source of the refused API key: a user may have replaced it elsewhere.
func (e *Error) refusal() string {
	if e.keyOrigin == "" {
		return "Pocket ID refuses the API key: check that apiKey is correct, not expired and of this instance"
	}
	text := "Pocket ID refuses the API key " + e.keyOrigin + ": check that it is correct, not expired and of this instance"
	if e.keyAdvice != "" {
		text += ". " + e.keyAdvice
	}
	return text
}

// Is reports whether e has the meaning of target, one of the Err variables of this
// package. A 404 that is not Pocket ID's own (of a wrong address, a proxy or a route
// that this version lacks) is not ErrNotFound: a refresh would delete existing
// objects from the state.
func (e *Error) Is(target error) bool {
	switch target {
	case ErrNotFound:
		return e.Status == http.StatusNotFound && e.fromPocketID
	case ErrExists:
		return e.fromPocketID && (e.Status == http.StatusConflict ||
			e.Status == http.StatusBadRequest && strings.HasSuffix(e.Message, "already in use"))
	case ErrUnauthorized:
		return e.Status == http.StatusUnauthorized
	case ErrForbidden:
		return e.Status == http.StatusForbidden
	case ErrNotPocketID:
		return !e.fromPocketID
	case ErrUnreachable:
		return !e.fromPocketID && e.isUnavailable()
	}
	return false
}

// isObjectMissing reports whether the body of a 404 is Pocket ID's error about a
// missing object. Other programs answer "not found" in JSON too, so only these count.
func isObjectMissing(code, message string) bool {
	switch code {
	case "not_found", "user_not_found", "image_not_found", "api_key_not_found":
		return message != routeMissingMessage
	case "": // before 2.13
		return slices.Contains([]string{"Record not found", "User not found", "Client not found", "Image not found", "API Key Not Found"}, message)
	}
	return false
}

const (
	// routeMissingMessage is Pocket ID's error for a path that it lacks. It is JSON
	// like its other errors, but is not about an object.
	routeMissingMessage = "API endpoint not found"

	// notSignedInMessage is Pocket ID's error for a wrong API key, on every route
	// that needs one.
	notSignedInMessage = "You are not signed in"
)

// rejectsClientSecret reports whether the server has checked the secret of a client
// and found it wrong. Up to 2.9 that is a 400.
func (e *Error) rejectsClientSecret() bool {
	return e.fromPocketID && (e.Status == http.StatusUnauthorized && e.Message != notSignedInMessage || e.Status == http.StatusBadRequest)
}

// isRejection reports whether the server has rejected the request and certainly
// changed nothing.
func (e *Error) isRejection() bool {
	switch e.Status {
	case http.StatusUnauthorized, http.StatusRequestTimeout, http.StatusTooManyRequests:
		return false
	}
	return e.fromPocketID && e.Status/100 == 4
}

// isUnavailable reports whether a proxy answers while the server behind it is away.
func (e *Error) isUnavailable() bool {
	if e.Status == http.StatusBadGateway && e.fromPocketID && e.Code != "" {
		return false // the server answers; another one, from which it reads, does not
	}
	return e.Status == http.StatusBadGateway || e.Status == http.StatusServiceUnavailable || e.Status == http.StatusGatewayTimeout
}

// requestsPause reports whether the server asks for a pause before the next request.
func (e *Error) requestsPause() bool {
	return e.Status == http.StatusTooManyRequests || e.Status == http.StatusServiceUnavailable && e.retryAfter > 0
}

// pauseDuration returns the length of the pause. It defaults to a second, the refill
// interval of the rate limit before 2.10, which sends no Retry-After.
func (e *Error) pauseDuration() time.Duration {
	if e.retryAfter > 0 {
		return e.retryAfter
	}
	return time.Second
}

// ignoreNotFound turns ErrNotFound into success, for the removal of an object.
func ignoreNotFound(err error) error {
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	return err
}

// ExistsError is the error of a create whose key is taken. Nothing was written.
type ExistsError struct {
	Kind    string // "client", "user group", "federated identity"
	ID      string // import ID of the object that has the key
	Message string // the message
}

func (e *ExistsError) Error() string { return e.Message }

// Is reports whether target is ErrExists.
func (e *ExistsError) Is(target error) bool { return target == ErrExists }

// OutcomeUnknownError is the error of a create whose response was lost, where a later check
// could not find out whether the object exists.
type OutcomeUnknownError struct {
	Kind string // of the object: "client", "user group"
	Key  string // to find the object by: the ID that this package chose, or the name
	Err  error  // the last error

	ImportID string // import ID of the object, if it is not Key
}

func (u *OutcomeUnknownError) Error() string {
	return fmt.Sprintf("it is unknown whether the %s %q was created: %v", u.Kind, u.Key, u.Err)
}

// Unwrap returns the last error.
func (u *OutcomeUnknownError) Unwrap() error { return u.Err }

// Is reports whether target is the sentinel for a lost response to a create.
func (u *OutcomeUnknownError) Is(target error) bool { return target == ErrOutcomeUnknown }

// asOutcomeUnknown turns the error of an edit that could not be verified into that
// of a create whose outcome is unknown.
func asOutcomeUnknown(err error, kind, id string) error {
	if errors.Is(err, ErrUnverified) {
		return &OutcomeUnknownError{Kind: kind, Key: id, Err: err}
	}
	return err
}
