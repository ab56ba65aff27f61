package api

import (
	"context"
	"net/http"
)

// OpenIDConfiguration is what an instance tells everybody about itself. What a
// version does not tell is empty.
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

// OpenIDConfiguration reads it; no key is needed, and none is sent.
func (c *Conn) OpenIDConfiguration(ctx context.Context) (out OpenIDConfiguration, err error) {
	r := request{method: http.MethodGet, path: ".well-known/openid-configuration", public: true}
	err = c.ask(ctx, c.retry, r, &out)
	switch {
	case err != nil:
	case out.Issuer == "":
		err = r.lacks("issuer")
	case out.TokenEndpoint == "":
		err = r.lacks("token_endpoint")
	}
	return out, err
}
