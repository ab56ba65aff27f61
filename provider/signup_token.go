package provider

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"time"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi/sdk/v3/go/property"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/inputs"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/inventory"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/lifecycle"
)

// SignupToken lets a number of people sign up. The server cannot change a token, so changes
// replace it.
type SignupToken struct {
	config *Config
	now    func() time.Time
}

// SignupTokenArgs are the inputs. Plan decides which changes replace the token.
type SignupTokenArgs struct {
	TTL          *string           `pulumi:"ttl,optional"`
	UsageLimit   *int              `pulumi:"usageLimit,optional"`
	UserGroupIDs []string          `pulumi:"userGroupIds,optional"`
	Triggers     map[string]string `pulumi:"triggers,optional"`
}

// SignupTokenState is the state. Triggers are {} if the token was created without any, and
// omitted after an import.
type SignupTokenState struct {
	SignupTokenArgs
	Token      string `pulumi:"token" provider:"secret"`
	URL        string `pulumi:"url" provider:"secret"`
	ExpiresAt  string `pulumi:"expiresAt"`
	UsageCount int    `pulumi:"usageCount"`
	Instance
}

const (
	defaultSignupTTL = "24h"
	maxSignupTTL     = 31 * 24 * time.Hour
)

// Annotate describes the resource.
func (s *SignupToken) Annotate(a infer.Annotator) {
	a.Describe(&s, "A token that people use to sign up as new users: send them its `url`.\n\n"+
		"The token is valid for a limited time and a limited number of people.\n\n"+
		"A token cannot be changed. A change creates a new token first, and then deletes the old one. "+
		"A token that is used up or has expired is kept until `triggers` (or another input) changes. "+
		"If someone deletes the token before that, the next update after a refresh creates a new one.\n\n"+
		"Deleting the resource makes the token invalid. Users who signed up with it are kept.\n\n"+
		"Import with the token ID, while the token has not expired: `pulumi import pocketid:index:SignupToken invite <id>`. `GET /api/signup-tokens` lists the IDs."+anySupportedVersion)
}

// Annotate describes the inputs.
func (s *SignupTokenArgs) Annotate(a infer.Annotator) {
	a.Describe(&s.TTL, "Lifetime of the token from its creation, such as `12h` or `7d`: 2 seconds to 31 days. Defaults to `24h`. Changing it replaces the resource.")
	a.SetDefault(&s.TTL, defaultSignupTTL)
	a.Describe(&s.UsageLimit, "Maximum number of people who may use the token, 1 to 100. Defaults to 1. Changing it replaces the resource.")
	a.SetDefault(&s.UsageLimit, 1)
	a.Describe(&s.UserGroupIDs, "IDs of the user groups that the new users join. The order does not matter. A group that does not exist is an error. "+
		"Defaults to the groups in the setting `signupDefaultUserGroupIds`. Changing it replaces the resource.")
	a.Describe(&s.Triggers, "Arbitrary values. Changing one, or adding the first one, replaces the resource.")
}

// Annotate describes the outputs.
func (s *SignupTokenState) Annotate(a infer.Annotator) {
	a.Describe(&s.Token, "The token value.")
	a.Describe(&s.URL, "URL where people sign up with the token.")
	a.Describe(&s.ExpiresAt, "Expiration time in RFC 3339 format.")
	a.Describe(&s.UsageCount, "Number of people who had used the token when it was last read.")
}

// Normalize brings the inputs to the form that Read returns.
func (*SignupToken) Normalize(in property.Map) property.Map {
	in = inputs.Sets(in, "userGroupIds")
	in = inputs.Stringify(in, "triggers")
	return inputs.OmitEmpty(in, "ttl", "userGroupIds", "triggers")
}

// Check refuses what the server would refuse.
func (*SignupToken) Check(ctx context.Context, req infer.CheckRequest) (p.CheckResponse, error) {
	return inputs.Check(ctx, req, func(check *inputs.Checker, args *SignupTokenArgs) {
		ttl := check.Duration("ttl", args.TTL, 2*time.Second)
		check.Require(ttl <= maxSignupTTL, "ttl", "must be at most 31d (got %s)", check.Quote("ttl", inputs.ValueOr(args.TTL, "")))
		check.Range("usageLimit", args.UsageLimit, 1, 100, "")
		for i, id := range args.UserGroupIDs {
			check.ObjectID(fmt.Sprintf("userGroupIds[%d]", i), id, "user group")
		}
	})
}

// Plan replaces the token if an input changes. Another notation of the same ttl is no
// difference, and neither is what an import could not know.
func (*SignupToken) Plan(plan *lifecycle.Plan) {
	before, after := plan.State.Get("ttl"), plan.Inputs.Get("ttl")
	ttlBefore, errBefore := inputs.ParseDuration(inputs.Text(before))
	ttlAfter, errAfter := inputs.ParseDuration(inputs.Text(after))
	if before.IsString() && after.IsString() && errBefore == nil && errAfter == nil && (ttlBefore-ttlAfter).Abs() <= api.TTLTolerance {
		plan.Drop("ttl")
	}
	plan.KeepIfOmitted("triggers")
	if known := plan.State.Get("triggers"); known.IsNull() || inputs.Same(known, plan.Inputs.Get("triggers")) { // null after an import
		plan.Drop("triggers")
	}
	for _, name := range []string{"ttl", "usageLimit", "userGroupIds", "triggers"} {
		if plan.Differs(name) {
			plan.Replace(name)
		}
	}
}

// Create creates the token.
func (s *SignupToken) Create(ctx context.Context, req infer.CreateRequest[SignupTokenArgs]) (infer.CreateResponse[SignupTokenState], error) {
	created, err := s.config.conn().CreateSignupToken(ctx, req.Inputs.newToken())
	if created.ID == "" || created.Token == "" {
		return infer.CreateResponse[SignupTokenState]{}, err
	}
	args := req.Inputs
	if args.Triggers == nil {
		args.Triggers = map[string]string{}
	}
	state := signupTokenState(created, args, lifecycle.Instance(ctx))
	state.UserGroupIDs = inputs.NilIfEmpty(created.GroupIDs())
	return infer.CreateResponse[SignupTokenState]{ID: created.ID, Output: state}, lifecycle.Incomplete(err)
}

// Read reads how often the token was used. A token that was used up or has expired is kept,
// whether or not the server still lists it.
func (s *SignupToken) Read(ctx context.Context, req infer.ReadRequest[SignupTokenArgs, SignupTokenState]) (infer.ReadResponse[SignupTokenArgs, SignupTokenState], error) {
	token, err := s.config.conn().GetSignupToken(ctx, req.ID)
	if errors.Is(err, api.ErrNotFound) && !lifecycle.IsImport(ctx) && req.State.isSpent(s.now()) {
		return infer.ReadResponse[SignupTokenArgs, SignupTokenState](req), nil
	}
	if err != nil {
		return infer.ReadResponse[SignupTokenArgs, SignupTokenState]{}, err
	}
	if lifecycle.IsImport(ctx) {
		state := signupTokenState(token, importedSignupToken(token), lifecycle.Instance(ctx))
		return infer.ReadResponse[SignupTokenArgs, SignupTokenState]{ID: req.ID, Inputs: state.SignupTokenArgs, State: state}, nil
	}
	// The settings of a token do not change, even if one of its groups is deleted.
	state := signupTokenState(token, req.State.SignupTokenArgs, lifecycle.Instance(ctx))
	return infer.ReadResponse[SignupTokenArgs, SignupTokenState]{ID: req.ID, Inputs: req.Inputs, State: state}, nil
}

// isSpent reports whether a token was used up when it was last read, or has expired. From
// 2.10 on, servers delete expired tokens.
func (s SignupTokenState) isSpent(now time.Time) bool {
	const clockSkew = time.Minute
	end, ok := inputs.ParseTime(s.ExpiresAt)
	return ok && !now.Add(clockSkew).Before(end) || s.UsageCount >= inputs.ValueOr(s.UsageLimit, 1)
}

// Update stores the inputs in the state: a change of the token replaces it.
func (*SignupToken) Update(_ context.Context, req infer.UpdateRequest[SignupTokenArgs, SignupTokenState]) (infer.UpdateResponse[SignupTokenState], error) {
	state := req.State
	state.SignupTokenArgs = req.Inputs
	if req.Inputs.Triggers == nil {
		state.Triggers = req.State.Triggers
	}
	return infer.UpdateResponse[SignupTokenState]{Output: state}, nil
}

// Delete revokes the token.
func (s *SignupToken) Delete(ctx context.Context, req infer.DeleteRequest[SignupTokenState]) (infer.DeleteResponse, error) {
	return infer.DeleteResponse{}, s.config.conn().DeleteSignupToken(ctx, req.ID)
}

// ListInputs are the filters of List.
func (*SignupToken) ListInputs() map[string]string { return map[string]string{} }

// List returns the tokens that the server lists.
func (s *SignupToken) List(ctx context.Context, _ map[string]string) ([]lifecycle.Listed, error) {
	return s.config.list(ctx, inventory.SignupTokens, inventory.Filter{})
}

// newToken converts the inputs to the server's form.
func (args SignupTokenArgs) newToken() api.SignupTokenRequest {
	ttl, _ := inputs.ParseDuration(inputs.ValueOr(args.TTL, defaultSignupTTL))
	return api.SignupTokenRequest{TTL: ttl, UsageLimit: inputs.ValueOr(args.UsageLimit, 1), GroupIDs: args.UserGroupIDs}
}

// importedSignupToken are the inputs of an existing token.
func importedSignupToken(t api.SignupToken) SignupTokenArgs {
	return SignupTokenArgs{TTL: inputs.Ptr(inputs.FormatDuration(t.TTL())), UsageLimit: &t.UsageLimit, UserGroupIDs: inputs.NilIfEmpty(t.GroupIDs())}
}

func signupTokenState(t api.SignupToken, args SignupTokenArgs, instance string) SignupTokenState {
	args.Triggers = maps.Clone(args.Triggers)
	return SignupTokenState{
		SignupTokenArgs: args,
		Token:           t.Token,
		URL:             signupURL(instance, t.Token),
		ExpiresAt:       inputs.FormatTime(t.ExpiresAt),
		UsageCount:      t.UsageCount,
	}
}

// signupURL is the page on which people sign up with a token.
func signupURL(instance, token string) string {
	return strings.TrimSuffix(instance, "/") + "/st/" + token
}
