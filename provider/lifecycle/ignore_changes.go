package lifecycle

import (
	"errors"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/property"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/inputs"
)

// The engine applies ignoreChanges itself: before Check, it sets ignored inputs to their old
// values. Only Diff and Update get the list of what is ignored. A resource whose Normalize
// converts inputs into others must keep the others too.

// ChangeIgnorer is a resource whose Normalize adds inputs that the program does not set.
// KeepIgnored sets those that come from ignored inputs to their values in the state.
type ChangeIgnorer interface {
	KeepIgnored(ignored []string, in, state property.Map) property.Map
}

// keepIgnored lets a resource correct the inputs of an update that ignores changes.
func keepIgnored(implementation any, paths []string, in, state property.Map) property.Map {
	if r, ok := implementation.(ChangeIgnorer); ok && len(paths) > 0 {
		return r.KeepIgnored(ignoredInputs(paths), in, state)
	}
	return in
}

// ignoredInputs are the inputs that the paths of ignoreChanges begin with.
func ignoredInputs(paths []string) (names []string) {
	for _, text := range paths {
		path, err := resource.ParsePropertyPath(text)
		if err != nil || len(path) == 0 {
			continue
		}
		if name, ok := path[0].(string); ok {
			names = append(names, name)
		}
	}
	return names
}

// FailUnlessIgnored records a validation error of inputs that are only valid if the program
// ignores changes of one of the properties. Check does not know what is ignored, so Diff
// reports the error.
func FailUnlessIgnored(check *inputs.Checker, reason string, properties ...string) {
	c := callFrom(check.Context())
	if c.registry == nil {
		return
	}
	c.registry.mu.Lock()
	defer c.registry.mu.Unlock()
	c.registry.progressOf(c.urn).unlessIgnored = &unlessIgnored{properties, reason}
}

type unlessIgnored struct {
	properties []string
	reason     string
}

// notIgnored is the validation error of a resource that FailUnlessIgnored has recorded.
func (r *registry) notIgnored(urn resource.URN, paths []string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	failure := r.progressOf(urn).unlessIgnored
	if failure == nil || slices.ContainsFunc(ignoredInputs(paths), func(name string) bool { return slices.Contains(failure.properties, name) }) {
		return nil
	}
	return errors.New(failure.reason)
}
