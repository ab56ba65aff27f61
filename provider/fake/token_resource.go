package fake

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// audienceOf decides whom a token is for, and with which scopes. It is for the
// client itself unless the form names an API that the client may use by itself.
// These answers were read from the server's source, and are in no recording.
func (s *Server) audienceOf(c client, form url.Values) (audience string, scopes []string, err error) {
	resource, asked := form.Get("resource"), strings.Fields(form.Get("scope"))
	if !s.has.oauthErrors {
		if resource != "" {
			return resource, []string{}, nil // older releases ask nobody
		}
		return c.ID, []string{}, nil
	}
	audience, allowed := c.ID, []string{}
	if resource != "" {
		audience, allowed, err = s.allowedFor(c, resource)
		if err != nil {
			return "", nil, err
		}
	}
	for _, scope := range asked {
		if !slices.Contains(allowed, scope) && !slices.Contains(scopesOfPeople(), scope) {
			return "", nil, invalidScope("The scope '" + scope + "' is not available for the requested resource.")
		}
	}
	if len(asked) == 0 {
		return audience, allowed, nil
	}
	// Nobody is behind the token, so it gets no scope that tells of somebody.
	granted := slices.DeleteFunc(slices.Compact(asked), func(scope string) bool { return slices.Contains(scopesOfPeople(), scope) })
	return audience, granted, nil
}

func scopesOfPeople() []string {
	return []string{"openid", "profile", "email", "groups", "offline_access"}
}

// allowedFor returns an API as tokens name it, and the scopes that a client has there.
func (s *Server) allowedFor(c client, resource string) (audience string, scopes []string, err error) {
	if s.has.trimsResources {
		resource = strings.TrimRight(resource, "/")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	a, ok := s.apis.find(func(a *resourceServer) bool { return a.resource == resource })
	if !ok {
		return "", nil, oauthProblem(http.StatusBadRequest, "invalid_target", "The requested resource '"+resource+"' is invalid, missing, unknown, or malformed.", "")
	}
	g := c.grants[a.id]
	for _, p := range a.permissions {
		if slices.Contains(g.ClientPermissionIDs, p.id) {
			scopes = append(scopes, p.Key)
		}
	}
	if !g.ClientAccess {
		return "", nil, oauthProblem(http.StatusForbidden, "access_denied", "The resource owner or authorization server denied the request.",
			"The OAuth 2.0 Client is not allowed to access resource '"+resource+"'.")
	}
	return a.resource, scopes, nil
}

func invalidScope(hint string) problem {
	return oauthProblem(http.StatusBadRequest, "invalid_scope", "The requested scope is invalid, unknown, or malformed.", hint)
}
