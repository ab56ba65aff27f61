package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/inventory"
)

// stateObject is an object in the state of another tool. Its name is that of the resource there.
type stateObject struct {
	inventory.Object
	secret string // value of a client's secret, if the state has it
}

// otherState is the content of the state of another tool.
type otherState struct {
	objects []stateObject
	notes   []string // what cannot be imported, and why
}

func (s *otherState) add(typ, id, name string) {
	s.objects = append(s.objects, stateObject{Object: inventory.Object{Type: typ, ID: id, Name: name}})
}

func (s *otherState) addSecret(typ, id, name, secret string) {
	s.add(typ, id, name)
	s.objects[len(s.objects)-1].secret = secret
}

func (s *otherState) note(format string, args ...any) {
	s.notes = append(s.notes, fmt.Sprintf(format, args...))
}

// readState reads the state of another tool from a file, or from stdin if the path is "-".
func readState(path string, stdin io.Reader, parse func([]byte) (otherState, error)) (otherState, error) {
	var text []byte
	var err error
	if path == "-" {
		text, err = io.ReadAll(stdin)
	} else {
		text, err = os.ReadFile(path)
	}
	if err != nil {
		return otherState{}, err
	}
	state, err := parse(text)
	if err != nil {
		return otherState{}, fmt.Errorf("%s: %w", path, err)
	}
	return state, nil
}

// existing returns the objects that the instance has and that can be changed. An import of any other would fail, and with it
// the whole import.
func existing(ctx context.Context, conn *api.Conn, state otherState, progress io.Writer) ([]stateObject, error) {
	known := map[string]map[string]inventory.Object{} // by type and ID
	var found []stateObject
	seen := map[string]bool{}
	for _, o := range state.objects {
		if known[o.Type] == nil {
			listed, err := inventory.Of(ctx, conn, o.Type)
			if err != nil && !errors.Is(err, api.ErrUnsupported) {
				return nil, fmt.Errorf("%s: %w", o.Type, err)
			}
			known[o.Type] = map[string]inventory.Object{}
			for _, l := range listed {
				known[o.Type][l.ID] = l
			}
		}
		switch l, exists := known[o.Type][o.ID]; {
		case !exists:
			fmt.Fprintf(progress, "# skipped: %s is not on the server\n", describe(o.Object))
		case l.LDAP:
			fmt.Fprintf(progress, "# skipped: %s comes from LDAP\n", describe(o.Object))
		case seen[key(o.Type, o.ID)]:
			fmt.Fprintf(progress, "# skipped: %s is in the state twice\n", describe(o.Object))
		default:
			seen[key(o.Type, o.ID)] = true
			found = append(found, o)
		}
	}
	return found, nil
}

// resourceName is the name of a resource in the stack, which other types can have too, and its name in the file.
type resourceName struct{ logical, inFile string }

// stateNames returns the names of each object by its key. The logical name is that in the other tool.
func stateNames(objects []stateObject) map[string]resourceName {
	typeOf := func(o stateObject) string { return slug(o.Type) }
	all := func(stateObject) string { return "" }
	hash := func(o stateObject) string { return shortHash(o.ID) }
	logical := map[string]string{}
	for _, o := range objects {
		logical[key(o.Type, o.ID)] = o.Name
	}
	distinguish(objects, logical, typeOf, hash) // the same text can come from different modules
	inFile := maps.Clone(logical)
	distinguish(objects, inFile, all, typeOf)
	distinguish(objects, inFile, all, hash)
	names := map[string]resourceName{}
	for id := range logical {
		names[id] = resourceName{logical[id], inFile[id]}
	}
	return names
}

// distinguish appends a suffix to each name that several objects of a scope have.
func distinguish(objects []stateObject, names map[string]string, scope, suffix func(stateObject) string) {
	count := map[[2]string]int{}
	for _, o := range objects {
		count[[2]string{scope(o), names[key(o.Type, o.ID)]}]++
	}
	for _, o := range objects {
		if id := key(o.Type, o.ID); count[[2]string{scope(o), names[id]}] > 1 {
			names[id] += "-" + suffix(o)
		}
	}
}
