package provider

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"time"

	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi/sdk/v3/go/property"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
)

// SignupToken lets a number of people make themselves users. The server cannot
// change one: another takes its place.
type SignupToken struct {
	config *Config
	now    func() time.Time
}

// SignupTokenArgs is what a program says of a token. Plan decides which of it
// replaces a token.
type SignupTokenArgs struct {
	TTL          *string           `pulumi:"ttl,optional"`
	UsageLimit   *int              `pulumi:"usageLimit,optional"`
	UserGroupIDs []string          `pulumi:"userGroupIds,optional"`
	Triggers     map[string]string `pulumi:"triggers,optional"`
}

// SignupTokenState is what the stack knows of it. Triggers are {} where the program
// that made the token said none, and absent after an import.
type SignupTokenState struct {
	SignupTokenArgs
	Token      string `pulumi:"token" provider:"secret"`
	URL        string `pulumi:"url" provider:"secret"`
	ExpiresAt  string `pulumi:"expiresAt"`
	UsageCount int    `pulumi:"usageCount"`
	Issuer     string `pulumi:"issuer"`
}

const (
	defaultSignupTTL = "24h"
	longestSignupTTL = 31 * 24 * time.Hour
)

// Annotate describes the resource.
func (s *SignupToken) Annotate(a infer.Annotator) {
	a.Describe(&s, "A token with which people make themselves users: send them its `url`. It works for a time, and for a number of people.\n\n"+
		"Tokens cannot be changed: what differs makes a new one first, then the old one is deleted. One that is used up or has expired stays as it is, until `triggers` (or another input) changes; "+
		"one that somebody deletes before that is made again by the next update after a refresh. Deleting the resource makes the token useless; users who came with it stay.\n\n"+
		"Import one by its id, while it has not expired (`GET /api/signup-tokens`).")
}

// Annotate describes the inputs.
func (s *SignupTokenArgs) Annotate(a infer.Annotator) {
	a.Describe(&s.TTL, "How long the token works from when it is made, such as `12h` or `7d`: 2 seconds to 31 days. Default: `24h`. Changing it replaces the token.")
	a.SetDefault(&s.TTL, defaultSignupTTL)
	a.Describe(&s.UsageLimit, "How many people may use it, 1 to 100. Default: 1. Changing it replaces the token.")
	a.SetDefault(&s.UsageLimit, 1)
	a.Describe(&s.UserGroupIDs, "Ids of the user groups that the new users join. The order means nothing. Default: those that the application's settings name for new users. "+
		"A group that does not exist is an error. Changing them replaces the token.")
	a.Describe(&s.Triggers, "Any values; when one of them changes, or the first is added, the token is replaced.")
}

// Annotate describes the outputs.
func (s *SignupTokenState) Annotate(a infer.Annotator) {
	a.Describe(&s.Token, "The token itself.")
	a.Describe(&s.URL, "Where people sign up with it.")
	a.Describe(&s.ExpiresAt, "When it stops working.")
	a.Describe(&s.UsageCount, "How many people had used it when it was last read.")
	a.Describe(&s.Issuer, "The issuer of the Pocket ID instance that the token is in.")
}

// WireDependencies keeps the token a secret whatever the inputs are.
func (*SignupToken) WireDependencies(f infer.FieldSelector, _ *SignupTokenArgs, state *SignupTokenState) {
	f.OutputField(&state.Token).AlwaysSecret()
	f.OutputField(&state.URL).AlwaysSecret()
}

// Canonical brings a program's words to the form that Read returns.
func (*SignupToken) Canonical(in property.Map) property.Map {
	in = asSets(in, "userGroupIds")
	in = inWords(in, "triggers")
	return emptyIsAbsent(in, "ttl", "userGroupIds", "triggers")
}

// Check says at preview what the server would refuse.
func (s *SignupToken) Check(ctx context.Context, req infer.CheckRequest) (infer.CheckResponse[SignupTokenArgs], error) {
	args, failures, err := infer.DefaultCheck[SignupTokenArgs](ctx, req.NewInputs)
	if err != nil {
		return infer.CheckResponse[SignupTokenArgs]{Inputs: args, Failures: failures}, err
	}
	check := newChecks(ctx, req.NewInputs, req.OldInputs, failures)
	ttl := check.duration("ttl", args.TTL, 2*time.Second)
	check.that(ttl <= longestSignupTTL, "ttl", "must be at most 31d, is %s", check.quoted("ttl", or(args.TTL, "")))
	check.within("usageLimit", args.UsageLimit, 1, 100, "")
	for i, id := range args.UserGroupIDs {
		check.objectID(fmt.Sprintf("userGroupIds[%d]", i), id, "user group")
	}
	return infer.CheckResponse[SignupTokenArgs]{Inputs: args, Failures: check.failures}, nil
}

// Plan replaces a token by one that is as the program wants it. Another word for the
// same time is no difference, and neither is what an import could not know.
func (*SignupToken) Plan(c *change) {
	before, after := c.State.Get("ttl"), c.Inputs.Get("ttl")
	was, errWas := parseDuration(text(before))
	is, errIs := parseDuration(text(after))
	if before.IsString() && after.IsString() && errWas == nil && errIs == nil && (was-is).Abs() <= api.Rounding {
		c.forget("ttl")
	}
	c.leftAlone("triggers")
	if known := c.State.Get("triggers"); known.IsNull() || same(known, c.Inputs.Get("triggers")) { // none are known: it was imported
		c.forget("triggers")
	}
	for _, name := range []string{"ttl", "usageLimit", "userGroupIds", "triggers"} {
		if c.differs(name) {
			c.replaces(name)
		}
	}
}

// Create makes the token.
func (s *SignupToken) Create(ctx context.Context, req infer.CreateRequest[SignupTokenArgs]) (infer.CreateResponse[SignupTokenState], error) {
	var none infer.CreateResponse[SignupTokenState]
	conn, err := s.config.connection()
	if err != nil {
		return none, err
	}
	issuer, err := conn.Issuer(ctx) // before the first write: without it there is no state
	if err != nil {
		return none, err
	}
	made, err := conn.CreateSignupToken(ctx, req.Inputs.wanted())
	if made.ID == "" || made.Token == "" {
		return none, err
	}
	said := req.Inputs
	if said.Triggers == nil {
		said.Triggers = map[string]string{}
	}
	state := signupTokenState(made, said, issuer)
	state.UserGroupIDs = unlessEmpty(made.GroupIDs())
	return infer.CreateResponse[SignupTokenState]{ID: made.ID, Output: state}, unfinished(err)
}

// Read brings back how often the token has been used. One that has come to its end
// is kept, whether or not the server still shows it.
func (s *SignupToken) Read(ctx context.Context, req infer.ReadRequest[SignupTokenArgs, SignupTokenState]) (infer.ReadResponse[SignupTokenArgs, SignupTokenState], error) {
	var none infer.ReadResponse[SignupTokenArgs, SignupTokenState]
	conn, err := s.config.connection()
	if err != nil {
		return none, err
	}
	token, err := conn.GetSignupToken(ctx, req.ID)
	if errors.Is(err, api.ErrNotFound) {
		if req.State.atItsEnd(s.now()) {
			return infer.ReadResponse[SignupTokenArgs, SignupTokenState](req), nil // as it was
		}
		return none, nil // no id: somebody has deleted it
	}
	if err != nil {
		return none, err
	}
	if imported := req.State.Issuer == ""; imported {
		issuer, err := conn.Issuer(ctx)
		if err != nil {
			return none, err
		}
		state := signupTokenState(token, importedSignupToken(token), issuer)
		return infer.ReadResponse[SignupTokenArgs, SignupTokenState]{ID: req.ID, Inputs: state.SignupTokenArgs, State: state}, nil
	}
	// What it was made with does not change, even if a group that it names is deleted.
	state := signupTokenState(token, req.State.SignupTokenArgs, req.State.Issuer)
	return infer.ReadResponse[SignupTokenArgs, SignupTokenState]{ID: req.ID, Inputs: req.Inputs, State: state}, nil
}

// atItsEnd tells whether a token was used up when it was last read, or has expired:
// servers from 2.10 on forget those that have.
func (s SignupTokenState) atItsEnd(now time.Time) bool {
	const clocksDiffer = time.Minute
	end, ok := instant(s.ExpiresAt)
	return s.Issuer != "" && (ok && !now.Add(clocksDiffer).Before(end) || s.UsageCount >= or(s.UsageLimit, 1))
}

// Update only takes down the words of the program: what differs makes another token.
func (*SignupToken) Update(_ context.Context, req infer.UpdateRequest[SignupTokenArgs, SignupTokenState]) (infer.UpdateResponse[SignupTokenState], error) {
	state := req.State
	state.SignupTokenArgs = req.Inputs
	if req.Inputs.Triggers == nil {
		state.Triggers = req.State.Triggers
	}
	return infer.UpdateResponse[SignupTokenState]{Output: state}, nil
}

// Delete takes the token out of use.
func (s *SignupToken) Delete(ctx context.Context, req infer.DeleteRequest[SignupTokenState]) (infer.DeleteResponse, error) {
	conn, err := s.config.connection()
	if err != nil {
		return infer.DeleteResponse{}, err
	}
	return infer.DeleteResponse{}, conn.DeleteSignupToken(ctx, req.ID)
}

// ListInputs are none.
func (*SignupToken) ListInputs() map[string]string { return map[string]string{} }

// List names the tokens that the server shows.
func (*SignupToken) List(ctx context.Context, conn *api.Conn, _ map[string]string) ([]listing, error) {
	tokens, err := conn.ListSignupTokens(ctx)
	var found []listing
	for _, t := range tokens {
		found = append(found, listing{ID: t.ID, Name: "until " + timestamp(t.ExpiresAt)})
	}
	return found, err
}

// wanted is what the program says, in the server's words.
func (args SignupTokenArgs) wanted() api.NewSignupToken {
	ttl, _ := parseDuration(or(args.TTL, defaultSignupTTL))
	return api.NewSignupToken{TTL: ttl, UsageLimit: or(args.UsageLimit, 1), GroupIDs: args.UserGroupIDs}
}

// importedSignupToken is what a program says that means a token which is there.
func importedSignupToken(t api.SignupToken) SignupTokenArgs {
	return SignupTokenArgs{TTL: ptr(inDurationWords(t.TTL())), UsageLimit: &t.UsageLimit, UserGroupIDs: unlessEmpty(t.GroupIDs())}
}

func signupTokenState(t api.SignupToken, said SignupTokenArgs, issuer string) SignupTokenState {
	said.Triggers = maps.Clone(said.Triggers)
	return SignupTokenState{
		SignupTokenArgs: said,
		Token:           t.Token,
		URL:             signupURL(issuer, t.Token),
		ExpiresAt:       timestamp(t.ExpiresAt),
		UsageCount:      t.UsageCount,
		Issuer:          issuer,
	}
}

// signupURL is the page for people with a token; the issuer is the address that Pocket ID has for itself.
func signupURL(issuer, token string) string { return strings.TrimSuffix(issuer, "/") + "/st/" + token }
