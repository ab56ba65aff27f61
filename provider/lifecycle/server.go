package lifecycle

import (
	"cmp"
	"context"
	"fmt"
	"runtime/debug"

	p "github.com/pulumi/pulumi-go-provider"
	comProvider "github.com/pulumi/pulumi/sdk/v3/go/pulumi/provider"
	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"
)

// Server adds to the gRPC server of a Wrapper what p.Provider cannot express: error
// codes that tell the engine whether a resource has changed, panics as the error of one
// call, and List.
type Server struct {
	rpc.ResourceProviderServer
	wrapper *Wrapper
	host    *comProvider.HostClient

	// p.Provider cancels the other calls itself, but does not know List.
	listContext context.Context
	cancelLists context.CancelFunc
}

// NewServer makes the gRPC server that the engine talks to. In tests, host may be nil.
func NewServer(host *comProvider.HostClient, version string, w *Wrapper) (*Server, error) {
	inner, err := p.RawServer(w.name, version, w.Provider())(host)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	return &Server{inner, w, host, ctx, cancel}, nil
}

// Cancel cancels all calls that are in progress. The engine sends it on Ctrl-C.
func (s *Server) Cancel(ctx context.Context, in *emptypb.Empty) (*emptypb.Empty, error) {
	s.cancelLists()
	return s.ResourceProviderServer.Cancel(ctx, in)
}

// CheckConfig validates the provider configuration.
func (s *Server) CheckConfig(ctx context.Context, req *rpc.CheckRequest) (_ *rpc.CheckResponse, err error) {
	defer recoverPanic(req, &err)
	return s.ResourceProviderServer.CheckConfig(ctx, req)
}

// DiffConfig compares two provider configurations.
func (s *Server) DiffConfig(ctx context.Context, req *rpc.DiffRequest) (_ *rpc.DiffResponse, err error) {
	defer recoverPanic(req, &err)
	return s.ResourceProviderServer.DiffConfig(ctx, req)
}

// Configure passes the provider configuration on.
func (s *Server) Configure(ctx context.Context, req *rpc.ConfigureRequest) (_ *rpc.ConfigureResponse, err error) {
	defer recoverPanic(req, &err)
	return s.ResourceProviderServer.Configure(ctx, req)
}

// Invoke calls a function.
func (s *Server) Invoke(ctx context.Context, req *rpc.InvokeRequest) (_ *rpc.InvokeResponse, err error) {
	defer recoverPanic(req, &err)
	return s.ResourceProviderServer.Invoke(ctx, req)
}

// Call calls a method of a resource.
func (s *Server) Call(ctx context.Context, req *rpc.CallRequest) (_ *rpc.CallResponse, err error) {
	defer recoverPanic(req, &err)
	return s.ResourceProviderServer.Call(ctx, req)
}

// Construct makes a component.
func (s *Server) Construct(ctx context.Context, req *rpc.ConstructRequest) (_ *rpc.ConstructResponse, err error) {
	defer recoverPanic(req, &err)
	return s.construct(ctx, req)
}

// Check validates and normalizes the inputs of a resource.
func (s *Server) Check(ctx context.Context, req *rpc.CheckRequest) (_ *rpc.CheckResponse, err error) {
	defer recoverPanic(req, &err)
	return s.ResourceProviderServer.Check(ctx, req)
}

// Diff compares the state of a resource with its inputs.
func (s *Server) Diff(ctx context.Context, req *rpc.DiffRequest) (_ *rpc.DiffResponse, err error) {
	defer recoverPanic(req, &err)
	return s.ResourceProviderServer.Diff(ctx, req)
}

// Create creates a resource, or previews that.
func (s *Server) Create(ctx context.Context, req *rpc.CreateRequest) (_ *rpc.CreateResponse, err error) {
	defer recoverPanic(req, &err)
	res, err := s.ResourceProviderServer.Create(ctx, req)
	return res, s.classify(err)
}

// Update updates a resource, or previews that.
func (s *Server) Update(ctx context.Context, req *rpc.UpdateRequest) (_ *rpc.UpdateResponse, err error) {
	defer recoverPanic(req, &err)
	res, err := s.ResourceProviderServer.Update(ctx, req)
	return res, s.classify(err)
}

// Delete deletes a resource.
func (s *Server) Delete(ctx context.Context, req *rpc.DeleteRequest) (_ *emptypb.Empty, err error) {
	defer recoverPanic(req, &err)
	res, err := s.ResourceProviderServer.Delete(ctx, req)
	return res, s.classify(err)
}

// Read reads a resource, for a refresh or an import. An import takes an answer without
// properties as "does not exist"; for one that only lacks the ID, which p.Provider
// sends, it would import an empty resource.
func (s *Server) Read(ctx context.Context, req *rpc.ReadRequest) (_ *rpc.ReadResponse, err error) {
	defer recoverPanic(req, &err)
	res, err := s.ResourceProviderServer.Read(ctx, req)
	if err == nil && res.GetId() == "" {
		return &rpc.ReadResponse{}, nil
	}
	return res, Unchanged(err)
}

// List serves `pulumi do <resource> list`: the IDs and names of the objects of an
// instance. infer does not know this call.
func (s *Server) List(req *rpc.ListRequest, stream grpc.ServerStreamingServer[rpc.ListResponse]) (err error) {
	defer recoverPanic(req, &err)
	lister := s.wrapper.resources[req.GetToken()].Lister()
	if lister == nil {
		return status.Errorf(codes.Unimplemented, "%s cannot be listed", req.GetToken())
	}
	filter, known, err := parseFilter(lister, req.GetQuery())
	if err != nil {
		return err
	}
	if !known {
		return stream.Send(&rpc.ListResponse{Response: &rpc.ListResponse_Computed_{Computed: &rpc.ListResponse_Computed{}}})
	}
	if err := s.wrapper.connect(); err != nil {
		return err
	}
	ctx, stop := context.WithCancel(stream.Context())
	defer stop()
	defer context.AfterFunc(s.listContext, stop)()
	all, err := lister.List(ctx, filter)
	if err != nil {
		return err
	}
	page, next, err := pageOf(all, req)
	if err != nil {
		return err
	}
	for _, l := range page {
		if err := stream.Send(&rpc.ListResponse{Response: &rpc.ListResponse_Result_{Result: &rpc.ListResponse_Result{Id: l.ID, Name: l.Name}}}); err != nil {
			return err
		}
	}
	if next == "" {
		return nil
	}
	return stream.Send(&rpc.ListResponse{Response: &rpc.ListResponse_Continuation_{Continuation: &rpc.ListResponse_Continuation{ContinuationToken: next}}})
}

// classify marks errors that certainly left the resource as the state has it. A plain
// error means "unknown state" to the engine, as it should where an answer was lost or
// where the provider failed in the middle.
func (s *Server) classify(err error) error {
	if s.wrapper.backend.IsNotApplied(err) {
		return Unchanged(err)
	}
	return err
}

// recoverPanic turns a panic into the error of one call. Otherwise it would end the
// plugin, and with it all calls that are in progress.
func recoverPanic(req any, err *error) {
	r := recover()
	if r == nil {
		return
	}
	var subject string
	switch req := req.(type) {
	case interface{ GetUrn() string }:
		subject = req.GetUrn()
	case interface{ GetToken() string }:
		subject = req.GetToken()
	case interface{ GetTok() string }:
		subject = req.GetTok()
	case interface{ GetName() string }:
		subject = req.GetName()
	}
	*err = fmt.Errorf("internal error while processing %s (please report it): %v\n%s",
		cmp.Or(subject, "the provider configuration"), r, debug.Stack())
}
