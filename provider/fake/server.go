package fake

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Options says which Pocket ID to play.
type Options struct {
	APIKey  string           // accepted in X-API-Key; required
	Version string           // one that the fake plays; the newest that was measured if empty
	Issuer  string           // what tokens are from; "http://" and the request's host if empty
	Now     func() time.Time // the time, for tests that travel in it
	HTTP    *http.Client     // fetches the keys of other issuers; waits 15 s if nil

	// FutureFields plays a server of tomorrow: fields of clients and of
	// federated identities that no release here knows are stored, answered, and
	// reset by a PUT that leaves them out, as every field is.
	FutureFields bool
	// AutoSecret plays what is known of 2.17: a new confidential client comes
	// with a secret.
	AutoSecret bool
}

// Server is an http.Handler; give it to httptest.NewServer or to http.Serve.
type Server struct {
	options Options
	version string
	has     features
	routes  []route
	key     func() signingKey

	mu       sync.Mutex // guards what follows
	clients  *table[client]
	groups   *table[group]
	users    *table[user]
	apis     *table[resourceServer]
	scim     *table[scimProvider]
	signups  *table[signupToken]
	images   map[string]image // the server's own, by their place
	usedJTIs map[string]time.Time

	configuration map[string]string
	instanceID    string
}

// New returns an empty server.
func New(o Options) (*Server, error) {
	if o.APIKey == "" {
		return nil, errors.New("an API key is required")
	}
	if o.Version == "" {
		o.Version = newestMeasured
	}
	played, err := releaseNamed(o.Version)
	if err != nil {
		return nil, err
	}
	if o.AutoSecret && !featuresOf(played).manySecrets {
		return nil, fmt.Errorf("Pocket ID %s has no secrets that come with a client", o.Version)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.HTTP == nil {
		o.HTTP = &http.Client{Timeout: 15 * time.Second}
	}
	o.Issuer = strings.TrimRight(o.Issuer, "/")
	s := &Server{
		options:  o,
		version:  o.Version,
		has:      featuresOf(played),
		key:      sync.OnceValue(newSigningKey),
		clients:  newTable[client](),
		groups:   newTable[group](),
		users:    newTable[user](),
		apis:     newTable[resourceServer](),
		scim:     newTable[scimProvider](),
		signups:  newTable[signupToken](),
		images:   applicationImages(featuresOf(played)),
		usedJTIs: map[string]time.Time{},

		configuration: map[string]string{},
		instanceID:    newID(),
	}
	s.routes = s.routeTable()
	return s, nil
}

// issuer is the address that clients know the server by.
func (s *Server) issuer(r *http.Request) string {
	if s.options.Issuer != "" {
		return s.options.Issuer
	}
	return "http://" + r.Host
}

func (s *Server) now() time.Time { return s.options.Now().UTC() }

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	requestID := newID()
	if s.has.errorCodes {
		w.Header().Set("X-Request-Id", requestID)
	}
	route, known := s.routeOf(r)
	if !known {
		s.answerUnrouted(w, r)
		return
	}
	w.Header().Set("Cache-Control", "private, no-store")
	status, body, err := s.serve(route, r)
	if err != nil {
		p := internalError()
		errors.As(err, &p)
		status, body = p.told(s.has, requestID)
	}
	write(w, status, body)
}

// serve runs a route's handler for a caller who may use it.
func (s *Server) serve(route route, r *http.Request) (int, any, error) {
	body, err := io.ReadAll(r.Body) // before the lock: a slow caller must not stop the others
	if err != nil {
		return 0, nil, err
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	if route.locksItself {
		return route.do(r)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if route.access != anyone {
		if r.Header.Get("X-API-Key") != s.options.APIKey {
			return 0, nil, notSignedIn()
		}
		s.ensureKeyOwner()
		if route.access == browser {
			return 0, nil, keyNotAllowed()
		}
	}
	return route.do(r)
}

// raw is a body that is not JSON, or not JSON as the admin API writes it.
type raw struct {
	contentType, cacheControl string
	bytes                     []byte
}

func write(w http.ResponseWriter, status int, body any) {
	switch b := body.(type) {
	case nil:
		w.WriteHeader(status)
	case raw:
		w.Header().Set("Content-Type", b.contentType)
		w.Header().Set("Cache-Control", b.cacheControl)
		w.WriteHeader(status)
		_, _ = w.Write(b.bytes)
	default:
		text, err := json.Marshal(body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.WriteHeader(status)
		_, _ = w.Write(text)
	}
}
