package provider

import (
	"context"

	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/inputs"
)

// GetLogoPresets searches the icon library of the instance.
type GetLogoPresets struct{ config *Config }

// GetLogoPresetsArgs are the inputs.
type GetLogoPresetsArgs struct {
	Search *string `pulumi:"search,optional"`
}

// GetLogoPresetsResult is the result.
type GetLogoPresetsResult struct {
	Presets []LogoPreset `pulumi:"presets"`
}

// LogoPreset is an icon.
type LogoPreset struct {
	Name        string  `pulumi:"name"`
	Reference   string  `pulumi:"reference"`
	LogoURL     string  `pulumi:"logoUrl"`
	DarkLogoURL *string `pulumi:"darkLogoUrl,optional"`
}

// Annotate describes the function.
func (g *GetLogoPresets) Annotate(a infer.Annotator) {
	a.Describe(&g, "Searches the icon library of the Pocket ID instance for logos. `Client.logo` and `Client.darkLogo` can be set to URL assets with the URLs.\n\n"+
		"An administrator can configure another library, or disable it (`ICON_LIBRARY_URL`). A disabled library is an error.\n\n"+
		"Requires Pocket ID 2.18 or later.")
}

// Annotate describes the inputs.
func (g *GetLogoPresetsArgs) Annotate(a infer.Annotator) {
	a.Describe(&g.Search, "Text to search for in the names, references and tags of the icons. If omitted, the first icons by name are returned.")
}

// Annotate describes the result.
func (r *GetLogoPresetsResult) Annotate(a infer.Annotator) {
	a.Describe(&r.Presets, "The icons that match best, at most 30, best match first. Empty if none matches. To get one certain icon, compare `reference`.")
}

// Annotate describes an icon.
func (l *LogoPreset) Annotate(a infer.Annotator) {
	a.Describe(&l.Name, "Name of the icon, such as `Home Assistant`.")
	a.Describe(&l.Reference, "Unique reference of the icon, such as `home-assistant`.")
	a.Describe(&l.LogoURL, "URL of the image.")
	a.Describe(&l.DarkLogoURL, "URL of the image for dark backgrounds. Empty if there is none.")
}

// Invoke searches the library through Pocket ID.
func (g *GetLogoPresets) Invoke(ctx context.Context, req infer.FunctionRequest[GetLogoPresetsArgs]) (infer.FunctionResponse[GetLogoPresetsResult], error) {
	var none infer.FunctionResponse[GetLogoPresetsResult]
	conn := g.config.conn()
	if err := conn.Require(ctx, api.LogoPresets, "getLogoPresets"); err != nil {
		return none, err
	}
	all, err := conn.SearchLogoPresets(ctx, inputs.ValueOr(req.Input.Search, ""))
	if err != nil {
		return none, err
	}
	presets := []LogoPreset{}
	for _, p := range all {
		presets = append(presets, LogoPreset(p))
	}
	return infer.FunctionResponse[GetLogoPresetsResult]{Output: GetLogoPresetsResult{presets}}, nil
}
