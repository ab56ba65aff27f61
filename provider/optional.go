package provider

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi/sdk/v3/go/property"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
)

// or is *p, or deflt where the program said nothing.
func or[T any](p *T, deflt T) T {
	if p == nil {
		return deflt
	}
	return *p
}

// some is &v, or nil for the zero value: what the server calls empty, a program leaves out.
func some[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}

func ptr[T any](v T) *T { return &v }

// sorted is a list as a set: in order, each value once. The list stays as it is.
func sorted(list []string) []string {
	return listed(slices.Compact(slices.Sorted(slices.Values(list))))
}

// listed is list, and [] for nil: the server's JSON has no null lists.
func listed(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

// withSaid lets a resource see its inputs as they came: to infer's decoder an empty
// list is one that was left out.
func withSaid(ctx context.Context, inputs property.Map) context.Context {
	return context.WithValue(ctx, saidKey{}, inputs)
}

type saidKey struct{}

// unlessLeftOut is list, and [] where the inputs say so.
func unlessLeftOut(ctx context.Context, name string, list []string) []string {
	inputs, _ := ctx.Value(saidKey{}).(property.Map)
	if inputs.Get(name).IsArray() {
		return listed(list)
	}
	return list
}

func unlessEmpty[T any](list []T) []T {
	if len(list) == 0 {
		return nil
	}
	return list
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// unfinished is the error of an object that exists and is not all it should be:
// it keeps what was reached, and the next update goes on from there.
func unfinished(failed ...error) error {
	var reasons []string
	for _, err := range failed {
		if err != nil {
			reasons = append(reasons, err.Error())
		}
	}
	if len(reasons) == 0 {
		return nil
	}
	return infer.ResourceInitFailedError{Reasons: reasons}
}

// unwritten is the error of an update that wrote nothing: the state stays. If that
// is not sure, the resource is unfinished too, so that the next update writes
// again whatever the program says by then.
func unwritten(err error) error {
	if errors.Is(err, api.ErrUnsure) {
		return unfinished(err)
	}
	return err
}
