package lifecycle

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
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/inputs"
)

// Lister is a resource whose objects can be listed, for imports.
type Lister interface {
	// ListInputs are the names and descriptions of what a list can be filtered by. All
	// are optional strings.
	ListInputs() map[string]string
	// List returns the objects that match the filter, in any order.
	List(ctx context.Context, filter map[string]string) ([]Listed, error)
}

// Listed is an object that can be imported.
type Listed struct {
	ID       string // as an import takes it
	Name     string // for people
	External bool   // it comes from a directory, which overwrites changes
}

// listInputs is the schema of what a list can be filtered by.
func listInputs(r Lister) *schema.ObjectTypeSpec {
	spec := &schema.ObjectTypeSpec{Type: "object", Properties: map[string]schema.PropertySpec{}}
	for name, description := range r.ListInputs() {
		spec.Properties[name] = schema.PropertySpec{TypeSpec: schema.TypeSpec{Type: "string"}, Description: description}
	}
	return spec
}

// parseFilter reads the filter of a list. It is not known if one of its values is
// unknown.
func parseFilter(r Lister, query *structpb.Struct) (filter map[string]string, known bool, err error) {
	m, err := plugin.UnmarshalProperties(query, plugin.MarshalOptions{KeepUnknowns: true})
	if err != nil {
		return nil, false, err
	}
	supported := r.ListInputs()
	filter = map[string]string{}
	for key, v := range m {
		name := string(key)
		switch _, ok := supported[name]; {
		case v.ContainsUnknowns():
			return nil, false, nil
		case v.IsNull():
		case !ok && len(supported) == 0:
			return nil, false, fmt.Errorf("the list cannot be filtered by %s; it supports no filter", name)
		case !ok:
			return nil, false, fmt.Errorf("the list cannot be filtered by %s, only by %s", name, strings.Join(inputs.SortedKeys(supported), ", "))
		case !v.IsString() || v.StringValue() == "":
			return nil, false, fmt.Errorf("the filter %s must be a non-empty string", name)
		default:
			filter[name] = v.StringValue()
		}
	}
	return filter, true, nil
}

// pageOf is the part of a list that a call asks for, in the order of IDs, and the token
// of the next page. The token holds how many objects came before, and the last ID: an
// object that is created or deleted in between makes no other appear twice or go
// missing.
func pageOf(all []Listed, req *rpc.ListRequest) (page []Listed, next string, err error) {
	sortListed(all)
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

// sortListed sorts objects by ID.
func sortListed(all []Listed) {
	slices.SortFunc(all, func(a, b Listed) int { return cmp.Compare(a.ID, b.ID) })
}

// afterID is the index of the first object with a greater ID.
func afterID(all []Listed, id string) int {
	i, found := slices.BinarySearchFunc(all, id, func(l Listed, id string) int { return cmp.Compare(l.ID, id) })
	if found {
		i++
	}
	return i
}
