package provider

import (
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

func TestPreviewWaitsOnceForAHangingServer(t *testing.T) {
	t.Parallel()
	instance := newFake(t, fake.Options{})
	s := newStack(t, instance)
	s.options.Parallel = 4
	for i := range 12 {
		s.declare("Group", fmt.Sprintf("g%d", i), map[string]any{"name": uniqueName("g"), "friendlyName": "Group"})
	}
	s.mustUp()
	var attempts atomic.Int32
	instance.intercept(func(w http.ResponseWriter, r *http.Request) bool {
		attempts.Add(1)
		<-r.Context().Done()
		return true
	})
	s.config["requestTimeout"] = "1"
	start := time.Now()
	o := s.preview()
	require.NoError(t, o.err, o.messages)
	require.Less(t, time.Since(start), 4*time.Second)
	require.EqualValues(t, 1, attempts.Load(), "each attempt waits for the whole requestTimeout")
}
