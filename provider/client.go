package provider

import (
	"cmp"
	"context"
	"maps"
	"strings"
	"time"

	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi-go-provider/infer/types"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/ids"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/inputs"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/inventory"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/lifecycle"
)

// Client is an OIDC client. Its inputs are validated and planned in client_inputs.go, its
// secret is managed in client_managed_secret.go, and its logos in client_logo.go.
type Client struct {
	config *Config
	now    func() time.Time
}

// ClientArgs are the inputs. nil is an omitted input.
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

// ClientState is the state.
type ClientState struct {
	ClientArgs
	ClientID           string           `pulumi:"clientId"` // an optional input
	ClientSecretID     *string          `pulumi:"clientSecretId,optional"`
	SecretStatus       *string          `pulumi:"secretStatus,optional"`
	PreviousSecrets    []PreviousSecret `pulumi:"previousSecrets,optional"`
	HasLogo            bool             `pulumi:"hasLogo"`
	HasDarkLogo        bool             `pulumi:"hasDarkLogo"`
	LogoHash           *string          `pulumi:"logoHash,optional"`
	DarkLogoHash       *string          `pulumi:"darkLogoHash,optional"`
	ServedLogoHash     *string          `pulumi:"servedLogoHash,optional"`
	ServedDarkLogoHash *string          `pulumi:"servedDarkLogoHash,optional"`
	Issuer             string           `pulumi:"issuer"`
	DiscoveryURL       string           `pulumi:"discoveryUrl"`
	Endpoints          *Endpoints       `pulumi:"endpoints,optional"`
}

// Annotate describes the resource.
func (c *Client) Annotate(a infer.Annotator) {
	a.Describe(&c, "An OIDC client: an application that signs its users in with Pocket ID.\n\n"+
		"A confidential client gets a secret, `clientSecret`, which only this stack knows.\n\n"+
		"Federated identities are separate resources (`FederatedIdentity`). Federated identities that are not managed by this stack are kept.\n\n"+
		"Import with the client ID, or with `name:` and the exact name: `pulumi import pocketid:index:Client wiki <clientId>`. "+
		"Pocket ID never returns an existing secret, so `clientSecret` is empty after an import, and no secret is created or deleted."+anySupportedVersion)
}

// Annotate describes the inputs.
func (c *ClientArgs) Annotate(a infer.Annotator) {
	a.Describe(&c.Name, "Name that users see when they sign in, 1 to 50 characters. It does not have to be unique.")
	a.Describe(&c.CallbackURLs, "Allowed redirect URIs after sign-in: web and loopback URLs, or URLs with an app's own scheme (`com.example.app:/callback`). "+
		"`*` is a wildcard, which matches no `/` in a path; `**` does. From Pocket ID 2.4 on, a URL without a path (`https://app.example.com`) matches every path. "+
		"The order does not matter. At least one is required, except for a client that uses only its own credentials: set it to `[]`. "+
		"With `[]`, Pocket ID before 2.10 adds the first redirect URI that it receives.")
	a.Describe(&c.LogoutCallbackURLs, "Allowed redirect URIs after sign-out (post-logout redirect URIs), in the same forms as `callbackUrls`. The order does not matter. Defaults to none.")
	a.Describe(&c.ClientID, "Client ID that the application uses: 2 to 128 letters, digits, `.`, `_` and `-`. Defaults to a random UUID. Changing it replaces the resource. "+
		"Setting it to the current client ID is not a change.")
	a.Describe(&c.Description, "Purpose of the client, at most 150 characters. Defaults to none. Requires Pocket ID 2.10 or later.")
	a.Describe(&c.LaunchURL, "URL that the user's list of applications links to. Defaults to none.")
	a.Describe(&c.IsPublic, "Whether the client is public: an application that cannot keep a secret, such as a single-page, mobile or desktop application. Defaults to `false`. "+
		"A public client always uses PKCE and has no secret. Making a client public deletes its secret (Pocket ID 2.14 or later). Making it confidential creates one.")
	a.SetDefault(&c.IsPublic, false)
	a.Describe(&c.PKCEEnabled, "Whether PKCE (RFC 7636) is required. Defaults to `true`. Set it to `false` only for an application that does not support PKCE. "+
		"It cannot be `false` for a public client.")
	a.SetDefault(&c.PKCEEnabled, true)
	a.Describe(&c.AllowedUserGroups, "IDs of all user groups whose members may use the client. The order does not matter. "+
		"If it is omitted or empty, every user may use the client, unless `isGroupRestricted` is `true`. With `isGroupRestricted: true`, `[]` allows nobody. "+
		"If omitted with `isGroupRestricted: true`, the current groups are kept, so that `ClientGroupAccess` or an administrator can manage them. "+
		"A group that does not exist is an error. A change that opens a restricted client to all users causes a warning in the preview.")
	a.Describe(&c.IsGroupRestricted, "Whether only members of certain groups may use the client. "+
		"These are the groups in `allowedUserGroups`, or, if that is omitted, the groups that are allowed elsewhere (`ClientGroupAccess`). "+
		"A restricted client without groups allows nobody. Defaults to `true` if `allowedUserGroups` has entries, otherwise `false`.")
	a.Describe(&c.RequiresReauthentication, "Whether users must use their passkey at every sign-in, even within a session. Defaults to `false`.")
	a.SetDefault(&c.RequiresReauthentication, false)
	a.Describe(&c.RequiresPushedAuthorizationRequests, "Whether Pocket ID accepts only pushed authorization requests (PAR, RFC 9126) from the client. Defaults to `false`. "+
		"Requires Pocket ID 2.9 or later, and 2.10 or later for a public client.")
	a.SetDefault(&c.RequiresPushedAuthorizationRequests, false)
	a.Describe(&c.SkipConsent, "Whether users are signed in without being asked for consent. Defaults to `false`. Requires Pocket ID 2.10 or later.")
	a.SetDefault(&c.SkipConsent, false)
	a.Describe(&c.AccessTokenDurationMinutes, "Lifetime of access tokens in minutes, 1 to 525600 (one year). Defaults to 60. Requires Pocket ID 2.13 or later.")
	a.SetDefault(&c.AccessTokenDurationMinutes, defaultAccessMinutes)
	a.Describe(&c.RefreshTokenDurationMinutes, "Lifetime of refresh tokens in minutes, 1 to 525600 (one year). Defaults to 43200 (30 days). Requires Pocket ID 2.13 or later.")
	a.SetDefault(&c.RefreshTokenDurationMinutes, defaultRefreshMinutes)
	a.Describe(&c.BackchannelLogoutURL, "URL to which Pocket ID reports that a user signed out (OpenID Connect Back-Channel Logout). Defaults to none. Requires Pocket ID 2.17 or later.")
	a.Describe(&c.CreateSecret, "Whether this stack manages a secret for the client. Defaults to `true`, or to `false` for a public client. "+
		"Set it to `false` for a client that uses only federated identities or a secret that was created elsewhere. Changing it to `false` deletes the secret. "+
		"Before Pocket ID 2.14, the secret is only removed from the state and stays valid.")
	a.Describe(&c.ClientSecret, "The client secret. To use a custom secret value, set it to at least 16 printable ASCII characters (at most 72 before Pocket ID 2.14). "+
		"Defaults to 32 random letters and digits. A different value replaces the secret. If omitted later, the current value is kept. "+
		"On an imported client, the provider verifies the value and adopts the existing secret. Setting it requires Pocket ID 2.12 or later.")
	a.Describe(&c.SecretRotationTriggers, "Arbitrary values. Changing one rotates the secret: the client gets a new random secret, and the old one is deleted (see `previousSecretValidFor`). "+
		"Before Pocket ID 2.14, the new secret replaces the only one at once. Cannot be combined with a custom `clientSecret`: change its value instead.")
	a.Describe(&c.PreviousSecretValidFor, "Minimum time that a replaced secret stays valid, such as `1d` or `12h`. Defaults to `0`: "+
		"the update that replaces the secret deletes the old one before anything else gets the new one. Otherwise, the first update after that time deletes the old secret. "+
		"From that time on, previews and refreshes warn until it is deleted. Changing it back to `0` deletes the old secret in the next update. "+
		"To end a secret without an update, use `ClientSecret.expiresAt`. Requires Pocket ID 2.14 or later: on older servers, a new secret replaces the only one at once.")
	a.Describe(&c.Logo, "Logo that users see next to the name: a file, text (SVG) or URL asset of the type png, jpg, jpeg, svg, ico, gif, webp, avif or heic. "+
		"At most 2 MiB, including about 200 bytes that the upload adds. From Pocket ID 2.15 on, a png or jpg has at most 16 million pixels. Uploaded again when its content changes, and after it was deleted or replaced by someone else. "+
		"If it was never set, the current logo is kept. Removing it from the program deletes the logo. "+
		"After an import, the first update that sets it uploads it.")
	a.Describe(&c.DarkLogo, "Logo for dark backgrounds, with the same rules as `logo`. Without it, `logo` is shown.")
}

// Annotate describes the outputs.
func (c *ClientState) Annotate(a infer.Annotator) {
	a.Describe(&c.ClientID, "Client ID that the application uses.")
	a.Describe(&c.ClientSecretID, "ID of the secret among the client's secrets. Empty if this stack does not know a secret. Requires Pocket ID 2.14 or later.")
	a.Describe(&c.SecretStatus, "What this stack knows about the secret:\n"+
		"- `managed`: this stack created or adopted the secret.\n"+
		"- `unknown`: the client was imported. No secret is created or deleted.\n"+
		"- `missing`: the next update creates the secret, because an earlier update failed or the secret no longer exists on the server.\n"+
		"- `none`: this stack does not manage a secret.")
	a.Describe(&c.PreviousSecrets, "Replaced secrets that are still valid, because of `previousSecretValidFor` or because their deletion failed.")
	a.Describe(&c.HasLogo, "Whether the client has a logo.")
	a.Describe(&c.HasDarkLogo, "Whether the client has a separate logo for dark backgrounds.")
	a.Describe(&c.LogoHash, "SHA-256 hash of the logo that this stack uploaded, in hexadecimal. Empty if there is none, and after an import.")
	a.Describe(&c.DarkLogoHash, "SHA-256 hash of the dark logo that this stack uploaded, in hexadecimal. Empty if there is none, and after an import.")
	a.Describe(&c.ServedLogoHash, "SHA-256 hash of the logo as Pocket ID returned it after the upload, in hexadecimal. Pocket ID removes metadata from images. A refresh compares it with the current logo.")
	a.Describe(&c.ServedDarkLogoHash, "SHA-256 hash of the dark logo as Pocket ID returned it after the upload, in hexadecimal.")
	a.Describe(&c.Issuer, "Issuer URL that the application must expect in tokens (`iss` claim). Behind a proxy, it differs from the provider's `baseUrl`.")
	a.Describe(&c.DiscoveryURL, "URL of the OpenID Connect discovery document, from which most applications configure themselves.")
	a.Describe(&c.Endpoints, "URLs of the endpoints of Pocket ID, for an application that does not read the discovery document. "+
		"Set when the client is created, refreshed or imported. A state from an earlier version of the provider gets them with the next update or refresh.")
}

const (
	defaultAccessMinutes  = 60
	defaultRefreshMinutes = 43200
	maxTokenMinutes       = 525600
)

// Create creates the client, then sets its groups, its secret and its logos.
func (c *Client) Create(ctx context.Context, req infer.CreateRequest[ClientArgs]) (infer.CreateResponse[ClientState], error) {
	var none infer.CreateResponse[ClientState]
	conn := c.config.conn()
	if err := req.Inputs.requireVersionToCreate(ctx, conn); err != nil {
		return none, err
	}
	endpoints, err := conn.Endpoints(ctx)
	if err != nil {
		return none, err
	}
	logos := logosOf(ClientState{})
	if err := logos.prepare(ctx, conn, req.Inputs); err != nil {
		return none, err
	}
	c.config.session.earlierClients.warn(ctx, conn, req.Inputs.ClientID, req.Inputs.Name)
	client, err := conn.CreateClient(ctx, inputs.ValueOr(req.Inputs.ClientID, ""), req.Inputs.settings())
	if err != nil {
		return none, err
	}
	secret := managedSecret{status: secretNone}
	if inputs.ValueOr(req.Inputs.CreateSecret, false) {
		secret.status = secretMissing
	}
	// The client exists from here on. Errors are collected, and the state is kept.
	var failed []error
	if req.Inputs.AllowedUserGroups != nil {
		lifecycle.Declare(ctx, lifecycle.Declaration{Object: clientGroups(client.ID), Entries: req.Inputs.AllowedUserGroups})
	}
	if len(req.Inputs.AllowedUserGroups) > 0 {
		var now api.OIDCClient
		if now, err = conn.SetInitialAllowedGroups(ctx, client, req.Inputs.AllowedUserGroups); now.ID != "" {
			now.CreatedSecret = client.CreatedSecret
			client = now
		}
		failed = append(failed, err)
	}
	failed = append(failed, secret.create(ctx, conn, client, req.Inputs))
	failed = append(failed, logos.write(ctx, conn, client)...)
	state := clientState(client, req.Inputs, secret, logos, lifecycle.Instance(ctx))
	state.Endpoints = endpointsOf(endpoints)
	return infer.CreateResponse[ClientState]{ID: client.ID, Output: state}, lifecycle.Incomplete(failed...)
}

// Read reads the client.
func (c *Client) Read(ctx context.Context, req infer.ReadRequest[ClientArgs, ClientState]) (infer.ReadResponse[ClientArgs, ClientState], error) {
	client, err := c.config.conn().GetClient(ctx, req.ID)
	if err != nil {
		return infer.ReadResponse[ClientArgs, ClientState]{}, err
	}
	endpoints, err := c.config.conn().Endpoints(ctx)
	if err != nil {
		return infer.ReadResponse[ClientArgs, ClientState]{}, err
	}
	args := req.Inputs
	secret := secretOf(req.State)
	if secret.triggers == nil {
		secret.triggers = args.SecretRotationTriggers // an import can find some in the program
	}
	if lifecycle.IsImport(ctx) {
		secret = importedSecret(client)
		if !ids.IsGenerated(client.ID) {
			args.ClientID = &client.ID
		}
	} else {
		secret.observe(ctx, c.config.conn(), client)
	}
	logos := logosOf(req.State)
	logos.observe(client)
	if err := logos.compare(ctx, c.config.conn(), client.ID); err != nil {
		return infer.ReadResponse[ClientArgs, ClientState]{}, err
	}
	state := clientState(client, args, secret, logos, lifecycle.Instance(ctx))
	state.Endpoints = endpointsOf(endpoints)
	in := state.ClientArgs
	in.ClientID, in.ClientSecret = args.ClientID, args.ClientSecret
	return infer.ReadResponse[ClientArgs, ClientState]{ID: client.ID, Inputs: in, State: state}, nil
}

// Update writes the settings and the groups, then the secret and the logos.
func (c *Client) Update(ctx context.Context, req infer.UpdateRequest[ClientArgs, ClientState]) (infer.UpdateResponse[ClientState], error) {
	var none infer.UpdateResponse[ClientState]
	conn := c.config.conn()
	if err := req.Inputs.requireVersion(ctx, conn); err != nil {
		return none, err
	}
	endpoints, err := conn.Endpoints(ctx)
	if err != nil {
		return none, err
	}
	logos := logosOf(req.State)
	if err := logos.prepare(ctx, conn, req.Inputs); err != nil {
		return none, err
	}
	client, err := conn.UpdateClientAndGroups(ctx, req.ID, req.Inputs.settings(), req.Inputs.AllowedUserGroups)
	if client.ID == "" {
		return none, err
	}
	failed := []error{err}
	secret := secretOf(req.State)
	failed = append(failed, secret.update(ctx, conn, client, req.Inputs, c.now()))
	failed = append(failed, logos.write(ctx, conn, client)...)
	state := clientState(client, req.Inputs, secret, logos, req.State.Issuer)
	state.Endpoints = cmp.Or(req.State.Endpoints, endpointsOf(endpoints)) // as the preview has them
	return infer.UpdateResponse[ClientState]{Output: state}, lifecycle.Incomplete(failed...)
}

// Delete deletes the client with its secrets and federated identities.
func (c *Client) Delete(ctx context.Context, req infer.DeleteRequest[ClientState]) (infer.DeleteResponse, error) {
	return infer.DeleteResponse{}, c.config.conn().DeleteClient(ctx, req.ID)
}

// ImportedByName allows an import by the name.
func (*Client) ImportedByName() string { return "client" }

// ListInputs are the filters of List.
func (*Client) ListInputs() map[string]string { return map[string]string{} }

// List returns all clients.
func (c *Client) List(ctx context.Context, _ map[string]string) ([]lifecycle.Listed, error) {
	return c.config.list(ctx, inventory.Clients, inventory.Filter{})
}

// settings converts the inputs to the server's form.
func (args ClientArgs) settings() api.ClientSettings {
	return api.ClientSettings{
		Name:                                args.Name,
		Description:                         inputs.ValueOr(args.Description, ""),
		CallbackURLs:                        inputs.NonNil(args.CallbackURLs),
		LogoutCallbackURLs:                  inputs.NonNil(args.LogoutCallbackURLs),
		LaunchURL:                           args.LaunchURL,
		BackchannelLogoutURL:                args.BackchannelLogoutURL,
		IsPublic:                            inputs.ValueOr(args.IsPublic, false),
		PKCEEnabled:                         inputs.ValueOr(args.PKCEEnabled, true),
		RequiresReauthentication:            inputs.ValueOr(args.RequiresReauthentication, false),
		RequiresPushedAuthorizationRequests: inputs.ValueOr(args.RequiresPushedAuthorizationRequests, false),
		SkipConsent:                         inputs.ValueOr(args.SkipConsent, false),
		IsGroupRestricted:                   inputs.ValueOr(args.IsGroupRestricted, len(args.AllowedUserGroups) > 0),
		AccessTokenDurationMinutes:          inputs.ValueOr(args.AccessTokenDurationMinutes, defaultAccessMinutes),
		RefreshTokenDurationMinutes:         inputs.ValueOr(args.RefreshTokenDurationMinutes, defaultRefreshMinutes),
	}
}

// clientState converts the server's form to the state, in the form of Normalize. What the
// server does not return comes from the inputs.
func clientState(c api.OIDCClient, args ClientArgs, secret managedSecret, logos logos, instance string) ClientState {
	restricted := c.IsGroupRestricted
	var groups []string
	if restricted && !args.keepsGroups() { // the list has no effect on a client that is open to everyone
		groups = c.AllowedGroupIDs()
	}
	createSecret := args.CreateSecret
	if createSecret == nil {
		createSecret = inputs.Ptr(!c.IsPublic)
	}
	return ClientState{
		ClientArgs: ClientArgs{
			Name:                                inputs.NormalizeNFC(c.Name),
			CallbackURLs:                        inputs.SortedSet(c.CallbackURLs),
			LogoutCallbackURLs:                  inputs.NilIfEmpty(inputs.SortedSet(c.LogoutCallbackURLs)),
			Description:                         inputs.NonEmpty(inputs.NormalizeNFC(c.Description)),
			LaunchURL:                           c.LaunchURL,
			IsPublic:                            &c.IsPublic,
			PKCEEnabled:                         &c.PKCEEnabled,
			AllowedUserGroups:                   groups,
			IsGroupRestricted:                   &restricted,
			RequiresReauthentication:            &c.RequiresReauthentication,
			RequiresPushedAuthorizationRequests: &c.RequiresPushedAuthorizationRequests,
			SkipConsent:                         &c.SkipConsent,
			AccessTokenDurationMinutes:          inputs.Ptr(cmp.Or(c.AccessTokenDurationMinutes, defaultAccessMinutes)), // 0: an older server
			RefreshTokenDurationMinutes:         inputs.Ptr(cmp.Or(c.RefreshTokenDurationMinutes, defaultRefreshMinutes)),
			BackchannelLogoutURL:                c.BackchannelLogoutURL,
			CreateSecret:                        createSecret,
			ClientSecret:                        inputs.NonEmpty(secret.value),
			SecretRotationTriggers:              maps.Clone(secret.triggers),
			PreviousSecretValidFor:              args.PreviousSecretValidFor,
			Logo:                                logos[0].asset,
			DarkLogo:                            logos[1].asset,
		},
		ClientID:           c.ID,
		ClientSecretID:     inputs.NonEmpty(secret.id),
		SecretStatus:       inputs.NonEmpty(secret.status),
		PreviousSecrets:    secret.previous,
		HasLogo:            logos[0].exists,
		HasDarkLogo:        logos[1].exists,
		LogoHash:           inputs.NonEmpty(logos[0].hash),
		DarkLogoHash:       inputs.NonEmpty(logos[1].hash),
		ServedLogoHash:     inputs.NonEmpty(logos[0].served),
		ServedDarkLogoHash: inputs.NonEmpty(logos[1].served),
		Issuer:             instance,
		DiscoveryURL:       strings.TrimSuffix(instance, "/") + "/.well-known/openid-configuration",
	}
}
