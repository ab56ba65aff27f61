package api

import (
	"context"
	"errors"
	"net/http"
	"time"
)

// acquire waits until the request r may be sent: for a free slot, and for the end
// of a pause that the server asked for. The caller must call release after the
// response.
//
// Until Pocket ID has accepted the API key once, only one request runs at a time: a
// fresh instance creates the user of a static API key at its first use, and rejects
// the requests that race with it.
func (c *Conn) acquire(ctx context.Context, r request) (release func(), err error) {
	for {
		c.mu.Lock()
		exclusive, wait := r.usesAPIKey() && !c.authenticated, time.Until(c.pausedUntil)
		c.mu.Unlock()
		if wait > 0 {
			if err := sleep(ctx, wait); err != nil {
				return nil, err
			}
			continue
		}
		releaseFirst := func() {}
		if exclusive {
			select {
			case c.firstRequest <- struct{}{}:
			case <-ctx.Done():
				return nil, ctx.Err()
			}
			releaseFirst = func() { <-c.firstRequest }
			if c.isAuthenticated() { // by another request while this one waited
				releaseFirst()
				continue
			}
		}
		if err := c.slots.Acquire(ctx, 1); err != nil {
			releaseFirst()
			return nil, err
		}
		return func() { c.slots.Release(1); releaseFirst() }, nil
	}
}

// observe records what a response tells about the connection: that the server
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
	if isError && e.requestsPause() {
		if until := time.Now().Add(e.pauseDuration()); until.After(c.pausedUntil) {
			c.pausedUntil = until
		}
	}
}
