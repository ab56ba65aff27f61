package api

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

// The provider keeps its connections. It opens no more than run requests at a time.
func TestAThousandRequestsNeedFewConnections(t *testing.T) {
	t.Parallel()
	for _, parallel := range []int{8, 16, 64} {
		t.Run(fmt.Sprint(parallel, " at a time"), func(t *testing.T) {
			t.Parallel()
			var opened atomic.Int64
			web := httptest.NewUnstartedServer(http.HandlerFunc(newApp().handle))
			web.Config.ConnState = func(_ net.Conn, state http.ConnState) {
				if state == http.StateNew {
					opened.Add(1)
				}
			}
			web.Start()
			t.Cleanup(web.Close)
			transport, err := NewTransport(TransportOptions{MaxConnections: parallel})
			require.NoError(t, err)
			c := connect(t, Options{BaseURL: web.URL, Transport: transport, MaxConcurrent: parallel})
			var all sync.WaitGroup
			for range parallel {
				all.Go(func() {
					for range 1000 / parallel {
						require.NoError(t, errorOf(c.GetClient(t.Context(), "my-app")))
					}
				})
			}
			all.Wait()
			require.LessOrEqual(t, opened.Load(), int64(parallel))
		})
	}
}
