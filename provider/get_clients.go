package provider

import (
	"context"

	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
)

// GetClients looks up all clients.
type GetClients struct{ config *Config }

// GetClientsArgs is empty: all clients are listed.
type GetClientsArgs struct{}

// GetClientsResult has all clients.
type GetClientsResult struct {
	Clients []ClientSummary `pulumi:"clients"`
}

// ClientSummary is what a list tells of a client.
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
}

// Annotate describes the function.
func (g *GetClients) Annotate(a infer.Annotator) {
	a.Describe(&g, "Looks up all clients. `getClient` tells more of one: its groups and its federated identities.")
}

// Annotate describes the result.
func (r *GetClientsResult) Annotate(a infer.Annotator) {
	a.Describe(&r.Clients, "All clients, by name.")
}

// Annotate describes a client.
func (c *ClientSummary) Annotate(a infer.Annotator) {
	a.Describe(&c.ClientID, "The client's id.")
	a.Describe(&c.Name, "Name that people see. Need not be unique.")
	a.Describe(&c.Description, "What people see below the name; empty if nothing, and before Pocket ID 2.10.")
	a.Describe(&c.CallbackURLs, "Where Pocket ID may send people after they signed in, sorted.")
	a.Describe(&c.LogoutCallbackURLs, "Where it may send them after they signed out, sorted.")
	a.Describe(&c.LaunchURL, "Where the application is opened from the list of applications.")
	a.Describe(&c.BackchannelLogoutURL, "Where Pocket ID tells the application that somebody signed out (2.17 and later).")
	a.Describe(&c.IsPublic, "Whether the client has no secret.")
	a.Describe(&c.PKCEEnabled, "Whether PKCE is required.")
	a.Describe(&c.RequiresReauthentication, "Whether people must use their passkey each time.")
	a.Describe(&c.RequiresPushedAuthorizationRequests, "Whether only pushed authorization requests are taken.")
	a.Describe(&c.SkipConsent, "Whether people are not asked for consent.")
	a.Describe(&c.IsGroupRestricted, "Whether only members of certain groups may use the client.")
	a.Describe(&c.AccessTokenDurationMinutes, "Lifetime of access tokens in minutes (2.13 and later).")
	a.Describe(&c.RefreshTokenDurationMinutes, "Lifetime of refresh tokens in minutes (2.13 and later).")
	a.Describe(&c.HasLogo, "Whether the client has a logo.")
	a.Describe(&c.HasDarkLogo, "Whether it has one for dark mode.")
}

// Invoke reads all pages.
func (g *GetClients) Invoke(ctx context.Context, _ infer.FunctionRequest[GetClientsArgs]) (infer.FunctionResponse[GetClientsResult], error) {
	var none infer.FunctionResponse[GetClientsResult]
	conn, err := g.config.connection()
	if err != nil {
		return none, err
	}
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
	return ClientSummary{
		ClientID:                            c.ID,
		Name:                                composed(c.Name),
		Description:                         composed(c.Description),
		CallbackURLs:                        sorted(c.CallbackURLs),
		LogoutCallbackURLs:                  sorted(c.LogoutCallbackURLs),
		LaunchURL:                           c.LaunchURL,
		BackchannelLogoutURL:                c.BackchannelLogoutURL,
		IsPublic:                            c.IsPublic,
		PKCEEnabled:                         c.PKCEEnabled,
		RequiresReauthentication:            c.RequiresReauthentication,
		RequiresPushedAuthorizationRequests: c.RequiresPushedAuthorizationRequests,
		SkipConsent:                         c.SkipConsent,
		IsGroupRestricted:                   c.IsGroupRestricted,
		AccessTokenDurationMinutes:          some(c.AccessTokenDurationMinutes),
		RefreshTokenDurationMinutes:         some(c.RefreshTokenDurationMinutes),
		HasLogo:                             c.HasLogo,
		HasDarkLogo:                         c.HasDarkLogo,
	}
}
