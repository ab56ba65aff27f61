package provider

import (
	"context"

	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/inputs"
)

// GetClients looks up all clients.
type GetClients struct{ config *Config }

// GetClientsArgs are the inputs.
type GetClientsArgs struct{}

// GetClientsResult is the result.
type GetClientsResult struct {
	Clients []ClientSummary `pulumi:"clients"`
}

// ClientSummary is one of the results.
type ClientSummary struct {
	ClientID                            string   `pulumi:"clientId"`
	Name                                string   `pulumi:"name"`
	Description                         string   `pulumi:"description"`
	CallbackURLs                        []string `pulumi:"callbackUrls"`
	LogoutCallbackURLs                  []string `pulumi:"logoutCallbackUrls"`
	LaunchURL                           *string  `pulumi:"launchUrl,optional"`
	BackchannelLogoutURL                *string  `pulumi:"backchannelLogoutUrl,optional"`
	IsPublic                            bool     `pulumi:"isPublic"`
	PKCEEnabled                         bool     `pulumi:"pkceEnabled"`
	RequiresReauthentication            bool     `pulumi:"requiresReauthentication"`
	RequiresPushedAuthorizationRequests bool     `pulumi:"requiresPushedAuthorizationRequests"`
	SkipConsent                         bool     `pulumi:"skipConsent"`
	IsGroupRestricted                   bool     `pulumi:"isGroupRestricted"`
	AccessTokenDurationMinutes          *int     `pulumi:"accessTokenDurationMinutes,optional"`
	RefreshTokenDurationMinutes         *int     `pulumi:"refreshTokenDurationMinutes,optional"`
	HasLogo                             bool     `pulumi:"hasLogo"`
	HasDarkLogo                         bool     `pulumi:"hasDarkLogo"`

	ClientType        *string               `pulumi:"clientType,optional"`
	PKCESupported     bool                  `pulumi:"pkceSupported"`
	AllowedUserGroups []string              `pulumi:"allowedUserGroups,optional"`
	Secrets           []ClientSecretSummary `pulumi:"secrets,optional"`
}

// ClientSecretSummary is a secret of a client, without its value.
type ClientSecretSummary struct {
	SecretID  string  `pulumi:"secretId"`
	Prefix    *string `pulumi:"prefix,optional"`
	CreatedAt string  `pulumi:"createdAt"`
	ExpiresAt *string `pulumi:"expiresAt,optional"`
	IsActive  bool    `pulumi:"isActive"`
}

// Annotate describes the function.
func (g *GetClients) Annotate(a infer.Annotator) {
	a.Describe(&g, "Looks up all clients. `getClient` also returns the federated identities of a client, and its groups on every server."+anySupportedVersion)
}

// Annotate describes the result.
func (r *GetClientsResult) Annotate(a infer.Annotator) {
	a.Describe(&r.Clients, "All clients, sorted by name.")
}

// Annotate describes a client.
func (c *ClientSummary) Annotate(a infer.Annotator) {
	a.Describe(&c.ClientID, "ID of the client.")
	a.Describe(&c.Name, "Name that users see. It does not have to be unique.")
	a.Describe(&c.Description, "Description that users see below the name. Empty if there is none, and before Pocket ID 2.10.")
	a.Describe(&c.CallbackURLs, "Allowed redirect URIs after sign-in, sorted.")
	a.Describe(&c.LogoutCallbackURLs, "Allowed redirect URIs after sign-out, sorted.")
	a.Describe(&c.LaunchURL, "URL that the user's list of applications links to.")
	a.Describe(&c.BackchannelLogoutURL, "URL to which Pocket ID reports that a user signed out. Requires Pocket ID 2.17 or later.")
	a.Describe(&c.IsPublic, "Whether the client is public and has no secret.")
	a.Describe(&c.PKCEEnabled, "Whether PKCE is required.")
	a.Describe(&c.RequiresReauthentication, "Whether users must use their passkey at every sign-in.")
	a.Describe(&c.RequiresPushedAuthorizationRequests, "Whether Pocket ID accepts only pushed authorization requests from the client.")
	a.Describe(&c.SkipConsent, "Whether users are signed in without being asked for consent.")
	a.Describe(&c.IsGroupRestricted, "Whether only members of certain groups may use the client.")
	a.Describe(&c.AccessTokenDurationMinutes, "Lifetime of access tokens in minutes. Requires Pocket ID 2.13 or later.")
	a.Describe(&c.RefreshTokenDurationMinutes, "Lifetime of refresh tokens in minutes. Requires Pocket ID 2.13 or later.")
	a.Describe(&c.HasLogo, "Whether the client has a logo.")
	a.Describe(&c.HasDarkLogo, "Whether the client has a separate logo for dark backgrounds.")
	a.Describe(&c.ClientType, "`standard`, or `cimd` for a client that describes itself in a client ID metadata document. Empty before Pocket ID 2.13.")
	a.Describe(&c.PKCESupported, "Whether the client has used PKCE although it is not required. `false` before Pocket ID 2.10.")
	a.Describe(&c.AllowedUserGroups, "IDs of the groups whose members may use the client, sorted. Empty if every user may use it, and before Pocket ID 2.16, which does not list them.")
	a.Describe(&c.Secrets, "The client's secrets without their values, also expired ones. Not set before Pocket ID 2.14, which does not list secrets.")
}

// Annotate describes a secret.
func (s *ClientSecretSummary) Annotate(a infer.Annotator) {
	a.Describe(&s.SecretID, "ID of the secret.")
	a.Describe(&s.Prefix, "First characters of the secret, which Pocket ID shows to identify it. Empty for a secret that was created before Pocket ID 2.14.")
	a.Describe(&s.CreatedAt, "Creation time in RFC 3339 format.")
	a.Describe(&s.ExpiresAt, "Expiration time in RFC 3339 format. Empty if the secret does not expire.")
	a.Describe(&s.IsActive, "Whether the secret has not expired.")
}

// Invoke reads the clients from Pocket ID.
func (g *GetClients) Invoke(ctx context.Context, _ infer.FunctionRequest[GetClientsArgs]) (infer.FunctionResponse[GetClientsResult], error) {
	var none infer.FunctionResponse[GetClientsResult]
	conn := g.config.conn()
	all, err := conn.ListClients(ctx)
	if err != nil {
		return none, err
	}
	clients := []ClientSummary{}
	for _, c := range all {
		clients = append(clients, clientSummary(c))
	}
	return infer.FunctionResponse[GetClientsResult]{Output: GetClientsResult{clients}}, nil
}

func clientSummary(c api.OIDCClient) ClientSummary {
	var groups []string
	if c.IsGroupRestricted { // the list has no effect on a client that is open to everyone
		groups = inputs.NilIfEmpty(c.AllowedGroupIDs())
	}
	return ClientSummary{
		ClientID:                            c.ID,
		Name:                                inputs.NormalizeNFC(c.Name),
		Description:                         inputs.NormalizeNFC(c.Description),
		CallbackURLs:                        inputs.SortedSet(c.CallbackURLs),
		LogoutCallbackURLs:                  inputs.SortedSet(c.LogoutCallbackURLs),
		LaunchURL:                           c.LaunchURL,
		BackchannelLogoutURL:                c.BackchannelLogoutURL,
		IsPublic:                            c.IsPublic,
		PKCEEnabled:                         c.PKCEEnabled,
		RequiresReauthentication:            c.RequiresReauthentication,
		RequiresPushedAuthorizationRequests: c.RequiresPushedAuthorizationRequests,
		SkipConsent:                         c.SkipConsent,
		IsGroupRestricted:                   c.IsGroupRestricted,
		AccessTokenDurationMinutes:          inputs.NonEmpty(c.AccessTokenDurationMinutes),
		RefreshTokenDurationMinutes:         inputs.NonEmpty(c.RefreshTokenDurationMinutes),
		HasLogo:                             c.HasLogo,
		HasDarkLogo:                         c.HasDarkLogo,
		ClientType:                          inputs.NonEmpty(c.ClientType),
		PKCESupported:                       c.PKCESupported,
		AllowedUserGroups:                   groups,
		Secrets:                             clientSecretSummaries(c.Credentials.Secrets),
	}
}

// clientSecretSummaries returns nil if the server does not list secrets.
func clientSecretSummaries(secrets []api.ClientSecret) []ClientSecretSummary {
	if secrets == nil {
		return nil
	}
	summaries := []ClientSecretSummary{}
	for _, s := range secrets {
		summary := ClientSecretSummary{SecretID: s.ID, Prefix: inputs.NonEmpty(s.Prefix), CreatedAt: inputs.FormatTime(s.CreatedAt), IsActive: s.IsActive}
		if s.ExpiresAt != nil {
			summary.ExpiresAt = inputs.Ptr(inputs.FormatTime(*s.ExpiresAt))
		}
		summaries = append(summaries, summary)
	}
	return summaries
}
