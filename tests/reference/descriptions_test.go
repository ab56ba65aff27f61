package reference

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
	"github.com/stretchr/testify/require"
)

func pulumiSchema(t *testing.T) (spec schema.PackageSpec) {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(root, "schema.json"))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(content, &spec))
	return spec
}

// descriptions returns the descriptions of all resources and functions, by name.
func descriptions(t *testing.T) map[string]string {
	t.Helper()
	spec, all := pulumiSchema(t), map[string]string{}
	for token, resource := range spec.Resources {
		all[strings.TrimPrefix(token, "pocketid:index:")] = resource.Description
	}
	for token, function := range spec.Functions {
		all[strings.TrimPrefix(token, "pocketid:index:")] = function.Description
	}
	require.NotEmpty(t, all)
	return all
}

// If this test fails, add docs/examples/<name>.yaml and run `make generate`.
func TestEverythingHasAnExampleInEachLanguage(t *testing.T) {
	t.Parallel()
	for name, description := range descriptions(t) {
		_, examples, found := strings.Cut(description, "{{% examples %}}")
		require.True(t, found, "%s has no example: add docs/examples/%s.yaml", name, name)
		for example := range strings.SplitSeq(strings.TrimSpace(examples), "{{% /example %}}") {
			if !strings.Contains(example, "{{% example %}}") {
				continue // after the last one
			}
			for _, language := range []string{"typescript", "python", "csharp", "go", "java", "yaml"} {
				require.Equal(t, 1, strings.Count(example, "\n```"+language+"\n"), "%s in %s", name, language)
			}
		}
	}
}

// If this test fails, end the description of the resource with "Import with <what>: `<command>`.",
// or with the reason why it cannot be imported.
func TestEveryResourceHasAnImportSection(t *testing.T) {
	t.Parallel()
	for token, resource := range pulumiSchema(t).Resources {
		_, section, found := strings.Cut(resource.Description, "\n## Import\n")
		if !found {
			require.Contains(t, resource.Description, "cannot be imported", token)
			continue
		}
		require.Regexp(t, "\n```sh\npulumi import "+token+" \\w+ \\S+\n```\n", section, token)
		require.NotContains(t, resource.Description, "cannot be imported", token)
	}
}

func TestEveryDescriptionNamesTheServerVersion(t *testing.T) {
	t.Parallel()
	for name, description := range descriptions(t) {
		text, _, _ := strings.Cut(description, "{{% examples %}}")
		if !strings.Contains(text, "works with every version") {
			require.Regexp(t, requirement, text, name)
		}
	}
}
