package api

import (
	"context"
	"net/http"
	"net/url"
)

// OpenIDConfiguration is the public OpenID configuration of an instance. Fields that
// the server's version lacks are empty.
type OpenIDConfiguration struct {
	Issuer                             string   `json:"issuer"`
	AuthorizationEndpoint              string   `json:"authorization_endpoint"`
	TokenEndpoint                      string   `json:"token_endpoint"`
	UserinfoEndpoint                   string   `json:"userinfo_endpoint"`
	EndSessionEndpoint                 string   `json:"end_session_endpoint"`
	IntrospectionEndpoint              string   `json:"introspection_endpoint"`
	DeviceAuthorizationEndpoint        string   `json:"device_authorization_endpoint"`
	PushedAuthorizationRequestEndpoint string   `json:"pushed_authorization_request_endpoint"`
	JWKSURI                            string   `json:"jwks_uri"`
	Scopes                             []string `json:"scopes_supported"`
	Claims                             []string `json:"claims_supported"`
	ResponseTypes                      []string `json:"response_types_supported"`
	GrantTypes                         []string `json:"grant_types_supported"`
	SigningAlgorithms                  []string `json:"id_token_signing_alg_values_supported"`
	CodeChallengeMethods               []string `json:"code_challenge_methods_supported"`
	TokenEndpointAuthMethods           []string `json:"token_endpoint_auth_methods_supported"`
}

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
// It requests it once per connection. Behind a proxy it differs from the base URL.
//
// The provider asks for it before any other read or write. So this is the call that waits
// for an instance that is being deployed.
func (c *Conn) Issuer(ctx context.Context) (string, error) {
	p := c.retry
	p.awaitsFirst = true
	return c.fetchIssuer(ctx, p)
}

// IssuerNoWait returns the issuer of the instance's tokens, but does not wait for a
// server that is unavailable.
func (c *Conn) IssuerNoWait(ctx context.Context) (string, error) {
	return c.fetchIssuer(ctx, c.retry.withoutWaiting())
}

func (c *Conn) fetchIssuer(ctx context.Context, p retryPolicy) (string, error) {
	return c.issuer.get(ctx, !p.noWait, func() (string, error) {
		var out struct {
			Issuer string `json:"issuer"`
		}
		r := request{method: http.MethodGet, path: ".well-known/openid-configuration", noAuth: true}
		err := c.do(ctx, p, r, &out)
		if err == nil && !isIssuerURL(out.Issuer) {
			err = r.missingField("issuer")
		}
		return out.Issuer, err
	})
}

func isIssuerURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https") && len(s) <= 1000
}
