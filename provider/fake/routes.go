package fake

import "slices"

// routeTable returns the routes of the imitated version.
func (s *state) routeTable() router {
	return slices.Concat(
		s.instanceRoutes(),
		s.oauthRoutes(),
		s.clientRoutes(),
		s.clientSecretRoutes(),
		s.logoPresetRoutes(),
		s.groupRoutes(),
		s.customClaimRoutes(),
		s.userRoutes(),
		s.scimRoutes(),
		s.signupRoutes(),
		s.configurationRoutes(),
		s.applicationImageRoutes(),
		s.apiKeyRoutes(),
		s.apiRoutes(),
	)
}

// objectHandlers are the handlers of a kind of object that is listed, created, read, replaced
// and deleted.
type objectHandlers struct{ list, create, get, update, delete handler }

// objectRoutes returns the routes of a kind of object at a path.
func objectRoutes(path string, h objectHandlers) []route {
	return []route{
		{method: "GET", path: path, handle: h.list},
		{method: "POST", path: path, handle: h.create},
		{method: "GET", path: path + "/{id}", handle: h.get},
		{method: "PUT", path: path + "/{id}", handle: h.update},
		{method: "DELETE", path: path + "/{id}", handle: h.delete},
	}
}

func (s *state) instanceRoutes() []route {
	return []route{
		{method: "GET", path: "/healthz", access: public, handle: s.health},
		{method: "GET", path: "/api/version/current", handle: s.currentVersion},
	}
}

func (s *state) oauthRoutes() []route {
	return []route{
		{method: "GET", path: "/.well-known/openid-configuration", access: public, handle: s.discovery},
		{method: "GET", path: "/.well-known/jwks.json", access: public, handle: s.jwks},
		{method: "POST", path: "/api/oidc/token", access: public, handle: s.token, locksItself: true},
		{method: "POST", path: "/api/oidc/introspect", access: public, handle: s.introspect, locksItself: true},
	}
}

func (s *state) clientRoutes() []route {
	return slices.Concat(objectRoutes("/api/oidc/clients", objectHandlers{s.listClients, s.createClient, s.getClient, s.updateClient, s.deleteClient}), []route{
		{method: "GET", path: "/api/oidc/clients/{id}/meta", access: public, handle: s.getClientMeta},
		{method: "PUT", path: "/api/oidc/clients/{id}/allowed-user-groups", handle: s.setAllowedGroups},
		{method: "GET", path: "/api/oidc/clients/{id}/logo", access: public, handle: s.getLogo},
		{method: "POST", path: "/api/oidc/clients/{id}/logo", handle: s.setLogo},
		{method: "DELETE", path: "/api/oidc/clients/{id}/logo", handle: s.deleteLogo},
	})
}

func (s *state) logoPresetRoutes() []route {
	if !s.features.logoPresets {
		return nil
	}
	return []route{{method: "GET", path: "/api/oidc/logo-presets", handle: s.searchLogoPresets, locksItself: true}}
}

func (s *state) clientSecretRoutes() []route {
	if !s.features.multipleSecrets {
		return []route{{method: "POST", path: "/api/oidc/clients/{id}/secret", handle: s.replaceSecret}}
	}
	return []route{
		{method: "GET", path: "/api/oidc/clients/{id}/secrets", handle: s.listSecrets},
		{method: "POST", path: "/api/oidc/clients/{id}/secrets", handle: s.addSecret},
		{method: "DELETE", path: "/api/oidc/clients/{id}/secrets/{secretId}", handle: s.deleteSecret},
	}
}

func (s *state) groupRoutes() []route {
	return slices.Concat(objectRoutes("/api/user-groups", objectHandlers{s.listGroups, s.createGroup, s.getGroup, s.updateGroup, s.deleteGroup}), []route{
		{method: "PUT", path: "/api/user-groups/{id}/users", handle: s.setGroupUsers},
		{method: "PUT", path: "/api/user-groups/{id}/allowed-oidc-clients", handle: s.setGroupClients},
	})
}

func (s *state) customClaimRoutes() []route {
	return []route{
		{method: "PUT", path: "/api/custom-claims/user-group/{id}", handle: s.setGroupClaims},
		{method: "PUT", path: "/api/custom-claims/user/{id}", handle: s.setUserClaims},
		{method: "GET", path: "/api/custom-claims/suggestions", handle: s.listClaimSuggestions},
	}
}

func (s *state) userRoutes() []route {
	me := []route{{method: "GET", path: "/api/users/me", handle: s.getCurrentUser}} // before {id}
	routes := slices.Concat(me, objectRoutes("/api/users", objectHandlers{s.listUsers, s.createUser, s.getUser, s.updateUser, s.deleteUser}), []route{
		{method: "GET", path: "/api/users/{id}/groups", handle: s.listGroupsOfUser},
		{method: "PUT", path: "/api/users/{id}/user-groups", handle: s.setUserGroups},
		{method: "GET", path: "/api/users/{id}/profile-picture.png", access: public, handle: s.getProfilePicture},
		{method: "PUT", path: "/api/users/{id}/profile-picture", handle: s.setProfilePicture},
		{method: "DELETE", path: "/api/users/{id}/profile-picture", handle: s.deleteProfilePicture},
		{method: "POST", path: "/api/users/{id}/one-time-access-token", handle: s.createOneTimeAccessToken},
	})
	if s.features.passkeyList {
		routes = append(routes, route{method: "GET", path: "/api/users/{id}/webauthn-credentials", handle: s.listPasskeys})
	}
	return routes
}

func (s *state) scimRoutes() []route {
	return []route{
		{method: "GET", path: "/api/oidc/clients/{id}/scim-service-provider", handle: s.getClientSCIM},
		{method: "POST", path: "/api/scim/service-provider", handle: s.createSCIM},
		{method: "PUT", path: "/api/scim/service-provider/{id}", handle: s.updateSCIM},
		{method: "DELETE", path: "/api/scim/service-provider/{id}", handle: s.deleteSCIM},
		{method: "POST", path: "/api/scim/service-provider/{id}/sync", handle: s.syncSCIM},
	}
}

func (s *state) signupRoutes() []route {
	return []route{
		{method: "GET", path: "/api/signup-tokens", handle: s.listSignupTokens},
		{method: "POST", path: "/api/signup-tokens", handle: s.createSignupToken},
		{method: "DELETE", path: "/api/signup-tokens/{id}", handle: s.deleteSignupToken},
		{method: "POST", path: "/api/signup", access: public, handle: s.signUp},
	}
}

func (s *state) configurationRoutes() []route {
	return []route{
		{method: "GET", path: "/api/application-configuration", access: public, handle: s.getPublicConfiguration},
		{method: "GET", path: "/api/application-configuration/all", handle: s.getFullConfiguration},
		{method: "PUT", path: "/api/application-configuration", handle: s.setConfiguration},
		{method: "POST", path: "/api/application-configuration/sync-ldap", handle: s.syncLDAP},
	}
}

func (s *state) applicationImageRoutes() []route {
	var routes []route
	deletable := map[string]bool{
		"logo": s.features.logoDeletion, "background": s.features.backgroundDeletion, "default-profile-picture": true,
	}
	for _, name := range []string{"logo", "email", "background", "favicon", "default-profile-picture"} {
		path, readAccess := "/api/application-images/"+name, public
		if name == "default-profile-picture" {
			readAccess = requiresAPIKey
		}
		routes = append(routes,
			route{method: "GET", path: path, access: readAccess, handle: s.getApplicationImage},
			route{method: "PUT", path: path, handle: s.setApplicationImage})
		if deletable[name] {
			routes = append(routes, route{method: "DELETE", path: path, handle: s.deleteApplicationImage})
		}
	}
	return routes
}

func (s *state) apiKeyRoutes() []route {
	return []route{
		{method: "GET", path: "/api/api-keys", handle: s.listAPIKeys},
		{method: "POST", path: "/api/api-keys", access: requiresSession},
		{method: "POST", path: "/api/api-keys/{id}/renew", access: requiresSession},
		{method: "DELETE", path: "/api/api-keys/{id}", handle: s.deleteAPIKey},
	}
}

func (s *state) apiRoutes() []route {
	if !s.features.resourceServers {
		return nil
	}
	routes := slices.Concat(objectRoutes("/api/apis", objectHandlers{s.listAPIs, s.createAPI, s.getAPI, s.updateAPI, s.deleteAPI}), []route{
		{method: "PUT", path: "/api/apis/{id}/permissions", handle: s.setPermissions},
	})
	if !s.features.grantsPerAPI {
		return append(routes,
			route{method: "GET", path: "/api/api-access/{clientId}", handle: s.getAllGrants},
			route{method: "PUT", path: "/api/api-access/{clientId}", handle: s.setAllGrants})
	}
	return append(routes,
		route{method: "PUT", path: "/api/apis/{id}/cimd-access", handle: s.setCIMDAccess},
		route{method: "GET", path: "/api/apis/{id}/clients", handle: s.listAPIClients},
		route{method: "GET", path: "/api/apis/{id}/assignable-clients", handle: s.listAssignableClients},
		route{method: "PUT", path: "/api/apis/{id}/clients/{clientId}", handle: s.setGrant},
		route{method: "DELETE", path: "/api/apis/{id}/clients/{clientId}", handle: s.deleteGrant},
		route{method: "GET", path: "/api/api-access/{clientId}/apis", handle: s.listClientAPIs},
		route{method: "GET", path: "/api/api-access/{clientId}/assignable-apis", handle: s.listAssignableAPIs})
}
