package provider

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi/sdk/v3/go/property"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
)

// Group is a user group.
type Group struct {
	config *Config
	lists  *shares
}

// GroupArgs is what a program says of a group; nil is what it leaves out.
type GroupArgs struct {
	Name         string            `pulumi:"name"`
	FriendlyName string            `pulumi:"friendlyName"`
	CustomClaims map[string]string `pulumi:"customClaims,optional"`
}

// GroupState is what the stack knows of a group.
type GroupState struct {
	GroupArgs
	Issuer string `pulumi:"issuer"`
}

// Annotate describes the resource.
func (g *Group) Annotate(a infer.Annotator) {
	a.Describe(&g, "A group of users: clients are restricted to groups, and applications see them in the `groups` claim.\n\n"+
		"Members are left alone. Deleting a group leaves the clients that were restricted to it restricted: they let nobody in. "+
		"Import one by its id. Of a group that comes from LDAP, only `customClaims` can be changed.")
}

// Annotate describes the inputs.
func (g *GroupArgs) Annotate(a infer.Annotator) {
	a.Describe(&g.Name, "Name that applications see in the `groups` claim, 2 to 255 characters, unique (upper and lower case differ).")
	a.Describe(&g.FriendlyName, "Name that people see, 2 to 50 characters. Need not be unique.")
	a.Describe(&g.CustomClaims, "Claims that the tokens of the group's members have in addition, all of them: what is not named here is removed. `{}` removes all. "+
		"Left alone when left out. Names that tokens use themselves (`sub`, `email`, `groups` …) are refused. Together with a `GroupCustomClaims` of the same group it is an error: they would undo each other's work.")
}

// Annotate describes the outputs.
func (g *GroupState) Annotate(a infer.Annotator) {
	a.Describe(&g.Issuer, "The issuer of the Pocket ID instance that the group is in.")
}

// Canonical brings a program's words to the form that Read returns.
func (*Group) Canonical(in property.Map) property.Map {
	return nfc(inWords(in, "customClaims"), "name", "friendlyName", "customClaims")
}

// Check says at preview what the server would refuse.
func (*Group) Check(ctx context.Context, req infer.CheckRequest) (infer.CheckResponse[GroupArgs], error) {
	args, failures, err := infer.DefaultCheck[GroupArgs](ctx, req.NewInputs)
	if err != nil {
		return infer.CheckResponse[GroupArgs]{Inputs: args, Failures: failures}, err
	}
	check := newChecks(ctx, req.NewInputs, req.OldInputs, failures)
	check.length("name", args.Name, 2, 255)
	check.length("friendlyName", args.FriendlyName, 2, 50)
	check.claims("customClaims", args.CustomClaims)
	return infer.CheckResponse[GroupArgs]{Inputs: args, Failures: check.failures}, nil
}

// claims checks custom claims as the server does, one failure a claim.
func (c *checks) claims(name string, claims map[string]string) {
	for _, key := range sortedKeys(claims) {
		at := fmt.Sprintf("%s[%q]", name, key)
		c.that(key != "", at, "must have a name")
		c.that(claims[key] != "", at, "must not be empty")
		c.that(!slices.Contains(api.ReservedClaims(), key), at, "must have another name: tokens use %q themselves", key)
	}
}

// Plan leaves the claims alone where the program does.
func (g *Group) Plan(c *change) {
	c.leftAlone("customClaims")
	c.listShared(g.config, g.lists, claimsOf(api.GroupClaims, c.ID), "Group", "customClaims")
}

// Create makes the group, then gives it its claims.
func (g *Group) Create(ctx context.Context, req infer.CreateRequest[GroupArgs]) (infer.CreateResponse[GroupState], error) {
	var none infer.CreateResponse[GroupState]
	conn, err := g.config.connection()
	if err != nil {
		return none, err
	}
	issuer, err := conn.Issuer(ctx)
	if err != nil {
		return none, err
	}
	group, err := conn.CreateGroup(ctx, req.Inputs.settings())
	if err != nil {
		return none, err
	}
	var failed error
	if req.Inputs.CustomClaims != nil {
		g.lists.takes(g.config.session, claimsOf(api.GroupClaims, group.ID), everyEntry, share{resource: saidBy("Group", req.Name), isNew: true})
	}
	if len(req.Inputs.CustomClaims) > 0 {
		if failed = conn.SetClaims(ctx, api.GroupClaims, group.ID, req.Inputs.CustomClaims); failed == nil {
			group.CustomClaims = api.ClaimsOf(req.Inputs.CustomClaims)
		}
	}
	return infer.CreateResponse[GroupState]{ID: group.ID, Output: groupState(group, req.Inputs, issuer)}, unfinished(failed)
}

// Read brings back what the server has.
func (g *Group) Read(ctx context.Context, req infer.ReadRequest[GroupArgs, GroupState]) (infer.ReadResponse[GroupArgs, GroupState], error) {
	var none infer.ReadResponse[GroupArgs, GroupState]
	conn, err := g.config.connection()
	if err != nil {
		return none, err
	}
	group, err := conn.GetGroup(ctx, req.ID)
	if errors.Is(err, api.ErrNotFound) {
		return none, nil // no id: it is gone
	}
	if err != nil {
		return none, err
	}
	issuer, err := conn.Issuer(ctx)
	if err != nil {
		return none, err
	}
	said := req.Inputs
	if imported := req.State.Issuer == ""; imported {
		said.CustomClaims = group.Claims()
	}
	state := groupState(group, said, issuer)
	return infer.ReadResponse[GroupArgs, GroupState]{ID: group.ID, Inputs: state.GroupArgs, State: state}, nil
}

// Update writes the names, then the claims.
func (g *Group) Update(ctx context.Context, req infer.UpdateRequest[GroupArgs, GroupState]) (infer.UpdateResponse[GroupState], error) {
	var none infer.UpdateResponse[GroupState]
	conn, err := g.config.connection()
	if err != nil {
		return none, err
	}
	group, err := conn.UpdateGroup(ctx, req.ID, req.Inputs.settings())
	if group.ID == "" {
		return infer.UpdateResponse[GroupState]{Output: req.State}, unwritten(err)
	}
	failed := []error{err}
	if req.Inputs.CustomClaims != nil {
		if err = conn.SetClaims(ctx, api.GroupClaims, req.ID, req.Inputs.CustomClaims); err == nil {
			group.CustomClaims = api.ClaimsOf(req.Inputs.CustomClaims)
		}
		failed = append(failed, err)
	}
	return infer.UpdateResponse[GroupState]{Output: groupState(group, req.Inputs, req.State.Issuer)}, unfinished(failed...)
}

// Delete removes the group.
func (g *Group) Delete(ctx context.Context, req infer.DeleteRequest[GroupState]) (infer.DeleteResponse, error) {
	conn, err := g.config.connection()
	if err != nil {
		return infer.DeleteResponse{}, err
	}
	return infer.DeleteResponse{}, conn.DeleteGroup(ctx, req.ID)
}

// ListInputs: all groups are listed.
func (*Group) ListInputs() map[string]string { return map[string]string{} }

// List names the groups there are.
func (*Group) List(ctx context.Context, conn *api.Conn, _ map[string]string) ([]listing, error) {
	all, err := conn.ListGroups(ctx)
	var found []listing
	for _, g := range all {
		found = append(found, listing{ID: g.ID, Name: g.Name, LDAP: g.LDAPID != nil})
	}
	return found, err
}

// settings is what the program says, in the server's words.
func (args GroupArgs) settings() api.GroupSettings {
	return api.GroupSettings{Name: args.Name, FriendlyName: args.FriendlyName}
}

// groupState is what the server says, in the program's words. Claims that the
// program leaves out are left out here too.
func groupState(g api.Group, said GroupArgs, issuer string) GroupState {
	state := GroupState{GroupArgs{Name: composed(g.Name), FriendlyName: composed(g.FriendlyName)}, issuer}
	if said.CustomClaims != nil {
		state.CustomClaims = map[string]string{}
		for key, value := range g.Claims() {
			state.CustomClaims[composed(key)] = composed(value)
		}
	}
	return state
}
