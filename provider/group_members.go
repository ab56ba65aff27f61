package provider

import (
	"context"
	"fmt"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi/sdk/v3/go/property"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/ids"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/inputs"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/inventory"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/lifecycle"
)

// GroupMembers is all the members of a group.
type GroupMembers struct{ config *Config }

// GroupMembersArgs are the inputs.
type GroupMembersArgs struct {
	GroupID string   `pulumi:"groupId" provider:"replaceOnChanges"`
	UserIDs []string `pulumi:"userIds"`
}

// GroupMembersState is the state.
type GroupMembersState struct {
	GroupMembersArgs
	Instance
}

// Annotate describes the resource.
func (g *GroupMembers) Annotate(a infer.Annotator) {
	a.Describe(&g, "All members of a user group.\n\n"+
		"The resource is authoritative: users that are not listed are removed from the group. To add single members and keep the others, use `GroupMember`. "+
		"Use only one of the two types for a group.\n\n"+
		"To avoid removing members unintentionally, creating the resource fails if the group has members that are not listed. Import the members first.\n\n"+
		"Deleting the resource removes all members from the group, except those that the program then declares with `GroupMember` or another `GroupMembers`.\n\n"+
		"If the group comes from LDAP, the next synchronization resets its members.\n\n"+
		"Import with the group ID: `pulumi import pocketid:index:GroupMembers members <groupId>`."+anySupportedVersion)
}

// Annotate describes the inputs.
func (g *GroupMembersArgs) Annotate(a infer.Annotator) {
	a.Describe(&g.GroupID, "ID of the group. Changing it replaces the resource: the members leave the old group and join the new one.")
	a.Describe(&g.UserIDs, "IDs of all users that are members of the group. `[]` means no members. The order does not matter. A user that does not exist is an error.")
}

// Normalize brings the inputs to the form that Read returns.
func (*GroupMembers) Normalize(in property.Map) property.Map { return inputs.Sets(in, "userIds") }

// Check validates the IDs.
func (*GroupMembers) Check(ctx context.Context, req infer.CheckRequest) (p.CheckResponse, error) {
	return inputs.Check(ctx, req, func(check *inputs.Checker, args *GroupMembersArgs) {
		check.ObjectID("groupId", args.GroupID, "user group")
		for i, id := range args.UserIDs {
			check.ObjectID(fmt.Sprintf("userIds[%d]", i), id, "user")
		}
		lifecycle.DeclareInputs(check, lifecycle.Declaration{Object: groupMembers(args.GroupID), Entries: args.UserIDs}, "groupId")
	})
}

// Create sets the members, if the group has no others.
func (g *GroupMembers) Create(ctx context.Context, req infer.CreateRequest[GroupMembersArgs]) (infer.CreateResponse[GroupMembersState], error) {
	members, err := g.config.conn().SetInitialGroupMembers(ctx, req.Inputs.GroupID, req.Inputs.UserIDs)
	if members == nil {
		return infer.CreateResponse[GroupMembersState]{}, err
	}
	return infer.CreateResponse[GroupMembersState]{
		ID:     ids.Subresource(req.Inputs.GroupID, ids.Members),
		Output: groupMembersState(req.Inputs.GroupID, members),
	}, lifecycle.Incomplete(err)
}

// Read reads the members.
func (g *GroupMembers) Read(ctx context.Context, req infer.ReadRequest[GroupMembersArgs, GroupMembersState]) (infer.ReadResponse[GroupMembersArgs, GroupMembersState], error) {
	groupID := ids.SubresourceOwner(req.ID, ids.Members)
	members, err := g.config.conn().GetGroupMemberIDs(ctx, groupID)
	if err != nil {
		return infer.ReadResponse[GroupMembersArgs, GroupMembersState]{}, err
	}
	state := groupMembersState(groupID, members)
	return infer.ReadResponse[GroupMembersArgs, GroupMembersState]{
		ID: ids.Subresource(groupID, ids.Members), Inputs: state.GroupMembersArgs, State: state,
	}, nil
}

// Update sets the members.
func (g *GroupMembers) Update(ctx context.Context, req infer.UpdateRequest[GroupMembersArgs, GroupMembersState]) (infer.UpdateResponse[GroupMembersState], error) {
	members, err := g.config.conn().SetGroupMembers(ctx, req.State.GroupID, req.Inputs.UserIDs)
	if members == nil {
		return infer.UpdateResponse[GroupMembersState]{}, err
	}
	return infer.UpdateResponse[GroupMembersState]{Output: groupMembersState(req.State.GroupID, members)}, lifecycle.Incomplete(err)
}

// Delete removes the members, but for those that another resource declares.
func (g *GroupMembers) Delete(ctx context.Context, req infer.DeleteRequest[GroupMembersState]) (infer.DeleteResponse, error) {
	members := groupMembers(req.State.GroupID)
	if lifecycle.KeepsWhole(ctx, members) {
		return infer.DeleteResponse{}, nil
	}
	return infer.DeleteResponse{}, g.config.conn().ClearGroupMembers(ctx, req.State.GroupID, lifecycle.DeclaredEntries(ctx, members))
}

// ListInputs are the filters of List.
func (*GroupMembers) ListInputs() map[string]string { return map[string]string{} }

// List returns the groups that have members.
func (g *GroupMembers) List(ctx context.Context, _ map[string]string) ([]lifecycle.Listed, error) {
	return g.config.list(ctx, inventory.GroupMemberLists, inventory.Filter{})
}

func groupMembersState(groupID string, members []string) GroupMembersState {
	return GroupMembersState{GroupMembersArgs: GroupMembersArgs{GroupID: groupID, UserIDs: inputs.SortedSet(members)}}
}
