package provider

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi/sdk/v3/go/property"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/ids"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/inputs"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/inventory"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/lifecycle"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/workload"
)

// FederatedIdentity lets a workload authenticate as a client with tokens of another
// issuer.
type FederatedIdentity struct{ config *Config }

// FederatedIdentitySettings are the plain inputs.
type FederatedIdentitySettings struct {
	ClientID         string  `pulumi:"clientId" provider:"replaceOnChanges"`
	Issuer           *string `pulumi:"issuer,optional" provider:"replaceOnChanges"` // optional: a preset sets it too
	Subject          *string `pulumi:"subject,optional"`
	Audience         *string `pulumi:"audience,optional"`
	JWKSURL          *string `pulumi:"jwksUrl,optional"`
	PublicKeys       *string `pulumi:"publicKeys,optional"`
	ReplayProtection *bool   `pulumi:"replayProtection,optional"`
}

// FederatedIdentityArgs are the inputs. Normalize expands the presets, so that Check and
// everything after it see plain inputs, unless a preset cannot be expanded.
type FederatedIdentityArgs struct {
	FederatedIdentitySettings
	workload.Presets
}

// FederatedIdentityState is the state.
type FederatedIdentityState struct {
	FederatedIdentitySettings
	Issuer            string  `pulumi:"issuer"` // always set here
	EffectiveIssuer   string  `pulumi:"effectiveIssuer"`
	EffectiveSubject  string  `pulumi:"effectiveSubject"`
	EffectiveAudience string  `pulumi:"effectiveAudience"`
	EffectiveJWKSURL  *string `pulumi:"effectiveJwksUrl,optional"` // nil if publicKeys is set
	InstanceIssuer    string  `pulumi:"instanceIssuer"`
}

// Annotate describes the resource.
func (f *FederatedIdentity) Annotate(a infer.Annotator) {
	a.Describe(&f, "Allows a workload, such as a Kubernetes service account, a GitHub Actions workflow or a cloud identity, to authenticate as a confidential client without a secret. "+
		"The workload uses a token of its own issuer as a client assertion (RFC 7523).\n\n"+
		"Describe the workload with one of the preset blocks (`kubernetes`, `githubActions`, `aws` and others), or with `issuer`, `subject` and `jwksUrl`. "+
		"A block is expanded into these plain inputs, which the state and diffs show. The outputs that start with `effective` are what Pocket ID compares a token with. "+
		"With a block, `issuer` and `subject` cannot be set. `jwksUrl` or `publicKeys` replaces the block's key URL. `audience` and `replayProtection` work as usual.\n\n"+
		"Pocket ID compares the token's `iss`, `sub` and `aud` claims exactly, without wildcards, and uses only the first federated identity of an issuer. "+
		"A client can therefore have only one federated identity per issuer, and a second one is an error. "+
		"For several subjects of one issuer, such as a branch and an environment, create a client for each.\n\n"+
		"Import with the client ID and the issuer: `pulumi import pocketid:index:FederatedIdentity deploy '<clientId>#<issuer>'`.\n\n"+
		"Requires Pocket ID 2.4 or later, unless `subject` is the client ID.")
}

// Annotate describes the inputs.
func (f *FederatedIdentitySettings) Annotate(a infer.Annotator) {
	a.Describe(&f.ClientID, "ID of the confidential client that the workload authenticates as. Changing it replaces the resource.")
	a.Describe(&f.Issuer, "Exact value of the `iss` claim in the workload's tokens. A trailing slash counts. Required unless one of the blocks is set. Changing it replaces the resource.")
	a.Describe(&f.Subject, "Exact value of the `sub` claim in the workload's tokens. Defaults to the client ID, which almost no issuer uses as a subject. "+
		"Before Pocket ID 2.4, no other value is allowed.")
	a.Describe(&f.Audience, "Value that the `aud` claim of the workload's tokens must contain. Defaults to the issuer URL of Pocket ID (see `effectiveAudience`). "+
		"Request tokens with this audience from the workload's platform.")
	a.Describe(&f.JWKSURL, "URL of the issuer's public keys (JWKS). Defaults to the key URL of the block, otherwise to `<issuer>/.well-known/jwks.json`. "+
		"Most issuers use another URL, which the function `getIssuer` looks up. Pocket ID must be able to reach it. "+
		"After a failure, Pocket ID does not try that URL again for 15 minutes.")
	a.Describe(&f.PublicKeys, "The issuer's public keys, for an issuer that Pocket ID cannot reach. Cannot be combined with `jwksUrl`. "+
		"A JWKS document in JSON, such as the output of `kubectl get --raw /openid/v1/jwks`, or the list of JWKs in it. Each key must have its own `kid`. "+
		"It must be updated when the issuer rotates its keys. Requires Pocket ID 2.15 or later.")
	a.Describe(&f.ReplayProtection, "Whether each token is accepted only once. Defaults to `false`. The tokens must have a `jti` claim. "+
		"Not suitable for tokens that are read from a file several times (Kubernetes, SPIFFE). Requires Pocket ID 2.10 or later.")
	a.SetDefault(&f.ReplayProtection, false)
}

// Annotate describes the outputs.
func (f *FederatedIdentityState) Annotate(a infer.Annotator) {
	a.Describe(&f.Issuer, "`iss` claim that Pocket ID expects.")
	a.Describe(&f.EffectiveIssuer, "`iss` claim that Pocket ID expects.")
	a.Describe(&f.EffectiveSubject, "`sub` claim that Pocket ID expects.")
	a.Describe(&f.EffectiveAudience, "Value that Pocket ID expects in the `aud` claim.")
	a.Describe(&f.EffectiveJWKSURL, "URL from which Pocket ID gets the issuer's public keys. Empty if `publicKeys` is set.")
	a.Describe(&f.InstanceIssuer, "Issuer URL of the Pocket ID instance. The issuer of the workload's tokens is `issuer`.")
}

// DerivedSecrets are the outputs that are secret if one of these inputs is.
func (*FederatedIdentity) DerivedSecrets() map[string][]string {
	return map[string][]string{
		"effectiveIssuer":   {"issuer"},
		"effectiveSubject":  {"subject", "clientId"},
		"effectiveAudience": {"audience"},
		"effectiveJwksUrl":  {"jwksUrl", "issuer"},
	}
}

// Normalize expands presets, and brings the inputs to the form that Read returns.
func (*FederatedIdentity) Normalize(in property.Map) property.Map {
	in = inputs.OmitEmpty(in, "subject", "audience", "jwksUrl", "publicKeys", "issuer")
	in = workload.NormalizeKeys(in)
	out, _ := workload.Expand(in) // Check reports why a preset could not be expanded
	return out
}

// Check refuses what Pocket ID would accept but never match: the server validates nothing.
func (f *FederatedIdentity) Check(ctx context.Context, req infer.CheckRequest) (p.CheckResponse, error) {
	expanded, ignored, notExpanded := workload.ExpandUpdate(req.NewInputs, req.OldInputs)
	req.NewInputs = workload.WithoutBlocks(expanded)
	return inputs.Check(ctx, req, func(check *inputs.Checker, args *FederatedIdentityArgs) {
		if len(ignored) > 0 {
			lifecycle.FailUnlessIgnored(check, failureUnlessIgnored(notExpanded), ignored...)
		} else if len(notExpanded) > 0 {
			check.Failures = append(check.Failures, notExpanded...)
			return
		}
		check.ClientID("clientId", args.ClientID)
		check.Require(args.Issuer != nil, "issuer", "%s", issuerMissing())
		issuer, subject := inputs.ValueOr(args.Issuer, ""), inputs.ValueOr(args.Subject, "")
		checkExactClaims(check, map[string]string{"issuer": issuer, "subject": subject, "audience": inputs.ValueOr(args.Audience, "")})
		check.RequireForChanges(!strings.Contains(issuer, "/.well-known/"), "issuer", "must be the issuer itself, not the URL of its configuration")
		workload.CheckKeys(check, args.Issuer, args.JWKSURL, args.PublicKeys)
		workload.CheckIssuer(check, issuer, subject)
		f.checkVersion(check, args)
		if issuer != "" && args.ClientID != "" {
			lifecycle.DeclareInputs(check, lifecycle.Declaration{
				Object:   federatedIdentities(args.ClientID, issuer),
				Conflict: "%s has the same issuer on the same client, and Pocket ID only uses the first federated identity of an issuer; create another client for another subject",
			}, "issuer", "clientId")
		}
	})
}

func issuerMissing() string {
	return "must be set to the iss claim of the workload's tokens, or one of the presets must be set: " + strings.Join(workload.PresetNames(), ", ")
}

// failureUnlessIgnored is the error of an update whose inputs are only valid with
// ignoreChanges.
func failureUnlessIgnored(notExpanded []p.CheckFailure) string {
	if len(notExpanded) == 0 {
		return "issuer " + issuerMissing()
	}
	var reasons []string
	for _, f := range notExpanded {
		reasons = append(reasons, f.Property+" "+f.Reason)
	}
	return strings.Join(reasons, "; ")
}

// KeepIgnored keeps what a preset is expanded into, if its changes are ignored.
func (*FederatedIdentity) KeepIgnored(ignored []string, in, state property.Map) property.Map {
	return workload.KeepIgnored(ignored, in, state)
}

func checkExactClaims(check *inputs.Checker, claims map[string]string) {
	for _, name := range inputs.SortedKeys(claims) {
		check.RequireForChanges(!strings.Contains(claims[name], "*"), name, "must not contain *; Pocket ID compares exactly and has no wildcards, so no token would match")
		check.RequireForChanges(strings.TrimSpace(claims[name]) == claims[name], name, "must not begin or end with whitespace; Pocket ID compares exactly, so no token would match")
	}
}

func (f *FederatedIdentity) checkVersion(check *inputs.Checker, args *FederatedIdentityArgs) {
	checkUsedFeatures(check, f.config, args.features())
	if !hasCustomSubject(args.FederatedIdentitySettings) || inputs.AnyUnknown(check.Inputs, "clientId", "subject") {
		return
	}
	version, err := f.config.previewVersion(check.Context(), api.CustomSubjects)
	if err == nil {
		check.RequireForChangesOf(version.Has(api.CustomSubjects), []string{"subject", "clientId"}, "%s", customSubjectRefused(version))
	}
	check.Require(err == nil || errors.Is(err, errVersionUnknown), "subject", "cannot be checked against the version of Pocket ID: %v", err)
}

// hasCustomSubject reports whether tokens have another subject than the client ID.
func hasCustomSubject(args FederatedIdentitySettings) bool {
	return args.Subject != nil && *args.Subject != args.ClientID
}

func customSubjectRefused(version api.Version) string {
	return fmt.Sprintf("requires Pocket ID %s or later if it differs from clientId; this server is %s, so omit it or set it to clientId",
		api.CustomSubjects.Since(), version)
}

// Plan recomputes the outputs that are derived from changed inputs.
func (*FederatedIdentity) Plan(plan *lifecycle.Plan) {
	for input, output := range map[string]string{
		"issuer": "effectiveIssuer", "subject": "effectiveSubject", "audience": "effectiveAudience", "jwksUrl": "effectiveJwksUrl", "publicKeys": "effectiveJwksUrl",
	} {
		if plan.Differs(input) {
			plan.Recompute(output)
		}
	}
}

// Create adds the federated identity to its client.
func (f *FederatedIdentity) Create(ctx context.Context, req infer.CreateRequest[FederatedIdentityArgs]) (infer.CreateResponse[FederatedIdentityState], error) {
	var none infer.CreateResponse[FederatedIdentityState]
	if err := req.Inputs.requireVersion(ctx, f.config.conn(), ""); err != nil {
		return none, err
	}
	fi := req.Inputs.identity()
	if err := f.config.conn().AddFederatedIdentity(ctx, req.Inputs.ClientID, fi); err != nil {
		if errors.Is(err, api.ErrExists) {
			err = fmt.Errorf("%w; create another client for another subject of that issuer", err)
		}
		return none, err
	}
	return infer.CreateResponse[FederatedIdentityState]{
		ID:     ids.FederatedIdentity(req.Inputs.ClientID, fi.Issuer),
		Output: federatedIdentityState(req.Inputs.ClientID, fi, lifecycle.Instance(ctx)),
	}, nil
}

// Read reads the federated identity from its client.
func (f *FederatedIdentity) Read(ctx context.Context, req infer.ReadRequest[FederatedIdentityArgs, FederatedIdentityState]) (infer.ReadResponse[FederatedIdentityArgs, FederatedIdentityState], error) {
	var none infer.ReadResponse[FederatedIdentityArgs, FederatedIdentityState]
	clientID, issuer, err := ids.SplitFederatedIdentity(req.ID)
	if err != nil {
		return none, err
	}
	fi, err := f.config.conn().GetFederatedIdentity(ctx, clientID, issuer)
	if err != nil {
		return none, err
	}
	state := federatedIdentityState(clientID, fi, lifecycle.Instance(ctx))
	return infer.ReadResponse[FederatedIdentityArgs, FederatedIdentityState]{ID: req.ID, Inputs: state.args(), State: state}, nil
}

// Update replaces the settings of the federated identity.
func (f *FederatedIdentity) Update(ctx context.Context, req infer.UpdateRequest[FederatedIdentityArgs, FederatedIdentityState]) (infer.UpdateResponse[FederatedIdentityState], error) {
	var none infer.UpdateResponse[FederatedIdentityState]
	if err := req.Inputs.requireVersion(ctx, f.config.conn(), inputs.ValueOr(req.State.Subject, "")); err != nil {
		return none, err
	}
	fi := req.Inputs.identity()
	if err := f.config.conn().UpdateFederatedIdentity(ctx, req.Inputs.ClientID, fi); err != nil {
		return none, err
	}
	return infer.UpdateResponse[FederatedIdentityState]{Output: federatedIdentityState(req.Inputs.ClientID, fi, req.State.InstanceIssuer)}, nil
}

// Delete removes the federated identity from its client.
func (f *FederatedIdentity) Delete(ctx context.Context, req infer.DeleteRequest[FederatedIdentityState]) (infer.DeleteResponse, error) {
	clientID, issuer, err := ids.SplitFederatedIdentity(req.ID)
	if err != nil {
		return infer.DeleteResponse{}, err
	}
	if _, err := f.config.conn().Version(ctx); err != nil { // decides which settings the client must have
		return infer.DeleteResponse{}, err
	}
	return infer.DeleteResponse{}, f.config.conn().DeleteFederatedIdentity(ctx, clientID, issuer)
}

// ListInputs are the filters of List.
func (*FederatedIdentity) ListInputs() map[string]string {
	return map[string]string{"clientId": "ID of a client. Lists only the federated identities of this client."}
}

// List returns the federated identities of all clients. Of each issuer on a client, it
// returns the one that Pocket ID uses.
func (f *FederatedIdentity) List(ctx context.Context, filter map[string]string) ([]lifecycle.Listed, error) {
	return f.config.list(ctx, inventory.FederatedIdentities, inventory.Filter{ClientID: filter["clientId"]})
}

// identity converts the inputs to the server's form.
func (args FederatedIdentityArgs) identity() api.FederatedIdentity {
	fi := api.FederatedIdentity{
		Issuer:           inputs.ValueOr(args.Issuer, ""),
		Subject:          inputs.ValueOr(args.Subject, ""),
		Audience:         inputs.ValueOr(args.Audience, ""),
		JWKS:             inputs.ValueOr(args.JWKSURL, ""),
		ReplayProtection: inputs.ValueOr(args.ReplayProtection, false),
	}
	for _, key := range workload.ParseKeys(inputs.ValueOr(args.PublicKeys, "")) {
		fi.PublicKeys = append(fi.PublicKeys, api.JSONWebKey(key))
	}
	return fi
}

// features are the inputs that not every server knows, by the feature they need.
func (args FederatedIdentityArgs) features() map[api.Feature][]string {
	used := map[api.Feature][]string{}
	if inputs.ValueOr(args.ReplayProtection, false) {
		used[api.ReplayProtection] = []string{"replayProtection"}
	}
	if args.PublicKeys != nil {
		used[api.PublicKeys] = []string{"publicKeys"}
	}
	return used
}

// requireVersion is an error if the server cannot use the inputs. A subject that it has
// already may stay.
func (args FederatedIdentityArgs) requireVersion(ctx context.Context, conn *api.Conn, currentSubject string) error {
	if _, err := conn.Version(ctx); err != nil { // decides which settings the client must have
		return err
	}
	if err := requireFeatures(ctx, conn, args.features()); err != nil {
		return err
	}
	if !hasCustomSubject(args.FederatedIdentitySettings) || *args.Subject == currentSubject {
		return nil
	}
	version, err := conn.VersionWith(ctx, api.CustomSubjects)
	if err == nil && !version.Has(api.CustomSubjects) {
		err = lifecycle.Unchanged(errors.New("subject " + customSubjectRefused(version)))
	}
	return err
}

// federatedIdentityState converts the server's form to the state. The effective outputs
// are what Pocket ID uses for omitted inputs.
func federatedIdentityState(clientID string, fi api.FederatedIdentity, instance string) FederatedIdentityState {
	var keys []workload.Key
	for _, key := range fi.PublicKeys {
		keys = append(keys, workload.Key(key))
	}
	state := FederatedIdentityState{
		FederatedIdentitySettings: FederatedIdentitySettings{
			ClientID:         clientID,
			Subject:          inputs.NonEmpty(fi.Subject),
			Audience:         inputs.NonEmpty(fi.Audience),
			JWKSURL:          inputs.NonEmpty(fi.JWKS),
			PublicKeys:       inputs.NonEmpty(workload.FormatKeys(keys)),
			ReplayProtection: &fi.ReplayProtection,
		},
		Issuer:            fi.Issuer,
		EffectiveIssuer:   fi.Issuer,
		EffectiveSubject:  cmp.Or(fi.Subject, clientID),
		EffectiveAudience: cmp.Or(fi.Audience, instance),
		InstanceIssuer:    instance,
	}
	if len(fi.PublicKeys) == 0 {
		state.EffectiveJWKSURL = inputs.Ptr(cmp.Or(fi.JWKS, workload.DefaultKeysURL(fi.Issuer)))
	}
	return state
}

// args is the state as inputs.
func (s FederatedIdentityState) args() FederatedIdentityArgs {
	settings := s.FederatedIdentitySettings
	settings.Issuer = &s.Issuer
	return FederatedIdentityArgs{FederatedIdentitySettings: settings}
}
