package fake

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// clockSkew is by how much the clocks of an issuer and of the server may differ.
func (s *Server) clockSkew() time.Duration {
	if s.has.closerClocks {
		return 30 * time.Second
	}
	return time.Minute
}

// algorithms are those of asymmetric keys. With any other one, a public key
// could pass for a shared secret.
func algorithms() []jose.SignatureAlgorithm {
	return []jose.SignatureAlgorithm{
		jose.RS256, jose.RS384, jose.RS512, jose.PS256, jose.PS384, jose.PS512,
		jose.ES256, jose.ES384, jose.ES512, jose.EdDSA,
	}
}

// unverifiedClaims reads a token without believing it, to learn its issuer.
func unverifiedClaims(token string) (jwt.Claims, error) {
	var claims jwt.Claims
	parsed, err := jwt.ParseSigned(token, algorithms())
	if err != nil {
		return claims, err
	}
	return claims, parsed.UnsafeClaimsWithoutVerification(&claims)
}

// keysURL is where the keys of an issuer are: there is no discovery.
func (i identity) keysURL() string {
	if i.JWKS != "" {
		return i.JWKS
	}
	return strings.TrimRight(i.Issuer, "/") + "/.well-known/jwks.json"
}

// expects is what a token must say of itself.
func (i identity) expects(clientID, ownIssuer string) jwt.Expected {
	subject, audience := i.Subject, i.Audience
	if subject == "" {
		subject = clientID
	}
	if audience == "" {
		audience = ownIssuer
	}
	return jwt.Expected{Issuer: i.Issuer, Subject: subject, AnyAudience: jwt.Audience{audience}}
}

// keysOf returns the keys that an issuer signs with.
func (s *Server) keysOf(ctx context.Context, i identity) (jose.JSONWebKeySet, error) {
	if !s.has.publicKeys || len(i.PublicKeys) == 0 {
		return s.fetchKeys(ctx, i.keysURL())
	}
	var keys jose.JSONWebKeySet
	raw, err := json.Marshal(object{"keys": i.PublicKeys})
	if err != nil {
		return keys, err
	}
	return keys, json.Unmarshal(raw, &keys)
}

// fetchKeys gets a set of keys. Whatever answers with one will do: the server
// looks neither at the status nor at the content type.
func (s *Server) fetchKeys(ctx context.Context, url string) (jose.JSONWebKeySet, error) {
	var keys jose.JSONWebKeySet
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return keys, err
	}
	response, err := s.options.HTTP.Do(request)
	if err != nil {
		return keys, err
	}
	defer response.Body.Close()
	if err := json.NewDecoder(io.LimitReader(response.Body, 1<<20)).Decode(&keys); err != nil {
		return keys, err
	}
	if len(keys.Keys) == 0 {
		return keys, errors.New("no keys")
	}
	return keys, nil
}

// verify checks the signature of a token and what it says.
func (s *Server) verify(token string, keys jose.JSONWebKeySet, expected jwt.Expected) error {
	parsed, err := jwt.ParseSigned(token, algorithms())
	if err != nil {
		return err
	}
	key, err := keyFor(parsed.Headers[0], keys)
	if err != nil {
		return err
	}
	var claims jwt.Claims
	if err := parsed.Claims(key.Key, &claims); err != nil {
		return err
	}
	if claims.Expiry == nil && s.has.oauthErrors {
		return errors.New("the token has no end")
	}
	expected.Time = s.now()
	return claims.ValidateWithLeeway(expected, s.clockSkew())
}

// keyFor returns the key that a token names. A token that names none can only
// be checked if there is no choice.
func keyFor(header jose.Header, keys jose.JSONWebKeySet) (jose.JSONWebKey, error) {
	candidates := keys.Key(header.KeyID)
	if header.KeyID == "" {
		candidates = keys.Keys
	}
	if len(candidates) == 0 || header.KeyID == "" && len(candidates) > 1 {
		return jose.JSONWebKey{}, errors.New("it is not clear which key the token was signed with")
	}
	key := candidates[0].Public()
	if !key.Valid() || key.Use != "" && key.Use != "sig" {
		return key, errors.New("the key is not for signatures")
	}
	if key.Algorithm != "" && key.Algorithm != header.Algorithm {
		return key, errors.New("the key is for another algorithm")
	}
	return key, nil
}

// useOnce remembers a token's id until the token is over. One list serves all
// clients and issuers.
func (s *Server) useOnce(claims jwt.Claims) error {
	if claims.ID == "" {
		return invalidClient("Client assertion is missing jti claim, which is required for replay protection.")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if until, used := s.usedJTIs[claims.ID]; used && s.now().Before(until) {
		return invalidClient("Client assertion has already been used.")
	}
	s.usedJTIs[claims.ID] = claims.Expiry.Time()
	return nil
}
