package provider

import (
	"context"
	"sync"

	p "github.com/pulumi/pulumi-go-provider"
)

// heirs are those of one kind that were made in this run of the plugin. Of what
// Pocket ID always has one of (an image in its place, the configuration), making
// one takes the place of what is there; and where a resource is renamed in the
// program, or replaced on demand, the engine makes the new one before it deletes
// the old, which is the same on the server and must stay. The zero value is ready.
type heirs struct{ ids sync.Map }

// came notes that one was made.
func (h *heirs) came(id string) { h.ids.Store(id, true) }

// took tells, once, whether what is to be deleted has an heir, and says so.
func (h *heirs) took(ctx context.Context, id string) bool {
	_, did := h.ids.LoadAndDelete(id)
	if did {
		p.GetLogger(ctx).Infof("%s is left as it is: another resource of this stack has just taken it over", id)
	}
	return did
}
