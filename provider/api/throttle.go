package api

import (
	"context"
	"errors"
	"net/http"
	"time"
)

// acquire waits until the request r may be sent: for a free slot, for the end of a pause
// that the server asked for, and for its rate limit if it was reached before. The caller must call release after the
// response.
func (c *Conn) acquire(ctx context.Context, r request) (release func(), err error) {
	releaseFirst, err := c.acquireFirst(ctx, r)
	if err != nil {
		return nil, err
	}
	if err := c.slots.Acquire(ctx, 1); err != nil {
		releaseFirst()
		return nil, err
	}
	release = func() { c.slots.Release(1); releaseFirst() }
	if err := c.waitForPause(ctx); err != nil { // with the slot, so that the requests behind it pause too
		release()
		return nil, err
	}
	return release, nil
}

// acquireFirst lets only one request run at a time until Pocket ID has accepted the API
// key once: a fresh instance creates the user of a static API key at its first use, and
// rejects the requests that race with it.
func (c *Conn) acquireFirst(ctx context.Context, r request) (release func(), err error) {
	none := func() {}
	if !r.usesAPIKey() || c.isAuthenticated() {
		return none, nil
	}
	select {
	case c.firstRequest <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	release = func() { <-c.firstRequest }
	if c.isAuthenticated() { // by another request while this one waited
		release()
		return none, nil
	}
	return release, nil
}

// waitForPause waits for the end of a pause that the server asked for, and for its rate limit.
func (c *Conn) waitForPause(ctx context.Context) error {
	for {
		c.mu.Lock()
		wait := time.Until(c.pausedUntil)
		c.mu.Unlock()
		if wait <= 0 {
			return c.rate.wait(ctx)
		}
		if err := sleep(ctx, wait); err != nil {
			return err
		}
	}
}

// observe records what a response shows about the connection: that the server
// accepts the API key, and how long all requests must pause.
func (c *Conn) observe(r request, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var e *Error
	isError := errors.As(err, &e)
	// Pocket ID checks the rate limit before the key, so a 429 proves nothing.
	accepted := err == nil || isError && e.fromPocketID && e.Status != http.StatusUnauthorized && e.Status != http.StatusTooManyRequests
	switch {
	case r.usesAPIKey() && accepted:
		c.authenticated = true
	case r.usesAPIKey() && isError:
		e.keyOrigin, e.keyAdvice = c.keyOrigin, c.keyAdvice
	}
	if isError && e.Status == http.StatusTooManyRequests && e.fromPocketID {
		c.rate.exhausted(e)
	}
	if isError && e.requestsPause() {
		if until := time.Now().Add(e.pauseDuration()); until.After(c.pausedUntil) {
			c.pausedUntil = until
		}
	}
}
