package provider

import (
	"context"
	"errors"

	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
)

// GetServerVersion reads the version of the server.
type GetServerVersion struct{ config *Config }

// GetServerVersionArgs are the inputs.
type GetServerVersionArgs struct{}

// GetServerVersionResult is the result.
type GetServerVersionResult struct {
	Version string `pulumi:"version"`
}

// Annotate describes the function.
func (g *GetServerVersion) Annotate(a infer.Annotator) {
	a.Describe(&g, "Looks up the version of the Pocket ID server. The lookup fails on servers before 2.3, which do not report their version."+anySupportedVersion)
}

// Annotate describes the results.
func (r *GetServerVersionResult) Annotate(a infer.Annotator) {
	a.Describe(&r.Version, "Version of the server, such as `2.14.0`. A custom build may report something else, such as `development`.")
}

// Invoke reads the version from Pocket ID.
func (g *GetServerVersion) Invoke(ctx context.Context, _ infer.FunctionRequest[GetServerVersionArgs]) (infer.FunctionResponse[GetServerVersionResult], error) {
	var none infer.FunctionResponse[GetServerVersionResult]
	conn := g.config.conn()
	version, err := conn.Version(ctx)
	if err == nil && version == (api.Version{}) {
		err = errors.New("this Pocket ID does not tell its version, so it is older than 2.3.0")
	}
	if err != nil {
		return none, err
	}
	return infer.FunctionResponse[GetServerVersionResult]{Output: GetServerVersionResult{version.String()}}, nil
}
