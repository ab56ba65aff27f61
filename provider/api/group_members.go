package api

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// UserRef refers to a user inside another object.
type UserRef struct {
	ID       string `json:"id"`
	Username string `json:"username"`
}

// GetGroupMembers reads the members of a group.
func (c *Conn) GetGroupMembers(ctx context.Context, groupID string) (users []UserRef, err error) {
	p, err := path("user-groups", groupID)
	if err != nil {
		return nil, err
	}
	group, err := c.document(withSharedReads(ctx), p, groupID)
	if err != nil {
		return nil, err
	}
	if _, err := c.memberList(groupID).ids(group); err != nil {
		return nil, err
	}
	err = group.get("users", &users)
	return users, err
}

// GetGroupMemberIDs reads the IDs of a group's members, sorted.
func (c *Conn) GetGroupMemberIDs(ctx context.Context, groupID string) ([]string, error) {
	users, err := c.GetGroupMembers(ctx, groupID)
	ids := make([]string, len(users))
	for i, u := range users {
		ids[i] = u.ID
	}
	slices.Sort(ids)
	return ids, err
}

// SetInitialGroupMembers sets the members of a group and returns its members afterwards. It fails if
// the group has other members, to avoid removing them unintentionally.
func (c *Conn) SetInitialGroupMembers(ctx context.Context, groupID string, users []string) ([]string, error) {
	have, _, err := c.memberList(groupID).replace(ctx, replacement{wanted: users, allow: func(current []string) error {
		others := slices.DeleteFunc(slices.Clone(current), func(id string) bool { return slices.Contains(users, id) })
		if len(others) == 0 {
			return nil
		}
		return &ExistsError{"group's members", groupID, fmt.Sprintf("group %s has members already that are not listed: %s", groupID, summarizeIDs(others))}
	}})
	return have, asOutcomeUnknown(err, "group's members", groupID)
}

// SetGroupMembers sets the members of a group and returns its members afterwards.
func (c *Conn) SetGroupMembers(ctx context.Context, groupID string, users []string) ([]string, error) {
	have, _, err := c.memberList(groupID).replace(ctx, replacement{wanted: users, allow: func([]string) error { return nil }})
	return have, err
}

// ClearGroupMembers removes all members from a group except those to keep. It succeeds if the
// group does not exist.
func (c *Conn) ClearGroupMembers(ctx context.Context, groupID string, keep []string) error {
	return c.memberList(groupID).removeAllExcept(ctx, keep)
}

// AddGroupMember adds a user to the members of a group. It fails if the user is a member
// already.
func (c *Conn) AddGroupMember(ctx context.Context, groupID, userID string) error {
	if _, err := path("users", userID); err != nil {
		return err
	}
	id := groupID + "/" + userID
	exists := &ExistsError{"group member", id, fmt.Sprintf("user %s is a member of group %s already", userID, groupID)}
	err := c.memberList(groupID).add(ctx, userID, func(document) error { return nil }, exists)
	return asOutcomeUnknown(err, "group member", id)
}

// RemoveGroupMember removes a user from the members of a group. It succeeds if the user
// is not a member.
func (c *Conn) RemoveGroupMember(ctx context.Context, groupID, userID string) error {
	return c.memberList(groupID).remove(ctx, userID)
}

// summarizeIDs lists the first IDs and counts the rest.
func summarizeIDs(ids []string) string {
	const limit = 5
	if len(ids) <= limit {
		return strings.Join(ids, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(ids[:limit], ", "), len(ids)-limit)
}
