package provider

import (
	"context"
	"errors"
	"fmt"

	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi/sdk/v3/go/property"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
)

// GroupMembers is who is in a group: all of its members.
type GroupMembers struct {
	config *Config
	lists  *shares
}

// GroupMembersArgs is what a program says of them.
type GroupMembersArgs struct {
	GroupID string   `pulumi:"groupId" provider:"replaceOnChanges"`
	UserIDs []string `pulumi:"userIds"`
}

// GroupMembersState is what the stack knows of them.
type GroupMembersState struct {
	GroupMembersArgs
	Issuer string `pulumi:"issuer"`
}

// Annotate describes the resource.
func (g *GroupMembers) Annotate(a infer.Annotator) {
	a.Describe(&g, "All the members of a user group: who is not named is removed from it. To add single members and leave the others alone, use `GroupMember`; a group has one kind or the other.\n\n"+
		"A group that has members already who are not named is an error, so that nobody is thrown out unseen: import its members first. "+
		"Deleting the resource empties the group, but for those whom the program names by `GroupMember` or another `GroupMembers` by then. The members of a group that comes from LDAP are set back by the next synchronization. "+
		"Import with the group's id.")
}

// Annotate describes the inputs.
func (g *GroupMembersArgs) Annotate(a infer.Annotator) {
	a.Describe(&g.GroupID, "Id of the group. Changing it replaces the resource: the members leave the one group and enter the other.")
	a.Describe(&g.UserIDs, "Ids of all the users that are members of the group; `[]` for none. The order means nothing. A user that does not exist is an error.")
}

// Annotate describes the outputs.
func (g *GroupMembersState) Annotate(a infer.Annotator) {
	a.Describe(&g.Issuer, "The issuer of the Pocket ID instance that the group is in.")
}

// Canonical brings a program's words to the form that Read returns.
func (*GroupMembers) Canonical(in property.Map) property.Map { return asSets(in, "userIds") }

// Check says at preview what can be no id, and who else in the program says the members.
func (g *GroupMembers) Check(ctx context.Context, req infer.CheckRequest) (infer.CheckResponse[GroupMembersArgs], error) {
	args, failures, err := infer.DefaultCheck[GroupMembersArgs](ctx, req.NewInputs)
	if err != nil {
		return infer.CheckResponse[GroupMembersArgs]{Inputs: args, Failures: failures}, err
	}
	check := newChecks(ctx, req.NewInputs, req.OldInputs, failures)
	check.objectID("groupId", args.GroupID, "user group")
	for i, id := range args.UserIDs {
		check.objectID(fmt.Sprintf("userIds[%d]", i), id, "user")
	}
	check.listShared(g.config, g.lists, membersOf(args.GroupID), everyEntry, args.UserIDs, "GroupMembers", req.Name, "groupId")
	return infer.CheckResponse[GroupMembersArgs]{Inputs: args, Failures: check.failures}, nil
}

// membersOf names the list of a group's members.
func membersOf(groupID string) string { return "members of " + groupID }

// Create fills a group whose members are all named, if it has any.
func (g *GroupMembers) Create(ctx context.Context, req infer.CreateRequest[GroupMembersArgs]) (infer.CreateResponse[GroupMembersState], error) {
	var none infer.CreateResponse[GroupMembersState]
	conn, err := g.config.connection()
	if err != nil {
		return none, err
	}
	issuer, err := conn.Issuer(ctx)
	if err != nil {
		return none, err
	}
	have, err := conn.FillGroup(ctx, req.Inputs.GroupID, req.Inputs.UserIDs)
	if have == nil {
		return none, err
	}
	g.lists.fills(g.config.session, membersOf(req.Inputs.GroupID))
	return infer.CreateResponse[GroupMembersState]{ID: partID(req.Inputs.GroupID, membersPart), Output: groupMembersState(req.Inputs.GroupID, have, issuer)}, unfinished(err)
}

// Read brings back who is in the group.
func (g *GroupMembers) Read(ctx context.Context, req infer.ReadRequest[GroupMembersArgs, GroupMembersState]) (infer.ReadResponse[GroupMembersArgs, GroupMembersState], error) {
	var none infer.ReadResponse[GroupMembersArgs, GroupMembersState]
	conn, err := g.config.connection()
	if err != nil {
		return none, err
	}
	groupID := ownerOf(req.ID, membersPart)
	have, err := conn.GroupMembers(ctx, groupID)
	if errors.Is(err, api.ErrNotFound) {
		return none, nil // no id: the group is gone, and with it its members
	}
	if err != nil {
		return none, err
	}
	issuer, err := conn.Issuer(ctx)
	if err != nil {
		return none, err
	}
	state := groupMembersState(groupID, have, issuer)
	return infer.ReadResponse[GroupMembersArgs, GroupMembersState]{ID: partID(groupID, membersPart), Inputs: state.GroupMembersArgs, State: state}, nil
}

// Update makes the members those that are named.
func (g *GroupMembers) Update(ctx context.Context, req infer.UpdateRequest[GroupMembersArgs, GroupMembersState]) (infer.UpdateResponse[GroupMembersState], error) {
	conn, err := g.config.connection()
	if err != nil {
		return infer.UpdateResponse[GroupMembersState]{}, err
	}
	have, err := conn.SetGroupMembers(ctx, req.State.GroupID, req.Inputs.UserIDs)
	if have == nil {
		return infer.UpdateResponse[GroupMembersState]{Output: req.State}, unwritten(err)
	}
	return infer.UpdateResponse[GroupMembersState]{Output: groupMembersState(req.State.GroupID, have, req.State.Issuer)}, unfinished(err)
}

// Delete empties the group, unless it belongs to the resource that took this one's
// place just now. Members that the program names one by one stay.
func (g *GroupMembers) Delete(ctx context.Context, req infer.DeleteRequest[GroupMembersState]) (infer.DeleteResponse, error) {
	conn, err := g.config.connection()
	if err != nil {
		return infer.DeleteResponse{}, err
	}
	list := membersOf(req.State.GroupID)
	if g.lists.filled(g.config.session, list) || g.lists.inherited(ctx, g.config.session, list, everyEntry, "GroupMembers") {
		return infer.DeleteResponse{}, nil
	}
	return infer.DeleteResponse{}, conn.EmptyGroup(ctx, req.State.GroupID, g.lists.single(g.config.session, list))
}

// ListInputs are none.
func (*GroupMembers) ListInputs() map[string]string { return map[string]string{} }

// List names the groups that have members.
func (*GroupMembers) List(ctx context.Context, conn *api.Conn, _ map[string]string) ([]listing, error) {
	groups, err := conn.PopulatedGroups(ctx)
	var found []listing
	for _, group := range groups {
		found = append(found, listing{ID: partID(group.ID, membersPart), Name: group.Name, LDAP: group.LDAPID != nil})
	}
	return found, err
}

func groupMembersState(groupID string, members []string, issuer string) GroupMembersState {
	return GroupMembersState{GroupMembersArgs{GroupID: groupID, UserIDs: sorted(members)}, issuer}
}
