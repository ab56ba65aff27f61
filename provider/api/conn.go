// Package api speaks the Pocket ID admin API: one method per thing the provider
// does, plain structs in and out, and errors that can be asked what they mean.
// It knows nothing of Pulumi.
package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/semaphore"
)

const (
	maxAnswer   = 16 << 20        // bytes of a response; more is an error
	cancelGrace = 5 * time.Second // what a write that is under way gets to finish after a cancel
)

// Options says how to reach one Pocket ID instance. Zero values have the
// defaults named beside them.
type Options struct {
	BaseURL string // required: http(s), with a path prefix if a proxy adds one
	APIKey  string // required: of an administrator

	Transport      http.RoundTripper // default: http.DefaultTransport's settings
	RequestTimeout time.Duration     // of one attempt; default 30 s
	StartupTimeout time.Duration     // waiting for a server that is not up; default 30 s, negative none
	MaxRetries     int               // after passing faults of one call; default 4, negative none
	MaxConcurrent  int               // requests at a time; default 8
	UserAgent      string
	Hidden         []string // what no error may say, though the server repeats it; the key never is
}

// Conn is a connection to one Pocket ID instance. It is called Conn because in
// this codebase a Client is an OIDC client. A Conn is safe for concurrent use.
type Conn struct {
	base    *url.URL
	key     string
	agent   string
	http    *http.Client
	retry   retryPolicy
	edits   joiner
	slots   *semaphore.Weighted // bounds the requests under way
	first   chan struct{}       // held by the request that is made alone
	hidden  []string
	version once[Version]
	issuer  once[string]
	keyUser once[string]

	mu     sync.Mutex
	warm   bool      // one authenticated request was answered
	pauses time.Time // no request before this: the server asked for a pause
}

// New returns a Conn for the instance at o.BaseURL. No request is made yet.
func New(o Options) (*Conn, error) {
	base, err := url.Parse(strings.TrimSpace(o.BaseURL))
	if err != nil || base.Hostname() == "" || (base.Scheme != "http" && base.Scheme != "https") {
		return nil, fmt.Errorf("%q is not an http(s) URL such as https://id.example.com", redactURL(o.BaseURL))
	}
	if base.User != nil || base.RawQuery != "" || base.Fragment != "" {
		return nil, fmt.Errorf("%q must be an address only: no user, query or fragment", redactURL(o.BaseURL))
	}
	switch o.APIKey = strings.TrimSpace(o.APIKey); {
	case o.APIKey == "":
		return nil, errors.New("the API key is empty")
	case strings.ContainsFunc(o.APIKey, func(r rune) bool { return r <= ' ' || r > '~' }):
		return nil, errors.New("the API key has spaces or characters in it that no key has: was it copied whole?")
	}
	if o.Transport == nil {
		o.Transport = http.DefaultTransport.(*http.Transport).Clone()
	}
	c := &Conn{
		base:   base,
		key:    o.APIKey,
		agent:  o.UserAgent,
		slots:  semaphore.NewWeighted(int64(positive(o.MaxConcurrent, 8))),
		first:  make(chan struct{}, 1),
		hidden: append([]string{o.APIKey}, o.Hidden...),
		http: &http.Client{
			Transport: o.Transport,
			Timeout:   positive(o.RequestTimeout, 30*time.Second),
			// A redirect would carry the key to wherever it points, and Go turns a PUT into a GET.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		retry: retryPolicy{tries: positive(o.MaxRetries, 4), startup: positive(o.StartupTimeout, 30*time.Second)},
	}
	if o.MaxRetries < 0 {
		c.retry.tries = 0
	}
	if o.StartupTimeout < 0 {
		c.retry.startup = 0
	}
	c.retry.proven = func() bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		return c.warm
	}
	return c, nil
}

func positive[T int | time.Duration](v, deflt T) T {
	if v <= 0 {
		return deflt
	}
	return v
}

// Address is where this connection goes, for messages to people.
func (c *Conn) Address() string { return redactURL(c.base.String()) }

// path joins segments under /api, escaping each one. An empty segment would
// turn an object's address into its list's, and servers since 2.13 decode one
// that begins with ~ and take it for another id: such never leave this process.
func path(segments ...string) (string, error) {
	escaped := make([]string, len(segments))
	for i, s := range segments {
		if s == "" || s == "." || s == ".." || s[0] == '~' || strings.ContainsAny(s, "/\\") {
			return "", fmt.Errorf("%w: %q is not an id", ErrBadID, s)
		}
		escaped[i] = url.PathEscape(s)
	}
	return "api/" + strings.Join(escaped, "/"), nil
}

// request is one HTTP exchange. The zero auth means the API key.
type request struct {
	method  string
	path    string // relative to the base, escaped
	query   url.Values
	body    []byte
	kind    string // the body's Content-Type
	login   *url.Userinfo
	public  bool   // no credentials at all
	secret  string // is in the request, and in no error
	picture bool   // the answer is an image
}

func (r request) withKey() bool { return !r.public && r.login == nil }

// call makes request and decodes the answer into out (which may be nil), trying
// again as the retry policy allows.
func (c *Conn) call(ctx context.Context, method string, in, out any, segments ...string) error {
	p, err := path(segments...)
	if err != nil {
		return err
	}
	return c.callPath(ctx, method, p, nil, in, out)
}

func (c *Conn) callPath(ctx context.Context, method, path string, query url.Values, in, out any) error {
	r := request{method: method, path: path, query: query}
	if in != nil {
		var err error
		if r.body, err = json.Marshal(in); err != nil {
			return fmt.Errorf("encoding %s %s: %w", method, path, err)
		}
		r.kind = "application/json"
	}
	return c.ask(ctx, c.retry, r, out)
}

// ask makes a request that names no thing to be made, insisting as p allows.
func (c *Conn) ask(ctx context.Context, p retryPolicy, r request, out any) error {
	return p.do(ctx, attempts{safe: r.method != http.MethodPost}, func() error { return c.attempt(ctx, r, out) })
}

// attempt makes r once. A write that is under way when ctx is cancelled gets a
// little time to be answered: aborting it would leave unknown what the server did.
func (c *Conn) attempt(ctx context.Context, r request, out any) (err error) {
	defer func() { err = hushed(err, append(c.hidden[:len(c.hidden):len(c.hidden)], r.secret)) }()
	release, err := c.enter(ctx, r)
	if err != nil {
		return fmt.Errorf("%w: %w", err, errNotSent)
	}
	defer release()
	life := ctx
	if r.method != http.MethodGet {
		var stop context.CancelFunc
		life, stop = outlive(ctx, cancelGrace)
		defer stop()
	}
	res, body, err := c.send(life, r)
	if err != nil {
		return unreachable(ctx, c.Address(), r, err)
	}
	err = answerError(c.base, r, res, body)
	c.heed(r, err)
	if err != nil {
		return err
	}
	if out == nil || len(body) == 0 {
		return nil
	}
	if err := json.Unmarshal(body, out); err != nil {
		return notPocketID(r, res, body)
	}
	return nil
}

// make is attempt where only an answer that has what it must tells that it was
// done. out is filled from nothing.
func (c *Conn) make(ctx context.Context, r request, out any, has func() bool) error {
	reflect.ValueOf(out).Elem().SetZero()
	err := c.attempt(ctx, r, out)
	if err == nil && !has() {
		err = fmt.Errorf("%w: the answer to %s /%s does not say what was made", ErrNotPocketID, r.method, r.path)
	}
	return err
}

// send does the exchange and reads the whole answer.
func (c *Conn) send(ctx context.Context, r request) (*http.Response, []byte, error) {
	target := c.base.JoinPath(r.path)
	target.RawQuery = r.query.Encode()
	var sought, connected atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) { sought.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { connected.Store(true) },
	})
	req, err := http.NewRequestWithContext(ctx, r.method, target.String(), bytes.NewReader(r.body))
	if err != nil {
		return nil, nil, fmt.Errorf("%w; %w", err, errNotSent)
	}
	switch {
	case r.public:
	case r.login != nil:
		password, _ := r.login.Password()
		req.SetBasicAuth(url.QueryEscape(r.login.Username()), url.QueryEscape(password))
	default:
		req.Header.Set("X-API-Key", c.key)
	}
	req.Header.Set("Accept", "application/json")
	if r.kind != "" {
		req.Header.Set("Content-Type", r.kind)
	}
	if c.agent != "" {
		req.Header.Set("User-Agent", c.agent)
	}
	res, err := c.http.Do(req)
	switch {
	case err != nil && sought.Load() && !connected.Load():
		return nil, nil, fmt.Errorf("%w; %w", err, errNotSent) // no such host, a certificate nobody trusts, a proxy that refuses
	case err != nil:
		return nil, nil, err
	}
	defer res.Body.Close()
	most := maxAnswer
	if r.picture {
		most = 1 << 16 // that it is there is all that is asked, and people upload larger ones than this provider does
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, int64(most)+1))
	if err != nil {
		return nil, nil, fmt.Errorf("the answer broke off: %w", err)
	}
	if len(body) > maxAnswer {
		return nil, nil, fmt.Errorf("%w: the answer is larger than %d MiB", ErrNotPocketID, maxAnswer>>20)
	}
	return res, body, nil
}

// enter waits for a slot and for the end of any pause the server asked for.
// Until one authenticated request was answered there is only one at a time: a
// fresh Pocket ID creates the user of a static API key at its first use, and
// refuses the requests that race with it.
func (c *Conn) enter(ctx context.Context, r request) (release func(), err error) {
	for {
		c.mu.Lock()
		alone, wait := r.withKey() && !c.warm, time.Until(c.pauses)
		c.mu.Unlock()
		if wait > 0 {
			if err := sleep(ctx, wait); err != nil {
				return nil, err
			}
			continue
		}
		leave := func() {}
		if alone {
			select {
			case c.first <- struct{}{}:
			case <-ctx.Done():
				return nil, ctx.Err()
			}
			leave = func() { <-c.first }
			if c.retry.proven() { // meanwhile
				leave()
				continue
			}
		}
		if err := c.slots.Acquire(ctx, 1); err != nil {
			leave()
			return nil, err
		}
		return func() { c.slots.Release(1); leave() }, nil
	}
}

// heed learns from an answer: that the server knows the key, and whether every
// request must wait because the server said that it has had too many.
func (c *Conn) heed(r request, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var e *Error
	refused := errors.As(err, &e)
	// The limit on requests comes before the key.
	known := err == nil || refused && e.spoken && e.Status != http.StatusUnauthorized && e.Status != http.StatusTooManyRequests
	if r.withKey() && known {
		c.warm = true
	}
	if refused && e.wantsPause() {
		if until := time.Now().Add(e.pause()); until.After(c.pauses) {
			c.pauses = until
		}
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// outlive is ctx, but ends grace later.
func outlive(ctx context.Context, grace time.Duration) (context.Context, context.CancelFunc) {
	longer, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		t := time.AfterFunc(grace, cancel)
		context.AfterFunc(longer, func() { t.Stop() })
	})
	return longer, func() { stop(); cancel() }
}

// once keeps the first answer that was not an error. While one asks, the others
// wait for its answer, each as long as it likes; a failure is only that one's,
// for it may have been in a hurry, or cancelled.
type once[T any] struct {
	mu     sync.Mutex
	known  bool
	value  T
	asking chan struct{} // closed when the question under way has an answer
}

func (o *once[T]) get(ctx context.Context, ask func() (T, error)) (v T, err error) {
	for {
		o.mu.Lock()
		if o.known {
			defer o.mu.Unlock()
			return o.value, nil
		}
		asking := o.asking
		if asking == nil {
			break
		}
		o.mu.Unlock()
		select {
		case <-asking:
		case <-ctx.Done():
			return v, ctx.Err()
		}
	}
	asking := make(chan struct{})
	o.asking = asking
	o.mu.Unlock()
	answered := false
	defer func() {
		o.mu.Lock()
		defer o.mu.Unlock()
		if o.asking = nil; answered && err == nil {
			o.known, o.value = true, v
		}
		close(asking)
	}()
	v, err = ask()
	answered = true
	return v, err
}

// redactURL is an address fit for messages: without the password or the token
// that some people put in it.
func redactURL(s string) string {
	u, err := url.Parse(s)
	if err != nil {
		return "(not a URL)"
	}
	u.User, u.RawQuery, u.Fragment, u.RawFragment = nil, "", "", ""
	return u.String()
}
