// Package release tests what a release consists of: the archives that Pulumi downloads, and the
// workflows that publish them.
package release

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"text/template"

	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"
)

const root = "../.."

// goreleaser has the settings of .goreleaser.yml that decide over the names of files. The file as a
// whole is checked by `make snapshot`, which the test workflow runs.
type goreleaser struct {
	Builds []struct {
		ID, Main, Binary string
		Goos, Goarch     []string
		Ldflags          []string
	}
	Archives []struct {
		IDs          []string `yaml:"ids"`
		Formats      []string
		NameTemplate string `yaml:"name_template"`
	}
}

// archives returns the names of the archives of a version.
func archives(t *testing.T, version string) []string {
	var config goreleaser
	readYAML(t, ".goreleaser.yml", &config)
	var names []string
	for _, archive := range config.Archives {
		require.Len(t, archive.IDs, 1)
		for _, build := range config.Builds {
			if build.ID != archive.IDs[0] {
				continue
			}
			for _, goos := range build.Goos {
				for _, goarch := range build.Goarch {
					var name strings.Builder
					fields := map[string]string{"Binary": build.Binary, "Tag": "v" + version, "Version": version, "Os": goos, "Arch": goarch}
					parsed, err := template.New("name").Option("missingkey=error").Parse(archive.NameTemplate)
					require.NoError(t, err)
					require.NoError(t, parsed.Execute(&name, fields))
					names = append(names, name.String()+"."+archive.Formats[0])
				}
			}
		}
	}
	return names
}

// The name is that of workspace.PluginSpec in the Pulumi SDK: KIND-NAME-vVERSION-OS-ARCH.tar.gz.
func TestArchivesHaveTheNamesThatPulumiDownloads(t *testing.T) {
	t.Parallel()
	var expected []string
	for _, program := range []string{"pulumi-resource-pocketid", "pocketid-import", "pocketid-fake"} {
		for _, platform := range []string{"linux-amd64", "linux-arm64", "darwin-amd64", "darwin-arm64", "windows-amd64", "windows-arm64"} {
			expected = append(expected, program+"-v1.2.3-"+platform+".tar.gz")
		}
	}
	require.ElementsMatch(t, expected, archives(t, "1.2.3"))
}

func TestSchemaNamesTheReleasesOfThisRepository(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile(filepath.Join(root, "schema.json"))
	require.NoError(t, err)
	var schema struct{ PluginDownloadURL string }
	require.NoError(t, json.Unmarshal(content, &schema))
	require.Equal(t, "github://api.github.com/pulumi-pocketid/pulumi-pocketid", schema.PluginDownloadURL)
}

// The Pulumi Registry refuses a release whose schema.json has another version at the tag. Its check is
// scripts/ci/community-package/verify_entry.py in pulumi/registry.
func TestReleaseRefusesATagWithAnotherSchema(t *testing.T) {
	t.Parallel()
	var workflow struct {
		Jobs map[string]struct{ Steps []struct{ Run string } }
	}
	readYAML(t, ".github/workflows/release.yml", &workflow)
	var check string
	for _, step := range workflow.Jobs["check"].Steps {
		if strings.Contains(step.Run, "schema.json") {
			check = step.Run
		}
	}
	require.NotEmpty(t, check)
	for tag, passes := range map[string]bool{"v" + schemaVersion(t): true, "v0.0.9": false, "v" + schemaVersion(t) + "0": false} {
		command := exec.Command("bash", "-c", check)
		command.Dir, command.Env = root, append(os.Environ(), "GITHUB_REF_NAME="+tag)
		require.Equal(t, passes, command.Run() == nil, tag)
	}
	pom, err := os.ReadFile(filepath.Join(root, "examples/quickstart/java/pom.xml"))
	require.NoError(t, err)
	require.Contains(t, string(pom), "<version>"+schemaVersion(t)+"</version>", "Maven compiles this example with the SDK of this version")
}

func schemaVersion(t *testing.T) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(root, "schema.json"))
	require.NoError(t, err)
	var schema struct{ Version string }
	require.NoError(t, json.Unmarshal(content, &schema))
	return schema.Version
}

func TestReleaseBuildsSetTheVersion(t *testing.T) {
	t.Parallel()
	var config goreleaser
	readYAML(t, ".goreleaser.yml", &config)
	require.NotEmpty(t, config.Builds)
	for _, build := range config.Builds {
		require.DirExists(t, filepath.Join(root, build.Main))
		require.Contains(t, strings.Join(build.Ldflags, " "), "-X github.com/pulumi-pocketid/pulumi-pocketid/provider/version.Version={{ .Version }}")
	}
}

// A tag of an action can be moved to other code. A commit cannot.
func TestWorkflowsPinActionsByCommit(t *testing.T) {
	t.Parallel()
	workflows, err := filepath.Glob(filepath.Join(root, ".github/workflows/*.yml"))
	require.NoError(t, err)
	require.NotEmpty(t, workflows)
	pinned := regexp.MustCompile(`^\S+@[0-9a-f]{40} # v\d+\.\d+\.\d+$`)
	for _, path := range workflows {
		content, err := os.ReadFile(path)
		require.NoError(t, err)
		var workflow struct{ Jobs map[string]any }
		require.NoError(t, yaml.Unmarshal(content, &workflow), path)
		require.NotEmpty(t, workflow.Jobs, path)
		for _, line := range strings.Split(string(content), "\n") {
			if _, action, found := strings.Cut(line, "uses: "); found {
				require.Regexp(t, pinned, action, "%s: use a commit, and name its version in a comment", path)
			}
		}
	}
}

func TestCommunityFilesAreReadable(t *testing.T) {
	t.Parallel()
	for _, path := range []string{
		".github/dependabot.yml", ".github/ISSUE_TEMPLATE/bug.yml", ".github/ISSUE_TEMPLATE/feature.yml",
		".github/ISSUE_TEMPLATE/config.yml", "docker-compose.yml",
	} {
		var content map[string]any
		readYAML(t, path, &content)
		require.NotEmpty(t, content, path)
	}
}

func readYAML(t *testing.T, path string, into any) {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(root, path))
	require.NoError(t, err)
	require.NoError(t, yaml.Unmarshal(content, into), path)
}
