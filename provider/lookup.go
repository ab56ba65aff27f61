package provider

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/inputs"
)

// lookup finds one object by its ID, or by a key that is compared exactly. It fails if
// nothing or several objects match, and lists the candidates.
type lookup[T any] struct {
	kind string // "client"
	all  func(context.Context) ([]T, error)
	get  func(context.Context, string) (T, error)
	id   func(T) string
	key  func(T) string
	name func(T) string
}

// adviceLookup is what to do if several objects match.
const adviceLookup = "look one up by its ID"

// criterion is an input that selects the object.
type criterion struct {
	input string
	value *string
	isID  bool
}

func (l lookup[T]) find(ctx context.Context, criteria ...criterion) (one T, err error) {
	by, err := onlyOne(criteria)
	if err != nil {
		return one, err
	}
	wanted := inputs.NormalizeNFC(*by.value)
	if by.isID {
		one, err = l.get(ctx, *by.value)
		if !errors.Is(err, api.ErrNotFound) {
			return one, err
		}
	}
	all, err := l.all(ctx)
	if err != nil {
		return one, err
	}
	var found []T
	for _, v := range all {
		if !by.isID && inputs.NormalizeNFC(l.key(v)) == wanted {
			found = append(found, v)
		}
	}
	one, err = inputs.Only(l.kind, fmt.Sprintf("the %s %q", by.input, wanted), adviceLookup, found, all, l.describe)
	if err != nil {
		return one, err
	}
	return l.get(ctx, l.id(one)) // the list does not have every field
}

func (l lookup[T]) describe(v T) string {
	return fmt.Sprintf("%q (%s)", l.name(v), strings.Trim(fmt.Sprintf("%q", l.id(v)), `"`))
}

// onlyOne is the only criterion that is set.
func onlyOne(criteria []criterion) (set criterion, err error) {
	var names []string
	n := 0
	for _, c := range criteria {
		names = append(names, c.input)
		if c.value != nil {
			set, n = c, n+1
		}
	}
	switch {
	case n != 1:
		return set, fmt.Errorf("exactly one of %s must be set", strings.Join(names, " and "))
	case *set.value == "":
		return set, fmt.Errorf("%s must not be empty", set.input)
	}
	return set, nil
}
