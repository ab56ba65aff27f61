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
