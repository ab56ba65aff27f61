package api

import (
	"context"
	"sync"
)

// once caches the first result of a function that is not an error. While one caller
// runs the function, the others wait for its result, each until its own context
// ends. An error goes only to the caller who ran the function, because it may be due
// to that caller's context; the next one runs it again.
type once[T any] struct {
	mu       sync.Mutex
	known    bool
	value    T
	inFlight chan struct{} // closed when the running function has returned
}

func (o *once[T]) get(ctx context.Context, fetch func() (T, error)) (v T, err error) {
	for {
		o.mu.Lock()
		if o.known {
			defer o.mu.Unlock()
			return o.value, nil
		}
		inFlight := o.inFlight
		if inFlight == nil {
			break
		}
		o.mu.Unlock()
		select {
		case <-inFlight:
		case <-ctx.Done():
			return v, ctx.Err()
		}
	}
	inFlight := make(chan struct{})
	o.inFlight = inFlight
	o.mu.Unlock()
	returned := false // false after a panic
	defer func() {
		o.mu.Lock()
		defer o.mu.Unlock()
		if o.inFlight = nil; returned && err == nil {
			o.known, o.value = true, v
		}
		close(inFlight)
	}()
	v, err = fetch()
	returned = true
	return v, err
}
