package fake

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
)

const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

// authenticate returns the client that a request proves to come from.
func (s *Server) authenticate(r *http.Request) (client, error) {
	if s.has.oauthErrors {
		return s.authenticateOAuth(r)
	}
	id, secret := r.PostForm.Get("client_id"), r.PostForm.Get("client_secret")
	if headerID, headerSecret, basic := r.BasicAuth(); basic && secret == "" {
		id, secret = cmp.Or(id, headerID), headerSecret
	}
	assertion := ""
	if r.PostForm.Get("client_assertion_type") == assertionType {
		assertion = r.PostForm.Get("client_assertion")
	}
	return s.authenticateOld(r, id, secret, assertion)
}

// authenticateOld is how releases before 2.10 did it, for the token endpoint
// and for introspection alike.
func (s *Server) authenticateOld(r *http.Request, id, secret, assertion string) (client, error) {
	if assertion != "" && !s.has.clientByID {
		claims, _ := unverifiedClaims(assertion)
		id = claims.Subject
		if _, ok := s.clientNow(id); !ok {
			return client{}, s.wrongCredentials("Invalid client assertion")
		}
	}
	if id == "" {
		return client{}, missingCredentials()
	}
	c, ok := s.clientNow(id)
	switch {
	case !ok && s.has.unauthorized:
		return client{}, problem{status: http.StatusNotFound, message: "Client not found"}
	case !ok:
		return client{}, clientNotFound()
	case secret != "" && !c.IsPublic:
		if !s.secretIs(&c, secret) {
			return client{}, s.wrongCredentials("Invalid client secret")
		}
		return c, nil
	case assertion != "":
		if err := s.checkAssertion(r.Context(), s.issuer(r), c, assertion); err != nil {
			return client{}, s.wrongCredentials("Invalid client assertion")
		}
		return c, nil
	}
	return client{}, missingCredentials()
}

func missingCredentials() problem { return refused("Client id or secret not provided") }

func (s *Server) wrongCredentials(message string) problem {
	if s.has.unauthorized {
		return problem{status: http.StatusUnauthorized, message: message}
	}
	return problem{status: http.StatusBadRequest, message: message}
}

// authenticateOAuth is how releases since 2.10 do it.
func (s *Server) authenticateOAuth(r *http.Request) (client, error) {
	form := r.PostForm
	switch kind := form.Get("client_assertion_type"); {
	case kind == assertionType && form.Get("client_assertion") != "":
		c, err := s.clientOfAssertion(r, form.Get("client_assertion"), form.Get("client_id"))
		if errors.Is(err, errNoIdentity) {
			err = invalidRequest("The server configuration does not support OpenID Connect specific authentication methods.")
		}
		return c, err
	case kind == assertionType:
		return client{}, invalidRequest("The client_assertion request parameter must be set when using client_assertion_type of '" + kind + "'.")
	case kind != "":
		return client{}, invalidRequest("Unknown client_assertion_type '" + kind + "'.")
	}
	id, secret, basic := r.BasicAuth()
	if basic {
		id, secret = unescaped(id), unescaped(secret)
	} else {
		id, secret = form.Get("client_id"), form.Get("client_secret")
	}
	if id == "" {
		return client{}, invalidRequest("Client credentials missing or malformed in both HTTP Authorization header and HTTP POST body.")
	}
	c, ok := s.clientNow(id)
	if !ok || !c.IsPublic && !s.secretIs(&c, secret) {
		return client{}, invalidClient("")
	}
	return c, nil
}

// unescaped undoes the encoding that RFC 6749 asks for in a basic header.
func unescaped(s string) string {
	plain, err := url.QueryUnescape(s)
	if err != nil {
		return ""
	}
	return plain
}

// errNoIdentity says that a client trusts no issuer of this name.
var errNoIdentity = errors.New("no federated identity of this issuer")

// clientOfAssertion returns the client that an assertion speaks for. Without an
// id that is the assertion's subject.
func (s *Server) clientOfAssertion(r *http.Request, assertion, id string) (client, error) {
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
	c, ok := s.clientNow(id)
	if !ok {
		return client{}, invalidClient("")
	}
	return c, s.checkAssertion(r.Context(), s.issuer(r), c, assertion)
}

// clientNow returns a client as it is now, so that the lock need not be held
// while the keys of an issuer are fetched. What the client refers to is never
// changed in place, only replaced.
func (s *Server) clientNow(id string) (client, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, ok := s.clients.get(id)
	if !ok {
		return client{}, false
	}
	return *c, true
}

// checkAssertion returns nil if the token of another issuer proves that its
// bearer is the client.
func (s *Server) checkAssertion(ctx context.Context, ownIssuer string, c client, assertion string) error {
	claims, err := unverifiedClaims(assertion)
	if err != nil {
		return invalidClient("Invalid client assertion.")
	}
	trusted, ok := c.identityOf(claims.Issuer)
	if !ok {
		return errNoIdentity
	}
	keys, err := s.keysOf(ctx, trusted)
	if err != nil {
		return invalidClient("Unable to fetch client assertion JWKS.")
	}
	if s.verify(assertion, keys, trusted.expects(c.ID, ownIssuer)) != nil {
		return invalidClient("Invalid client assertion.")
	}
	if trusted.ReplayProtection && s.has.replayProtection {
		return s.useOnce(claims)
	}
	return nil
}
