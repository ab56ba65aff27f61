package api

import (
	"errors"
	"fmt"
	"net/http"
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

// issuers returns the issuers of the app's identities, in order.
func (s *store) issuers() (out []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, list, _ := decodeIdentities(s.objects[app])
	for _, d := range list {
		out = append(out, issuerOf(d))
	}
	return out
}

// edits runs all edits concurrently and returns their errors.
func edits(all ...func() error) []error {
	errs := make([]error, len(all))
	var wait sync.WaitGroup
	for i, edit := range all {
		wait.Go(func() { errs[i] = edit() })
	}
	wait.Wait()
	return errs
}

// waitForQueues waits until the goroutine of the joined edits has ended.
func waitForQueues() { time.Sleep(time.Second) }

func TestEditsOfOneObjectAreJoined(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		defer waitForQueues()
		s := newApp("https://i0.example", "https://old.example")
		c := connectInProcess(t, s.handle)
		all := []func() error{
			func() error { return c.DeleteFederatedIdentity(t.Context(), "my-app", "https://old.example") },
			func() error { return c.UpdateFederatedIdentity(t.Context(), "my-app", identity(0)) },
			func() error { return errorOf(c.UpdateClient(t.Context(), "my-app", ClientSettings{Name: "Renamed"})) },
		}
		for n := range 20 {
			all = append(all, func() error { return c.AddFederatedIdentity(t.Context(), "my-app", identity(n+1)) })
		}
		require.NoError(t, errors.Join(edits(all...)...))
		require.Equal(t, []string{getApp, putApp, getApp}, s.all())
		require.Len(t, s.issuers(), 21)
		require.NotContains(t, s.issuers(), "https://old.example")
		require.Equal(t, `"Renamed"`, s.get(app, "name"))
		require.Equal(t, `1`, s.get(app, "future"))
	})
}

func TestEditsOfDifferentObjectsDoNotWaitForEachOther(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		defer waitForQueues()
		objects := map[string]string{}
		for n := range 5 {
			objects[fmt.Sprint("/api/user-groups/g", n)] = fmt.Sprintf(`{"id":"g%d","name":"a"}`, n)
		}
		s := newStore(objects)
		c := connectInProcess(t, func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(time.Second)
			s.handle(w, r)
		})
		require.NoError(t, errorOf(c.GetGroup(t.Context(), "g0"))) // the first request runs alone
		began := time.Now()
		var all []func() error
		for n := range 5 {
			all = append(all, func() error {
				return errorOf(c.UpdateGroup(t.Context(), fmt.Sprint("g", n), GroupSettings{Name: "b"}))
			})
		}
		require.NoError(t, errors.Join(edits(all...)...))
		require.Less(t, time.Since(began), 3500*time.Millisecond)
	})
}

func TestAnEditThatFailsFailsAlone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		defer waitForQueues()
		s := newApp("https://i0.example")
		c := connectInProcess(t, s.handle)
		errs := edits(
			func() error { return c.AddFederatedIdentity(t.Context(), "my-app", identity(0)) }, // exists
			func() error { return c.AddFederatedIdentity(t.Context(), "my-app", identity(1)) },
			func() error { return c.UpdateFederatedIdentity(t.Context(), "my-app", identity(7)) }, // does not exist
			func() error { return c.AddFederatedIdentity(t.Context(), "my-app", identity(2)) },
			func() error { return c.DeleteFederatedIdentity(t.Context(), "my-app", "https://i8.example") }, // does not exist, which is a success
		)
		require.ErrorIs(t, errs[0], ErrExists)
		require.NoError(t, errs[1])
		require.ErrorIs(t, errs[2], ErrNotFound)
		require.NoError(t, errs[3])
		require.NoError(t, errs[4])
		require.ElementsMatch(t, []string{"https://i0.example", "https://i1.example", "https://i2.example"}, s.issuers())
	})
}

// Changes of a failed edit are not written with the others.
func TestAnEditThatFailsHalfWayLeavesNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		defer waitForQueues()
		s := newApp()
		c := connectInProcess(t, s.handle)
		half := func(d document) error {
			return errors.Join(d.set(map[string]any{"name": "half"}), errors.New("no further"))
		}
		errs := edits(
			func() error {
				return errorOf(c.edit(t.Context(), edit{apply: half, verify: func(document) error { return nil }}, completeClient, "oidc", "clients", "my-app"))
			},
			func() error { return c.AddFederatedIdentity(t.Context(), "my-app", identity(1)) },
		)
		require.ErrorContains(t, errs[0], "no further")
		require.NoError(t, errs[1])
		require.Equal(t, `"App"`, s.get(app, "name"))
	})
}

// A panic in one edit is the error of that edit and does not end the plugin.
func TestAPanicInAnEditIsItsError(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		defer waitForQueues()
		s := newApp()
		c := connectInProcess(t, s.handle)
		panics := func(document) error { panic("a slip") }
		errs := edits(
			func() error {
				return errorOf(c.edit(t.Context(), edit{apply: panics, verify: func(document) error { return nil }}, completeClient, "oidc", "clients", "my-app"))
			},
			func() error { return c.AddFederatedIdentity(t.Context(), "my-app", identity(1)) },
			func() error {
				return errorOf(c.edit(t.Context(), edit{apply: func(document) error { return nil }, verify: panics}, completeClient, "oidc", "clients", "my-app"))
			},
		)
		require.ErrorContains(t, errs[0], "a slip")
		require.NoError(t, errs[1])
		require.ErrorContains(t, errs[2], "a slip")
		require.Equal(t, []string{"https://i1.example"}, s.issuers())
	})
}

func TestARejectedWriteIsTheErrorOfAllItsEdits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		defer waitForQueues()
		s := newApp()
		c := connectInProcess(t, func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPut {
				respond(w, 403, `{"error":"no","code":"forbidden"}`)
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
		require.Equal(t, []string{getApp}, s.all())
	})
}

func TestAnEditOfAMissingObjectIsErrNotFound(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		defer waitForQueues()
		s := newStore(nil)
		c := connectInProcess(t, s.handle)
		require.ErrorIs(t, c.AddFederatedIdentity(t.Context(), "my-app", identity(1)), ErrNotFound)
		require.NoError(t, c.DeleteFederatedIdentity(t.Context(), "my-app", "https://i1.example"))
		require.Zero(t, s.count(putApp))
	})
}
