package provider

import (
	"context"
	"fmt"

	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/catalog"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/inputs"
)

// GetApplication looks up in the catalogue how an application registers. It makes no request.
type GetApplication struct{}

// GetApplicationArgs are the inputs.
type GetApplicationArgs struct {
	Application string            `pulumi:"application"`
	URL         *string           `pulumi:"url,optional"`
	Parameters  map[string]string `pulumi:"parameters,optional"`
}

// GetApplicationResult is the result.
type GetApplicationResult struct {
	Application        string            `pulumi:"application"`
	DisplayName        string            `pulumi:"displayName"`
	Version            *string           `pulumi:"version,optional"`
	ClientID           *string           `pulumi:"clientId,optional"`
	CallbackURLs       []string          `pulumi:"callbackUrls"`
	LogoutCallbackURLs []string          `pulumi:"logoutCallbackUrls"`
	LaunchURL          *string           `pulumi:"launchUrl,optional"`
	IsPublic           bool              `pulumi:"isPublic"`
	PKCEEnabled        bool              `pulumi:"pkceEnabled"`
	Scopes             []string          `pulumi:"scopes"`
	GroupsClaim        *string           `pulumi:"groupsClaim,optional"`
	Environment        map[string]string `pulumi:"environment"`
	Icon               string            `pulumi:"icon"`
	SourceURL          string            `pulumi:"sourceUrl"`
}

// Annotate describes the function.
func (g *GetApplication) Annotate(a infer.Annotator) {
	a.Describe(&g, "Looks up how an application registers with Pocket ID: its redirect URLs, whether it is public and uses PKCE, and the environment variables that take the credentials. "+
		"The provider has a catalogue of the applications that people put behind Pocket ID. The lookup makes no request and needs no configuration. "+
		"The lookup fails if the catalogue does not have the application, and lists the nearest names.\n\n"+
		"The component `Application` uses the same catalogue and also creates the client.\n\n"+
		"The function does not use the Pocket ID server, and works with every version.")
}

// Annotate describes the inputs.
func (g *GetApplicationArgs) Annotate(a infer.Annotator) {
	a.Describe(&g.Application, "Name of the application in the catalogue, such as `immich` or `paperless-ngx`.")
	a.Describe(&g.URL, "URL at which users open the application, such as `https://photos.example.com`. It can have a path. A slash at the end is ignored. Required, except for a hosted service such as Tailscale and for applications on the user's own machine.")
	a.Describe(&g.Parameters, "What else the redirect URLs depend on, by name, such as `providerName`. The lookup names the parameters that are missing. Defaults to those of the source.")
}

// Annotate describes the results.
func (r *GetApplicationResult) Annotate(a infer.Annotator) {
	a.Describe(&r.Application, "Name of the application in the catalogue.")
	a.Describe(&r.DisplayName, "Name of the application that users see.")
	a.Describe(&r.Version, "Version of the application that the source requires. Empty if it names none.")
	a.Describe(&r.ClientID, "Client ID that is built into the application. Empty if the application accepts any.")
	a.Describe(&r.CallbackURLs, "Redirect URIs after sign-in.")
	a.Describe(&r.LogoutCallbackURLs, "Redirect URIs after sign-out. Empty if the source names none.")
	a.Describe(&r.LaunchURL, "URL that the user's list of applications links to. Empty if users do not open the application in a browser.")
	a.Describe(&r.IsPublic, "Whether the application is public: it cannot keep a secret.")
	a.Describe(&r.PKCEEnabled, "Whether the source uses PKCE. `false` also if it does not mention PKCE; many of these applications support it.")
	a.Describe(&r.Scopes, "Scopes that the application requests. Defaults to `openid`, `profile` and `email`.")
	a.Describe(&r.GroupsClaim, "Claim from which the application takes groups or roles. Empty if the source names none.")
	a.Describe(&r.Environment, "Environment variables that configure the application, by name. `{clientId}`, `{clientSecret}`, `{issuer}`, `{discoveryUrl}`, `{authorization}`, `{token}`, `{userinfo}`, "+
		"`{jwks}` and `{endSession}` stand for what only the client has. Variables such as `OIDC_CLIENT_ID` are general names for an application whose source documents none.")
	a.Describe(&r.Icon, "Name of the application's icon in [selfh.st/icons](https://selfh.st/icons).")
	a.Describe(&r.SourceURL, "URL of the page that the facts are from. It also shows how to configure the application.")
}

// Invoke reads the catalogue.
func (*GetApplication) Invoke(_ context.Context, req infer.FunctionRequest[GetApplicationArgs]) (infer.FunctionResponse[GetApplicationResult], error) {
	application, err := catalog.Find(req.Input.Application)
	if err != nil {
		return infer.FunctionResponse[GetApplicationResult]{}, fmt.Errorf("%w. For another application, use Client and set its URLs", err)
	}
	registration, err := application.Register(inputs.ValueOr(req.Input.URL, ""), req.Input.Parameters)
	if err != nil {
		return infer.FunctionResponse[GetApplicationResult]{}, err
	}
	return infer.FunctionResponse[GetApplicationResult]{Output: applicationResult(registration)}, nil
}

func applicationResult(r catalog.Registration) GetApplicationResult {
	a := r.Application
	return GetApplicationResult{
		Application:        a.Name,
		DisplayName:        a.DisplayName,
		Version:            inputs.NonEmpty(a.Version),
		ClientID:           inputs.NonEmpty(a.ClientID),
		CallbackURLs:       r.CallbackURLs,
		LogoutCallbackURLs: inputs.NonNil(r.LogoutCallbackURLs),
		LaunchURL:          inputs.NonEmpty(r.LaunchURL),
		IsPublic:           a.IsPublic,
		PKCEEnabled:        a.PKCEEnabled,
		Scopes:             r.Scopes(),
		GroupsClaim:        inputs.NonEmpty(a.GroupsClaim),
		Environment:        r.EnvironmentTemplate(),
		Icon:               a.Icon,
		SourceURL:          a.Source.URL,
	}
}
