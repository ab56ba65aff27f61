package api

import (
	"errors"
	"fmt"
	"net/http"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// The engine reports a failed operation as one that may have changed the object, unless nothing can have happened.
func TestOnlyARejectedOrUnsentChangeIsDefinitelyNotApplied(t *testing.T) {
	t.Parallel()
	rejection := &Error{Method: http.MethodPut, Status: http.StatusForbidden, fromPocketID: true}
	failedRead := &Error{Method: http.MethodGet, Status: http.StatusInternalServerError, fromPocketID: true}
	for _, err := range []error{
		rejection, failedRead, &ExistsError{}, fmt.Errorf("client: %w", rejection),
		fmt.Errorf("%w: nothing listens: %w", ErrUnreachable, syscall.ECONNREFUSED), errNotSent, ErrInvalidID,
	} {
		require.True(t, DefinitelyNotApplied(err), "%v", err)
	}
	for _, err := range []error{
		errors.Join(ErrUnverified, failedRead), errors.Join(ErrUnverified, rejection), errors.Join(ErrUnverified, errNotSent),
		&OutcomeUnknownError{Err: errors.Join(ErrUnreachable, failedRead)}, &OutcomeUnknownError{Err: rejection},
		ErrUnreachable, ErrNotPocketID, ErrConflict,
		&Error{Method: http.MethodPut, Status: http.StatusForbidden}, // of a proxy
		&Error{Method: http.MethodPut, Status: http.StatusInternalServerError, fromPocketID: true},
		&Error{Method: http.MethodPut, Status: http.StatusUnauthorized, fromPocketID: true},
		&Error{Method: http.MethodPut, Status: http.StatusTooManyRequests, fromPocketID: true},
	} {
		require.False(t, DefinitelyNotApplied(err), "%v", err)
	}
}
