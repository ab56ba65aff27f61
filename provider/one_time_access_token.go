package provider

import (
	"context"
	"errors"
	"strings"
	"time"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi/sdk/v3/go/property"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/inputs"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/lifecycle"
)

// OneTimeAccessToken lets a user sign in once without a passkey. The server neither lists
// such tokens nor revokes them: only the state knows a token.
type OneTimeAccessToken struct {
	config *Config
	now    func() time.Time
}

// OneTimeAccessTokenArgs are the inputs.
type OneTimeAccessTokenArgs struct {
	UserID   string            `pulumi:"userId" provider:"replaceOnChanges"`
	TTL      *string           `pulumi:"ttl,optional" provider:"replaceOnChanges"`
	Triggers map[string]string `pulumi:"triggers,optional"`
}

// OneTimeAccessTokenState is the state.
type OneTimeAccessTokenState struct {
	OneTimeAccessTokenArgs
	Token     string `pulumi:"token" provider:"secret"`
	URL       string `pulumi:"url" provider:"secret"`
	ExpiresAt string `pulumi:"expiresAt"`
	Instance
}

const (
	defaultAccessTTL = "15m"
	minAccessTTL     = 2 * time.Second // the server requires more than one
	maxAccessTTL     = 31 * 24 * time.Hour
)

// Annotate describes the resource.
func (o *OneTimeAccessToken) Annotate(a infer.Annotator) {
	a.Describe(&o, "A one-time token with which a user signs in without a passkey, for example to create the first one. Anyone who has the token can sign in as the user.\n\n"+
		"The token is valid for one sign-in, until it expires. After that, no new token is created unless `triggers` change.\n\n"+
		"Pocket ID does not report whether the token was used, and cannot revoke it. Deleting the resource only removes the token from the state: "+
		"it stays valid until it expires.\n\n"+
		"The token cannot be imported."+anySupportedVersion)
}

// Annotate describes the inputs.
func (o *OneTimeAccessTokenArgs) Annotate(a infer.Annotator) {
	a.Describe(&o.UserID, "ID of the user. Changing it replaces the resource.")
	a.Describe(&o.TTL, "Lifetime of the token, such as `15m`, `1h` or `7d`: 2 seconds to 31 days. Defaults to `15m`. Changing it replaces the resource. "+
		"Tokens with a lifetime of at most 15 minutes are short enough to be typed.")
	a.SetDefault(&o.TTL, defaultAccessTTL)
	a.Describe(&o.Triggers, "Arbitrary values. Changing one, or adding the first one, replaces the resource. The old token stays valid until it expires.")
}

// Annotate describes the outputs.
func (o *OneTimeAccessTokenState) Annotate(a infer.Annotator) {
	a.Describe(&o.Token, "The token value, a code that the user can type at `<issuer>/lc`.")
	a.Describe(&o.URL, "URL that signs the user in. It contains the token.")
	a.Describe(&o.ExpiresAt, "Expiration time in RFC 3339 format, if the token is not used before.")
}

// Normalize brings the inputs to one form.
func (*OneTimeAccessToken) Normalize(in property.Map) property.Map {
	return inputs.Stringify(inputs.OmitEmpty(in, "ttl", "triggers"), "triggers")
}

// Check refuses what the server would refuse.
func (*OneTimeAccessToken) Check(ctx context.Context, req infer.CheckRequest) (p.CheckResponse, error) {
	return inputs.Check(ctx, req, func(check *inputs.Checker, args *OneTimeAccessTokenArgs) {
		check.UUID("userId", args.UserID, "user")
		ttl := check.Duration("ttl", args.TTL, minAccessTTL)
		check.Require(ttl <= maxAccessTTL, "ttl", "must be at most 31d (got %s)", check.Quote("ttl", inputs.ValueOr(args.TTL, "")))
	})
}

// Plan replaces the token if a trigger changes or is added, and ignores another notation of
// the same ttl.
func (*OneTimeAccessToken) Plan(plan *lifecycle.Plan) {
	if plan.Differs("triggers") && !plan.Inputs.Get("triggers").IsNull() {
		plan.Replace("triggers")
	}
	before, errBefore := inputs.ParseDuration(inputs.Text(plan.State.Get("ttl")))
	after, errAfter := inputs.ParseDuration(inputs.Text(plan.Inputs.Get("ttl")))
	if errBefore == nil && errAfter == nil && before == after {
		plan.Drop("ttl")
	}
}

// Create creates the token.
func (o *OneTimeAccessToken) Create(ctx context.Context, req infer.CreateRequest[OneTimeAccessTokenArgs]) (infer.CreateResponse[OneTimeAccessTokenState], error) {
	var none infer.CreateResponse[OneTimeAccessTokenState]
	conn := o.config.conn()
	user, err := conn.GetUser(ctx, req.Inputs.UserID) // for a missing user, older servers answer with an internal error
	if err != nil {
		return none, err
	}
	if user.Disabled {
		p.GetLogger(ctx).Warningf("the user %s is disabled and can use the token only if they are enabled before it expires", user.Username)
	}
	ttl, err := inputs.ParseDuration(inputs.ValueOr(req.Inputs.TTL, defaultAccessTTL))
	if err != nil {
		return none, err
	}
	createdAt := o.now()
	token, err := conn.CreateOneTimeAccessToken(ctx, user.ID, ttl)
	if err != nil {
		return none, err
	}
	return infer.CreateResponse[OneTimeAccessTokenState]{
		ID: user.ID + "/" + createdAt.UTC().Format(time.RFC3339Nano), // the server has no ID for it but the token itself
		Output: OneTimeAccessTokenState{
			OneTimeAccessTokenArgs: req.Inputs,
			Token:                  token,
			URL:                    strings.TrimSuffix(lifecycle.Instance(ctx), "/") + "/lc/" + token,
			ExpiresAt:              inputs.FormatTime(createdAt.Add(ttl)),
		},
	}, nil
}

// Read returns the state: the server does not list tokens.
func (*OneTimeAccessToken) Read(ctx context.Context, req infer.ReadRequest[OneTimeAccessTokenArgs, OneTimeAccessTokenState]) (infer.ReadResponse[OneTimeAccessTokenArgs, OneTimeAccessTokenState], error) {
	if lifecycle.IsImport(ctx) {
		return infer.ReadResponse[OneTimeAccessTokenArgs, OneTimeAccessTokenState]{},
			errors.New("a OneTimeAccessToken cannot be imported, because Pocket ID does not show a token again; create another one")
	}
	return infer.ReadResponse[OneTimeAccessTokenArgs, OneTimeAccessTokenState](req), nil
}

// Update stores the inputs in the state. It writes nothing to the server.
func (*OneTimeAccessToken) Update(_ context.Context, req infer.UpdateRequest[OneTimeAccessTokenArgs, OneTimeAccessTokenState]) (infer.UpdateResponse[OneTimeAccessTokenState], error) {
	state := req.State
	state.OneTimeAccessTokenArgs = req.Inputs
	return infer.UpdateResponse[OneTimeAccessTokenState]{Output: state}, nil
}

// Delete does nothing on the server, which cannot revoke a token.
func (*OneTimeAccessToken) Delete(context.Context, infer.DeleteRequest[OneTimeAccessTokenState]) (infer.DeleteResponse, error) {
	return infer.DeleteResponse{}, nil
}
