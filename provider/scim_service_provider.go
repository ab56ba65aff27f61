package provider

import (
	"context"
	"errors"
	"net/url"
	"slices"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi/sdk/v3/go/property"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/ids"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/inputs"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/inventory"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/lifecycle"
)

// ScimServiceProvider is the SCIM endpoint of a client, to which Pocket ID pushes users
// and groups.
type ScimServiceProvider struct{ config *Config }

// ScimServiceProviderArgs are the inputs.
type ScimServiceProviderArgs struct {
	ClientID string  `pulumi:"clientId" provider:"replaceOnChanges"`
	Endpoint string  `pulumi:"endpoint"`
	Token    *string `pulumi:"token,optional" provider:"secret"`
}

// ScimServiceProviderState is the state.
type ScimServiceProviderState struct {
	ScimServiceProviderArgs
	ServiceProviderID string `pulumi:"serviceProviderId"`
	Instance
}

// Annotate describes the resource.
func (s *ScimServiceProvider) Annotate(a infer.Annotator) {
	a.Describe(&s, "An application that gets its users and groups from Pocket ID through SCIM 2.0 (RFC 7644), for one of its clients.\n\n"+
		"Pocket ID creates, updates and deletes there the users and groups that may use the client. It synchronizes every hour, and some minutes after a change. "+
		"`ScimSync` synchronizes at once.\n\n"+
		"A client has at most one service provider. "+
		"Creating the resource fails if the client already has one, because Pocket ID would store a second one that nobody can see.\n\n"+
		"Deleting the resource keeps the users and groups in the application.\n\n"+
		"Import with the client ID: `pulumi import pocketid:index:ScimServiceProvider scim <clientId>`. The ID of the service provider works too."+anySupportedVersion)
}

// Annotate describes the inputs.
func (s *ScimServiceProviderArgs) Annotate(a infer.Annotator) {
	a.Describe(&s.ClientID, "ID of the client whose users and groups the application gets. Changing it replaces the resource.")
	a.Describe(&s.Endpoint, "Base URL of the application's SCIM service, such as `https://app.example.com/scim/v2`. Pocket ID must be able to reach it.")
	a.Describe(&s.Token, "Bearer token that Pocket ID uses to authenticate to the application. Defaults to none. "+
		"If the program never set it, an update keeps the token that the server has, such as that of an imported service provider. "+
		"Removing it from the program removes it from the server.")
}

// Annotate describes the outputs.
func (s *ScimServiceProviderState) Annotate(a infer.Annotator) {
	a.Describe(&s.ServiceProviderID, "ID of the service provider in Pocket ID.")
}

// Normalize brings the inputs to the form that Read returns.
func (*ScimServiceProvider) Normalize(in property.Map) property.Map {
	return inputs.OmitEmpty(in, "token")
}

// WriteOnlyInputs keeps the token out of the program that an import writes.
func (*ScimServiceProvider) WriteOnlyInputs() []string { return []string{"token"} }

// Check refuses what the server would refuse, or accept and fail with.
func (*ScimServiceProvider) Check(ctx context.Context, req infer.CheckRequest) (p.CheckResponse, error) {
	return inputs.Check(ctx, req, func(check *inputs.Checker, args *ScimServiceProviderArgs) {
		check.ClientID("clientId", args.ClientID)
		check.RequireForChanges(inputs.IsWebURL(args.Endpoint), "endpoint", "must be an http(s) URL such as https://app.example.com/scim/v2 (got %s)", check.Quote("endpoint", args.Endpoint))
		if u, err := url.Parse(args.Endpoint); err == nil && u.Scheme == "http" && !inputs.IsLoopback(u.Hostname()) {
			check.Warn("endpoint uses plain http. Anyone who intercepts the connection from Pocket ID to %s can read the token and the users", check.Quote("endpoint", u.Host))
		}
	})
}

// Create creates the service provider of the client.
func (s *ScimServiceProvider) Create(ctx context.Context, req infer.CreateRequest[ScimServiceProviderArgs]) (infer.CreateResponse[ScimServiceProviderState], error) {
	created, err := s.config.conn().CreateSCIMProvider(ctx, req.Inputs.ClientID, req.Inputs.settings())
	if err != nil {
		return infer.CreateResponse[ScimServiceProviderState]{}, err
	}
	return infer.CreateResponse[ScimServiceProviderState]{
		ID:     ids.Subresource(req.Inputs.ClientID, ids.SCIMServiceProvider),
		Output: scimState(req.Inputs.ClientID, created),
	}, nil
}

// Read reads the service provider with its token. An import also accepts the ID of the service
// provider, by which the state of Terraform has it.
func (s *ScimServiceProvider) Read(ctx context.Context, req infer.ReadRequest[ScimServiceProviderArgs, ScimServiceProviderState]) (infer.ReadResponse[ScimServiceProviderArgs, ScimServiceProviderState], error) {
	clientID := ids.SubresourceOwner(req.ID, ids.SCIMServiceProvider)
	found, err := s.config.conn().GetSCIMProvider(ctx, clientID)
	if errors.Is(err, api.ErrNotFound) && lifecycle.IsImport(ctx) && ids.IsUUID(req.ID) {
		clientID, found, err = s.find(ctx, req.ID, err)
	}
	if err != nil {
		return infer.ReadResponse[ScimServiceProviderArgs, ScimServiceProviderState]{}, err
	}
	state := scimState(clientID, found)
	return infer.ReadResponse[ScimServiceProviderArgs, ScimServiceProviderState]{
		ID: ids.Subresource(clientID, ids.SCIMServiceProvider), Inputs: state.ScimServiceProviderArgs, State: state,
	}, nil
}

// find returns the service provider with an ID, and the ID of its client.
func (s *ScimServiceProvider) find(ctx context.Context, id string, notFound error) (clientID string, found api.SCIMProvider, err error) {
	providers, err := s.config.conn().ListSCIMProviders(ctx)
	if err != nil {
		return "", found, err
	}
	for _, p := range providers {
		if p.ID == id {
			return p.Client.ID, p.SCIMProvider, nil
		}
	}
	return "", found, notFound
}

// Update writes the endpoint and the token.
func (s *ScimServiceProvider) Update(ctx context.Context, req infer.UpdateRequest[ScimServiceProviderArgs, ScimServiceProviderState]) (infer.UpdateResponse[ScimServiceProviderState], error) {
	change := api.SCIMChange{Endpoint: req.Inputs.Endpoint, Token: req.Inputs.Token}
	if change.Token == nil && req.State.Token != nil {
		change.Token = inputs.Ptr("") // the program no longer sets it; one that it never set is kept
	}
	updated, err := s.config.conn().UpdateSCIMProvider(ctx, req.State.ClientID, change)
	if updated.ID == "" {
		return infer.UpdateResponse[ScimServiceProviderState]{}, err
	}
	state := scimState(req.State.ClientID, updated)
	if state.Token == nil && slices.Contains(lifecycle.Unmanaged(ctx), "token") {
		state.Token = inputs.Ptr("") // removed by others: the state must not keep it
	}
	return infer.UpdateResponse[ScimServiceProviderState]{Output: state}, lifecycle.Incomplete(err)
}

// Delete deletes the service provider. The application keeps the users and groups.
func (s *ScimServiceProvider) Delete(ctx context.Context, req infer.DeleteRequest[ScimServiceProviderState]) (infer.DeleteResponse, error) {
	return infer.DeleteResponse{}, s.config.conn().DeleteSCIMProvider(ctx, req.State.ServiceProviderID)
}

// ListInputs are the filters of List.
func (*ScimServiceProvider) ListInputs() map[string]string { return map[string]string{} }

// List returns the clients that have a service provider.
func (s *ScimServiceProvider) List(ctx context.Context, _ map[string]string) ([]lifecycle.Listed, error) {
	return s.config.list(ctx, inventory.SCIMServiceProviders, inventory.Filter{})
}

// settings converts the inputs to the server's form.
func (args ScimServiceProviderArgs) settings() api.SCIMSettings {
	return api.SCIMSettings{Endpoint: args.Endpoint, Token: inputs.ValueOr(args.Token, "")}
}

// scimState converts the server's form to the state.
func scimState(clientID string, s api.SCIMProvider) ScimServiceProviderState {
	return ScimServiceProviderState{
		ScimServiceProviderArgs: ScimServiceProviderArgs{ClientID: clientID, Endpoint: s.Endpoint, Token: inputs.NonEmpty(s.Token)},
		ServiceProviderID:       s.ID,
	}
}
