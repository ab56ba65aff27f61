package release

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// The script works in the directory above its own, so a copy of it reads another CHANGELOG.md.
func notes(t *testing.T, changelog, version string) (string, error) {
	script, err := os.ReadFile(filepath.Join(root, "scripts/release-notes.sh"))
	require.NoError(t, err)
	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, "scripts"), 0o755))
	path := filepath.Join(dir, "scripts/release-notes.sh")
	require.NoError(t, os.WriteFile(path, script, 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "CHANGELOG.md"), []byte(changelog), 0o644))
	output, err := exec.Command("bash", path, version).Output()
	return string(output), err
}

const changelog = `# Changelog

## [Unreleased]

- not yet

## [0.2.0] - 2026-12-01

### Added

- this

## [0.1.0] - 2026-11-01

- before
`

func TestReleaseNotesAreTheSectionOfTheVersion(t *testing.T) {
	t.Parallel()
	text, err := notes(t, changelog, "v0.2.0")
	require.NoError(t, err)
	require.Equal(t, "\n### Added\n\n- this\n\n", text)
}

func TestReleaseWithoutNotesIsRefused(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"v0.2", "v0.3.0", "v0.2.0-rc.1", "v2.0"} {
		_, err := notes(t, changelog, version)
		require.Error(t, err, version)
	}
	_, err := notes(t, "# Changelog\n\n## [0.2.0]\n\n## [0.1.0]\n\n- before\n", "v0.2.0")
	require.Error(t, err, "an empty section")
}
