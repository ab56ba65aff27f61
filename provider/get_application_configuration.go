package provider

import (
	"context"

	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
)

// GetApplicationConfiguration looks up the settings of the instance.
type GetApplicationConfiguration struct{ config *Config }

// GetApplicationConfigurationArgs is nothing: there is one configuration.
type GetApplicationConfigurationArgs struct{}

// GetApplicationConfigurationResult is the settings in force, whoever set them.
type GetApplicationConfigurationResult struct {
	ApplicationSettings
	Issuer string `pulumi:"issuer"`
}

// Annotate describes the function.
func (g *GetApplicationConfiguration) Annotate(a infer.Annotator) {
	a.Describe(&g, "Looks up the settings of the instance, all that are in force, defaults included. What this server's version does not have is left out, and so is what has no value.\n\n"+
		"The passwords of the mail server and of the directory are among them, as secrets; they are left out where Pocket ID takes its settings from its environment (`UI_CONFIG_DISABLED`).")
}

// Annotate describes the outputs; the settings describe themselves.
func (g *GetApplicationConfigurationResult) Annotate(a infer.Annotator) {
	a.Describe(&g.Issuer, "The issuer of the Pocket ID instance.")
}

// Invoke asks the server.
func (g *GetApplicationConfiguration) Invoke(ctx context.Context, _ infer.FunctionRequest[GetApplicationConfigurationArgs]) (infer.FunctionResponse[GetApplicationConfigurationResult], error) {
	var none infer.FunctionResponse[GetApplicationConfigurationResult]
	conn, err := g.config.connection()
	if err != nil {
		return none, err
	}
	now, err := conn.GetSettings(ctx)
	if err != nil {
		return none, err
	}
	issuer, err := conn.Issuer(ctx)
	if err != nil {
		return none, err
	}
	for key, text := range now {
		if text == api.Withheld {
			delete(now, key)
		}
	}
	return infer.FunctionResponse[GetApplicationConfigurationResult]{Output: GetApplicationConfigurationResult{settingsInForce(now), issuer}}, nil
}
