// Package reference tests the documentation of resources and functions in schema.json: that it
// is complete, and that the examples run.
package reference

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/pkg/v3/engine"
	lt "github.com/pulumi/pulumi/pkg/v3/engine/lifecycletest/framework"
	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

const (
	root     = "../.."
	examples = root + "/docs/examples/"
)

// TestExamplesRun runs each example from preview to destroy, on the oldest server that its
// title or the description of its resource names.
func TestExamplesRun(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(examples + "*.yaml")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	descriptions := descriptions(t)
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".yaml"), func(t *testing.T) {
			t.Parallel()
			program, err := os.ReadFile(file)
			require.NoError(t, err)
			name, _, _ := strings.Cut(filepath.Base(file), ".")
			runExample(t, string(program), oldestServer(t, string(program)+descriptions[name]))
		})
	}
}

// requirement is how a description, or the title of an example, names the version that is needed.
var requirement = regexp.MustCompile(`(?i)requires Pocket ID 2\.(\d+) or later`)

// oldestServer returns the oldest version that the fake has and that meets the first requirement
// in a text.
func oldestServer(t *testing.T, text string) string {
	t.Helper()
	found := requirement.FindStringSubmatch(text)
	if found == nil {
		return "2.3.0"
	}
	minor, err := strconv.Atoi(found[1])
	require.NoError(t, err)
	for ; minor < 100; minor++ {
		version := fmt.Sprintf("2.%d.0", minor)
		if _, err := fake.New(fake.Options{Version: version, APIKey: apiKey}); err == nil {
			return version
		}
	}
	require.Fail(t, "the fake has no version that meets: "+found[0])
	return ""
}

func runExample(t *testing.T, program, version string) {
	t.Helper()
	folder, err := filepath.Abs(examples)
	require.NoError(t, err)
	s := newStack(t, strings.ReplaceAll(program, "fn::fileAsset: ./", "fn::fileAsset: "+folder+"/"), version)
	// The tests use no network. The fake is an issuer, too.
	if strings.Contains(program, "pocketid:getIssuer") {
		s.program = strings.ReplaceAll(s.program, "https://token.actions.githubusercontent.com", s.url)
	}
	update := lt.TestOp(engine.Update)
	_, err = s.run(update, true)
	require.NoError(t, err, "preview")
	_, err = s.run(update, false)
	require.NoError(t, err, "up")
	s.requireSecretsInStores()
	for name, value := range s.outputs() {
		require.False(t, value.IsNull() || value.ContainsUnknowns(), "output %s has no value", name)
	}
	changes, err := s.run(update, true)
	require.NoError(t, err)
	require.Empty(t, changes, "a second preview shows changes")
	changes, err = s.run(lt.TestOp(engine.Refresh), false)
	require.NoError(t, err)
	require.Empty(t, changes, "a refresh shows changes")
	_, err = s.run(lt.TestOp(engine.Destroy), false)
	require.NoError(t, err, "destroy")
	require.Empty(t, s.snap.Resources)
}
