package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

const root = "../.."

// What is committed is what the provider says today. `make generate` mends this.
func TestCommittedFilesAreCurrent(t *testing.T) {
	licence, err := os.ReadFile(filepath.Join(root, "LICENSE"))
	require.NoError(t, err)
	files, err := generate(t.Context(), licence)
	require.NoError(t, err)
	for path, want := range files {
		got, err := os.ReadFile(filepath.Join(root, path))
		require.NoError(t, err, "run `make generate`")
		require.Equal(t, string(want), string(got), "%s is stale: run `make generate`", path)
	}
	stale, err := others(root, files)
	require.NoError(t, err)
	require.Empty(t, stale, "nothing generates these any more: run `make generate`")
}

func TestGeneratingTwiceGivesTheSame(t *testing.T) {
	first, err := generate(t.Context(), []byte("a licence"))
	require.NoError(t, err)
	second, err := generate(t.Context(), []byte("a licence"))
	require.NoError(t, err)
	require.Equal(t, first, second)
}

// A file that a resource left behind goes with the resource; what package
// managers and people wrote stays.
func TestRunRemovesWhatIsStale(t *testing.T) {
	dir := t.TempDir()
	for _, path := range append(kept(), "LICENSE", "sdk/nodejs/removed.ts", "sdk/nodejs/node_modules/other/index.js") {
		require.NoError(t, write(filepath.Join(dir, path), []byte("mine")))
	}
	require.NoError(t, run(t.Context(), dir))
	require.NoFileExists(t, filepath.Join(dir, "sdk/nodejs/removed.ts"))
	for _, path := range append(kept(), "sdk/nodejs/node_modules/other/index.js") {
		content, err := os.ReadFile(filepath.Join(dir, path))
		require.NoError(t, err)
		require.Equal(t, "mine", string(content))
	}
	require.FileExists(t, filepath.Join(dir, "sdk/nodejs/index.ts"))
}
