package provider

import (
	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/inputs"
)

// Endpoints are the URLs for an application that does not read the discovery document.
// Those that the server's version lacks are nil.
type Endpoints struct {
	Authorization              *string `pulumi:"authorization,optional"`
	Token                      *string `pulumi:"token,optional"`
	Userinfo                   *string `pulumi:"userinfo,optional"`
	JWKS                       *string `pulumi:"jwks,optional"`
	EndSession                 *string `pulumi:"endSession,optional"`
	Introspection              *string `pulumi:"introspection,optional"`
	DeviceAuthorization        *string `pulumi:"deviceAuthorization,optional"`
	PushedAuthorizationRequest *string `pulumi:"pushedAuthorizationRequest,optional"`
}

// Annotate describes the endpoints.
func (e *Endpoints) Annotate(a infer.Annotator) {
	a.Describe(&e, "URLs of the endpoints of a Pocket ID instance, from its discovery document.")
	a.Describe(&e.Authorization, "URL of the authorization endpoint, where users sign in.")
	a.Describe(&e.Token, "URL of the token endpoint, where applications get tokens.")
	a.Describe(&e.Userinfo, "URL of the userinfo endpoint, where applications query the user of a token.")
	a.Describe(&e.JWKS, "URL of the public keys (JWKS) that verify the signatures of tokens.")
	a.Describe(&e.EndSession, "URL of the end-session endpoint, where users sign out.")
	a.Describe(&e.Introspection, "URL of the introspection endpoint, where services query a token.")
	a.Describe(&e.DeviceAuthorization, "URL of the device authorization endpoint, for devices without a browser.")
	a.Describe(&e.PushedAuthorizationRequest, "URL of the pushed authorization request endpoint. Requires Pocket ID 2.9 or later.")
}

// endpointsOf converts the endpoints to the form of the state.
func endpointsOf(e api.Endpoints) *Endpoints {
	return &Endpoints{
		Authorization:              inputs.NonEmpty(e.AuthorizationEndpoint),
		Token:                      inputs.NonEmpty(e.TokenEndpoint),
		Userinfo:                   inputs.NonEmpty(e.UserinfoEndpoint),
		JWKS:                       inputs.NonEmpty(e.JWKSURI),
		EndSession:                 inputs.NonEmpty(e.EndSessionEndpoint),
		Introspection:              inputs.NonEmpty(e.IntrospectionEndpoint),
		DeviceAuthorization:        inputs.NonEmpty(e.DeviceAuthorizationEndpoint),
		PushedAuthorizationRequest: inputs.NonEmpty(e.PushedAuthorizationRequestEndpoint),
	}
}
