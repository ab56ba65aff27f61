package reference

import (
	"bytes"
	"image/png"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/blang/semver"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"
)

// The Pulumi Registry rejects or misrepresents a package whose schema or pages differ from what
// these tests require. Its checks are in pulumi/registry: tools/resourcedocsgen and
// scripts/ci/community-package. tests/release checks the version of the schema.

const repositoryURL = "https://github.com/pulumi-pocketid/pulumi-pocketid"

func readFile(t *testing.T, path string) []byte {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(root, path))
	require.NoError(t, err)
	return content
}

func TestRegistryAcceptsTheSchema(t *testing.T) {
	t.Parallel()
	spec := pulumiSchema(t)
	require.Equal(t, "pocketid", spec.Name)
	require.Equal(t, "Pocket ID", spec.DisplayName)
	require.Regexp(t, `^[A-Z]`, spec.Publisher, "the registry displays the publisher")
	_, err := semver.Parse(spec.Version)
	require.NoError(t, err)
	require.NotEmpty(t, spec.Description)
	require.NotEmpty(t, spec.License)
	require.Equal(t, repositoryURL, spec.Repository)
	for _, page := range []string{spec.Homepage, spec.Repository, spec.LogoURL} {
		parsed, err := url.Parse(page)
		require.NoError(t, err)
		require.Equal(t, "https", parsed.Scheme, page)
	}
	require.Contains(t, spec.Keywords, "kind/native")
	categories := slices.DeleteFunc(slices.Clone(spec.Keywords), func(k string) bool { return !strings.HasPrefix(k, "category/") })
	require.Equal(t, []string{"category/infrastructure"}, categories)
}

func TestRegistryFindsTheLogo(t *testing.T) {
	t.Parallel()
	const branch = "https://raw.githubusercontent.com/pulumi-pocketid/pulumi-pocketid/main/"
	path, found := strings.CutPrefix(pulumiSchema(t).LogoURL, branch)
	require.True(t, found)
	logo, err := png.DecodeConfig(bytes.NewReader(readFile(t, path)))
	require.NoError(t, err, "the registry asks for PNG")
	require.Equal(t, []int{100, 100}, []int{logo.Width, logo.Height}, "the size of the other logos")
	require.Contains(t, string(readFile(t, "assets/logo.svg")), "<svg ")
}

// Pulumi downloads the plugin from the release that the URL names, by the name of the archive.
func TestReleaseHasThePluginThatPulumiDownloads(t *testing.T) {
	t.Parallel()
	require.Equal(t, strings.Replace(repositoryURL, "https://github.com/", "github://api.github.com/", 1), pulumiSchema(t).PluginDownloadURL)
	var release struct {
		Builds []struct {
			Binary string
			Goos   []string
			Goarch []string
		}
		Archives []struct {
			ID           string
			Formats      []string
			NameTemplate string `yaml:"name_template"`
		}
	}
	require.NoError(t, yaml.Unmarshal(readFile(t, ".goreleaser.yml"), &release))
	require.Equal(t, "pulumi-resource-pocketid", release.Builds[0].Binary)
	require.Equal(t, []string{"linux", "darwin", "windows"}, release.Builds[0].Goos)
	require.Equal(t, []string{"amd64", "arm64"}, release.Builds[0].Goarch)
	require.Equal(t, "pulumi-resource-pocketid", release.Archives[0].ID)
	require.Equal(t, []string{"tar.gz"}, release.Archives[0].Formats)
	require.Equal(t, "{{ .Binary }}-{{ .Tag }}-{{ .Os }}-{{ .Arch }}", release.Archives[0].NameTemplate)
}

func TestRegistryAcceptsThePages(t *testing.T) {
	t.Parallel()
	for _, page := range []string{"docs/_index.md", "docs/installation-configuration.md"} {
		text := string(readFile(t, page))
		matter, body, found := strings.Cut(strings.TrimPrefix(text, "---\n"), "\n---\n")
		require.True(t, found && strings.HasPrefix(text, "---\n"), "%s does not start with front matter", page)
		var front struct {
			Title    string
			MetaDesc string `yaml:"meta_desc"`
			Layout   string
		}
		require.NoError(t, yaml.Unmarshal([]byte(matter), &front))
		require.Contains(t, front.Title, pulumiSchema(t).DisplayName, page)
		require.Equal(t, "package", front.Layout, page)
		require.LessOrEqual(t, len(front.MetaDesc), 160, "%s: search engines cut longer descriptions", page)
		require.GreaterOrEqual(t, len(front.MetaDesc), 50, page)

		require.NotRegexp(t, `(?m)^# `, body, "%s: the title is the heading of the first level", page)
		require.NotRegexp(t, `!\[[^\]]*\]\((?:\.|/|[^h])|<(?:img|a)[ >]`, body, "%s: the registry has no images of this repository, and resolves no links in HTML", page)
		for _, link := range regexp.MustCompile(`\]\(([^)]+)\)`).FindAllStringSubmatch(body, -1) {
			require.Regexp(t, `^(https://|\./[a-z-]+(/[a-z]+)*/$)`, link[1], page)
		}
		require.NotRegexp(t, `\{\{\s+[<%]`, body, "%s: Hugo does not recognize this shortcode", page)
		for _, name := range []string{"chooser", "choosable"} {
			opened, closed := regexp.MustCompile(`\{\{[<%] `+name).FindAllString(body, -1), regexp.MustCompile(`\{\{[<%] /`+name).FindAllString(body, -1)
			require.Len(t, closed, len(opened), "%s: %s", page, name)
		}
	}
}

// The overview has the example of Client, in every language. Copy it from schema.json if this
// test fails.
func TestOverviewHasTheCurrentExample(t *testing.T) {
	t.Parallel()
	page := string(readFile(t, "docs/_index.md"))
	_, example, _ := strings.Cut(descriptions(t)["Client"], "{{% example %}}")
	example, _, _ = strings.Cut(example, "{{% /example %}}")
	programs := regexp.MustCompile("(?s)```(\\w+)\n.*?\n```").FindAllStringSubmatch(example, -1)
	require.Len(t, programs, 6)
	for _, program := range programs {
		require.Contains(t, page, "{{% choosable language "+program[1]+" %}}\n\n"+program[0]+"\n\n{{% /choosable %}}")
		require.Regexp(t, `chooser language "[a-z,]*\b`+program[1]+`\b`, page)
	}
}

func TestInstallationPageHasEveryOptionAndSDK(t *testing.T) {
	t.Parallel()
	page := string(readFile(t, "docs/installation-configuration.md"))
	for name := range pulumiSchema(t).Config.Variables {
		require.Contains(t, page, "| `pocketid:"+name+"` |")
	}
	for _, name := range []string{
		"@pulumi-pocketid/pocketid", "pulumi_pocketid", "github.com/pulumi-pocketid/pulumi-pocketid/sdk/go/pocketid", "Pulumi.PocketId", "io.github.pulumi-pocketid:pocketid",
	} {
		require.Contains(t, page, "[`"+name+"`](https://")
	}
	require.Contains(t, page, "--server "+pulumiSchema(t).PluginDownloadURL)
}
