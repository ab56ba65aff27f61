package provider

import (
	"context"
	"fmt"
	"strings"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
)

// listable is a resource whose objects an instance can name.
type listable interface {
	// ListInputs are what a list can be narrowed by, with what each means. All are strings that may be left out.
	ListInputs() map[string]string
	// List names the objects there are, in an order that stays.
	List(ctx context.Context, conn *api.Conn, by map[string]string) ([]listing, error)
}

// listing is an object by the id that an import takes, and a name for people.
type listing struct {
	ID, Name string
	LDAP     bool // it comes from a directory, which changes it back
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
