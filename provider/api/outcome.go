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

// connectionRefused reports whether nothing listens at the address, so that nothing was sent.
func connectionRefused(err error) bool { return errors.Is(err, syscall.ECONNREFUSED) }
