package api

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// Another writer who reads before our write and writes after it overwrites ours. The edit
// is applied again to what the other writer has written.
func TestAnEditThatOthersOverwriteIsRepeated(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		defer waitForQueues()
		s := newApp()
		overwrites := 3
		c := connectInProcess(t, func(w http.ResponseWriter, r *http.Request) {
			s.handle(w, r)
			if r.Method == http.MethodPut && overwrites > 0 {
				overwrites--
				s.put(app, "credentials", `{"federatedIdentities":[{"issuer":"https://theirs.example"}]}`)
			}
		})
		require.NoError(t, errors.Join(edits(
			func() error { return c.AddFederatedIdentity(t.Context(), "my-app", identity(1)) },
			func() error { return c.AddFederatedIdentity(t.Context(), "my-app", identity(2)) },
		)...))
		require.Equal(t, 4, s.count(putApp))
		require.ElementsMatch(t, []string{"https://theirs.example", "https://i1.example", "https://i2.example"}, s.issuers(), "the identity of the other writer stays")
	})
}

func TestAnEditThatOthersAlwaysOverwriteIsReported(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		defer waitForQueues()
		s := newApp()
		c := connectInProcess(t, func(w http.ResponseWriter, r *http.Request) {
			s.handle(w, r)
			if r.Method == http.MethodPut {
				s.put(app, "credentials", `{"federatedIdentities":[{"issuer":"https://theirs.example"}]}`)
			}
		})
		errs := edits(
			func() error { return c.AddFederatedIdentity(t.Context(), "my-app", identity(1)) },
			func() error { return errorOf(c.UpdateClient(t.Context(), "my-app", ClientSettings{Name: "Renamed"})) },
		)
		require.ErrorIs(t, errs[0], ErrConflict)
		require.ErrorContains(t, errs[0], "https://i1.example")
		require.NoError(t, errs[1], "nobody has overwritten it")
		require.Equal(t, maxRounds, s.count(putApp))
	})
}

// After a lost response to a PUT, the object on the server decides.
func TestAnEditWhoseResponseIsLostIsReadBack(t *testing.T) {
	t.Parallel()
	for _, applied := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			defer waitForQueues()
			s, lost := newApp(), true
			c := connectInProcess(t, func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodPut && lost {
					lost = false
					if applied {
						s.handle(discardResponse{}, r)
					}
					dropConnection()
				}
				s.handle(w, r)
			})
			require.NoError(t, c.AddFederatedIdentity(t.Context(), "my-app", identity(1)))
			require.Equal(t, []string{"https://i1.example"}, s.issuers())
		})
	}
}

// The cancel of one caller does not cancel the joined edits of the others.
func TestACancelledEditLeavesTheOthers(t *testing.T) {
	t.Parallel()
	for _, during := range []time.Duration{500 * time.Millisecond, 1500 * time.Millisecond, 2500 * time.Millisecond} { // GET, PUT, GET
		synctest.Test(t, func(t *testing.T) {
			defer waitForQueues()
			s := newApp()
			c := connectInProcess(t, func(w http.ResponseWriter, r *http.Request) {
				time.Sleep(time.Second)
				if r.Context().Err() == nil {
					s.handle(w, r)
				}
			})
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(during, cancel)
			errs := edits(
				func() error { return c.AddFederatedIdentity(ctx, "my-app", identity(1)) },
				func() error { return c.AddFederatedIdentity(t.Context(), "my-app", identity(2)) },
			)
			require.NoError(t, errs[0], "it was applied nevertheless, and the caller learns it")
			require.NoError(t, errs[1])
			require.ElementsMatch(t, []string{"https://i1.example", "https://i2.example"}, s.issuers())
		})
	}
}

// When the last caller is cancelled, no further request is started. A write in flight is
// finished and read back.
func TestWhenAllAreCancelledTheRoundEnds(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		cancel   time.Duration // after the start
		requests []string
		ends     time.Duration
		fails    error
	}{
		"while it is read":      {500 * time.Millisecond, []string{getApp}, 500 * time.Millisecond, context.Canceled},
		"while it is written":   {1500 * time.Millisecond, []string{getApp, putApp, getApp}, 3*time.Second + firstWindow, nil},
		"while it is read back": {2500 * time.Millisecond, []string{getApp, putApp, getApp}, 3*time.Second + firstWindow, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				defer waitForQueues()
				s := newApp()
				c := connectInProcess(t, func(w http.ResponseWriter, r *http.Request) {
					select {
					case <-time.After(time.Second):
						s.handle(w, r)
					case <-r.Context().Done():
						s.record(r)
					}
				})
				ctx, cancel := context.WithCancel(t.Context())
				time.AfterFunc(row.cancel, cancel)
				began := time.Now()
				for _, err := range edits(
					func() error { return c.AddFederatedIdentity(ctx, "my-app", identity(1)) },
					func() error { return c.AddFederatedIdentity(ctx, "my-app", identity(2)) },
				) {
					require.ErrorIs(t, err, row.fails)
					if row.fails == nil {
						require.NoError(t, err)
					}
				}
				require.Equal(t, row.ends, time.Since(began))
				require.Equal(t, row.requests, s.all())
			})
		})
	}
}

// Pocket ID answers 401 also if its look-up of the key fails, possibly several times in
// a row after a write.
func TestTheReadAfterAWriteIsRepeatedAfterA401(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		defer waitForQueues()
		s, refusals := newApp(), 0
		c := connectInProcess(t, func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodGet && slices.Contains(s.all(), putApp) && refusals < 3 {
				refusals++
				respond(w, 401, notSignedInBody)
				return
			}
			s.handle(w, r)
		})
		require.NoError(t, errors.Join(edits(
			func() error { return c.AddFederatedIdentity(t.Context(), "my-app", identity(1)) },
			func() error { return c.AddFederatedIdentity(t.Context(), "my-app", identity(2)) },
		)...))
		require.Equal(t, 3, refusals)
		require.Len(t, s.issuers(), 2)
	})
}
