package fake

import "net/http"

// introspect returns the claims of a token to the client that it was issued to. It is
// also the simplest way to test the credentials of a client.
//
// Only its errors before 2.10 are recorded.
func (s *state) introspect(r *http.Request) (int, any, error) {
	if err := r.ParseForm(); err != nil {
		return 0, nil, invalidRequest("Unable to parse HTTP body, make sure to send a properly formatted form request body.")
	}
	if !s.features.oauthErrors {
		return s.introspectBefore210(r)
	}
	if len(r.PostForm) == 0 {
		return 0, nil, invalidRequest("The POST body can not be empty.")
	}
	caller, err := s.authenticateIntrospection(r)
	if err != nil {
		return 0, nil, err
	}
	claims, ok := s.verifyIssuedToken(r, r.PostForm.Get("token"))
	if !ok || claims.ClientID != caller {
		return http.StatusOK, oauthBody(object{"active": false}), nil
	}
	return http.StatusOK, oauthBody(object{
		"active": true, "client_id": caller, "sub": claims.Subject, "aud": []string(claims.Audience),
		"iat": claims.IssuedAt, "exp": claims.Expiry,
	}), nil
}

// authenticateIntrospection returns the ID of the calling client, since 2.10. The
// client authenticates with one of:
//   - a bearer token that is an assertion, together with client_id in the form
//   - a bearer token that this server issued to the client
//   - a basic header with its secret
func (s *state) authenticateIntrospection(r *http.Request) (string, error) {
	token, id := bearerToken(r), r.PostForm.Get("client_id")
	if token != "" && id != "" {
		if _, err := s.authenticateAssertion(r, token, id); err != nil {
			return "", requestUnauthorized("Check that you provided valid credentials in the right format.")
		}
		return id, nil
	}
	if token != "" && token == r.PostForm.Get("token") {
		return "", requestUnauthorized("Bearer and introspection token are identical.")
	}
	if token != "" {
		claims, ok := s.verifyIssuedToken(r, token)
		if !ok {
			return "", requestUnauthorized("HTTP Authorization header missing, malformed, or credentials used are invalid.")
		}
		return claims.ClientID, nil
	}
	id, secret, ok := r.BasicAuth()
	if !ok {
		return "", requestUnauthorized("HTTP Authorization header missing.")
	}
	c, found := s.clientSnapshot(formDecode(id))
	if !found {
		return "", requestUnauthorized("Unable to find OAuth 2.0 Client from HTTP basic authorization header.")
	}
	if !s.hasActiveSecret(&c, formDecode(secret)) {
		return "", requestUnauthorized("OAuth 2.0 Client credentials are invalid.")
	}
	return c.ID, nil
}

func (s *state) introspectBefore210(r *http.Request) (int, any, error) {
	if r.PostForm.Get("token") == "" {
		return 0, nil, invalidFields([]fieldError{{"token", "required", "is required"}})
	}
	id, secret, isBasic := r.BasicAuth()
	if !isBasic && bearerToken(r) != "" {
		id, secret = r.PostForm.Get("client_id"), ""
	}
	c, err := s.authenticateBefore210(r, id, secret, bearerToken(r))
	if err != nil {
		return 0, nil, err
	}
	claims, ok := s.verifyIssuedToken(r, r.PostForm.Get("token"))
	switch {
	case !ok:
		return http.StatusOK, object{"active": false}, nil
	case claims.Audience[0] != c.ID:
		return 0, nil, missingCredentials()
	}
	return http.StatusOK, object{
		"active": true, "token_type": "access_token", "sub": claims.Subject, "aud": []string(claims.Audience),
		"iss": claims.Issuer, "iat": claims.IssuedAt, "exp": claims.Expiry, "jti": claims.ID,
	}, nil
}
