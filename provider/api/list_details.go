package api

import (
	"context"
	"errors"
	"fmt"
	"net/url"
)

// What the items of a list contain differs between versions of Pocket ID: up to 2.15 a list
// of clients has allowedUserGroupsCount, later the groups themselves. A field that a list
// lacks must not look empty, so the object is read instead.

// readMissing reads the object of each item that lacks a field of the list. Items whose
// object was deleted in the meantime are dropped.
func readMissing[T any](ctx context.Context, items []T, lacks func(T) bool, read func(context.Context, T) (T, error)) ([]T, error) {
	var out []T
	for _, item := range items {
		if lacks(item) {
			var err error
			item, err = read(ctx, item)
			if errors.Is(err, ErrNotFound) {
				continue
			}
			if err == nil && lacks(item) {
				err = fmt.Errorf("%w: neither a list nor the object itself has the fields that are needed", ErrNotPocketID)
			}
			if err != nil {
				return nil, err
			}
		}
		out = append(out, item)
	}
	return out, nil
}

// ListGroups lists all groups, sorted by name, with the number of their members and their
// custom claims.
func (c *Conn) ListGroups(ctx context.Context) ([]Group, error) {
	all, err := list[Group](ctx, c, "api/user-groups", url.Values{"sort[column]": {"name"}})
	if err != nil {
		return nil, err
	}
	return readMissing(ctx, all, func(g Group) bool { return g.UserCount == nil || g.CustomClaims == nil }, func(ctx context.Context, listed Group) (Group, error) {
		g, err := c.GetGroup(ctx, listed.ID)
		count := len(g.Users)
		g.UserCount = &count
		return g, err
	})
}

// ListGroupsWithMembers lists the groups that have members, sorted by name.
func (c *Conn) ListGroupsWithMembers(ctx context.Context) ([]Group, error) {
	return c.listGroups(ctx, func(g Group) bool { return g.UserCount != nil && *g.UserCount > 0 })
}

// ListGroupsWithClaims lists the groups that have custom claims, sorted by name.
func (c *Conn) ListGroupsWithClaims(ctx context.Context) ([]Group, error) {
	return c.listGroups(ctx, func(g Group) bool { return len(g.CustomClaims) > 0 })
}

func (c *Conn) listGroups(ctx context.Context, wanted func(Group) bool) ([]Group, error) {
	all, err := c.ListGroups(ctx)
	var groups []Group
	for _, g := range all {
		if wanted(g) {
			groups = append(groups, g)
		}
	}
	return groups, err
}

// ListClientsWithAllowedGroups lists the clients that are restricted to at least one group,
// sorted by name. Before 2.16, the result does not contain the groups.
func (c *Conn) ListClientsWithAllowedGroups(ctx context.Context) ([]OIDCClient, error) {
	type counted struct {
		OIDCClient
		Groups *int `json:"allowedUserGroupsCount"`
	}
	docs, err := list[document](ctx, c, "api/oidc/clients", url.Values{"sort[column]": {"name"}})
	if err != nil {
		return nil, err
	}
	all := make([]counted, len(docs))
	for i, doc := range docs {
		if err := errors.Join(doc.requireFields("id", "isGroupRestricted"), doc.decode(&all[i])); err != nil {
			return nil, err
		}
	}
	all, err = readMissing(ctx, all, func(client counted) bool {
		return client.IsGroupRestricted && client.Groups == nil && client.AllowedUserGroups == nil
	}, func(ctx context.Context, listed counted) (counted, error) {
		client, err := c.GetClient(ctx, listed.ID)
		return counted{OIDCClient: client}, err
	})
	var clients []OIDCClient
	for _, client := range all {
		if client.IsGroupRestricted && (client.Groups != nil && *client.Groups > 0 || len(client.AllowedUserGroups) > 0) {
			clients = append(clients, client.OIDCClient)
		}
	}
	return clients, err
}

// ListUsersWithClaims lists the users that have custom claims of their own, sorted by name.
func (c *Conn) ListUsersWithClaims(ctx context.Context) ([]User, error) {
	all, err := c.ListUsers(ctx)
	if err != nil {
		return nil, err
	}
	all, err = readMissing(ctx, all, func(u User) bool { return u.CustomClaims == nil }, func(ctx context.Context, listed User) (User, error) {
		return c.GetUser(ctx, listed.ID)
	})
	var users []User
	for _, u := range all {
		if len(u.CustomClaims) > 0 {
			users = append(users, u)
		}
	}
	return users, err
}
