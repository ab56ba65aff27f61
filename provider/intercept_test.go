package provider

import (
	"io"
	"net/http"
	"strings"
	"sync"
)

// reply answers a request.
func reply(w http.ResponseWriter, status int, kind, body string) {
	w.Header().Set("Content-Type", kind)
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body)
}

// dropConnection closes the connection without a response.
func dropConnection(w http.ResponseWriter) {
	conn, _, err := w.(http.Hijacker).Hijack()
	if err == nil {
		conn.Close()
	}
}

// discardedResponse is a response writer that discards the response.
type discardedResponse struct{ header http.Header }

func (d *discardedResponse) Header() http.Header {
	if d.header == nil {
		d.header = http.Header{}
	}
	return d.header
}

func (*discardedResponse) Write(b []byte) (int, error) { return len(b), nil }
func (*discardedResponse) WriteHeader(int)             {}

// loseResponseOnce returns an interceptor that lets the server process the first
// request with the method and the path suffix, but drops the response.
func loseResponseOnce(method, suffix string, instance *testInstance) func(http.ResponseWriter, *http.Request) bool {
	var once sync.Once
	return func(w http.ResponseWriter, r *http.Request) (lost bool) {
		if r.Method == method && strings.HasSuffix(r.URL.Path, suffix) {
			once.Do(func() {
				lost = true
				instance.server.ServeHTTP(&discardedResponse{}, r)
				dropConnection(w)
			})
		}
		return lost
	}
}

// hideResponse lets the server process a request, and answers it like a proxy that removes the
// content of the response. The provider reads the object after a write then.
func (i *testInstance) hideResponse(w http.ResponseWriter, r *http.Request) {
	i.server.ServeHTTP(&discardedResponse{}, r)
	w.WriteHeader(http.StatusNoContent)
}

// oncePerPath returns an interceptor that passes the first request with the method to
// each path to f.
func oncePerPath(method string, f func(http.ResponseWriter, *http.Request)) func(http.ResponseWriter, *http.Request) bool {
	done := make(chan map[string]bool, 1)
	done <- map[string]bool{}
	return func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != method {
			return false
		}
		seen := <-done
		first := !seen[r.URL.Path]
		seen[r.URL.Path] = true
		done <- seen
		if first {
			f(w, r)
		}
		return first
	}
}
