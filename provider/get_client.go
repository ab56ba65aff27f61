package provider

import (
	"context"
	"strings"

	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
)

// GetClient looks up one client.
type GetClient struct{ config *Config }

// GetClientArgs are the inputs.
type GetClientArgs struct {
	ClientID *string `pulumi:"clientId,optional"`
	Name     *string `pulumi:"name,optional"`
}

// GetClientResult is the result.
type GetClientResult struct {
	ClientSummary
	AllowedUserGroups   []string                  `pulumi:"allowedUserGroups"`
	FederatedIdentities []ClientFederatedIdentity `pulumi:"federatedIdentities"`
	Issuer              string                    `pulumi:"issuer"`
	DiscoveryURL        string                    `pulumi:"discoveryUrl"`
	Endpoints           *Endpoints                `pulumi:"endpoints,optional"`
}

// ClientFederatedIdentity is a workload that may authenticate as the client.
type ClientFederatedIdentity struct {
	Issuer           string  `pulumi:"issuer"`
	Subject          string  `pulumi:"subject"`
	Audience         string  `pulumi:"audience"`
	JWKSURL          *string `pulumi:"jwksUrl,optional"`
	PublicKeys       *string `pulumi:"publicKeys,optional"`
	ReplayProtection bool    `pulumi:"replayProtection"`
}

// Annotate describes the function.
func (g *GetClient) Annotate(a infer.Annotator) {
	a.Describe(&g, "Looks up a client by its ID or its name. The lookup fails if nothing matches or several clients match, and lists the candidates. The values of secrets are never returned."+anySupportedVersion)
}

// Annotate describes the inputs.
func (g *GetClientArgs) Annotate(a infer.Annotator) {
	a.Describe(&g.ClientID, "ID of the client. Set either this or `name`.")
	a.Describe(&g.Name, "Exact name of the client.")
}

// Annotate describes the results.
func (g *GetClientResult) Annotate(a infer.Annotator) {
	a.Describe(&g.AllowedUserGroups, "IDs of the groups whose members may use the client, sorted. If it is empty, every user may use the client, or no user if `isGroupRestricted` is `true`.")
	a.Describe(&g.FederatedIdentities, "Workloads that may authenticate as the client: for each issuer, the one that Pocket ID uses.")
	a.Describe(&g.Issuer, "Issuer URL of the Pocket ID instance, which the application must expect in tokens (`iss` claim).")
	a.Describe(&g.DiscoveryURL, "URL of the OpenID Connect discovery document of Pocket ID.")
	a.Describe(&g.Endpoints, "URLs of the endpoints of Pocket ID, for an application that does not read the discovery document.")
}

// Annotate describes a federated identity.
func (f *ClientFederatedIdentity) Annotate(a infer.Annotator) {
	a.Describe(&f.Issuer, "`iss` claim of the workload's tokens.")
	a.Describe(&f.Subject, "`sub` claim of the workload's tokens.")
	a.Describe(&f.Audience, "Value that the `aud` claim of the workload's tokens must contain.")
	a.Describe(&f.JWKSURL, "URL from which Pocket ID gets the issuer's public keys. Empty if Pocket ID has the keys themselves.")
	a.Describe(&f.PublicKeys, "The issuer's public keys as a JSON Web Key Set. Empty if Pocket ID gets them from `jwksUrl`. Requires Pocket ID 2.15 or later.")
	a.Describe(&f.ReplayProtection, "Whether each token is accepted only once.")
}

// Invoke reads the client from Pocket ID.
func (g *GetClient) Invoke(ctx context.Context, req infer.FunctionRequest[GetClientArgs]) (infer.FunctionResponse[GetClientResult], error) {
	var none infer.FunctionResponse[GetClientResult]
	conn := g.config.conn()
	name := func(c api.OIDCClient) string { return c.Name }
	client, err := lookup[api.OIDCClient]{"client", conn.ListClients, conn.GetClientOrCIMDClient, func(c api.OIDCClient) string { return c.ID }, name, name}.
		find(ctx, criterion{"clientId", req.Input.ClientID, true}, criterion{"name", req.Input.Name, false})
	if err != nil {
		return none, err
	}
	endpoints, err := conn.Endpoints(ctx)
	if err != nil {
		return none, err
	}
	return infer.FunctionResponse[GetClientResult]{Output: clientResult(client, endpoints)}, nil
}

func clientResult(c api.OIDCClient, endpoints api.Endpoints) GetClientResult {
	issuer := endpoints.Issuer
	found := GetClientResult{
		ClientSummary:       clientSummary(c),
		AllowedUserGroups:   []string{},
		FederatedIdentities: []ClientFederatedIdentity{},
		Issuer:              issuer,
		DiscoveryURL:        strings.TrimSuffix(issuer, "/") + "/.well-known/openid-configuration",
		Endpoints:           endpointsOf(endpoints),
	}
	if c.IsGroupRestricted { // the list has no effect on a client that is open to everyone
		found.AllowedUserGroups = c.AllowedGroupIDs()
	}
	seen := map[string]bool{}
	for _, fi := range c.Credentials.FederatedIdentities {
		if !seen[fi.Issuer] {
			state := federatedIdentityState(c.ID, fi, issuer)
			found.FederatedIdentities = append(found.FederatedIdentities, ClientFederatedIdentity{
				fi.Issuer, state.EffectiveSubject, state.EffectiveAudience, state.EffectiveJWKSURL, state.PublicKeys, fi.ReplayProtection,
			})
		}
		seen[fi.Issuer] = true
	}
	return found
}
