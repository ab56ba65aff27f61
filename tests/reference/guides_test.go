package reference

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/pkg/v3/display"
	"github.com/pulumi/pulumi/pkg/v3/engine"
	lt "github.com/pulumi/pulumi/pkg/v3/engine/lifecycletest/framework"
	"github.com/pulumi/pulumi/pkg/v3/resource/deploy"
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
			if !slices.Contains(withoutProgram, name) {
				require.NotEmpty(t, programs, "a guide ends in a whole program")
				require.Empty(t, strings.TrimSpace(string(text[programs[len(programs)-1][1]:])), "the guide goes on after its program")
			}
			for _, at := range programs {
				program := string(text[at[2]:at[3]])
				runExample(t, program, oldestServer(t, program))
			}
		})
	}
}

// fragment is a part of a program in a page of documentation.
var fragment = regexp.MustCompile("(?s)```(?:ts|sh)\n(.*?)```\n")

// TestFragmentsOnHandOverAreFromExamples requires that the parts of programs on the page occur in
// an example, which tests/examples runs.
func TestFragmentsOnHandOverAreFromExamples(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile(filepath.Join(root, "docs", "hand-over-secrets.md"))
	require.NoError(t, err)
	var programs []string
	for _, pattern := range []string{"quickstart/typescript/index.ts", "secret-handover/typescript/index.ts", "hand-over/typescript/index.ts", "hand-over/sops.sh"} {
		program, err := os.ReadFile(filepath.Join(root, "examples", pattern))
		require.NoError(t, err)
		programs = append(programs, string(program))
	}
	fragments := fragment.FindAllStringSubmatch(string(page), -1)
	require.NotEmpty(t, fragments)
	for _, found := range fragments {
		require.True(t, slices.ContainsFunc(programs, func(program string) bool { return strings.Contains(program, strings.TrimSuffix(found[1], "\n")) }),
			"this is in no example:\n%s", found[1])
	}
}

// TestTheChangeToAnApplicationChangesNothing runs the two programs of the guide about that change
// in one stack. runExample runs each of them alone.
func TestTheChangeToAnApplicationChangesNothing(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile(filepath.Join(root, "docs", "applications.md"))
	require.NoError(t, err)
	var programs []string
	for _, found := range wholeProgram.FindAllStringSubmatch(string(page), -1) {
		if strings.HasPrefix(found[1], "name: photos ") {
			programs = append(programs, found[1])
		}
	}
	require.Len(t, programs, 2, "before and after")

	s := newStack(t, programs[0], oldestServer(t, programs[0]))
	_, err = s.run(lt.TestOp(engine.Update), false)
	require.NoError(t, err)
	client, secrets := s.get("/api/oidc/clients/immich"), s.clientSecrets()
	require.Contains(t, client, "family")
	require.Len(t, secrets, 1)

	s.program = programs[1]
	changes, err := s.run(lt.TestOp(engine.Update), true)
	require.NoError(t, err)
	require.Len(t, changes, 2)
	require.Contains(t, []display.StepOp{deploy.OpCreate, deploy.OpUpdate}, changes["photos"], "the component is new, and the client gets allowedUserGroups")
	require.Equal(t, deploy.OpDelete, changes["photosFamily"])
	_, err = s.run(lt.TestOp(engine.Update), false)
	require.NoError(t, err)
	require.Equal(t, client, s.get("/api/oidc/clients/immich"), "the client was changed")
	require.Equal(t, secrets, s.clientSecrets())
	for _, operation := range []lt.TestOp{lt.TestOp(engine.Refresh), lt.TestOp(engine.Update)} {
		changes, err = s.run(operation, false)
		require.NoError(t, err)
		require.Empty(t, changes)
	}
}
