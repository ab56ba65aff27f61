package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

const root = "../.."

// If this test fails, run `make generate` and commit the result.
func TestCommittedFilesAreCurrent(t *testing.T) {
	read, err := readSources(root)
	require.NoError(t, err)
	files, err := generate(t.Context(), read)
	require.NoError(t, err)
	for path, want := range files {
		got, err := os.ReadFile(filepath.Join(root, path))
		require.NoError(t, err, "run `make generate`")
		require.Equal(t, string(want), string(got), "%s is stale: run `make generate`", path)
	}
	stale, err := staleFiles(root, files)
	require.NoError(t, err)
	require.Empty(t, stale, "these files are not generated any more: run `make generate`")
}

func TestGenerateIsDeterministic(t *testing.T) {
	read, err := readSources(root)
	require.NoError(t, err)
	first, err := generate(t.Context(), read)
	require.NoError(t, err)
	second, err := generate(t.Context(), read)
	require.NoError(t, err)
	require.Equal(t, first, second)
}

// The file of a removed resource is deleted. Files that people or package managers write are kept.
func TestRunRemovesStaleFiles(t *testing.T) {
	dir := t.TempDir()
	for _, path := range append(handWrittenFiles(), "LICENSE", "assets/logo.png", "sdk/nodejs/removed.ts", "sdk/nodejs/node_modules/other/index.js") {
		require.NoError(t, write(filepath.Join(dir, path), []byte("hand-written")))
	}
	require.NoError(t, run(t.Context(), dir))
	require.NoFileExists(t, filepath.Join(dir, "sdk/nodejs/removed.ts"))
	for _, path := range append(handWrittenFiles(), "sdk/nodejs/node_modules/other/index.js") {
		content, err := os.ReadFile(filepath.Join(dir, path))
		require.NoError(t, err)
		require.Equal(t, "hand-written", string(content))
	}
	require.FileExists(t, filepath.Join(dir, "sdk/nodejs/index.ts"))
}
