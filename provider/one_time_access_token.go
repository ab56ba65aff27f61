package provider

import (
	"context"
	"errors"
	"strings"
	"time"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi/sdk/v3/go/property"
)

// OneTimeAccessToken lets a user in once without a passkey. The server neither
// shows such tokens nor takes them back: after its making, a token is only what
// the state knows of it.
type OneTimeAccessToken struct {
	config *Config
	now    func() time.Time
}

// OneTimeAccessTokenArgs is what a program says of a token.
type OneTimeAccessTokenArgs struct {
	UserID   string            `pulumi:"userId" provider:"replaceOnChanges"`
	TTL      *string           `pulumi:"ttl,optional" provider:"replaceOnChanges"`
	Triggers map[string]string `pulumi:"triggers,optional"`
}

// OneTimeAccessTokenState is what the stack knows of it.
type OneTimeAccessTokenState struct {
	OneTimeAccessTokenArgs
	Token     string `pulumi:"token" provider:"secret"`
	URL       string `pulumi:"url" provider:"secret"`
	ExpiresAt string `pulumi:"expiresAt"`
	Issuer    string `pulumi:"issuer"`
}

const (
	defaultAccessTTL  = "15m"
	shortestAccessTTL = 2 * time.Second // the server wants more than one
	longestAccessTTL  = 31 * 24 * time.Hour
)

// Annotate describes the resource.
func (o *OneTimeAccessToken) Annotate(a infer.Annotator) {
	a.Describe(&o, "A token with which a user signs in once without a passkey, to make their first one, say. Whoever has it can sign in as the user.\n\n"+
		"It works once and until it expires, and is not made again after that unless `triggers` change. Pocket ID does not tell whether it was used, and cannot take it back: "+
		"deleting the resource only forgets it, and it works on until it expires. It cannot be imported.")
}

// Annotate describes the inputs.
func (o *OneTimeAccessTokenArgs) Annotate(a infer.Annotator) {
	a.Describe(&o.UserID, "Id of the user. Changing it makes another token.")
	a.Describe(&o.TTL, "How long the token works, such as `15m`, `1h` or `7d`, at most `31d`. Default: `15m`. Tokens of up to 15 minutes are short enough to be typed. Changing it makes another token.")
	a.SetDefault(&o.TTL, defaultAccessTTL)
	a.Describe(&o.Triggers, "Any values; when one of them changes, or the first is added, another token is made. The one before works on until it expires.")
}

// Annotate describes the outputs.
func (o *OneTimeAccessTokenState) Annotate(a infer.Annotator) {
	a.Describe(&o.Token, "The token itself, a code that the user can type at `<issuer>/lc`.")
	a.Describe(&o.URL, "The address that signs the user in, with the token in it.")
	a.Describe(&o.ExpiresAt, "When the token stops working, if it is not used before.")
	a.Describe(&o.Issuer, "The issuer of the Pocket ID instance that the user is in.")
}

// WireDependencies keeps the token a secret whatever the inputs are.
func (*OneTimeAccessToken) WireDependencies(f infer.FieldSelector, _ *OneTimeAccessTokenArgs, state *OneTimeAccessTokenState) {
	f.OutputField(&state.Token).AlwaysSecret()
	f.OutputField(&state.URL).AlwaysSecret()
}

// Canonical brings a program's words to one form.
func (*OneTimeAccessToken) Canonical(in property.Map) property.Map {
	return inWords(emptyIsAbsent(in, "ttl", "triggers"), "triggers")
}

// Check says at preview what the server would refuse.
func (*OneTimeAccessToken) Check(ctx context.Context, req infer.CheckRequest) (infer.CheckResponse[OneTimeAccessTokenArgs], error) {
	args, failures, err := infer.DefaultCheck[OneTimeAccessTokenArgs](ctx, req.NewInputs)
	if err != nil {
		return infer.CheckResponse[OneTimeAccessTokenArgs]{Inputs: args, Failures: failures}, err
	}
	check := newChecks(ctx, req.NewInputs, req.OldInputs, failures)
	check.that(anyUUIDShape.MatchString(args.UserID), "userId", "must be the id of a user, a UUID, is %s", check.quoted("userId", args.UserID))
	lasts := check.duration("ttl", args.TTL, shortestAccessTTL)
	check.that(lasts <= longestAccessTTL, "ttl", "must be at most 31d, is %s", check.quoted("ttl", or(args.TTL, "")))
	return infer.CheckResponse[OneTimeAccessTokenArgs]{Inputs: args, Failures: check.failures}, nil
}

// Plan makes another token where the triggers say so. Taking them away says
// nothing, nor do other words for the same time.
func (*OneTimeAccessToken) Plan(c *change) {
	if c.differs("triggers") && !c.Inputs.Get("triggers").IsNull() {
		c.replaces("triggers")
	}
	before, was := parseDuration(text(c.State.Get("ttl")))
	after, is := parseDuration(text(c.Inputs.Get("ttl")))
	if was == nil && is == nil && before == after {
		c.forget("ttl")
	}
}

// Create makes the token.
func (o *OneTimeAccessToken) Create(ctx context.Context, req infer.CreateRequest[OneTimeAccessTokenArgs]) (infer.CreateResponse[OneTimeAccessTokenState], error) {
	var none infer.CreateResponse[OneTimeAccessTokenState]
	conn, err := o.config.connection()
	if err != nil {
		return none, err
	}
	issuer, err := conn.Issuer(ctx) // before the first write: without it there is no state
	if err != nil {
		return none, err
	}
	user, err := conn.GetUser(ctx, req.Inputs.UserID) // of one who is missing, older servers say that something went wrong
	if err != nil {
		return none, err
	}
	if user.Disabled {
		p.GetLogger(ctx).Warningf("the user %s is disabled: the token lets them in only if they are enabled before it expires", user.Username)
	}
	lasts, err := parseDuration(or(req.Inputs.TTL, defaultAccessTTL))
	if err != nil {
		return none, err
	}
	made := o.now()
	token, err := conn.OneTimeAccess(ctx, user.ID, lasts)
	if err != nil {
		return none, err
	}
	return infer.CreateResponse[OneTimeAccessTokenState]{
		ID: user.ID + "/" + made.UTC().Format(time.RFC3339Nano), // the server has no name for it but the token itself
		Output: OneTimeAccessTokenState{
			OneTimeAccessTokenArgs: req.Inputs,
			Token:                  token,
			URL:                    strings.TrimSuffix(issuer, "/") + "/lc/" + token,
			ExpiresAt:              timestamp(made.Add(lasts)),
			Issuer:                 issuer,
		},
	}, nil
}

// Read keeps what the state knows: the server tells nothing.
func (*OneTimeAccessToken) Read(_ context.Context, req infer.ReadRequest[OneTimeAccessTokenArgs, OneTimeAccessTokenState]) (infer.ReadResponse[OneTimeAccessTokenArgs, OneTimeAccessTokenState], error) {
	if imported := req.State.Issuer == ""; imported {
		return infer.ReadResponse[OneTimeAccessTokenArgs, OneTimeAccessTokenState]{}, errors.New("a OneTimeAccessToken cannot be imported: Pocket ID shows no token again; make another")
	}
	return infer.ReadResponse[OneTimeAccessTokenArgs, OneTimeAccessTokenState](req), nil
}

// Update takes down what the program says now. It writes nothing.
func (*OneTimeAccessToken) Update(_ context.Context, req infer.UpdateRequest[OneTimeAccessTokenArgs, OneTimeAccessTokenState]) (infer.UpdateResponse[OneTimeAccessTokenState], error) {
	state := req.State
	state.OneTimeAccessTokenArgs = req.Inputs
	return infer.UpdateResponse[OneTimeAccessTokenState]{Output: state}, nil
}

// Delete only forgets the token: the server cannot take it back.
func (*OneTimeAccessToken) Delete(context.Context, infer.DeleteRequest[OneTimeAccessTokenState]) (infer.DeleteResponse, error) {
	return infer.DeleteResponse{}, nil
}
