package fake

import (
	"net/http"
	"net/url"
	"strings"
)

// handler returns a status and a body, or an apiError.
type handler func(r *http.Request) (status int, body any, err error)

// access is what a caller needs to use a route.
type access int

const (
	requiresAPIKey  access = iota
	public                 // no API key
	requiresSession        // a signed-in browser; nobody can sign in to the fake, so such a route has no handler
)

type route struct {
	method, path string // path may contain parameters such as {id}
	access       access
	handle       handler
	locksItself  bool // the handler locks state.mu, because it must not hold the lock while it fetches keys
}

// router holds the routes of a server. If several match a request, the first one is
// used.
type router []route

// match returns the route of a request, and sets the request's path values.
func (routes router) match(r *http.Request) (route, bool) {
	for _, route := range routes {
		if route.method == r.Method && matchPath(route.path, r) {
			return route, true
		}
	}
	return route{}, false
}

// matchPath differs from the patterns of http.ServeMux in one point that Pocket
// ID's router has, too: a parameter in the middle of a path may be empty.
func matchPath(pattern string, r *http.Request) bool {
	want, got := strings.Split(pattern, "/"), strings.Split(r.URL.Path, "/")
	if len(want) != len(got) {
		return false
	}
	for i, segment := range want {
		_, isParameter := pathParameter(segment)
		isEmptyAtEnd := got[i] == "" && i == len(got)-1
		if got[i] != segment && (!isParameter || isEmptyAtEnd) {
			return false
		}
	}
	for i, segment := range want {
		if name, isParameter := pathParameter(segment); isParameter {
			r.SetPathValue(name, got[i])
		}
	}
	return true
}

func pathParameter(segment string) (name string, ok bool) {
	name, ok = strings.CutPrefix(segment, "{")
	return strings.TrimSuffix(name, "}"), ok
}

// serveUnmatched answers a request that matches no route, as a server that was
// built without its web pages does. A path with a trailing slash is redirected to
// the path without it: a GET of an object with an empty ID returns the list.
func (routes router) serveUnmatched(w http.ResponseWriter, r *http.Request) {
	trimmed := r.Clone(r.Context())
	trimmed.URL = &url.URL{Path: strings.TrimSuffix(r.URL.Path, "/"), RawQuery: r.URL.RawQuery}
	if _, ok := routes.match(trimmed); ok && trimmed.URL.Path != r.URL.Path {
		w.Header().Del("X-Request-Id") // the server redirects before its middleware sets the header
		status := http.StatusTemporaryRedirect
		if r.Method == http.MethodGet {
			status = http.StatusMovedPermanently
		}
		http.Redirect(w, r, trimmed.URL.String(), status)
		return
	}
	w.Header().Set("Cache-Control", "private, no-store")
	w.Header().Set("Content-Type", "text/plain")
	w.WriteHeader(http.StatusNotFound)
	_, _ = w.Write([]byte("404 page not found"))
}
