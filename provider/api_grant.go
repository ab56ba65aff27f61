package provider

import (
	"context"
	"errors"
	"fmt"

	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi/sdk/v3/go/property"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
)

// ApiGrant is what one client may do with one API.
type ApiGrant struct{ config *Config }

// ApiGrantArgs is what a program says of a grant; nil is what it leaves out.
type ApiGrantArgs struct {
	ApiID                    string   `pulumi:"apiId" provider:"replaceOnChanges"`
	ClientID                 string   `pulumi:"clientId" provider:"replaceOnChanges"`
	UserDelegatedPermissions []string `pulumi:"userDelegatedPermissions,optional"`
	ClientPermissions        []string `pulumi:"clientPermissions,optional"`
	UserDelegatedAccess      *bool    `pulumi:"userDelegatedAccess,optional"`
	ClientAccess             *bool    `pulumi:"clientAccess,optional"`
}

// ApiGrantState is what the stack knows of a grant.
type ApiGrantState struct {
	ApiGrantArgs
	Issuer string `pulumi:"issuer"`
}

// Annotate describes the resource.
func (g *ApiGrant) Annotate(a infer.Annotator) {
	a.Describe(&g, "What one client may do with one API: on behalf of users who sign in, and by itself (client credentials). Needs Pocket ID 2.10 or later. "+
		"Grants of the same client for other APIs are left alone.\n\n"+
		"Removing a permission from an API takes it from the grants, too. Import one as `<apiId>/<clientId>`.")
}

// Annotate describes the inputs.
func (g *ApiGrantArgs) Annotate(a infer.Annotator) {
	a.Describe(&g.ApiID, "Id of the API. Changing it replaces the grant.")
	a.Describe(&g.ClientID, "Id of the client. Changing it replaces the grant.")
	a.Describe(&g.UserDelegatedPermissions, "Keys of the API's permissions that the client may ask for on behalf of users, all of them, in any order. Default: none.")
	a.Describe(&g.ClientPermissions, "Keys of the API's permissions that the client gets by itself, all of them, in any order. Default: none. Not for a public client, which cannot prove who it is.")
	a.Describe(&g.UserDelegatedAccess, "Whether the client gets tokens for the API on behalf of users. Default: true if there are `userDelegatedPermissions`, else false. "+
		"true without permissions gives tokens without a scope, and needs Pocket ID 2.14 or later.")
	a.Describe(&g.ClientAccess, "Whether the client gets tokens for the API by itself. Default: true if there are `clientPermissions`, else false. "+
		"true without permissions gives tokens without a scope, and needs Pocket ID 2.14 or later. Not for a public client.")
}

// Annotate describes the outputs.
func (s *ApiGrantState) Annotate(a infer.Annotator) {
	a.Describe(&s.Issuer, "The issuer of the Pocket ID instance that the grant is in.")
}

// Canonical brings a program's words to the form that Read returns: a permission
// implies access.
func (*ApiGrant) Canonical(in property.Map) property.Map {
	in = emptyIsAbsent(asSets(in, "userDelegatedPermissions", "clientPermissions"), "userDelegatedPermissions", "clientPermissions")
	for permissions, access := range map[string]string{"userDelegatedPermissions": "userDelegatedAccess", "clientPermissions": "clientAccess"} {
		switch v := in.Get(permissions); {
		case v.IsComputed():
			in = fill(in, access, property.Computed)
		default:
			in = fill(in, access, v.IsArray())
		}
	}
	return in
}

// Check says at preview what the server would refuse, or drop in silence.
func (g *ApiGrant) Check(ctx context.Context, req infer.CheckRequest) (infer.CheckResponse[ApiGrantArgs], error) {
	args, failures, err := infer.DefaultCheck[ApiGrantArgs](ctx, req.NewInputs)
	if err != nil {
		return infer.CheckResponse[ApiGrantArgs]{Inputs: args, Failures: failures}, err
	}
	check := newChecks(ctx, req.NewInputs, req.OldInputs, failures)
	check.that(isClientID(args.ApiID), "apiId", "must be the id of an API, is %s", check.quoted("apiId", args.ApiID))
	check.that(isClientID(args.ClientID), "clientId", "must be the id of a client, is %s", check.quoted("clientId", args.ClientID))
	check.access("userDelegatedAccess", args.UserDelegatedAccess, "userDelegatedPermissions", args.UserDelegatedPermissions)
	check.access("clientAccess", args.ClientAccess, "clientPermissions", args.ClientPermissions)
	if !anyComputed(req.NewInputs, "userDelegatedPermissions", "clientPermissions", "userDelegatedAccess", "clientAccess") {
		check.that(or(args.UserDelegatedAccess, false) || or(args.ClientAccess, false), "",
			"a grant must grant something: name userDelegatedPermissions or clientPermissions, or set userDelegatedAccess or clientAccess to true")
	}
	check.offered(g.config, api.APIs, "an ApiGrant")
	check.knownTo(g.config, api.GrantsPerAPI, args.withoutScope()...)
	return infer.CheckResponse[ApiGrantArgs]{Inputs: args, Failures: check.failures}, nil
}

func (c *checks) access(name string, access *bool, listName string, permissions []string) {
	c.that(or(access, true) || len(permissions) == 0 || c.silent(listName), name, "must not be false together with %s: a permission implies access", listName)
	for i, key := range permissions {
		c.that(key != "", fmt.Sprintf("%s[%d]", listName, i), "must not be empty")
	}
}

// withoutScope names the access that comes without a permission, which older
// servers do not have.
func (args ApiGrantArgs) withoutScope() (names []string) {
	if or(args.UserDelegatedAccess, false) && len(args.UserDelegatedPermissions) == 0 {
		names = append(names, "userDelegatedAccess")
	}
	if or(args.ClientAccess, false) && len(args.ClientPermissions) == 0 {
		names = append(names, "clientAccess")
	}
	return names
}

func (args ApiGrantArgs) gate(ctx context.Context, conn *api.Conn) error {
	if err := offered(ctx, conn, api.APIs, "an ApiGrant"); err != nil {
		return err
	}
	return shut(ctx, conn, map[api.Feature][]string{api.GrantsPerAPI: args.withoutScope()})
}

// Create grants what the program says to a client that has no grant for the API.
func (g *ApiGrant) Create(ctx context.Context, req infer.CreateRequest[ApiGrantArgs]) (infer.CreateResponse[ApiGrantState], error) {
	var none infer.CreateResponse[ApiGrantState]
	conn, err := g.config.connection()
	if err != nil {
		return none, err
	}
	if err := req.Inputs.gate(ctx, conn); err != nil {
		return none, err
	}
	issuer, err := conn.Issuer(ctx) // before the write: without it there is no state
	if err != nil {
		return none, err
	}
	made, err := conn.AddGrant(ctx, req.Inputs.ApiID, req.Inputs.ClientID, req.Inputs.grant())
	if err != nil && !made.Anything() {
		return none, err
	}
	return infer.CreateResponse[ApiGrantState]{
		ID:     pairID(req.Inputs.ApiID, req.Inputs.ClientID),
		Output: apiGrantState(req.Inputs.ApiID, req.Inputs.ClientID, made, issuer),
	}, unfinished(err)
}

// Read brings back what the server has.
func (g *ApiGrant) Read(ctx context.Context, req infer.ReadRequest[ApiGrantArgs, ApiGrantState]) (infer.ReadResponse[ApiGrantArgs, ApiGrantState], error) {
	var none infer.ReadResponse[ApiGrantArgs, ApiGrantState]
	conn, err := g.config.connection()
	if err != nil {
		return none, err
	}
	apiID, clientID, err := splitPairID(req.ID, "<apiId>/<clientId>")
	if err != nil {
		return none, err
	}
	if err := offered(ctx, conn, api.APIs, "an ApiGrant"); err != nil {
		return none, err
	}
	grant, err := conn.GetGrant(ctx, apiID, clientID)
	if errors.Is(err, api.ErrNotFound) {
		return none, nil // the grant is gone, or with the API or the client all of them
	}
	if err != nil {
		return none, err
	}
	issuer, err := conn.Issuer(ctx)
	if err != nil {
		return none, err
	}
	state := apiGrantState(apiID, clientID, grant, issuer)
	return infer.ReadResponse[ApiGrantArgs, ApiGrantState]{ID: req.ID, Inputs: state.ApiGrantArgs, State: state}, nil
}

// Update writes over the grant, also where all of it went with the permissions of
// the API.
func (g *ApiGrant) Update(ctx context.Context, req infer.UpdateRequest[ApiGrantArgs, ApiGrantState]) (infer.UpdateResponse[ApiGrantState], error) {
	var none infer.UpdateResponse[ApiGrantState]
	conn, err := g.config.connection()
	if err != nil {
		return none, err
	}
	if err := req.Inputs.gate(ctx, conn); err != nil {
		return none, err
	}
	now, err := conn.UpdateGrant(ctx, req.Inputs.ApiID, req.Inputs.ClientID, req.Inputs.grant())
	if err != nil && !now.Anything() {
		return infer.UpdateResponse[ApiGrantState]{Output: req.State}, unwritten(err)
	}
	return infer.UpdateResponse[ApiGrantState]{Output: apiGrantState(req.Inputs.ApiID, req.Inputs.ClientID, now, req.State.Issuer)}, unfinished(err)
}

// Delete takes the API from the client, and no other.
func (g *ApiGrant) Delete(ctx context.Context, req infer.DeleteRequest[ApiGrantState]) (infer.DeleteResponse, error) {
	conn, err := g.config.connection()
	if err != nil {
		return infer.DeleteResponse{}, err
	}
	apiID, clientID, err := splitPairID(req.ID, "<apiId>/<clientId>")
	if err != nil {
		return infer.DeleteResponse{}, err
	}
	return infer.DeleteResponse{}, conn.DeleteGrant(ctx, apiID, clientID)
}

// ListInputs are what a list can be narrowed by.
func (*ApiGrant) ListInputs() map[string]string {
	return map[string]string{"clientId": "Id of a client: only its grants.", "apiId": "Id of an API: only grants for it."}
}

// List names the grants there are.
func (*ApiGrant) List(ctx context.Context, conn *api.Conn, by map[string]string) ([]listing, error) {
	if err := offered(ctx, conn, api.APIs, "an ApiGrant"); err != nil {
		return nil, err
	}
	clients, err := clientsBy(ctx, conn, by)
	if err != nil {
		return nil, err
	}
	var found []listing
	for _, client := range clients {
		grants, err := conn.ListGrants(ctx, client.ID)
		if errors.Is(err, api.ErrNotFound) {
			continue // it went away meanwhile
		}
		if err != nil {
			return nil, err
		}
		for _, g := range grants {
			if wanted := by["apiId"]; wanted == "" || wanted == g.API.ID {
				found = append(found, listing{ID: pairID(g.API.ID, client.ID), Name: client.Name + " " + g.API.Name})
			}
		}
	}
	return found, nil
}

// grant is what the program says, in the server's words.
func (args ApiGrantArgs) grant() api.Grant {
	return api.Grant{
		UserDelegatedAccess:      or(args.UserDelegatedAccess, false),
		ClientAccess:             or(args.ClientAccess, false),
		UserDelegatedPermissions: args.UserDelegatedPermissions,
		ClientPermissions:        args.ClientPermissions,
	}
}

// apiGrantState is what the server says, in the program's words.
func apiGrantState(apiID, clientID string, g api.Grant, issuer string) ApiGrantState {
	return ApiGrantState{ApiGrantArgs{
		ApiID:                    apiID,
		ClientID:                 clientID,
		UserDelegatedPermissions: unlessEmpty(g.UserDelegatedPermissions),
		ClientPermissions:        unlessEmpty(g.ClientPermissions),
		UserDelegatedAccess:      &g.UserDelegatedAccess,
		ClientAccess:             &g.ClientAccess,
	}, issuer}
}
