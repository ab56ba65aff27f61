package api

import (
	"errors"
	"net/http"
	"syscall"
)

// errNotSent is part of the error of a request that was never sent.
var errNotSent = errors.New("nothing was sent")

// DefinitelyNotApplied reports whether a change that failed with err was rejected or
// never sent. After any other error the change may have been applied.
func DefinitelyNotApplied(err error) bool {
	if errors.Is(err, ErrOutcomeUnknown) || errors.Is(err, ErrUnverified) {
		return false
	}
	var e *Error
	return errors.Is(err, ErrExists) || errors.Is(err, ErrInvalidID) || errors.Is(err, errNotSent) || connectionRefused(err) ||
		errors.As(err, &e) && (e.isRejection() || e.Method == http.MethodGet)
}

// mayBeApplied reports whether the server may have applied a request that failed with err.
func mayBeApplied(err error) bool {
	if connectionRefused(err) || errors.Is(err, ErrInvalidID) || errors.Is(err, errNotSent) {
		return false
	}
	var e *Error
	return !errors.As(err, &e) || !e.isRejection()
}

// rejectsContent reports whether the server has rejected a write because of what it
// contains. Another content may be accepted, unlike after a 403 or a 404.
func rejectsContent(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.isRejection() && e.Status != http.StatusForbidden && e.Status != http.StatusNotFound
}

// timedOut reports whether a request was sent, and this client or a proxy has stopped to
// wait for the response.
func timedOut(err error) bool {
	var e *Error
	gateway := errors.As(err, &e) && e.Status == http.StatusGatewayTimeout
	return gateway || isTimeout(err) && mayBeApplied(err)
}

// connectionRefused reports whether nothing listens at the address, so that nothing was sent.
func connectionRefused(err error) bool { return errors.Is(err, syscall.ECONNREFUSED) }

func isTimeout(err error) bool {
	var t interface{ Timeout() bool }
	return errors.As(err, &t) && t.Timeout()
}
