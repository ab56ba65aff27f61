// Package stores imitates the Pulumi providers of the stores that credentials are passed on to:
// Kubernetes, Vault and local commands. The tests cannot download those. A stand-in accepts
// every resource and records what it receives, so that a test can check what arrives, and
// whether it arrives as a secret.
package stores

import (
	"context"
	"fmt"
	"sync"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/structpb"
)

// schemas has the part of each provider's schema that YAML programs need.
var schemas = map[string]string{
	"kubernetes": `{"name": "kubernetes", "version": "4.0.0", "resources": {"kubernetes:core/v1:Secret": {
		"inputProperties": {"metadata": {"type": "object", "additionalProperties": {"type": "string"}}, "stringData": {"type": "object", "additionalProperties": {"type": "string"}}},
		"properties": {"metadata": {"type": "object", "additionalProperties": {"type": "string"}}, "stringData": {"type": "object", "additionalProperties": {"type": "string"}}}}}}`,
	"vault": `{"name": "vault", "version": "7.0.0", "meta": {"moduleFormat": "(.*)(?:/[^/]*)"}, "resources": {"vault:kv/secretV2:SecretV2": {
		"inputProperties": {"mount": {"type": "string"}, "name": {"type": "string"}, "dataJson": {"type": "string"}},
		"properties": {"mount": {"type": "string"}, "name": {"type": "string"}, "dataJson": {"type": "string"}}}}}`,
	"command": `{"name": "command", "version": "1.0.0", "resources": {"command:local:Command": {
		"inputProperties": {"create": {"type": "string"}, "stdin": {"type": "string"}},
		"properties": {"create": {"type": "string"}, "stdin": {"type": "string"}}}}}`,
}

// Names are the packages that have a stand-in.
func Names() []string { return []string{"kubernetes", "vault", "command"} }

// Store is the stand-in for the provider of a package.
type Store struct {
	rpc.UnimplementedResourceProviderServer
	name string

	mu      sync.Mutex
	created map[string]resource.PropertyMap
}

// New returns a stand-in for one of Names.
func New(name string) *Store {
	return &Store{name: name, created: map[string]resource.PropertyMap{}}
}

// Created returns the inputs of the resources that exist, by type.
func (s *Store) Created() map[string]resource.PropertyMap {
	s.mu.Lock()
	defer s.mu.Unlock()
	created := map[string]resource.PropertyMap{}
	for typ, inputs := range s.created {
		created[typ] = inputs
	}
	return created
}

// Handshake accepts every engine.
func (s *Store) Handshake(context.Context, *rpc.ProviderHandshakeRequest) (*rpc.ProviderHandshakeResponse, error) {
	return &rpc.ProviderHandshakeResponse{AcceptSecrets: true}, nil
}

// Attach accepts the engine of the CLI, which does not start the plugin itself.
func (s *Store) Attach(context.Context, *rpc.PluginAttach) (*emptypb.Empty, error) {
	return &emptypb.Empty{}, nil
}

// GetPluginInfo returns the version.
func (s *Store) GetPluginInfo(context.Context, *emptypb.Empty) (*rpc.PluginInfo, error) {
	return &rpc.PluginInfo{Version: "1.0.0"}, nil
}

// GetSchema returns the part of the schema that YAML programs need.
func (s *Store) GetSchema(context.Context, *rpc.GetSchemaRequest) (*rpc.GetSchemaResponse, error) {
	return &rpc.GetSchemaResponse{Schema: schemas[s.name]}, nil
}

// CheckConfig accepts every configuration.
func (s *Store) CheckConfig(_ context.Context, req *rpc.CheckRequest) (*rpc.CheckResponse, error) {
	return &rpc.CheckResponse{Inputs: req.News}, nil
}

// DiffConfig finds no difference.
func (s *Store) DiffConfig(context.Context, *rpc.DiffRequest) (*rpc.DiffResponse, error) {
	return &rpc.DiffResponse{Changes: rpc.DiffResponse_DIFF_NONE}, nil
}

// Configure asks for secrets that are marked as such.
func (s *Store) Configure(context.Context, *rpc.ConfigureRequest) (*rpc.ConfigureResponse, error) {
	return &rpc.ConfigureResponse{AcceptSecrets: true, SupportsPreview: true}, nil
}

// Check accepts all inputs.
func (s *Store) Check(_ context.Context, req *rpc.CheckRequest) (*rpc.CheckResponse, error) {
	return &rpc.CheckResponse{Inputs: req.News}, nil
}

// Diff compares the inputs with those before.
func (s *Store) Diff(_ context.Context, req *rpc.DiffRequest) (*rpc.DiffResponse, error) {
	if proto.Equal(req.OldInputs, req.News) {
		return &rpc.DiffResponse{Changes: rpc.DiffResponse_DIFF_NONE}, nil
	}
	return &rpc.DiffResponse{Changes: rpc.DiffResponse_DIFF_SOME}, nil
}

// Create records the inputs.
func (s *Store) Create(_ context.Context, req *rpc.CreateRequest) (*rpc.CreateResponse, error) {
	if req.Preview {
		return &rpc.CreateResponse{Properties: req.Properties}, nil
	}
	if err := s.record(req.Type, req.Properties); err != nil {
		return nil, err
	}
	return &rpc.CreateResponse{Id: req.Name, Properties: req.Properties}, nil
}

// Read returns the state as it is.
func (s *Store) Read(_ context.Context, req *rpc.ReadRequest) (*rpc.ReadResponse, error) {
	return &rpc.ReadResponse{Id: req.Id, Properties: req.Properties, Inputs: req.Inputs}, nil
}

// Update records the new inputs.
func (s *Store) Update(_ context.Context, req *rpc.UpdateRequest) (*rpc.UpdateResponse, error) {
	if req.Preview {
		return &rpc.UpdateResponse{Properties: req.News}, nil
	}
	return &rpc.UpdateResponse{Properties: req.News}, s.record(req.Type, req.News)
}

// Delete forgets the resource.
func (s *Store) Delete(_ context.Context, req *rpc.DeleteRequest) (*emptypb.Empty, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.created, req.Type)
	return &emptypb.Empty{}, nil
}

// Cancel does nothing: no call takes long.
func (s *Store) Cancel(context.Context, *emptypb.Empty) (*emptypb.Empty, error) {
	return &emptypb.Empty{}, nil
}

func (s *Store) record(typ string, inputs *structpb.Struct) error {
	received, err := plugin.UnmarshalProperties(inputs, plugin.MarshalOptions{KeepSecrets: true, KeepUnknowns: true})
	if err != nil {
		return err
	}
	if received.ContainsUnknowns() {
		return fmt.Errorf("%s has unknown inputs in an update: %v", typ, received)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.created[typ] = received
	return nil
}
