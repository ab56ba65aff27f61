package provider

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi/sdk/v3/go/property"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
)

// FederatedIdentity lets tokens of an outside issuer authenticate a client.
type FederatedIdentity struct {
	config  *Config
	program program
}

// FederatedIdentitySettings is what a program says of a federated identity in
// plain words.
type FederatedIdentitySettings struct {
	ClientID         string  `pulumi:"clientId" provider:"replaceOnChanges"`
	Issuer           *string `pulumi:"issuer,optional" provider:"replaceOnChanges"` // optional: presets say it, too
	Subject          *string `pulumi:"subject,optional"`
	Audience         *string `pulumi:"audience,optional"`
	JWKSURL          *string `pulumi:"jwksUrl,optional"`
	PublicKeys       *string `pulumi:"publicKeys,optional"`
	ReplayProtection *bool   `pulumi:"replayProtection,optional"`
}

// FederatedIdentityArgs is what a program says. Only the plain words reach Check
// and what comes after it, unless a preset could not be expanded.
type FederatedIdentityArgs struct {
	FederatedIdentitySettings
	Presets
}

// FederatedIdentityState is what the stack knows of it.
type FederatedIdentityState struct {
	FederatedIdentitySettings
	Issuer            string  `pulumi:"issuer"` // always set here
	EffectiveIssuer   string  `pulumi:"effectiveIssuer"`
	EffectiveSubject  string  `pulumi:"effectiveSubject"`
	EffectiveAudience string  `pulumi:"effectiveAudience"`
	EffectiveJWKSURL  *string `pulumi:"effectiveJwksUrl,optional"` // none beside publicKeys
	InstanceIssuer    string  `pulumi:"instanceIssuer"`
}

// Annotate describes the resource.
func (f *FederatedIdentity) Annotate(a infer.Annotator) {
	a.Describe(&f, "Lets a workload (a Kubernetes service account, a GitHub Actions workflow, a cloud identity …) authenticate as a confidential client "+
		"with a token of its own issuer in place of a secret: a client assertion as in RFC 7523.\n\n"+
		"Say which workload with one of the blocks (`kubernetes`, `githubActions`, `aws` …), or with `issuer`, `subject` and `jwksUrl`. A block becomes these plain inputs: "+
		"state and diffs show them, and the `effective…` outputs are what Pocket ID compares a token with. Beside a block, `audience` and `replayProtection` are said as usual, "+
		"and `jwksUrl` or `publicKeys` take the place of the block's key URL; `issuer` and `subject` cannot be set.\n\n"+
		"Pocket ID compares the token's `iss`, `sub` and `aud` exactly, without wildcards, and only ever uses the first federated identity of an issuer. "+
		"So a client has at most one for each issuer: a second is an error. For several subjects of one issuer (a branch and an environment, say) make a client for each.\n\n"+
		"Import one as `<clientId>#<issuer>`.")
}

// Annotate describes the inputs.
func (f *FederatedIdentitySettings) Annotate(a infer.Annotator) {
	a.Describe(&f.ClientID, "Id of the confidential client that the workload authenticates as. Changing it replaces the identity.")
	a.Describe(&f.Issuer, "The `iss` claim of the workload's tokens, to the byte: a trailing slash counts. Either this or one of the blocks is required. Changing it replaces the identity.")
	a.Describe(&f.Subject, "The `sub` claim of the workload's tokens, exactly. Default: the client's id, which hardly any issuer puts there. Before 2.4, Pocket ID takes no other.")
	a.Describe(&f.Audience, "What the `aud` claim of the workload's tokens must contain. Default: the issuer of Pocket ID (see `effectiveAudience`): ask the workload's platform for tokens with that audience.")
	a.Describe(&f.JWKSURL, "Where Pocket ID gets the issuer's public keys (a JWKS). Default: that of the block, else `<issuer>/.well-known/jwks.json`, which most issuers do not use: "+
		"the function `getIssuer` looks it up. Pocket ID must be able to reach it; after a failure it does not try that URL again for 15 minutes.")
	a.Describe(&f.PublicKeys, "The issuer's public keys themselves in place of `jwksUrl`, for issuers that Pocket ID cannot reach: a JWKS document in JSON, such as `kubectl get --raw /openid/v1/jwks` prints, or the list of JWKs in it; each key has a `kid` of its own. "+
		"When the issuer gets new keys, it must be changed. Pocket ID 2.15 or later.")
	a.Describe(&f.ReplayProtection, "Accept each token once. Needs a `jti` claim, and does not suit tokens that are read from a file several times (Kubernetes, SPIFFE). Default: false. Pocket ID 2.10 or later.")
	a.SetDefault(&f.ReplayProtection, false)
}

// Annotate describes the outputs.
func (f *FederatedIdentityState) Annotate(a infer.Annotator) {
	a.Describe(&f.Issuer, "The `iss` claim that Pocket ID compares with.")
	a.Describe(&f.EffectiveIssuer, "The `iss` claim that Pocket ID compares with.")
	a.Describe(&f.EffectiveSubject, "The `sub` claim that Pocket ID compares with.")
	a.Describe(&f.EffectiveAudience, "The `aud` claim that Pocket ID looks for.")
	a.Describe(&f.EffectiveJWKSURL, "Where Pocket ID gets the issuer's keys. None if `publicKeys` has them.")
	a.Describe(&f.InstanceIssuer, "The issuer of the Pocket ID instance that the identity is in.")
}

// WireDependencies carries secrecy to what is derived.
func (*FederatedIdentity) WireDependencies(f infer.FieldSelector, in *FederatedIdentityArgs, out *FederatedIdentityState) {
	f.OutputField(&out.EffectiveIssuer).DependsOn(f.InputField(&in.Issuer).Secret())
	f.OutputField(&out.EffectiveSubject).DependsOn(f.InputField(&in.Subject).Secret(), f.InputField(&in.ClientID).Secret())
	f.OutputField(&out.EffectiveAudience).DependsOn(f.InputField(&in.Audience).Secret())
	f.OutputField(&out.EffectiveJWKSURL).DependsOn(f.InputField(&in.JWKSURL).Secret(), f.InputField(&in.Issuer).Secret())
}

// Canonical brings a program's words to the form that Read returns.
func (*FederatedIdentity) Canonical(in property.Map) property.Map {
	in = emptyIsAbsent(in, "subject", "audience", "jwksUrl", "publicKeys", "issuer")
	in = oneKeySet(in)
	out, _ := expand(in) // Check says why it could not
	return out
}

// Check says at preview what the server would take and then never use: it checks
// nothing itself.
func (f *FederatedIdentity) Check(ctx context.Context, req infer.CheckRequest) (infer.CheckResponse[FederatedIdentityArgs], error) {
	inputs := withoutBlocks(req.NewInputs)
	args, failures, err := infer.DefaultCheck[FederatedIdentityArgs](ctx, inputs)
	if err != nil {
		return infer.CheckResponse[FederatedIdentityArgs]{Inputs: args, Failures: failures}, err
	}
	if _, notExpanded := expand(req.NewInputs); len(notExpanded) > 0 {
		return infer.CheckResponse[FederatedIdentityArgs]{Inputs: args, Failures: append(failures, notExpanded...)}, nil
	}
	check := newChecks(ctx, inputs, req.OldInputs, failures)
	check.that(isClientID(args.ClientID), "clientId", "must be the id of a client, is %s", check.quoted("clientId", args.ClientID))
	check.that(args.Issuer != nil, "issuer", "must be set to the iss claim of the workload's tokens, or one of the blocks must be: %s", strings.Join(blockNames(), ", "))
	issuer, subject := or(args.Issuer, ""), or(args.Subject, "")
	for name, value := range map[string]string{"issuer": issuer, "subject": subject, "audience": or(args.Audience, "")} {
		check.stricter(!strings.Contains(value, "*"), name, "must not contain *: Pocket ID compares exactly and knows no wildcards, so no token would ever match")
		check.stricter(strings.TrimSpace(value) == value, name, "must not begin or end with space: Pocket ID compares exactly, so no token would ever match")
	}
	check.stricter(!strings.Contains(issuer, "/.well-known/"), "issuer", "must be the issuer itself, not the address of its configuration")
	check.keys(args)
	check.issuer(issuer, subject)
	if or(args.ReplayProtection, false) {
		check.knownTo(f.config, api.ReplayProtection, "replayProtection")
	}
	if args.PublicKeys != nil {
		check.knownTo(f.config, api.PublicKeys, "publicKeys")
	}
	if foreignSubject(args.FederatedIdentitySettings) && !anyComputed(inputs, "clientId", "subject") {
		version, err := f.config.versionAtOnce(ctx)
		if err == nil {
			check.stricterAbout(version.Has(api.ForeignSubjects), []string{"subject", "clientId"}, "%s", noForeignSubject(version))
		}
		check.that(err == nil || errors.Is(err, errNoVersion), "subject", "cannot be checked against the server's version: %v", err)
	}
	if issuer != "" && args.ClientID != "" {
		// In an update it is the write that is refused: it fails alone, where a failed check ends all.
		other := f.program.declares(f.config.session, federatedIdentityID(args.ClientID, issuer), req.Name)
		check.stricterAbout(other == "" || f.config.writes(ctx), []string{"issuer", "clientId"}, "is that of %q, too, on the same client, and Pocket ID only ever uses the first of an issuer; "+
			"make another client for another subject of it", other)
	}
	return infer.CheckResponse[FederatedIdentityArgs]{Inputs: args, Failures: check.failures}, nil
}

func isClientID(s string) bool {
	return s != "" && !strings.ContainsAny(s, "/\\ #") && strings.Trim(s, ".") != ""
}

// foreignSubject tells whether tokens have another subject than the client's id.
func foreignSubject(args FederatedIdentitySettings) bool {
	return args.Subject != nil && *args.Subject != args.ClientID
}

func noForeignSubject(version api.Version) string {
	return fmt.Sprintf("needs Pocket ID %s or later, unless it is the client's id; this server is %s, and takes the token's subject for the id of the client",
		api.ForeignSubjects.Since(), version)
}

// program remembers which identities a program has, for as long as the engine
// uses this configuration: for one operation.
type program struct {
	mu         sync.Mutex
	session    *session
	identities map[string]string // id -> name of the resource
}

// declares takes down that the resource called name is the identity. It returns
// the name of the resource that was so before, if there is another.
func (p *program) declares(during *session, identity, name string) (other string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.session != during || p.identities == nil {
		p.session, p.identities = during, map[string]string{}
	}
	if before, known := p.identities[identity]; known && before != name {
		return before
	}
	p.identities[identity] = name
	return ""
}

// keys judges where the keys are said to be, or what they are said to be.
func (c *checks) keys(args FederatedIdentityArgs) {
	if args.PublicKeys != nil {
		c.that(args.JWKSURL == nil, "publicKeys", "must not be set together with jwksUrl: it is the keys themselves")
		keys := keysIn(*args.PublicKeys)
		c.that(len(keys) > 0, "publicKeys", `must be a JWKS document in JSON, {"keys": […]}, or the list in it, with at least one key`)
		c.that(!slices.ContainsFunc(keys, isPrivate), "publicKeys", "must have public keys only, but has a private key or a shared secret: consider that known, and replace it where it is used")
		c.stricter(keySetProblem(keys) == "", "publicKeys", "%s", keySetProblem(keys))
	}
	switch {
	case c.silent("jwksUrl") || c.silent("issuer"):
	case args.JWKSURL != nil:
		if looksLikeKeys(*args.JWKSURL) {
			c.that(false, "jwksUrl", "must be the URL of the keys, not the keys themselves: Pocket ID would look for them at an address of that name. publicKeys takes them (Pocket ID 2.15 or later)")
			return
		}
		c.stricter(isWebURL(*args.JWKSURL), "jwksUrl", "must be an http(s) URL, is %s", c.quoted("jwksUrl", *args.JWKSURL))
		c.warnOfPlainHTTP("jwksUrl", *args.JWKSURL)
	case args.Issuer != nil && !c.said("publicKeys"):
		c.stricter(isWebURL(*args.Issuer), "issuer", "must be an http(s) URL unless jwksUrl or publicKeys says its keys, is %s", c.quoted("issuer", *args.Issuer))
		c.warnOfPlainHTTP("issuer", *args.Issuer)
	}
}

func (c *checks) warnOfPlainHTTP(name, value string) {
	if u, err := url.Parse(value); err == nil && u.Scheme == "http" && !isLoopback(u.Hostname()) {
		c.warn("%s is plain http: whoever is on the way from Pocket ID to %s can let anybody in", name, c.quoted(name, u.Host))
	}
}

func isWebURL(value string) bool {
	u, err := url.Parse(value)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && !strings.ContainsAny(value, " \t\r\n")
}

// Plan names what is derived from what changes.
func (*FederatedIdentity) Plan(c *change) {
	for input, output := range map[string]string{
		"issuer": "effectiveIssuer", "subject": "effectiveSubject", "audience": "effectiveAudience", "jwksUrl": "effectiveJwksUrl", "publicKeys": "effectiveJwksUrl",
	} {
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
	if err := req.Inputs.admitted(ctx, conn, ""); err != nil {
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
	if err := req.Inputs.admitted(ctx, conn, or(req.State.Subject, "")); err != nil {
		return none, err
	}
	fi := req.Inputs.identity()
	if err := conn.UpdateFederatedIdentity(ctx, req.Inputs.ClientID, fi); err != nil {
		return infer.UpdateResponse[FederatedIdentityState]{Output: req.State}, unwritten(err)
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

// ListInputs are what a list can be narrowed by.
func (*FederatedIdentity) ListInputs() map[string]string {
	return map[string]string{"clientId": "Id of a client: only its federated identities."}
}

// List names the federated identities there are, of each issuer the one that Pocket ID uses.
func (*FederatedIdentity) List(ctx context.Context, conn *api.Conn, by map[string]string) ([]listing, error) {
	clients, err := clientsBy(ctx, conn, by)
	if err != nil {
		return nil, err
	}
	var found []listing
	for _, client := range clients {
		seen := map[string]bool{"": true} // without an issuer it matches no token, and has no id
		for _, fi := range client.Credentials.FederatedIdentities {
			if !seen[fi.Issuer] {
				found = append(found, listing{ID: federatedIdentityID(client.ID, fi.Issuer), Name: client.Name + " " + fi.Issuer})
			}
			seen[fi.Issuer] = true
		}
	}
	return found, nil
}

// identity is what the program says, in the server's words.
func (args FederatedIdentityArgs) identity() api.FederatedIdentity {
	return api.FederatedIdentity{
		Issuer:           or(args.Issuer, ""),
		Subject:          or(args.Subject, ""),
		Audience:         or(args.Audience, ""),
		JWKS:             or(args.JWKSURL, ""),
		PublicKeys:       keysIn(or(args.PublicKeys, "")),
		ReplayProtection: or(args.ReplayProtection, false),
	}
}

// admitted is nil if the server can use what the program says. The subject that
// is there already may stay.
func (args FederatedIdentityArgs) admitted(ctx context.Context, conn *api.Conn, subjectNow string) error {
	used := map[api.Feature][]string{}
	if or(args.ReplayProtection, false) {
		used[api.ReplayProtection] = []string{"replayProtection"}
	}
	if args.PublicKeys != nil {
		used[api.PublicKeys] = []string{"publicKeys"}
	}
	if err := shut(ctx, conn, used); err != nil {
		return err
	}
	if !foreignSubject(args.FederatedIdentitySettings) || *args.Subject == subjectNow {
		return nil
	}
	version, err := conn.Version(ctx)
	if err == nil && !version.Has(api.ForeignSubjects) {
		err = errors.New("subject " + noForeignSubject(version))
	}
	return err
}

// federatedIdentityState is what the server says, in the program's words, and
// what Pocket ID makes of what is left out.
func federatedIdentityState(clientID string, fi api.FederatedIdentity, here string) FederatedIdentityState {
	state := FederatedIdentityState{
		FederatedIdentitySettings: FederatedIdentitySettings{
			ClientID:         clientID,
			Subject:          some(fi.Subject),
			Audience:         some(fi.Audience),
			JWKSURL:          some(fi.JWKS),
			PublicKeys:       some(keySet(fi.PublicKeys)),
			ReplayProtection: &fi.ReplayProtection,
		},
		Issuer:            fi.Issuer,
		EffectiveIssuer:   fi.Issuer,
		EffectiveSubject:  cmp.Or(fi.Subject, clientID),
		EffectiveAudience: cmp.Or(fi.Audience, here),
		InstanceIssuer:    here,
	}
	if len(fi.PublicKeys) == 0 {
		state.EffectiveJWKSURL = ptr(cmp.Or(fi.JWKS, defaultKeys(fi.Issuer)))
	}
	return state
}

// args is the state as a program would say it.
func (s FederatedIdentityState) args() FederatedIdentityArgs {
	settings := s.FederatedIdentitySettings
	settings.Issuer = &s.Issuer
	return FederatedIdentityArgs{FederatedIdentitySettings: settings}
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
