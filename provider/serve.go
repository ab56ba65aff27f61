package provider

import (
	"context"
	"time"

	p "github.com/pulumi/pulumi-go-provider"
	comProvider "github.com/pulumi/pulumi/sdk/v3/go/pulumi/provider"
	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
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

// Read says "does not exist" as an import understands it: by an answer without
// properties, not only without an id. Otherwise a ghost would be imported.
func (s *server) Read(ctx context.Context, req *rpc.ReadRequest) (*rpc.ReadResponse, error) {
	res, err := s.ResourceProviderServer.Read(ctx, req)
	if err == nil && res.GetId() == "" {
		return &rpc.ReadResponse{}, nil
	}
	return res, err
}
