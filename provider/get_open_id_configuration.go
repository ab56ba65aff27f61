package provider

import (
	"context"
	"strings"

	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/inputs"
)

// GetOpenIdConfiguration reads the OpenID Connect discovery document.
type GetOpenIdConfiguration struct{ config *Config }

// GetOpenIdConfigurationArgs are the inputs.
type GetOpenIdConfigurationArgs struct{}

// GetOpenIdConfigurationResult is the result.
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
	a.Describe(&g, "Looks up the OpenID Connect discovery document of Pocket ID (`/.well-known/openid-configuration`), which has what applications need to sign users in. "+
		"The request is sent without the API key."+anySupportedVersion)
}

// Annotate describes the results.
func (r *GetOpenIdConfigurationResult) Annotate(a infer.Annotator) {
	a.Describe(&r.Issuer, "Issuer URL of the Pocket ID instance in tokens (`iss` claim). It may differ from the provider's `baseUrl`.")
	a.Describe(&r.DiscoveryURL, "URL of the discovery document.")
	a.Describe(&r.AuthorizationEndpoint, "URL of the authorization endpoint, where users sign in.")
	a.Describe(&r.TokenEndpoint, "URL of the token endpoint, where applications get tokens.")
	a.Describe(&r.UserinfoEndpoint, "URL of the userinfo endpoint, where applications query the user of a token.")
	a.Describe(&r.EndSessionEndpoint, "URL of the end-session endpoint, where users sign out.")
	a.Describe(&r.IntrospectionEndpoint, "URL of the introspection endpoint, where services query a token.")
	a.Describe(&r.DeviceAuthorizationEndpoint, "URL of the device authorization endpoint, for devices without a browser.")
	a.Describe(&r.PushedAuthorizationRequestEndpoint, "URL of the pushed authorization request endpoint. Requires Pocket ID 2.9 or later.")
	a.Describe(&r.JWKSURI, "URL of the public keys (JWKS) that verify the signatures of tokens.")
	a.Describe(&r.ScopesSupported, "Scopes that every client may request.")
	a.Describe(&r.ClaimsSupported, "Claims that tokens may contain.")
	a.Describe(&r.ResponseTypesSupported, "Response types that clients may use.")
	a.Describe(&r.GrantTypesSupported, "Grant types that clients may use.")
	a.Describe(&r.SigningAlgorithms, "Signing algorithms of ID tokens.")
	a.Describe(&r.CodeChallengeMethodsSupported, "PKCE code challenge methods that clients may use.")
	a.Describe(&r.TokenEndpointAuthMethodsSupported, "Methods that clients may use to authenticate at the token endpoint. Empty before Pocket ID 2.9. The list is incomplete: "+
		"federated identities work even if it does not contain `private_key_jwt`.")
}

// Invoke reads the discovery document from Pocket ID.
func (g *GetOpenIdConfiguration) Invoke(ctx context.Context, _ infer.FunctionRequest[GetOpenIdConfigurationArgs]) (infer.FunctionResponse[GetOpenIdConfigurationResult], error) {
	var none infer.FunctionResponse[GetOpenIdConfigurationResult]
	conn := g.config.conn()
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
		IntrospectionEndpoint:              inputs.NonEmpty(c.IntrospectionEndpoint),
		DeviceAuthorizationEndpoint:        inputs.NonEmpty(c.DeviceAuthorizationEndpoint),
		PushedAuthorizationRequestEndpoint: inputs.NonEmpty(c.PushedAuthorizationRequestEndpoint),
		JWKSURI:                            c.JWKSURI,
		ScopesSupported:                    inputs.NonNil(c.Scopes),
		ClaimsSupported:                    inputs.NonNil(c.Claims),
		ResponseTypesSupported:             inputs.NonNil(c.ResponseTypes),
		GrantTypesSupported:                inputs.NonNil(c.GrantTypes),
		SigningAlgorithms:                  inputs.NonNil(c.SigningAlgorithms),
		CodeChallengeMethodsSupported:      inputs.NonNil(c.CodeChallengeMethods),
		TokenEndpointAuthMethodsSupported:  inputs.NonNil(c.TokenEndpointAuthMethods),
	}
}
