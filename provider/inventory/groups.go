package inventory

import (
	"context"
	"errors"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/ids"
)

// Groups lists all groups.
func Groups(ctx context.Context, conn *api.Conn, _ Filter) ([]Object, error) {
	all, err := conn.ListGroups(ctx)
	var found []Object
	for _, group := range all {
		found = append(found, Object{Type: "Group", ID: group.ID, Name: group.Name, LDAP: group.LDAPID != nil})
	}
	return found, err
}

// GroupCustomClaims lists the groups that have claims of their own.
func GroupCustomClaims(ctx context.Context, conn *api.Conn, _ Filter) ([]Object, error) {
	all, err := conn.ListGroupsWithClaims(ctx)
	var found []Object
	for _, group := range all {
		found = append(found, Object{Type: "GroupCustomClaims", ID: ids.Subresource(group.ID, ids.CustomClaims), Name: group.Name})
	}
	return found, err
}

// GroupMemberLists lists the groups that have members.
func GroupMemberLists(ctx context.Context, conn *api.Conn, _ Filter) ([]Object, error) {
	all, err := conn.ListGroupsWithMembers(ctx)
	var found []Object
	for _, group := range all {
		found = append(found, Object{Type: "GroupMembers", ID: ids.Subresource(group.ID, ids.Members), Name: group.Name, LDAP: group.LDAPID != nil})
	}
	return found, err
}

// GroupMemberships lists the memberships of all groups, or of one.
func GroupMemberships(ctx context.Context, conn *api.Conn, filter Filter) ([]Object, error) {
	groups, err := conn.ListGroupsWithMembers(ctx)
	if err != nil {
		return nil, err
	}
	var found []Object
	for _, group := range groups {
		if filter.GroupID != "" && filter.GroupID != group.ID {
			continue
		}
		users, err := conn.GetGroupMembers(ctx, group.ID)
		if errors.Is(err, api.ErrNotFound) {
			continue // deleted in the meantime
		}
		if err != nil {
			return nil, err
		}
		for _, user := range users {
			found = append(found, Object{Type: "GroupMember", ID: ids.Pair(group.ID, user.ID), Name: group.Name + " " + user.Username, LDAP: group.LDAPID != nil})
		}
	}
	return found, nil
}
