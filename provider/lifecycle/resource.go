package lifecycle

import (
	"reflect"

	"github.com/pulumi/pulumi-go-provider/infer"
)

// Resource is a resource of the provider. Beyond its inputs and its verbs it can be a
// Normalizer, a Planner, a WriteOnly, a Lister and a NameImporter; the wrapper looks for those methods.
type Resource struct {
	infer.InferredResource // for the schema
	verbs
	implementation any
}

// NewResource makes a Resource. infer looks for methods at run time and does without those that
// it does not find, so a mistake in a signature would go unnoticed; here it does not compile.
func NewResource[R interface {
	infer.Annotated
	implementation[I, O]
}, I, O any](r R) Resource {
	return Resource{infer.Resource[R, I, O](r), typedVerbs[I, O]{r}, r}
}

// Name is the name of the resource's type, the last part of its token.
func (r Resource) Name() string { return typeName(r.implementation) }

func (r Resource) token(pkg string) string { return pkg + ":index:" + r.Name() }

// Lister is the resource as one whose objects can be listed; nil if they cannot be.
func (r Resource) Lister() Lister {
	l, _ := r.implementation.(Lister)
	return l
}

// Function is a function of the provider.
type Function struct {
	infer.InferredFunction
	name    string
	offline bool
}

// NewFunction is a function that talks to the service.
func NewFunction[F infer.Fn[I, O], I, O any](f F) Function {
	return Function{infer.Function[F, I, O](f), typeName(f), false}
}

// NewOfflineFunction is a function that does not talk to the service, and works
// without a connection to it.
func NewOfflineFunction[F infer.Fn[I, O], I, O any](f F) Function {
	return Function{infer.Function[F, I, O](f), typeName(f), true}
}

func typeName(implementation any) string { return reflect.TypeOf(implementation).Elem().Name() }

// InferredResources are resources as infer takes them.
func InferredResources(all []Resource) []infer.InferredResource {
	out := make([]infer.InferredResource, len(all))
	for i, r := range all {
		out[i] = r.InferredResource
	}
	return out
}

// InferredFunctions are functions as infer takes them.
func InferredFunctions(all []Function) []infer.InferredFunction {
	out := make([]infer.InferredFunction, len(all))
	for i, f := range all {
		out[i] = f.InferredFunction
	}
	return out
}
