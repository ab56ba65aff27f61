package provider

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/catalog"
)

// environment is the output with the environment variables. It is secret if the client has a
// secret, because it depends on it.
func (a *application) environment(callbackURLs pulumi.Input) pulumi.StringMapOutput {
	return pulumi.All(a.catalog.registration, a.state.ClientID, a.state.ClientSecret, a.state.Issuer, a.state.DiscoveryURL, a.state.Endpoints, callbackURLs).
		ApplyT(func(values []any) map[string]string {
			registration := values[0].(catalog.Registration)
			registration.CallbackURLs = textsOf(values[6])
			secret, _ := values[2].(*string)
			endpoints := values[5].(map[string]string)
			client := catalog.Client{
				ClientID: values[1].(string), Issuer: values[3].(string), DiscoveryURL: values[4].(string),
				Authorization: endpoints["authorization"], Token: endpoints["token"], Userinfo: endpoints["userinfo"],
				JWKS: endpoints["jwks"], EndSession: endpoints["endSession"],
			}
			if secret != nil {
				client.ClientSecret = *secret
			}
			return registration.Environment(client)
		}).(pulumi.StringMapOutput)
}

// textsOf is a list of strings, whether it is from the program or from the catalogue.
func textsOf(v any) []string {
	if list, ok := v.([]string); ok {
		return list
	}
	return stringsOf(v)
}
