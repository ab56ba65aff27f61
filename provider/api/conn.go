// Package api is a client of the Pocket ID admin API: one method per operation of
// the provider, plain structs for parameters and results, and errors whose meaning
// callers ask with errors.Is. It knows nothing of Pulumi.
package api

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"
)

// Options configure the connection to one Pocket ID instance. Zero values have the
// defaults named beside them.
type Options struct {
	BaseURL string // required: http(s), with a path prefix if a proxy adds one
	APIKey  string // required: of an administrator

	KeyOrigin string // where the key is from, for the error if it is refused: "in the file /run/key"
	KeyAdvice string // what that error adds for the user

	Transport      http.RoundTripper // default: a clone of http.DefaultTransport
	RequestTimeout time.Duration     // of one attempt; default 30 s
	StartupTimeout time.Duration     // how long to wait for a server that is not up; default 30 s, negative: no wait
	MaxRetries     int               // of one call after temporary failures; default 4, negative: none
	MaxConcurrent  int               // concurrent requests; default 8
	UserAgent      string
	Secrets        []string // redacted in errors, even if the server repeats them; the API key always is
}

// Conn is a connection to one Pocket ID instance. It is not called Client because
// in this package a client is an OIDC client. A Conn is safe for concurrent use.
type Conn struct {
	base          *url.URL
	apiKey        string
	keyOrigin     string
	keyAdvice     string
	userAgent     string
	http          *http.Client
	retry         retryPolicy
	edits         joiner[edit, document]
	reads         sharedReads
	slots         *semaphore.Weighted // bounds the concurrent requests
	rate          rateLimit
	firstRequest  chan struct{} // held by the only request that runs before authenticated is set
	secrets       []string      // redacted in errors
	version       once[Version]
	endpoints     once[Endpoints]
	currentUserID once[string]
	baselines     baselines

	mu            sync.Mutex
	authenticated bool      // Pocket ID has accepted the API key once
	pausedUntil   time.Time // no request is sent before: the server asked for a pause
}

// New returns a Conn for the instance at o.BaseURL. It makes no request.
func New(o Options) (*Conn, error) {
	base, err := parseBaseURL(o.BaseURL)
	if err != nil {
		return nil, err
	}
	switch o.APIKey = strings.TrimSpace(o.APIKey); {
	case o.APIKey == "":
		return nil, errors.New("the API key is empty")
	case strings.ContainsFunc(o.APIKey, func(r rune) bool { return r <= ' ' || r > '~' }):
		return nil, errors.New("the API key contains spaces or characters that no API key has; copy it again")
	}
	if o.Transport == nil {
		transport := http.DefaultTransport.(*http.Transport).Clone()
		limitConnections(transport, o.MaxConcurrent)
		o.Transport = transport
	}
	c := &Conn{
		base:         base,
		apiKey:       o.APIKey,
		keyOrigin:    o.KeyOrigin,
		keyAdvice:    o.KeyAdvice,
		userAgent:    o.UserAgent,
		rate:         rateLimit{isLoopback: isLoopback(base.Hostname())},
		slots:        semaphore.NewWeighted(int64(positiveOr(o.MaxConcurrent, defaultMaxConcurrent))),
		firstRequest: make(chan struct{}, 1),
		secrets:      append([]string{o.APIKey}, o.Secrets...),
		http: &http.Client{
			Transport: o.Transport,
			Timeout:   positiveOr(o.RequestTimeout, 30*time.Second),
			// A redirect would send the API key to another address, and Go turns a PUT into a GET.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		retry: retryPolicy{maxRetries: positiveOr(o.MaxRetries, 4), startupTimeout: positiveOr(o.StartupTimeout, 30*time.Second)},
	}
	if o.MaxRetries < 0 {
		c.retry.maxRetries = 0
	}
	if o.StartupTimeout < 0 {
		c.retry.startupTimeout = 0
	}
	c.retry.authenticated = c.isAuthenticated
	return c, nil
}

// BaseURL returns the base URL of the instance, for messages.
func (c *Conn) BaseURL() string { return redactURL(c.base.String()) }

func (c *Conn) isAuthenticated() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.authenticated
}
