package fake

import (
	"net/http"
	"net/url"
	"strings"
)

// handler answers with a status and a body, or with a problem.
type handler func(r *http.Request) (status int, body any, err error)

// access says who may use a route.
type access int

const (
	admin   access = iota // whoever has the API key
	anyone                // no key is asked for
	browser               // a person who logged in; nobody does, so it needs no handler
)

type route struct {
	method, path string
	access       access
	do           handler
	locksItself  bool // does not hold the server's lock all the time
}

// routeTable lists what the played release serves. The first match wins.
func (s *Server) routeTable() []route {
	routes := []route{
		{method: "GET", path: "/healthz", access: anyone, do: s.health},
		{method: "GET", path: "/api/version/current", do: s.currentVersion},

		{method: "GET", path: "/.well-known/openid-configuration", access: anyone, do: s.discovery},
		{method: "GET", path: "/.well-known/jwks.json", access: anyone, do: s.ownKeys},
		{method: "POST", path: "/api/oidc/token", access: anyone, do: s.token, locksItself: true},
		{method: "POST", path: "/api/oidc/introspect", access: anyone, do: s.introspect, locksItself: true},

		{method: "GET", path: "/api/oidc/clients", do: s.listClients},
		{method: "POST", path: "/api/oidc/clients", do: s.createClient},
		{method: "GET", path: "/api/oidc/clients/{id}", do: s.getClient},
		{method: "PUT", path: "/api/oidc/clients/{id}", do: s.updateClient},
		{method: "DELETE", path: "/api/oidc/clients/{id}", do: s.deleteClient},
		{method: "GET", path: "/api/oidc/clients/{id}/meta", access: anyone, do: s.clientMeta},
		{method: "PUT", path: "/api/oidc/clients/{id}/allowed-user-groups", do: s.setAllowedGroups},

		{method: "GET", path: "/api/user-groups", do: s.listGroups},
		{method: "POST", path: "/api/user-groups", do: s.createGroup},
		{method: "GET", path: "/api/user-groups/{id}", do: s.getGroup},
		{method: "PUT", path: "/api/user-groups/{id}", do: s.updateGroup},
		{method: "DELETE", path: "/api/user-groups/{id}", do: s.deleteGroup},
		{method: "PUT", path: "/api/user-groups/{id}/users", do: s.setGroupUsers},
		{method: "PUT", path: "/api/user-groups/{id}/allowed-oidc-clients", do: s.setGroupClients},

		{method: "PUT", path: "/api/custom-claims/user-group/{id}", do: s.setGroupClaims},
		{method: "PUT", path: "/api/custom-claims/user/{id}", do: s.setUserClaims},
		{method: "GET", path: "/api/custom-claims/suggestions", do: s.claimSuggestions},

		{method: "GET", path: "/api/users", do: s.listUsers},
		{method: "POST", path: "/api/users", do: s.createUser},
		{method: "GET", path: "/api/users/me", do: s.keyOwner},
		{method: "GET", path: "/api/users/{id}", do: s.getUser},
		{method: "PUT", path: "/api/users/{id}", do: s.updateUser},
		{method: "DELETE", path: "/api/users/{id}", do: s.deleteUser},
		{method: "GET", path: "/api/users/{id}/groups", do: s.userGroups},
		{method: "PUT", path: "/api/users/{id}/user-groups", do: s.setUserGroups},
		{method: "GET", path: "/api/users/{id}/profile-picture.png", access: anyone, do: s.getProfilePicture},
		{method: "PUT", path: "/api/users/{id}/profile-picture", do: s.setProfilePicture},
		{method: "DELETE", path: "/api/users/{id}/profile-picture", do: s.deleteProfilePicture},
		{method: "POST", path: "/api/users/{id}/one-time-access-token", do: s.createOneTimeAccess},

		{method: "GET", path: "/api/oidc/clients/{id}/logo", access: anyone, do: s.getLogo},
		{method: "POST", path: "/api/oidc/clients/{id}/logo", do: s.setLogo},
		{method: "DELETE", path: "/api/oidc/clients/{id}/logo", do: s.deleteLogo},

		{method: "GET", path: "/api/oidc/clients/{id}/scim-service-provider", do: s.clientSCIM},
		{method: "POST", path: "/api/scim/service-provider", do: s.createSCIM},
		{method: "PUT", path: "/api/scim/service-provider/{id}", do: s.updateSCIM},
		{method: "DELETE", path: "/api/scim/service-provider/{id}", do: s.deleteSCIM},
		{method: "POST", path: "/api/scim/service-provider/{id}/sync", do: s.syncSCIM},

		{method: "GET", path: "/api/signup-tokens", do: s.listSignupTokens},
		{method: "POST", path: "/api/signup-tokens", do: s.createSignupToken},
		{method: "DELETE", path: "/api/signup-tokens/{id}", do: s.deleteSignupToken},
		{method: "POST", path: "/api/signup", access: anyone, do: s.signUp},

		{method: "GET", path: "/api/application-configuration", access: anyone, do: s.publicConfiguration},
		{method: "GET", path: "/api/application-configuration/all", do: s.wholeConfiguration},
		{method: "PUT", path: "/api/application-configuration", do: s.setConfiguration},
		{method: "POST", path: "/api/application-configuration/sync-ldap", do: s.syncLDAP},

		{method: "GET", path: "/api/api-keys", do: s.listAPIKeys},
		{method: "POST", path: "/api/api-keys", access: browser},
		{method: "POST", path: "/api/api-keys/{id}/renew", access: browser},
		{method: "DELETE", path: "/api/api-keys/{id}", do: s.deleteAPIKey},
	}
	routes = append(routes, s.imageRoutes()...)
	if s.has.passkeyAdmin {
		routes = append(routes, route{method: "GET", path: "/api/users/{id}/webauthn-credentials", do: s.passkeys})
	}
	if s.has.resourceServers {
		routes = append(routes, s.apiRoutes()...)
	}
	if s.has.manySecrets {
		routes = append(routes,
			route{method: "GET", path: "/api/oidc/clients/{id}/secrets", do: s.listSecrets},
			route{method: "POST", path: "/api/oidc/clients/{id}/secrets", do: s.addSecret},
			route{method: "DELETE", path: "/api/oidc/clients/{id}/secrets/{secretId}", do: s.deleteSecret})
	} else {
		routes = append(routes,
			route{method: "POST", path: "/api/oidc/clients/{id}/secret", do: s.replaceSecret})
	}
	return routes
}

func (s *Server) imageRoutes() []route {
	var routes []route
	deletable := map[string]bool{
		"logo": s.has.logoDeletion, "background": s.has.backgroundDeletion, "default-profile-picture": true,
	}
	for _, name := range []string{"logo", "email", "background", "favicon", "default-profile-picture"} {
		path, reader := "/api/application-images/"+name, anyone
		if name == "default-profile-picture" {
			reader = admin
		}
		routes = append(routes,
			route{method: "GET", path: path, access: reader, do: s.getApplicationImage},
			route{method: "PUT", path: path, do: s.setApplicationImage})
		if deletable[name] {
			routes = append(routes, route{method: "DELETE", path: path, do: s.deleteApplicationImage})
		}
	}
	return routes
}

func (s *Server) apiRoutes() []route {
	routes := []route{
		{method: "GET", path: "/api/apis", do: s.listAPIs},
		{method: "POST", path: "/api/apis", do: s.createAPI},
		{method: "GET", path: "/api/apis/{id}", do: s.getAPI},
		{method: "PUT", path: "/api/apis/{id}", do: s.updateAPI},
		{method: "DELETE", path: "/api/apis/{id}", do: s.deleteAPI},
		{method: "PUT", path: "/api/apis/{id}/permissions", do: s.setPermissions},
	}
	if !s.has.grantsPerAPI {
		return append(routes,
			route{method: "GET", path: "/api/api-access/{clientId}", do: s.getAllGrants},
			route{method: "PUT", path: "/api/api-access/{clientId}", do: s.setAllGrants})
	}
	return append(routes,
		route{method: "PUT", path: "/api/apis/{id}/cimd-access", do: s.setCIMDAccess},
		route{method: "GET", path: "/api/apis/{id}/clients", do: s.apiClients},
		route{method: "GET", path: "/api/apis/{id}/assignable-clients", do: s.assignableClients},
		route{method: "PUT", path: "/api/apis/{id}/clients/{clientId}", do: s.setGrant},
		route{method: "DELETE", path: "/api/apis/{id}/clients/{clientId}", do: s.deleteGrant},
		route{method: "GET", path: "/api/api-access/{clientId}/apis", do: s.clientAPIs},
		route{method: "GET", path: "/api/api-access/{clientId}/assignable-apis", do: s.assignableAPIs})
}

// routeOf finds the route of a request and keeps the values in its path.
func (s *Server) routeOf(r *http.Request) (route, bool) {
	for _, route := range s.routes {
		if route.method == r.Method && matches(route.path, r) {
			return route, true
		}
	}
	return route{}, false
}

func matches(pattern string, r *http.Request) bool {
	wanted, got := strings.Split(pattern, "/"), strings.Split(r.URL.Path, "/")
	if len(wanted) != len(got) {
		return false
	}
	for i, w := range wanted {
		_, isName := placeholder(w)
		// An empty id in the middle of a path is an id, one at its end is not.
		isEmpty := got[i] == "" && i == len(got)-1
		if got[i] != w && (!isName || isEmpty) {
			return false
		}
	}
	for i, w := range wanted {
		if name, is := placeholder(w); is {
			r.SetPathValue(name, got[i])
		}
	}
	return true
}

func placeholder(segment string) (name string, is bool) {
	name, is = strings.CutPrefix(segment, "{")
	return strings.TrimSuffix(name, "}"), is
}

// answerUnrouted answers as a server without its web pages does. A path that
// only has a slash too many, as one with an empty id has, is sent to the path
// without it: that is how a careless GET of one object answers with the list.
func (s *Server) answerUnrouted(w http.ResponseWriter, r *http.Request) {
	trimmed := r.Clone(r.Context())
	trimmed.URL = &url.URL{Path: strings.TrimSuffix(r.URL.Path, "/"), RawQuery: r.URL.RawQuery}
	if _, known := s.routeOf(trimmed); known && trimmed.URL.Path != r.URL.Path {
		w.Header().Del("X-Request-Id")
		status := http.StatusTemporaryRedirect
		if r.Method == http.MethodGet {
			status = http.StatusMovedPermanently
		}
		http.Redirect(w, r, trimmed.URL.String(), status)
		return
	}
	w.Header().Set("Cache-Control", "private, no-store")
	w.Header().Set("Content-Type", "text/plain")
	w.WriteHeader(http.StatusNotFound)
	_, _ = w.Write([]byte("404 page not found"))
}
