package fake

import (
	"maps"
	"net/http"

	"github.com/go-jose/go-jose/v4"
)

// health answers the health check of a load balancer.
func (s *state) health(*http.Request) (int, any, error) { return http.StatusNoContent, nil, nil }

func (s *state) currentVersion(*http.Request) (int, any, error) {
	return http.StatusOK, object{"currentVersion": s.options.Version}, nil
}

// discovery returns the OpenID Connect discovery document. It contains endpoints that
// the fake does not have.
func (s *state) discovery(r *http.Request) (int, any, error) {
	issuer := s.issuer(r)
	v := object{
		"issuer":                                         issuer,
		"authorization_endpoint":                         issuer + "/authorize",
		"token_endpoint":                                 issuer + "/api/oidc/token",
		"userinfo_endpoint":                              issuer + "/api/oidc/userinfo",
		"end_session_endpoint":                           issuer + "/api/oidc/end-session",
		"introspection_endpoint":                         issuer + "/api/oidc/introspect",
		"device_authorization_endpoint":                  issuer + "/api/oidc/device/authorize",
		"jwks_uri":                                       issuer + "/.well-known/jwks.json",
		"grant_types_supported":                          []string{"authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code", "client_credentials"},
		"scopes_supported":                               []string{"openid", "profile", "email", "groups"},
		"claims_supported":                               []string{"sub", "given_name", "family_name", "name", "email", "email_verified", "preferred_username", "picture", "groups"},
		"response_types_supported":                       []string{"code", "id_token"},
		"subject_types_supported":                        []string{"public"},
		"id_token_signing_alg_values_supported":          []string{"RS256"},
		"code_challenge_methods_supported":               []string{"plain", "S256"},
		"authorization_response_iss_parameter_supported": true,
	}
	if s.features.parRequirement {
		maps.Copy(v, object{
			"pushed_authorization_request_endpoint": issuer + "/api/oidc/par",
			"require_pushed_authorization_requests": false,
			"prompt_values_supported":               []string{"none", "login", "consent", "select_account"},
			"token_endpoint_auth_methods_supported": []string{"client_secret_basic", "client_secret_post", "private_key_jwt", "none"},
		})
	}
	if s.features.oauthErrors {
		maps.Copy(v, object{
			"scopes_supported":                            []string{"openid", "profile", "email", "groups", "offline_access"},
			"claims_supported":                            []string{"sub", "given_name", "family_name", "name", "display_name", "email", "email_verified", "preferred_username", "picture", "groups", "auth_time", "amr"},
			"token_endpoint_auth_methods_supported":       []string{"client_secret_basic", "client_secret_post", "none"},
			"request_object_signing_alg_values_supported": []string{"none"},
			"request_parameter_supported":                 true,
			"request_uri_parameter_supported":             false,
		})
	}
	if s.features.clientType {
		v["client_id_metadata_document_supported"] = false
	}
	if s.features.multipleSecrets {
		maps.Copy(v, object{
			"response_types_supported":                      []string{"code"},
			"response_modes_supported":                      []string{"query", "fragment", "form_post"},
			"introspection_endpoint_auth_methods_supported": []string{"client_secret_basic", "Bearer"},
			"service_documentation":                         "https://pocket-id.org/docs",
		})
	}
	return http.StatusOK, v, nil
}

// jwks returns this server's public keys. Not recorded, because the key differs
// between servers.
func (s *state) jwks(*http.Request) (int, any, error) {
	return http.StatusOK, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{s.signingKey().Public()}}, nil
}
