package layout

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// registryPages are written for the Pulumi Registry, which resolves their links.
var registryPages = []string{"docs/_index.md", "docs/installation-configuration.md"}

var (
	link       = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	inlineCode = regexp.MustCompile("`[^`]*`")
)

// pages returns the Markdown files by their path.
func pages(t *testing.T) map[string]textFile {
	t.Helper()
	tracked, err := trackedFiles()
	require.NoError(t, err)
	found := map[string]textFile{}
	for _, file := range tracked {
		if path.Ext(file.path) == ".md" {
			found[file.path] = file
		}
	}
	require.NotEmpty(t, found)
	return found
}

// prose returns the lines of a page, numbered from 0. Lines of code blocks are empty.
func (f textFile) prose() []string {
	lines := strings.Split(string(f.content), "\n")
	code := false
	for i, line := range lines {
		fence := strings.HasPrefix(strings.TrimSpace(line), "```")
		if fence || code {
			lines[i] = ""
		}
		code = code != fence
	}
	return lines
}

// anchors returns the anchors that GitHub gives to the headings of a page.
func (f textFile) anchors() []string {
	var found []string
	for _, line := range f.prose() {
		if heading, ok := strings.CutPrefix(strings.TrimLeft(line, "#"), " "); ok && strings.HasPrefix(line, "#") {
			kept := regexp.MustCompile(`[^\p{L}\p{N}_ -]`).ReplaceAllString(strings.ToLower(heading), "")
			found = append(found, strings.ReplaceAll(kept, " ", "-"))
		}
	}
	return found
}

func TestLinksBetweenPagesResolve(t *testing.T) {
	all := pages(t)
	tracked, err := trackedFiles()
	require.NoError(t, err)
	exists := func(name string) bool {
		return slices.ContainsFunc(tracked, func(f textFile) bool { return f.path == name || strings.HasPrefix(f.path, name+"/") })
	}
	var broken []string
	for _, page := range all {
		if slices.Contains(registryPages, page.path) {
			continue
		}
		for i, line := range page.prose() {
			for _, match := range link.FindAllStringSubmatch(inlineCode.ReplaceAllString(line, ""), -1) {
				target, anchor, _ := strings.Cut(match[1], "#")
				if strings.Contains(target, ":") {
					continue // on another host
				}
				name := page.path
				if target != "" {
					name = path.Join(path.Dir(page.path), target)
				}
				if !exists(name) || anchor != "" && !slices.Contains(all[name].anchors(), anchor) {
					broken = append(broken, fmt.Sprintf("%s:%d: %s", page.path, i+1, match[1]))
				}
			}
		}
	}
	slices.Sort(broken)
	report(t, broken, "a link must lead to a file of the repository and to one of its headings")
}

// A border inside code ends a cell, too, unless it is written as \|.
func TestTablesInPagesHaveEqualRows(t *testing.T) {
	var uneven []string
	for _, page := range pages(t) {
		columns := 0 // borders of the header of the table, 0 outside of tables
		for i, line := range page.prose() {
			borders := 0
			if strings.HasPrefix(strings.TrimSpace(line), "|") {
				borders = strings.Count(line, "|") - strings.Count(line, `\|`)
			}
			if columns == 0 || borders == 0 {
				columns = borders
			}
			if borders != columns {
				uneven = append(uneven, fmt.Sprintf("%s:%d: %d instead of %d", page.path, i+1, borders-1, columns-1))
			}
		}
	}
	slices.Sort(uneven)
	report(t, uneven, "each row of a table must have as many cells as its header")
}
