package api

import (
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/time/rate"
)

// limited answers like a server with this rate limit, and counts what it refuses.
func limited(perSecond rate.Limit, burst int, body string, header ...string) (h http.HandlerFunc, refused func() int) {
	var mu sync.Mutex
	var count int
	limiter := rate.NewLimiter(perSecond, burst)
	return func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(time.Millisecond)
			mu.Lock()
			defer mu.Unlock()
			if limiter.Allow() {
				respondClient(w, r)
				return
			}
			count++
			responding(429, body, header...)(w, r)
		}, func() int {
			mu.Lock()
			defer mu.Unlock()
			return count
		}
}

// After the limit was reached once, the requests keep below it.
func TestRequestsKeepBelowTheRateLimit(t *testing.T) {
	t.Parallel()
	const oldBody = `{"error":"Too many requests"}`
	for name, row := range map[string]struct {
		perSecond rate.Limit
		burst     int
		body      string
		header    []string
		takes     time.Duration // for 1,000 requests
	}{
		"2.3 to 2.9":     {1, 100, oldBody, nil, 900 * time.Second},
		"2.10 and later": {100, 300, rateLimitedBody, []string{"Retry-After: 1"}, 7 * time.Second},
		"no limit":       {rate.Inf, 0, "", nil, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server, refused := limited(row.perSecond, row.burst, row.body, row.header...)
				c := connectInProcess(t, server)
				began := time.Now()
				var all sync.WaitGroup
				for range 8 {
					all.Go(func() {
						for range 125 {
							require.NoError(t, errorOf(c.GetClient(t.Context(), "my-app")))
						}
					})
				}
				all.Wait()
				took := time.Since(began)
				require.LessOrEqual(t, refused(), 8, "only the requests that run when the limit is reached")
				require.GreaterOrEqual(t, took, row.takes)
				require.LessOrEqual(t, took, row.takes*11/10+time.Second, "not slower than the limit")
			})
		})
	}
}

// The refusal of a proxy does not show the rate limit of Pocket ID.
func TestOtherRefusalsDoNotSlowRequestsDown(t *testing.T) {
	t.Parallel()
	for name, refuse := range map[string]http.HandlerFunc{
		"a proxy":                       responding(429, "<html>slow down</html>"),
		"a later server without header": responding(429, rateLimitedBody),
	} {
		synctest.Test(t, func(t *testing.T) {
			var requests requestLog
			c := connectInProcess(t, inSequence(&requests, respondClient, refuse, respondClient))
			began := time.Now()
			for range 50 {
				require.NoError(t, errorOf(c.GetClient(t.Context(), "my-app")))
			}
			require.Less(t, time.Since(began), 2*time.Second, name)
		})
	}
}
