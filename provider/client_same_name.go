package provider

import (
	"context"
	"strings"
	"sync"

	p "github.com/pulumi/pulumi-go-provider"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
)

// earlierClients are the clients that existed before this operation, by name: the newest
// hundred, because an update that was killed was a recent one.
type earlierClients struct {
	mu     sync.Mutex
	listed bool                // also if the list failed: a later one has clients of this operation
	byName map[string][]string // IDs
}

// take returns the IDs of the clients with this name, once per name.
func (e *earlierClients) take(ctx context.Context, conn *api.Conn, name string) (ids []string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.listed {
		e.listed, e.byName = true, map[string][]string{}
		newest, err := conn.EarlierClients(ctx)
		if err != nil {
			return nil // only a warning is lost; the create reports what is wrong
		}
		for _, client := range newest {
			e.byName[client.Name] = append(e.byName[client.Name], client.ID)
		}
	}
	ids = e.byName[name]
	delete(e.byName, name)
	return ids
}

// warn warns about clients of the same name, which an update may have created before it was
// killed. Where the program sets a client ID, the create fails instead.
func (e *earlierClients) warn(ctx context.Context, conn *api.Conn, id *string, name string) {
	if id != nil {
		return
	}
	if ids := e.take(ctx, conn, name); len(ids) > 0 {
		p.GetLogger(ctx).Warningf("Pocket ID already has clients with this name, with the IDs %s. If an interrupted update created one of them, delete it or import it",
			strings.Join(ids, ", "))
	}
}
