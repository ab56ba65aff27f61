package api

import (
	"context"
	"sync"
)

// once caches the first result of a function that is not an error. While one caller
// runs the function, the others wait for its result, each until its own context
// ends. They share an error too: if a server hangs, they do not wait for it one after
// the other. An error is not cached, and it is not shared
//   - if it may be due to the context of the caller who ran the function;
//   - with a patient caller, if the one who ran the function did not wait for a server
//     that is unavailable.
type once[T any] struct {
	mu       sync.Mutex
	known    bool
	value    T
	inFlight *flight
}

// forget drops the cached result if it is stale.
func (o *once[T]) forget(isStale func(T) bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.known && isStale(o.value) {
		o.known = false
	}
}

// peek returns the value if it is known.
func (o *once[T]) peek() (v T, known bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.value, o.known
}

// flight is a running call of the function.
type flight struct {
	patient bool
	done    chan struct{} // closed when the function has returned
	err     error         // to share; nil if there is none
}

func (o *once[T]) get(ctx context.Context, patient bool, fetch func() (T, error)) (v T, err error) {
	for {
		o.mu.Lock()
		if o.known {
			defer o.mu.Unlock()
			return o.value, nil
		}
		running := o.inFlight
		if running == nil {
			break
		}
		o.mu.Unlock()
		select {
		case <-running.done:
		case <-ctx.Done():
			return v, ctx.Err()
		}
		if running.err != nil && (running.patient || !patient) {
			return v, running.err
		}
	}
	own := &flight{patient: patient, done: make(chan struct{})}
	o.inFlight = own
	o.mu.Unlock()
	returned := false // false after a panic
	defer func() {
		o.mu.Lock()
		defer o.mu.Unlock()
		o.inFlight = nil
		switch {
		case returned && err == nil:
			o.known, o.value = true, v
		case returned && ctx.Err() == nil:
			own.err = err
		}
		close(own.done)
	}()
	v, err = fetch()
	returned = true
	return v, err
}
