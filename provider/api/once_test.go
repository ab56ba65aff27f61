package api

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func TestWaitingCallersShareAFailure(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var o once[string]
		var runs atomic.Int32
		failure := errors.New("no answer")
		var waiting sync.WaitGroup
		for range 12 {
			waiting.Go(func() {
				_, err := o.get(t.Context(), false, func() (string, error) {
					runs.Add(1)
					time.Sleep(2 * time.Second)
					return "", failure
				})
				require.ErrorIs(t, err, failure)
			})
		}
		waiting.Wait()
		require.EqualValues(t, 1, runs.Load())
		v, err := o.get(t.Context(), true, func() (string, error) { return "up", nil })
		require.NoError(t, err, "a failure is not kept")
		require.Equal(t, "up", v)
	})
}

func TestAPatientCallerDoesNotShareTheFailureOfAnImpatientOne(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var o once[string]
		started := make(chan struct{})
		var waiting sync.WaitGroup
		waiting.Go(func() {
			_, err := o.get(t.Context(), false, func() (string, error) {
				close(started)
				time.Sleep(time.Second)
				return "", errors.New("no answer")
			})
			require.Error(t, err)
		})
		<-started
		v, err := o.get(t.Context(), true, func() (string, error) { return "up", nil })
		require.NoError(t, err)
		require.Equal(t, "up", v)
		waiting.Wait()
	})
}

func TestAFailureDueToACanceledCallerIsNotShared(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var o once[string]
		ctx, cancel := context.WithCancel(t.Context())
		started := make(chan struct{})
		var waiting sync.WaitGroup
		waiting.Go(func() {
			_, err := o.get(ctx, true, func() (string, error) {
				close(started)
				<-ctx.Done()
				return "", ctx.Err()
			})
			require.ErrorIs(t, err, context.Canceled)
		})
		<-started
		time.AfterFunc(time.Second, cancel)
		v, err := o.get(t.Context(), true, func() (string, error) { return "up", nil })
		require.NoError(t, err)
		require.Equal(t, "up", v)
		waiting.Wait()
	})
}
