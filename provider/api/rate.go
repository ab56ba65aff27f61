package api

import (
	"context"
	"net"
	"strings"
	"sync"

	"golang.org/x/time/rate"
)

// rateLimit paces the requests after the server has refused one because of its rate limit.
// Before, nobody knows whether the server has one: it can be disabled. So it costs nothing
// unless it is reached. The zero value is ready to use.
type rateLimit struct {
	isLoopback bool // the server is on this machine

	mu      sync.Mutex
	limiter *rate.Limiter // nil until the limit was reached
}

// rateMargin is which part of the server's limit is used. The clocks differ, and other
// programs with the same address share the limit.
const rateMargin = 0.95

// wait waits until the server accepts another request.
func (l *rateLimit) wait(ctx context.Context) error {
	l.mu.Lock()
	limiter := l.limiter
	l.mu.Unlock()
	if limiter == nil {
		return nil
	}
	return limiter.Wait(ctx)
}

// exhausted notes that the server has refused a request because its rate limit is reached.
func (l *rateLimit) exhausted(refusal *Error) {
	perSecond, burst := 100.0, 300 // 2.10 and later, with Retry-After
	if refusal.retryAfter == 0 {
		perSecond, burst = 1, 100 // 2.3 to 2.9
		if refusal.Code != "" || l.isLoopback {
			return // a later server, or one without a limit for this machine: not their rate limit
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.limiter == nil {
		l.limiter = rate.NewLimiter(rate.Limit(rateMargin*perSecond), int(rateMargin*float64(burst)))
	}
	for l.limiter.Allow() { // the server's bucket is empty, too
	}
}

// isLoopback reports whether a host is this machine.
func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || ip != nil && ip.IsLoopback()
}
