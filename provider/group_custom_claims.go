package provider

import (
	"context"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi/sdk/v3/go/property"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/ids"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/inputs"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/inventory"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/lifecycle"
)

// GroupCustomClaims is all the custom claims of a group that the stack does not manage. What it
// does is in custom_claims.go.
type GroupCustomClaims struct{ config *Config }

// GroupCustomClaimsArgs are the inputs.
type GroupCustomClaimsArgs struct {
	GroupID string            `pulumi:"groupId" provider:"replaceOnChanges"`
	Claims  map[string]string `pulumi:"claims"`
}

// GroupCustomClaimsState is the state.
type GroupCustomClaimsState struct {
	GroupCustomClaimsArgs
	Instance
}

func (g *GroupCustomClaims) claims() ownedClaims {
	return ownedClaims{g.config, api.GroupClaims, "groupId", "user group"}
}

// Annotate describes the resource.
func (g *GroupCustomClaims) Annotate(a infer.Annotator) {
	a.Describe(&g, "All custom claims of a user group that is not a `Group` of this stack, such as a group that comes from LDAP.\n\n"+
		"For a `Group` of this stack, use its `customClaims`. Using both for one group is an error. Claims that move to `customClaims` in the same update are kept.\n\n"+
		"The resource is authoritative: claims that are not listed are removed. Creating the resource fails if the group already has claims. Import the claims instead. "+
		"Deleting the resource removes all claims.\n\n"+
		"Import with the group ID: `pulumi import pocketid:index:GroupCustomClaims claims <groupId>`."+anySupportedVersion)
}

// Annotate describes the inputs.
func (g *GroupCustomClaimsArgs) Annotate(a infer.Annotator) {
	a.Describe(&g.GroupID, "ID of the user group. Changing it replaces the resource: the claims move to the other group.")
	a.Describe(&g.Claims, "Additional claims in the tokens of the group's members, by name. `{}` keeps the group without claims. Names and values must not be empty. "+
		"Claims that tokens use themselves, such as `sub`, `email` and `groups`, are not allowed.")
}

// Normalize brings the inputs to the form that Read returns.
func (*GroupCustomClaims) Normalize(in property.Map) property.Map { return normalizeClaimInputs(in) }

// Check refuses what the server would refuse.
func (g *GroupCustomClaims) Check(ctx context.Context, req infer.CheckRequest) (p.CheckResponse, error) {
	return inputs.Check(ctx, req, func(check *inputs.Checker, args *GroupCustomClaimsArgs) {
		g.claims().check(check, args.GroupID, args.Claims)
	})
}

// Create sets the claims of a group that has none.
func (g *GroupCustomClaims) Create(ctx context.Context, req infer.CreateRequest[GroupCustomClaimsArgs]) (infer.CreateResponse[GroupCustomClaimsState], error) {
	id, err := g.claims().create(ctx, req.Inputs.GroupID, req.Inputs.Claims)
	if err != nil {
		return infer.CreateResponse[GroupCustomClaimsState]{}, err
	}
	return infer.CreateResponse[GroupCustomClaimsState]{ID: id, Output: GroupCustomClaimsState{GroupCustomClaimsArgs: req.Inputs}}, nil
}

// Read reads the claims.
func (g *GroupCustomClaims) Read(ctx context.Context, req infer.ReadRequest[GroupCustomClaimsArgs, GroupCustomClaimsState]) (infer.ReadResponse[GroupCustomClaimsArgs, GroupCustomClaimsState], error) {
	id, claims, err := g.claims().read(ctx, req.ID)
	if err != nil {
		return infer.ReadResponse[GroupCustomClaimsArgs, GroupCustomClaimsState]{}, err
	}
	args := GroupCustomClaimsArgs{GroupID: id, Claims: claims}
	return infer.ReadResponse[GroupCustomClaimsArgs, GroupCustomClaimsState]{
		ID: ids.Subresource(id, ids.CustomClaims), Inputs: args, State: GroupCustomClaimsState{GroupCustomClaimsArgs: args},
	}, nil
}

// Update replaces the claims.
func (g *GroupCustomClaims) Update(ctx context.Context, req infer.UpdateRequest[GroupCustomClaimsArgs, GroupCustomClaimsState]) (infer.UpdateResponse[GroupCustomClaimsState], error) {
	if err := g.claims().update(ctx, req.State.GroupID, req.Inputs.Claims); err != nil {
		return infer.UpdateResponse[GroupCustomClaimsState]{}, err
	}
	return infer.UpdateResponse[GroupCustomClaimsState]{Output: GroupCustomClaimsState{GroupCustomClaimsArgs: req.Inputs}}, nil
}

// Delete removes the claims.
func (g *GroupCustomClaims) Delete(ctx context.Context, req infer.DeleteRequest[GroupCustomClaimsState]) (infer.DeleteResponse, error) {
	return infer.DeleteResponse{}, g.claims().delete(ctx, req.State.GroupID)
}

// ListInputs are the filters of List.
func (*GroupCustomClaims) ListInputs() map[string]string { return nil }

// List returns the groups that have claims of their own.
func (g *GroupCustomClaims) List(ctx context.Context, _ map[string]string) ([]lifecycle.Listed, error) {
	return g.config.list(ctx, inventory.GroupCustomClaims, inventory.Filter{})
}
