package api

import (
	"context"
	"sync"
)

// baselines are the baselines of all kinds of objects, by the path of their list. The zero
// value is ready to use.
type baselines struct {
	mu     sync.Mutex
	byPath map[string]*baseline
}

func (b *baselines) of(path string) *baseline {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.byPath[path] == nil {
		if b.byPath == nil {
			b.byPath = map[string]*baseline{}
		}
		b.byPath[path] = &baseline{}
	}
	return b.byPath[path]
}

// baseline determines whether an object existed before this connection created the first object
// of its kind. A create needs that if its response is lost: the object that is found then
// may be an older one, which a create must not adopt.
//
// It holds the newest objects of that time: one page of the list. So a create needs no
// request of its own, and the cost does not grow with the instance.
type baseline struct {
	before once[newestObjects]

	mu      sync.Mutex
	created map[string]bool // by this connection
	deleted map[string]bool // by this connection, since the baseline was read
}

// newestObjects is the first page of a list that is sorted by the time of creation.
type newestObjects struct {
	objects []NamedRef
	all     bool // the list has no other page
}

// NamedRef is an object of a list with its name.
type NamedRef struct {
	ID   string `json:"id"`
	Name string `json:"name"` // empty for a user and a signup token
}

func (n newestObjects) has(id string) bool {
	for _, object := range n.objects {
		if object.ID == id {
			return true
		}
	}
	return false
}

// noteCreated records that a create of this connection has returned the object with this ID.
func (b *baseline) noteCreated(id string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.created == nil {
		b.created = map[string]bool{}
	}
	b.created[id] = true
}

// noteDeleted records that this connection has deleted the object with this ID. A later
// create may use the ID again.
func (b *baseline) noteDeleted(id string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.created, id)
	if b.deleted == nil {
		b.deleted = map[string]bool{}
	}
	b.deleted[id] = true
}

// hasCreated reports whether this connection has created the object with this ID.
func (b *baseline) hasCreated(id string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.created[id]
}

// had reports whether the object with this ID was among the newest before, and this connection
// has not deleted it.
func (b *baseline) had(before newestObjects, id string) bool {
	b.mu.Lock()
	deleted := b.deleted[id]
	b.mu.Unlock()
	return !deleted && before.has(id)
}

// get returns the newest objects as they were before the first create. It calls read once.
func (b *baseline) get(ctx context.Context, read func() (newestObjects, error)) (newestObjects, error) {
	return b.before.get(ctx, true, read)
}
