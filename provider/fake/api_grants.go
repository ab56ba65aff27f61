package fake

import (
	"net/http"
	"slices"
)

// apiAndClient returns the API and the client in the path.
func (s *state) apiAndClient(r *http.Request) (*resourceServer, *client, error) {
	a, ok := s.apis.get(r.PathValue("id"))
	if !ok {
		return nil, nil, apiNotFound()
	}
	c, ok := s.clients.get(s.clientIDFromPath(r, "clientId"))
	if !ok {
		return nil, nil, clientNotFound()
	}
	return a, c, nil
}

// setGrant replaces the access of one client to one API. A public client has no
// credentials and so gets no access of its own.
func (s *state) setGrant(r *http.Request) (int, any, error) {
	var in grant
	if err := s.decode(r, &in); err != nil {
		return 0, nil, err
	}
	a, c, err := s.apiAndClient(r)
	if err != nil {
		return 0, nil, err
	}
	if c.IsPublic {
		in.ClientAccess, in.ClientPermissionIDs = false, nil
	}
	g := in.limitedToAPI(a)
	c.setGrant(a.id, g)
	return http.StatusOK, g, nil
}

func (s *state) deleteGrant(r *http.Request) (int, any, error) {
	a, c, err := s.apiAndClient(r)
	if err != nil {
		return 0, nil, err
	}
	c.setGrant(a.id, grant{})
	return http.StatusNoContent, nil, nil
}

func (s *state) listAPIClients(r *http.Request) (int, any, error) {
	a, ok := s.apis.get(r.PathValue("id"))
	if !ok {
		return 0, nil, apiNotFound()
	}
	clients := slices.DeleteFunc(s.clients.all(), func(c *client) bool { return !c.hasGrant(a) })
	slices.SortStableFunc(clients, compareBy(func(c *client) string { return c.Name }))
	view := func(c *client) object {
		v := grantView(c.grants[a.id])
		v["client"] = clientSummaryView(c)
		return v
	}
	return http.StatusOK, listPage(r, clientColumns(), clients, view), nil
}

// listAssignableClients lists the clients without access to the API.
func (s *state) listAssignableClients(r *http.Request) (int, any, error) {
	a, ok := s.apis.get(r.PathValue("id"))
	if !ok {
		return 0, nil, apiNotFound()
	}
	clients := slices.DeleteFunc(s.clients.all(), func(c *client) bool { return c.hasGrant(a) })
	return http.StatusOK, listPage(r, clientColumns(), clients, clientSummaryView), nil
}

func (s *state) listClientAPIs(r *http.Request) (int, any, error) {
	c, ok := s.clients.get(s.clientIDFromPath(r, "clientId"))
	if !ok {
		return 0, nil, clientNotFound()
	}
	views := []object{}
	apis := s.apis.all()
	slices.SortStableFunc(apis, compareBy(func(a *resourceServer) string { return a.name }))
	for _, a := range apis {
		if g, ok := c.grants[a.id]; ok {
			v := grantView(g)
			v["api"] = s.apiView(a)
			views = append(views, v)
		}
	}
	return http.StatusOK, views, nil
}

// listAssignableAPIs lists the APIs that the client has no access to.
func (s *state) listAssignableAPIs(r *http.Request) (int, any, error) {
	c, ok := s.clients.get(s.clientIDFromPath(r, "clientId"))
	if !ok {
		return 0, nil, clientNotFound()
	}
	apis := slices.DeleteFunc(s.apis.all(), func(a *resourceServer) bool { return c.hasGrant(a) })
	return http.StatusOK, listPage(r, apiColumns(), apis, s.apiView), nil
}

func grantView(g grant) object {
	return object{
		"userDelegatedAccess":        g.UserDelegatedAccess,
		"clientAccess":               g.ClientAccess,
		"userDelegatedPermissionIds": g.UserDelegatedPermissionIDs,
		"clientPermissionIds":        g.ClientPermissionIDs,
		"cimdGrantedAccess":          false,
		"cimdGrantedPermissionIds":   []string{},
	}
}

// getAllGrants returns the client's grants of all APIs. Version 2.12 answers with no grants
// for a client that does not exist; that is not recorded.
func (s *state) getAllGrants(r *http.Request) (int, any, error) {
	c, ok := s.clients.get(s.clientIDFromPath(r, "clientId"))
	if !ok && s.features.missingIsError {
		return 0, nil, clientNotFound()
	}
	if !ok {
		c = &client{}
	}
	return http.StatusOK, c.allGrants(), nil
}

// setAllGrants replaces the client's grants of all APIs, including the APIs that the
// body does not mention.
func (s *state) setAllGrants(r *http.Request) (int, any, error) {
	var in allGrants
	if err := s.decode(r, &in); err != nil {
		return 0, nil, err
	}
	c, ok := s.clients.get(s.clientIDFromPath(r, "clientId"))
	if !ok {
		return 0, nil, clientNotFound()
	}
	c.grants = nil
	for _, a := range s.apis.all() {
		c.setGrant(a.id, grant{
			UserDelegatedPermissionIDs: in.UserDelegatedPermissionIDs,
			ClientPermissionIDs:        in.ClientPermissionIDs,
		}.limitedToAPI(a))
	}
	return http.StatusOK, c.allGrants(), nil
}
