package api

import (
	"fmt"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// A rate limit pauses all requests of the connection.
func TestAPauseIsForAllRequests(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var requests requestLog
		c := connectInProcess(t, inSequence(&requests, respondClient, responding(429, rateLimitedBody, "Retry-After: 10"), respondClient))
		_, err := c.GetClient(t.Context(), "my-app")
		require.NoError(t, err)
		began := time.Now()
		go func() { _, _ = c.GetClient(t.Context(), "my-app") }()
		synctest.Wait()
		require.Len(t, requests.all(), 2)
		for range 5 {
			_, err := c.GetClient(t.Context(), "my-app")
			require.NoError(t, err)
		}
		require.Equal(t, 10*time.Second, time.Since(began))
	})
}

// A fresh server creates the user of its static key at the first use, and rejects requests
// that race with it.
func TestTheFirstRequestRunsAlone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var now, most int
		ready := false
		c := connectInProcess(t, func(w http.ResponseWriter, r *http.Request) {
			mu.Lock()
			now++
			most = max(most, now)
			alone := now == 1
			mu.Unlock()
			time.Sleep(time.Second)
			mu.Lock()
			defer mu.Unlock()
			now--
			if !ready && !alone {
				t.Error("another request ran beside the first")
			}
			ready = true
			respondClient(w, r)
		})
		began := time.Now()
		var all sync.WaitGroup
		for range 25 {
			all.Go(func() { require.NoError(t, errorOf(c.GetClient(t.Context(), "my-app"))) })
		}
		all.Wait()
		require.Equal(t, 8, most, "the default of MaxConcurrent")
		require.Equal(t, 4*time.Second, time.Since(began), "one request alone, then three times eight")
	})
}

func TestRequestsRunAloneUntilTheKeyIsAccepted(t *testing.T) {
	t.Parallel()
	for _, failing := range []http.HandlerFunc{responding(401, notSignedInBody), responding(429, rateLimitedBody), responding(502, "<html>"), dropping, refusing} {
		synctest.Test(t, func(t *testing.T) {
			var mu sync.Mutex
			var requests requestLog
			now := 0
			handler := inSequence(&requests, failing, respondClient)
			c := connectInProcess(t, func(w http.ResponseWriter, r *http.Request) {
				mu.Lock()
				now++
				beside, first := now > 1, len(requests.all()) < 2
				mu.Unlock()
				if beside && first {
					t.Error("another request ran beside the first")
				}
				defer func() { mu.Lock(); now--; mu.Unlock() }()
				time.Sleep(time.Second)
				handler(w, r)
			})
			var all sync.WaitGroup
			for range 5 {
				all.Go(func() { require.NoError(t, errorOf(c.GetClient(t.Context(), "my-app"))) })
			}
			all.Wait()
		})
	}
}

func TestNoMoreRequestsAtATimeThanAllowed(t *testing.T) {
	t.Parallel()
	for setting, want := range map[int]int{0: 8, 1: 1, 3: 3, 20: 20} {
		t.Run(fmt.Sprint(setting), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				defer waitForQueues()
				var mu sync.Mutex
				var now, most int
				c := connectInProcess(t, func(w http.ResponseWriter, r *http.Request) {
					mu.Lock()
					now++
					most = max(most, now)
					mu.Unlock()
					time.Sleep(time.Second)
					mu.Lock()
					now--
					mu.Unlock()
					respondClient(w, r)
				}, func(o *Options) { o.MaxConcurrent = setting })
				var all sync.WaitGroup
				for n := range 60 {
					all.Go(func() {
						switch n % 3 {
						case 0:
							_, _ = c.GetClient(t.Context(), "my-app")
						case 1:
							_, _ = c.SetAllowedGroups(t.Context(), "my-app", nil)
						case 2:
							_, _ = c.VerifyClientSecret(t.Context(), "my-app", "a custom secret value")
						}
					})
				}
				all.Wait()
				require.Equal(t, want, most)
			})
		})
	}
}
