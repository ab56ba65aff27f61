package fake

import (
	"net/http"
)

// introspect tells a client about a token of its own. For a client with a good
// credential this is the cheapest way to find out that it is good.
func (s *Server) introspect(r *http.Request) (int, any, error) {
	if err := r.ParseForm(); err != nil {
		return 0, nil, invalidRequest("Unable to parse HTTP body, make sure to send a properly formatted form request body.")
	}
	if !s.has.oauthErrors {
		return s.introspectOld(r)
	}
	if len(r.PostForm) == 0 {
		return 0, nil, invalidRequest("The POST body can not be empty.")
	}
	caller, err := s.introspecting(r)
	if err != nil {
		return 0, nil, err
	}
	claims, ok := s.ownToken(r, r.PostForm.Get("token"))
	if !ok || claims.ClientID != caller {
		return http.StatusOK, oauthBody(object{"active": false}), nil
	}
	return http.StatusOK, oauthBody(object{
		"active": true, "client_id": caller, "sub": claims.Subject, "aud": []string(claims.Audience),
		"iat": claims.IssuedAt, "exp": claims.Expiry,
	}), nil
}

// introspecting returns the id of the client that asks. It says so with a basic
// header, with an assertion as a bearer token, or with a token it got here.
func (s *Server) introspecting(r *http.Request) (string, error) {
	token, id := bearer(r), r.PostForm.Get("client_id")
	if token != "" && id != "" {
		if _, err := s.clientOfAssertion(r, token, id); err != nil {
			return "", unauthorized("Check that you provided valid credentials in the right format.")
		}
		return id, nil
	}
	if token != "" && token == r.PostForm.Get("token") {
		return "", unauthorized("Bearer and introspection token are identical.")
	}
	if token != "" {
		claims, ok := s.ownToken(r, token)
		if !ok {
			return "", unauthorized("HTTP Authorization header missing, malformed, or credentials used are invalid.")
		}
		return claims.ClientID, nil
	}
	id, secret, basic := r.BasicAuth()
	if !basic {
		return "", unauthorized("HTTP Authorization header missing.")
	}
	c, ok := s.clientNow(unescaped(id))
	if !ok {
		return "", unauthorized("Unable to find OAuth 2.0 Client from HTTP basic authorization header.")
	}
	if !s.secretIs(&c, unescaped(secret)) {
		return "", unauthorized("OAuth 2.0 Client credentials are invalid.")
	}
	return c.ID, nil
}

func (s *Server) introspectOld(r *http.Request) (int, any, error) {
	if r.PostForm.Get("token") == "" {
		return 0, nil, invalid([]fieldError{{"token", "required", "is required"}})
	}
	id, secret, basic := r.BasicAuth()
	if !basic && bearer(r) != "" {
		id, secret = r.PostForm.Get("client_id"), ""
	}
	c, err := s.authenticateOld(r, id, secret, bearer(r))
	if err != nil {
		return 0, nil, err
	}
	claims, ok := s.ownToken(r, r.PostForm.Get("token"))
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
