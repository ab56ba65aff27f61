package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// A short run, to see that the benchmark works. Its times mean nothing.
func TestTheBenchmarkRuns(t *testing.T) {
	t.Parallel()
	text, err := run(t.Context(), options{root: "../..", rounds: 1, clients: 20})
	require.NoError(t, err)
	for _, section := range []string{"## Start", "## Clients", "## Growth", "## Entries of one object", "## Memory"} {
		require.Contains(t, text, section)
	}
	t.Log(text)
}
