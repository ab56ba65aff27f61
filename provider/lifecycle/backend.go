package lifecycle

import (
	"context"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// Backend is what the wrapper must know of the service whose objects the resources
// manage.
type Backend interface {
	// Connect returns why no request can be made, such as a missing address. It makes
	// no request itself.
	Connect() error

	// Instance identifies the instance of the service that the provider talks to.
	Instance(context.Context) (string, error)
	// InstanceIfReachable is Instance for a preview, which must not wait for a service
	// that is down. It reports false if the instance cannot be known now.
	InstanceIfReachable(context.Context) (string, bool, error)
	// WrongInstance is the error for a resource that belongs to the instance want,
	// while the provider talks to the instance got.
	WrongInstance(want, got string) error

	// IsFormer reports whether an instance is the one that the provider talks to, under
	// an identity that it had before.
	IsFormer(instance string) bool
	// IsNotFound reports whether an error means that the object does not exist.
	IsNotFound(error) bool
	// IsNotApplied reports whether a change that failed was certainly not made: it was
	// refused, or never sent.
	IsNotApplied(error) bool
	// IsOutcomeUnknown reports whether a change that failed may have been made.
	IsOutcomeUnknown(error) bool

	// ExplainCreate adds what to do next to the error of a create.
	ExplainCreate(resource.URN, error) error
	// Succeeded is called after each successful call that talked to the service.
	Succeeded(context.Context)
}
