package api_test

import (
	"io"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
)

// The external tests check rules of the REST client that need exact times, exact bytes or
// responses that Pocket ID never sends. They use the clock of testing/synctest.

var (
	app            = answer{status: 200, body: `{"id":"app","name":"App","credentials":{}}`}
	internalError  = answer{status: 500, body: `{"error":"Something went wrong","code":"internal_error"}`}
	rateLimited    = answer{status: 429, body: `{"error":"Too many requests"}`, header: map[string]string{"Retry-After": "7"}}
	refusedKey     = answer{status: 401, body: `{"error":"You are not signed in","code":"not_signed_in"}`}
	notFound       = answer{status: 404, body: `{"error":"OIDC client not found","code":"not_found"}`}
	unavailable    = answer{status: 503, body: "<html>503</html>"}
	badGateway     = answer{status: 502, body: "<html>502</html>"}
	gatewayTimeout = answer{status: 504, body: "<html>504</html>"}
	loginPage      = answer{status: 200, body: "<html>Log in</html>"}
	refused        = answer{err: syscall.ECONNREFUSED}
	incomplete     = answer{err: io.ErrUnexpectedEOF}
)

// server is an http.RoundTripper that answers requests in memory.
type server struct {
	answer func(r *http.Request, n int) answer // n counts from 1

	mu       sync.Mutex
	requests []string // "GET /api/…"
	bodies   []string
	keys     []string
}

type answer struct {
	status int
	body   string
	header map[string]string
	err    error // returned in place of a response
}

func (s *server) RoundTrip(r *http.Request) (*http.Response, error) {
	body := ""
	if r.Body != nil {
		raw, _ := io.ReadAll(r.Body)
		body = string(raw)
	}
	s.mu.Lock()
	s.requests = append(s.requests, r.Method+" "+r.URL.EscapedPath())
	s.bodies = append(s.bodies, body)
	s.keys = append(s.keys, r.Header.Get("X-API-Key"))
	n := len(s.requests)
	s.mu.Unlock()
	a := s.answer(r, n)
	if a.err != nil {
		return nil, a.err
	}
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	res := &http.Response{StatusCode: a.status, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(a.body)), Request: r}
	for name, value := range a.header {
		res.Header.Set(name, value)
	}
	return res, nil
}

func (s *server) allRequests() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string{}, s.requests...)
}

func connect(t *testing.T, s *server, o api.Options) *api.Conn {
	t.Helper()
	o.BaseURL, o.APIKey, o.Transport = "https://id.example.com", "not-a-secret-key", s
	c, err := api.New(o)
	require.NoError(t, err)
	return c
}

// always returns a server with the same answer to every request.
func always(status int, body string) *server {
	return &server{answer: func(*http.Request, int) answer { return answer{status: status, body: body} }}
}

// first returns a server that gives these answers in turn, and the last one from then on.
func first(answers ...answer) *server {
	return &server{answer: func(_ *http.Request, n int) answer { return answers[min(n, len(answers))-1] }}
}

// withFakeClock runs f with a clock that advances when all goroutines are blocked.
func withFakeClock(t *testing.T, f func(t *testing.T)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		f(t)
		time.Sleep(time.Minute) // until background goroutines end
	})
}

// objectServer stores one object, which a PUT replaces.
type objectServer struct {
	mu  sync.Mutex
	doc string
}

func (s *objectServer) serve(body string, method string) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	if method == http.MethodPut {
		s.doc = body
	}
	return answer{status: 200, body: s.doc}
}

// handler returns a server that stores the object. The answers of intercept take precedence.
func (s *objectServer) handler(intercept func(r *http.Request, n int) (answer, bool)) *server {
	out := &server{}
	out.answer = func(r *http.Request, n int) answer {
		out.mu.Lock()
		body := out.bodies[n-1]
		out.mu.Unlock()
		if intercept != nil {
			if a, intercepted := intercept(r, n); intercepted {
				if r.Method == http.MethodPut && a.err != nil {
					s.serve(body, r.Method) // the write is applied, but its response is lost
				}
				return a
			}
		}
		return s.serve(body, r.Method)
	}
	return out
}
