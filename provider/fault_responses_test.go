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
