package api_test

import (
	"context"
	"encoding/json"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
)

func TestUnknownFieldsAreWrittenBackUnchanged(t *testing.T) {
	t.Parallel()
	const unknown = `{"n":12345678901234567890,"list":[1.50,"x"],"null":null}`
	requireUnknown := func(doc string, path ...string) {
		t.Helper()
		raw := json.RawMessage(doc)
		for _, field := range path {
			var object map[string]json.RawMessage
			require.NoError(t, json.Unmarshal(raw, &object), doc)
			raw = object[field]
		}
		require.Equal(t, unknown, string(raw), doc)
	}
	group := &objectServer{doc: `{"id":"id","name":"devs","friendlyName":"Devs","new":` + unknown + `}`}
	_, err := connect(t, group.handler(nil), api.Options{}).UpdateGroup(t.Context(), "id", api.GroupSettings{Name: "devs", FriendlyName: "Developers"})
	require.NoError(t, err)
	require.Contains(t, group.doc, "Developers")
	requireUnknown(group.doc, "new")

	client := &objectServer{doc: `{"id":"app","name":"App","new":` + unknown + `,"credentials":{"new":` + unknown + `,"federatedIdentities":[{"issuer":"https://i.example","new":` + unknown + `}]}}`}
	c := connect(t, client.handler(nil), api.Options{})
	_, err = c.UpdateClient(t.Context(), "app", api.ClientSettings{Name: "App 2"})
	require.NoError(t, err)
	require.Contains(t, client.doc, "App 2")
	require.NoError(t, c.UpdateFederatedIdentity(t.Context(), "app", api.FederatedIdentity{Issuer: "https://i.example", Subject: "s"}))
	require.NoError(t, c.AddFederatedIdentity(t.Context(), "app", api.FederatedIdentity{Issuer: "https://j.example"}))
	require.NoError(t, c.DeleteFederatedIdentity(t.Context(), "app", "https://j.example"))
	requireUnknown(client.doc, "new")
	requireUnknown(client.doc, "credentials", "new")
	var have struct {
		Credentials struct {
			FederatedIdentities []json.RawMessage `json:"federatedIdentities"`
		} `json:"credentials"`
	}
	require.NoError(t, json.Unmarshal([]byte(client.doc), &have))
	require.Len(t, have.Credentials.FederatedIdentities, 1)
	requireUnknown(string(have.Credentials.FederatedIdentities[0]), "new")
}

func TestAWriteWhoseResponseIsLostIsReadBack(t *testing.T) {
	t.Parallel()
	withFakeClock(t, func(t *testing.T) {
		client := &objectServer{doc: `{"id":"app","name":"App","credentials":{}}`}
		c := connect(t, client.handler(func(r *http.Request, _ int) (answer, bool) { return incomplete, r.Method == http.MethodPut }), api.Options{MaxRetries: -1})
		require.NoError(t, c.AddFederatedIdentity(t.Context(), "app", api.FederatedIdentity{Issuer: "https://i.example"}), "the identity exists")
		_, err := c.UpdateClient(t.Context(), "app", api.ClientSettings{Name: "App 2"})
		require.NoError(t, err)
	})
	withFakeClock(t, func(t *testing.T) {
		client := &objectServer{doc: `{"id":"app","name":"App","credentials":{}}`}
		written := false
		c := connect(t, client.handler(func(r *http.Request, _ int) (answer, bool) {
			written = written || r.Method == http.MethodPut
			return incomplete, written // the object cannot be read back either
		}), api.Options{MaxRetries: -1})
		err := c.AddFederatedIdentity(t.Context(), "app", api.FederatedIdentity{Issuer: "https://i.example"})
		require.ErrorIs(t, err, api.ErrOutcomeUnknown)
		var unknown *api.OutcomeUnknownError
		require.ErrorAs(t, err, &unknown)
		require.Equal(t, "app#https://i.example", unknown.Key, "the import id")
	})
}

// A request with two joined edits goes on as long as one of the callers waits.
func TestAJoinedEditContinuesWhenOneCallerIsCancelled(t *testing.T) {
	t.Parallel()
	for _, cancelled := range []int{0, 1} {
		withFakeClock(t, func(t *testing.T) {
			client := &objectServer{doc: `{"id":"app","name":"App","credentials":{}}`}
			ctxs, cancels := [2]context.Context{}, [2]context.CancelFunc{}
			for n := range ctxs {
				ctxs[n], cancels[n] = context.WithCancel(t.Context())
				defer cancels[n]()
			}
			s := client.handler(func(r *http.Request, n int) (answer, bool) {
				if n == 1 { // one caller is cancelled during the first read
					cancels[cancelled]()
					time.Sleep(time.Second)
				}
				return answer{}, false
			})
			c := connect(t, s, api.Options{})
			var errs [2]error
			var both sync.WaitGroup
			for n := range ctxs {
				both.Go(func() {
					time.Sleep(time.Duration(n) * time.Millisecond)
					errs[n] = c.AddFederatedIdentity(ctxs[n], "app", api.FederatedIdentity{Issuer: "https://i" + string('0'+rune(n)) + ".example"})
				})
			}
			both.Wait()
			require.NoError(t, errs[1-cancelled])
			require.Equal(t, []string{"GET /api/oidc/clients/app", "PUT /api/oidc/clients/app", "GET /api/oidc/clients/app"}, s.requests, "the edits were not joined")
			require.Contains(t, client.doc, "https://i"+string('1'-rune(cancelled))+".example")
		})
	}
}

func TestAJoinedEditEndsWhenAllCallersAreCancelled(t *testing.T) {
	t.Parallel()
	withFakeClock(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		s := &server{answer: func(r *http.Request, _ int) answer {
			cancel()
			<-r.Context().Done()
			return answer{err: r.Context().Err()}
		}}
		c := connect(t, s, api.Options{RequestTimeout: time.Hour})
		began := time.Now()
		var both sync.WaitGroup
		for _, issuer := range []string{"https://i.example", "https://j.example"} {
			both.Go(func() {
				require.ErrorIs(t, c.AddFederatedIdentity(ctx, "app", api.FederatedIdentity{Issuer: issuer}), context.Canceled)
			})
		}
		both.Wait()
		require.Less(t, time.Since(began), 10*time.Second)
	})
}
