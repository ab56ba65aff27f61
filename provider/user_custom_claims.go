package provider

import (
	"context"
	"errors"
	"strings"

	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi/sdk/v3/go/property"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
)

// UserCustomClaims is all the claims that a user has of their own, for users whom
// the stack does not have itself.
type UserCustomClaims struct {
	config *Config
	lists  *shares
}

// UserCustomClaimsArgs is what a program says.
type UserCustomClaimsArgs struct {
	UserID string            `pulumi:"userId" provider:"replaceOnChanges"`
	Claims map[string]string `pulumi:"claims"`
}

// UserCustomClaimsState is what the stack knows.
type UserCustomClaimsState struct {
	UserCustomClaimsArgs
	Issuer string `pulumi:"issuer"`
}

// Annotate describes the resource.
func (u *UserCustomClaims) Annotate(a infer.Annotator) {
	a.Describe(&u, "All custom claims that a user has of their own, for a user that is not a `User` of this stack (one who signed up, or comes from LDAP). "+
		"For a `User` of the stack, say its `customClaims`; both together are an error. Claims that move to there in one update stay.\n\n"+
		"It holds all of the user's claims: others are removed. A user who has claims already is an error, not taken over; import them. That is so for a new user, too, "+
		"where the instance has default claims (its setting `signupDefaultCustomClaims`). Deleting it removes all claims. The claims of the user's groups are not touched.\n\n"+
		"Import by the id of the user.")
}

// Annotate describes the inputs.
func (u *UserCustomClaimsArgs) Annotate(a infer.Annotator) {
	a.Describe(&u.UserID, "Id of the user. Changing it moves the claims to the other user.")
	a.Describe(&u.Claims, "The claims that the user's tokens have in addition, by name. `{}` holds the user to none. "+
		"Neither names nor values may be empty, and names that tokens use themselves (`sub`, `email`, `groups` …) are refused.")
}

// Annotate describes the output.
func (u *UserCustomClaimsState) Annotate(a infer.Annotator) {
	a.Describe(&u.Issuer, "The issuer of the Pocket ID instance that the user is in.")
}

// Canonical brings a program's words to the form that Read returns.
func (*UserCustomClaims) Canonical(in property.Map) property.Map {
	return nfc(inWords(in, "claims"), "claims")
}

// Check says at preview what the server would refuse.
func (u *UserCustomClaims) Check(ctx context.Context, req infer.CheckRequest) (infer.CheckResponse[UserCustomClaimsArgs], error) {
	args, failures, err := infer.DefaultCheck[UserCustomClaimsArgs](ctx, req.NewInputs)
	if err != nil {
		return infer.CheckResponse[UserCustomClaimsArgs]{Inputs: args, Failures: failures}, err
	}
	check := newChecks(ctx, req.NewInputs, req.OldInputs, failures)
	check.that(anyUUIDShape.MatchString(args.UserID), "userId", "must be the id of a user, a UUID, is %s", check.quoted("userId", args.UserID))
	check.claims("claims", args.Claims)
	check.listShared(u.config, u.lists, claimsOf(api.UserClaims, args.UserID), everyEntry, nil, "UserCustomClaims", req.Name, "claims", "userId")
	return infer.CheckResponse[UserCustomClaimsArgs]{Inputs: args, Failures: check.failures}, nil
}

// claimsOf names the list of somebody's custom claims.
func claimsOf(of api.ClaimOwner, id string) string {
	return "custom claims of " + string(of) + " " + strings.ToLower(id)
}

// Create gives a user who has none their claims.
func (u *UserCustomClaims) Create(ctx context.Context, req infer.CreateRequest[UserCustomClaimsArgs]) (infer.CreateResponse[UserCustomClaimsState], error) {
	var none infer.CreateResponse[UserCustomClaimsState]
	conn, err := u.config.connection()
	if err != nil {
		return none, err
	}
	issuer, err := conn.Issuer(ctx) // before the first write: without it there is no state
	if err != nil {
		return none, err
	}
	if err := conn.FirstClaims(ctx, api.UserClaims, req.Inputs.UserID, req.Inputs.Claims); err != nil {
		return none, err
	}
	return infer.CreateResponse[UserCustomClaimsState]{ID: partID(req.Inputs.UserID, customClaimsPart), Output: UserCustomClaimsState{req.Inputs, issuer}}, nil
}

// Read brings back what the server has. A user without claims is no reason to
// take them for gone: an empty map is something one can want.
func (u *UserCustomClaims) Read(ctx context.Context, req infer.ReadRequest[UserCustomClaimsArgs, UserCustomClaimsState]) (infer.ReadResponse[UserCustomClaimsArgs, UserCustomClaimsState], error) {
	var none infer.ReadResponse[UserCustomClaimsArgs, UserCustomClaimsState]
	conn, err := u.config.connection()
	if err != nil {
		return none, err
	}
	userID := ownerOf(req.ID, customClaimsPart)
	claims, err := conn.Claims(ctx, api.UserClaims, userID)
	if errors.Is(err, api.ErrNotFound) {
		return none, nil // the user is gone
	}
	if err != nil {
		return none, err
	}
	issuer, err := conn.Issuer(ctx)
	if err != nil {
		return none, err
	}
	args := UserCustomClaimsArgs{UserID: userID, Claims: composedClaims(claims)}
	return infer.ReadResponse[UserCustomClaimsArgs, UserCustomClaimsState]{ID: partID(userID, customClaimsPart), Inputs: args, State: UserCustomClaimsState{args, issuer}}, nil
}

// Update makes the claims all that the user has.
func (u *UserCustomClaims) Update(ctx context.Context, req infer.UpdateRequest[UserCustomClaimsArgs, UserCustomClaimsState]) (infer.UpdateResponse[UserCustomClaimsState], error) {
	was := infer.UpdateResponse[UserCustomClaimsState]{Output: req.State}
	conn, err := u.config.connection()
	if err != nil {
		return was, err
	}
	if err := conn.ReplaceClaims(ctx, api.UserClaims, req.State.UserID, req.Inputs.Claims); err != nil {
		return was, err
	}
	return infer.UpdateResponse[UserCustomClaimsState]{Output: UserCustomClaimsState{req.Inputs, req.State.Issuer}}, nil
}

// Delete removes all claims of the user, unless another resource says them by now.
func (u *UserCustomClaims) Delete(ctx context.Context, req infer.DeleteRequest[UserCustomClaimsState]) (infer.DeleteResponse, error) {
	conn, err := u.config.connection()
	if err != nil {
		return infer.DeleteResponse{}, err
	}
	if u.lists.inherited(ctx, u.config.session, claimsOf(api.UserClaims, req.State.UserID), everyEntry, "UserCustomClaims") {
		return infer.DeleteResponse{}, nil
	}
	return infer.DeleteResponse{}, conn.RemoveClaims(ctx, api.UserClaims, req.State.UserID)
}

// ListInputs are none: there is nothing to narrow by.
func (*UserCustomClaims) ListInputs() map[string]string { return nil }

// List names the users who have claims of their own.
func (*UserCustomClaims) List(ctx context.Context, conn *api.Conn, _ map[string]string) ([]listing, error) {
	all, err := conn.ListUsers(ctx)
	var out []listing
	for _, u := range all {
		if len(u.CustomClaims) > 0 {
			out = append(out, listing{ID: partID(u.ID, customClaimsPart), Name: u.Username})
		}
	}
	return out, err
}

// composedClaims are claims as a program says them: before 2.13 the server stores
// strings as they come.
func composedClaims(claims map[string]string) map[string]string {
	out := make(map[string]string, len(claims))
	for key, value := range claims {
		out[composed(key)] = composed(value)
	}
	return out
}
