// Command floor is a plugin without a framework and without any rules, for clients only. It makes
// the requests that the provider makes and returns what the server answers: what gRPC and the
// requests cost.
package main

import (
	"context"
	"fmt"
	"net"
	"os"

	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/pulumi-pocketid/pulumi-pocketid/tests/bench/loop"
)

type server struct {
	rpc.UnimplementedResourceProviderServer
	clients *loop.Clients
}

func (s *server) Configure(_ context.Context, req *rpc.ConfigureRequest) (*rpc.ConfigureResponse, error) {
	args := req.GetArgs().GetFields()
	s.clients = loop.New(args["baseUrl"].GetStringValue(), args["apiKey"].GetStringValue(), int(args["maxConcurrentRequests"].GetNumberValue()))
	return &rpc.ConfigureResponse{AcceptSecrets: true, AcceptResources: true}, nil
}

func (s *server) Check(_ context.Context, req *rpc.CheckRequest) (*rpc.CheckResponse, error) {
	return &rpc.CheckResponse{Inputs: req.GetNews()}, nil
}

func (s *server) Create(ctx context.Context, req *rpc.CreateRequest) (*rpc.CreateResponse, error) {
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
	plugin := grpc.NewServer()
	rpc.RegisterResourceProviderServer(plugin, &server{})
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	return plugin.Serve(listener)
}
