package api

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"time"
)

// joiner joins concurrent items of type T that have the same key, such as edits of one
// object, into rounds. The rounds of a key run one after the other. Each item has a
// result of type R. The zero value is ready to use.
type joiner[T, R any] struct {
	mu     sync.Mutex
	queues map[string]*queue[T, R]
}

// roundFunc runs one round. It finishes each item of its batch or leaves it for another
// round. latest is what the round before has read last, and it sets latest for the next round.
type roundFunc[T, R any] func(ctx context.Context, batch []*pending[T, R], latest *snapshot[R])

// queue holds the items of one key that are not yet part of a round.
type queue[T, R any] struct {
	pending []*pending[T, R]
	waiting int // callers who wait for a result
	pace    pace
	added   chan struct{} // receives when an item is added
}

// snapshot is a value as it was read at some time. The zero value is none.
type snapshot[R any] struct {
	value R
	at    time.Time
}

// maxSnapshotAge is how old the object may be that a round begins with. Whatever another
// writer does in this time is lost, so it is short: just long enough for the engine to start
// its next operations.
const maxSnapshotAge = 100 * time.Millisecond

func (s snapshot[R]) isRecent() bool { return !s.at.IsZero() && time.Since(s.at) <= maxSnapshotAge }

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
	q.waiting++
	q.pace.arrived(q.waiting)
	j.mu.Unlock()
	defer func() {
		j.mu.Lock()
		defer j.mu.Unlock()
		q.waiting--
	}()
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

// wait waits until a round is worth starting, and returns its items. Without any for
// maxSnapshotAge, it returns none and removes the queue.
func (j *joiner[T, R]) wait(key string, q *queue[T, R], unfinished []*pending[T, R]) (batch []*pending[T, R]) {
	if len(unfinished) == 0 && !j.waitForFirst(key, q) {
		return nil
	}
	j.waitForMore(q, len(unfinished))
	j.mu.Lock()
	defer j.mu.Unlock()
	batch = append(unfinished, q.pending...)
	q.pending = nil
	return batch
}

// waitForFirst waits until an item is pending. Otherwise it removes the queue.
func (j *joiner[T, R]) waitForFirst(key string, q *queue[T, R]) bool {
	idle := time.NewTimer(maxSnapshotAge)
	defer idle.Stop()
	isPending := func(last bool) bool {
		j.mu.Lock()
		defer j.mu.Unlock()
		if last && len(q.pending) == 0 {
			delete(j.queues, key)
		}
		return len(q.pending) > 0
	}
	for !isPending(false) {
		select {
		case <-q.added:
		case <-idle.C:
			return isPending(true)
		}
	}
	return true
}

// waitForMore waits until as many items are pending as were at once before, or no more arrive.
func (j *joiner[T, R]) waitForMore(q *queue[T, R], unfinished int) {
	j.mu.Lock()
	window := q.pace.window()
	j.mu.Unlock()
	next, limit := time.NewTimer(window), time.NewTimer(joinLimit)
	defer next.Stop()
	defer limit.Stop()
	for {
		j.mu.Lock()
		complete := q.pace.isComplete(len(q.pending) + unfinished)
		j.mu.Unlock()
		if complete {
			return
		}
		select {
		case <-q.added:
			next.Reset(window)
		case <-next.C:
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
	var latest snapshot[R]
	for {
		batch := j.wait(key, q, unfinished)
		if len(batch) == 0 {
			return
		}
		ctx, stop := callersContext(batch)
		if len(unfinished) > 0 { // another writer or a temporary failure: vary the timing
			latest = snapshot[R]{}
			_ = sleep(ctx, minRetryPause<<unfinished[0].rounds+rand.N(5*minRetryPause))
		}
		for _, p := range batch {
			p.rounds++
		}
		err := recoverPanic(func() error { runRound(ctx, batch, &latest); return nil })
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
		j.mu.Lock()
		q.pace.roundEnded()
		j.mu.Unlock()
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
