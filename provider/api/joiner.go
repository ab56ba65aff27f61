package api

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"time"
)

const (
	joinWindow = 10 * time.Millisecond // how long an item waits for the next item of the same key
	joinLimit  = 60 * time.Millisecond // how long it waits at most while others keep coming
)

// joiner joins concurrent items of type T that have the same key, such as edits of one
// object, into rounds. The rounds of a key run one after the other. Each item has a
// result of type R. The zero value is ready to use.
type joiner[T, R any] struct {
	mu     sync.Mutex
	queues map[string]*queue[T, R]
}

// roundFunc runs one round. It finishes each item of its batch or leaves it for another
// round.
type roundFunc[T, R any] func(ctx context.Context, batch []*pending[T, R])

// queue holds the items of one key that are not yet part of a round.
type queue[T, R any] struct {
	pending []*pending[T, R]
	added   chan struct{} // receives when an item is added
}

// pending is an item and the caller who waits for its result.
type pending[T, R any] struct {
	item   T
	rounds int // rounds so far, with the current one
	ctx    context.Context
	done   chan struct{} // closed when result and err are final
	result R
	err    error
}

func (p *pending[T, R]) finish(result R, err error) {
	p.result, p.err = result, err
	close(p.done)
}

func (p *pending[T, R]) fail(err error) {
	var none R
	p.finish(none, err)
}

func (p *pending[T, R]) finished() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

// join adds item to the next round of key and waits for the result.
func (j *joiner[T, R]) join(ctx context.Context, key string, item T, runRound roundFunc[T, R]) (result R, err error) {
	if err := ctx.Err(); err != nil {
		return result, err
	}
	p := &pending[T, R]{item: item, ctx: ctx, done: make(chan struct{})}
	j.mu.Lock()
	q := j.queues[key]
	if q == nil {
		q = &queue[T, R]{added: make(chan struct{}, 1)}
		if j.queues == nil {
			j.queues = map[string]*queue[T, R]{}
		}
		j.queues[key] = q
		go j.run(key, q, runRound)
	}
	q.pending = append(q.pending, p)
	j.mu.Unlock()
	select {
	case q.added <- struct{}{}:
	default:
	}
	// A round ends soon after the last of its callers is cancelled, and its result is
	// worth the wait. A cancelled caller gives up only if other callers keep the round going.
	waitCtx, stop := withGracePeriod(ctx, cancelGrace)
	defer stop()
	select {
	case <-p.done:
	case <-waitCtx.Done():
		return result, errors.Join(ErrUnverified, ctx.Err())
	}
	return p.result, p.err
}

// waitForMore waits until no item was added for joinWindow, because the engine starts
// its concurrent operations one after the other.
func (q *queue[T, R]) waitForMore() {
	window, limit := time.NewTimer(joinWindow), time.NewTimer(joinLimit)
	defer window.Stop()
	defer limit.Stop()
	for {
		select {
		case <-q.added:
			window.Reset(joinWindow)
		case <-window.C:
			return
		case <-limit.C:
			return
		}
	}
}

// run runs rounds until no item is pending. A panic in a round becomes the error of its
// unfinished items.
func (j *joiner[T, R]) run(key string, q *queue[T, R], runRound roundFunc[T, R]) {
	var unfinished []*pending[T, R]
	for {
		q.waitForMore()
		j.mu.Lock()
		batch := append(unfinished, q.pending...)
		q.pending = nil
		if len(batch) == 0 {
			delete(j.queues, key)
			j.mu.Unlock()
			return
		}
		j.mu.Unlock()

		ctx, stop := callersContext(batch)
		if len(unfinished) > 0 { // another writer or a temporary failure: vary the timing
			_ = sleep(ctx, joinWindow<<unfinished[0].rounds+rand.N(5*joinWindow))
		}
		for _, p := range batch {
			p.rounds++
		}
		err := recoverPanic(func() error { runRound(ctx, batch); return nil })
		stop()
		unfinished = nil
		for _, p := range batch {
			switch {
			case p.finished():
			case err != nil:
				p.fail(err)
			default:
				unfinished = append(unfinished, p)
			}
		}
	}
}

// callersContext returns a context that is cancelled when all callers of the batch are.
func callersContext[T, R any](batch []*pending[T, R]) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(batch[0].ctx))
	var mu sync.Mutex
	left := len(batch)
	stops := make([]func() bool, 0, left)
	for _, p := range batch {
		stops = append(stops, context.AfterFunc(p.ctx, func() {
			mu.Lock()
			defer mu.Unlock()
			if left--; left == 0 {
				cancel()
			}
		}))
	}
	return ctx, func() {
		for _, stop := range stops {
			stop()
		}
		cancel()
	}
}
