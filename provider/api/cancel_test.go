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

// hanging is a handler that does not answer until the request is cancelled.
func hanging(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

// cancelWhenBlocked runs f and cancels it when all goroutines of the test are blocked. It
// returns how long f took from then on, and its error.
func cancelWhenBlocked(t *testing.T, f func(context.Context) error) (time.Duration, error) {
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
		"a client":   func(ctx context.Context, c *Conn) error { return errorOf(c.GetClient(ctx, "my-app")) },
		"a list":     func(ctx context.Context, c *Conn) error { return errorOf(c.ListClients(ctx)) },
		"the issuer": func(ctx context.Context, c *Conn) error { return errorOf(c.Issuer(ctx)) },
		"an edit": func(ctx context.Context, c *Conn) error {
			return c.DeleteFederatedIdentity(ctx, "my-app", "https://one.example")
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			c := connectInProcess(t, hanging)
			took, err := cancelWhenBlocked(t, func(ctx context.Context) error {
				if name == "an edit" { // the goroutine of the joined edits ends later
					defer time.Sleep(time.Second)
				}
				return read(ctx, c)
			})
			require.ErrorIs(t, err, context.Canceled, name)
			require.LessOrEqual(t, took, time.Second+20*time.Millisecond, name)
		})
	}
}

// Without the response to a write in flight, nobody would know whether the server has
// applied it.
func TestACancelledWriteGetsALittleTime(t *testing.T) {
	t.Parallel()
	put := func(ctx context.Context, c *Conn) error {
		return c.call(ctx, http.MethodPut, []Claim{{"a", "1"}}, nil, "custom-claims", "user-group", "g1")
	}
	remove := func(ctx context.Context, c *Conn) error { return c.DeleteClient(ctx, "my-app") }
	for _, write := range []func(context.Context, *Conn) error{put, remove} {
		synctest.Test(t, func(t *testing.T) {
			c := connectInProcess(t, hanging)
			took, err := cancelWhenBlocked(t, func(ctx context.Context) error { return write(ctx, c) })
			require.ErrorIs(t, err, context.Canceled)
			require.Equal(t, cancelGrace, took, "no more than the grace period")
		})
		synctest.Test(t, func(t *testing.T) {
			c := connectInProcess(t, func(w http.ResponseWriter, _ *http.Request) {
				time.Sleep(cancelGrace - time.Second)
				w.WriteHeader(http.StatusNoContent)
			})
			took, err := cancelWhenBlocked(t, func(ctx context.Context) error { return write(ctx, c) })
			require.NoError(t, err, "the response came within the grace period")
			require.Equal(t, cancelGrace-time.Second, took)
		})
	}
}

func TestACallThatIsCancelledBeforeItStartsSendsNothing(t *testing.T) {
	t.Parallel()
	var requests requestLog
	c := connectHTTP(t, inSequence(&requests, respondClient))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for name, err := range map[string]error{
		"GetClient":             errorOf(c.GetClient(ctx, "my-app")),
		"CreateClient":          errorOf(c.CreateClient(ctx, "", ClientSettings{})),
		"CreateGroup":           errorOf(c.CreateGroup(ctx, GroupSettings{})),
		"CreateSecret":          errorOf(c.CreateSecret(ctx, "my-app", SecretRequest{}, nil)),
		"DeleteClient":          c.DeleteClient(ctx, "my-app"),
		"UpdateClient":          errorOf(c.UpdateClient(ctx, "my-app", ClientSettings{})),
		"UpdateClientAndGroups": errorOf(c.UpdateClientAndGroups(ctx, "my-app", ClientSettings{}, nil)),
		"Version":               errorOf(c.Version(ctx)),
	} {
		require.ErrorIs(t, err, context.Canceled, name)
		require.NotErrorIs(t, err, ErrOutcomeUnknown, name)
	}
	require.Empty(t, requests.all())
}

func TestACancelledWaitEndsAtOnce(t *testing.T) {
	t.Parallel()
	for name, step := range map[string]http.HandlerFunc{
		"for the end of a rate limit":  responding(429, rateLimitedBody, "Retry-After: 60"),
		"for a server that starts":     refusing,
		"for a server behind a proxy":  badGateway,
		"after a temporary failure":    responding(500, internalErrorBody),
		"after a 503 with Retry-After": responding(503, "away", "Retry-After: 60"),
	} {
		for _, do := range []func(context.Context, *Conn) error{
			func(ctx context.Context, c *Conn) error { return errorOf(c.GetClient(ctx, "my-app")) },
			func(ctx context.Context, c *Conn) error { return c.DeleteClient(ctx, "my-app") },
			func(ctx context.Context, c *Conn) error {
				return errorOf(c.CreateGroup(ctx, GroupSettings{Name: "devs"})) // waits in the check whether the name is free
			},
		} {
			synctest.Test(t, func(t *testing.T) {
				c := connectInProcess(t, step)
				took, err := cancelWhenBlocked(t, func(ctx context.Context) error { return do(ctx, c) })
				require.ErrorIs(t, err, context.Canceled, name)
				require.NotErrorIs(t, err, ErrOutcomeUnknown, name)
				require.Zero(t, took, name)
			})
		}
	}
}

// A caller with a shorter timeout does not wait for callers with longer ones.
func TestACancelledCallerDoesNotWaitForTheRequestOfAnother(t *testing.T) {
	t.Parallel()
	for name, call := range map[string]func(context.Context, *Conn) error{
		"the version": func(ctx context.Context, c *Conn) error { return errorOf(c.Version(ctx)) },
		"the issuer":  func(ctx context.Context, c *Conn) error { return errorOf(c.Issuer(ctx)) },
		"a free slot": func(ctx context.Context, c *Conn) error { return errorOf(c.GetClient(ctx, "my-app")) },
		"a free slot for a write": func(ctx context.Context, c *Conn) error {
			return errorOf(c.CreateClient(ctx, "", ClientSettings{})) // nothing was sent, so the outcome is known
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			c := connectInProcess(t, hanging, func(o *Options) { o.MaxConcurrent = 1 })
			others, stop := context.WithCancel(t.Context())
			var all sync.WaitGroup
			for range 3 {
				all.Go(func() { _ = call(others, c) })
			}
			synctest.Wait()
			took, err := cancelWhenBlocked(t, func(ctx context.Context) error { return call(ctx, c) })
			require.ErrorIs(t, err, context.Canceled, name)
			require.NotErrorIs(t, err, ErrOutcomeUnknown, name)
			require.Zero(t, took, name)
			stop()
			all.Wait()
		})
	}
}

// Concurrent callers share one request.
func TestTheVersionIsRequestedOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var requests requestLog
		c := connectInProcess(t, func(w http.ResponseWriter, r *http.Request) {
			requests.record(r)
			time.Sleep(time.Second)
			if len(requests.all()) == 1 {
				respond(w, 500, internalErrorBody) // an error is not cached
				return
			}
			respond(w, 200, `{"currentVersion":"2.14.0"}`)
		}, noRetries)
		var all sync.WaitGroup
		require.Error(t, errorOf(c.Version(t.Context())))
		for range 20 {
			all.Go(func() {
				v, err := c.Version(t.Context())
				require.NoError(t, err)
				require.Equal(t, "2.14.0", v.String())
			})
		}
		all.Wait()
		require.Len(t, requests.all(), 2)
	})
}

// After a Ctrl-C during a create, the object is looked for before the call ends.
func TestACancelledCreateIsResolved(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		during  string // what the create waits for when it is cancelled
		created bool
		answers bool // the server still answers
	}{
		"created, no response":        {"the response", true, true},
		"not created, no response":    {"the response", false, true},
		"created, no server":          {"the response", true, false},
		"created, before a retry":     {"a retry", true, true},
		"not created, before a retry": {"a retry", false, true},
		"no server for a retry":       {"a retry", true, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newStore(nil)
				var away bool
				c := connectInProcess(t, func(w http.ResponseWriter, r *http.Request) {
					switch {
					case away:
						hanging(w, r)
					case r.Method != http.MethodPost:
						s.handle(w, r)
					default:
						if row.created {
							s.handle(discardResponse{}, r)
						}
						away = !row.answers
						if row.during == "the response" {
							hanging(w, r)
							return
						}
						dropConnection()
					}
				})
				var got OIDCClient
				took, err := cancelWhenBlocked(t, func(ctx context.Context) (err error) {
					got, err = c.CreateClient(ctx, "my-app", ClientSettings{Name: "Mine"})
					return err
				})
				require.LessOrEqual(t, took, 2*cancelGrace)
				switch {
				case !row.answers:
					require.ErrorIs(t, err, ErrOutcomeUnknown)
					require.ErrorIs(t, err, context.Canceled)
				case row.created:
					require.NoError(t, err)
					require.Equal(t, "my-app", got.ID)
				default:
					require.ErrorIs(t, err, context.Canceled)
					require.NotErrorIs(t, err, ErrOutcomeUnknown)
				}
			})
		})
	}
}

func TestACallEndsAtItsTimeout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := connectInProcess(t, hanging, noRetries, func(o *Options) { o.RequestTimeout = 3 * time.Second })
		began := time.Now()
		_, err := c.GetClient(t.Context(), "my-app")
		require.ErrorIs(t, err, ErrUnreachable)
		require.Contains(t, err.Error(), "in time")
		require.Equal(t, 3*time.Second, time.Since(began))
	})
	synctest.Test(t, func(t *testing.T) { // the default is 30 seconds
		c := connectInProcess(t, hanging, noRetries)
		began := time.Now()
		require.ErrorIs(t, errorOf(c.GetClient(t.Context(), "my-app")), ErrUnreachable)
		require.Equal(t, 30*time.Second, time.Since(began))
	})
	synctest.Test(t, func(t *testing.T) { // the engine's customTimeouts
		c := connectInProcess(t, hanging)
		ctx, cancel := context.WithTimeout(t.Context(), 7*time.Second)
		defer cancel()
		began := time.Now()
		err := errorOf(c.GetClient(ctx, "my-app"))
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.True(t, strings.Contains(err.Error(), "interrupted"), err)
		require.Equal(t, 7*time.Second, time.Since(began))
	})
}
