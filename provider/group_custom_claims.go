package provider

import (
	"context"
	"errors"

	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi/sdk/v3/go/property"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
)

// GroupCustomClaims is all the custom claims of a group that the stack does not
// have itself.
type GroupCustomClaims struct {
	config *Config
	lists  *shares
}

// GroupCustomClaimsArgs is what a program says.
type GroupCustomClaimsArgs struct {
	GroupID string            `pulumi:"groupId" provider:"replaceOnChanges"`
	Claims  map[string]string `pulumi:"claims"`
}

// GroupCustomClaimsState is what the stack knows.
type GroupCustomClaimsState struct {
	GroupCustomClaimsArgs
	Issuer string `pulumi:"issuer"`
}

// Annotate describes the resource.
func (g *GroupCustomClaims) Annotate(a infer.Annotator) {
	a.Describe(&g, "All custom claims of a user group that is not a `Group` of this stack (one that comes from LDAP, say). "+
		"For a `Group` of the stack, say its `customClaims`; both together are an error. Claims that move to there in one update stay.\n\n"+
		"It holds all of the group's claims: others are removed. A group that has claims already is an error, not taken over; import them. Deleting it removes all claims.\n\n"+
		"Import by the id of the group.")
}

// Annotate describes the inputs.
func (g *GroupCustomClaimsArgs) Annotate(a infer.Annotator) {
	a.Describe(&g.GroupID, "Id of the user group. Changing it moves the claims to the other group.")
	a.Describe(&g.Claims, "The claims that the tokens of the group's members have in addition, by name. `{}` holds the group to none. "+
		"Neither names nor values may be empty, and names that tokens use themselves (`sub`, `email`, `groups` …) are refused.")
}

// Annotate describes the output.
func (g *GroupCustomClaimsState) Annotate(a infer.Annotator) {
	a.Describe(&g.Issuer, "The issuer of the Pocket ID instance that the group is in.")
}

// Canonical brings a program's words to the form that Read returns.
func (*GroupCustomClaims) Canonical(in property.Map) property.Map {
	return nfc(inWords(in, "claims"), "claims")
}

// Check says at preview what the server would refuse.
func (g *GroupCustomClaims) Check(ctx context.Context, req infer.CheckRequest) (infer.CheckResponse[GroupCustomClaimsArgs], error) {
	args, failures, err := infer.DefaultCheck[GroupCustomClaimsArgs](ctx, req.NewInputs)
	if err != nil {
		return infer.CheckResponse[GroupCustomClaimsArgs]{Inputs: args, Failures: failures}, err
	}
	check := newChecks(ctx, req.NewInputs, req.OldInputs, failures)
	check.that(anyUUIDShape.MatchString(args.GroupID), "groupId", "must be the id of a user group, a UUID, is %s", check.quoted("groupId", args.GroupID))
	check.claims("claims", args.Claims)
	check.listShared(g.config, g.lists, claimsOf(api.GroupClaims, args.GroupID), everyEntry, nil, "GroupCustomClaims", req.Name, "claims", "groupId")
	return infer.CheckResponse[GroupCustomClaimsArgs]{Inputs: args, Failures: check.failures}, nil
}

// Create gives a group that has none its claims.
func (g *GroupCustomClaims) Create(ctx context.Context, req infer.CreateRequest[GroupCustomClaimsArgs]) (infer.CreateResponse[GroupCustomClaimsState], error) {
	var none infer.CreateResponse[GroupCustomClaimsState]
	conn, err := g.config.connection()
	if err != nil {
		return none, err
	}
	issuer, err := conn.Issuer(ctx) // before the first write: without it there is no state
	if err != nil {
		return none, err
	}
	if err := conn.FirstClaims(ctx, api.GroupClaims, req.Inputs.GroupID, req.Inputs.Claims); err != nil {
		return none, err
	}
	return infer.CreateResponse[GroupCustomClaimsState]{ID: partID(req.Inputs.GroupID, customClaimsPart), Output: GroupCustomClaimsState{req.Inputs, issuer}}, nil
}

// Read brings back what the server has. A group without claims is no reason to
// take them for gone: an empty map is something one can want.
func (g *GroupCustomClaims) Read(ctx context.Context, req infer.ReadRequest[GroupCustomClaimsArgs, GroupCustomClaimsState]) (infer.ReadResponse[GroupCustomClaimsArgs, GroupCustomClaimsState], error) {
	var none infer.ReadResponse[GroupCustomClaimsArgs, GroupCustomClaimsState]
	conn, err := g.config.connection()
	if err != nil {
		return none, err
	}
	groupID := ownerOf(req.ID, customClaimsPart)
	claims, err := conn.Claims(ctx, api.GroupClaims, groupID)
	if errors.Is(err, api.ErrNotFound) {
		return none, nil // the group is gone
	}
	if err != nil {
		return none, err
	}
	issuer, err := conn.Issuer(ctx)
	if err != nil {
		return none, err
	}
	args := GroupCustomClaimsArgs{GroupID: groupID, Claims: composedClaims(claims)}
	return infer.ReadResponse[GroupCustomClaimsArgs, GroupCustomClaimsState]{ID: partID(groupID, customClaimsPart), Inputs: args, State: GroupCustomClaimsState{args, issuer}}, nil
}

// Update makes the claims all that the group has.
func (g *GroupCustomClaims) Update(ctx context.Context, req infer.UpdateRequest[GroupCustomClaimsArgs, GroupCustomClaimsState]) (infer.UpdateResponse[GroupCustomClaimsState], error) {
	was := infer.UpdateResponse[GroupCustomClaimsState]{Output: req.State}
	conn, err := g.config.connection()
	if err != nil {
		return was, err
	}
	if err := conn.ReplaceClaims(ctx, api.GroupClaims, req.State.GroupID, req.Inputs.Claims); err != nil {
		return was, err
	}
	return infer.UpdateResponse[GroupCustomClaimsState]{Output: GroupCustomClaimsState{req.Inputs, req.State.Issuer}}, nil
}

// Delete removes all claims of the group, unless another resource says them by now.
func (g *GroupCustomClaims) Delete(ctx context.Context, req infer.DeleteRequest[GroupCustomClaimsState]) (infer.DeleteResponse, error) {
	conn, err := g.config.connection()
	if err != nil {
		return infer.DeleteResponse{}, err
	}
	if g.lists.inherited(ctx, g.config.session, claimsOf(api.GroupClaims, req.State.GroupID), everyEntry, "GroupCustomClaims") {
		return infer.DeleteResponse{}, nil
	}
	return infer.DeleteResponse{}, conn.RemoveClaims(ctx, api.GroupClaims, req.State.GroupID)
}

// ListInputs are none: there is nothing to narrow by.
func (*GroupCustomClaims) ListInputs() map[string]string { return nil }

// List names the groups that have claims.
func (*GroupCustomClaims) List(ctx context.Context, conn *api.Conn, _ map[string]string) ([]listing, error) {
	all, err := conn.GroupsWithClaims(ctx)
	var out []listing
	for _, g := range all {
		out = append(out, listing{ID: partID(g.ID, customClaimsPart), Name: g.Name})
	}
	return out, err
}
