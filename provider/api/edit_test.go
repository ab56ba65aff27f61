package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

const (
	app    = "/api/oidc/clients/my-app"
	getApp = "GET " + app
	putApp = "PUT " + app
)

func newApp(identities ...string) *store {
	list := make([]string, len(identities))
	for i, issuer := range identities {
		list[i] = fmt.Sprintf(`{"issuer":%q}`, issuer)
	}
	return newStore(map[string]string{app: `{"id":"my-app","name":"App","credentials":{"federatedIdentities":[` + strings.Join(list, ",") + `]},"future":1}`})
}

func identity(n int) FederatedIdentity {
	return FederatedIdentity{Issuer: fmt.Sprintf("https://i%d.example", n), Subject: "s"}
}

// issuers are those of the app's identities, in order.
func (s *store) issuers() (out []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, list, _ := identitiesIn(s.objects[app])
	for _, d := range list {
		out = append(out, issuerOf(d))
	}
	return out
}

// edits runs all at once, and returns their errors.
func edits(all ...func() error) []error {
	errs := make([]error, len(all))
	var wait sync.WaitGroup
	for i, edit := range all {
		wait.Go(func() { errs[i] = edit() })
	}
	wait.Wait()
	return errs
}

// ending waits until the goroutine of the last edits has gone.
func ending() { time.Sleep(time.Second) }

func TestEditsOfOneObjectAreJoined(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		defer ending()
		s := newApp("https://i0.example", "https://old.example")
		c := within(t, s.handle)
		all := []func() error{
			func() error { return c.DeleteFederatedIdentity(t.Context(), "my-app", "https://old.example") },
			func() error { return c.UpdateFederatedIdentity(t.Context(), "my-app", identity(0)) },
			func() error { return second(c.UpdateClient(t.Context(), "my-app", ClientSettings{Name: "Renamed"})) },
		}
		for n := range 20 {
			all = append(all, func() error { return c.AddFederatedIdentity(t.Context(), "my-app", identity(n+1)) })
		}
		require.NoError(t, errors.Join(edits(all...)...))
		require.Equal(t, []string{getApp, putApp, getApp}, s.read())
		require.Len(t, s.issuers(), 21)
		require.NotContains(t, s.issuers(), "https://old.example")
		require.Equal(t, `"Renamed"`, s.get(app, "name"))
		require.Equal(t, `1`, s.get(app, "future"))
	})
}

func TestEditsOfDifferentObjectsDoNotWaitForEachOther(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		defer ending()
		objects := map[string]string{}
		for n := range 5 {
			objects[fmt.Sprint("/api/user-groups/g", n)] = fmt.Sprintf(`{"id":"g%d","name":"a"}`, n)
		}
		s := newStore(objects)
		c := within(t, func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(time.Second)
			s.handle(w, r)
		})
		require.NoError(t, second(c.GetGroup(t.Context(), "g0"))) // the first goes alone
		began := time.Now()
		var all []func() error
		for n := range 5 {
			all = append(all, func() error {
				return second(c.UpdateGroup(t.Context(), fmt.Sprint("g", n), GroupSettings{Name: "b"}))
			})
		}
		require.NoError(t, errors.Join(edits(all...)...))
		require.Less(t, time.Since(began), 3500*time.Millisecond)
	})
}

func TestAnEditThatFailsFailsAlone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		defer ending()
		s := newApp("https://i0.example")
		c := within(t, s.handle)
		errs := edits(
			func() error { return c.AddFederatedIdentity(t.Context(), "my-app", identity(0)) }, // is there
			func() error { return c.AddFederatedIdentity(t.Context(), "my-app", identity(1)) },
			func() error { return c.UpdateFederatedIdentity(t.Context(), "my-app", identity(7)) }, // is not there
			func() error { return c.AddFederatedIdentity(t.Context(), "my-app", identity(2)) },
			func() error { return c.DeleteFederatedIdentity(t.Context(), "my-app", "https://i8.example") }, // is not there, which is what it wants
		)
		require.ErrorIs(t, errs[0], ErrExists)
		require.NoError(t, errs[1])
		require.ErrorIs(t, errs[2], ErrNotFound)
		require.NoError(t, errs[3])
		require.NoError(t, errs[4])
		require.ElementsMatch(t, []string{"https://i0.example", "https://i1.example", "https://i2.example"}, s.issuers())
	})
}

// What a failed edit has begun does not go out with the others.
func TestAnEditThatFailsHalfWayLeavesNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		defer ending()
		s := newApp()
		c := within(t, s.handle)
		half := func(d document) error {
			return errors.Join(d.set(map[string]any{"name": "half"}), errors.New("no further"))
		}
		errs := edits(
			func() error {
				return second(c.edit(t.Context(), edit{apply: half, kept: func(document) error { return nil }}, "oidc", "clients", "my-app"))
			},
			func() error { return c.AddFederatedIdentity(t.Context(), "my-app", identity(1)) },
		)
		require.ErrorContains(t, errs[0], "no further")
		require.NoError(t, errs[1])
		require.Equal(t, `"App"`, s.get(app, "name"))
	})
}

// A fault within one edit is that edit's error, and not the end of the plugin.
func TestAPanicInAnEditIsItsError(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		defer ending()
		s := newApp()
		c := within(t, s.handle)
		panics := func(document) error { panic("a slip") }
		errs := edits(
			func() error {
				return second(c.edit(t.Context(), edit{apply: panics, kept: func(document) error { return nil }}, "oidc", "clients", "my-app"))
			},
			func() error { return c.AddFederatedIdentity(t.Context(), "my-app", identity(1)) },
			func() error {
				return second(c.edit(t.Context(), edit{apply: func(document) error { return nil }, kept: panics}, "oidc", "clients", "my-app"))
			},
		)
		require.ErrorContains(t, errs[0], "a slip")
		require.NoError(t, errs[1])
		require.ErrorContains(t, errs[2], "a slip")
		require.Equal(t, []string{"https://i1.example"}, s.issuers())
	})
}

func TestWhatTheServerRefusesIsTheErrorOfAll(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		defer ending()
		s := newApp()
		c := within(t, func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPut {
				answer(w, 403, `{"error":"no","code":"forbidden"}`)
				return
			}
			s.handle(w, r)
		})
		for _, err := range edits(
			func() error { return c.AddFederatedIdentity(t.Context(), "my-app", identity(1)) },
			func() error { return c.AddFederatedIdentity(t.Context(), "my-app", identity(2)) },
		) {
			require.ErrorIs(t, err, ErrForbidden)
		}
		require.Equal(t, []string{getApp}, s.read())
	})
}

func TestTheObjectOfAnEditMayBeGone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		defer ending()
		s := newStore(nil)
		c := within(t, s.handle)
		require.ErrorIs(t, c.AddFederatedIdentity(t.Context(), "my-app", identity(1)), ErrNotFound)
		require.NoError(t, c.DeleteFederatedIdentity(t.Context(), "my-app", "https://i1.example"))
		require.Zero(t, s.count(putApp))
	})
}

// Somebody who has read before our write and writes after it undoes ours: we see
// that it is gone, and write again what they have left.
func TestAnEditThatOthersUndoIsMadeAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		defer ending()
		s := newApp()
		undo := 3
		c := within(t, func(w http.ResponseWriter, r *http.Request) {
			s.handle(w, r)
			if r.Method == http.MethodPut && undo > 0 {
				undo--
				s.put(app, "credentials", `{"federatedIdentities":[{"issuer":"https://theirs.example"}]}`)
			}
		})
		require.NoError(t, c.AddFederatedIdentity(t.Context(), "my-app", identity(1)))
		require.Equal(t, 4, s.count(putApp))
		require.Equal(t, []string{"https://theirs.example", "https://i1.example"}, s.issuers(), "theirs stays")
	})
}

func TestAnEditThatOthersAlwaysUndoIsReported(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		defer ending()
		s := newApp()
		c := within(t, func(w http.ResponseWriter, r *http.Request) {
			s.handle(w, r)
			if r.Method == http.MethodPut {
				s.put(app, "credentials", `{"federatedIdentities":[{"issuer":"https://theirs.example"}]}`)
			}
		})
		errs := edits(
			func() error { return c.AddFederatedIdentity(t.Context(), "my-app", identity(1)) },
			func() error { return second(c.UpdateClient(t.Context(), "my-app", ClientSettings{Name: "Renamed"})) },
		)
		require.ErrorIs(t, errs[0], ErrConflict)
		require.ErrorContains(t, errs[0], "https://i1.example")
		require.NoError(t, errs[1], "which nobody touched")
		require.Equal(t, rounds, s.count(putApp))
	})
}

// The answer to a PUT may be lost; what counts is what is there afterwards.
func TestALostAnswerToAnEditIsNoLoss(t *testing.T) {
	t.Parallel()
	for _, made := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			defer ending()
			s, lost := newApp(), true
			c := within(t, func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodPut && lost {
					lost = false
					if made {
						s.handle(forgotten{}, r)
					}
					drop()
				}
				s.handle(w, r)
			})
			require.NoError(t, c.AddFederatedIdentity(t.Context(), "my-app", identity(1)))
			require.Equal(t, []string{"https://i1.example"}, s.issuers())
		})
	}
}

// One caller's Ctrl-C does not take the others' edits with it.
func TestACancelledEditLeavesTheOthers(t *testing.T) {
	t.Parallel()
	for _, during := range []time.Duration{500 * time.Millisecond, 1500 * time.Millisecond, 2500 * time.Millisecond} { // GET, PUT, GET
		synctest.Test(t, func(t *testing.T) {
			defer ending()
			s := newApp()
			c := within(t, func(w http.ResponseWriter, r *http.Request) {
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
			require.NoError(t, errs[0], "it was made all the same, and is known to be")
			require.NoError(t, errs[1])
			require.ElementsMatch(t, []string{"https://i1.example", "https://i2.example"}, s.issuers())
		})
	}
}

// When the last caller is cancelled, nothing more is begun; what is under way is seen to its end.
func TestWhenAllAreCancelledTheRoundEnds(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		cancel time.Duration // after the beginning
		asked  []string
		ends   time.Duration
		fails  error
	}{
		"while it is read":    {500 * time.Millisecond, []string{getApp}, 500 * time.Millisecond, context.Canceled},
		"while it is written": {1500 * time.Millisecond, []string{getApp, putApp, getApp}, 3010 * time.Millisecond, nil},
		"while it is looked":  {2500 * time.Millisecond, []string{getApp, putApp, getApp}, 3010 * time.Millisecond, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				defer ending()
				s := newApp()
				c := within(t, func(w http.ResponseWriter, r *http.Request) {
					select {
					case <-time.After(time.Second):
						s.handle(w, r)
					case <-r.Context().Done():
						s.note(r)
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
				require.Equal(t, row.asked, s.read())
			})
		})
	}
}

// Odd entries that others have made are left as they are.
func TestOddEntriesSurvive(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		defer ending()
		s := newStore(map[string]string{app: `{"id":"my-app","name":"App","credentials":{"federatedIdentities":[{"issuer":""},{"issuer":"not a url","x":1},{"issuer":"https://i1.example","subject":"first"},{"issuer":"https://i1.example","subject":"never used"}],"x":[]}}`})
		c := within(t, s.handle)
		require.NoError(t, c.UpdateFederatedIdentity(t.Context(), "my-app", identity(1)))
		require.Equal(t, `{"federatedIdentities":[{"issuer":""},{"issuer":"not a url","x":1},{"issuer":"https://i1.example","replayProtection":false,"subject":"s"},{"issuer":"https://i1.example","subject":"never used"}],"x":[]}`, s.get(app, "credentials"))
		require.NoError(t, c.DeleteFederatedIdentity(t.Context(), "my-app", "https://i1.example"))
		require.Equal(t, `{"federatedIdentities":[{"issuer":""},{"issuer":"not a url","x":1}],"x":[]}`, s.get(app, "credentials"), "both: one that stayed would come alive")
	})
	for _, odd := range []string{`null`, `{}`, `{"federatedIdentities":null}`, `{"federatedIdentities":[null]}`, `{"federatedIdentities":[]}`} {
		synctest.Test(t, func(t *testing.T) {
			defer ending()
			s := newStore(map[string]string{app: `{"id":"my-app","credentials":` + odd + `}`})
			require.NoError(t, within(t, s.handle).AddFederatedIdentity(t.Context(), "my-app", identity(1)), odd)
			require.Contains(t, s.issuers(), "https://i1.example")
		})
	}
	for _, odd := range []string{`1`, `"x"`, `[]`, `{"federatedIdentities":{}}`, `{"federatedIdentities":["x"]}`} {
		synctest.Test(t, func(t *testing.T) {
			defer ending()
			s := newStore(map[string]string{app: `{"id":"my-app","credentials":` + odd + `}`})
			require.ErrorIs(t, within(t, s.handle).AddFederatedIdentity(t.Context(), "my-app", identity(1)), ErrNotPocketID, odd)
			require.Equal(t, odd, s.get(app, "credentials"))
		})
	}
}

// The server words a failed look-up of a key as a refusal, and may do so more than
// once when it is asked what became of a write.
func TestALookAtWhatWasWrittenIsNotGivenUpForARefusedKey(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		defer ending()
		s, refusals := newApp(), 0
		c := within(t, func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodGet && slices.Contains(s.read(), putApp) && refusals < 3 {
				refusals++
				answer(w, 401, strange)
				return
			}
			s.handle(w, r)
		})
		require.NoError(t, c.AddFederatedIdentity(t.Context(), "my-app", identity(1)))
		require.Equal(t, 3, refusals)
		require.Equal(t, []string{"https://i1.example"}, s.issuers())
	})
}

func TestANameInPlaceOfAnIDIsSuspected(t *testing.T) {
	t.Parallel()
	c := over(t, func(w http.ResponseWriter, _ *http.Request) {
		answer(w, 404, `{"error":"User group not found","code":"not_found"}`)
	})
	_, err := c.GetGroup(t.Context(), "admins")
	require.ErrorContains(t, err, `is "admins" an id, and not a name?`)
	_, err = c.GetGroup(t.Context(), "0f3a1c52-7f54-4f0e-9b1d-6f2f0c5d8a11")
	require.NotContains(t, err.Error(), "not a name")
}
