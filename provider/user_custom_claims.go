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

// UserCustomClaims is all the custom claims of a user that the stack does not manage. What it
// does is in custom_claims.go.
type UserCustomClaims struct{ config *Config }

// UserCustomClaimsArgs are the inputs.
type UserCustomClaimsArgs struct {
	UserID string            `pulumi:"userId" provider:"replaceOnChanges"`
	Claims map[string]string `pulumi:"claims"`
}

// UserCustomClaimsState is the state.
type UserCustomClaimsState struct {
	UserCustomClaimsArgs
	Instance
}

func (u *UserCustomClaims) claims() ownedClaims {
	return ownedClaims{u.config, api.UserClaims, "userId", "user"}
}

// Annotate describes the resource.
func (u *UserCustomClaims) Annotate(a infer.Annotator) {
	a.Describe(&u, "All custom claims of a user that is not a `User` of this stack, such as a user who signed up or comes from LDAP.\n\n"+
		"For a `User` of this stack, use its `customClaims`. Using both for one user is an error. Claims that move to `customClaims` in the same update are kept.\n\n"+
		"The resource is authoritative: claims that are not listed are removed. The claims of the user's groups are kept. "+
		"Creating the resource fails if the user already has claims. Import the claims instead. "+
		"A new user already has claims if the instance has default claims (setting `signupDefaultCustomClaims`). Deleting the resource removes all claims.\n\n"+
		"Import with the user ID: `pulumi import pocketid:index:UserCustomClaims claims <userId>`."+anySupportedVersion)
}

// Annotate describes the inputs.
func (u *UserCustomClaimsArgs) Annotate(a infer.Annotator) {
	a.Describe(&u.UserID, "ID of the user. Changing it replaces the resource: the claims move to the other user.")
	a.Describe(&u.Claims, "Additional claims in the user's tokens, by name. `{}` keeps the user without claims. Names and values must not be empty. "+
		"Claims that tokens use themselves, such as `sub`, `email` and `groups`, are not allowed.")
}

// Normalize brings the inputs to the form that Read returns.
func (*UserCustomClaims) Normalize(in property.Map) property.Map { return normalizeClaimInputs(in) }

// Check refuses what the server would refuse.
func (u *UserCustomClaims) Check(ctx context.Context, req infer.CheckRequest) (p.CheckResponse, error) {
	return inputs.Check(ctx, req, func(check *inputs.Checker, args *UserCustomClaimsArgs) {
		u.claims().check(check, args.UserID, args.Claims)
	})
}

// Create sets the claims of a user that has none.
func (u *UserCustomClaims) Create(ctx context.Context, req infer.CreateRequest[UserCustomClaimsArgs]) (infer.CreateResponse[UserCustomClaimsState], error) {
	id, err := u.claims().create(ctx, req.Inputs.UserID, req.Inputs.Claims)
	if err != nil {
		return infer.CreateResponse[UserCustomClaimsState]{}, err
	}
	return infer.CreateResponse[UserCustomClaimsState]{ID: id, Output: UserCustomClaimsState{UserCustomClaimsArgs: req.Inputs}}, nil
}

// Read reads the claims.
func (u *UserCustomClaims) Read(ctx context.Context, req infer.ReadRequest[UserCustomClaimsArgs, UserCustomClaimsState]) (infer.ReadResponse[UserCustomClaimsArgs, UserCustomClaimsState], error) {
	id, claims, err := u.claims().read(ctx, req.ID)
	if err != nil {
		return infer.ReadResponse[UserCustomClaimsArgs, UserCustomClaimsState]{}, err
	}
	args := UserCustomClaimsArgs{UserID: id, Claims: claims}
	return infer.ReadResponse[UserCustomClaimsArgs, UserCustomClaimsState]{
		ID: ids.Subresource(id, ids.CustomClaims), Inputs: args, State: UserCustomClaimsState{UserCustomClaimsArgs: args},
	}, nil
}

// Update replaces the claims.
func (u *UserCustomClaims) Update(ctx context.Context, req infer.UpdateRequest[UserCustomClaimsArgs, UserCustomClaimsState]) (infer.UpdateResponse[UserCustomClaimsState], error) {
	if err := u.claims().update(ctx, req.State.UserID, req.Inputs.Claims); err != nil {
		return infer.UpdateResponse[UserCustomClaimsState]{}, err
	}
	return infer.UpdateResponse[UserCustomClaimsState]{Output: UserCustomClaimsState{UserCustomClaimsArgs: req.Inputs}}, nil
}

// Delete removes the claims.
func (u *UserCustomClaims) Delete(ctx context.Context, req infer.DeleteRequest[UserCustomClaimsState]) (infer.DeleteResponse, error) {
	return infer.DeleteResponse{}, u.claims().delete(ctx, req.State.UserID)
}

// ListInputs are the filters of List.
func (*UserCustomClaims) ListInputs() map[string]string { return nil }

// List returns the users that have claims of their own.
func (u *UserCustomClaims) List(ctx context.Context, _ map[string]string) ([]lifecycle.Listed, error) {
	return u.config.list(ctx, inventory.UserCustomClaims, inventory.Filter{})
}
