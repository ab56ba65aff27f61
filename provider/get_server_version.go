package provider

import (
	"context"
	"errors"

	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
)

// GetServerVersion tells which Pocket ID this is.
type GetServerVersion struct{ config *Config }

// GetServerVersionArgs is empty.
type GetServerVersionArgs struct{}

// GetServerVersionResult is what the server says.
type GetServerVersionResult struct {
	Version string `pulumi:"version"`
}

// Annotate describes the function.
func (g *GetServerVersion) Annotate(a infer.Annotator) {
	a.Describe(&g, "Tells the version of Pocket ID. Servers before 2.3 do not tell it: that is an error.")
}

// Annotate describes the output.
func (r *GetServerVersionResult) Annotate(a infer.Annotator) {
	a.Describe(&r.Version, "The version, such as `2.14.0`. A server that was built by hand may say something else, such as `development`.")
}

// Invoke asks Pocket ID.
func (g *GetServerVersion) Invoke(ctx context.Context, _ infer.FunctionRequest[GetServerVersionArgs]) (infer.FunctionResponse[GetServerVersionResult], error) {
	var none infer.FunctionResponse[GetServerVersionResult]
	conn, err := g.config.connection()
	if err != nil {
		return none, err
	}
	version, err := conn.Version(ctx)
	if err == nil && version == (api.Version{}) {
		err = errors.New("this Pocket ID does not tell its version, so it is older than 2.3.0")
	}
	if err != nil {
		return none, err
	}
	return infer.FunctionResponse[GetServerVersionResult]{Output: GetServerVersionResult{version.String()}}, nil
}
