package provider

import (
	"net/http"
	"strings"
	"sync/atomic"
)

// forbidRequests answers requests with this method and path with 403, instead of the server.
func (i *testInstance) forbidRequests(method, path string) {
	i.intercept(func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != method || !strings.Contains(r.URL.Path, path) {
			return false
		}
		reply(w, http.StatusForbidden, "application/json", `{"error":"Not today","code":"forbidden"}`)
		return true
	})
}

// failFirstVersionRequest breaks the connection of the first request for the version, which Check sends.
func (i *testInstance) failFirstVersionRequest() {
	var failed atomic.Bool
	i.intercept(func(w http.ResponseWriter, r *http.Request) bool {
		if strings.HasSuffix(r.URL.Path, "/version/current") && !failed.Swap(true) {
			dropConnection(w)
			return true
		}
		return false
	})
}

// goDownAfter lets the server process the first request that matches, but drops its response,
// and breaks the connection of every later request.
func (i *testInstance) goDownAfter(matches func(*http.Request) bool) {
	var down atomic.Bool
	i.intercept(func(w http.ResponseWriter, r *http.Request) bool {
		if matches(r) && !down.Swap(true) {
			i.server.ServeHTTP(&discardedResponse{}, r)
		}
		if down.Load() {
			dropConnection(w)
		}
		return down.Load()
	})
}
