package provider

import (
	"context"
	"strings"

	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
)

// GetOpenIdConfiguration tells applications how to reach Pocket ID.
type GetOpenIdConfiguration struct{ config *Config }

// GetOpenIdConfigurationArgs is empty: the instance is the provider's.
type GetOpenIdConfigurationArgs struct{}

// GetOpenIdConfigurationResult is what the instance says of itself.
type GetOpenIdConfigurationResult struct {
	Issuer                             string   `pulumi:"issuer"`
	DiscoveryURL                       string   `pulumi:"discoveryUrl"`
	AuthorizationEndpoint              string   `pulumi:"authorizationEndpoint"`
	TokenEndpoint                      string   `pulumi:"tokenEndpoint"`
	UserinfoEndpoint                   string   `pulumi:"userinfoEndpoint"`
	EndSessionEndpoint                 string   `pulumi:"endSessionEndpoint"`
	IntrospectionEndpoint              *string  `pulumi:"introspectionEndpoint,optional"`
	DeviceAuthorizationEndpoint        *string  `pulumi:"deviceAuthorizationEndpoint,optional"`
	PushedAuthorizationRequestEndpoint *string  `pulumi:"pushedAuthorizationRequestEndpoint,optional"`
	JWKSURI                            string   `pulumi:"jwksUri"`
	ScopesSupported                    []string `pulumi:"scopesSupported"`
	ClaimsSupported                    []string `pulumi:"claimsSupported"`
	ResponseTypesSupported             []string `pulumi:"responseTypesSupported"`
	GrantTypesSupported                []string `pulumi:"grantTypesSupported"`
	SigningAlgorithms                  []string `pulumi:"idTokenSigningAlgValuesSupported"`
	CodeChallengeMethodsSupported      []string `pulumi:"codeChallengeMethodsSupported"`
	TokenEndpointAuthMethodsSupported  []string `pulumi:"tokenEndpointAuthMethodsSupported"`
}

// Annotate describes the function.
func (g *GetOpenIdConfiguration) Annotate(a infer.Annotator) {
	a.Describe(&g, "Reads the OpenID configuration of Pocket ID (`/.well-known/openid-configuration`): what applications must be told to sign people in. No API key is sent for it.")
}

// Annotate describes the outputs.
func (r *GetOpenIdConfigurationResult) Annotate(a infer.Annotator) {
	a.Describe(&r.Issuer, "What Pocket ID calls itself in tokens (their `iss` claim). It may differ from `baseUrl`.")
	a.Describe(&r.DiscoveryURL, "Where applications find this configuration themselves.")
	a.Describe(&r.AuthorizationEndpoint, "Where people are sent to sign in.")
	a.Describe(&r.TokenEndpoint, "Where applications get tokens.")
	a.Describe(&r.UserinfoEndpoint, "Where applications ask about the user of a token.")
	a.Describe(&r.EndSessionEndpoint, "Where people are sent to sign out.")
	a.Describe(&r.IntrospectionEndpoint, "Where services ask about a token.")
	a.Describe(&r.DeviceAuthorizationEndpoint, "Where devices without a browser begin.")
	a.Describe(&r.PushedAuthorizationRequestEndpoint, "Where applications push authorization requests (2.9 and later).")
	a.Describe(&r.JWKSURI, "Where the public keys are that tokens are signed with.")
	a.Describe(&r.ScopesSupported, "The scopes that every client may ask for.")
	a.Describe(&r.ClaimsSupported, "The claims that tokens may have.")
	a.Describe(&r.ResponseTypesSupported, "The response types that clients may use.")
	a.Describe(&r.GrantTypesSupported, "The grants that clients may use.")
	a.Describe(&r.SigningAlgorithms, "The algorithms that ID tokens are signed with.")
	a.Describe(&r.CodeChallengeMethodsSupported, "How PKCE challenges may be made.")
	a.Describe(&r.TokenEndpointAuthMethodsSupported, "How clients may prove who they are. Empty before 2.9, and not complete: federated identities work whether or not `private_key_jwt` is named.")
}

// Invoke asks Pocket ID.
func (g *GetOpenIdConfiguration) Invoke(ctx context.Context, _ infer.FunctionRequest[GetOpenIdConfigurationArgs]) (infer.FunctionResponse[GetOpenIdConfigurationResult], error) {
	var none infer.FunctionResponse[GetOpenIdConfigurationResult]
	conn, err := g.config.connection()
	if err != nil {
		return none, err
	}
	found, err := conn.OpenIDConfiguration(ctx)
	if err != nil {
		return none, err
	}
	return infer.FunctionResponse[GetOpenIdConfigurationResult]{Output: openIDConfiguration(found)}, nil
}

func openIDConfiguration(c api.OpenIDConfiguration) GetOpenIdConfigurationResult {
	return GetOpenIdConfigurationResult{
		Issuer:                             c.Issuer,
		DiscoveryURL:                       strings.TrimSuffix(c.Issuer, "/") + "/.well-known/openid-configuration",
		AuthorizationEndpoint:              c.AuthorizationEndpoint,
		TokenEndpoint:                      c.TokenEndpoint,
		UserinfoEndpoint:                   c.UserinfoEndpoint,
		EndSessionEndpoint:                 c.EndSessionEndpoint,
		IntrospectionEndpoint:              some(c.IntrospectionEndpoint),
		DeviceAuthorizationEndpoint:        some(c.DeviceAuthorizationEndpoint),
		PushedAuthorizationRequestEndpoint: some(c.PushedAuthorizationRequestEndpoint),
		JWKSURI:                            c.JWKSURI,
		ScopesSupported:                    listed(c.Scopes),
		ClaimsSupported:                    listed(c.Claims),
		ResponseTypesSupported:             listed(c.ResponseTypes),
		GrantTypesSupported:                listed(c.GrantTypes),
		SigningAlgorithms:                  listed(c.SigningAlgorithms),
		CodeChallengeMethodsSupported:      listed(c.CodeChallengeMethods),
		TokenEndpointAuthMethodsSupported:  listed(c.TokenEndpointAuthMethods),
	}
}
