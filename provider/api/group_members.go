package api

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// UserRef names a user inside another object.
type UserRef struct {
	ID       string `json:"id"`
	Username string `json:"username"`
}

// GroupUsers are the members of a group.
func (c *Conn) GroupUsers(ctx context.Context, groupID string) (users []UserRef, err error) {
	p, err := path("user-groups", groupID)
	if err != nil {
		return nil, err
	}
	group, err := c.document(ctx, p, groupID)
	if err != nil {
		return nil, err
	}
	if _, err := membersOf(groupID).ids(group); err != nil {
		return nil, err
	}
	err = group.get("users", &users)
	return users, err
}

// GroupMembers are the ids of a group's members, sorted.
func (c *Conn) GroupMembers(ctx context.Context, groupID string) ([]string, error) {
	users, err := c.GroupUsers(ctx, groupID)
	ids := make([]string, len(users))
	for i, u := range users {
		ids[i] = u.ID
	}
	slices.Sort(ids)
	return ids, err
}

// FillGroup makes these users all the members of a group, if nobody else is one:
// nobody is thrown out. It returns the members that the group has afterwards.
func (c *Conn) FillGroup(ctx context.Context, groupID string, users []string) ([]string, error) {
	have, err := c.replaceRoll(ctx, membersOf(groupID), users, func(now []string) error {
		others := slices.DeleteFunc(slices.Clone(now), func(id string) bool { return slices.Contains(users, id) })
		if len(others) == 0 {
			return nil
		}
		return &Exists{"group's members", groupID, fmt.Sprintf("group %s has members already that are not named: %s", groupID, firstOf(others))}
	})
	return have, undecided(err, "group's members", groupID)
}

// SetGroupMembers makes these users all the members of a group, and returns the
// members that it has afterwards.
func (c *Conn) SetGroupMembers(ctx context.Context, groupID string, users []string) ([]string, error) {
	return c.replaceRoll(ctx, membersOf(groupID), users, func([]string) error { return nil })
}

// EmptyGroup takes all members from a group but those to keep. Nothing happens if the
// group is gone.
func (c *Conn) EmptyGroup(ctx context.Context, groupID string, keep []string) error {
	return c.clearRoll(ctx, membersOf(groupID), keep)
}

// AddGroupMember makes a user a member of a group, and leaves the others alone. The
// user must not be one already.
func (c *Conn) AddGroupMember(ctx context.Context, groupID, userID string) error {
	if _, err := path("users", userID); err != nil {
		return err
	}
	id := groupID + "/" + userID
	taken := &Exists{"group member", id, fmt.Sprintf("user %s is a member of group %s already", userID, groupID)}
	err := c.enterRoll(ctx, membersOf(groupID), userID, func(document) error { return nil }, taken)
	return undecided(err, "group member", id)
}

// RemoveGroupMember ends a user's membership of a group, and leaves the others
// alone. Nothing happens if there is none.
func (c *Conn) RemoveGroupMember(ctx context.Context, groupID, userID string) error {
	return c.leaveRoll(ctx, membersOf(groupID), userID)
}

// PopulatedGroups are the groups that have members, by name.
func (c *Conn) PopulatedGroups(ctx context.Context) ([]Group, error) {
	type counted struct {
		Group
		UserCount int `json:"userCount"`
	}
	all, err := list[counted](ctx, c, "api/user-groups", url.Values{"sort[column]": {"name"}})
	var groups []Group
	for _, g := range all {
		if g.UserCount > 0 {
			groups = append(groups, g.Group)
		}
	}
	return groups, err
}

// undecided is err as that of a create, where it may have happened.
func undecided(err error, kind, id string) error {
	if errors.Is(err, ErrUnsure) {
		return &Undecided{Kind: kind, Key: id, Err: err}
	}
	return err
}

// firstOf names the first of a list and counts the rest.
func firstOf(ids []string) string {
	const most = 5
	if len(ids) <= most {
		return strings.Join(ids, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(ids[:most], ", "), len(ids)-most)
}
