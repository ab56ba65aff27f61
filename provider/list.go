package provider

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
)

// listable is a resource whose objects an instance can name.
type listable interface {
	// ListInputs are what a list can be narrowed by, with what each means. All are strings that may be left out.
	ListInputs() map[string]string
	// List names the objects there are, in any order.
	List(ctx context.Context, conn *api.Conn, by map[string]string) ([]listing, error)
}

// listing is an object by the id that an import takes, and a name for people.
type listing struct {
	ID, Name string
	LDAP     bool // it comes from a directory, which changes it back
}

// listInputs is how a schema says that a resource can be listed, and by what.
func listInputs(r listable) *schema.ObjectTypeSpec {
	spec := &schema.ObjectTypeSpec{Type: "object", Properties: map[string]schema.PropertySpec{}}
	for name, means := range r.ListInputs() {
		spec.Properties[name] = schema.PropertySpec{TypeSpec: schema.TypeSpec{Type: "string"}, Description: means}
	}
	return spec
}

// List serves `pulumi do <resource> list`: the ids and names of what an instance
// has, for reading and importing. infer has no place for it.
func (s *server) List(req *rpc.ListRequest, stream grpc.ServerStreamingServer[rpc.ListResponse]) (err error) {
	defer caught(req, &err)
	r, ok := s.wrapper.raw[req.GetToken()].(listable)
	if !ok {
		return status.Errorf(codes.Unimplemented, "%s cannot be listed", req.GetToken())
	}
	by, known, err := listedBy(r, req.GetQuery())
	if err != nil {
		return err
	}
	if !known {
		return stream.Send(&rpc.ListResponse{Response: &rpc.ListResponse_Computed_{Computed: &rpc.ListResponse_Computed{}}})
	}
	conn, err := s.wrapper.config.connection()
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(stream.Context())
	defer stop()
	defer context.AfterFunc(s.untilCtrlC, stop)()
	all, err := r.List(ctx, conn, by)
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

// listedBy reads what a list is to be narrowed by. It is not known if a part of it is not.
func listedBy(r listable, query *structpb.Struct) (by map[string]string, known bool, err error) {
	m, err := plugin.UnmarshalProperties(query, plugin.MarshalOptions{KeepUnknowns: true})
	if err != nil {
		return nil, false, err
	}
	inputs := r.ListInputs()
	by = map[string]string{}
	for key, v := range m {
		name := string(key)
		switch _, ok := inputs[name]; {
		case v.ContainsUnknowns():
			return nil, false, nil
		case v.IsNull():
		case !ok && len(inputs) == 0:
			return nil, false, fmt.Errorf("a list cannot be narrowed by %s: it is always the whole list", name)
		case !ok:
			return nil, false, fmt.Errorf("a list cannot be narrowed by %s, but by %s", name, strings.Join(sortedKeys(inputs), ", "))
		case !v.IsString() || v.StringValue() == "":
			return nil, false, fmt.Errorf("%s must be a string that is not empty", name)
		default:
			by[name] = v.StringValue()
		}
	}
	return by, true, nil
}

// pageOf is the part of a list that a call asks for, in the order of ids, and the
// token of the next. A token has how many there were before, and the last of them:
// what is made or deleted meanwhile makes no other appear twice or go missing.
func pageOf(all []listing, req *rpc.ListRequest) (page []listing, next string, err error) {
	slices.SortFunc(all, func(a, b listing) int { return cmp.Compare(a.ID, b.ID) })
	before := int64(0)
	if token := req.GetContinuationToken(); token != "" {
		count, last, ok := strings.Cut(token, " ")
		if before, err = strconv.ParseInt(count, 10, 64); err != nil || !ok || before < 0 {
			return nil, "", fmt.Errorf("%q is not a continuation token of this list", token)
		}
		all = all[afterID(all, last):]
	}
	most := int64(len(all))
	if limit := req.GetLimit(); limit > 0 {
		most = min(most, max(limit-before, 0))
	}
	page = all[:most]
	if size := req.GetPageSize(); size > 0 && size < most {
		page = all[:size]
		next = fmt.Sprintf("%d %s", before+size, page[size-1].ID)
	}
	return page, next, nil
}

// afterID is the index of the first with a greater id.
func afterID(all []listing, id string) int {
	i, found := slices.BinarySearchFunc(all, id, func(l listing, id string) int { return cmp.Compare(l.ID, id) })
	if found {
		i++
	}
	return i
}

// theOne is the one object that a lookup found. None and several are errors which
// say what there is instead.
func theOne[T any](kind, wanted string, found, all []T, called func(T) string) (one T, err error) {
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1:
		return one, fmt.Errorf("%d %ss have %s: %s; ask for one by its id", len(found), kind, wanted, enumerated(found, called))
	case len(all) == 0:
		return one, fmt.Errorf("no %s has %s: there are none", kind, wanted)
	}
	return one, fmt.Errorf("no %s has %s: there are %s", kind, wanted, enumerated(all, called))
}

// enumerated names the first of a list, and counts the rest.
func enumerated[T any](list []T, called func(T) string) string {
	const most = 20
	var names []string
	for _, v := range list[:min(most, len(list))] {
		names = append(names, called(v))
	}
	if more := len(list) - most; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(names, ", "), more)
	}
	return strings.Join(names, ", ")
}
