// Package layout tests rules about the source tree: which package imports which,
// how long files and functions are, and what no file may contain.
package layout

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	root   = "../.."
	module = "github.com/pulumi-pocketid/pulumi-pocketid"
)

// textFile is a file of the repository.
type textFile struct {
	path    string // from the root, with slashes
	content []byte
}

// goFile is a Go file that is not generated.
type goFile struct {
	textFile
	syntax *ast.File
	set    *token.FileSet
}

// position returns path:line of a node.
func (f goFile) position(node ast.Node) string {
	return fmt.Sprintf("%s:%d", f.path, f.set.Position(node.Pos()).Line)
}

func (f goFile) isTest() bool { return strings.HasSuffix(f.path, "_test.go") }

// trackedFiles returns the files that Git tracks, and new ones that it does not ignore.
var trackedFiles = sync.OnceValues(func() ([]textFile, error) {
	command := exec.Command("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	command.Dir = root
	names, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("git ls-files: %w", err)
	}
	var files []textFile
	for name := range strings.SplitSeq(strings.TrimSuffix(string(names), "\x00"), "\x00") {
		path := filepath.Join(root, filepath.FromSlash(name))
		info, err := os.Lstat(path)
		if err != nil || !info.Mode().IsRegular() {
			continue // deleted in the work tree, or a link
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		files = append(files, textFile{path: name, content: content})
	}
	return files, nil
})

// handWrittenFiles returns all Go files, tests too, but no generated ones.
func handWrittenFiles(t *testing.T) []goFile {
	t.Helper()
	tracked, err := trackedFiles()
	require.NoError(t, err)
	var files []goFile
	for _, file := range tracked {
		if !strings.HasSuffix(file.path, ".go") || strings.HasPrefix(file.path, "sdk/") {
			continue
		}
		set := token.NewFileSet()
		syntax, err := parser.ParseFile(set, file.path, file.content, parser.SkipObjectResolution|parser.ParseComments)
		require.NoError(t, err)
		if !ast.IsGenerated(syntax) {
			files = append(files, goFile{textFile: file, syntax: syntax, set: set})
		}
	}
	require.NotEmpty(t, files)
	return files
}

// shippedFiles returns the Go files below provider/ and cmd/ that are not tests.
func shippedFiles(t *testing.T) []goFile {
	t.Helper()
	var files []goFile
	for _, file := range handWrittenFiles(t) {
		if !file.isTest() && (strings.HasPrefix(file.path, "provider/") || strings.HasPrefix(file.path, "cmd/")) {
			files = append(files, file)
		}
	}
	require.NotEmpty(t, files)
	return files
}

// lines counts the lines of a file.
func (f textFile) lines() int { return bytes.Count(f.content, []byte("\n")) }

// isBinary reports whether a file is an image or the like.
func (f textFile) isBinary() bool { return bytes.IndexByte(f.content, 0) >= 0 }

// report fails the test with a list of what was found, if anything was.
func report(t *testing.T, found []string, rule string, args ...any) {
	t.Helper()
	if len(found) > 0 {
		t.Errorf("%s; found %d:\n\t%s", fmt.Sprintf(rule, args...), len(found), strings.Join(found, "\n\t"))
	}
}
