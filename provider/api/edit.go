package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"runtime/debug"
	"sync"
	"time"
)

// document is a JSON object kept field by field, so that what this version of
// the provider does not know of survives a read and a write.
type document map[string]json.RawMessage

// get decodes one field into v, which stays as it is if d has no such field.
func (d document) get(field string, v any) error {
	if raw, ok := d[field]; ok {
		if err := json.Unmarshal(raw, v); err != nil {
			return fmt.Errorf("%w: its %s is of another kind", ErrNotPocketID, field) // err may quote a secret
		}
	}
	return nil
}

// set writes the JSON fields of v over d's and leaves the others as they are.
func (d document) set(v any) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return json.Unmarshal(raw, &d)
}

// into decodes d as a whole.
func (d document) into(v any) error {
	raw, err := json.Marshal(d)
	if err == nil {
		err = json.Unmarshal(raw, v)
	}
	if err != nil {
		return fmt.Errorf("%w: parts of it are of another kind", ErrNotPocketID)
	}
	return nil
}

// edit is one change of an object that is replaced as a whole.
type edit struct {
	apply func(document) error // changes the object, or says why it cannot be changed
	kept  func(document) error // nil error if the change is still there after the write
	taken func()               // if it is there, it hears of a write that the server has confirmed
}

const (
	company = 10 * time.Millisecond // how long an edit waits for another of its object, before they go out
	parting = 60 * time.Millisecond // when they go out though others keep coming
	rounds  = 6                     // writes of one edit, before it is reported as undone by others
)

// edit changes the object at segments and returns it as it is afterwards.
//
// Pocket ID has no PATCH and no ETag: PUT replaces the whole object and the last
// writer wins. So edits of one object within this process are joined into one
// GET and one PUT, fields nobody changed are sent back as they came, and the
// object is read again after the write: where another process has meanwhile
// written what it had read before, the edit is made once more.
func (c *Conn) edit(ctx context.Context, e edit, segments ...string) (document, error) {
	p, err := path(segments...)
	if err != nil {
		return nil, err
	}
	id := segments[len(segments)-1]
	return c.editWhole(ctx, e, whole{
		key:   p,
		read:  func(ctx context.Context) (document, error) { return c.document(ctx, p, id) },
		write: func(ctx context.Context, doc document) error { return c.put(ctx, p, doc) },
	})
}

// whole is something that is read and replaced as a whole.
type whole struct {
	key   string // edits with the same key are joined
	read  func(context.Context) (document, error)
	write func(context.Context, document) error // by one put, which is not tried again by itself
}

// editWhole is edit for what is not read where it is written.
func (c *Conn) editWhole(ctx context.Context, e edit, w whole) (document, error) {
	return c.edits.join(ctx, w.key, e, func(ctx context.Context, batch []*waiting) { w.round(ctx, batch) })
}

// round makes the edits of batch with one GET, one PUT, and one GET to look. It
// settles each edit, or leaves it for another round.
func (o whole) round(ctx context.Context, batch []*waiting) {
	next, err := o.read(ctx)
	if err != nil {
		settleAll(batch, err)
		return
	}
	var written []*waiting
	for _, w := range batch {
		tried := maps.Clone(next)
		if err := trying(w.edit.apply, tried); err != nil {
			w.settle(nil, err) // it fails alone
			continue
		}
		next, written = tried, append(written, w)
	}
	if len(written) == 0 {
		return
	}
	wrote := o.write(ctx, next)
	if wrote != nil && !maybeDone(wrote) && !refused(wrote) {
		settleAll(written, wrote)
		return
	}
	// What became of the write must be known even if nobody waits any longer.
	asking, stop := outlive(ctx, cancelGrace)
	defer stop()
	after, err := o.look(asking)
	if err != nil {
		settleAll(written, errors.Join(ErrUnsure, wrote, err))
		return
	}
	for _, w := range written {
		w.rounds++
		if wrote == nil && w.edit.taken != nil {
			w.edit.taken()
		}
		lost := trying(w.edit.kept, after)
		over := w.rounds >= rounds || ctx.Err() != nil
		switch {
		case lost == nil:
			w.settle(after, nil)
		case over && wrote != nil:
			w.settle(nil, wrote) // it was not written at all
		case over:
			w.settle(after, lost)
		}
	}
}

// put writes what was read just now. It is not tried again by itself:
// by then others may have written, so a new try begins with a new look. Only a
// rate limit is waited for here, or a look would use up the turn of the write.
func (c *Conn) put(ctx context.Context, path string, in any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	r := request{method: http.MethodPut, path: path, body: body, kind: "application/json"}
	return c.ask(ctx, retryPolicy{}, r, nil)
}

// document reads the object with this id. An answer about anything else must
// not be written back over it.
func (c *Conn) document(ctx context.Context, path, id string) (doc document, err error) {
	var is string
	if err = c.callPath(ctx, http.MethodGet, path, nil, nil, &doc); err == nil {
		err = doc.get("id", &is)
	}
	if err == nil && is != id {
		err = request{method: http.MethodGet, path: path}.lacks("id " + id)
	}
	return doc, err
}

// look reads what became of a write. A key that could write is no reason to give up:
// where the server words a failed look-up of it as a refusal, it asks once more.
func (o whole) look(ctx context.Context) (after document, err error) {
	for range 3 {
		if after, err = o.read(ctx); !errors.Is(err, ErrUnauthorized) {
			break
		}
	}
	return after, err
}

func settleAll(batch []*waiting, err error) {
	for _, w := range batch {
		w.settle(nil, err)
	}
}

// joiner serialises and joins the edits of each object. The zero value is ready.
type joiner struct {
	mu     sync.Mutex
	queues map[string]*queue
}

// queue is the edits of one object that no round has taken yet.
type queue struct {
	waiting []*waiting
	came    chan struct{} // an edit was added
}

// waiting is an edit and its caller.
type waiting struct {
	edit   edit
	rounds int
	caller context.Context
	done   chan struct{} // closed when doc and err are final
	doc    document
	err    error
}

func (w *waiting) settle(doc document, err error) {
	w.doc, w.err = doc, err
	close(w.done)
}

func (w *waiting) settled() bool {
	select {
	case <-w.done:
		return true
	default:
		return false
	}
}

// join hands e to the next round of key's object and waits for the result.
func (j *joiner) join(ctx context.Context, key string, e edit, round func(context.Context, []*waiting)) (document, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	w := &waiting{edit: e, caller: ctx, done: make(chan struct{})}
	j.mu.Lock()
	q := j.queues[key]
	if q == nil {
		q = &queue{came: make(chan struct{}, 1)}
		if j.queues == nil {
			j.queues = map[string]*queue{}
		}
		j.queues[key] = q
		go j.run(key, q, round)
	}
	q.waiting = append(q.waiting, w)
	j.mu.Unlock()
	select {
	case q.came <- struct{}{}:
	default:
	}
	// A round ends soon after the last of its callers is cancelled, and its result is
	// worth having. Only where others keep it going does a cancelled caller leave.
	longer, stop := outlive(ctx, cancelGrace)
	defer stop()
	select {
	case <-w.done:
	case <-longer.Done():
		return nil, errors.Join(ErrUnsure, ctx.Err())
	}
	return w.doc, w.err
}

// gather waits until nobody has joined for a while: the engine hands out the
// operations that it runs at a time one after the other.
func (q *queue) gather() {
	quiet, last := time.NewTimer(company), time.NewTimer(parting)
	defer quiet.Stop()
	defer last.Stop()
	for {
		select {
		case <-q.came:
			quiet.Reset(company)
		case <-quiet.C:
			return
		case <-last.C:
			return
		}
	}
}

// run makes rounds until nobody waits.
func (j *joiner) run(key string, q *queue, round func(context.Context, []*waiting)) {
	var again []*waiting
	for {
		q.gather()
		j.mu.Lock()
		batch := append(again, q.waiting...)
		q.waiting = nil
		if len(batch) == 0 {
			delete(j.queues, key)
			j.mu.Unlock()
			return
		}
		j.mu.Unlock()

		ctx, stop := whileAnyWaits(batch)
		if len(again) > 0 { // a fault that passes, or somebody else writes too: step out of their rhythm
			_ = sleep(ctx, company<<again[0].rounds+rand.N(5*company))
		}
		guarded(func() { round(ctx, batch) }, batch)
		stop()
		again = nil
		for _, w := range batch {
			if !w.settled() {
				again = append(again, w)
			}
		}
	}
}

// trying is f(d), where a panic is the error of one edit.
func trying(f func(document) error, d document) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fault(r)
		}
	}()
	return f(d)
}

// fault is the error of a panic.
func fault(r any) error {
	return fmt.Errorf("a fault in the provider, please report it: %v\n%s", r, debug.Stack())
}

// guarded keeps a fault in one object's edits from ending the whole plugin.
func guarded(round func(), batch []*waiting) {
	defer func() {
		if r := recover(); r != nil {
			err := fault(r)
			for _, w := range batch {
				if !w.settled() {
					w.settle(nil, err)
				}
			}
		}
	}()
	round()
}

// whileAnyWaits is cancelled when all callers of the batch are.
func whileAnyWaits(batch []*waiting) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(batch[0].caller))
	var mu sync.Mutex
	left := len(batch)
	stops := make([]func() bool, 0, left)
	for _, w := range batch {
		stops = append(stops, context.AfterFunc(w.caller, func() {
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
