package provider

import (
	"context"
	"maps"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi/sdk/v3/go/property"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/inputs"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/inventory"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/lifecycle"
)

// Group is a user group.
type Group struct{ config *Config }

// GroupArgs are the inputs. nil is an omitted input.
type GroupArgs struct {
	Name         string            `pulumi:"name"`
	FriendlyName string            `pulumi:"friendlyName"`
	CustomClaims map[string]string `pulumi:"customClaims,optional"`
}

// GroupState is the state.
type GroupState struct {
	GroupArgs
	Instance
}

// Annotate describes the resource.
func (g *Group) Annotate(a infer.Annotator) {
	a.Describe(&g, "A user group. Clients can be restricted to groups, and applications see a user's groups in the `groups` claim.\n\n"+
		"The resource does not manage the group's members (see `GroupMembers` and `GroupMember`).\n\n"+
		"A client that is restricted to a group stays restricted when the group is deleted. If it has no other group, nobody may use it.\n\n"+
		"If the group comes from LDAP, only `customClaims` can be changed.\n\n"+
		"Import with the group ID, or with `name:` and the exact name: `pulumi import pocketid:index:Group developers <groupId>`."+anySupportedVersion)
}

// Annotate describes the inputs.
func (g *GroupArgs) Annotate(a infer.Annotator) {
	a.Describe(&g.Name, "Name of the group in the `groups` claim, 2 to 255 characters. It must be unique (case-sensitive).")
	a.Describe(&g.FriendlyName, "Name that users see, 2 to 50 characters. It does not have to be unique.")
	a.Describe(&g.CustomClaims, "All additional claims in the tokens of the group's members, by name. Claims that are not listed are removed. `{}` removes all claims. "+
		"If omitted, the current value is kept. Claims that tokens use themselves, such as `sub`, `email` and `groups`, are not allowed. "+
		"Cannot be combined with a `GroupCustomClaims` of the same group, because each would undo the other's changes.")
}

// Normalize brings the inputs to the form that Read returns.
func (*Group) Normalize(in property.Map) property.Map {
	return inputs.NFC(inputs.Stringify(in, "customClaims"), "name", "friendlyName", "customClaims")
}

// Check refuses what the server would refuse.
func (g *Group) Check(ctx context.Context, req infer.CheckRequest) (p.CheckResponse, error) {
	return inputs.Check(ctx, req, func(check *inputs.Checker, args *GroupArgs) {
		check.Length("name", args.Name, 2, 255)
		check.Length("friendlyName", args.FriendlyName, 2, 50)
		checkClaims(check, g.config, "customClaims", args.CustomClaims)
	})
}

// Plan keeps omitted claims.
func (*Group) Plan(plan *lifecycle.Plan) {
	plan.KeepIfOmitted("customClaims")
	plan.DeclareList(customClaims(api.GroupClaims, plan.ID), "customClaims")
}

// Create creates the group, then sets its claims.
func (g *Group) Create(ctx context.Context, req infer.CreateRequest[GroupArgs]) (infer.CreateResponse[GroupState], error) {
	group, err := g.config.conn().CreateGroup(ctx, req.Inputs.settings())
	if err != nil {
		return infer.CreateResponse[GroupState]{}, err
	}
	if req.Inputs.CustomClaims != nil {
		lifecycle.Declare(ctx, lifecycle.Declaration{Object: customClaims(api.GroupClaims, group.ID)})
	}
	if len(req.Inputs.CustomClaims) > 0 { // a new group has none
		err = g.setClaims(ctx, &group, req.Inputs)
	}
	return infer.CreateResponse[GroupState]{ID: group.ID, Output: groupState(group, req.Inputs)}, lifecycle.Incomplete(err)
}

// Read reads the group. An import also takes its claims into the inputs.
func (g *Group) Read(ctx context.Context, req infer.ReadRequest[GroupArgs, GroupState]) (infer.ReadResponse[GroupArgs, GroupState], error) {
	group, err := g.config.conn().GetGroup(ctx, req.ID)
	if err != nil {
		return infer.ReadResponse[GroupArgs, GroupState]{}, err
	}
	args := req.Inputs
	if lifecycle.IsImport(ctx) {
		args.CustomClaims = group.Claims()
	}
	state := groupState(group, args)
	return infer.ReadResponse[GroupArgs, GroupState]{ID: group.ID, Inputs: state.GroupArgs, State: state}, nil
}

// Update writes the names, then the claims.
func (g *Group) Update(ctx context.Context, req infer.UpdateRequest[GroupArgs, GroupState]) (infer.UpdateResponse[GroupState], error) {
	group, err := g.config.conn().UpdateGroup(ctx, req.ID, req.Inputs.settings())
	if group.ID == "" {
		return infer.UpdateResponse[GroupState]{}, err
	}
	failed := []error{err}
	if req.Inputs.CustomClaims != nil && !maps.Equal(group.Claims(), req.Inputs.CustomClaims) {
		failed = append(failed, g.setClaims(ctx, &group, req.Inputs))
	}
	return infer.UpdateResponse[GroupState]{Output: groupState(group, req.Inputs)}, lifecycle.Incomplete(failed...)
}

func (g *Group) setClaims(ctx context.Context, group *api.Group, args GroupArgs) error {
	err := g.config.conn().PutClaims(ctx, api.GroupClaims, group.ID, args.CustomClaims)
	if err == nil {
		group.CustomClaims = api.ClaimList(args.CustomClaims)
	}
	return err
}

// Delete deletes the group.
func (g *Group) Delete(ctx context.Context, req infer.DeleteRequest[GroupState]) (infer.DeleteResponse, error) {
	return infer.DeleteResponse{}, g.config.conn().DeleteGroup(ctx, req.ID)
}

// ImportedByName allows an import by the name.
func (*Group) ImportedByName() string { return "group" }

// ListInputs are the filters of List.
func (*Group) ListInputs() map[string]string { return map[string]string{} }

// List returns all groups.
func (g *Group) List(ctx context.Context, _ map[string]string) ([]lifecycle.Listed, error) {
	return g.config.list(ctx, inventory.Groups, inventory.Filter{})
}

// settings converts the inputs to the server's form.
func (args GroupArgs) settings() api.GroupSettings {
	return api.GroupSettings{Name: args.Name, FriendlyName: args.FriendlyName}
}

// groupState converts the server's form to the state. Claims that the inputs omit are
// not in the state.
func groupState(g api.Group, args GroupArgs) GroupState {
	state := GroupState{GroupArgs: GroupArgs{Name: inputs.NormalizeNFC(g.Name), FriendlyName: inputs.NormalizeNFC(g.FriendlyName)}}
	if args.CustomClaims != nil {
		state.CustomClaims = normalizeClaims(g.Claims())
	}
	return state
}
