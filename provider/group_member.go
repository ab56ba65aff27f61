package provider

import (
	"context"
	"errors"
	"slices"

	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
)

// GroupMember is one user's membership of one group.
type GroupMember struct {
	config *Config
	lists  *shares
}

// GroupMemberArgs is what a program says of it.
type GroupMemberArgs struct {
	GroupID string `pulumi:"groupId" provider:"replaceOnChanges"`
	UserID  string `pulumi:"userId" provider:"replaceOnChanges"`
}

// GroupMemberState is what the stack knows of it.
type GroupMemberState struct {
	GroupMemberArgs
	Issuer string `pulumi:"issuer"`
}

// Annotate describes the resource.
func (g *GroupMember) Annotate(a infer.Annotator) {
	a.Describe(&g, "The membership of one user in one group; the group's other members are left alone. To say all of them, use `GroupMembers`; a group has one kind or the other.\n\n"+
		"A user who is a member already is an error: import the membership, as `<groupId>/<userId>`. "+
		"(Pocket ID adds new users to groups by itself where the application's settings name groups for them.)")
}

// Annotate describes the inputs.
func (g *GroupMemberArgs) Annotate(a infer.Annotator) {
	a.Describe(&g.GroupID, "Id of the group. Changing it replaces the membership.")
	a.Describe(&g.UserID, "Id of the user. A user that does not exist is an error. Changing it replaces the membership.")
}

// Annotate describes the outputs.
func (g *GroupMemberState) Annotate(a infer.Annotator) {
	a.Describe(&g.Issuer, "The issuer of the Pocket ID instance that the group is in.")
}

// Check says at preview what can be no id, and who else in the program says the same.
func (g *GroupMember) Check(ctx context.Context, req infer.CheckRequest) (infer.CheckResponse[GroupMemberArgs], error) {
	args, failures, err := infer.DefaultCheck[GroupMemberArgs](ctx, req.NewInputs)
	if err != nil {
		return infer.CheckResponse[GroupMemberArgs]{Inputs: args, Failures: failures}, err
	}
	check := newChecks(ctx, req.NewInputs, req.OldInputs, failures)
	check.objectID("groupId", args.GroupID, "user group")
	check.objectID("userId", args.UserID, "user")
	check.listShared(g.config, g.lists, membersOf(args.GroupID), args.UserID, nil, "GroupMember", req.Name, "groupId", "userId")
	return infer.CheckResponse[GroupMemberArgs]{Inputs: args, Failures: check.failures}, nil
}

// Create adds the user to the group.
func (g *GroupMember) Create(ctx context.Context, req infer.CreateRequest[GroupMemberArgs]) (infer.CreateResponse[GroupMemberState], error) {
	var none infer.CreateResponse[GroupMemberState]
	conn, err := g.config.connection()
	if err != nil {
		return none, err
	}
	issuer, err := conn.Issuer(ctx)
	if err != nil {
		return none, err
	}
	if err := conn.AddGroupMember(ctx, req.Inputs.GroupID, req.Inputs.UserID); err != nil {
		return none, err
	}
	return infer.CreateResponse[GroupMemberState]{ID: pairID(req.Inputs.GroupID, req.Inputs.UserID), Output: GroupMemberState{req.Inputs, issuer}}, nil
}

// Read tells whether the user is still in the group.
func (g *GroupMember) Read(ctx context.Context, req infer.ReadRequest[GroupMemberArgs, GroupMemberState]) (infer.ReadResponse[GroupMemberArgs, GroupMemberState], error) {
	var none infer.ReadResponse[GroupMemberArgs, GroupMemberState]
	conn, err := g.config.connection()
	if err != nil {
		return none, err
	}
	groupID, userID, err := splitPairID(req.ID, "<groupId>/<userId>")
	if err != nil {
		return none, err
	}
	members, err := conn.GroupMembers(ctx, groupID)
	if errors.Is(err, api.ErrNotFound) || err == nil && !slices.Contains(members, userID) {
		return none, nil // no id: the user has left the group, or there is no such group
	}
	if err != nil {
		return none, err
	}
	issuer, err := conn.Issuer(ctx)
	if err != nil {
		return none, err
	}
	args := GroupMemberArgs{GroupID: groupID, UserID: userID}
	return infer.ReadResponse[GroupMemberArgs, GroupMemberState]{ID: req.ID, Inputs: args, State: GroupMemberState{args, issuer}}, nil
}

// Update has nothing to do: another group or user is another membership.
func (*GroupMember) Update(_ context.Context, req infer.UpdateRequest[GroupMemberArgs, GroupMemberState]) (infer.UpdateResponse[GroupMemberState], error) {
	return infer.UpdateResponse[GroupMemberState]{Output: GroupMemberState{req.Inputs, req.State.Issuer}}, nil
}

// Delete takes the user out of the group, unless another resource says that they are in it.
func (g *GroupMember) Delete(ctx context.Context, req infer.DeleteRequest[GroupMemberState]) (infer.DeleteResponse, error) {
	conn, err := g.config.connection()
	if err != nil {
		return infer.DeleteResponse{}, err
	}
	groupID, userID, err := splitPairID(req.ID, "<groupId>/<userId>")
	if err != nil {
		return infer.DeleteResponse{}, err
	}
	if g.lists.inherited(ctx, g.config.session, membersOf(groupID), userID, "GroupMember") {
		return infer.DeleteResponse{}, nil
	}
	return infer.DeleteResponse{}, conn.RemoveGroupMember(ctx, groupID, userID)
}

// ListInputs are what a list can be narrowed by.
func (*GroupMember) ListInputs() map[string]string {
	return map[string]string{"groupId": "Id of the group whose memberships are wanted."}
}

// List names the memberships of all groups, or of one.
func (*GroupMember) List(ctx context.Context, conn *api.Conn, by map[string]string) ([]listing, error) {
	groups, err := conn.PopulatedGroups(ctx)
	if err != nil {
		return nil, err
	}
	var found []listing
	for _, group := range groups {
		if wanted := by["groupId"]; wanted != "" && wanted != group.ID {
			continue
		}
		users, err := conn.GroupUsers(ctx, group.ID)
		if errors.Is(err, api.ErrNotFound) {
			continue // deleted meanwhile
		}
		if err != nil {
			return nil, err
		}
		for _, user := range users {
			found = append(found, listing{ID: pairID(group.ID, user.ID), Name: group.Name + " " + user.Username, LDAP: group.LDAPID != nil})
		}
	}
	return found, nil
}
