package fake

import (
	"bytes"
	"errors"
	"io"
	"net/http"
)

// Server is an http.Handler that answers as Pocket ID does. Create one with New
// and pass it to httptest.NewServer or http.Serve.
type Server struct {
	state  *state
	router router
}

// New returns a server that has the objects of Options.Seed, and no others.
func New(o Options) (*Server, error) {
	o, features, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	s := newState(o, features)
	server := &Server{state: s, router: s.routeTable()}
	if o.Seed != nil {
		if err := (sower{server: server, apiKey: o.APIKey, version: o.Version, oneSecret: !features.multipleSecrets}).sow(o.Seed); err != nil {
			return nil, err
		}
	}
	return server, nil
}

// Upgrade makes the server imitate another version and keeps its objects. A request for a
// token must not be in progress.
func (s *Server) Upgrade(version string) error {
	o := s.state.options
	o.Version = version
	o, features, err := o.withDefaults()
	if err != nil {
		return err
	}
	s.state.mu.Lock()
	defer s.state.mu.Unlock()
	s.state.options, s.state.features = o, features
	s.router = s.state.routeTable()
	return nil
}

// version returns what depends on the version of the server.
func (s *Server) version() (features, router) {
	s.state.mu.Lock()
	defer s.state.mu.Unlock()
	return s.state.features, s.router
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	requestID := newID()
	features, routes := s.version()
	if features.errorCodes {
		w.Header().Set("X-Request-Id", requestID)
	}
	route, ok := routes.match(r)
	if !ok {
		routes.serveUnmatched(w, r)
		return
	}
	w.Header().Set("Cache-Control", "private, no-store")
	status, body, err := s.handle(route, r)
	if err != nil {
		e := internalError()
		errors.As(err, &e)
		status, body = e.response(features, requestID)
	}
	writeResponse(w, status, body)
}

// handle checks that the caller may use the route and calls its handler.
func (s *Server) handle(route route, r *http.Request) (int, any, error) {
	body, err := io.ReadAll(r.Body) // before locking, so that a slow upload does not block other requests
	if err != nil {
		return 0, nil, err
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	if route.locksItself {
		return route.handle(r)
	}
	s.state.mu.Lock()
	defer s.state.mu.Unlock()
	if route.access != public {
		if r.Header.Get("X-API-Key") != s.state.options.APIKey {
			return 0, nil, notSignedIn()
		}
		s.state.ensureAPIKeyUser()
		if route.access == requiresSession {
			return 0, nil, apiKeyNotAllowed()
		}
	}
	return route.handle(r)
}
