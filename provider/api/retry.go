package api

import (
	"context"
	"errors"
	"net/http"
	"syscall"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// retryPolicy says how long to insist. What may be tried again follows from
// safety: nothing that could do its work twice, unless settle can tell.
type retryPolicy struct {
	tries   int           // after faults that pass, in one call
	startup time.Duration // while nothing listens, or a proxy says that nothing does
	proven  func() bool   // Pocket ID has answered before: what is not its answer will pass
	hasty   bool          // somebody waits for a preview
}

// attempts is what doing one thing several times may lead to.
type attempts struct {
	safe  bool // a second time does no harm: reads, replacements, removals
	keyed bool // a second time is refused as existing
	// settle finds out, where an answer was lost, whether the thing was done: before
	// any further try of what is not keyed, and after the last of what is.
	settle func(context.Context) (done bool, err error)
	lost   func(error) error // words the error if settle could not tell
}

// do runs op until it succeeds, is refused, or is not worth another try.
func (p retryPolicy) do(ctx context.Context, a attempts, op func() error) error {
	perhaps := false // some try so far may have done it
	faults, refusals := 0, 0
	var away time.Time // since when nothing answers; a rate limit may have put the call off for longer than that is waited for
	pace := &backoff.ExponentialBackOff{InitialInterval: 100 * time.Millisecond, RandomizationFactor: 0.5, Multiplier: 2, MaxInterval: 4 * time.Second}

	passing := func() bool { faults++; return faults <= p.tries }
	worthwhile := func(err error) bool {
		var e *Error
		answered := errors.As(err, &e)
		switch is := refused(err) || answered && unavailable(e.Status); {
		case !is:
			away = time.Time{}
		case away.IsZero():
			away = time.Now()
		}
		switch {
		case ctx.Err() != nil:
			return false
		case answered && e.wantsPause():
			return true // it says itself how long
		case refused(err), answered && unavailable(e.Status) && p.startup > 0:
			return time.Since(away) < p.startup
		case answered && e.Status == http.StatusUnauthorized:
			// A lone 401 happens: the server words every failed look-up of a key so.
			refusals++
			return refusals <= min(1, p.tries)
		case answered && e.Status >= 500, errors.Is(err, ErrUnreachable), errors.Is(err, ErrNotPocketID) && p.proven != nil && p.proven():
			return passing()
		}
		return false
	}
	// ask settles what an earlier try may have done; the question must be asked even
	// if the engine no longer waits for the answer.
	ask := func(err error) (done bool, _ error) {
		asking, stop := outlive(ctx, cancelGrace)
		defer stop()
		done, lost := a.settle(asking)
		switch {
		case done:
			return true, nil
		case errors.Is(err, ErrUnauthorized) && errors.Is(lost, ErrUnauthorized):
			return false, err // a key that is refused makes nothing
		case lost != nil:
			return false, a.lost(errors.Join(err, lost))
		}
		perhaps = false
		return false, nil
	}

	final := false // there is no further try, because there is no need for one
	last := func(err error) (struct{}, error) {
		if final = true; err != nil { // what is nil must stay so
			err = backoff.Permanent(err)
		}
		return struct{}{}, err
	}
	_, err := backoff.Retry(ctx, func() (struct{}, error) {
		err := op()
		if err == nil {
			return last(nil)
		}
		again := worthwhile(err)
		perhaps = perhaps || !a.safe && maybeDone(err)
		if perhaps && a.settle == nil {
			return last(err)
		}
		if perhaps && (!again || !a.keyed) {
			done, lost := ask(err)
			if done || lost != nil {
				return last(lost)
			}
		}
		if !again {
			return last(err)
		}
		return struct{}{}, err
	}, backoff.WithBackOff(pace), backoff.WithMaxElapsedTime(p.patience()))
	if !final && perhaps { // a wait was cut short, by a cancel or for good
		done, lost := ask(err)
		if done || lost != nil {
			return lost
		}
	}
	return err
}

// patience bounds one call, however the server puts it off.
func (p retryPolicy) patience() time.Duration {
	if p.hasty {
		return 3 * time.Second
	}
	return 10 * time.Minute
}

// CertainlyNotDone tells whether a change that failed with err was refused, or
// never sent. Of every other failure it is not certain.
func CertainlyNotDone(err error) bool {
	if errors.Is(err, ErrUndecided) || errors.Is(err, ErrUnsure) {
		return false
	}
	var e *Error
	return errors.Is(err, ErrExists) || errors.Is(err, ErrBadID) || errors.Is(err, errNotSent) || refused(err) ||
		errors.As(err, &e) && (e.definite() || e.Method == http.MethodGet)
}

// maybeDone tells whether a request that failed with err may have done its work all the same.
func maybeDone(err error) bool {
	if refused(err) || errors.Is(err, ErrBadID) || errors.Is(err, errNotSent) {
		return false
	}
	var e *Error
	return !errors.As(err, &e) || !e.definite()
}

// errNotSent is the error of a request that never left.
var errNotSent = errors.New("nothing was sent")

// refused is true if nothing listened at the address, so that nothing was sent.
func refused(err error) bool { return errors.Is(err, syscall.ECONNREFUSED) }

// unavailable is what a proxy says while the server behind it is away.
func unavailable(status int) bool {
	return status == http.StatusBadGateway || status == http.StatusServiceUnavailable || status == http.StatusGatewayTimeout
}
