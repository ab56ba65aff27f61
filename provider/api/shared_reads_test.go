package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func TestAReadIsSharedUntilTheNextWrite(t *testing.T) {
	t.Parallel()
	var s sharedReads
	count := 0
	get := func() string {
		response, err := s.get(t.Context(), "a", func() (json.RawMessage, error) {
			count++
			return json.RawMessage{byte('0' + count)}, nil
		})
		require.NoError(t, err)
		return string(response)
	}
	require.Equal(t, "1", get())
	require.Equal(t, "1", get())
	s.wrote()
	require.Equal(t, "2", get(), "during a write")
	s.wrote()
	require.Equal(t, "3", get(), "after the write")
	require.Equal(t, "3", get())
}

// A read during a write can have the state before it.
func TestAReadDuringAWriteIsNotSharedAfterIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newApp()
		c := connectInProcess(t, func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPut {
				time.Sleep(time.Second)
			}
			s.handle(w, r)
		})
		name := func() string {
			var client OIDCClient
			require.NoError(t, c.call(withSharedReads(t.Context()), http.MethodGet, nil, &client, "oidc", "clients", "my-app"))
			return client.Name
		}
		require.Equal(t, "App", name()) // the first request of a connection runs alone
		var write sync.WaitGroup
		write.Go(func() {
			require.NoError(t, c.call(t.Context(), http.MethodPut, map[string]string{"name": "New"}, nil, "oidc", "clients", "my-app"))
		})
		synctest.Wait()
		require.Equal(t, "App", name(), "during the write")
		write.Wait()
		require.Equal(t, "New", name())
		require.Equal(t, "New", name())
		require.Equal(t, 3, s.count(getApp))
	})
}

func TestAReadInProgressIsNotSharedAfterAWrite(t *testing.T) {
	t.Parallel()
	var s sharedReads
	begun, release := make(chan struct{}), make(chan struct{})
	var early sync.WaitGroup
	early.Go(func() {
		_, _ = s.get(context.WithoutCancel(t.Context()), "a", func() (json.RawMessage, error) {
			close(begun)
			<-release
			return json.RawMessage("1"), nil
		})
	})
	<-begun
	s.wrote()
	s.wrote()
	second := func() (json.RawMessage, error) { return json.RawMessage("2"), nil }
	response, err := s.get(t.Context(), "a", second)
	require.NoError(t, err)
	require.Equal(t, "2", string(response))
	close(release)
	early.Wait()
	response, err = s.get(t.Context(), "a", func() (json.RawMessage, error) { return json.RawMessage("3"), nil })
	require.NoError(t, err)
	require.Equal(t, "2", string(response), "the earlier read must not replace the later one")
}

func TestOnlyNotFoundErrorsOfAReadAreShared(t *testing.T) {
	t.Parallel()
	for _, failure := range []error{ErrNotFound, errors.New("temporary")} {
		var s sharedReads
		count := 0
		for range 3 {
			_, err := s.get(t.Context(), "a", func() (json.RawMessage, error) {
				count++
				return nil, failure
			})
			require.ErrorIs(t, err, failure)
		}
		require.Equal(t, map[bool]int{true: 1, false: 3}[errors.Is(failure, ErrNotFound)], count)
	}
}
