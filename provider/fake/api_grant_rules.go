package fake

import (
	"maps"
	"slices"
)

// limitedToAPI removes the permissions that the API does not have, as the server
// does silently. A permission implies access.
func (g grant) limitedToAPI(a *resourceServer) grant {
	g.UserDelegatedPermissionIDs = a.ownPermissionIDs(g.UserDelegatedPermissionIDs)
	g.ClientPermissionIDs = a.ownPermissionIDs(g.ClientPermissionIDs)
	g.UserDelegatedAccess = g.UserDelegatedAccess || len(g.UserDelegatedPermissionIDs) > 0
	g.ClientAccess = g.ClientAccess || len(g.ClientPermissionIDs) > 0
	return g
}

// ownPermissionIDs returns the IDs that are permissions of the API, in the API's order.
func (a *resourceServer) ownPermissionIDs(ids []string) []string {
	own := []string{}
	for _, p := range a.permissions {
		if slices.Contains(ids, p.id) {
			own = append(own, p.id)
		}
	}
	return own
}

// dropDeletedPermissions removes permissions that the API no longer has from the
// client's grant. Access without any remaining permission is removed, too, unless
// it was granted without permissions.
func (c *client) dropDeletedPermissions(a *resourceServer) {
	old, ok := c.grants[a.id]
	if !ok {
		return
	}
	remaining := grant{
		UserDelegatedPermissionIDs: a.ownPermissionIDs(old.UserDelegatedPermissionIDs),
		ClientPermissionIDs:        a.ownPermissionIDs(old.ClientPermissionIDs),
	}
	remaining.UserDelegatedAccess = old.UserDelegatedAccess &&
		(len(remaining.UserDelegatedPermissionIDs) > 0 || len(old.UserDelegatedPermissionIDs) == 0)
	remaining.ClientAccess = old.ClientAccess &&
		(len(remaining.ClientPermissionIDs) > 0 || len(old.ClientPermissionIDs) == 0)
	c.setGrant(a.id, remaining)
}

// setGrant replaces the grants of the client with a changed copy, because a token
// request may read the old map without holding the lock.
func (c *client) setGrant(apiID string, g grant) {
	all := maps.Clone(c.grants)
	if all == nil {
		all = map[string]grant{}
	}
	delete(all, apiID)
	if g.UserDelegatedAccess || g.ClientAccess {
		all[apiID] = g
	}
	c.grants = all
}

func (c *client) hasGrant(a *resourceServer) bool {
	_, ok := c.grants[a.id]
	return ok
}

// allGrants contains a client's permissions of all APIs. Versions before 2.14 read
// and write them together.
type allGrants struct {
	UserDelegatedPermissionIDs []string `json:"userDelegatedPermissionIds"`
	ClientPermissionIDs        []string `json:"clientPermissionIds"`
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
