package fake

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
)

// jwtBearer is the client_assertion_type of RFC 7523.
const jwtBearer = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

// authenticate returns the client that the credentials of a token request belong to.
func (s *state) authenticate(r *http.Request) (client, error) {
	if s.features.oauthErrors {
		return s.authenticateOAuth(r)
	}
	id, secret := r.PostForm.Get("client_id"), r.PostForm.Get("client_secret")
	if headerID, headerSecret, ok := r.BasicAuth(); ok && secret == "" {
		id, secret = cmp.Or(id, headerID), headerSecret
	}
	assertion := ""
	if r.PostForm.Get("client_assertion_type") == jwtBearer {
		assertion = r.PostForm.Get("client_assertion")
	}
	return s.authenticateBefore210(r, id, secret, assertion)
}

// authenticateBefore210 authenticates a client in versions before 2.10, at the token
// endpoint and at the introspection endpoint. Assertions and the basic header are
// not recorded.
func (s *state) authenticateBefore210(r *http.Request, id, secret, assertion string) (client, error) {
	if assertion != "" && !s.features.clientIDFromForm {
		claims, _ := unverifiedClaims(assertion)
		id = claims.Subject
		if _, ok := s.clientSnapshot(id); !ok {
			return client{}, s.wrongCredentials("Invalid client assertion")
		}
	}
	if id == "" {
		return client{}, missingCredentials()
	}
	c, ok := s.clientSnapshot(id)
	switch {
	case !ok && s.features.unauthorizedStatus:
		return client{}, apiError{status: http.StatusNotFound, message: "Client not found"}
	case !ok:
		return client{}, clientNotFound()
	case secret != "" && !c.IsPublic:
		if !s.hasActiveSecret(&c, secret) {
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

// missingCredentials is the error for a request without credentials before 2.10.
func missingCredentials() apiError { return validationFailed("Client id or secret not provided") }

// wrongCredentials is the error for a wrong secret or assertion before 2.10.
func (s *state) wrongCredentials(message string) apiError {
	if s.features.unauthorizedStatus {
		return apiError{status: http.StatusUnauthorized, message: message}
	}
	return apiError{status: http.StatusBadRequest, message: message}
}

// authenticateOAuth authenticates a client at the token endpoint since 2.10. Only
// secrets in the form are recorded. The contract suite compares assertions with a
// real server.
func (s *state) authenticateOAuth(r *http.Request) (client, error) {
	form := r.PostForm
	switch assertionType := form.Get("client_assertion_type"); {
	case assertionType == jwtBearer && form.Get("client_assertion") != "":
		c, err := s.authenticateAssertion(r, form.Get("client_assertion"), form.Get("client_id"))
		if errors.Is(err, errUnknownIssuer) {
			err = invalidRequest("The server configuration does not support OpenID Connect specific authentication methods.")
		}
		return c, err
	case assertionType == jwtBearer:
		return client{}, invalidRequest("The client_assertion request parameter must be set when using client_assertion_type of '" + assertionType + "'.")
	case assertionType != "":
		return client{}, invalidRequest("Unknown client_assertion_type '" + assertionType + "'.")
	}
	id, secret, ok := r.BasicAuth()
	if ok {
		id, secret = formDecode(id), formDecode(secret)
	} else {
		id, secret = form.Get("client_id"), form.Get("client_secret")
	}
	if id == "" {
		return client{}, invalidRequest("Client credentials missing or malformed in both HTTP Authorization header and HTTP POST body.")
	}
	c, found := s.clientSnapshot(id)
	if !found || !c.IsPublic && !s.hasActiveSecret(&c, secret) {
		return client{}, invalidClient("")
	}
	return c, nil
}

// formDecode decodes a client ID or secret of a basic header. RFC 6749, section
// 2.3.1, requires form encoding there.
func formDecode(s string) string {
	decoded, err := url.QueryUnescape(s)
	if err != nil {
		return ""
	}
	return decoded
}
