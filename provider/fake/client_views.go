package fake

import "maps"

// clientView returns a client without its allowed groups.
func (s *state) clientView(c *client) object {
	v := s.metaView(c)
	v["callbackURLs"] = c.CallbackURLs
	v["logoutCallbackURLs"] = c.LogoutCallbackURLs
	v["isPublic"] = c.IsPublic
	v["pkceEnabled"] = c.PkceEnabled
	v["isGroupRestricted"] = c.IsGroupRestricted
	v["credentials"] = s.credentialsView(c)
	if s.features.parRequirement {
		v["requiresPushedAuthorizationRequests"] = c.RequiresPAR
	}
	if s.features.skipConsent {
		v["skipConsent"] = c.SkipConsent
	}
	if s.features.tokenLifetimes {
		v["accessTokenDurationMinutes"] = c.AccessTokenDurationMinutes
		v["refreshTokenDurationMinutes"] = c.RefreshTokenDurationMinutes
	}
	if s.features.backchannelLogout {
		v["backchannelLogoutURL"] = c.BackchannelLogoutURL
	}
	if s.options.StoreUnknownFields {
		maps.Copy(v, c.unknownFields)
	}
	return v
}

func (s *state) credentialsView(c *client) object {
	v := object{}
	if identities := s.identityViews(c); len(identities) > 0 {
		v["federatedIdentities"] = identities
	}
	if s.features.multipleSecrets {
		v["secrets"] = s.secretViews(c)
	}
	return v
}

func (s *state) clientWithGroups(c *client) object {
	v := s.clientView(c)
	groups := []object{}
	for _, g := range s.groupsByID(c.allowedGroups) {
		groups = append(groups, s.minimalGroupView(g))
	}
	v["allowedUserGroups"] = groups
	return v
}

// updatedClientView returns the response to a PUT. Versions before 2.13 return no
// groups, although the client keeps them. Later versions return the time of the
// update as createdAt of each group.
func (s *state) updatedClientView(c *client) object {
	v := s.clientWithGroups(c)
	groups := v["allowedUserGroups"].([]object)
	if !s.features.groupsInClientUpdate {
		v["allowedUserGroups"] = []object{}
	}
	for _, g := range groups {
		g["createdAt"] = s.now()
	}
	return v
}

// listedClientView returns a client as an item of a list.
func (s *state) listedClientView(c *client) object {
	if s.features.groupsInClientList {
		return s.clientWithGroups(c)
	}
	v := s.clientView(c)
	v["allowedUserGroupsCount"] = len(c.allowedGroups)
	return v
}
