package api_test

import (
	"context"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
)

// How often and how long a read is retried after each kind of response.
func TestRetriesDependOnTheMeaningOfTheResponse(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		server        *server
		requests      int
		least, most   time.Duration
		succeeds      bool
		authenticated bool // Pocket ID has answered before
	}{
		"a rate limit with Retry-After":                           {server: first(rateLimited, app), requests: 2, least: 7 * time.Second, most: 12 * time.Second, succeeds: true},
		"many rate limits, which are not failures":                {server: first(rateLimited, rateLimited, rateLimited, rateLimited, rateLimited, rateLimited, rateLimited, app), requests: 8, least: 49 * time.Second, most: 2 * time.Minute, succeeds: true},
		"a rate limit without Retry-After":                        {server: first(answer{status: 429, body: `{"error":"Too many requests"}`}, app), requests: 2, least: time.Second, most: 3 * time.Second, succeeds: true},
		"connection refused until the server has started":         {server: first(refused, refused, refused, refused, refused, refused, refused, app), requests: 8, most: 30 * time.Second, succeeds: true},
		"connection refused":                                      {server: first(refused), least: 25 * time.Second, most: 36 * time.Second},
		"unavailable behind a proxy until the server has started": {server: first(unavailable, badGateway, gatewayTimeout, unavailable, badGateway, gatewayTimeout, badGateway, app), requests: 8, most: 30 * time.Second, succeeds: true},
		"unavailable behind a proxy":                              {server: first(unavailable), least: 25 * time.Second, most: 36 * time.Second},
		"a single 401":                                            {server: first(refusedKey, app), requests: 2, succeeds: true, most: 5 * time.Second},
		"a refused key":                                           {server: first(refusedKey), requests: 2, most: 5 * time.Second},
		"temporary internal errors":                               {server: first(internalError, internalError, internalError, internalError, app), requests: 5, succeeds: true, most: 15 * time.Second},
		"permanent internal errors":                               {server: first(internalError), requests: 5, most: 15 * time.Second},
		"incomplete responses":                                    {server: first(incomplete, incomplete, app), requests: 3, succeeds: true, most: 15 * time.Second},
		"a missing object":                                        {server: first(notFound), requests: 1},
		"a response that is not Pocket ID's":                      {server: first(loginPage), requests: 1},
		"the same after Pocket ID has answered":                   {server: first(app, loginPage, loginPage, app), requests: 3, succeeds: true, most: 10 * time.Second, authenticated: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			withFakeClock(t, func(t *testing.T) {
				c := connect(t, row.server, api.Options{})
				if row.authenticated {
					_, err := c.GetClient(t.Context(), "app")
					require.NoError(t, err)
					row.server.requests = nil
					row.server.answer = first(loginPage, loginPage, app).answer
				}
				began := time.Now()
				_, err := c.GetClient(t.Context(), "app")
				require.Equal(t, row.succeeds, err == nil, "%v", err)
				if row.requests > 0 {
					require.Len(t, row.server.requests, row.requests)
				}
				require.GreaterOrEqual(t, time.Since(began), row.least)
				require.LessOrEqual(t, time.Since(began), row.most)
			})
		})
	}
}

func TestARateLimitIsForAllRequests(t *testing.T) {
	t.Parallel()
	withFakeClock(t, func(t *testing.T) {
		s := first(app, rateLimited, app)
		c := connect(t, s, api.Options{})
		_, err := c.GetClient(t.Context(), "app")
		require.NoError(t, err)
		began := time.Now()
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() { _, _ = c.GetClient(t.Context(), "app") })
			synctest.Wait()
		}
		requests := len(s.allRequests())
		all.Wait()
		require.Equal(t, 2, requests, "other requests were not paused")
		require.GreaterOrEqual(t, time.Since(began), 7*time.Second)
	})
}

func TestEveryWaitEndsWhenItsCallerIsCancelled(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]*server{"a rate limit": always(429, `{"error":"Too many requests"}`), "connection refused": first(refused), "internal errors": first(internalError)} {
		withFakeClock(t, func(t *testing.T) {
			c := connect(t, s, api.Options{StartupTimeout: time.Hour, MaxRetries: 1000})
			ctx, stop := context.WithTimeout(t.Context(), 20*time.Second)
			defer stop()
			began := time.Now()
			_, err := c.GetClient(ctx, "app")
			require.Error(t, err, name)
			require.LessOrEqual(t, time.Since(began), 20*time.Second, name)
		})
	}
	withFakeClock(t, func(t *testing.T) {
		s := always(429, `{"error":"Too many requests"}`)
		s.answer = first(answer{status: 429, body: `{}`, header: map[string]string{"Retry-After": "60"}}).answer
		c := connect(t, s, api.Options{})
		ctx, stop := context.WithTimeout(t.Context(), time.Second)
		defer stop()
		began := time.Now()
		var both sync.WaitGroup
		for range 2 { // the rate limit of one request pauses both
			both.Go(func() {
				_, err := c.GetClient(ctx, "app")
				require.Error(t, err)
			})
		}
		both.Wait()
		require.LessOrEqual(t, time.Since(began), 2*time.Second)
	})
}

// A fresh Pocket ID creates the user of a static key at its first use, and rejects
// requests that race with it.
func TestTheFirstRequestRunsAloneAndLaterOnesAreBounded(t *testing.T) {
	t.Parallel()
	withFakeClock(t, func(t *testing.T) {
		var now, most atomic.Int32
		s := &server{answer: func(r *http.Request, n int) answer {
			here := now.Add(1)
			defer now.Add(-1)
			for m := most.Load(); here > m && !most.CompareAndSwap(m, here); m = most.Load() {
			}
			time.Sleep(time.Second)
			if n == 1 {
				require.EqualValues(t, 1, most.Load(), "another request ran beside the first")
			}
			return app
		}}
		c := connect(t, s, api.Options{MaxConcurrent: 3})
		for range 2 {
			var all sync.WaitGroup
			for range 12 {
				all.Go(func() {
					_, err := c.GetClient(t.Context(), "app")
					require.NoError(t, err)
				})
			}
			all.Wait()
		}
		require.EqualValues(t, 3, most.Load())
	})
}

func TestADeleteWhoseResponseIsLostSucceeds(t *testing.T) {
	t.Parallel()
	withFakeClock(t, func(t *testing.T) {
		for _, lost := range []answer{internalError, incomplete, unavailable} {
			require.NoError(t, connect(t, first(lost, notFound), api.Options{}).DeleteClient(t.Context(), "app"))
			require.NoError(t, connect(t, first(lost, notFound), api.Options{}).DeleteGroup(t.Context(), "id"))
			require.NoError(t, connect(t, first(lost, notFound), api.Options{}).DeleteSecret(t.Context(), "app", "id"))
		}
	})
}

// After a lost response, the object is looked for before the create is repeated.
func TestACreateIsNotRepeatedWithoutACheck(t *testing.T) {
	t.Parallel()
	const empty = `{"data":[],"pagination":{"totalPages":1}}`
	for _, lost := range []answer{internalError, incomplete, unavailable, {status: 200, body: "<html>"}} {
		withFakeClock(t, func(t *testing.T) {
			created := false
			posts := 0
			s := &server{}
			s.answer = func(r *http.Request, _ int) answer {
				switch {
				case r.Method == http.MethodPost && created:
					posts++
					return answer{status: 409, body: `{"error":"Name is already in use","code":"already_in_use"}`}
				case r.Method == http.MethodPost:
					posts++
					created = true
					return lost
				case created:
					return answer{status: 200, body: `{"data":[{"id":"id","name":"devs"}],"pagination":{"totalPages":1}}`}
				}
				return answer{status: 200, body: empty}
			}
			group, err := connect(t, s, api.Options{}).CreateGroup(t.Context(), api.GroupSettings{Name: "devs", FriendlyName: "Devs"})
			require.NoError(t, err)
			require.Equal(t, "id", group.ID)
			require.LessOrEqual(t, posts, 2, "the unique name prevents a second group")
		})
	}
}
