package provider

import (
	"context"
	"errors"
	"strings"

	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
)

// ClientGroupAccess lets the members of one group use one client.
type ClientGroupAccess struct {
	config *Config
	lists  *shares
}

// ClientGroupAccessArgs is what a program says of it.
type ClientGroupAccessArgs struct {
	ClientID string `pulumi:"clientId" provider:"replaceOnChanges"`
	GroupID  string `pulumi:"groupId" provider:"replaceOnChanges"`
}

// ClientGroupAccessState is what the stack knows of it.
type ClientGroupAccessState struct {
	ClientGroupAccessArgs
	Issuer string `pulumi:"issuer"`
}

// Annotate describes the resource.
func (c *ClientGroupAccess) Annotate(a infer.Annotator) {
	a.Describe(&c, "Lets the members of one group use one client; the client's other groups are left alone. For groups that are declared elsewhere than the client, in another stack, say.\n\n"+
		"The client must be restricted to groups without naming them: a `Client` with `isGroupRestricted: true` and without `allowedUserGroups`. "+
		"A `Client` that names its groups (or says `[]`) names all of them, and would undo this. On a client that is not restricted a group means nothing, and is an error. "+
		"When the last group is taken away the client stays restricted: nobody may use it.\n\n"+
		"A group that may use the client already is an error: import the access, as `<clientId>/<groupId>`.")
}

// Annotate describes the inputs.
func (c *ClientGroupAccessArgs) Annotate(a infer.Annotator) {
	a.Describe(&c.ClientID, "Id of a client that is restricted to groups. Changing it replaces the access.")
	a.Describe(&c.GroupID, "Id of the group whose members may use the client. A group that does not exist is an error. Changing it replaces the access.")
}

// Annotate describes the outputs.
func (c *ClientGroupAccessState) Annotate(a infer.Annotator) {
	a.Describe(&c.Issuer, "The issuer of the Pocket ID instance that the client is in.")
}

// Check says at preview what can be no id, and who else in the program says the same.
func (c *ClientGroupAccess) Check(ctx context.Context, req infer.CheckRequest) (infer.CheckResponse[ClientGroupAccessArgs], error) {
	args, failures, err := infer.DefaultCheck[ClientGroupAccessArgs](ctx, req.NewInputs)
	if err != nil {
		return infer.CheckResponse[ClientGroupAccessArgs]{Inputs: args, Failures: failures}, err
	}
	check := newChecks(ctx, req.NewInputs, req.OldInputs, failures)
	check.that(isClientID(args.ClientID), "clientId", "must be the id of a client, is %s", check.quoted("clientId", args.ClientID))
	check.objectID("groupId", args.GroupID, "user group")
	check.listShared(c.config, c.lists, groupsOf(args.ClientID), args.GroupID, nil, "ClientGroupAccess", req.Name, "clientId", "groupId")
	return infer.CheckResponse[ClientGroupAccessArgs]{Inputs: args, Failures: check.failures}, nil
}

// groupsOf names the list of the groups that may use a client.
func groupsOf(clientID string) string { return "groups of " + clientID }

// Create adds the group to those that may use the client.
func (c *ClientGroupAccess) Create(ctx context.Context, req infer.CreateRequest[ClientGroupAccessArgs]) (infer.CreateResponse[ClientGroupAccessState], error) {
	var none infer.CreateResponse[ClientGroupAccessState]
	conn, err := c.config.connection()
	if err != nil {
		return none, err
	}
	issuer, err := conn.Issuer(ctx)
	if err != nil {
		return none, err
	}
	if err := conn.AllowGroup(ctx, req.Inputs.ClientID, req.Inputs.GroupID); err != nil {
		return none, err
	}
	return infer.CreateResponse[ClientGroupAccessState]{ID: pairID(req.Inputs.ClientID, req.Inputs.GroupID), Output: ClientGroupAccessState{req.Inputs, issuer}}, nil
}

// Read tells whether the group may still use the client. On a client that everybody
// may use, the access is gone.
func (c *ClientGroupAccess) Read(ctx context.Context, req infer.ReadRequest[ClientGroupAccessArgs, ClientGroupAccessState]) (infer.ReadResponse[ClientGroupAccessArgs, ClientGroupAccessState], error) {
	var none infer.ReadResponse[ClientGroupAccessArgs, ClientGroupAccessState]
	conn, err := c.config.connection()
	if err != nil {
		return none, err
	}
	clientID, groupID, err := splitPairID(req.ID, "<clientId>/<groupId>")
	if err != nil {
		return none, err
	}
	allowed, err := conn.GroupIsAllowed(ctx, clientID, groupID)
	if errors.Is(err, api.ErrNotFound) || err == nil && !allowed {
		return none, nil // no id: it is gone, or its client and with it all of them
	}
	if err != nil {
		return none, err
	}
	issuer, err := conn.Issuer(ctx)
	if err != nil {
		return none, err
	}
	args := ClientGroupAccessArgs{ClientID: clientID, GroupID: groupID}
	return infer.ReadResponse[ClientGroupAccessArgs, ClientGroupAccessState]{ID: req.ID, Inputs: args, State: ClientGroupAccessState{args, issuer}}, nil
}

// Update has nothing to do: another client or group is another access.
func (*ClientGroupAccess) Update(_ context.Context, req infer.UpdateRequest[ClientGroupAccessArgs, ClientGroupAccessState]) (infer.UpdateResponse[ClientGroupAccessState], error) {
	return infer.UpdateResponse[ClientGroupAccessState]{Output: ClientGroupAccessState{req.Inputs, req.State.Issuer}}, nil
}

// Delete takes the group from those that may use the client, unless another resource
// says that it is one of them.
func (c *ClientGroupAccess) Delete(ctx context.Context, req infer.DeleteRequest[ClientGroupAccessState]) (infer.DeleteResponse, error) {
	conn, err := c.config.connection()
	if err != nil {
		return infer.DeleteResponse{}, err
	}
	clientID, groupID, err := splitPairID(req.ID, "<clientId>/<groupId>")
	if err != nil {
		return infer.DeleteResponse{}, err
	}
	if c.lists.inherited(ctx, c.config.session, groupsOf(clientID), groupID, "ClientGroupAccess") {
		return infer.DeleteResponse{}, nil
	}
	return infer.DeleteResponse{}, conn.DisallowGroup(ctx, clientID, groupID)
}

// ListInputs are what a list can be narrowed by.
func (*ClientGroupAccess) ListInputs() map[string]string {
	return map[string]string{"clientId": "Id of the client whose groups are wanted."}
}

// List names the groups of all restricted clients, or of one.
func (*ClientGroupAccess) List(ctx context.Context, conn *api.Conn, by map[string]string) ([]listing, error) {
	clients, err := conn.RestrictedClients(ctx)
	if err != nil {
		return nil, err
	}
	var found []listing
	for _, client := range clients {
		if wanted := by["clientId"]; wanted != "" && wanted != client.ID || strings.Contains(client.ID, "/") {
			continue // the id of a client that describes itself is a URL
		}
		client, err := conn.GetClient(ctx, client.ID)
		if errors.Is(err, api.ErrNotFound) {
			continue // deleted meanwhile
		}
		if err != nil {
			return nil, err
		}
		for _, group := range client.AllowedUserGroups {
			found = append(found, listing{ID: pairID(client.ID, group.ID), Name: client.Name + " " + group.Name})
		}
	}
	return found, nil
}
