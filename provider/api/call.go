package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"reflect"
	"slices"
	"sync/atomic"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/redact"
)

// maxResponseBytes bounds a response; a larger one is an error. A group has its own bound,
// because the server returns it with all its members: 40,000 of them are about 20 MB.
const (
	maxResponseBytes = 16 << 20
	maxGroupBytes    = 256 << 20
)

// call makes a request with in as its JSON body and decodes the response into out.
// Both may be nil. It retries as the retry policy allows.
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
		r.contentType = "application/json"
	}
	if method == http.MethodGet && out != nil && sharesReads(ctx) {
		return c.getShared(ctx, r, out)
	}
	return c.do(ctx, c.retry, r, out)
}

// do makes a request that creates no object, and retries it as p allows.
func (c *Conn) do(ctx context.Context, p retryPolicy, r request, out any) error {
	return p.do(ctx, operation{idempotent: r.method != http.MethodPost}, func() error { return c.attempt(ctx, r, out) })
}

// attempt makes the request r once. If ctx is cancelled while a write is in flight,
// the write gets cancelGrace to finish: after an abort nobody would know whether
// the server has applied it.
func (c *Conn) attempt(ctx context.Context, r request, out any) (err error) {
	defer func() {
		if err != nil {
			err = redact.New(slices.Concat(c.secrets, []string{r.secret})...).Error(err)
		}
	}()
	release, err := c.acquire(ctx, r)
	if err != nil {
		return fmt.Errorf("%w: %w", err, errNotSent)
	}
	defer release()
	requestCtx := ctx
	if r.method != http.MethodGet {
		var stop context.CancelFunc
		requestCtx, stop = withGracePeriod(ctx, cancelGrace)
		defer stop()
		c.reads.wrote()
		defer c.reads.wrote()
	}
	res, body, err := c.roundTrip(requestCtx, r)
	if err != nil {
		return transportError(ctx, c.BaseURL(), r, err)
	}
	err = checkResponse(c.base, r, res, body)
	c.observe(r, err)
	if err != nil {
		return err
	}
	if out == nil {
		return nil
	}
	if raw, ok := out.(*[]byte); ok { // the caller decides what a body means
		*raw = body
		return nil
	}
	if isEmptyJSON(body) { // it must not read as "none": a caller may decide a deletion from it
		return notPocketIDError(r, res, body)
	}
	if err := json.Unmarshal(body, out); err != nil {
		return notPocketIDError(r, res, body)
	}
	return nil
}

// attemptCreate is attempt for a request that creates an object. It fails if the
// response is not complete. It zeroes out first, because an earlier attempt may have
// filled it in part.
func (c *Conn) attemptCreate(ctx context.Context, r request, out any, complete func() bool) error {
	reflect.ValueOf(out).Elem().SetZero()
	err := c.attempt(ctx, r, out)
	if err == nil && !complete() {
		err = fmt.Errorf("%w: the response to %s /%s does not identify the created object", ErrNotPocketID, r.method, r.path)
	}
	return err
}

// roundTrip sends r and reads the whole response.
func (c *Conn) roundTrip(ctx context.Context, r request) (*http.Response, []byte, error) {
	var dialing, connected atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) { dialing.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { connected.Store(true) },
	})
	req, err := c.newRequest(ctx, r)
	if err != nil {
		return nil, nil, fmt.Errorf("%w; %w", err, errNotSent)
	}
	res, err := c.http.Do(req)
	switch {
	case err != nil && dialing.Load() && !connected.Load():
		return nil, nil, fmt.Errorf("%w; %w", err, errNotSent) // unknown host, untrusted certificate, refused by the proxy
	case err != nil:
		return nil, nil, err
	}
	defer res.Body.Close()
	limit := r.maxResponseBytes()
	body, err := io.ReadAll(io.LimitReader(res.Body, int64(limit)+1))
	if err != nil {
		return nil, nil, fmt.Errorf("the response is incomplete: %w", err)
	}
	if len(body) > limit && !r.wantImage {
		return nil, nil, fmt.Errorf("%w: the response is larger than %d MiB", ErrNotPocketID, limit>>20)
	}
	return res, body, nil
}

func (c *Conn) newRequest(ctx context.Context, r request) (*http.Request, error) {
	address := c.base.JoinPath(r.path)
	address.RawQuery = r.query.Encode()
	req, err := http.NewRequestWithContext(ctx, r.method, address.String(), bytes.NewReader(r.body))
	if err != nil {
		return nil, err
	}
	switch {
	case r.noAuth:
	case r.basicAuth != nil:
		password, _ := r.basicAuth.Password()
		req.SetBasicAuth(url.QueryEscape(r.basicAuth.Username()), url.QueryEscape(password))
	default:
		req.Header.Set("X-API-Key", c.apiKey)
	}
	req.Header.Set("Accept", "application/json")
	if r.contentType != "" {
		req.Header.Set("Content-Type", r.contentType)
	}
	if c.userAgent != "" {
		req.Header.Set("User-Agent", c.userAgent)
	}
	return req, nil
}

// transportError explains an error of the HTTP client, which got no response.
func transportError(ctx context.Context, address string, r request, err error) (out error) {
	if ctx.Err() != nil {
		return fmt.Errorf("%w: %s /%s was interrupted", context.Cause(ctx), r.method, r.path)
	}
	if errors.Is(err, ErrNotPocketID) {
		return err
	}
	var dns *net.DNSError
	var ue *url.Error
	var op *net.OpError
	cause := err
	if errors.As(err, &ue) {
		cause = ue.Err // without the URL, which the message below has already
	}
	if errors.Is(err, errNotSent) || errors.As(err, &op) && op.Op == "dial" {
		defer func() { out = fmt.Errorf("%w; %w", out, errNotSent) }()
	}
	switch {
	case errors.As(err, &dns):
		return fmt.Errorf("%w: the host of %s cannot be found: %w", ErrUnreachable, address, cause)
	case isTimeout(err):
		return fmt.Errorf("%w: %s did not answer %s /%s in time: %w", ErrUnreachable, address, r.method, r.path, cause)
	}
	return fmt.Errorf("%w from %s to %s /%s: %w", ErrUnreachable, address, r.method, r.path, cause)
}
