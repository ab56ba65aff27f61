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

// New returns a server without clients, groups and users.
func New(o Options) (*Server, error) {
	o, features, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	s := newState(o, features)
	return &Server{state: s, router: s.routeTable()}, nil
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	requestID := newID()
	if s.state.features.errorCodes {
		w.Header().Set("X-Request-Id", requestID)
	}
	route, ok := s.router.match(r)
	if !ok {
		s.router.serveUnmatched(w, r)
		return
	}
	w.Header().Set("Cache-Control", "private, no-store")
	status, body, err := s.handle(route, r)
	if err != nil {
		e := internalError()
		errors.As(err, &e)
		status, body = e.response(s.state.features, requestID)
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
