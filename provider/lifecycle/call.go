package lifecycle

import (
	"context"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/redact"
)

// call is the call of the engine that a resource serves. The wrapper puts it into the
// context.
type call struct {
	urn      resource.URN
	id       string // in Delete
	instance string
	isImport bool
	registry *registry
	redactor redact.Redactor // for messages that name an object: its ID may be secret
	// unmanaged are the write-only inputs that the state has and the program never set.
	unmanaged []string
}

type callKey struct{}

func withCall(ctx context.Context, c call) context.Context {
	return context.WithValue(ctx, callKey{}, c)
}

func callFrom(ctx context.Context) call {
	c, _ := ctx.Value(callKey{}).(call)
	return c
}

// Instance is the instance that the provider talks to. Create, Read and Update can
// ask for it.
func Instance(ctx context.Context) string { return callFrom(ctx).instance }

// IsImport reports whether Read serves an import: the state is empty.
func IsImport(ctx context.Context) bool { return callFrom(ctx).isImport }

// Unmanaged are the write-only inputs that the state has and the program never set. Update
// can ask for them: it keeps them on the server, and puts what the server has into the state.
func Unmanaged(ctx context.Context) []string { return callFrom(ctx).unmanaged }
