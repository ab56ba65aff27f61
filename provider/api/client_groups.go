package api

import (
	"context"
	"fmt"
	"net/url"
	"slices"
)

// AllowGroup lets the members of one more group use a client that is restricted to
// groups, and leaves the others alone. The group must not be allowed already.
func (c *Conn) AllowGroup(ctx context.Context, clientID, groupID string) error {
	if _, err := path("user-groups", groupID); err != nil {
		return err
	}
	id := clientID + "/" + groupID
	taken := &Exists{"client's group", id, fmt.Sprintf("group %s may use client %s already", groupID, clientID)}
	err := c.enterRoll(ctx, groupsOf(clientID), groupID, func(client document) error {
		var restricted bool
		if err := client.get("isGroupRestricted", &restricted); err != nil {
			return err
		}
		if !restricted {
			return fmt.Errorf("client %s is not restricted to groups: everybody may use it, and Pocket ID would forget the group; set isGroupRestricted: true on the client", clientID)
		}
		return nil
	}, taken)
	return undecided(err, "client's group", id)
}

// DisallowGroup no longer lets the members of a group use a client, and leaves the
// others alone. A client without groups stays restricted: then nobody may use it.
func (c *Conn) DisallowGroup(ctx context.Context, clientID, groupID string) error {
	return c.leaveRoll(ctx, groupsOf(clientID), groupID)
}

// GroupIsAllowed tells whether members of a group may use a client because of it:
// on a client that is not restricted, a list of groups means nothing.
func (c *Conn) GroupIsAllowed(ctx context.Context, clientID, groupID string) (bool, error) {
	client, err := c.GetClient(ctx, clientID)
	return client.IsGroupRestricted && slices.Contains(client.AllowedGroupIDs(), groupID), err
}

// RestrictedClients are the clients with a list of groups that counts, by name. The
// groups themselves are not among what it tells.
func (c *Conn) RestrictedClients(ctx context.Context) ([]OIDCClient, error) {
	type counted struct {
		OIDCClient
		Groups int `json:"allowedUserGroupsCount"`
	}
	all, err := list[counted](ctx, c, "api/oidc/clients", url.Values{"sort[column]": {"name"}})
	var clients []OIDCClient
	for _, client := range all {
		if client.IsGroupRestricted && client.Groups > 0 {
			clients = append(clients, client.OIDCClient)
		}
	}
	return clients, err
}
