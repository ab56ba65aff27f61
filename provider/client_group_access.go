package provider

import (
	"context"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/ids"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/inputs"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/inventory"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/lifecycle"
)

// ClientGroupAccess lets the members of one group use one client.
type ClientGroupAccess struct{ config *Config }

// ClientGroupAccessArgs are the inputs.
type ClientGroupAccessArgs struct {
	ClientID string `pulumi:"clientId" provider:"replaceOnChanges"`
	GroupID  string `pulumi:"groupId" provider:"replaceOnChanges"`
}

// ClientGroupAccessState is the state.
type ClientGroupAccessState struct {
	ClientGroupAccessArgs
	Instance
}

// Annotate describes the resource.
func (c *ClientGroupAccess) Annotate(a infer.Annotator) {
	a.Describe(&c, "Allows the members of one group to use one client.\n\n"+
		"The resource is additive: the client's other groups are kept. Use it for groups that are not declared together with the client, for example in another stack.\n\n"+
		"The client must be restricted to groups without listing them: a `Client` with `isGroupRestricted: true` and without `allowedUserGroups`. "+
		"A `Client` that sets `allowedUserGroups`, even to `[]`, manages all of its groups and would undo this resource. "+
		"On a client that is not restricted, a group has no effect, so creating the resource fails. "+
		"After the last group is removed, the client stays restricted and nobody may use it.\n\n"+
		"Creating the resource also fails if the group may already use the client. Import the access instead.\n\n"+
		"Import with the client ID and the group ID: `pulumi import pocketid:index:ClientGroupAccess devs <clientId>/<groupId>`."+anySupportedVersion)
}

// Annotate describes the inputs.
func (c *ClientGroupAccessArgs) Annotate(a infer.Annotator) {
	a.Describe(&c.ClientID, "ID of a client that is restricted to groups. Changing it replaces the resource.")
	a.Describe(&c.GroupID, "ID of the group whose members may use the client. A group that does not exist is an error. Changing it replaces the resource.")
}

// Check validates the IDs.
func (*ClientGroupAccess) Check(ctx context.Context, req infer.CheckRequest) (p.CheckResponse, error) {
	return inputs.Check(ctx, req, func(check *inputs.Checker, args *ClientGroupAccessArgs) {
		check.ClientID("clientId", args.ClientID)
		check.ObjectID("groupId", args.GroupID, "user group")
		lifecycle.DeclareInputs(check, lifecycle.Declaration{Object: clientGroups(args.ClientID), Entry: args.GroupID}, "clientId", "groupId")
	})
}

// Create adds the group to the allowed groups of the client.
func (c *ClientGroupAccess) Create(ctx context.Context, req infer.CreateRequest[ClientGroupAccessArgs]) (infer.CreateResponse[ClientGroupAccessState], error) {
	if err := c.config.conn().AddAllowedGroup(ctx, req.Inputs.ClientID, req.Inputs.GroupID); err != nil {
		return infer.CreateResponse[ClientGroupAccessState]{}, err
	}
	return infer.CreateResponse[ClientGroupAccessState]{
		ID:     ids.Pair(req.Inputs.ClientID, req.Inputs.GroupID),
		Output: ClientGroupAccessState{ClientGroupAccessArgs: req.Inputs},
	}, nil
}

// Read reads whether the group is still allowed. If not, the access is gone, also where
// the client is no longer restricted to groups.
func (c *ClientGroupAccess) Read(ctx context.Context, req infer.ReadRequest[ClientGroupAccessArgs, ClientGroupAccessState]) (infer.ReadResponse[ClientGroupAccessArgs, ClientGroupAccessState], error) {
	var none infer.ReadResponse[ClientGroupAccessArgs, ClientGroupAccessState]
	clientID, groupID, err := ids.SplitPair(req.ID, "<clientId>/<groupId>")
	if err != nil {
		return none, err
	}
	allowed, err := c.config.conn().IsGroupAllowed(ctx, clientID, groupID)
	if err != nil || !allowed {
		return none, err
	}
	args := ClientGroupAccessArgs{ClientID: clientID, GroupID: groupID}
	return infer.ReadResponse[ClientGroupAccessArgs, ClientGroupAccessState]{ID: req.ID, Inputs: args, State: ClientGroupAccessState{ClientGroupAccessArgs: args}}, nil
}

// Update has nothing to do: another client or group replaces the access.
func (*ClientGroupAccess) Update(_ context.Context, req infer.UpdateRequest[ClientGroupAccessArgs, ClientGroupAccessState]) (infer.UpdateResponse[ClientGroupAccessState], error) {
	return infer.UpdateResponse[ClientGroupAccessState]{Output: ClientGroupAccessState{ClientGroupAccessArgs: req.Inputs}}, nil
}

// Delete removes the group from the allowed groups of the client, unless another
// resource declares it.
func (c *ClientGroupAccess) Delete(ctx context.Context, req infer.DeleteRequest[ClientGroupAccessState]) (infer.DeleteResponse, error) {
	clientID, groupID, err := ids.SplitPair(req.ID, "<clientId>/<groupId>")
	if err != nil || lifecycle.KeepsEntry(ctx, clientGroups(clientID), groupID) {
		return infer.DeleteResponse{}, err
	}
	return infer.DeleteResponse{}, c.config.conn().RemoveAllowedGroup(ctx, clientID, groupID)
}

// ListInputs are the filters of List.
func (*ClientGroupAccess) ListInputs() map[string]string {
	return map[string]string{"clientId": "ID of a client. Lists only the groups of this client."}
}

// List returns the allowed groups of all restricted clients, or of one.
func (c *ClientGroupAccess) List(ctx context.Context, filter map[string]string) ([]lifecycle.Listed, error) {
	return c.config.list(ctx, inventory.ClientGroupAccess, inventory.Filter{ClientID: filter["clientId"]})
}
