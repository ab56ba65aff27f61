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

// errUnknownIssuer means that a client has no federated identity for the issuer.
var errUnknownIssuer = errors.New("the client has no federated identity for this issuer")

// authenticateAssertion returns the client with the ID, if the assertion is valid for
// it. If the ID is empty, the subject of the assertion is the ID.
func (s *state) authenticateAssertion(r *http.Request, assertion, id string) (client, error) {
	claims, err := unverifiedClaims(assertion)
	switch {
	case err != nil:
		return client{}, invalidClient("Invalid client assertion.")
	case claims.Issuer == "":
		return client{}, invalidClient("Client assertion is missing issuer.")
	}
	if id == "" {
		id = claims.Subject
	}
	if id == "" {
		return client{}, invalidClient("Client assertion is missing subject.")
	}
	c, ok := s.clientSnapshot(id)
	if !ok {
		return client{}, invalidClient("")
	}
	return c, s.checkAssertion(r.Context(), s.issuer(r), c, assertion)
}

// checkAssertion checks that the assertion is a valid token of an issuer that the
// client trusts. ownIssuer is the default audience.
func (s *state) checkAssertion(ctx context.Context, ownIssuer string, c client, assertion string) error {
	claims, err := unverifiedClaims(assertion)
	if err != nil {
		return invalidClient("Invalid client assertion.")
	}
	identity, ok := c.identityFor(claims.Issuer)
	if !ok {
		return errUnknownIssuer
	}
	keys, err := s.issuerKeys(ctx, identity)
	if err != nil {
		return invalidClient("Unable to fetch client assertion JWKS.")
	}
	if s.verify(assertion, keys, identity.expectedClaims(c.ID, ownIssuer)) != nil {
		return invalidClient("Invalid client assertion.")
	}
	if identity.ReplayProtection && s.features.replayProtection {
		return s.rejectReplay(claims)
	}
	return nil
}

// clockSkew returns the tolerated difference between the clocks of an issuer and of
// the server.
func (s *state) clockSkew() time.Duration {
	if s.features.shortClockSkew {
		return 30 * time.Second
	}
	return time.Minute
}

// assertionAlgorithms returns only asymmetric algorithms. With a symmetric one, an
// attacker could use the public key as the shared secret.
func assertionAlgorithms() []jose.SignatureAlgorithm {
	return []jose.SignatureAlgorithm{
		jose.RS256, jose.RS384, jose.RS512, jose.PS256, jose.PS384, jose.PS512,
		jose.ES256, jose.ES384, jose.ES512, jose.EdDSA,
	}
}

// unverifiedClaims returns the claims of a token without verifying it. The issuer in
// the claims selects the keys to verify it with.
func unverifiedClaims(token string) (jwt.Claims, error) {
	var claims jwt.Claims
	parsed, err := jwt.ParseSigned(token, assertionAlgorithms())
	if err != nil {
		return claims, err
	}
	return claims, parsed.UnsafeClaimsWithoutVerification(&claims)
}

// keysURL returns the URL of the issuer's keys. The server does not read the issuer's
// discovery document.
func (i identity) keysURL() string {
	if i.JWKS != "" {
		return i.JWKS
	}
	return strings.TrimRight(i.Issuer, "/") + "/.well-known/jwks.json"
}

// expectedClaims returns the claims that a token of this identity must have.
func (i identity) expectedClaims(clientID, ownIssuer string) jwt.Expected {
	subject, audience := i.Subject, i.Audience
	if subject == "" {
		subject = clientID
	}
	if audience == "" {
		audience = ownIssuer
	}
	return jwt.Expected{Issuer: i.Issuer, Subject: subject, AnyAudience: jwt.Audience{audience}}
}

// issuerKeys returns the public keys of the identity's issuer.
func (s *state) issuerKeys(ctx context.Context, i identity) (jose.JSONWebKeySet, error) {
	inline, err := i.publicKeys()
	if !s.features.inlinePublicKeys || len(inline) == 0 || err != nil {
		return s.fetchKeys(ctx, i.keysURL())
	}
	var keys jose.JSONWebKeySet
	raw, err := json.Marshal(object{"keys": inline})
	if err != nil {
		return keys, err
	}
	return keys, json.Unmarshal(raw, &keys)
}

// fetchKeys fetches a key set. As on the server, the status and the content type of
// the response do not matter.
func (s *state) fetchKeys(ctx context.Context, url string) (jose.JSONWebKeySet, error) {
	var keys jose.JSONWebKeySet
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return keys, err
	}
	response, err := s.options.HTTPClient.Do(request)
	if err != nil {
		return keys, err
	}
	defer response.Body.Close()
	if err := json.NewDecoder(io.LimitReader(response.Body, 1<<20)).Decode(&keys); err != nil {
		return keys, err
	}
	if len(keys.Keys) == 0 {
		return keys, errors.New("the key set is empty")
	}
	return keys, nil
}

// verify checks the signature and the claims of a token.
func (s *state) verify(token string, keys jose.JSONWebKeySet, expected jwt.Expected) error {
	parsed, err := jwt.ParseSigned(token, assertionAlgorithms())
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
	if claims.Expiry == nil && s.features.oauthErrors {
		return errors.New("the token has no expiry")
	}
	expected.Time = s.now()
	return claims.ValidateWithLeeway(expected, s.clockSkew())
}

// keyFor returns the key with the key ID of a token. A token without a key ID can
// only be verified if there is a single key.
func keyFor(header jose.Header, keys jose.JSONWebKeySet) (jose.JSONWebKey, error) {
	candidates := keys.Key(header.KeyID)
	if header.KeyID == "" {
		candidates = keys.Keys
	}
	if len(candidates) == 0 || header.KeyID == "" && len(candidates) > 1 {
		return jose.JSONWebKey{}, errors.New("no key, or more than one, matches the token")
	}
	key := candidates[0].Public()
	if !key.Valid() || key.Use != "" && key.Use != "sig" {
		return key, errors.New("the key is not a signing key")
	}
	if key.Algorithm != "" && key.Algorithm != header.Algorithm {
		return key, errors.New("the key is for another algorithm")
	}
	return key, nil
}

// rejectReplay reports an assertion whose jti was used before, and stores the jti
// until the assertion expires. All clients and issuers share one list.
func (s *state) rejectReplay(claims jwt.Claims) error {
	if claims.ID == "" {
		return invalidClient("Client assertion is missing jti claim, which is required for replay protection.")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if expiry, used := s.usedJTIs[claims.ID]; used && s.now().Before(expiry) {
		return invalidClient("Client assertion has already been used.")
	}
	s.usedJTIs[claims.ID] = claims.Expiry.Time()
	return nil
}
