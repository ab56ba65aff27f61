package provider

import (
	"context"

	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
)

// GetApi looks up one API.
type GetApi struct{ config *Config }

// GetApiArgs says which.
type GetApiArgs struct {
	ApiID    *string `pulumi:"apiId,optional"`
	Resource *string `pulumi:"resource,optional"`
}

// GetApiResult is the API.
type GetApiResult struct{ ApiSummary }

// Annotate describes the function.
func (g *GetApi) Annotate(a infer.Annotator) {
	a.Describe(&g, "Looks up an API by its id or its resource. None is an error that lists what there is. Needs Pocket ID 2.10 or later.")
}

// Annotate describes the inputs.
func (g *GetApiArgs) Annotate(a infer.Annotator) {
	a.Describe(&g.ApiID, "The API's id. Either this or `resource`.")
	a.Describe(&g.Resource, "What the API is called in tokens (their `aud` claim), exactly; from Pocket ID 2.14 on, which takes it away, a `/` at its end does not count.")
}

// Invoke asks Pocket ID.
func (g *GetApi) Invoke(ctx context.Context, req infer.FunctionRequest[GetApiArgs]) (infer.FunctionResponse[GetApiResult], error) {
	var none infer.FunctionResponse[GetApiResult]
	conn, err := g.config.connection()
	if err != nil {
		return none, err
	}
	if err := offered(ctx, conn, api.APIs, "getApi"); err != nil {
		return none, err
	}
	version, err := conn.Version(ctx)
	if err != nil {
		return none, err
	}
	resource := req.Input.Resource
	if resource != nil {
		resource = ptr(version.Resource(*resource))
	}
	found, err := lookup[api.API]{
		kind: "API", all: conn.ListAPIs, get: conn.GetAPI,
		id:   func(a api.API) string { return a.ID },
		key:  func(a api.API) string { return a.Resource },
		name: func(a api.API) string { return a.Resource },
	}.find(ctx, sought{"apiId", req.Input.ApiID, true}, sought{"resource", resource, false})
	if err != nil {
		return none, err
	}
	return infer.FunctionResponse[GetApiResult]{Output: GetApiResult{apiFound(found)}}, nil
}
