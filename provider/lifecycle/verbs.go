package lifecycle

import (
	"context"
	"errors"
	"fmt"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi/sdk/v3/go/property"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/codec"
)

// verbs are what the engine asks of a resource, in terms of property values. The wrapper calls
// them instead of infer's.
type verbs interface {
	check(context.Context, p.CheckRequest) (p.CheckResponse, error)
	create(context.Context, p.CreateRequest) (p.CreateResponse, error)
	read(context.Context, p.ReadRequest) (p.ReadResponse, error)
	update(context.Context, p.UpdateRequest) (p.UpdateResponse, error)
	delete(context.Context, p.DeleteRequest) error
}

// implementation is a resource in terms of its inputs I and its state O.
type implementation[I, O any] interface {
	Check(context.Context, infer.CheckRequest) (p.CheckResponse, error)
	infer.CustomCreate[I, O]
	infer.CustomRead[I, O]
	infer.CustomUpdate[I, O]
	infer.CustomDelete[O]
}

// typedVerbs are the verbs of an implementation.
type typedVerbs[I, O any] struct{ resource implementation[I, O] }

func (t typedVerbs[I, O]) check(ctx context.Context, req p.CheckRequest) (p.CheckResponse, error) {
	return t.resource.Check(ctx, infer.CheckRequest{Name: req.Urn.Name(), OldInputs: req.State, NewInputs: req.Inputs})
}

func (t typedVerbs[I, O]) create(ctx context.Context, req p.CreateRequest) (p.CreateResponse, error) {
	in, err := codec.Decode[I](req.Properties)
	if err != nil {
		return p.CreateResponse{}, Unchanged(err)
	}
	res, err := t.resource.Create(ctx, infer.CreateRequest[I]{Name: req.Urn.Name(), Inputs: in})
	partial := partialState(err)
	if err != nil && partial == nil {
		return p.CreateResponse{}, err
	}
	if res.ID == "" {
		return p.CreateResponse{}, fmt.Errorf("internal error (please report it): %s has no ID after its creation", req.Urn)
	}
	return p.CreateResponse{ID: res.ID, Properties: codec.Encode(res.Output, req.Properties), PartialState: partial}, err
}

func (t typedVerbs[I, O]) read(ctx context.Context, req p.ReadRequest) (p.ReadResponse, error) {
	in, err := decodeState[I](req.Inputs)
	if err != nil {
		return p.ReadResponse{}, err
	}
	state, err := decodeState[O](req.Properties)
	if err != nil {
		return p.ReadResponse{}, err
	}
	res, err := t.resource.Read(ctx, infer.ReadRequest[I, O]{ID: req.ID, Inputs: in, State: state})
	partial := partialState(err)
	if err != nil && partial == nil {
		return p.ReadResponse{}, err
	}
	return p.ReadResponse{
		ID: res.ID, Properties: codec.Encode(res.State, req.Properties), Inputs: codec.Encode(res.Inputs, req.Inputs), PartialState: partial,
	}, err
}

func (t typedVerbs[I, O]) update(ctx context.Context, req p.UpdateRequest) (p.UpdateResponse, error) {
	in, err := codec.Decode[I](req.Inputs)
	if err != nil {
		return p.UpdateResponse{}, Unchanged(err)
	}
	state, err := decodeState[O](req.State)
	if err != nil {
		return p.UpdateResponse{}, Unchanged(err)
	}
	res, err := t.resource.Update(ctx, infer.UpdateRequest[I, O]{ID: req.ID, State: state, Inputs: in})
	partial := partialState(err)
	if err != nil && partial == nil {
		return p.UpdateResponse{}, err
	}
	return p.UpdateResponse{Properties: codec.Encode(res.Output, req.Inputs), PartialState: partial}, err
}

func (t typedVerbs[I, O]) delete(ctx context.Context, req p.DeleteRequest) error {
	state, err := decodeState[O](req.Properties)
	if err != nil {
		return Unchanged(err)
	}
	_, err = t.resource.Delete(ctx, infer.DeleteRequest[O]{ID: req.ID, State: state})
	return err
}

// decodeState is codec.Decode for what the state has. The program cannot correct it.
func decodeState[T any](m property.Map) (T, error) {
	out, err := codec.Decode[T](m)
	if err != nil {
		err = fmt.Errorf("the state is not readable: %w. Use the version of the provider that wrote it, or correct it with `pulumi stack export` and `pulumi stack import`", err)
	}
	return out, err
}

// partialState is why a resource is incomplete; nil if err is about something else.
func partialState(err error) *p.InitializationFailed {
	var incomplete infer.ResourceInitFailedError
	if !errors.As(err, &incomplete) {
		return nil
	}
	return &p.InitializationFailed{Reasons: incomplete.Reasons}
}

// unknownType has the verbs of a type that this version of the provider does not have.
type unknownType string

func (t unknownType) check(context.Context, p.CheckRequest) (res p.CheckResponse, err error) {
	return res, t.err()
}

func (t unknownType) create(context.Context, p.CreateRequest) (res p.CreateResponse, err error) {
	return res, t.err()
}

func (t unknownType) read(context.Context, p.ReadRequest) (res p.ReadResponse, err error) {
	return res, t.err()
}

func (t unknownType) update(context.Context, p.UpdateRequest) (res p.UpdateResponse, err error) {
	return res, t.err()
}

func (t unknownType) delete(context.Context, p.DeleteRequest) error { return t.err() }

func (t unknownType) err() error {
	return fmt.Errorf("this version of the provider has no resource type %s: check the type, or upgrade the provider", string(t))
}
