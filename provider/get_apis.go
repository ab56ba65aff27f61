package provider

import (
	"context"

	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
)

// GetApis looks up all APIs.
type GetApis struct{ config *Config }

// GetApisArgs is empty: all APIs are listed.
type GetApisArgs struct{}

// GetApisResult has all APIs.
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
	a.Describe(&g, "Looks up all APIs. Needs Pocket ID 2.10 or later.")
}

// Annotate describes the result.
func (r *GetApisResult) Annotate(a infer.Annotator) {
	a.Describe(&r.Apis, "All APIs, by resource.")
}

// Annotate describes an API.
func (f *ApiSummary) Annotate(a infer.Annotator) {
	a.Describe(&f.ApiID, "The API's id.")
	a.Describe(&f.Name, "Name that people see. Need not be unique.")
	a.Describe(&f.Resource, "What the API is called in tokens (their `aud` claim).")
	a.Describe(&f.Permissions, "The API's permissions by their keys.")
	a.Describe(&f.PermissionIDs, "The ids of the permissions by their keys.")
	a.Describe(&f.CimdAccess, "What clients that describe themselves may do (2.14 and later).")
}

// Invoke reads all pages.
func (g *GetApis) Invoke(ctx context.Context, _ infer.FunctionRequest[GetApisArgs]) (infer.FunctionResponse[GetApisResult], error) {
	var none infer.FunctionResponse[GetApisResult]
	conn, err := g.config.connection()
	if err != nil {
		return none, err
	}
	if err := offered(ctx, conn, api.APIs, "getApis"); err != nil {
		return none, err
	}
	all, err := conn.ListAPIs(ctx)
	if err != nil {
		return none, err
	}
	apis := []ApiSummary{}
	for _, a := range all {
		apis = append(apis, apiFound(a))
	}
	return infer.FunctionResponse[GetApisResult]{Output: GetApisResult{apis}}, nil
}

func apiFound(a api.API) ApiSummary {
	state := wholeAPI(a, "")
	return ApiSummary{a.ID, state.Name, state.Resource, state.Permissions, state.PermissionIDs, state.CimdAccess}
}
