package api

import (
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// The clock of these tests is testing/synctest's: it advances when all goroutines are blocked.

// errRefused is the error of a connection to a port where nothing listens.
var errRefused = &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}

// inSequence returns a handler that answers each request with the next step, and those
// after the last step with the last one.
func inSequence(d *requestLog, steps ...http.HandlerFunc) http.HandlerFunc {
	var mu sync.Mutex
	return func(w http.ResponseWriter, r *http.Request) {
		d.record(r)
		mu.Lock()
		step := steps[0]
		if len(steps) > 1 {
			steps = steps[1:]
		}
		mu.Unlock()
		step(w, r)
	}
}

func responding(status int, body string, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for _, h := range headers {
			name, value, _ := strings.Cut(h, ": ")
			w.Header().Set(name, value)
		}
		respond(w, status, body)
	}
}

var (
	respondClient = responding(200, `{"id":"my-app","name":"Mine","credentials":{}}`)
	dropping      = func(http.ResponseWriter, *http.Request) { dropConnection() }
	refusing      = func(http.ResponseWriter, *http.Request) { panic(errRefused) }
	badGateway    = func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(502)
		_, _ = w.Write([]byte("<html><title>502 Bad Gateway</title>"))
	}
)

func repeat(n int, step http.HandlerFunc, then ...http.HandlerFunc) []http.HandlerFunc {
	return append(slices.Repeat([]http.HandlerFunc{step}, n), then...)
}

// readCase is a read of a client that gets the responses of steps.
type readCase struct {
	steps    func() []http.HandlerFunc
	requests int // 0: any number
	waits    [2]time.Duration
	fails    error
}

func testReads(t *testing.T, cases map[string]readCase) {
	t.Helper()
	for name, row := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var requests requestLog
				c, began := connectInProcess(t, inSequence(&requests, row.steps()...)), time.Now()
				_, err := c.GetClient(t.Context(), "my-app")
				took := time.Since(began)
				require.GreaterOrEqual(t, took, row.waits[0])
				require.LessOrEqual(t, took, row.waits[1])
				switch {
				case row.fails != nil:
					require.ErrorIs(t, err, row.fails)
				case len(row.steps()) > 1:
					require.NoError(t, err)
				default:
					require.Error(t, err)
				}
				if row.requests > 0 {
					require.Len(t, requests.all(), row.requests)
				}
			})
		})
	}
}

func TestAReadWaitsForAServerThatIsUnavailable(t *testing.T) {
	t.Parallel()
	in20s := func() string { return time.Now().Add(20 * time.Second).UTC().Format(http.TimeFormat) }
	testReads(t, map[string]readCase{
		"429 without Retry-After": {func() []http.HandlerFunc { return repeat(3, responding(429, rateLimitedBody), respondClient) }, 4, [2]time.Duration{3 * time.Second, 5 * time.Second}, nil},
		"429 for seven seconds": {func() []http.HandlerFunc {
			return repeat(1, responding(429, rateLimitedBody, "Retry-After: 7"), respondClient)
		}, 2, [2]time.Duration{7 * time.Second, 8 * time.Second}, nil},
		"429 until a date": {func() []http.HandlerFunc {
			return repeat(1, responding(429, rateLimitedBody, "Retry-After: "+in20s()), respondClient)
		}, 2, [2]time.Duration{19 * time.Second, 21 * time.Second}, nil},
		"429 for a day": {func() []http.HandlerFunc {
			return repeat(1, responding(429, rateLimitedBody, "Retry-After: 86400"), respondClient)
		}, 2, [2]time.Duration{time.Minute, 61 * time.Second}, nil},
		"429 of a proxy": {func() []http.HandlerFunc {
			return repeat(1, responding(429, "slow down", "Retry-After: 2"), respondClient)
		}, 2, [2]time.Duration{2 * time.Second, 3 * time.Second}, nil},
		"429 forever":                              {func() []http.HandlerFunc { return repeat(1, responding(429, rateLimitedBody, "Retry-After: 50")) }, 0, [2]time.Duration{9 * time.Minute, 11 * time.Minute}, nil},
		"503 with Retry-After":                     {func() []http.HandlerFunc { return repeat(1, responding(503, "away", "Retry-After: 45"), respondClient) }, 2, [2]time.Duration{45 * time.Second, 46 * time.Second}, nil},
		"refused until the server has started":     {func() []http.HandlerFunc { return repeat(8, refusing, respondClient) }, 9, [2]time.Duration{5 * time.Second, 25 * time.Second}, nil},
		"always refused":                           {func() []http.HandlerFunc { return repeat(1, refusing) }, 0, [2]time.Duration{29 * time.Second, 36 * time.Second}, ErrUnreachable},
		"a proxy in front of a server that starts": {func() []http.HandlerFunc { return repeat(8, badGateway, respondClient) }, 9, [2]time.Duration{5 * time.Second, 25 * time.Second}, nil},
		"a proxy without a server":                 {func() []http.HandlerFunc { return repeat(1, badGateway) }, 0, [2]time.Duration{29 * time.Second, 36 * time.Second}, ErrNotPocketID},
		"unavailable after a long rate limit": {func() []http.HandlerFunc {
			return append([]http.HandlerFunc{responding(429, rateLimitedBody, "Retry-After: 45")}, repeat(3, badGateway, refusing, respondClient)...)
		}, 6, [2]time.Duration{45 * time.Second, 60 * time.Second}, nil},
	})
}

func TestAReadIsRetriedAfterTemporaryFailures(t *testing.T) {
	t.Parallel()
	testReads(t, map[string]readCase{
		"500 four times":            {func() []http.HandlerFunc { return repeat(4, responding(500, internalErrorBody), respondClient) }, 5, [2]time.Duration{time.Second / 2, 4 * time.Second}, nil},
		"500 five times":            {func() []http.HandlerFunc { return repeat(1, responding(500, internalErrorBody)) }, 5, [2]time.Duration{time.Second / 2, 4 * time.Second}, nil},
		"four incomplete responses": {func() []http.HandlerFunc { return repeat(4, dropping, respondClient) }, 5, [2]time.Duration{time.Second / 2, 4 * time.Second}, nil},
		"a single 401":              {func() []http.HandlerFunc { return repeat(1, responding(401, notSignedInBody), respondClient) }, 2, [2]time.Duration{0, time.Second}, nil},
		"401 twice":                 {func() []http.HandlerFunc { return repeat(1, responding(401, notSignedInBody)) }, 2, [2]time.Duration{0, time.Second}, ErrUnauthorized},
		"404":                       {func() []http.HandlerFunc { return repeat(1, responding(404, notFoundBody)) }, 1, [2]time.Duration{0, 0}, ErrNotFound},
		"403":                       {func() []http.HandlerFunc { return repeat(1, responding(403, `{"error":"x","code":"forbidden"}`)) }, 1, [2]time.Duration{0, 0}, ErrForbidden},
		"400":                       {func() []http.HandlerFunc { return repeat(1, responding(400, `{"error":"x"}`)) }, 1, [2]time.Duration{0, 0}, nil},
		"another program":           {func() []http.HandlerFunc { return repeat(1, responding(200, `<html>`), respondClient) }, 1, [2]time.Duration{0, 0}, ErrNotPocketID},
	})
}

// A response of another program is permanent at first, such as the login page of a proxy.
// After Pocket ID has answered once, it is temporary.
func TestOtherResponsesAreTemporaryOnlyAfterPocketIDHasAnswered(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var requests requestLog
		c := connectInProcess(t, inSequence(&requests, respondClient, responding(404, "no such site"), responding(200, `{"id":`), respondClient))
		for range 2 {
			_, err := c.GetClient(t.Context(), "my-app")
			require.NoError(t, err)
		}
		require.Len(t, requests.all(), 4)
	})
}

func TestRetriesCanBeSwitchedOff(t *testing.T) {
	t.Parallel()
	for _, step := range []http.HandlerFunc{refusing, dropping, badGateway, responding(500, internalErrorBody), responding(401, notSignedInBody), responding(503, "away")} {
		synctest.Test(t, func(t *testing.T) {
			var requests requestLog
			c, began := connectInProcess(t, inSequence(&requests, step, respondClient), noRetries), time.Now()
			_, err := c.GetClient(t.Context(), "my-app")
			require.Error(t, err)
			require.Len(t, requests.all(), 1)
			require.Zero(t, time.Since(began))
		})
	}
	synctest.Test(t, func(t *testing.T) { // a rate limit is not a failure
		c := connectInProcess(t, inSequence(&requestLog{}, responding(429, rateLimitedBody), respondClient), noRetries)
		_, err := c.GetClient(t.Context(), "my-app")
		require.NoError(t, err)
	})
}
