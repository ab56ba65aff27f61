package fake

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// token is the token endpoint. Clients get tokens here for themselves; grants
// that need a person who logged in are refused as stale ones are.
func (s *Server) token(r *http.Request) (int, any, error) {
	if err := r.ParseForm(); err != nil {
		return 0, nil, invalidRequest("Unable to parse HTTP body, make sure to send a properly formatted form request body.")
	}
	if s.has.oauthErrors && len(r.PostForm) == 0 {
		return 0, nil, invalidRequest("The POST body can not be empty.")
	}
	grant := r.PostForm.Get("grant_type")
	if grant == "" {
		return 0, nil, s.missingGrantType()
	}
	if err := s.checkGrant(r); err != nil {
		return 0, nil, err
	}
	c, err := s.authenticate(r)
	if err != nil {
		return 0, nil, err
	}
	if grant != "client_credentials" {
		return 0, nil, s.staleGrant(grant)
	}
	if c.IsPublic && s.has.oauthErrors {
		return 0, nil, invalidGrant("The OAuth 2.0 Client is marked as public and is thus not allowed to use authorization grant 'client_credentials'.")
	}
	return s.grantToken(r, c)
}

func (s *Server) missingGrantType() error {
	if s.has.oauthErrors {
		return invalidRequest("Request parameter 'grant_type' is missing")
	}
	return invalid([]fieldError{{"grantType", "required", "is required"}})
}

// checkGrant is what older releases look at before they ask who calls.
func (s *Server) checkGrant(r *http.Request) error {
	if s.has.oauthErrors {
		return nil
	}
	switch grant := r.PostForm.Get("grant_type"); {
	case !slices.Contains(grants(), grant):
		return refused("Grant type not supported")
	case grant == "authorization_code" && r.PostForm.Get("code") == "":
		return refused("Authorization code is required")
	case grant == "refresh_token" && r.PostForm.Get("refresh_token") == "":
		return refused("Refresh token is required")
	case grant == "refresh_token":
		return refused("Refresh token is invalid or expired")
	}
	return nil
}

func (s *Server) staleGrant(grant string) error {
	switch {
	case !s.has.oauthErrors && grant == "authorization_code":
		return refused("Invalid authorization code")
	case !s.has.oauthErrors:
		return refused("Invalid device code")
	case slices.Contains(grants(), grant):
		return invalidGrant("")
	default:
		return invalidRequest("Make sure that the various parameters are correct, be aware of case sensitivity and trim " +
			"your parameters. Make sure that the client you are using has exactly whitelisted the redirect_uri you specified.")
	}
}

func grants() []string {
	return []string{"authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code", "client_credentials"}
}

func (s *Server) grantToken(r *http.Request, c client) (int, any, error) {
	lifetime := time.Duration(c.AccessTokenDurationMinutes) * time.Minute
	now := s.now()
	audience, scopes, err := s.audienceOf(c, r.PostForm)
	if err != nil {
		return 0, nil, err
	}
	claims := object{
		"iss": s.issuer(r),
		"sub": "client-" + c.ID,
		"aud": []string{audience},
		"iat": now.Unix(),
		"exp": now.Add(lifetime).Unix(),
		"jti": newID(),
	}
	if !s.has.oauthErrors {
		claims["type"] = "oauth-access-token"
		signed, err := s.sign(claims, "JWT")
		return http.StatusOK, object{
			"access_token": signed, "token_type": "Bearer", "expires_in": int(lifetime.Seconds()),
		}, err
	}
	scope := strings.Join(scopes, " ")
	claims["client_id"], claims["scope"], claims["scp"] = c.ID, scope, append([]string{}, scopes...)
	signed, err := s.sign(claims, "at+jwt")
	return http.StatusOK, oauthBody(object{
		"access_token": signed, "token_type": "bearer", "scope": scope,
		"expires_in": int(lifetime.Seconds()) - 1, // whole seconds that are left, and some of the first is gone
	}), err
}

func (s *Server) sign(claims object, kind string) (string, error) {
	options := (&jose.SignerOptions{}).WithType(jose.ContentType(kind))
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: *s.key()}, options)
	if err != nil {
		return "", err
	}
	return jwt.Signed(signer).Claims(claims).Serialize()
}

// ownClaims are those of a token that this server issued.
type ownClaims struct {
	jwt.Claims
	ClientID string `json:"client_id"` // newer releases only; older ones have the client as audience
}

// ownToken returns the claims of a token that this server issued and that is not over.
func (s *Server) ownToken(r *http.Request, token string) (ownClaims, bool) {
	var claims ownClaims
	parsed, err := jwt.ParseSigned(token, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil || parsed.Claims(s.key().Public().Key, &claims) != nil {
		return claims, false
	}
	err = claims.Validate(jwt.Expected{Issuer: s.issuer(r), Time: s.now()})
	return claims, err == nil && len(claims.Audience) == 1
}

// bearer returns the token of an Authorization header.
func bearer(r *http.Request) string {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return token
}
