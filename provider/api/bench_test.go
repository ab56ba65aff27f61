package api_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

// BenchmarkTwentyIdentitiesOfOneClient compares concurrent edits of one object, which
// are joined, with the same edits in sequence, at a latency of 5 ms. It reports how much
// faster they are and how many fewer requests they need.
func BenchmarkTwentyIdentitiesOfOneClient(b *testing.B) {
	server, err := fake.New(fake.Options{APIKey: "not-a-secret-key"})
	require.NoError(b, err)
	var requests atomic.Int64
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		time.Sleep(5 * time.Millisecond) // the latency
		server.ServeHTTP(w, r)
	}))
	b.Cleanup(web.Close)
	conn, err := api.New(api.Options{BaseURL: web.URL, APIKey: "not-a-secret-key", MaxConcurrent: 32})
	require.NoError(b, err)

	const identities = 20
	n := 0
	measure := func(each func(add func(i int))) (time.Duration, int64) {
		n++
		client, err := conn.CreateClient(b.Context(), fmt.Sprintf("app-%d", n), api.ClientSettings{Name: "App", CallbackURLs: []string{}})
		require.NoError(b, err)
		began, before := time.Now(), requests.Load()
		each(func(i int) {
			err := conn.AddFederatedIdentity(b.Context(), client.ID, api.FederatedIdentity{Issuer: fmt.Sprintf("https://issuer%d.example", i)})
			require.NoError(b, err)
		})
		return time.Since(began), requests.Load() - before
	}
	var faster, fewer float64
	for b.Loop() {
		alone, aloneRequests := measure(func(add func(int)) {
			for i := range identities {
				add(i)
			}
		})
		joined, joinedRequests := measure(func(add func(int)) {
			var all sync.WaitGroup
			for i := range identities {
				all.Go(func() { add(i) })
			}
			all.Wait()
		})
		faster += float64(alone) / float64(joined)
		fewer += float64(aloneRequests) / float64(joinedRequests)
	}
	b.ReportMetric(faster/float64(b.N), "times-faster")
	b.ReportMetric(fewer/float64(b.N), "times-fewer-requests")
}
