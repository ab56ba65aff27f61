package provider

import (
	"context"

	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
)

// GetApi looks up one API.
type GetApi struct{ config *Config }

// GetApiArgs are the inputs.
type GetApiArgs struct {
	ApiID    *string `pulumi:"apiId,optional"`
	Resource *string `pulumi:"resource,optional"`
}

// GetApiResult is the result.
type GetApiResult struct{ ApiSummary }

// Annotate describes the function.
func (g *GetApi) Annotate(a infer.Annotator) {
	a.Describe(&g, "Looks up an API by its ID or its resource. The lookup fails if nothing matches, and lists the candidates. Requires Pocket ID 2.10 or later.")
}

// Annotate describes the inputs.
func (g *GetApiArgs) Annotate(a infer.Annotator) {
	a.Describe(&g.ApiID, "ID of the API. Set either this or `resource`.")
	a.Describe(&g.Resource, "Exact identifier of the API in tokens (`aud` claim). With Pocket ID 2.14 or later, which removes it, a trailing `/` is ignored.")
}

// Invoke reads the API from Pocket ID.
func (g *GetApi) Invoke(ctx context.Context, req infer.FunctionRequest[GetApiArgs]) (infer.FunctionResponse[GetApiResult], error) {
	var none infer.FunctionResponse[GetApiResult]
	conn := g.config.conn()
	if err := conn.Require(ctx, api.APIs, "getApi"); err != nil {
		return none, err
	}
	resource := req.Input.Resource
	if resource != nil {
		normalized, err := conn.NormalizeResource(ctx, *resource)
		if err != nil {
			return none, err
		}
		resource = &normalized
	}
	found, err := lookup[api.API]{
		kind: "API", all: conn.ListAPIs, get: conn.GetAPI,
		id:   func(a api.API) string { return a.ID },
		key:  func(a api.API) string { return a.Resource },
		name: func(a api.API) string { return a.Resource },
	}.find(ctx, criterion{"apiId", req.Input.ApiID, true}, criterion{"resource", resource, false})
	if err != nil {
		return none, err
	}
	return infer.FunctionResponse[GetApiResult]{Output: GetApiResult{apiSummary(found)}}, nil
}
