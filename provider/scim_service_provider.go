package provider

import (
	"context"
	"errors"
	"net/url"

	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi/sdk/v3/go/property"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
)

// ScimServiceProvider is an application that Pocket ID tells of users and groups.
type ScimServiceProvider struct{ config *Config }

// ScimServiceProviderArgs is what a program says of it.
type ScimServiceProviderArgs struct {
	ClientID string  `pulumi:"clientId" provider:"replaceOnChanges"`
	Endpoint string  `pulumi:"endpoint"`
	Token    *string `pulumi:"token,optional" provider:"secret"`
}

// ScimServiceProviderState is what the stack knows of it.
type ScimServiceProviderState struct {
	ScimServiceProviderArgs
	ServiceProviderID string `pulumi:"serviceProviderId"`
	Issuer            string `pulumi:"issuer"`
}

// Annotate describes the resource.
func (s *ScimServiceProvider) Annotate(a infer.Annotator) {
	a.Describe(&s, "An application that takes users and groups over from Pocket ID by SCIM 2.0 (RFC 7644), on behalf of one of its clients: those who may use the client are made there, changed and removed. "+
		"Pocket ID does so every hour, and some minutes after a change; `ScimSync` does it at once.\n\n"+
		"A client has at most one: that it has one already is an error, for Pocket ID would keep a second one that nobody can see. "+
		"Deleting the resource leaves the users and groups in the application as they are. Import one by the id of its client.")
}

// Annotate describes the inputs.
func (s *ScimServiceProviderArgs) Annotate(a infer.Annotator) {
	a.Describe(&s.ClientID, "Id of the client whose users and groups the application gets. Changing it replaces the service provider.")
	a.Describe(&s.Endpoint, "Base URL of the application's SCIM service, such as `https://app.example.com/scim/v2`. Pocket ID must be able to reach it.")
	a.Describe(&s.Token, "The bearer token with which Pocket ID signs in there. Default: none; the one of a service provider that was imported stays until the program says another.")
}

// Annotate describes the outputs.
func (s *ScimServiceProviderState) Annotate(a infer.Annotator) {
	a.Describe(&s.ServiceProviderID, "The id that Pocket ID has for it.")
	a.Describe(&s.Issuer, "The issuer of the Pocket ID instance that the client is in.")
}

// WireDependencies keeps the token a secret whatever the inputs are.
func (*ScimServiceProvider) WireDependencies(f infer.FieldSelector, _ *ScimServiceProviderArgs, state *ScimServiceProviderState) {
	f.OutputField(&state.Token).AlwaysSecret()
}

// Canonical brings a program's words to the form that Read returns.
func (*ScimServiceProvider) Canonical(in property.Map) property.Map {
	return emptyIsAbsent(in, "token")
}

// Discreet: the token.
func (*ScimServiceProvider) Discreet() []string { return []string{"token"} }

// Check says at preview what the server would refuse, or take and fail with.
func (s *ScimServiceProvider) Check(ctx context.Context, req infer.CheckRequest) (infer.CheckResponse[ScimServiceProviderArgs], error) {
	args, failures, err := infer.DefaultCheck[ScimServiceProviderArgs](ctx, req.NewInputs)
	if err != nil {
		return infer.CheckResponse[ScimServiceProviderArgs]{Inputs: args, Failures: failures}, err
	}
	check := newChecks(ctx, req.NewInputs, req.OldInputs, failures)
	check.that(isClientID(args.ClientID), "clientId", "must be the id of a client, is %s", check.quoted("clientId", args.ClientID))
	check.stricter(isWebURL(args.Endpoint), "endpoint", "must be an http(s) URL such as https://app.example.com/scim/v2, is %s", check.quoted("endpoint", args.Endpoint))
	if u, err := url.Parse(args.Endpoint); err == nil && u.Scheme == "http" && !isLoopback(u.Hostname()) {
		check.warn("endpoint is plain http: whoever is on the way from Pocket ID to %s can read the token and who the users are", check.quoted("endpoint", u.Host))
	}
	return infer.CheckResponse[ScimServiceProviderArgs]{Inputs: args, Failures: check.failures}, nil
}

// Create gives the client its provider.
func (s *ScimServiceProvider) Create(ctx context.Context, req infer.CreateRequest[ScimServiceProviderArgs]) (infer.CreateResponse[ScimServiceProviderState], error) {
	var none infer.CreateResponse[ScimServiceProviderState]
	conn, err := s.config.connection()
	if err != nil {
		return none, err
	}
	issuer, err := conn.Issuer(ctx) // before the first write: without it there is no state
	if err != nil {
		return none, err
	}
	made, err := conn.CreateSCIMProvider(ctx, req.Inputs.ClientID, req.Inputs.settings())
	if err != nil {
		return none, err
	}
	return infer.CreateResponse[ScimServiceProviderState]{ID: partID(req.Inputs.ClientID, scimPart), Output: scimState(req.Inputs.ClientID, made, issuer)}, nil
}

// Read brings back what the server has, the token included.
func (s *ScimServiceProvider) Read(ctx context.Context, req infer.ReadRequest[ScimServiceProviderArgs, ScimServiceProviderState]) (infer.ReadResponse[ScimServiceProviderArgs, ScimServiceProviderState], error) {
	var none infer.ReadResponse[ScimServiceProviderArgs, ScimServiceProviderState]
	conn, err := s.config.connection()
	if err != nil {
		return none, err
	}
	clientID := ownerOf(req.ID, scimPart)
	found, err := conn.GetSCIMProvider(ctx, clientID)
	if errors.Is(err, api.ErrNotFound) {
		return none, nil // no id: it is gone, or its client and with it the provider
	}
	if err != nil {
		return none, err
	}
	issuer, err := conn.Issuer(ctx)
	if err != nil {
		return none, err
	}
	state := scimState(clientID, found, issuer)
	return infer.ReadResponse[ScimServiceProviderArgs, ScimServiceProviderState]{ID: partID(clientID, scimPart), Inputs: state.ScimServiceProviderArgs, State: state}, nil
}

// Update writes the address and the token.
func (s *ScimServiceProvider) Update(ctx context.Context, req infer.UpdateRequest[ScimServiceProviderArgs, ScimServiceProviderState]) (infer.UpdateResponse[ScimServiceProviderState], error) {
	conn, err := s.config.connection()
	if err != nil {
		return infer.UpdateResponse[ScimServiceProviderState]{}, err
	}
	now, err := conn.UpdateSCIMProvider(ctx, req.State.ClientID, req.Inputs.settings())
	if now.ID == "" {
		return infer.UpdateResponse[ScimServiceProviderState]{Output: req.State}, unwritten(err)
	}
	return infer.UpdateResponse[ScimServiceProviderState]{Output: scimState(req.State.ClientID, now, req.State.Issuer)}, unfinished(err)
}

// Delete removes the provider. What the application was told stays there.
func (s *ScimServiceProvider) Delete(ctx context.Context, req infer.DeleteRequest[ScimServiceProviderState]) (infer.DeleteResponse, error) {
	conn, err := s.config.connection()
	if err != nil {
		return infer.DeleteResponse{}, err
	}
	return infer.DeleteResponse{}, conn.DeleteSCIMProvider(ctx, req.State.ServiceProviderID)
}

// ListInputs are none.
func (*ScimServiceProvider) ListInputs() map[string]string { return map[string]string{} }

// List names the clients that have a provider.
func (*ScimServiceProvider) List(ctx context.Context, conn *api.Conn, _ map[string]string) ([]listing, error) {
	clients, err := conn.ProvisionedClients(ctx)
	var found []listing
	for _, client := range clients {
		found = append(found, listing{ID: partID(client.ID, scimPart), Name: client.Name})
	}
	return found, err
}

// settings is what the program says, in the server's words.
func (args ScimServiceProviderArgs) settings() api.SCIMSettings {
	return api.SCIMSettings{Endpoint: args.Endpoint, Token: or(args.Token, "")}
}

// scimState is what the server says, in the program's words.
func scimState(clientID string, s api.SCIMProvider, issuer string) ScimServiceProviderState {
	return ScimServiceProviderState{
		ScimServiceProviderArgs: ScimServiceProviderArgs{ClientID: clientID, Endpoint: s.Endpoint, Token: some(s.Token)},
		ServiceProviderID:       s.ID,
		Issuer:                  issuer,
	}
}
