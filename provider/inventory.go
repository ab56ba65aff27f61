package provider

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"time"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
)

// Object is something of an instance that a stack can take over.
type Object struct {
	Type string // "Client"
	ID   string // as `pulumi import` wants it
	Name string // as people know it
	LDAP bool   // it comes from a directory, and cannot be changed
}

// Inventory lists what an instance has.
type Inventory struct {
	conn  *api.Conn
	kinds map[string]listable
	order []string
}

// NewInventory connects as the provider does with this configuration, and with the
// same environment variables for what it leaves out.
func NewInventory(c Config) (*Inventory, error) {
	conn, err := c.connect()
	if err != nil {
		return nil, err
	}
	inventory := &Inventory{conn: conn, kinds: map[string]listable{}}
	for _, r := range resources(&c, time.Now) {
		if l, ok := r.written.(listable); ok {
			name := reflect.TypeOf(r.written).Elem().Name()
			inventory.kinds[name] = l
			inventory.order = append(inventory.order, name)
		}
	}
	return inventory, nil
}

// Types are the resources whose objects can be listed.
func (i *Inventory) Types() []string { return slices.Clone(i.order) }

// Of lists all objects of one type, in the order of their ids.
func (i *Inventory) Of(ctx context.Context, typ string) ([]Object, error) {
	kind, ok := i.kinds[typ]
	if !ok {
		return nil, fmt.Errorf("%s cannot be listed", typ)
	}
	found, err := kind.List(ctx, i.conn, nil)
	if err != nil {
		return nil, err
	}
	page, _, _ := pageOf(found, nil)
	var out []Object
	for _, l := range page {
		out = append(out, Object{Type: typ, ID: l.ID, Name: l.Name, LDAP: l.LDAP})
	}
	return out, nil
}
