package api

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// SetInitialAllowedGroups sets the groups that may use a client which this connection has just
// created, and returns the client as it is afterwards. If all groups are known to exist, it does
// not read the client again: there is nothing that Pocket ID would drop, and nobody else writes
// the new client yet.
func (c *Conn) SetInitialAllowedGroups(ctx context.Context, client OIDCClient, groups []string) (OIDCClient, error) {
	for _, id := range groups {
		if !c.isKnown(ctx, "api/user-groups", id) {
			return c.SetAllowedGroups(ctx, client.ID, groups)
		}
	}
	_, doc, err := c.allowedGroupList(client.ID).replace(ctx, replacement{wanted: groups, trusted: true})
	if doc != nil {
		err = errors.Join(err, doc.decode(&client)) // without a read, doc only has the groups
	}
	return client, err
}

// UpdateClientAndGroups updates the settings of a client and the groups whose members may
// use it, and returns the client as it is afterwards. Nil groups are kept. If the client of
// the result has no ID, nothing has changed for its users.
//
// The settings and the groups are two requests. A client that is restricted to groups from
// now on gets its groups first: if it were restricted first, nobody could use it between the
// requests, and since 2.17 all its users would be signed out (back-channel logout). A server
// stores the groups of a client that is not restricted without effect, and deletes them with
// the restriction (measured on 2.9 and 2.14; source of 2.0 to 2.14). On a server that drops
// them, the groups are set again after the restriction.
func (c *Conn) UpdateClientAndGroups(ctx context.Context, id string, s ClientSettings, groups []string) (client OIDCClient, err error) {
	restricts := false
	client, err = c.updateClient(ctx, id, s, func(before document) error {
		var restricted bool
		if err := before.get("isGroupRestricted", &restricted); err != nil {
			return err
		}
		restricts = s.IsGroupRestricted && !restricted && len(groups) > 0
		if restricts {
			return fmt.Errorf("the allowed groups must be set first: %w", errNotSent)
		}
		return nil
	})
	if restricts {
		// A group that does not exist is reported below, when the client is restricted to
		// the other ones.
		if _, err := c.SetAllowedGroups(ctx, id, groups); err != nil && !errors.Is(err, ErrNotFound) {
			return OIDCClient{}, err
		}
		client, err = c.UpdateClient(ctx, id, s)
	}
	if err != nil || groups == nil || !client.IsGroupRestricted || sameIDs(client.AllowedGroupIDs(), groups) {
		return client, err
	}
	now, err := c.SetAllowedGroups(ctx, id, groups)
	if now.ID != "" {
		client = now
	}
	return client, err
}

// sameIDs reports whether two lists contain the same ids in any order.
func sameIDs(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

// AddAllowedGroup adds a group to those whose members may use a client that is restricted to
// groups. It fails if the group is allowed already.
func (c *Conn) AddAllowedGroup(ctx context.Context, clientID, groupID string) error {
	if _, err := path("user-groups", groupID); err != nil {
		return err
	}
	id := clientID + "/" + groupID
	exists := &ExistsError{"client's group", id, fmt.Sprintf("group %s may use client %s already", groupID, clientID)}
	err := c.allowedGroupList(clientID).add(ctx, groupID, func(client document) error {
		var restricted bool
		if err := client.get("isGroupRestricted", &restricted); err != nil {
			return err
		}
		if !restricted {
			return fmt.Errorf("client %s is not restricted to groups: every user may use it, and Pocket ID would ignore the group; set isGroupRestricted: true on the client", clientID)
		}
		return nil
	}, exists)
	return asOutcomeUnknown(err, "client's group", id)
}

// RemoveAllowedGroup removes a group from those whose members may use a client. A client
// whose last group is removed stays restricted: nobody may use it.
func (c *Conn) RemoveAllowedGroup(ctx context.Context, clientID, groupID string) error {
	return c.allowedGroupList(clientID).remove(ctx, groupID)
}

// IsGroupAllowed reports whether a client is restricted to groups and allows this one.
// The server ignores the list of groups of a client that is not restricted.
func (c *Conn) IsGroupAllowed(ctx context.Context, clientID, groupID string) (bool, error) {
	client, err := c.GetClient(withSharedReads(ctx), clientID)
	return client.IsGroupRestricted && slices.Contains(client.AllowedGroupIDs(), groupID), err
}
