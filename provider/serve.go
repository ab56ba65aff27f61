package provider

import (
	"context"
	"time"

	p "github.com/pulumi/pulumi-go-provider"
	comProvider "github.com/pulumi/pulumi/sdk/v3/go/pulumi/provider"
	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
)

// Serve runs the plugin until the engine ends it.
func Serve(ctx context.Context) error { return comProvider.MainContext(ctx, Name, NewServer) }

// NewServer is the gRPC server as the engine meets it; host may be nil in tests.
func NewServer(host *comProvider.HostClient) (rpc.ResourceProviderServer, error) {
	return newServerAt(host, time.Now)
}

func newServerAt(host *comProvider.HostClient, now func() time.Time) (rpc.ResourceProviderServer, error) {
	prov, err := newAt(now)
	if err != nil {
		return nil, err
	}
	inner, err := p.RawServer(Name, Version, prov)(host)
	if err != nil {
		return nil, err
	}
	return &server{inner}, nil
}

// server adds what p.Provider cannot express.
type server struct{ rpc.ResourceProviderServer }

func (s *server) Create(ctx context.Context, req *rpc.CreateRequest) (*rpc.CreateResponse, error) {
	res, err := s.ResourceProviderServer.Create(ctx, req)
	return res, certain(err)
}

func (s *server) Update(ctx context.Context, req *rpc.UpdateRequest) (*rpc.UpdateResponse, error) {
	res, err := s.ResourceProviderServer.Update(ctx, req)
	return res, certain(err)
}

func (s *server) Delete(ctx context.Context, req *rpc.DeleteRequest) (*emptypb.Empty, error) {
	res, err := s.ResourceProviderServer.Delete(ctx, req)
	return res, certain(err)
}

// Read says "does not exist" as an import understands it: by an answer without
// properties, not only without an id. Otherwise a ghost would be imported.
func (s *server) Read(ctx context.Context, req *rpc.ReadRequest) (*rpc.ReadResponse, error) {
	res, err := s.ResourceProviderServer.Read(ctx, req)
	if err == nil && res.GetId() == "" {
		return &rpc.ReadResponse{}, nil
	}
	return res, asItWas(err) // reading changes nothing
}

// certain tells the engine of failures that certainly left the resource as its
// state has it. A plain error means "unknown state" to it, as it should where an
// answer was lost or a fault of ours came in between.
func certain(err error) error {
	if api.CertainlyNotDone(err) {
		return asItWas(err)
	}
	return err
}

func asItWas(err error) error {
	if err == nil {
		return nil
	}
	if _, worded := status.FromError(err); worded {
		return err // a resource that exists and is not finished, among others
	}
	return status.Error(codes.Aborted, err.Error())
}
