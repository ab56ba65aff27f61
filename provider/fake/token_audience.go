package fake

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// audienceAndScopes returns the audience and the scopes of a token. The audience is the
// client, unless the form contains the resource of an API that the client has access
// to. Requests with a resource or a scope are not recorded: read from the server's
// source.
func (s *state) audienceAndScopes(c client, form url.Values) (audience string, scopes []string, err error) {
	resource, requested := form.Get("resource"), strings.Fields(form.Get("scope"))
	if !s.features.oauthErrors {
		if resource != "" {
			return resource, []string{}, nil // not checked before 2.10
		}
		return c.ID, []string{}, nil
	}
	audience, allowed := c.ID, []string{}
	if resource != "" {
		audience, allowed, err = s.grantedScopes(c, resource)
		if err != nil {
			return "", nil, err
		}
	}
	for _, scope := range requested {
		if !slices.Contains(allowed, scope) && !slices.Contains(userScopes(), scope) {
			return "", nil, invalidScope("The scope '" + scope + "' is not available for the requested resource.")
		}
	}
	if len(requested) == 0 {
		return audience, allowed, nil
	}
	// The token does not represent a user, so the scopes for data of users are removed.
	granted := slices.DeleteFunc(slices.Compact(requested), func(scope string) bool { return slices.Contains(userScopes(), scope) })
	return audience, granted, nil
}

// userScopes returns the scopes for data of the signed-in user.
func userScopes() []string {
	return []string{"openid", "profile", "email", "groups", "offline_access"}
}

// grantedScopes returns the audience of an API, and the scopes that the client has been
// granted there.
func (s *state) grantedScopes(c client, resource string) (audience string, scopes []string, err error) {
	if s.features.trimsResourceSlash {
		resource = strings.TrimRight(resource, "/")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	a, ok := s.apis.find(func(a *resourceServer) bool { return a.resource == resource })
	if !ok {
		return "", nil, oauthError(http.StatusBadRequest, "invalid_target", "The requested resource '"+resource+"' is invalid, missing, unknown, or malformed.", "")
	}
	g := c.grants[a.id]
	for _, p := range a.permissions {
		if slices.Contains(g.ClientPermissionIDs, p.id) {
			scopes = append(scopes, p.Key)
		}
	}
	if !g.ClientAccess {
		return "", nil, oauthError(http.StatusForbidden, "access_denied", "The resource owner or authorization server denied the request.",
			"The OAuth 2.0 Client is not allowed to access resource '"+resource+"'.")
	}
	return a.resource, scopes, nil
}

func invalidScope(hint string) apiError {
	return oauthError(http.StatusBadRequest, "invalid_scope", "The requested scope is invalid, unknown, or malformed.", hint)
}
