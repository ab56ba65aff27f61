package fake

import (
	"maps"
	"net/http"
	"slices"
)

// grant is what a client may do with one API, on behalf of users and by itself.
type grant struct {
	UserDelegatedAccess        bool     `json:"userDelegatedAccess"`
	ClientAccess               bool     `json:"clientAccess"`
	UserDelegatedPermissionIDs []string `json:"userDelegatedPermissionIds"`
	ClientPermissionIDs        []string `json:"clientPermissionIds"`
}

// limitedTo drops permissions of other APIs without a word; a permission implies access.
func (g grant) limitedTo(a *resourceServer) grant {
	g.UserDelegatedPermissionIDs = a.own(g.UserDelegatedPermissionIDs)
	g.ClientPermissionIDs = a.own(g.ClientPermissionIDs)
	g.UserDelegatedAccess = g.UserDelegatedAccess || len(g.UserDelegatedPermissionIDs) > 0
	g.ClientAccess = g.ClientAccess || len(g.ClientPermissionIDs) > 0
	return g
}

// own returns those of the ids that are an API's permissions, in the API's order.
func (a *resourceServer) own(ids []string) []string {
	kept := []string{}
	for _, p := range a.permissions {
		if slices.Contains(ids, p.id) {
			kept = append(kept, p.id)
		}
	}
	return kept
}

// forgetPermissions drops what was granted and is gone. Access that only a
// permission implied goes with it.
func (c *client) forgetPermissions(a *resourceServer) {
	old, ok := c.grants[a.id]
	if !ok {
		return
	}
	left := grant{
		UserDelegatedPermissionIDs: a.own(old.UserDelegatedPermissionIDs),
		ClientPermissionIDs:        a.own(old.ClientPermissionIDs),
	}
	left.UserDelegatedAccess = old.UserDelegatedAccess && (len(left.UserDelegatedPermissionIDs) > 0 || len(old.UserDelegatedPermissionIDs) == 0)
	left.ClientAccess = old.ClientAccess && (len(left.ClientPermissionIDs) > 0 || len(old.ClientPermissionIDs) == 0)
	c.setGrant(a.id, left)
}

func (c *client) setGrant(apiID string, g grant) {
	all := maps.Clone(c.grants) // somebody may be reading the old one without the lock
	if all == nil {
		all = map[string]grant{}
	}
	delete(all, apiID)
	if g.UserDelegatedAccess || g.ClientAccess {
		all[apiID] = g
	}
	c.grants = all
}

// pair finds the API and the client that a path names.
func (s *Server) pair(r *http.Request) (*resourceServer, *client, error) {
	a, ok := s.apis.get(r.PathValue("id"))
	if !ok {
		return nil, nil, apiNotFound()
	}
	c, ok := s.clients.get(s.clientID(r, "clientId"))
	if !ok {
		return nil, nil, clientNotFound()
	}
	return a, c, nil
}

// setGrant replaces what one client may do with one API. A public client can
// do nothing by itself.
func (s *Server) setGrant(r *http.Request) (int, any, error) {
	var in grant
	if err := s.read(r, &in); err != nil {
		return 0, nil, err
	}
	a, c, err := s.pair(r)
	if err != nil {
		return 0, nil, err
	}
	if c.IsPublic {
		in.ClientAccess, in.ClientPermissionIDs = false, nil
	}
	g := in.limitedTo(a)
	c.setGrant(a.id, g)
	return http.StatusOK, g, nil
}

func (s *Server) deleteGrant(r *http.Request) (int, any, error) {
	a, c, err := s.pair(r)
	if err != nil {
		return 0, nil, err
	}
	c.setGrant(a.id, grant{})
	return http.StatusNoContent, nil, nil
}

func (s *Server) apiClients(r *http.Request) (int, any, error) {
	a, ok := s.apis.get(r.PathValue("id"))
	if !ok {
		return 0, nil, apiNotFound()
	}
	clients := slices.DeleteFunc(s.clients.all(), func(c *client) bool { _, has := c.grants[a.id]; return !has })
	slices.SortStableFunc(clients, by(func(c *client) string { return c.Name }))
	view := func(c *client) object {
		v := grantView(c.grants[a.id])
		v["client"] = briefView(c)
		return v
	}
	return http.StatusOK, listOf(r, clientListing(), clients, view), nil
}

func (s *Server) assignableClients(r *http.Request) (int, any, error) {
	a, ok := s.apis.get(r.PathValue("id"))
	if !ok {
		return 0, nil, apiNotFound()
	}
	clients := slices.DeleteFunc(s.clients.all(), func(c *client) bool { _, has := c.grants[a.id]; return has })
	return http.StatusOK, listOf(r, clientListing(), clients, briefView), nil
}

func (s *Server) clientAPIs(r *http.Request) (int, any, error) {
	c, ok := s.clients.get(s.clientID(r, "clientId"))
	if !ok {
		return 0, nil, clientNotFound()
	}
	views := []object{}
	apis := s.apis.all()
	slices.SortStableFunc(apis, by(func(a *resourceServer) string { return a.name }))
	for _, a := range apis {
		if g, has := c.grants[a.id]; has {
			v := grantView(g)
			v["api"] = s.apiView(a)
			views = append(views, v)
		}
	}
	return http.StatusOK, views, nil
}

func (s *Server) assignableAPIs(r *http.Request) (int, any, error) {
	c, ok := s.clients.get(s.clientID(r, "clientId"))
	if !ok {
		return 0, nil, clientNotFound()
	}
	apis := slices.DeleteFunc(s.apis.all(), func(a *resourceServer) bool { _, has := c.grants[a.id]; return has })
	return http.StatusOK, listOf(r, apiListing(), apis, s.apiView), nil
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

func briefView(c *client) object {
	return object{"id": c.ID, "name": c.Name, "clientType": "standard", "isPublic": c.IsPublic,
		"hasLogo": c.logo != nil, "hasDarkLogo": c.darkLogo != nil}
}

// allGrants is a client's permissions of all APIs together, as they were read
// and written before there were grants for each API.
type allGrants struct {
	UserDelegatedPermissionIDs []string `json:"userDelegatedPermissionIds"`
	ClientPermissionIDs        []string `json:"clientPermissionIds"`
}

func (s *Server) getAllGrants(r *http.Request) (int, any, error) {
	c, ok := s.clients.get(s.clientID(r, "clientId"))
	if !ok && s.has.missingIsAnError {
		return 0, nil, clientNotFound()
	}
	if !ok {
		c = &client{}
	}
	return http.StatusOK, c.allGrants(), nil
}

func (c *client) allGrants() allGrants {
	all := allGrants{UserDelegatedPermissionIDs: []string{}, ClientPermissionIDs: []string{}}
	for g := range maps.Values(c.grants) {
		all.UserDelegatedPermissionIDs = append(all.UserDelegatedPermissionIDs, g.UserDelegatedPermissionIDs...)
		all.ClientPermissionIDs = append(all.ClientPermissionIDs, g.ClientPermissionIDs...)
	}
	slices.Sort(all.UserDelegatedPermissionIDs)
	slices.Sort(all.ClientPermissionIDs)
	return all
}

// setAllGrants replaces what a client may do with all APIs, those not named included.
func (s *Server) setAllGrants(r *http.Request) (int, any, error) {
	var in allGrants
	if err := s.read(r, &in); err != nil {
		return 0, nil, err
	}
	c, ok := s.clients.get(s.clientID(r, "clientId"))
	if !ok {
		return 0, nil, clientNotFound()
	}
	c.grants = nil
	for _, a := range s.apis.all() {
		c.setGrant(a.id, grant{
			UserDelegatedPermissionIDs: in.UserDelegatedPermissionIDs,
			ClientPermissionIDs:        in.ClientPermissionIDs,
		}.limitedTo(a))
	}
	return http.StatusOK, c.allGrants(), nil
}
