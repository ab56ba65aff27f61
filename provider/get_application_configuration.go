package provider

import (
	"context"

	"github.com/pulumi/pulumi-go-provider/infer"
)

// GetApplicationConfiguration looks up the settings of the instance.
type GetApplicationConfiguration struct{ config *Config }

// GetApplicationConfigurationArgs are the inputs.
type GetApplicationConfigurationArgs struct{}

// GetApplicationConfigurationResult is the result.
type GetApplicationConfigurationResult struct {
	OpenSettings
	Issuer string `pulumi:"issuer"`
}

// Annotate describes the function.
func (g *GetApplicationConfiguration) Annotate(a infer.Annotator) {
	a.Describe(&g, "Looks up all settings of the instance that are in effect, including defaults. "+
		"Settings that the server's version does not have, and settings without a value, are omitted.\n\n"+
		"The passwords of the mail server and the LDAP directory are not returned, because they would make all other settings secret."+anySupportedVersion)
}

// Annotate describes the results; the settings describe themselves.
func (g *GetApplicationConfigurationResult) Annotate(a infer.Annotator) {
	a.Describe(&g.Issuer, "Issuer URL of the Pocket ID instance.")
}

// Invoke reads the settings from Pocket ID.
func (g *GetApplicationConfiguration) Invoke(ctx context.Context, _ infer.FunctionRequest[GetApplicationConfigurationArgs]) (infer.FunctionResponse[GetApplicationConfigurationResult], error) {
	var none infer.FunctionResponse[GetApplicationConfigurationResult]
	conn := g.config.conn()
	now, err := conn.GetSettings(ctx)
	if err != nil {
		return none, err
	}
	issuer, err := conn.Issuer(ctx)
	if err != nil {
		return none, err
	}
	all := effectiveSettings(now)
	return infer.FunctionResponse[GetApplicationConfigurationResult]{Output: GetApplicationConfigurationResult{all.OpenSettings, issuer}}, nil
}
