package provider

import (
	"context"
	"fmt"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi/sdk/v3/go/property"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/ids"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/inputs"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/inventory"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/lifecycle"
)

// ApiGrant is the access of one client to one API.
type ApiGrant struct{ config *Config }

// ApiGrantArgs are the inputs. nil is an omitted input.
type ApiGrantArgs struct {
	ApiID                    string   `pulumi:"apiId" provider:"replaceOnChanges"`
	ClientID                 string   `pulumi:"clientId" provider:"replaceOnChanges"`
	UserDelegatedPermissions []string `pulumi:"userDelegatedPermissions,optional"`
	ClientPermissions        []string `pulumi:"clientPermissions,optional"`
	UserDelegatedAccess      *bool    `pulumi:"userDelegatedAccess,optional"`
	ClientAccess             *bool    `pulumi:"clientAccess,optional"`
}

// ApiGrantState is the state.
type ApiGrantState struct {
	ApiGrantArgs
	Instance
}

// Annotate describes the resource.
func (g *ApiGrant) Annotate(a infer.Annotator) {
	a.Describe(&g, "Access of one client to one API, on behalf of users who sign in and for the client itself (client credentials).\n\n"+
		"Grants of the same client for other APIs are kept. Removing a permission from an API also removes it from the grants.\n\n"+
		"Import with the API ID and the client ID: `pulumi import pocketid:index:ApiGrant grant <apiId>/<clientId>`.\n\n"+
		"Requires Pocket ID 2.10 or later.")
}

// Annotate describes the inputs.
func (g *ApiGrantArgs) Annotate(a infer.Annotator) {
	a.Describe(&g.ApiID, "ID of the API. Changing it replaces the resource.")
	a.Describe(&g.ClientID, "ID of the client. Changing it replaces the resource.")
	a.Describe(&g.UserDelegatedPermissions, "Keys of all API permissions that the client may request on behalf of users. The order does not matter. Defaults to none.")
	a.Describe(&g.ClientPermissions, "Keys of all API permissions that the client gets for itself. The order does not matter. Defaults to none. "+
		"Not available to a public client, which cannot authenticate itself.")
	a.Describe(&g.UserDelegatedAccess, "Whether the client gets tokens for the API on behalf of users. Defaults to `true` if `userDelegatedPermissions` has entries, otherwise `false`. "+
		"`true` without permissions issues tokens without a scope, and requires Pocket ID 2.14 or later.")
	a.Describe(&g.ClientAccess, "Whether the client gets tokens for the API for itself. Defaults to `true` if `clientPermissions` has entries, otherwise `false`. Not available to a public client. "+
		"`true` without permissions issues tokens without a scope, and requires Pocket ID 2.14 or later.")
}

// Normalize brings the inputs to the form that Read returns. A permission implies access.
func (*ApiGrant) Normalize(in property.Map) property.Map {
	in = inputs.OmitEmpty(inputs.Sets(in, "userDelegatedPermissions", "clientPermissions"), "userDelegatedPermissions", "clientPermissions")
	for permissions, access := range map[string]string{"userDelegatedPermissions": "userDelegatedAccess", "clientPermissions": "clientAccess"} {
		switch v := in.Get(permissions); {
		case v.IsComputed():
			in = inputs.Default(in, access, property.Computed)
		default:
			in = inputs.Default(in, access, v.IsArray())
		}
	}
	return in
}

// Check refuses what the server would refuse, or ignore.
func (g *ApiGrant) Check(ctx context.Context, req infer.CheckRequest) (p.CheckResponse, error) {
	return inputs.Check(ctx, req, func(check *inputs.Checker, args *ApiGrantArgs) {
		check.Require(ids.IsClient(args.ApiID), "apiId", "must be the ID of an API (got %s)", check.Quote("apiId", args.ApiID))
		check.ClientID("clientId", args.ClientID)
		checkAccess(check, "userDelegatedAccess", args.UserDelegatedAccess, "userDelegatedPermissions", args.UserDelegatedPermissions)
		checkAccess(check, "clientAccess", args.ClientAccess, "clientPermissions", args.ClientPermissions)
		if !inputs.AnyUnknown(check.Inputs, "userDelegatedPermissions", "clientPermissions", "userDelegatedAccess", "clientAccess") {
			check.Require(inputs.ValueOr(args.UserDelegatedAccess, false) || inputs.ValueOr(args.ClientAccess, false), "",
				"a grant must grant something; set userDelegatedPermissions or clientPermissions, or set userDelegatedAccess or clientAccess to true")
		}
		checkFeature(check, g.config, api.APIs, "an ApiGrant")
		checkFeatures(check, g.config, api.GrantsPerAPI, args.withoutScope()...)
	})
}

func checkAccess(check *inputs.Checker, property string, access *bool, listProperty string, permissions []string) {
	check.Require(inputs.ValueOr(access, true) || len(permissions) == 0 || check.Skips(listProperty), property,
		"must not be false together with %s, because a permission implies access", listProperty)
	for i, key := range permissions {
		check.Require(key != "", fmt.Sprintf("%s[%d]", listProperty, i), "must not be empty")
	}
}

// withoutScope names the inputs that give access without a permission, which older servers
// do not have.
func (args ApiGrantArgs) withoutScope() (properties []string) {
	if inputs.ValueOr(args.UserDelegatedAccess, false) && len(args.UserDelegatedPermissions) == 0 {
		properties = append(properties, "userDelegatedAccess")
	}
	if inputs.ValueOr(args.ClientAccess, false) && len(args.ClientPermissions) == 0 {
		properties = append(properties, "clientAccess")
	}
	return properties
}

func (args ApiGrantArgs) requireVersion(ctx context.Context, conn *api.Conn) error {
	if err := conn.Require(ctx, api.APIs, "an ApiGrant"); err != nil {
		return err
	}
	return requireFeatures(ctx, conn, map[api.Feature][]string{api.GrantsPerAPI: args.withoutScope()})
}

// Create creates the grant, if the client has none for the API.
func (g *ApiGrant) Create(ctx context.Context, req infer.CreateRequest[ApiGrantArgs]) (infer.CreateResponse[ApiGrantState], error) {
	var none infer.CreateResponse[ApiGrantState]
	conn := g.config.conn()
	if err := req.Inputs.requireVersion(ctx, conn); err != nil {
		return none, err
	}
	created, err := conn.AddGrant(ctx, req.Inputs.ApiID, req.Inputs.ClientID, req.Inputs.grant())
	if err != nil && !created.GrantsAccess() {
		return none, err
	}
	return infer.CreateResponse[ApiGrantState]{
		ID:     ids.Pair(req.Inputs.ApiID, req.Inputs.ClientID),
		Output: apiGrantState(req.Inputs.ApiID, req.Inputs.ClientID, created),
	}, lifecycle.Incomplete(err)
}

// Read reads the grant.
func (g *ApiGrant) Read(ctx context.Context, req infer.ReadRequest[ApiGrantArgs, ApiGrantState]) (infer.ReadResponse[ApiGrantArgs, ApiGrantState], error) {
	var none infer.ReadResponse[ApiGrantArgs, ApiGrantState]
	conn := g.config.conn()
	apiID, clientID, err := ids.SplitPair(req.ID, "<apiId>/<clientId>")
	if err != nil {
		return none, err
	}
	if err := conn.Require(ctx, api.APIs, "an ApiGrant"); err != nil {
		return none, err
	}
	grant, err := conn.GetGrant(ctx, apiID, clientID)
	if err != nil {
		return none, err
	}
	state := apiGrantState(apiID, clientID, grant)
	return infer.ReadResponse[ApiGrantArgs, ApiGrantState]{ID: req.ID, Inputs: state.ApiGrantArgs, State: state}, nil
}

// Update replaces the grant. It creates it again if all of it was lost with the
// permissions of the API.
func (g *ApiGrant) Update(ctx context.Context, req infer.UpdateRequest[ApiGrantArgs, ApiGrantState]) (infer.UpdateResponse[ApiGrantState], error) {
	var none infer.UpdateResponse[ApiGrantState]
	conn := g.config.conn()
	if err := req.Inputs.requireVersion(ctx, conn); err != nil {
		return none, err
	}
	updated, err := conn.UpdateGrant(ctx, req.Inputs.ApiID, req.Inputs.ClientID, req.Inputs.grant())
	if err != nil && !updated.GrantsAccess() {
		return none, err
	}
	return infer.UpdateResponse[ApiGrantState]{Output: apiGrantState(req.Inputs.ApiID, req.Inputs.ClientID, updated)}, lifecycle.Incomplete(err)
}

// Delete deletes the grant. Grants of the client for other APIs stay.
func (g *ApiGrant) Delete(ctx context.Context, req infer.DeleteRequest[ApiGrantState]) (infer.DeleteResponse, error) {
	apiID, clientID, err := ids.SplitPair(req.ID, "<apiId>/<clientId>")
	if err != nil {
		return infer.DeleteResponse{}, err
	}
	return infer.DeleteResponse{}, g.config.conn().DeleteGrant(ctx, apiID, clientID)
}

// ListInputs are the filters of List.
func (*ApiGrant) ListInputs() map[string]string {
	return map[string]string{"clientId": "ID of a client. Lists only the grants of this client.", "apiId": "ID of an API. Lists only the grants for this API."}
}

// List returns the grants of all clients, or of one, and for all APIs, or for one.
func (g *ApiGrant) List(ctx context.Context, filter map[string]string) ([]lifecycle.Listed, error) {
	return g.config.list(ctx, inventory.APIGrants, inventory.Filter{ClientID: filter["clientId"], APIID: filter["apiId"]})
}

// grant converts the inputs to the server's form.
func (args ApiGrantArgs) grant() api.Grant {
	return api.Grant{
		UserDelegatedAccess:      inputs.ValueOr(args.UserDelegatedAccess, false),
		ClientAccess:             inputs.ValueOr(args.ClientAccess, false),
		UserDelegatedPermissions: args.UserDelegatedPermissions,
		ClientPermissions:        args.ClientPermissions,
	}
}

// apiGrantState converts the server's form to the state.
func apiGrantState(apiID, clientID string, g api.Grant) ApiGrantState {
	return ApiGrantState{ApiGrantArgs: ApiGrantArgs{
		ApiID:                    apiID,
		ClientID:                 clientID,
		UserDelegatedPermissions: inputs.NilIfEmpty(g.UserDelegatedPermissions),
		ClientPermissions:        inputs.NilIfEmpty(g.ClientPermissions),
		UserDelegatedAccess:      &g.UserDelegatedAccess,
		ClientAccess:             &g.ClientAccess,
	}}
}
