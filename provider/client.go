package provider

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi-go-provider/infer/types"
	"github.com/pulumi/pulumi/sdk/v3/go/property"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
)

// Client is an OIDC client registered in Pocket ID. What becomes of its secret is
// in client_own_secret.go.
type Client struct {
	config *Config
	now    func() time.Time
	lists  *shares
}

// ClientArgs is what a program says of a client; nil is what it leaves out.
type ClientArgs struct {
	Name                                string                `pulumi:"name"`
	CallbackURLs                        []string              `pulumi:"callbackUrls"`
	LogoutCallbackURLs                  []string              `pulumi:"logoutCallbackUrls,optional"`
	ClientID                            *string               `pulumi:"clientId,optional" provider:"replaceOnChanges"`
	Description                         *string               `pulumi:"description,optional"`
	LaunchURL                           *string               `pulumi:"launchUrl,optional"`
	IsPublic                            *bool                 `pulumi:"isPublic,optional"`
	PKCEEnabled                         *bool                 `pulumi:"pkceEnabled,optional"`
	AllowedUserGroups                   []string              `pulumi:"allowedUserGroups,optional"`
	IsGroupRestricted                   *bool                 `pulumi:"isGroupRestricted,optional"`
	RequiresReauthentication            *bool                 `pulumi:"requiresReauthentication,optional"`
	RequiresPushedAuthorizationRequests *bool                 `pulumi:"requiresPushedAuthorizationRequests,optional"`
	SkipConsent                         *bool                 `pulumi:"skipConsent,optional"`
	AccessTokenDurationMinutes          *int                  `pulumi:"accessTokenDurationMinutes,optional"`
	RefreshTokenDurationMinutes         *int                  `pulumi:"refreshTokenDurationMinutes,optional"`
	BackchannelLogoutURL                *string               `pulumi:"backchannelLogoutUrl,optional"`
	CreateSecret                        *bool                 `pulumi:"createSecret,optional"`
	ClientSecret                        *string               `pulumi:"clientSecret,optional" provider:"secret"`
	SecretRotationTriggers              map[string]string     `pulumi:"secretRotationTriggers,optional"`
	PreviousSecretValidFor              *string               `pulumi:"previousSecretValidFor,optional"`
	Logo                                *types.AssetOrArchive `pulumi:"logo,optional"`
	DarkLogo                            *types.AssetOrArchive `pulumi:"darkLogo,optional"`
}

// ClientState is what the stack knows of a client.
type ClientState struct {
	ClientArgs
	ClientID        string           `pulumi:"clientId"` // always known here, optional above
	ClientSecretID  *string          `pulumi:"clientSecretId,optional"`
	SecretStatus    *string          `pulumi:"secretStatus,optional"`
	PreviousSecrets []PreviousSecret `pulumi:"previousSecrets,optional"`
	HasLogo         bool             `pulumi:"hasLogo"`
	HasDarkLogo     bool             `pulumi:"hasDarkLogo"`
	LogoHash        *string          `pulumi:"logoHash,optional"`
	DarkLogoHash    *string          `pulumi:"darkLogoHash,optional"`
	Issuer          string           `pulumi:"issuer"`
	DiscoveryURL    string           `pulumi:"discoveryUrl"`
}

// Annotate describes the resource.
func (c *Client) Annotate(a infer.Annotator) {
	a.Describe(&c, "An application that signs its users in with Pocket ID: an OIDC client.\n\n"+
		"A confidential client gets a secret (`clientSecret`), known to this stack alone. "+
		"Import one by its client id; the server never repeats secrets, so `clientSecret` is empty then, and nothing is minted or retired.\n\n"+
		"Federated identities are resources of their own (`FederatedIdentity`); those a client has otherwise are left alone.")
}

// Annotate describes the inputs.
func (c *ClientArgs) Annotate(a infer.Annotator) {
	a.Describe(&c.Name, "Name that users see when they sign in, 1 to 50 characters. Need not be unique.")
	a.Describe(&c.CallbackURLs, "Where users may be sent back to after signing in (redirect URIs): web and loopback URLs, or an app's own scheme (`com.example.app:/callback`). "+
		"`*` stands for any characters. At least one; an explicit `[]` is for clients that only use their own credentials. Pocket ID before 2.10 then learns the first redirect URI it sees. The order means nothing.")
	a.Describe(&c.LogoutCallbackURLs, "Where users may be sent back to after signing out (post-logout redirect URIs); same forms as `callbackUrls`. The order means nothing. Default: none.")
	a.Describe(&c.ClientID, "The client id that the application uses: 2 to 128 letters, digits, `.`, `_` and `-`. Default: a random UUID. "+
		"Changing it replaces the client; naming the id that it has is no change.")
	a.Describe(&c.Description, "What the client is for, at most 150 characters. Default: none. Pocket ID 2.10 or later.")
	a.Describe(&c.LaunchURL, "Where the user's list of applications links to. Default: none.")
	a.Describe(&c.IsPublic, "True for applications that cannot keep a secret: single-page, mobile and desktop applications. They always use PKCE and have no secret. "+
		"Default: false. Making a client public retires its secret, making it confidential mints one.")
	a.SetDefault(&c.IsPublic, false)
	a.Describe(&c.PKCEEnabled, "Require PKCE (RFC 7636). Default: true. Set it to false only for an application that does not support PKCE; it cannot be false for a public client.")
	a.SetDefault(&c.PKCEEnabled, true)
	a.Describe(&c.AllowedUserGroups, "Ids of all the user groups whose members may use the client. Empty or left out lets every user in, unless `isGroupRestricted` is true: "+
		"then `[]` lets nobody in, and left out leaves the groups alone, for `ClientGroupAccess` or a person to say. The order means nothing. "+
		"A change that opens a restricted client to everybody warns in the preview. A group that does not exist is an error.")
	a.Describe(&c.IsGroupRestricted, "Whether only members of certain groups may use the client: of `allowedUserGroups`, or, where that is left out, of those that are allowed otherwise (`ClientGroupAccess`); "+
		"without any group nobody may. Default: true if `allowedUserGroups` has groups, else false.")
	a.Describe(&c.RequiresReauthentication, "Ask for the passkey again at each sign-in, even within a session. Default: false.")
	a.SetDefault(&c.RequiresReauthentication, false)
	a.Describe(&c.RequiresPushedAuthorizationRequests, "Only accept pushed authorization requests (PAR, RFC 9126). Default: false. Pocket ID 2.9 or later; for public clients 2.10 or later.")
	a.SetDefault(&c.RequiresPushedAuthorizationRequests, false)
	a.Describe(&c.SkipConsent, "Do not ask users for consent. Default: false. Pocket ID 2.10 or later.")
	a.SetDefault(&c.SkipConsent, false)
	a.Describe(&c.AccessTokenDurationMinutes, "How long access tokens last, in minutes, 1 to 525600 (a year). Default: 60. Pocket ID 2.13 or later.")
	a.SetDefault(&c.AccessTokenDurationMinutes, defaultAccessMinutes)
	a.Describe(&c.RefreshTokenDurationMinutes, "How long refresh tokens last, in minutes, 1 to 525600 (a year). Default: 43200 (30 days). Pocket ID 2.13 or later.")
	a.SetDefault(&c.RefreshTokenDurationMinutes, defaultRefreshMinutes)
	a.Describe(&c.BackchannelLogoutURL, "Where Pocket ID reports that a user signed out (OpenID Connect Back-Channel Logout). Default: none. Pocket ID 2.17 or later.")
	a.Describe(&c.CreateSecret, "Whether the client has a secret of this stack's. Default: true unless the client is public. "+
		"False for clients that use only federated identities, or a secret made elsewhere. Turning it off retires the secret (Pocket ID 2.14 or later).")
	a.Describe(&c.ClientSecret, "An own value for the secret, at least 16 printable ASCII characters (and at most 72 before Pocket ID 2.14). Default: 32 random letters and digits. Pocket ID 2.12 or later. "+
		"On an imported client it adopts the existing secret, after trying it. A new value replaces the secret; leaving it out again keeps it.")
	a.Describe(&c.SecretRotationTriggers, "Any values; when one of them changes, the client gets a new random secret and the old one is retired. Pocket ID before 2.14 replaces the only secret. "+
		"Cannot be used with an own `clientSecret`: change its value.")
	a.Describe(&c.PreviousSecretValidFor, "How long a replaced secret works on, at least, such as `1d` or `12h`: the first update after that time deletes it, and until then previews and refreshes say so. "+
		"Default: `0`, deleted in the update that replaces it, before anything else gets the new one. Going back to `0` deletes it at the next update. "+
		"For an end that comes without an update use `ClientSecret.expiresAt`. Pocket ID 2.14 or later: before, a new secret replaces the only one at once.")
	a.Describe(&c.Logo, "Image that users see beside the name: a file, a text (an SVG) or a URL, as png, jpg, jpeg, svg, ico, gif, webp, avif or heic, at most 2 MiB with what its upload adds (some 200 bytes). "+
		"Another content uploads it again; so does an update after somebody deleted it, but one that somebody else replaced is not noticed. "+
		"A logo that the program has never named is left alone, one that it names no longer is deleted. After an import, the first update that names one uploads it.")
	a.Describe(&c.DarkLogo, "The same for dark backgrounds. Default: `logo` is shown there too.")
}

// Annotate describes the outputs.
func (c *ClientState) Annotate(a infer.Annotator) {
	a.Describe(&c.ClientID, "The client id that the application uses.")
	a.Describe(&c.ClientSecretID, "Names the secret among the client's secrets (Pocket ID 2.14 or later). Empty without a secret that this stack knows, and before 2.14.")
	a.Describe(&c.SecretStatus, "What this stack knows of the secret: `managed` (it made or adopted it), `unknown` (the client was imported; nothing is minted or retired), "+
		"`missing` (to be made by the next update, because an earlier one failed or the secret is gone from the server), or `none`.")
	a.Describe(&c.PreviousSecrets, "Secrets that were replaced and still work (`previousSecretValidFor`, or a deletion that failed).")
	a.Describe(&c.HasLogo, "Whether the client has a logo.")
	a.Describe(&c.HasDarkLogo, "Whether the client has a logo of its own for dark mode.")
	a.Describe(&c.LogoHash, "SHA-256 of the logo that this stack uploaded, in hex. Empty without one, and after an import.")
	a.Describe(&c.DarkLogoHash, "The same of the logo for dark mode.")
	a.Describe(&c.Issuer, "The issuer that the application must expect (`iss`). Behind a proxy it differs from the provider's `baseUrl`.")
	a.Describe(&c.DiscoveryURL, "The OpenID Connect discovery document, from which most applications configure themselves.")
}

const (
	defaultAccessMinutes  = 60
	defaultRefreshMinutes = 43200
	longestMinutes        = 525600
)

// WireDependencies keeps the secret a secret whatever the inputs are.
func (*Client) WireDependencies(f infer.FieldSelector, _ *ClientArgs, state *ClientState) {
	f.OutputField(&state.ClientArgs.ClientSecret).AlwaysSecret()
}

// Canonical brings a program's words to the form that Read returns.
func (*Client) Canonical(in property.Map) property.Map {
	in = nfc(in, "name", "description")
	in = asSets(in, "callbackUrls", "logoutCallbackUrls", "allowedUserGroups")
	in = inWords(in, "secretRotationTriggers")
	in = emptyIsAbsent(in, "description", "launchUrl", "backchannelLogoutUrl", "logoutCallbackUrls", "clientId", "clientSecret", "secretRotationTriggers", "previousSecretValidFor")
	if in.Get("allowedUserGroups").IsNull() || !truth(in.Get("isGroupRestricted")) {
		in = emptyIsAbsent(in, "allowedUserGroups") // [] is for clients that are restricted all the same
	}
	groups, public := in.Get("allowedUserGroups"), in.Get("isPublic")
	switch {
	case groups.IsComputed():
		in = fill(in, "isGroupRestricted", property.Computed)
	default:
		in = fill(in, "isGroupRestricted", groups.IsArray())
	}
	switch {
	case public.IsComputed():
		in = fill(in, "createSecret", property.Computed)
	default:
		in = fill(in, "createSecret", !truth(public))
	}
	return in
}

var clientIDShape = regexp.MustCompile(`^[a-zA-Z0-9._-]+$`)

// Check says at preview what the server would refuse, or take and ignore.
func (c *Client) Check(ctx context.Context, req infer.CheckRequest) (infer.CheckResponse[ClientArgs], error) {
	args, failures, err := infer.DefaultCheck[ClientArgs](ctx, req.NewInputs)
	if err != nil {
		return infer.CheckResponse[ClientArgs]{Inputs: args, Failures: failures}, err
	}
	check := newChecks(ctx, req.NewInputs, req.OldInputs, failures)
	check.length("name", args.Name, 1, 50)
	check.length("description", or(args.Description, ""), 0, 150)
	for i, u := range args.CallbackURLs {
		check.redirectURL(fmt.Sprintf("callbackUrls[%d]", i), u)
	}
	for i, u := range args.LogoutCallbackURLs {
		check.redirectURL(fmt.Sprintf("logoutCallbackUrls[%d]", i), u)
	}
	if args.ClientID != nil {
		id := *args.ClientID
		check.length("clientId", id, 2, 128)
		check.that(clientIDShape.MatchString(id) && strings.Trim(id, ".") != "", "clientId",
			"must consist of letters, digits, '.', '_' and '-' (and not of dots alone), is %s", check.quoted("clientId", id))
	}
	if args.LaunchURL != nil {
		check.linkURL("launchUrl", *args.LaunchURL)
	}
	if args.BackchannelLogoutURL != nil {
		check.webURL("backchannelLogoutUrl", *args.BackchannelLogoutURL)
	}
	check.within("accessTokenDurationMinutes", args.AccessTokenDurationMinutes, 1, longestMinutes, "minutes")
	check.within("refreshTokenDurationMinutes", args.RefreshTokenDurationMinutes, 1, longestMinutes, "minutes")
	public := or(args.IsPublic, false)
	check.that(!public || or(args.PKCEEnabled, true), "pkceEnabled", "must not be false for a public client: Pocket ID requires PKCE of it; leave it out")
	check.groups(args)
	if args.ClientID != nil && check.said("allowedUserGroups") {
		check.listShared(c.config, c.lists, groupsOf(*args.ClientID), everyEntry, args.AllowedUserGroups, "Client", req.Name, "allowedUserGroups", "clientId")
	}
	check.secretInputs(c.config, args, public)
	check.image("logo", args.Logo, logoRules())
	check.image("darkLogo", args.DarkLogo, logoRules())
	check.versions(c.config, args)
	return infer.CheckResponse[ClientArgs]{Inputs: args, Failures: check.failures}, nil
}

// redirectURL wants what Pocket ID takes as a redirect URI: a URL with any scheme
// but those that run code, in which * may stand for characters.
func (c *checks) redirectURL(name, value string) {
	if value == "*" || c.runsCode(name, value) {
		return
	}
	scheme, _, ok := strings.Cut(value, ":")
	u, err := url.Parse(strings.ReplaceAll(value, "*", "1")) // a port may be *, too
	if strings.HasPrefix(scheme, "*") {
		u, err = url.Parse(strings.ReplaceAll(value, "*", "x"))
	}
	c.stricter(ok && scheme != "" && err == nil && u.Opaque == "" && !strings.ContainsAny(value, " \t\r\n"), name,
		"must be a URL with a scheme, such as https://app.example.com/callback or com.example.app:/callback, is %s", c.quoted(name, value))
}

// linkURL wants a URL that a person can be sent to.
func (c *checks) linkURL(name, value string) {
	if c.runsCode(name, value) {
		return
	}
	u, err := url.Parse(value)
	c.stricter(err == nil && u.Scheme != "" && (u.Host != "" || u.Path != "") && !strings.ContainsAny(value, " \t\r\n"), name,
		"must be a URL such as https://app.example.com, is %s", c.quoted(name, value))
}

// runsCode refuses the schemes that a browser runs.
func (c *checks) runsCode(name, value string) bool {
	scheme, _, _ := strings.Cut(value, ":")
	dangerous := slices.Contains([]string{"javascript", "data"}, strings.ToLower(scheme))
	c.that(!dangerous, name, "must not have the scheme %s: it would run code in the browser", strings.ToLower(scheme))
	return dangerous || c.silent(name)
}

func (c *checks) groups(args ClientArgs) {
	for i, id := range args.AllowedUserGroups {
		name := fmt.Sprintf("allowedUserGroups[%d]", i)
		c.that(id != "" && !strings.ContainsAny(id, "/\\") && strings.Trim(id, ".") != "", name, "must be the id of a user group, is %s", c.quoted(name, id))
	}
	closed := or(args.IsGroupRestricted, true)
	c.that(closed || len(args.AllowedUserGroups) == 0, "isGroupRestricted",
		"must not be false together with allowedUserGroups: Pocket ID would forget the groups and let everybody in")
}

// versions shuts the gates: an older server drops in silence what it does not know.
func (c *checks) versions(config *Config, args ClientArgs) {
	used := args.gated()
	if c.old.Len() > 0 {
		delete(used, api.OwnSecretValue) // it may name the secret that an imported client has
	}
	for feature, names := range used {
		c.knownTo(config, feature, names...)
	}
	if args.CallbackURLs != nil && len(args.CallbackURLs) == 0 && !c.inputs.Get("callbackUrls").HasComputed() {
		if v, err := config.versionAtOnce(c.ctx); err == nil && !v.Has(api.NoLearnedCallbacks) {
			c.warn("callbackUrls is empty: Pocket ID %s adds the first redirect URI that anybody uses with this client", v)
		}
	}
}

// gated is what args says that not every server knows, by what it takes.
func (args ClientArgs) gated() map[api.Feature][]string {
	used := map[api.Feature][]string{}
	when := func(ok bool, feature api.Feature, name string) {
		if ok {
			used[feature] = append(used[feature], name)
		}
	}
	when(args.Description != nil, api.Descriptions, "description")
	when(or(args.SkipConsent, false), api.SkipConsent, "skipConsent")
	par := or(args.RequiresPushedAuthorizationRequests, false)
	when(par && !or(args.IsPublic, false), api.PushedAuthorizationRequests, "requiresPushedAuthorizationRequests")
	when(par && or(args.IsPublic, false), api.PublicPAR, "requiresPushedAuthorizationRequests")
	when(or(args.AccessTokenDurationMinutes, defaultAccessMinutes) != defaultAccessMinutes, api.TokenLifetimes, "accessTokenDurationMinutes")
	when(or(args.RefreshTokenDurationMinutes, defaultRefreshMinutes) != defaultRefreshMinutes, api.TokenLifetimes, "refreshTokenDurationMinutes")
	when(args.BackchannelLogoutURL != nil, api.BackchannelLogout, "backchannelLogoutUrl")
	when(args.ClientSecret != nil, api.OwnSecretValue, "clientSecret")
	return used
}

// Plan is what the comparison of inputs and state cannot know by itself.
func (c *Client) Plan(change *change) {
	change.leftAlone("clientId")
	planGroups(change)
	change.listShared(c.config, c.lists, groupsOf(change.ID), "Client", "allowedUserGroups")
	planSecret(change)
	planLogos(change)
	if opens(change) {
		change.warn("this opens the client to every user: until now only members of certain groups may use it. " +
			"If nobody else is meant to, say isGroupRestricted: true")
	}
}

// planGroups leaves the groups of a restricted client alone where the program does.
func planGroups(change *change) {
	before, after := change.OldInputs.Get("allowedUserGroups"), change.Inputs.Get("allowedUserGroups")
	restricted := truth(change.Inputs.Get("isGroupRestricted"))
	if restricted && after.IsNull() && before.IsArray() && before.AsArray().Len() > 0 {
		change.warn("allowedUserGroups is left out now: the groups that may use the client stay, and are left alone. If nobody is to use it, say []")
	}
	groups := change.State.Get("allowedUserGroups")
	if restricted || groups.IsArray() && groups.AsArray().Len() == 0 {
		change.leftAlone("allowedUserGroups")
	}
}

func opens(c *change) bool {
	before, after := c.State.Get("isGroupRestricted"), c.Inputs.Get("isGroupRestricted")
	return before.IsBool() && before.AsBool() && after.IsBool() && !after.AsBool()
}

// Create makes the client, then lets its groups in, then mints its secret, then
// uploads its logos.
func (c *Client) Create(ctx context.Context, req infer.CreateRequest[ClientArgs]) (infer.CreateResponse[ClientState], error) {
	var none infer.CreateResponse[ClientState]
	conn, err := c.config.connection()
	if err != nil {
		return none, err
	}
	if err := errors.Join(c.gate(ctx, conn, req.Inputs), shut(ctx, conn, req.Inputs.gated())); err != nil {
		return none, err
	}
	issuer, err := conn.Issuer(ctx) // before the first write: without it there is no state
	if err != nil {
		return none, err
	}
	logos := logosOf(ClientState{})
	if err := logos.want(ctx, req.Inputs); err != nil {
		return none, err
	}
	if req.Inputs.ClientID == nil {
		leftOver(ctx, conn, req.Inputs.Name)
	}
	client, err := conn.CreateClient(ctx, or(req.Inputs.ClientID, ""), req.Inputs.settings())
	if err != nil {
		return none, err
	}
	secret := ownSecret{status: secretNone}
	if or(req.Inputs.CreateSecret, false) {
		secret.status = secretMissing
	}
	// From here on the client exists, and whatever happens is kept.
	var failed []error
	req.Inputs.AllowedUserGroups = unlessLeftOut(ctx, "allowedUserGroups", req.Inputs.AllowedUserGroups)
	if req.Inputs.AllowedUserGroups != nil {
		c.lists.takes(c.config.session, groupsOf(client.ID), everyEntry, share{saidBy("Client", req.Name), true, req.Inputs.AllowedUserGroups})
	}
	if len(req.Inputs.AllowedUserGroups) > 0 {
		var now api.OIDCClient
		if now, err = conn.SetAllowedGroups(ctx, client.ID, req.Inputs.AllowedUserGroups); now.ID != "" {
			now.CreatedSecret = client.CreatedSecret
			client = now
		}
		failed = append(failed, err)
	}
	failed = append(failed, secret.create(ctx, conn, client, req.Inputs))
	failed = append(failed, logos.write(ctx, conn, client)...)
	state := clientState(client, req.Inputs, secret, logos, issuer)
	return infer.CreateResponse[ClientState]{ID: client.ID, Output: state}, unfinished(failed...)
}

// leftOver warns of clients that an update made which was killed before it could
// say so: without a name of its own, such a client is known by nothing else.
func leftOver(ctx context.Context, conn *api.Conn, name string) {
	ids, err := conn.ClientsNamed(ctx, name)
	if err == nil && len(ids) > 0 {
		p.GetLogger(ctx).Warningf("Pocket ID has clients of this name already, with the ids %s: if one is left over from an interrupted update, delete it, or take it over by import",
			strings.Join(ids, ", "))
	}
}

// gate asks the version once more: in a preview the server may have been away.
// Whether an own secret can be made is seen when one is to be.
func (c *Client) gate(ctx context.Context, conn *api.Conn, args ClientArgs) error {
	if args.secretWish().overlap > 0 {
		if err := manySecretsGate(ctx, conn, "previousSecretValidFor"); err != nil {
			return err
		}
	}
	used := args.gated()
	delete(used, api.OwnSecretValue)
	return shut(ctx, conn, used)
}

// Read brings back what the server has.
func (c *Client) Read(ctx context.Context, req infer.ReadRequest[ClientArgs, ClientState]) (infer.ReadResponse[ClientArgs, ClientState], error) {
	var none infer.ReadResponse[ClientArgs, ClientState]
	conn, err := c.config.connection()
	if err != nil {
		return none, err
	}
	client, err := conn.GetClient(ctx, req.ID)
	if errors.Is(err, api.ErrNotFound) {
		return none, nil // no id: it is gone
	}
	if err != nil {
		return none, err
	}
	issuer, err := conn.Issuer(ctx)
	if err != nil {
		return none, err
	}
	imported := req.State.Issuer == ""
	said := req.Inputs
	said.AllowedUserGroups = unlessLeftOut(ctx, "allowedUserGroups", said.AllowedUserGroups)
	if imported && !isUUID(client.ID) {
		said.ClientID = &client.ID
	}
	secret := secretOf(req.State)
	if secret.triggers == nil {
		secret.triggers = said.SecretRotationTriggers // those that an import found in the program
	}
	if imported {
		secret = importedSecret(client)
	} else {
		secret.look(client)
	}
	logos := logosOf(req.State)
	logos.look(client)
	state := clientState(client, said, secret, logos, issuer)
	inputs := state.ClientArgs
	inputs.ClientID, inputs.ClientSecret = said.ClientID, said.ClientSecret
	return infer.ReadResponse[ClientArgs, ClientState]{ID: client.ID, Inputs: inputs, State: state}, nil
}

// Update writes the settings, then the groups, then sees to the secret and the logos. A client
// that becomes restricted is closed first and then opened to its groups.
func (c *Client) Update(ctx context.Context, req infer.UpdateRequest[ClientArgs, ClientState]) (infer.UpdateResponse[ClientState], error) {
	var none infer.UpdateResponse[ClientState]
	conn, err := c.config.connection()
	if err != nil {
		return none, err
	}
	if err := c.gate(ctx, conn, req.Inputs); err != nil {
		return none, err
	}
	logos := logosOf(req.State)
	if err := logos.want(ctx, req.Inputs); err != nil {
		return none, err
	}
	client, err := conn.UpdateClient(ctx, req.ID, req.Inputs.settings())
	if client.ID == "" {
		return infer.UpdateResponse[ClientState]{Output: req.State}, unwritten(err)
	}
	failed := []error{err}
	req.Inputs.AllowedUserGroups = unlessLeftOut(ctx, "allowedUserGroups", req.Inputs.AllowedUserGroups)
	if err == nil && req.Inputs.AllowedUserGroups != nil && client.IsGroupRestricted &&
		!slices.Equal(client.AllowedGroupIDs(), req.Inputs.AllowedUserGroups) {
		var now api.OIDCClient
		if now, err = conn.SetAllowedGroups(ctx, req.ID, req.Inputs.AllowedUserGroups); now.ID != "" {
			client = now
		}
		failed = append(failed, err)
	}
	secret := secretOf(req.State)
	failed = append(failed, secret.update(ctx, conn, client, req.Inputs, c.now()))
	failed = append(failed, logos.write(ctx, conn, client)...)
	state := clientState(client, req.Inputs, secret, logos, req.State.Issuer)
	return infer.UpdateResponse[ClientState]{Output: state}, unfinished(failed...)
}

// Delete removes the client with its secrets and federated identities.
func (c *Client) Delete(ctx context.Context, req infer.DeleteRequest[ClientState]) (infer.DeleteResponse, error) {
	conn, err := c.config.connection()
	if err != nil {
		return infer.DeleteResponse{}, err
	}
	return infer.DeleteResponse{}, conn.DeleteClient(ctx, req.ID)
}

// ListInputs: all clients are listed.
func (*Client) ListInputs() map[string]string { return map[string]string{} }

// List names the clients there are.
func (*Client) List(ctx context.Context, conn *api.Conn, by map[string]string) ([]listing, error) {
	all, err := clientsBy(ctx, conn, by)
	var found []listing
	for _, client := range all {
		found = append(found, listing{ID: client.ID, Name: client.Name})
	}
	return found, err
}

// clientsBy are the clients that a list is about: one if it is narrowed to that,
// else all but those that describe themselves, whose ids are URLs.
func clientsBy(ctx context.Context, conn *api.Conn, by map[string]string) ([]api.OIDCClient, error) {
	if id := by["clientId"]; id != "" {
		client, err := conn.GetClient(ctx, id)
		return []api.OIDCClient{client}, err
	}
	all, err := conn.ListClients(ctx)
	return slices.DeleteFunc(all, func(c api.OIDCClient) bool { return !isClientID(c.ID) }), err
}

// settings is what the program says, in the server's words.
func (args ClientArgs) settings() api.ClientSettings {
	return api.ClientSettings{
		Name:                                args.Name,
		Description:                         or(args.Description, ""),
		CallbackURLs:                        listed(args.CallbackURLs),
		LogoutCallbackURLs:                  listed(args.LogoutCallbackURLs),
		LaunchURL:                           args.LaunchURL,
		BackchannelLogoutURL:                args.BackchannelLogoutURL,
		IsPublic:                            or(args.IsPublic, false),
		PKCEEnabled:                         or(args.PKCEEnabled, true),
		RequiresReauthentication:            or(args.RequiresReauthentication, false),
		RequiresPushedAuthorizationRequests: or(args.RequiresPushedAuthorizationRequests, false),
		SkipConsent:                         or(args.SkipConsent, false),
		IsGroupRestricted:                   or(args.IsGroupRestricted, len(args.AllowedUserGroups) > 0),
		AccessTokenDurationMinutes:          or(args.AccessTokenDurationMinutes, defaultAccessMinutes),
		RefreshTokenDurationMinutes:         or(args.RefreshTokenDurationMinutes, defaultRefreshMinutes),
	}
}

// leavesGroups tells whether the program restricts a client to groups that it does
// not say.
func (args ClientArgs) leavesGroups() bool {
	return args.AllowedUserGroups == nil && or(args.IsGroupRestricted, false)
}

// clientState is what the server says, in the program's words and canonical form.
// What the server does not tell comes from what was said.
func clientState(c api.OIDCClient, said ClientArgs, secret ownSecret, logos logos, issuer string) ClientState {
	restricted := c.IsGroupRestricted
	var groups []string
	if restricted && !said.leavesGroups() { // where all may enter, a list means nothing
		groups = c.AllowedGroupIDs()
	}
	createSecret := said.CreateSecret
	if createSecret == nil {
		createSecret = ptr(!c.IsPublic)
	}
	return ClientState{
		ClientArgs: ClientArgs{
			Name:                                composed(c.Name),
			CallbackURLs:                        sorted(c.CallbackURLs),
			LogoutCallbackURLs:                  unlessEmpty(sorted(c.LogoutCallbackURLs)),
			Description:                         some(composed(c.Description)),
			LaunchURL:                           c.LaunchURL,
			IsPublic:                            &c.IsPublic,
			PKCEEnabled:                         &c.PKCEEnabled,
			AllowedUserGroups:                   groups,
			IsGroupRestricted:                   &restricted,
			RequiresReauthentication:            &c.RequiresReauthentication,
			RequiresPushedAuthorizationRequests: &c.RequiresPushedAuthorizationRequests,
			SkipConsent:                         &c.SkipConsent,
			AccessTokenDurationMinutes:          ptr(cmp.Or(c.AccessTokenDurationMinutes, defaultAccessMinutes)), // 0: an older server
			RefreshTokenDurationMinutes:         ptr(cmp.Or(c.RefreshTokenDurationMinutes, defaultRefreshMinutes)),
			BackchannelLogoutURL:                c.BackchannelLogoutURL,
			CreateSecret:                        createSecret,
			ClientSecret:                        some(secret.value),
			SecretRotationTriggers:              maps.Clone(secret.triggers),
			PreviousSecretValidFor:              said.PreviousSecretValidFor,
			Logo:                                logos[0].asset,
			DarkLogo:                            logos[1].asset,
		},
		ClientID:        c.ID,
		ClientSecretID:  some(secret.id),
		SecretStatus:    some(secret.status),
		PreviousSecrets: secret.previous,
		HasLogo:         logos[0].has,
		HasDarkLogo:     logos[1].has,
		LogoHash:        some(logos[0].hash),
		DarkLogoHash:    some(logos[1].hash),
		Issuer:          issuer,
		DiscoveryURL:    strings.TrimSuffix(issuer, "/") + "/.well-known/openid-configuration",
	}
}

var uuidShape = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

// isUUID tells a made-up id from one that somebody chose.
func isUUID(id string) bool { return uuidShape.MatchString(id) }
