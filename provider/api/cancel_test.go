package api

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// hanging answers nothing until whoever asked has gone.
func hanging(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

// cancelled runs f and cancels it once everybody waits; it returns how long f
// took from then on, and its error.
func cancelled(t *testing.T, f func(context.Context) error) (time.Duration, error) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- f(ctx) }()
	synctest.Wait()
	began := time.Now()
	cancel()
	err := <-done
	return time.Since(began), err
}

func TestACancelledReadEndsAtOnce(t *testing.T) {
	t.Parallel()
	for name, read := range map[string]func(context.Context, *Conn) error{
		"a client":   func(ctx context.Context, c *Conn) error { return second(c.GetClient(ctx, "my-app")) },
		"a list":     func(ctx context.Context, c *Conn) error { return second(c.ClientsNamed(ctx, "App")) },
		"the issuer": func(ctx context.Context, c *Conn) error { return second(c.Issuer(ctx)) },
		"an edit": func(ctx context.Context, c *Conn) error {
			return c.DeleteFederatedIdentity(ctx, "my-app", "https://one.example")
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			c := within(t, hanging)
			took, err := cancelled(t, func(ctx context.Context) error {
				if name == "an edit" { // whose company has gathered
					defer time.Sleep(time.Second)
				}
				return read(ctx, c)
			})
			require.ErrorIs(t, err, context.Canceled, name)
			require.LessOrEqual(t, took, time.Second+20*time.Millisecond, name)
		})
	}
}

// A write that is under way is worth a few seconds: without its answer nobody
// would know what the server did.
func TestACancelledWriteGetsALittleTime(t *testing.T) {
	t.Parallel()
	put := func(ctx context.Context, c *Conn) error {
		return c.SetClaims(ctx, GroupClaims, "g1", map[string]string{"a": "1"})
	}
	remove := func(ctx context.Context, c *Conn) error { return c.DeleteClient(ctx, "my-app") }
	for _, write := range []func(context.Context, *Conn) error{put, remove} {
		synctest.Test(t, func(t *testing.T) {
			c := within(t, hanging)
			took, err := cancelled(t, func(ctx context.Context) error { return write(ctx, c) })
			require.ErrorIs(t, err, context.Canceled)
			require.Equal(t, cancelGrace, took, "and no more than that")
		})
		synctest.Test(t, func(t *testing.T) {
			c := within(t, func(w http.ResponseWriter, _ *http.Request) {
				time.Sleep(cancelGrace - time.Second)
				w.WriteHeader(http.StatusNoContent)
			})
			took, err := cancelled(t, func(ctx context.Context) error { return write(ctx, c) })
			require.NoError(t, err, "it was answered in time")
			require.Equal(t, cancelGrace-time.Second, took)
		})
	}
}

func TestWhatIsCancelledBeforeItBeganIsNotSent(t *testing.T) {
	t.Parallel()
	var asked diary
	c := over(t, after(&asked, mine))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for name, err := range map[string]error{
		"GetClient":    second(c.GetClient(ctx, "my-app")),
		"CreateClient": second(c.CreateClient(ctx, "", ClientSettings{})),
		"CreateGroup":  second(c.CreateGroup(ctx, GroupSettings{})),
		"MintSecret":   second(c.MintSecret(ctx, "my-app", NewSecret{}, nil)),
		"DeleteClient": c.DeleteClient(ctx, "my-app"),
		"UpdateClient": second(c.UpdateClient(ctx, "my-app", ClientSettings{})),
		"Version":      second(c.Version(ctx)),
	} {
		require.ErrorIs(t, err, context.Canceled, name)
		require.NotErrorIs(t, err, ErrUndecided, name)
	}
	require.Empty(t, asked.read())
}

func TestACancelledWaitEndsAtOnce(t *testing.T) {
	t.Parallel()
	for name, step := range map[string]http.HandlerFunc{
		"for the end of a limit":    saying(429, tooMany, "Retry-After: 60"),
		"for a server to start":     nobody,
		"for a proxy to find it":    badGate,
		"for a fault to pass":       saying(500, wrong),
		"for a server that said so": saying(503, "away", "Retry-After: 60"),
	} {
		for _, do := range []func(context.Context, *Conn) error{
			func(ctx context.Context, c *Conn) error { return second(c.GetClient(ctx, "my-app")) },
			func(ctx context.Context, c *Conn) error { return c.DeleteClient(ctx, "my-app") },
			func(ctx context.Context, c *Conn) error {
				return second(c.CreateGroup(ctx, GroupSettings{Name: "devs"})) // still looking whether the name is free
			},
		} {
			synctest.Test(t, func(t *testing.T) {
				c := within(t, step)
				took, err := cancelled(t, func(ctx context.Context) error { return do(ctx, c) })
				require.ErrorIs(t, err, context.Canceled, name)
				require.NotErrorIs(t, err, ErrUndecided, name)
				require.Zero(t, took, name)
			})
		}
	}
}

// Callers with a time of their own do not wait for those that have more.
func TestACancelledCallerDoesNotWaitForAnothersQuestion(t *testing.T) {
	t.Parallel()
	for name, ask := range map[string]func(context.Context, *Conn) error{
		"the version": func(ctx context.Context, c *Conn) error { return second(c.Version(ctx)) },
		"the issuer":  func(ctx context.Context, c *Conn) error { return second(c.Issuer(ctx)) },
		"a slot":      func(ctx context.Context, c *Conn) error { return second(c.GetClient(ctx, "my-app")) },
		"a slot to write": func(ctx context.Context, c *Conn) error {
			return second(c.CreateClient(ctx, "", ClientSettings{})) // nothing was sent: nothing is undecided
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			c := within(t, hanging, func(o *Options) { o.MaxConcurrent = 1 })
			others, stop := context.WithCancel(t.Context())
			var all sync.WaitGroup
			for range 3 {
				all.Go(func() { _ = ask(others, c) })
			}
			synctest.Wait()
			took, err := cancelled(t, func(ctx context.Context) error { return ask(ctx, c) })
			require.ErrorIs(t, err, context.Canceled, name)
			require.NotErrorIs(t, err, ErrUndecided, name)
			require.Zero(t, took, name)
			stop()
			all.Wait()
		})
	}
}

// What is asked once is asked by one, and known to all.
func TestTheVersionIsAskedOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var asked diary
		c := within(t, func(w http.ResponseWriter, r *http.Request) {
			asked.note(r)
			time.Sleep(time.Second)
			if len(asked.read()) == 1 {
				answer(w, 500, wrong) // an error is not kept
				return
			}
			answer(w, 200, `{"currentVersion":"2.14.0"}`)
		}, never)
		var all sync.WaitGroup
		require.Error(t, second(c.Version(t.Context())))
		for range 20 {
			all.Go(func() {
				v, err := c.Version(t.Context())
				require.NoError(t, err)
				require.Equal(t, "2.14.0", v.String())
			})
		}
		all.Wait()
		require.Len(t, asked.read(), 2)
	})
}

// Ctrl-C in a create: what may have been made is looked for before the call ends.
func TestACancelledCreateIsSettled(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		during  string // what the create waits for when it is cancelled
		made    bool
		settles bool // the server still answers
	}{
		"made, no answer":           {"the answer", true, true},
		"not made, no answer":       {"the answer", false, true},
		"made, no server":           {"the answer", true, false},
		"made, before another try":  {"another try", true, true},
		"lost, before another try":  {"another try", false, true},
		"no server for another try": {"another try", true, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newStore(nil)
				var gone bool
				c := within(t, func(w http.ResponseWriter, r *http.Request) {
					switch {
					case gone:
						hanging(w, r)
					case r.Method != http.MethodPost:
						s.handle(w, r)
					default:
						if row.made {
							s.handle(forgotten{}, r)
						}
						gone = !row.settles
						if row.during == "the answer" {
							hanging(w, r)
							return
						}
						drop()
					}
				})
				var got OIDCClient
				took, err := cancelled(t, func(ctx context.Context) (err error) {
					got, err = c.CreateClient(ctx, "my-app", ClientSettings{Name: "Mine"})
					return err
				})
				require.LessOrEqual(t, took, 2*cancelGrace)
				switch {
				case !row.settles:
					require.ErrorIs(t, err, ErrUndecided)
					require.ErrorIs(t, err, context.Canceled)
				case row.made:
					require.NoError(t, err)
					require.Equal(t, "my-app", got.ID)
				default:
					require.ErrorIs(t, err, context.Canceled)
					require.NotErrorIs(t, err, ErrUndecided)
				}
			})
		})
	}
}

func TestACallDoesNotOutliveItsTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := within(t, hanging, never, func(o *Options) { o.RequestTimeout = 3 * time.Second })
		began := time.Now()
		_, err := c.GetClient(t.Context(), "my-app")
		require.ErrorIs(t, err, ErrUnreachable)
		require.Contains(t, err.Error(), "in time")
		require.Equal(t, 3*time.Second, time.Since(began))
	})
	synctest.Test(t, func(t *testing.T) { // by default, half a minute
		c := within(t, hanging, never)
		began := time.Now()
		require.ErrorIs(t, second(c.GetClient(t.Context(), "my-app")), ErrUnreachable)
		require.Equal(t, 30*time.Second, time.Since(began))
	})
	synctest.Test(t, func(t *testing.T) { // the engine's customTimeouts
		c := within(t, hanging)
		ctx, cancel := context.WithTimeout(t.Context(), 7*time.Second)
		defer cancel()
		began := time.Now()
		err := second(c.GetClient(ctx, "my-app"))
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.True(t, strings.Contains(err.Error(), "interrupted"), err)
		require.Equal(t, 7*time.Second, time.Since(began))
	})
}
