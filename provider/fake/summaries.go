package fake

// Views of objects as parts of other objects.

// metaView returns the fields of a client that are public.
func (s *state) metaView(c *client) object {
	v := object{
		"id":                       c.ID,
		"name":                     c.Name,
		"hasLogo":                  c.logo != nil,
		"hasDarkLogo":              c.darkLogo != nil,
		"launchURL":                c.LaunchURL,
		"requiresReauthentication": c.RequiresReauthentication,
	}
	if s.features.description {
		v["description"] = c.Description
	}
	if s.features.clientType {
		v["clientType"] = "standard"
	}
	return v
}

func clientSummaryView(c *client) object {
	return object{"id": c.ID, "name": c.Name, "clientType": "standard", "isPublic": c.IsPublic,
		"hasLogo": c.logo != nil, "hasDarkLogo": c.darkLogo != nil}
}

func (s *state) groupFields(g *group) object {
	return object{
		"id":           g.id,
		"friendlyName": g.FriendlyName,
		"name":         g.Name,
		"customClaims": g.claims,
		"ldapId":       nil,
		"createdAt":    g.createdAt,
	}
}

// minimalGroupView returns a group as part of another object. The server leaves its
// claims empty and its number of users 0.
func (s *state) minimalGroupView(g *group) object {
	v := s.groupFields(g)
	v["customClaims"] = []claim{}
	v["userCount"] = 0
	return v
}

// minimalUserView returns a user as part of another object, and as the response to
// a PUT. The server leaves the claims and the groups empty.
func (s *state) minimalUserView(u *user) object {
	return object{
		"id":            u.ID,
		"username":      u.Username,
		"email":         u.Email,
		"emailVerified": u.EmailVerified,
		"firstName":     u.FirstName,
		"lastName":      u.LastName,
		"displayName":   u.DisplayName,
		"isAdmin":       u.IsAdmin,
		"locale":        u.Locale,
		"customClaims":  []claim{},
		"userGroups":    []object{},
		"ldapId":        nil,
		"disabled":      u.Disabled,
	}
}
