package api

import (
	"context"
	"time"
)

// cancelGrace is how long a write in flight may take to finish after a cancel.
const cancelGrace = 5 * time.Second

// withGracePeriod returns a context that is cancelled grace after ctx is.
func withGracePeriod(ctx context.Context, grace time.Duration) (context.Context, context.CancelFunc) {
	extended, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		t := time.AfterFunc(grace, cancel)
		context.AfterFunc(extended, func() { t.Stop() })
	})
	return extended, func() { stop(); cancel() }
}

// sleep waits for d. It returns early with an error if ctx is done.
func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
