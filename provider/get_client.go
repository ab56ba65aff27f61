package provider

import (
	"context"
	"strings"

	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
)

// GetClient looks up one client.
type GetClient struct{ config *Config }

// GetClientArgs says which.
type GetClientArgs struct {
	ClientID *string `pulumi:"clientId,optional"`
	Name     *string `pulumi:"name,optional"`
}

// GetClientResult is the client, without its secrets.
type GetClientResult struct {
	ClientSummary
	AllowedUserGroups   []string                  `pulumi:"allowedUserGroups"`
	FederatedIdentities []ClientFederatedIdentity `pulumi:"federatedIdentities"`
	Issuer              string                    `pulumi:"issuer"`
	DiscoveryURL        string                    `pulumi:"discoveryUrl"`
}

// ClientFederatedIdentity is a workload that may authenticate as the client.
type ClientFederatedIdentity struct {
	Issuer           string  `pulumi:"issuer"`
	Subject          string  `pulumi:"subject"`
	Audience         string  `pulumi:"audience"`
	JWKSURL          *string `pulumi:"jwksUrl,optional"`
	ReplayProtection bool    `pulumi:"replayProtection"`
}

// Annotate describes the function.
func (g *GetClient) Annotate(a infer.Annotator) {
	a.Describe(&g, "Looks up a client by its id, or by its name if no other client has the same. None and several are an error that lists what there is. Secrets are never told.")
}

// Annotate describes the inputs.
func (g *GetClientArgs) Annotate(a infer.Annotator) {
	a.Describe(&g.ClientID, "The client's id. Either this or `name`.")
	a.Describe(&g.Name, "The client's name, exactly.")
}

// Annotate describes the outputs.
func (g *GetClientResult) Annotate(a infer.Annotator) {
	a.Describe(&g.AllowedUserGroups, "Ids of the groups whose members may use the client, sorted. Empty if everybody may; with `isGroupRestricted`, if nobody may.")
	a.Describe(&g.FederatedIdentities, "The workloads that may authenticate as the client, of each issuer the one that Pocket ID uses.")
	a.Describe(&g.Issuer, "The issuer of the Pocket ID instance.")
	a.Describe(&g.DiscoveryURL, "Where applications find the OpenID configuration of Pocket ID.")
}

// Annotate describes a federated identity.
func (f *ClientFederatedIdentity) Annotate(a infer.Annotator) {
	a.Describe(&f.Issuer, "The `iss` claim of the workload's tokens.")
	a.Describe(&f.Subject, "Their `sub` claim.")
	a.Describe(&f.Audience, "What their `aud` claim contains.")
	a.Describe(&f.JWKSURL, "Where Pocket ID gets the issuer's keys. None if it was given the keys themselves.")
	a.Describe(&f.ReplayProtection, "Whether each token is accepted once.")
}

// Invoke asks Pocket ID.
func (g *GetClient) Invoke(ctx context.Context, req infer.FunctionRequest[GetClientArgs]) (infer.FunctionResponse[GetClientResult], error) {
	var none infer.FunctionResponse[GetClientResult]
	conn, err := g.config.connection()
	if err != nil {
		return none, err
	}
	name := func(c api.OIDCClient) string { return c.Name }
	client, err := lookup[api.OIDCClient]{"client", conn.ListClients, conn.LookUpClient, func(c api.OIDCClient) string { return c.ID }, name, name}.
		find(ctx, sought{"clientId", req.Input.ClientID, true}, sought{"name", req.Input.Name, false})
	if err != nil {
		return none, err
	}
	issuer, err := conn.Issuer(ctx)
	if err != nil {
		return none, err
	}
	return infer.FunctionResponse[GetClientResult]{Output: clientFound(client, issuer)}, nil
}

func clientFound(c api.OIDCClient, issuer string) GetClientResult {
	found := GetClientResult{
		ClientSummary:       clientSummary(c),
		AllowedUserGroups:   []string{},
		FederatedIdentities: []ClientFederatedIdentity{},
		Issuer:              issuer,
		DiscoveryURL:        strings.TrimSuffix(issuer, "/") + "/.well-known/openid-configuration",
	}
	if c.IsGroupRestricted { // where all may enter, a list means nothing
		found.AllowedUserGroups = c.AllowedGroupIDs()
	}
	seen := map[string]bool{}
	for _, fi := range c.Credentials.FederatedIdentities {
		if !seen[fi.Issuer] {
			state := federatedIdentityState(c.ID, fi, issuer)
			found.FederatedIdentities = append(found.FederatedIdentities, ClientFederatedIdentity{
				fi.Issuer, state.EffectiveSubject, state.EffectiveAudience, state.EffectiveJWKSURL, fi.ReplayProtection,
			})
		}
		seen[fi.Issuer] = true
	}
	return found
}
