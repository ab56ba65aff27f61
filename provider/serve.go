package provider

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"runtime/debug"
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
func Serve(ctx context.Context) error {
	// With --tracing, the SDK would write every call with its secrets into the trace.
	if err := os.Setenv("PULUMI_TRACING_NO_PAYLOADS", "true"); err != nil {
		return err
	}
	return comProvider.MainContext(ctx, Name, NewServer)
}

// NewServer is the gRPC server as the engine meets it; host may be nil in tests.
func NewServer(host *comProvider.HostClient) (rpc.ResourceProviderServer, error) {
	return newServerAt(host, time.Now)
}

func newServerAt(host *comProvider.HostClient, now func() time.Time) (rpc.ResourceProviderServer, error) {
	w, err := newAt(now)
	if err != nil {
		return nil, err
	}
	inner, err := p.RawServer(Name, Version, w.provider())(host)
	if err != nil {
		return nil, err
	}
	untilCtrlC, ctrlC := context.WithCancel(context.Background())
	return &server{inner, w, untilCtrlC, ctrlC}, nil
}

// server adds what p.Provider cannot express: what the engine is to make of an
// error, that a panic is the error of one call, and lists.
type server struct {
	rpc.ResourceProviderServer
	wrapper    *wrapper
	untilCtrlC context.Context // for lists; p.Provider ends the other calls
	ctrlC      func()
}

// Cancel ends all calls that are under way.
func (s *server) Cancel(ctx context.Context, in *emptypb.Empty) (*emptypb.Empty, error) {
	s.ctrlC()
	return s.ResourceProviderServer.Cancel(ctx, in)
}

func (s *server) CheckConfig(ctx context.Context, req *rpc.CheckRequest) (_ *rpc.CheckResponse, err error) {
	defer caught(req, &err)
	return s.ResourceProviderServer.CheckConfig(ctx, req)
}

func (s *server) DiffConfig(ctx context.Context, req *rpc.DiffRequest) (_ *rpc.DiffResponse, err error) {
	defer caught(req, &err)
	return s.ResourceProviderServer.DiffConfig(ctx, req)
}

func (s *server) Configure(ctx context.Context, req *rpc.ConfigureRequest) (_ *rpc.ConfigureResponse, err error) {
	defer caught(req, &err)
	return s.ResourceProviderServer.Configure(ctx, req)
}

func (s *server) Invoke(ctx context.Context, req *rpc.InvokeRequest) (_ *rpc.InvokeResponse, err error) {
	defer caught(req, &err)
	return s.ResourceProviderServer.Invoke(ctx, req)
}

func (s *server) Call(ctx context.Context, req *rpc.CallRequest) (_ *rpc.CallResponse, err error) {
	defer caught(req, &err)
	return s.ResourceProviderServer.Call(ctx, req)
}

func (s *server) Construct(ctx context.Context, req *rpc.ConstructRequest) (_ *rpc.ConstructResponse, err error) {
	defer caught(req, &err)
	return s.ResourceProviderServer.Construct(ctx, req)
}

func (s *server) Check(ctx context.Context, req *rpc.CheckRequest) (_ *rpc.CheckResponse, err error) {
	defer caught(req, &err)
	return s.ResourceProviderServer.Check(ctx, req)
}

func (s *server) Diff(ctx context.Context, req *rpc.DiffRequest) (_ *rpc.DiffResponse, err error) {
	defer caught(req, &err)
	return s.ResourceProviderServer.Diff(ctx, req)
}

func (s *server) Create(ctx context.Context, req *rpc.CreateRequest) (_ *rpc.CreateResponse, err error) {
	defer caught(req, &err)
	res, err := s.ResourceProviderServer.Create(ctx, req)
	return res, certain(err)
}

func (s *server) Update(ctx context.Context, req *rpc.UpdateRequest) (_ *rpc.UpdateResponse, err error) {
	defer caught(req, &err)
	res, err := s.ResourceProviderServer.Update(ctx, req)
	return res, certain(err)
}

func (s *server) Delete(ctx context.Context, req *rpc.DeleteRequest) (_ *emptypb.Empty, err error) {
	defer caught(req, &err)
	res, err := s.ResourceProviderServer.Delete(ctx, req)
	return res, certain(err)
}

// Read says "does not exist" as an import understands it: by an answer without
// properties, not only without an id. Otherwise a ghost would be imported.
func (s *server) Read(ctx context.Context, req *rpc.ReadRequest) (_ *rpc.ReadResponse, err error) {
	defer caught(req, &err)
	res, err := s.ResourceProviderServer.Read(ctx, req)
	if err == nil && res.GetId() == "" {
		return &rpc.ReadResponse{}, nil
	}
	return res, asItWas(err) // reading changes nothing
}

// caught turns a panic into the error of one call. It would end the plugin, and
// with it the answers to all calls that are under way.
func caught(req any, err *error) {
	r := recover()
	if r == nil {
		return
	}
	var what string
	switch req := req.(type) {
	case interface{ GetUrn() string }:
		what = req.GetUrn()
	case interface{ GetToken() string }:
		what = req.GetToken()
	case interface{ GetTok() string }:
		what = req.GetTok()
	case interface{ GetName() string }:
		what = req.GetName()
	}
	*err = fmt.Errorf("a fault in the provider, please report it: %v, while at work on %s\n%s", r, cmp.Or(what, "the provider's configuration"), debug.Stack())
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
