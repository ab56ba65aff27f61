package provider

import (
	"context"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/inventory"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/lifecycle"
)

// list lists objects of one type for package lifecycle.
func (c *Config) list(ctx context.Context, list inventory.List, filter inventory.Filter) ([]lifecycle.Listed, error) {
	objects, err := list(ctx, c.conn(), filter)
	if err != nil {
		return nil, err
	}
	var found []lifecycle.Listed
	for _, o := range objects {
		found = append(found, lifecycle.Listed{ID: o.ID, Name: o.Name, External: o.LDAP})
	}
	return found, nil
}
