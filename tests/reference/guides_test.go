package reference

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// withoutProgram are the pages in docs/ that are no guides: they list options, versions, limits, errors,
// measurements, tools or an example.
var withoutProgram = []string{
	"_index", "installation-configuration", "configuration", "server-versions", "limits", "benchmarks", "comparison", "migration", "inventory", "testing",
}

// wholeProgram is a program in a page of documentation. Other code in it is a part of a program.
var wholeProgram = regexp.MustCompile("(?s)```yaml\n(name: [^\n]+\n.*?)```\n")

// TestGuidesEndInAProgramThatRuns runs the programs in the guides, as TestExamplesRun does.
func TestGuidesEndInAProgramThatRuns(t *testing.T) {
	t.Parallel()
	pages, err := filepath.Glob(filepath.Join(root, "docs", "*.md"))
	require.NoError(t, err)
	require.NotEmpty(t, pages)
	for _, page := range pages {
		name := strings.TrimSuffix(filepath.Base(page), ".md")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(page)
			require.NoError(t, err)
			programs := wholeProgram.FindAllStringSubmatchIndex(string(text), -1)
			if programs == nil {
				require.Contains(t, withoutProgram, name, "a guide ends in a whole program")
				return
			}
			for _, at := range programs {
				program := string(text[at[2]:at[3]])
				runExample(t, program, oldestServer(t, program))
			}
		})
	}
}
