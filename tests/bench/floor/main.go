// Command floor is a plugin without a framework and without any rules. Connected to a server, it
// makes the requests that the provider makes for a client, and returns what the server answers:
// what gRPC and the requests cost. Without a server, it answers every call with what it was given:
// what the engine costs for the same program.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net"
	"os"

	"github.com/google/uuid"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/structpb"

	pocketid "github.com/pulumi-pocketid/pulumi-pocketid"
	"github.com/pulumi-pocketid/pulumi-pocketid/tests/bench/loop"
)

type server struct {
	rpc.UnimplementedResourceProviderServer
	spec    schema.PackageSpec
	clients *loop.Clients // nil without a server
}

func (*server) GetPluginInfo(context.Context, *emptypb.Empty) (*rpc.PluginInfo, error) {
	return &rpc.PluginInfo{Version: "0.0.1"}, nil
}

func (*server) GetSchema(context.Context, *rpc.GetSchemaRequest) (*rpc.GetSchemaResponse, error) {
	return &rpc.GetSchemaResponse{Schema: string(pocketid.Schema)}, nil
}

func (*server) CheckConfig(_ context.Context, req *rpc.CheckRequest) (*rpc.CheckResponse, error) {
	return &rpc.CheckResponse{Inputs: req.GetNews()}, nil
}

func (*server) DiffConfig(context.Context, *rpc.DiffRequest) (*rpc.DiffResponse, error) {
	return &rpc.DiffResponse{Changes: rpc.DiffResponse_DIFF_NONE}, nil
}

func (s *server) Configure(_ context.Context, req *rpc.ConfigureRequest) (*rpc.ConfigureResponse, error) {
	args := req.GetArgs().GetFields()
	if url := args["baseUrl"].GetStringValue(); url != "" {
		s.clients = loop.New(url, args["apiKey"].GetStringValue(), int(args["maxConcurrentRequests"].GetNumberValue()))
	}
	return &rpc.ConfigureResponse{AcceptSecrets: true, AcceptResources: true, SupportsPreview: true}, nil
}

func (*server) Cancel(context.Context, *emptypb.Empty) (*emptypb.Empty, error) {
	return &emptypb.Empty{}, nil
}

func (s *server) Check(_ context.Context, req *rpc.CheckRequest) (*rpc.CheckResponse, error) {
	return &rpc.CheckResponse{Inputs: req.GetNews()}, nil
}

func (*server) Diff(_ context.Context, req *rpc.DiffRequest) (*rpc.DiffResponse, error) {
	if proto.Equal(req.GetOldInputs(), req.GetNews()) {
		return &rpc.DiffResponse{Changes: rpc.DiffResponse_DIFF_NONE}, nil
	}
	return &rpc.DiffResponse{Changes: rpc.DiffResponse_DIFF_SOME}, nil
}

// stateOf returns the inputs of a resource, and a text for each other output that the schema has.
func (s *server) stateOf(urn string, inputs *structpb.Struct) *structpb.Struct {
	state := &structpb.Struct{Fields: maps.Clone(inputs.GetFields())}
	for name := range s.spec.Resources[string(resource.URN(urn).Type())].Properties {
		if state.Fields[name] == nil {
			state.Fields[name] = structpb.NewStringValue("output")
		}
	}
	return state
}

func (s *server) Create(ctx context.Context, req *rpc.CreateRequest) (*rpc.CreateResponse, error) {
	if s.clients == nil {
		return &rpc.CreateResponse{Id: uuid.NewString(), Properties: s.stateOf(req.GetUrn(), req.GetProperties())}, nil
	}
	in := req.GetProperties().GetFields()
	id := in["clientId"].GetStringValue()
	client, err := s.clients.Create(ctx, id, in["name"].GetStringValue())
	if err != nil {
		return nil, err
	}
	state, err := structpb.NewStruct(client)
	return &rpc.CreateResponse{Id: id, Properties: state}, err
}

func (s *server) Read(ctx context.Context, req *rpc.ReadRequest) (*rpc.ReadResponse, error) {
	if s.clients == nil {
		return &rpc.ReadResponse{Id: req.GetId(), Properties: req.GetProperties(), Inputs: req.GetInputs()}, nil
	}
	client, err := s.clients.Read(ctx, req.GetId())
	if err != nil {
		return nil, err
	}
	state, err := structpb.NewStruct(client)
	return &rpc.ReadResponse{Id: req.GetId(), Properties: state, Inputs: req.GetInputs()}, err
}

func (s *server) Update(ctx context.Context, req *rpc.UpdateRequest) (*rpc.UpdateResponse, error) {
	client, err := s.clients.Update(ctx, req.GetId(), req.GetNews().GetFields()["name"].GetStringValue())
	if err != nil {
		return nil, err
	}
	state, err := structpb.NewStruct(client)
	return &rpc.UpdateResponse{Properties: state}, err
}

func (s *server) Delete(ctx context.Context, req *rpc.DeleteRequest) (*emptypb.Empty, error) {
	if s.clients == nil {
		return &emptypb.Empty{}, nil
	}
	return &emptypb.Empty{}, s.clients.Delete(ctx, req.GetId())
}

func main() {
	if err := serve(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func serve() error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	s := &server{}
	if err := json.Unmarshal(pocketid.Schema, &s.spec); err != nil {
		return err
	}
	plugin := grpc.NewServer()
	rpc.RegisterResourceProviderServer(plugin, s)
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	return plugin.Serve(listener)
}
