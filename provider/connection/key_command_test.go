package connection

import (
	"context"
	"flag"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestBlockingProgram is the program of TestKeyCommandMustEnd.
func TestBlockingProgram(t *testing.T) {
	if flag.NArg() == 0 {
		t.Skip("not started by another test")
	}
	select {}
}

func TestKeyCommandMustEnd(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	require.NoError(t, err)
	command := []string{self, "-test.run=^TestBlockingProgram$", "--", "block"}
	_, err = runKeyCommand(t.Context(), command, 200*time.Millisecond)
	require.ErrorContains(t, err, "printed no key within 200ms")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = runKeyCommand(ctx, command, time.Minute)
	require.ErrorIs(t, err, context.Canceled)
}
