package api

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// testKey is the API key of these tests.
const testKey = "not-a-secret-key"

// connectHTTP returns a connection to an HTTP server on loopback with the handler h.
func connectHTTP(t testing.TB, h http.HandlerFunc, more ...func(*Options)) *Conn {
	t.Helper()
	web := httptest.NewServer(h)
	t.Cleanup(web.Close)
	return connect(t, Options{BaseURL: web.URL}, more...)
}

// connectInProcess returns a connection to the handler h without a network, so that
// testing/synctest can control the clock.
func connectInProcess(t testing.TB, h http.HandlerFunc, more ...func(*Options)) *Conn {
	t.Helper()
	return connect(t, Options{BaseURL: "http://pocket-id.test", Transport: inProcess(h)}, more...)
}

func connect(t testing.TB, o Options, more ...func(*Options)) *Conn {
	t.Helper()
	o.APIKey = testKey
	for _, m := range more {
		m(&o)
	}
	c, err := New(o)
	require.NoError(t, err)
	return c
}

// noRetries disables all retries.
func noRetries(o *Options) { o.MaxRetries, o.StartupTimeout = -1, -1 }

// inProcess is an http.RoundTripper that calls a handler.
type inProcess http.HandlerFunc

func (h inProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	w, done := httptest.NewRecorder(), make(chan any)
	go func() {
		defer func() { done <- recover() }()
		h(w, r)
	}()
	select {
	case panicked := <-done:
		if err, ok := panicked.(error); ok && err != http.ErrAbortHandler {
			return nil, err
		} else if panicked != nil {
			return nil, io.ErrUnexpectedEOF
		}
		res := w.Result()
		res.Request = r
		return res, nil
	case <-r.Context().Done():
		go func() { <-done }()
		return nil, r.Context().Err()
	}
}

// dropConnection makes the handler break the connection.
func dropConnection() { panic(http.ErrAbortHandler) }

// respond writes a JSON response like Pocket ID.
func respond(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body)
}

const (
	notFoundBody      = `{"error":"OIDC client not found","code":"not_found","details":{"resource":"OIDC client"},"request_id":"713f5506"}`
	conflictBody      = `{"error":"Client ID is already in use","code":"client_id_already_exists","request_id":"713f5506"}`
	internalErrorBody = `{"error":"Something went wrong","code":"internal_error","request_id":"713f5506"}`
	notSignedInBody   = `{"error":"You are not signed in","code":"not_signed_in","request_id":"713f5506"}`
	rateLimitedBody   = `{"error":"Too many requests. Please wait a while before trying again.","code":"rate_limited","request_id":"713f5506"}`
)

// requestLog records the requests to a server, in order.
type requestLog struct {
	mu    sync.Mutex
	lines []string
}

func (d *requestLog) record(r *http.Request) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.lines = append(d.lines, r.Method+" "+r.URL.Path)
}

func (d *requestLog) all() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]string{}, d.lines...)
}

func (d *requestLog) count(line string) (n int) {
	for _, l := range d.all() {
		if l == line {
			n++
		}
	}
	return n
}

func toJSON(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(raw)
}

func errorOf[T any](_ T, err error) error { return err }

func decodeBody(r *http.Request, v any) {
	if err := json.NewDecoder(r.Body).Decode(v); err != nil {
		panic(err)
	}
}
