package api

import (
	"context"
	"net/http"
	"net/url"
)

// OpenIDConfiguration reads the OpenID configuration. It does not send the API key.
func (c *Conn) OpenIDConfiguration(ctx context.Context) (out OpenIDConfiguration, err error) {
	r := request{method: http.MethodGet, path: ".well-known/openid-configuration", noAuth: true}
	err = c.do(ctx, c.retry, r, &out)
	switch {
	case err != nil:
	case out.Issuer == "":
		err = r.missingField("issuer")
	case out.TokenEndpoint == "":
		err = r.missingField("token_endpoint")
	}
	return out, err
}

// Issuer returns the issuer of the instance's tokens, from its OpenID configuration.
// It requests the configuration once per connection. Behind a proxy the issuer differs from
// the base URL.
//
// The provider asks for it before any other read or write. So this is the call that waits
// for an instance that is being deployed.
func (c *Conn) Issuer(ctx context.Context) (string, error) {
	e, err := c.Endpoints(ctx)
	return e.Issuer, err
}

// IssuerNoWait returns the issuer of the instance's tokens, but does not wait for a
// server that is unavailable.
func (c *Conn) IssuerNoWait(ctx context.Context) (string, error) {
	e, err := c.fetchEndpoints(ctx, c.retry.withoutWaiting())
	return e.Issuer, err
}

// Endpoints returns the issuer and the endpoints of the instance. They are part of the same
// response as Issuer, so that a connection requests it once.
func (c *Conn) Endpoints(ctx context.Context) (Endpoints, error) {
	p := c.retry
	p.awaitsFirst = true
	return c.fetchEndpoints(ctx, p)
}

func (c *Conn) fetchEndpoints(ctx context.Context, p retryPolicy) (Endpoints, error) {
	return c.endpoints.get(ctx, !p.noWait, func() (Endpoints, error) {
		var out Endpoints
		r := request{method: http.MethodGet, path: ".well-known/openid-configuration", noAuth: true}
		err := c.do(ctx, p, r, &out)
		if err == nil && !isIssuerURL(out.Issuer) {
			err = r.missingField("issuer")
		}
		return out, err
	})
}

func isIssuerURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https") && len(s) <= 1000
}
