package provider

import (
	"context"

	"github.com/pulumi/pulumi-go-provider/infer"
)

// GetApplicationConfiguration looks up the settings of the instance.
type GetApplicationConfiguration struct{ config *Config }

// GetApplicationConfigurationArgs is nothing: there is one configuration.
type GetApplicationConfigurationArgs struct{}

// GetApplicationConfigurationResult is the settings in force, whoever set them.
type GetApplicationConfigurationResult struct {
	OpenSettings
	Issuer string `pulumi:"issuer"`
}

// Annotate describes the function.
func (g *GetApplicationConfiguration) Annotate(a infer.Annotator) {
	a.Describe(&g, "Looks up the settings of the instance, all that are in force, defaults included. What this server's version does not have is left out, and so is what has no value.\n\n"+
		"The passwords of the mail server and of the directory are not told: they would make secrets of all the others.")
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
	all := settingsInForce(now)
	return infer.FunctionResponse[GetApplicationConfigurationResult]{Output: GetApplicationConfigurationResult{all.OpenSettings, issuer}}, nil
}
