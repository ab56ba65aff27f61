package provider

import (
	"context"
	"slices"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/ids"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/inputs"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/inventory"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/lifecycle"
)

// GroupMember is the membership of one user in one group.
type GroupMember struct{ config *Config }

// GroupMemberArgs are the inputs.
type GroupMemberArgs struct {
	GroupID string `pulumi:"groupId" provider:"replaceOnChanges"`
	UserID  string `pulumi:"userId" provider:"replaceOnChanges"`
}

// GroupMemberState is the state.
type GroupMemberState struct {
	GroupMemberArgs
	Instance
}

// Annotate describes the resource.
func (g *GroupMember) Annotate(a infer.Annotator) {
	a.Describe(&g, "The membership of one user in one group.\n\n"+
		"The resource is additive: the group's other members are kept. To manage all members of a group, use `GroupMembers`. Use only one of the two types for a group.\n\n"+
		"Creating the resource fails if the user is already a member. Import the membership instead. "+
		"Pocket ID itself adds new users to the groups in its setting `signupDefaultUserGroupIds`.\n\n"+
		"Import with the group ID and the user ID: `pulumi import pocketid:index:GroupMember alice <groupId>/<userId>`."+anySupportedVersion)
}

// Annotate describes the inputs.
func (g *GroupMemberArgs) Annotate(a infer.Annotator) {
	a.Describe(&g.GroupID, "ID of the group. Changing it replaces the resource.")
	a.Describe(&g.UserID, "ID of the user. A user that does not exist is an error. Changing it replaces the resource.")
}

// Check validates the IDs.
func (*GroupMember) Check(ctx context.Context, req infer.CheckRequest) (p.CheckResponse, error) {
	return inputs.Check(ctx, req, func(check *inputs.Checker, args *GroupMemberArgs) {
		check.ObjectID("groupId", args.GroupID, "user group")
		check.ObjectID("userId", args.UserID, "user")
		lifecycle.DeclareInputs(check, lifecycle.Declaration{Object: groupMembers(args.GroupID), Entry: args.UserID}, "groupId", "userId")
	})
}

// Create adds the user to the group.
func (g *GroupMember) Create(ctx context.Context, req infer.CreateRequest[GroupMemberArgs]) (infer.CreateResponse[GroupMemberState], error) {
	if err := g.config.conn().AddGroupMember(ctx, req.Inputs.GroupID, req.Inputs.UserID); err != nil {
		return infer.CreateResponse[GroupMemberState]{}, err
	}
	return infer.CreateResponse[GroupMemberState]{
		ID:     ids.Pair(req.Inputs.GroupID, req.Inputs.UserID),
		Output: GroupMemberState{GroupMemberArgs: req.Inputs},
	}, nil
}

// Read reads whether the user is still a member. If not, the membership is gone.
func (g *GroupMember) Read(ctx context.Context, req infer.ReadRequest[GroupMemberArgs, GroupMemberState]) (infer.ReadResponse[GroupMemberArgs, GroupMemberState], error) {
	var none infer.ReadResponse[GroupMemberArgs, GroupMemberState]
	groupID, userID, err := ids.SplitPair(req.ID, "<groupId>/<userId>")
	if err != nil {
		return none, err
	}
	members, err := g.config.conn().GetGroupMemberIDs(ctx, groupID)
	if err != nil || !slices.Contains(members, userID) {
		return none, err
	}
	args := GroupMemberArgs{GroupID: groupID, UserID: userID}
	return infer.ReadResponse[GroupMemberArgs, GroupMemberState]{ID: req.ID, Inputs: args, State: GroupMemberState{GroupMemberArgs: args}}, nil
}

// Update has nothing to do: another group or user replaces the membership.
func (*GroupMember) Update(_ context.Context, req infer.UpdateRequest[GroupMemberArgs, GroupMemberState]) (infer.UpdateResponse[GroupMemberState], error) {
	return infer.UpdateResponse[GroupMemberState]{Output: GroupMemberState{GroupMemberArgs: req.Inputs}}, nil
}

// Delete removes the user from the group, unless another resource declares the
// membership.
func (g *GroupMember) Delete(ctx context.Context, req infer.DeleteRequest[GroupMemberState]) (infer.DeleteResponse, error) {
	groupID, userID, err := ids.SplitPair(req.ID, "<groupId>/<userId>")
	if err != nil || lifecycle.KeepsEntry(ctx, groupMembers(groupID), userID) {
		return infer.DeleteResponse{}, err
	}
	return infer.DeleteResponse{}, g.config.conn().RemoveGroupMember(ctx, groupID, userID)
}

// ListInputs are the filters of List.
func (*GroupMember) ListInputs() map[string]string {
	return map[string]string{"groupId": "ID of a group. Lists only the memberships of this group."}
}

// List returns the memberships of all groups, or of one.
func (g *GroupMember) List(ctx context.Context, filter map[string]string) ([]lifecycle.Listed, error) {
	return g.config.list(ctx, inventory.GroupMemberships, inventory.Filter{GroupID: filter["groupId"]})
}
