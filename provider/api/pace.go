package api

import "time"

const (
	firstWindow   = 2 * time.Millisecond   // how long the first item of a key waits for others
	minWindow     = 20 * time.Millisecond  // how long later items wait for the next one
	maxWindow     = 100 * time.Millisecond // at most, on a slow machine
	joinLimit     = 250 * time.Millisecond // how long items wait at most while others keep coming
	minRetryPause = 10 * time.Millisecond  // before an edit is tried again, doubled with each round
)

// pace is how the items of one key arrive. The engine runs a fixed number of operations at a
// time and starts them one after the other. So a single item must hardly wait. And as soon as
// as many items are pending as callers have waited at once before, no other item can arrive.
type pace struct {
	rounds int
	most   int           // callers who waited for their results at once
	gap    time.Duration // between two items, if the first one still waits
	last   time.Time     // when the last item arrived
}

// arrived notes the arrival of an item. waiting is how many callers now wait for results.
func (p *pace) arrived(waiting int) {
	now := time.Now()
	if waiting > 1 {
		p.gap = max(now.Sub(p.last), p.gap*3/4) // forgets a long gap after some items
	}
	p.last, p.most = now, max(p.most, waiting)
}

func (p *pace) roundEnded() { p.rounds++ }

// window is how long to wait for the next item.
func (p *pace) window() time.Duration {
	if p.rounds == 0 || p.most == 1 {
		return firstWindow
	}
	return min(max(minWindow, 2*p.gap), maxWindow)
}

// isComplete reports whether no other item can be expected while this many are pending.
func (p *pace) isComplete(pending int) bool { return p.rounds > 0 && p.most > 1 && pending >= p.most }
