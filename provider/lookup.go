package provider

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
)

// lookup finds one object of a kind by its id, or by a key that is compared
// exactly. None and several are errors which say what there is instead.
type lookup[T any] struct {
	kind string // "client"
	all  func(context.Context) ([]T, error)
	get  func(context.Context, string) (T, error)
	id   func(T) string
	key  func(T) string
	name func(T) string
}

// sought is an input that says what is looked for.
type sought struct {
	input string
	value *string
	isID  bool
}

func (l lookup[T]) find(ctx context.Context, inputs ...sought) (one T, err error) {
	by, err := onlyOne(inputs)
	if err != nil {
		return one, err
	}
	wanted := composed(*by.value)
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
		if !by.isID && composed(l.key(v)) == wanted {
			found = append(found, v)
		}
	}
	one, err = theOne(l.kind, fmt.Sprintf("the %s %q", by.input, wanted), found, all, l.called)
	if err != nil {
		return one, err
	}
	return l.get(ctx, l.id(one)) // lists do not tell everything
}

func (l lookup[T]) called(v T) string { return fmt.Sprintf("%q (%s)", l.name(v), oneLine(l.id(v))) }

func oneLine(s string) string { return strings.Trim(fmt.Sprintf("%q", s), `"`) }

// onlyOne is the input that was given, which must be one and not empty.
func onlyOne(inputs []sought) (given sought, err error) {
	var names []string
	n := 0
	for _, s := range inputs {
		names = append(names, s.input)
		if s.value != nil {
			given, n = s, n+1
		}
	}
	switch {
	case n != 1:
		return given, fmt.Errorf("one of %s must be set, and only one", strings.Join(names, " and "))
	case *given.value == "":
		return given, fmt.Errorf("%s must not be empty", given.input)
	}
	return given, nil
}
