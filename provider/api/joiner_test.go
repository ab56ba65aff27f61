package api

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/semaphore"
)

// addIdentities adds n identities, as many at a time as the engine runs operations, and a
// pause after each like the engine's.
func addIdentities(t *testing.T, c *Conn, n, parallel int, pause time.Duration) {
	t.Helper()
	slots, all := semaphore.NewWeighted(int64(parallel)), sync.WaitGroup{}
	for i := range n {
		require.NoError(t, slots.Acquire(context.Background(), 1))
		all.Go(func() {
			time.Sleep(pause)
			require.NoError(t, c.AddFederatedIdentity(t.Context(), "my-app", identity(i)))
			slots.Release(1)
		})
	}
	all.Wait()
}

// With p operations at a time, each round has p edits, and the read after its write is the one
// before the next.
func TestARoundWaitsForAsManyEditsAsTheEngineRuns(t *testing.T) {
	t.Parallel()
	for _, parallel := range []int{1, 8, 16, 100} {
		synctest.Test(t, func(t *testing.T) {
			defer waitForQueues()
			s := newApp()
			c := connectInProcess(t, func(w http.ResponseWriter, r *http.Request) {
				time.Sleep(time.Millisecond)
				s.handle(w, r)
			})
			began := time.Now()
			addIdentities(t, c, 100, parallel, time.Millisecond)
			require.Len(t, s.issuers(), 100)
			rounds := (100 + parallel - 1) / parallel
			require.Equal(t, 1+2*rounds, len(s.all()))
			require.Less(t, time.Since(began), time.Duration(rounds)*(2*minWindow), "no round waits in vain, except for the last")
		})
	}
}

// An object that was read or written longer ago may have been changed by others since.
func TestARoundBeginsOnlyWithARecentRead(t *testing.T) {
	t.Parallel()
	for pause, requests := range map[time.Duration]int{maxSnapshotAge / 2: 5, 2 * maxSnapshotAge: 6} {
		synctest.Test(t, func(t *testing.T) {
			defer waitForQueues()
			s := newApp()
			c := connectInProcess(t, s.handle)
			require.NoError(t, c.AddFederatedIdentity(t.Context(), "my-app", identity(1)))
			time.Sleep(pause)
			require.NoError(t, c.AddFederatedIdentity(t.Context(), "my-app", identity(2)))
			require.Len(t, s.all(), requests)
		})
	}
}

// After another writer was noticed, a round begins with a read.
func TestARoundAfterAConflictReadsAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		defer waitForQueues()
		s, overwritten := newApp(), false
		c := connectInProcess(t, func(w http.ResponseWriter, r *http.Request) {
			s.handle(w, r)
			switch {
			case r.Method == http.MethodPut && !overwritten:
				overwritten = true
				s.put(app, "credentials", `{"federatedIdentities":[]}`)
			case r.Method == http.MethodGet && s.count(getApp) == 2:
				s.put(app, "credentials", `{"federatedIdentities":[{"issuer":"https://theirs.example"}]}`)
			}
		})
		require.NoError(t, errors.Join(edits(
			func() error { return c.AddFederatedIdentity(t.Context(), "my-app", identity(1)) },
			func() error { return c.AddFederatedIdentity(t.Context(), "my-app", identity(2)) },
		)...))
		require.ElementsMatch(t, []string{"https://theirs.example", "https://i1.example", "https://i2.example"}, s.issuers())
	})
}

func TestASingleEditHardlyWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		defer waitForQueues()
		c := connectInProcess(t, newApp().handle)
		began := time.Now()
		require.NoError(t, c.AddFederatedIdentity(t.Context(), "my-app", identity(1)))
		require.Equal(t, firstWindow, time.Since(began))
	})
}

// A cancelled caller gives up while others keep the round going. The server may apply its edit
// all the same.
func TestACancelledCallerOfAJoinedEditDoesNotKnowTheOutcome(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		defer waitForQueues()
		s := newApp()
		c := connectInProcess(t, func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPut {
				time.Sleep(2 * cancelGrace)
			}
			s.handle(w, r)
		})
		other := make(chan error, 1)
		go func() { other <- c.AddFederatedIdentity(t.Context(), "my-app", identity(1)) }()
		took, err := cancelWhenBlocked(t, func(ctx context.Context) error {
			return c.AddFederatedIdentity(ctx, "my-app", identity(2))
		})
		require.Equal(t, cancelGrace, took)
		require.ErrorIs(t, err, context.Canceled)
		require.ErrorIs(t, err, ErrUnverified)
		require.False(t, DefinitelyNotApplied(err))
		require.NoError(t, <-other)
		require.ElementsMatch(t, []string{"https://i1.example", "https://i2.example"}, s.issuers())
	})
}
