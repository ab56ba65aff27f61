package layout

import (
	"bytes"
	"fmt"
	"go/ast"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	maxFileLines     = 400
	maxFunctionLines = 60
	maxReadmeLines   = 200
)

func TestReadmeIsShort(t *testing.T) {
	tracked, err := trackedFiles()
	require.NoError(t, err)
	for _, file := range tracked {
		if file.path == "README.md" {
			require.LessOrEqual(t, bytes.Count(file.content, []byte("\n")), maxReadmeLines, "move what not everybody needs to docs/")
			return
		}
	}
	t.Fatal("README.md is missing")
}

func TestFilesAreShort(t *testing.T) {
	var long []string
	for _, file := range handWrittenFiles(t) {
		if n := file.lines(); n > maxFileLines {
			long = append(long, fmt.Sprintf("%s: %d lines", file.path, n))
		}
	}
	report(t, long, "a file must have at most %d lines: split it by topic", maxFileLines)
}

// A function is counted from its signature to its closing brace, without its doc comment.
func TestFunctionsAreShort(t *testing.T) {
	var long []string
	for _, file := range handWrittenFiles(t) {
		for _, declaration := range file.syntax.Decls {
			function, ok := declaration.(*ast.FuncDecl)
			if !ok {
				continue
			}
			n := file.set.Position(function.End()).Line - file.set.Position(function.Pos()).Line + 1
			if n > maxFunctionLines {
				long = append(long, fmt.Sprintf("%s: %s has %d lines", file.position(function), function.Name.Name, n))
			}
		}
	}
	slices.Sort(long)
	report(t, long, "a function must have at most %d lines: find the step that deserves a name", maxFunctionLines)
}
