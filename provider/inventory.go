package provider

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/lifecycle"
)

// Object is an object of an instance that can be imported.
type Object struct {
	Type string // of the resource: "Client"
	ID   string // as `pulumi import` takes it
	Name string // for people
	LDAP bool   // it comes from an LDAP directory, which overwrites changes
}

// Inventory lists the objects of an instance.
type Inventory struct {
	config *Config
	kinds  map[string]lifecycle.Lister
	types  []string
}

// NewInventory connects as the provider does with this configuration. The environment
// variables of the provider apply to what the configuration omits.
func NewInventory(ctx context.Context, c Config) (*Inventory, error) {
	client, err := c.connect(ctx)
	if err != nil {
		return nil, err
	}
	c.session = &session{client: client}
	inventory := &Inventory{config: &c, kinds: map[string]lifecycle.Lister{}}
	for _, r := range resources(&c, time.Now) {
		if lister := r.Lister(); lister != nil {
			inventory.kinds[r.Name()] = lister
			inventory.types = append(inventory.types, r.Name())
		}
	}
	return inventory, nil
}

// Types are the names of the resources whose objects can be listed.
func (i *Inventory) Types() []string { return slices.Clone(i.types) }

// Of lists all objects of a type, sorted by ID.
func (i *Inventory) Of(ctx context.Context, typ string) ([]Object, error) {
	lister, ok := i.kinds[typ]
	if !ok {
		return nil, fmt.Errorf("%s cannot be listed", typ)
	}
	found, err := lister.List(ctx, nil)
	if err != nil {
		return nil, err
	}
	lifecycle.SortListed(found)
	var out []Object
	for _, l := range found {
		out = append(out, Object{Type: typ, ID: l.ID, Name: l.Name, LDAP: l.External})
	}
	return out, nil
}

// VerifyClientSecret reports whether Pocket ID accepts a secret of a client. It changes
// nothing.
func (i *Inventory) VerifyClientSecret(ctx context.Context, clientID, secret string) (bool, error) {
	return i.config.conn().VerifyClientSecret(ctx, clientID, secret)
}
