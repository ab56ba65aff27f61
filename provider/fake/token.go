package fake

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// token is the token endpoint. It issues tokens for the client_credentials grant.
// Nobody can sign in to the fake, so the other grants fail as they do on a server for
// an expired code or token.
func (s *state) token(r *http.Request) (int, any, error) {
	if err := r.ParseForm(); err != nil {
		return 0, nil, invalidRequest("Unable to parse HTTP body, make sure to send a properly formatted form request body.")
	}
	if s.features.oauthErrors && len(r.PostForm) == 0 {
		return 0, nil, invalidRequest("The POST body can not be empty.")
	}
	grant := r.PostForm.Get("grant_type")
	if grant == "" {
		return 0, nil, s.missingGrantType()
	}
	if err := s.checkGrantBefore210(r); err != nil {
		return 0, nil, err
	}
	c, err := s.authenticate(r)
	if err != nil {
		return 0, nil, err
	}
	if grant != "client_credentials" {
		return 0, nil, s.userGrantError(grant)
	}
	if c.IsPublic && s.features.oauthErrors {
		return 0, nil, invalidGrant("The OAuth 2.0 Client is marked as public and is thus not allowed to use authorization grant 'client_credentials'.")
	}
	return s.issueToken(r, c)
}

func (s *state) missingGrantType() error {
	if s.features.oauthErrors {
		return invalidRequest("Request parameter 'grant_type' is missing")
	}
	return invalidFields([]fieldError{{"grantType", "required", "is required"}})
}

// checkGrantBefore210 returns the errors that versions before 2.10 report before they
// authenticate the client. Only the unsupported grant type is recorded.
func (s *state) checkGrantBefore210(r *http.Request) error {
	if s.features.oauthErrors {
		return nil
	}
	switch grant := r.PostForm.Get("grant_type"); {
	case !slices.Contains(grantTypes(), grant):
		return validationFailed("Grant type not supported")
	case grant == "authorization_code" && r.PostForm.Get("code") == "":
		return validationFailed("Authorization code is required")
	case grant == "refresh_token" && r.PostForm.Get("refresh_token") == "":
		return validationFailed("Refresh token is required")
	case grant == "refresh_token":
		return validationFailed("Refresh token is invalid or expired")
	}
	return nil
}

// userGrantError returns the error for a grant that requires a signed-in user. Of
// these errors, the contract suite compares authorization_code with a real server.
// The others are not recorded.
func (s *state) userGrantError(grant string) error {
	switch {
	case !s.features.oauthErrors && grant == "authorization_code":
		return validationFailed("Invalid authorization code")
	case !s.features.oauthErrors:
		return validationFailed("Invalid device code")
	case slices.Contains(grantTypes(), grant):
		return invalidGrant("")
	default:
		return invalidRequest("Make sure that the various parameters are correct, be aware of case sensitivity and trim " +
			"your parameters. Make sure that the client you are using has exactly whitelisted the redirect_uri you specified.")
	}
}

func grantTypes() []string {
	return []string{"authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code", "client_credentials"}
}

// issueToken issues an access token. Its response before 2.10 is not recorded.
func (s *state) issueToken(r *http.Request, c client) (int, any, error) {
	lifetime := time.Duration(c.AccessTokenDurationMinutes) * time.Minute
	now := s.now()
	audience, scopes, err := s.audienceAndScopes(c, r.PostForm)
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
	if !s.features.oauthErrors {
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
		"expires_in": int(lifetime.Seconds()) - 1, // the server rounds the remaining time down to whole seconds
	}), err
}

func (s *state) sign(claims object, tokenType string) (string, error) {
	options := (&jose.SignerOptions{}).WithType(jose.ContentType(tokenType))
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: *s.signingKey()}, options)
	if err != nil {
		return "", err
	}
	return jwt.Signed(signer).Claims(claims).Serialize()
}

// issuedClaims are the claims of a token that this server issued.
type issuedClaims struct {
	jwt.Claims
	ClientID string `json:"client_id"` // since 2.10; before, only the audience names the client
}

// verifyIssuedToken returns the claims of a token, if this server issued it and it has
// not expired.
func (s *state) verifyIssuedToken(r *http.Request, token string) (issuedClaims, bool) {
	var claims issuedClaims
	parsed, err := jwt.ParseSigned(token, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil || parsed.Claims(s.signingKey().Public().Key, &claims) != nil {
		return claims, false
	}
	err = claims.Validate(jwt.Expected{Issuer: s.issuer(r), Time: s.now()})
	return claims, err == nil && len(claims.Audience) == 1
}

// bearerToken returns the token of an Authorization header.
func bearerToken(r *http.Request) string {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return token
}
