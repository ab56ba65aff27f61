package provider

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi/sdk/v3/go/property"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
)

// FederatedIdentity lets tokens of an outside issuer authenticate a client.
type FederatedIdentity struct{ config *Config }

// FederatedIdentityArgs is what a program says of a federated identity.
type FederatedIdentityArgs struct {
	ClientID         string  `pulumi:"clientId" provider:"replaceOnChanges"`
	Issuer           *string `pulumi:"issuer,optional" provider:"replaceOnChanges"` // optional: presets will fill it
	Subject          *string `pulumi:"subject,optional"`
	Audience         *string `pulumi:"audience,optional"`
	JWKSURL          *string `pulumi:"jwksUrl,optional"`
	ReplayProtection *bool   `pulumi:"replayProtection,optional"`
}

// FederatedIdentityState is what the stack knows of it.
type FederatedIdentityState struct {
	FederatedIdentityArgs
	Issuer            string `pulumi:"issuer"` // always set here
	EffectiveSubject  string `pulumi:"effectiveSubject"`
	EffectiveAudience string `pulumi:"effectiveAudience"`
	EffectiveJWKSURL  string `pulumi:"effectiveJwksUrl"`
	InstanceIssuer    string `pulumi:"instanceIssuer"`
}

// Annotate describes the resource.
func (f *FederatedIdentity) Annotate(a infer.Annotator) {
	a.Describe(&f, "Lets a workload (a Kubernetes service account, a GitHub Actions workflow, a cloud identity …) authenticate as a confidential client "+
		"with a token of its own issuer in place of a secret: a client assertion as in RFC 7523.\n\n"+
		"Pocket ID compares the token's `iss`, `sub` and `aud` exactly, without wildcards, and only ever uses the first federated identity of an issuer. "+
		"So a client has at most one for each issuer: a second is an error. For several subjects of one issuer (a branch and an environment, say) make a client for each.\n\n"+
		"Import one as `<clientId>#<issuer>`.")
}

// Annotate describes the inputs.
func (f *FederatedIdentityArgs) Annotate(a infer.Annotator) {
	a.Describe(&f.ClientID, "Id of the confidential client that the workload authenticates as. Changing it replaces the identity.")
	a.Describe(&f.Issuer, "The `iss` claim of the workload's tokens, to the byte: a trailing slash counts. Changing it replaces the identity.")
	a.Describe(&f.Subject, "The `sub` claim of the workload's tokens, exactly. Default: the client's id, which hardly any issuer puts there.")
	a.Describe(&f.Audience, "What the `aud` claim of the workload's tokens must contain. Default: the issuer of Pocket ID (see `effectiveAudience`).")
	a.Describe(&f.JWKSURL, "Where Pocket ID gets the issuer's public keys (a JWKS). Default: `<issuer>/.well-known/jwks.json`, which most issuers do not use: "+
		"look it up as `jwks_uri` in the issuer's `/.well-known/openid-configuration`. Pocket ID must be able to reach it; after a failure it does not try that URL again for 15 minutes.")
	a.Describe(&f.ReplayProtection, "Accept each token once. Needs a `jti` claim, and does not suit tokens that are read from a file several times (Kubernetes, SPIFFE). Default: false. Pocket ID 2.10 or later.")
	a.SetDefault(&f.ReplayProtection, false)
}

// Annotate describes the outputs.
func (f *FederatedIdentityState) Annotate(a infer.Annotator) {
	a.Describe(&f.Issuer, "The `iss` claim that Pocket ID compares with.")
	a.Describe(&f.EffectiveSubject, "The `sub` claim that Pocket ID compares with.")
	a.Describe(&f.EffectiveAudience, "The `aud` claim that Pocket ID looks for.")
	a.Describe(&f.EffectiveJWKSURL, "Where Pocket ID gets the issuer's keys.")
	a.Describe(&f.InstanceIssuer, "The issuer of the Pocket ID instance that the identity is in.")
}

// WireDependencies carries secrecy to what is derived.
func (*FederatedIdentity) WireDependencies(f infer.FieldSelector, in *FederatedIdentityArgs, out *FederatedIdentityState) {
	f.OutputField(&out.EffectiveSubject).DependsOn(f.InputField(&in.Subject).Secret(), f.InputField(&in.ClientID).Secret())
	f.OutputField(&out.EffectiveAudience).DependsOn(f.InputField(&in.Audience).Secret())
	f.OutputField(&out.EffectiveJWKSURL).DependsOn(f.InputField(&in.JWKSURL).Secret(), f.InputField(&in.Issuer).Secret())
}

// Canonical brings a program's words to the form that Read returns.
func (*FederatedIdentity) Canonical(in property.Map) property.Map {
	return emptyIsAbsent(in, "subject", "audience", "jwksUrl", "issuer")
}

// Check says at preview what the server would take and then never use: it checks
// nothing itself.
func (f *FederatedIdentity) Check(ctx context.Context, req infer.CheckRequest) (infer.CheckResponse[FederatedIdentityArgs], error) {
	args, failures, err := infer.DefaultCheck[FederatedIdentityArgs](ctx, req.NewInputs)
	if err != nil {
		return infer.CheckResponse[FederatedIdentityArgs]{Inputs: args, Failures: failures}, err
	}
	check := newChecks(ctx, req.NewInputs, req.OldInputs, failures)
	check.that(args.ClientID != "" && !strings.ContainsAny(args.ClientID, "/\\ #") && strings.Trim(args.ClientID, ".") != "",
		"clientId", "must be the id of a client, is %s", check.quoted("clientId", args.ClientID))
	check.that(args.Issuer != nil, "issuer", "must be set to the iss claim of the workload's tokens")
	issuer := or(args.Issuer, "")
	for name, value := range map[string]string{"issuer": issuer, "subject": or(args.Subject, ""), "audience": or(args.Audience, "")} {
		check.stricter(!strings.Contains(value, "*"), name, "must not contain *: Pocket ID compares exactly and knows no wildcards, so no token would ever match")
		check.stricter(strings.TrimSpace(value) == value, name, "must not begin or end with space: Pocket ID compares exactly, so no token would ever match")
	}
	if args.JWKSURL != nil {
		check.jwksURL(*args.JWKSURL)
	} else if args.Issuer != nil && !req.NewInputs.Get("jwksUrl").HasComputed() {
		check.stricter(isWebURL(issuer), "issuer", "must be an http(s) URL unless jwksUrl says where its keys are, is %s", check.quoted("issuer", issuer))
	}
	if or(args.ReplayProtection, false) {
		check.knownTo(f.config, api.ReplayProtection, "replayProtection")
	}
	return infer.CheckResponse[FederatedIdentityArgs]{Inputs: args, Failures: check.failures}, nil
}

func (c *checks) jwksURL(value string) {
	if c.silent("jwksUrl") {
		return
	}
	if json.Valid([]byte(value)) && strings.HasPrefix(strings.TrimSpace(value), "{") {
		c.that(false, "jwksUrl", "must be the URL of the keys, not the keys themselves: Pocket ID would look for them at an address of that name")
		return
	}
	c.stricter(isWebURL(value), "jwksUrl", "must be an http(s) URL, is %s", c.quoted("jwksUrl", value))
	if u, err := url.Parse(value); err == nil && u.Scheme == "http" && !isLoopback(u.Hostname()) {
		c.warn("jwksUrl is plain http: whoever is on the way from Pocket ID to %s can let anybody in", u.Host)
	}
}

func isWebURL(value string) bool {
	u, err := url.Parse(value)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && !strings.ContainsAny(value, " \t\r\n")
}

// Plan names what is derived from what changes.
func (*FederatedIdentity) Plan(c *change) {
	for input, output := range map[string]string{"subject": "effectiveSubject", "audience": "effectiveAudience", "jwksUrl": "effectiveJwksUrl"} {
		if c.differs(input) {
			c.renews(output)
		}
	}
}

// Create adds the identity to its client.
func (f *FederatedIdentity) Create(ctx context.Context, req infer.CreateRequest[FederatedIdentityArgs]) (infer.CreateResponse[FederatedIdentityState], error) {
	var none infer.CreateResponse[FederatedIdentityState]
	conn, err := f.config.connection()
	if err != nil {
		return none, err
	}
	if err := shut(ctx, conn, req.Inputs.gated()); err != nil {
		return none, err
	}
	here, err := conn.Issuer(ctx)
	if err != nil {
		return none, err
	}
	fi := req.Inputs.identity()
	if err := conn.AddFederatedIdentity(ctx, req.Inputs.ClientID, fi); err != nil {
		if errors.Is(err, api.ErrExists) {
			err = fmt.Errorf("%w; make another client for another subject of that issuer", err)
		}
		return none, err
	}
	return infer.CreateResponse[FederatedIdentityState]{
		ID:     federatedIdentityID(req.Inputs.ClientID, fi.Issuer),
		Output: federatedIdentityState(req.Inputs.ClientID, fi, here),
	}, nil
}

// Read brings back what the server has.
func (f *FederatedIdentity) Read(ctx context.Context, req infer.ReadRequest[FederatedIdentityArgs, FederatedIdentityState]) (infer.ReadResponse[FederatedIdentityArgs, FederatedIdentityState], error) {
	var none infer.ReadResponse[FederatedIdentityArgs, FederatedIdentityState]
	conn, err := f.config.connection()
	if err != nil {
		return none, err
	}
	clientID, issuer, err := splitFederatedIdentityID(req.ID)
	if err != nil {
		return none, err
	}
	fi, err := conn.GetFederatedIdentity(ctx, clientID, issuer)
	if errors.Is(err, api.ErrNotFound) {
		return none, nil // the identity is gone, or its client and with it all of them
	}
	if err != nil {
		return none, err
	}
	here, err := conn.Issuer(ctx)
	if err != nil {
		return none, err
	}
	state := federatedIdentityState(clientID, fi, here)
	return infer.ReadResponse[FederatedIdentityArgs, FederatedIdentityState]{ID: req.ID, Inputs: state.args(), State: state}, nil
}

// Update writes over the identity.
func (f *FederatedIdentity) Update(ctx context.Context, req infer.UpdateRequest[FederatedIdentityArgs, FederatedIdentityState]) (infer.UpdateResponse[FederatedIdentityState], error) {
	var none infer.UpdateResponse[FederatedIdentityState]
	conn, err := f.config.connection()
	if err != nil {
		return none, err
	}
	if err := shut(ctx, conn, req.Inputs.gated()); err != nil {
		return none, err
	}
	fi := req.Inputs.identity()
	if err := conn.UpdateFederatedIdentity(ctx, req.Inputs.ClientID, fi); err != nil {
		return none, err
	}
	return infer.UpdateResponse[FederatedIdentityState]{Output: federatedIdentityState(req.Inputs.ClientID, fi, req.State.InstanceIssuer)}, nil
}

// Delete takes the identity from its client.
func (f *FederatedIdentity) Delete(ctx context.Context, req infer.DeleteRequest[FederatedIdentityState]) (infer.DeleteResponse, error) {
	conn, err := f.config.connection()
	if err != nil {
		return infer.DeleteResponse{}, err
	}
	clientID, issuer, err := splitFederatedIdentityID(req.ID)
	if err != nil {
		return infer.DeleteResponse{}, err
	}
	return infer.DeleteResponse{}, conn.DeleteFederatedIdentity(ctx, clientID, issuer)
}

// identity is what the program says, in the server's words.
func (args FederatedIdentityArgs) identity() api.FederatedIdentity {
	return api.FederatedIdentity{
		Issuer:           or(args.Issuer, ""),
		Subject:          or(args.Subject, ""),
		Audience:         or(args.Audience, ""),
		JWKS:             or(args.JWKSURL, ""),
		ReplayProtection: or(args.ReplayProtection, false),
	}
}

func (args FederatedIdentityArgs) gated() map[api.Feature][]string {
	if or(args.ReplayProtection, false) {
		return map[api.Feature][]string{api.ReplayProtection: {"replayProtection"}}
	}
	return nil
}

// federatedIdentityState is what the server says, in the program's words, and
// what Pocket ID makes of what is left out.
func federatedIdentityState(clientID string, fi api.FederatedIdentity, here string) FederatedIdentityState {
	return FederatedIdentityState{
		FederatedIdentityArgs: FederatedIdentityArgs{
			ClientID:         clientID,
			Subject:          some(fi.Subject),
			Audience:         some(fi.Audience),
			JWKSURL:          some(fi.JWKS),
			ReplayProtection: &fi.ReplayProtection,
		},
		Issuer:            fi.Issuer,
		EffectiveSubject:  cmp.Or(fi.Subject, clientID),
		EffectiveAudience: cmp.Or(fi.Audience, here),
		EffectiveJWKSURL:  cmp.Or(fi.JWKS, strings.TrimSuffix(fi.Issuer, "/")+"/.well-known/jwks.json"),
		InstanceIssuer:    here,
	}
}

// args is the state as a program would say it.
func (s FederatedIdentityState) args() FederatedIdentityArgs {
	args := s.FederatedIdentityArgs
	args.Issuer = &s.Issuer
	return args
}

// An identity has no id of its own on the server; "<client>#<issuer>" is one that
// people can write by hand to import it. A client id cannot contain '#'.
func federatedIdentityID(clientID, issuer string) string { return clientID + "#" + issuer }

func splitFederatedIdentityID(id string) (clientID, issuer string, err error) {
	clientID, issuer, ok := strings.Cut(id, "#")
	if !ok || clientID == "" || issuer == "" {
		return "", "", fmt.Errorf("%q is not of the form <clientId>#<issuer>", id)
	}
	return clientID, issuer, nil
}
