package api

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"
)

// maxRounds is how often an edit is written before it fails because others keep
// overwriting it.
const maxRounds = 6

// edit is one change of an object that the server replaces as a whole.
type edit struct {
	apply   func(document) error // changes the object, or returns why it must not change
	verify  func(document) error // after the write: returns an error if the change is not there
	onWrite func()               // optional; called after a write that the server has confirmed

	overwrites bool // apply sets the whole object and does not depend on what it was before
	trusted    bool // nobody else writes the object and nothing is dropped: a confirmed write needs no read

	// contended edits are verified with a read: they change an entry of a list in which other stacks
	// have theirs, or nothing would show later that another writer has undone them. Two processes
	// that added an entry at the same moment lost one in 100 of 100 runs without the read, and in
	// 2 of 100 with it.
	contended bool
}

// pendingEdit is an edit and the caller who waits for its result, the changed object.
type pendingEdit = pending[edit, document]

// target is an object that is read and replaced as a whole.
type target struct {
	key      string // edits of the same key are joined
	read     func(context.Context) (document, error)
	write    func(context.Context, document) (document, error) // one PUT without retries; returns the object in the response, or nil
	complete completeFunc                                      // optional
	empty    document                                          // optional; what an edit that overwrites may begin with instead of a read
}

// completeFunc sets fields that the response to a PUT does not show, although the server keeps
// them, to their values before the PUT. It returns false if only a read shows them.
type completeFunc func(response, before document) bool

// keepFields is a completeFunc for fields that a PUT does not change.
func keepFields(fields ...string) completeFunc {
	return func(response, before document) bool {
		for _, field := range fields {
			if value, ok := before[field]; ok {
				response[field] = value
			}
		}
		return true
	}
}

// before returns the object that the edits of batch begin with. It saves the read if none
// of them depends on it, or if the round before has just read the object.
func (t target) before(ctx context.Context, batch []*pendingEdit, latest snapshot[document]) (document, error) {
	switch {
	case latest.isRecent():
		return latest.value, nil
	case t.empty != nil && !slices.ContainsFunc(batch, func(p *pendingEdit) bool { return !p.item.overwrites }):
		return maps.Clone(t.empty), nil
	}
	return t.read(ctx)
}

// runRound applies the edits of batch with at most one GET and one PUT, and verifies them in the
// response or with another GET. The next round can begin with what it has verified. If the server
// rejects the content of the PUT, it tries each edit alone. It finishes each edit or leaves it
// for the next round.
func (t target) runRound(ctx context.Context, batch []*pendingEdit, latest *snapshot[document]) {
	before, err := t.before(ctx, batch, *latest)
	*latest = snapshot[document]{}
	if err != nil {
		failAll(batch, err)
		return
	}
	next, applied := applyAll(before, batch)
	if len(applied) == 0 {
		return
	}
	response, writeErr := t.write(ctx, next)
	switch {
	case len(applied) > 1 && rejectsContent(writeErr): // the content of one edit must not fail the others
		for _, p := range applied {
			t.runRound(ctx, []*pendingEdit{p}, latest)
		}
		return
	case writeErr != nil && !mayBeApplied(writeErr) && !connectionRefused(writeErr):
		failAll(applied, writeErr)
		return
	}
	if writeErr == nil {
		noteWrite(applied)
		if !slices.ContainsFunc(applied, func(p *pendingEdit) bool { return !p.item.trusted }) {
			for _, p := range applied {
				verifyEdit(ctx, p, next, nil)
			}
			return
		}
		if p := applied[0]; t.isShown(response, before, applied) && p.item.verifyIn(response) == nil {
			p.finish(response, nil)
			*latest = snapshot[document]{value: response, at: time.Now()}
			return
		}
	}
	// The outcome of the write must be known even if no caller waits any longer.
	readCtx, stop := withGracePeriod(ctx, cancelGrace)
	defer stop()
	after, err := t.readBack(readCtx)
	if err != nil {
		failAll(applied, errors.Join(ErrUnverified, writeErr, err))
		return
	}
	*latest = snapshot[document]{value: after, at: time.Now()}
	for _, p := range applied {
		verifyEdit(ctx, p, after, writeErr)
	}
}

// applyAll applies the edits of batch to before. It returns the changed object and the edits that
// could be applied.
func applyAll(before document, batch []*pendingEdit) (next document, applied []*pendingEdit) {
	next = before
	for _, p := range batch {
		changed := maps.Clone(next)
		if err := recoverPanic(func() error { return p.item.apply(changed) }); err != nil {
			p.fail(err) // the other edits of the batch go on
			continue
		}
		next, applied = changed, append(applied, p)
	}
	return next, applied
}

func noteWrite(applied []*pendingEdit) {
	for _, p := range applied {
		if p.item.onWrite != nil {
			p.item.onWrite()
		}
	}
}

// isShown reports whether the response to a PUT shows the object, so that the edit can be
// verified without a read. It is not enough
//   - for several edits: where much is written at once, others may write as well;
//   - for an edit that was overwritten before: others do write;
//   - for a contended edit;
//   - if it lacks a field of the object as it was read before.
func (t target) isShown(response, before document, applied []*pendingEdit) bool {
	if response == nil || len(applied) > 1 || applied[0].rounds > 1 || applied[0].item.contended {
		return false
	}
	if t.complete != nil && !t.complete(response, before) {
		return false
	}
	return response.requireFields(slices.Collect(maps.Keys(before))...) == nil
}

// verifyIn is verify for a function that may panic.
func (e edit) verifyIn(after document) error {
	return recoverPanic(func() error { return e.verify(after) })
}

// verifyEdit finishes p if after, the object after the write, contains the edit, or if there
// is no further round.
func verifyEdit(ctx context.Context, p *pendingEdit, after document, writeErr error) {
	verifyErr := p.item.verifyIn(after)
	isLast := p.rounds >= maxRounds || ctx.Err() != nil
	switch {
	case verifyErr == nil:
		p.finish(after, nil)
	case isLast && writeErr != nil:
		p.fail(writeErr) // the write was not applied at all
	case isLast:
		p.finish(after, verifyErr)
	}
}

// readBack reads the object after a write. It repeats a read that is refused with 401:
// the key could write just before, and Pocket ID answers 401 also if its look-up of
// the key fails.
func (t target) readBack(ctx context.Context) (after document, err error) {
	for range 3 {
		if after, err = t.read(ctx); !errors.Is(err, ErrUnauthorized) {
			break
		}
	}
	return after, err
}

func failAll(batch []*pendingEdit, err error) {
	for _, p := range batch {
		p.fail(err)
	}
}
