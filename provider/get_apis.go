package provider

import (
	"context"

	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
)

// GetApis looks up all APIs.
type GetApis struct{ config *Config }

// GetApisArgs are the inputs.
type GetApisArgs struct{}

// GetApisResult is the result.
type GetApisResult struct {
	Apis []ApiSummary `pulumi:"apis"`
}

// ApiSummary is an API as it was found.
type ApiSummary struct {
	ApiID         string                   `pulumi:"apiId"`
	Name          string                   `pulumi:"name"`
	Resource      string                   `pulumi:"resource"`
	Permissions   map[string]ApiPermission `pulumi:"permissions"`
	PermissionIDs map[string]string        `pulumi:"permissionIds"`
	CimdAccess    *ApiCimdAccess           `pulumi:"cimdAccess,optional"`
}

// Annotate describes the function.
func (g *GetApis) Annotate(a infer.Annotator) {
	a.Describe(&g, "Looks up all APIs. Requires Pocket ID 2.10 or later.")
}

// Annotate describes the result.
func (r *GetApisResult) Annotate(a infer.Annotator) {
	a.Describe(&r.Apis, "All APIs, sorted by resource.")
}

// Annotate describes an API.
func (f *ApiSummary) Annotate(a infer.Annotator) {
	a.Describe(&f.ApiID, "ID of the API.")
	a.Describe(&f.Name, "Name that users see. It does not have to be unique.")
	a.Describe(&f.Resource, "Identifier of the API in tokens (`aud` claim).")
	a.Describe(&f.Permissions, "Permissions of the API, by key.")
	a.Describe(&f.PermissionIDs, "IDs of the API's permissions, by key.")
	a.Describe(&f.CimdAccess, "Access to the API for clients that describe themselves with a client ID metadata document. Requires Pocket ID 2.14 or later.")
}

// Invoke reads the APIs from Pocket ID.
func (g *GetApis) Invoke(ctx context.Context, _ infer.FunctionRequest[GetApisArgs]) (infer.FunctionResponse[GetApisResult], error) {
	var none infer.FunctionResponse[GetApisResult]
	conn := g.config.conn()
	if err := conn.Require(ctx, api.APIs, "getApis"); err != nil {
		return none, err
	}
	all, err := conn.ListAPIs(ctx)
	if err != nil {
		return none, err
	}
	apis := []ApiSummary{}
	for _, a := range all {
		apis = append(apis, apiSummary(a))
	}
	return infer.FunctionResponse[GetApisResult]{Output: GetApisResult{apis}}, nil
}

func apiSummary(a api.API) ApiSummary {
	state := importedAPI(a)
	return ApiSummary{a.ID, state.Name, state.Resource, state.Permissions, state.PermissionIDs, state.CimdAccess}
}
