package api

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"syscall"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// retryPolicy bounds the retries of a call. What may be retried at all follows from
// the operation: nothing that could be applied twice, unless it can be resolved.
type retryPolicy struct {
	maxRetries     int           // of one call after temporary failures
	startupTimeout time.Duration // while nothing listens, or a proxy reports that the server is away
	authenticated  func() bool   // Pocket ID has answered before, so a response of anything else is temporary
	noWait         bool          // a preview waits for the result
	awaitsFirst    bool          // wait, too, for an instance that is being deployed, until Pocket ID has answered
}

// operation is what a call does, as far as its retries depend on it.
type operation struct {
	idempotent bool // a repetition has no further effect: reads, replacements, removals
	uniqueKey  bool // the server rejects a repetition because the key exists
	runsOn     bool // the server goes on after a timeout: a repetition would run beside the first attempt

	// resolve finds out whether an attempt whose response was lost was applied. It is
	// called before the next attempt or, with uniqueKey, only after the last one.
	resolve    func(context.Context) (done bool, err error)
	unresolved func(error) error // the error of the call if resolve fails
}

// do calls send until it succeeds, is rejected, or another attempt is useless.
func (p retryPolicy) do(ctx context.Context, op operation, send func() error) error {
	c := retryingCall{policy: p, op: op}
	pace := &backoff.ExponentialBackOff{InitialInterval: 100 * time.Millisecond, RandomizationFactor: 0.5, Multiplier: 2, MaxInterval: 4 * time.Second}
	attempt := func() (struct{}, error) { return struct{}{}, c.attempt(ctx, send) }
	_, err := backoff.Retry(ctx, attempt, backoff.WithBackOff(pace), backoff.WithMaxElapsedTime(p.maxElapsed()))
	if !c.finished && c.mayBeApplied { // a cancel or the time limit ended the wait for the next attempt
		if done, lost := c.resolve(ctx, err); done || lost != nil {
			return lost
		}
	}
	return err
}

// maxElapsed bounds one call, however long the server asks it to wait.
func (p retryPolicy) maxElapsed() time.Duration {
	if p.noWait {
		return 3 * time.Second
	}
	return 10 * time.Minute
}

// withoutWaiting returns a policy for a caller who does not wait for a server that
// is unavailable.
func (p retryPolicy) withoutWaiting() retryPolicy {
	return retryPolicy{maxRetries: min(1, p.maxRetries), noWait: true}
}

// retryingCall is the state of one call between its attempts.
type retryingCall struct {
	policy retryPolicy
	op     operation

	failures         int
	refusedKeys      int       // 401 responses
	unavailableSince time.Time // zero if the server answered the last attempt
	mayBeApplied     bool      // by an attempt whose response was lost
	finished         bool      // attempt has decided the result of the call
}

// attempt calls send once and decides what follows. A permanent error ends the call,
// any other error is retried.
func (c *retryingCall) attempt(ctx context.Context, send func() error) error {
	err := send()
	if err == nil {
		return c.finish(nil)
	}
	if c.op.runsOn && timedOut(err) {
		return c.finish(err)
	}
	retry := c.shouldRetry(ctx, err)
	c.mayBeApplied = c.mayBeApplied || !c.op.idempotent && mayBeApplied(err)
	if c.mayBeApplied && c.op.resolve == nil {
		return c.finish(err)
	}
	if c.mayBeApplied && (!retry || !c.op.uniqueKey) {
		if done, lost := c.resolve(ctx, err); done || lost != nil {
			return c.finish(lost)
		}
	}
	if !retry {
		return c.finish(err)
	}
	return err
}

func (c *retryingCall) finish(err error) error {
	c.finished = true
	if err == nil {
		return nil // backoff.Permanent(nil) is not nil
	}
	return backoff.Permanent(err)
}

// shouldRetry counts the error of an attempt and reports whether another attempt
// may succeed.
func (c *retryingCall) shouldRetry(ctx context.Context, err error) bool {
	var e *Error
	isResponse := errors.As(err, &e)
	unavailable := isResponse && e.isUnavailable()
	starting := c.policy.awaitsFirst && c.policy.startupTimeout > 0 && !c.policy.authenticated() && mayBeDeployed(err, e)
	c.trackAvailability(connectionRefused(err) || unavailable || starting)
	switch {
	case ctx.Err() != nil, c.policy.noWait && isTimeout(err):
		return false
	case isResponse && e.requestsPause():
		return true // the server sets the time
	case connectionRefused(err), starting, unavailable && c.policy.startupTimeout > 0:
		return time.Since(c.unavailableSince) < c.policy.startupTimeout
	case isResponse && e.Status == http.StatusUnauthorized:
		// Pocket ID answers 401 also if its look-up of the key fails, so one 401 may be temporary.
		c.refusedKeys++
		return c.refusedKeys <= min(1, c.policy.maxRetries)
	case c.isTemporary(err, e):
		c.failures++
		return c.failures <= c.policy.maxRetries
	}
	return false
}

// mayBeDeployed reports whether err is what a client sees while an instance is being
// deployed: its name is not in DNS yet, its certificate is not issued yet, or a proxy
// in front of it does not know it yet. e is err as a response, or nil.
func mayBeDeployed(err error, e *Error) bool {
	var dns *net.DNSError
	var certificate *tls.CertificateVerificationError
	switch {
	case e != nil:
		return e.Status == http.StatusNotFound && !e.fromPocketID
	case errors.As(err, &dns):
		return dns.IsNotFound
	case errors.As(err, &certificate):
		return true
	}
	return errors.Is(err, syscall.ECONNRESET) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}

// isTemporary reports whether another attempt may succeed. e is err as a response, or nil.
func (c *retryingCall) isTemporary(err error, e *Error) bool {
	if e != nil && e.Status >= 500 || errors.Is(err, ErrUnreachable) {
		return true
	}
	return errors.Is(err, ErrNotPocketID) && c.policy.authenticated != nil && c.policy.authenticated()
}

// trackAvailability records when the server became unavailable. The start of the call
// does not count: a rate limit may delay it for longer than the startup timeout.
func (c *retryingCall) trackAvailability(unavailable bool) {
	switch {
	case !unavailable:
		c.unavailableSince = time.Time{}
	case c.unavailableSince.IsZero():
		c.unavailableSince = time.Now()
	}
}

// resolve finds out whether an earlier attempt was applied. err is the error of the
// last attempt. It outlives ctx for a while, because the answer matters even if the
// engine no longer waits for it. A nil error and done == false mean that the
// operation was not applied.
func (c *retryingCall) resolve(ctx context.Context, err error) (done bool, _ error) {
	ctx, stop := withGracePeriod(ctx, cancelGrace)
	defer stop()
	done, lost := c.op.resolve(ctx)
	switch {
	case done:
		return true, nil
	case errors.Is(err, ErrUnauthorized) && errors.Is(lost, ErrUnauthorized):
		return false, err // a refused key creates nothing
	case lost != nil:
		return false, c.op.unresolved(errors.Join(err, lost))
	}
	c.mayBeApplied = false
	return false, nil
}
