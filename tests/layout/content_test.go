package layout

import (
	"bytes"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// houseWords matches words of an old private vocabulary and their forms, such as "hushed",
// also inside camelCase identifiers: `said`, `withSaid`, `saidBy`.
var houseWords = func() *regexp.Regexp {
	const form, end = `(?:s|es|ed|ing)?`, `(?:[^a-z]|$)`
	lower := []string{"say", "said", "unsaid", "wish", "mend", "heed", "hush", "heirs", "discreet", "confided", "anew", "(?:tak(?:es?|en|ing)|took) over", "lets? in"}
	var capitalized []string
	for _, word := range lower {
		if !strings.Contains(word, " ") {
			capitalized = append(capitalized, strings.ToUpper(word[:1])+word[1:])
		}
	}
	return regexp.MustCompile(`(?:^|[^A-Za-z])(?:` + strings.Join(lower, "|") + `)` + form + end +
		`|(?:` + strings.Join(capitalized, "|") + `)` + form + end)
}()

func TestTextsUseNoHouseWords(t *testing.T) {
	tracked, err := trackedFiles()
	require.NoError(t, err)
	var found []string
	for _, file := range tracked {
		if file.isProse() && file.path != "tests/layout/content_test.go" {
			found = append(found, matches(file, houseWords)...)
		}
	}
	report(t, found, "use the standard words of Pulumi, Go and OpenID Connect")
}

// isProse reports whether people write and read a file: code, guides, scripts and programs,
// but no generated files, no licenses and no recordings.
func (f textFile) isProse() bool {
	generated := strings.HasPrefix(f.path, "sdk/") && f.path != "sdk/README.md"
	prose := []string{".go", ".md", ".sh", ".yaml", ".yml", ".ts", ".js", ".py", ""} // "": Makefile
	return !generated && !f.isBinary() && path.Base(f.path) != "LICENSE" && slices.Contains(prose, path.Ext(f.path))
}

func TestHouseWordsAreFound(t *testing.T) {
	for _, text := range []string{"said", "x := said(1)", "withSaid", "saidBy", "SaidBy", "WithUnsaid", "Hushed", "HTTPSaid", "// said.", "_heed",
		"as it says", "Says", "saying", "wishes", "mended", "made anew", "it takes over", "taken over", "lets in"} {
		require.Regexp(t, houseWords, text)
	}
	for _, text := range []string{"theirs", "Theirs", "aforesaid", "wheeHeedless", "crushed", "Saidin", "essay", "amended", "recommends", "renewal", "outlets into"} {
		require.NotRegexp(t, houseWords, text)
	}
}

// machinePaths matches absolute paths of a developer's or a build machine.
var machinePaths = regexp.MustCompile(`(?:^|[^\w.~/-]|file://)/(?:work|root|home)/`)

// registries matches addresses that packages are downloaded from. They are a setting of
// the machine: a lock file that contains one does not work on other machines.
var registries = regexp.MustCompile(`"resolved": ?"https?://` +
	`|(?i:registry\.(?:npmjs|yarnpkg)\.(?:org|com)|pypi\.org/simple|files\.pythonhosted\.org|proxy\.golang\.org|goproxy\.(?:io|cn)|repo1?\.maven\.(?:apache\.)?org/|api\.nuget\.org/)` +
	`|(?m:^[ \t]*(?:--)?(?:extra-)?index-url\b|^[ \t]*(?:@[\w-]+:)?registry[ \t]*=)`)

func TestNoFileNamesAMachineOrARegistry(t *testing.T) {
	tracked, err := trackedFiles()
	require.NoError(t, err)
	var paths, hosts []string
	for _, file := range tracked {
		if file.isBinary() || file.path == "tests/layout/content_test.go" {
			continue
		}
		paths = append(paths, matches(file, machinePaths)...)
		hosts = append(hosts, matches(file, registries)...)
	}
	report(t, paths, "a tracked file must not contain a path of the machine it was made on")
	report(t, hosts, "a tracked file must not contain the address of a package registry")
}

func TestMachinesAndRegistriesAreRecognized(t *testing.T) {
	for _, text := range []string{"/home/alice/go", `"/root/.npmrc"`, "file:///work/sdk", "-C=/work/sdk", "/a:/home/b/c"} {
		require.Regexp(t, machinePaths, text)
	}
	for _, text := range []string{"https://example.com/home/", "./work/sdk", "docs/home/index.md", "/homes/"} {
		require.NotRegexp(t, machinePaths, text)
	}
	for _, text := range []string{
		`"resolved": "https://mirror.example/npm/left-pad-1.0.0.tgz"`, "https://registry.npmjs.org/left-pad", "--index-url https://mirror.example/simple",
		"registry=https://mirror.example/npm", "@acme:registry=https://mirror.example/npm", "GOPROXY=https://proxy.golang.org,direct",
	} {
		require.Regexp(t, registries, text)
	}
	for _, text := range []string{`"resolved": "file:../../../sdk/nodejs"`, "omit-lockfile-registry-resolved=true", "https://pypi.org/project/pulumi-pocketid/"} {
		require.NotRegexp(t, registries, text)
	}
}

// matches returns path:line: text for each line of a file that matches.
func matches(file textFile, pattern *regexp.Regexp) []string {
	if !pattern.Match(file.content) {
		return nil
	}
	var found []string
	number := 0
	for line := range bytes.Lines(file.content) {
		number++
		if pattern.Match(line) {
			found = append(found, fmt.Sprintf("%s:%d: %s", file.path, number, bytes.TrimSpace(line)))
		}
	}
	return found
}
