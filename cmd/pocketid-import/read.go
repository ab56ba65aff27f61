package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/inventory"
)

// reader lists objects of an instance and reports its progress.
type reader struct {
	conn     *api.Conn
	progress io.Writer
	ticks    <-chan time.Time // a dot is printed at each tick
}

// read lists the objects of the selected types. It leaves out those that come from LDAP, and
// lists the objects of typesForLDAP that belong to them instead.
func (r reader) read(ctx context.Context, selected, typesForLDAP []string) ([]inventory.Object, error) {
	var objects []inventory.Object
	fromLDAP := map[string]bool{}
	for i, typ := range selected {
		fmt.Fprintf(r.progress, "[%d/%d] %s: ", i+1, len(selected), typ)
		found, err := r.list(ctx, typ)
		if err != nil {
			return nil, err
		}
		for _, o := range found {
			if o.LDAP {
				fmt.Fprintf(r.progress, "# skipped: %s comes from LDAP\n", describe(o))
				fromLDAP[key(o.Type, o.ID)] = true
				continue
			}
			objects = append(objects, o)
		}
	}
	if len(fromLDAP) == 0 {
		return objects, nil
	}
	for _, typ := range typesForLDAP {
		found, err := inventory.Of(ctx, r.conn, typ)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", typ, err)
		}
		found = slices.DeleteFunc(found, func(o inventory.Object) bool { return !fromLDAP[ownerKey(o)] })
		fmt.Fprintf(r.progress, "%s of objects from LDAP: %d\n", typ, len(found))
		objects = append(objects, found...)
	}
	return objects, nil
}

// list lists the objects of one type. There are none if the server's version does not support the type.
func (r reader) list(ctx context.Context, typ string) ([]inventory.Object, error) {
	found, err := r.wait(func() ([]inventory.Object, error) { return inventory.Of(ctx, r.conn, typ) })
	if errors.Is(err, api.ErrUnsupported) {
		fmt.Fprintln(r.progress, api.ErrUnsupported)
		return nil, nil
	}
	if err != nil {
		fmt.Fprintln(r.progress, "failed")
		return nil, fmt.Errorf("%s: %w", typ, err)
	}
	fmt.Fprintln(r.progress, len(found))
	return found, nil
}

// wait prints a dot at each tick until list returns. Listing can take minutes: after the first
// hundred requests, Pocket ID before 2.10 answers only one per second.
func (r reader) wait(list func() ([]inventory.Object, error)) (found []inventory.Object, err error) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		found, err = list()
	}()
	for {
		select {
		case <-done:
			return found, err
		case <-r.ticks:
			fmt.Fprint(r.progress, ".")
		}
	}
}
