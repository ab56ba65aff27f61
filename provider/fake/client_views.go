package fake

import "maps"

// metaView is what anybody may know of a client.
func (s *Server) metaView(c *client) object {
	v := object{
		"id":                       c.ID,
		"name":                     c.Name,
		"hasLogo":                  c.logo != nil,
		"hasDarkLogo":              c.darkLogo != nil,
		"launchURL":                c.LaunchURL,
		"requiresReauthentication": c.RequiresReauthentication,
	}
	if s.has.description {
		v["description"] = c.Description
	}
	if s.has.clientType {
		v["clientType"] = "standard"
	}
	return v
}

// clientView is a client without its groups.
func (s *Server) clientView(c *client) object {
	v := s.metaView(c)
	v["callbackURLs"] = c.CallbackURLs
	v["logoutCallbackURLs"] = c.LogoutCallbackURLs
	v["isPublic"] = c.IsPublic
	v["pkceEnabled"] = c.PkceEnabled
	v["isGroupRestricted"] = c.IsGroupRestricted
	v["credentials"] = s.credentialsView(c)
	if s.has.parRequirement {
		v["requiresPushedAuthorizationRequests"] = c.RequiresPAR
	}
	if s.has.skipConsent {
		v["skipConsent"] = c.SkipConsent
	}
	if s.has.tokenLifetimes {
		v["accessTokenDurationMinutes"] = c.AccessTokenDurationMinutes
		v["refreshTokenDurationMinutes"] = c.RefreshTokenDuration
	}
	if s.options.FutureFields {
		maps.Copy(v, c.future)
	}
	return v
}

func (s *Server) credentialsView(c *client) object {
	v := object{}
	if identities := s.identityViews(c); len(identities) > 0 {
		v["federatedIdentities"] = identities
	}
	if s.has.manySecrets {
		v["secrets"] = s.secretViews(c)
	}
	return v
}

func (s *Server) clientWithGroups(c *client) object {
	v := s.clientView(c)
	groups := []object{}
	for _, g := range s.groupsOf(c.allowedGroups) {
		groups = append(groups, s.minimalGroupView(g))
	}
	v["allowedUserGroups"] = groups
	return v
}

// updatedClientView is what PUT answers. Older releases leave out the groups
// that the client still has; newer ones tell the time of the update as the time
// of each group's creation.
func (s *Server) updatedClientView(c *client) object {
	v := s.clientWithGroups(c)
	groups := v["allowedUserGroups"].([]object)
	if !s.has.echoesGroups {
		v["allowedUserGroups"] = []object{}
	}
	for _, g := range groups {
		g["createdAt"] = s.now()
	}
	return v
}

func (s *Server) clientWithGroupCount(c *client) object {
	v := s.clientView(c)
	v["allowedUserGroupsCount"] = len(c.allowedGroups)
	return v
}
