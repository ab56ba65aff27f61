package layout

import (
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// maxCycleFiles is how many files of a package may depend on each other in a cycle.
const maxCycleFiles = 6

// A package with a large cycle can only be understood as a whole. The usual cause is
// a helper in the file of the first resource that needed it.
func TestFilesOfAPackageFormNoLargeCycle(t *testing.T) {
	packages := listPackages(t, "./provider/...")
	set := token.NewFileSet()
	exports := importer.ForCompiler(set, "gc", func(path string) (io.ReadCloser, error) {
		return os.Open(packages[path].Export)
	})
	for _, path := range slices.Sorted(maps.Keys(packages)) {
		name, ours := strings.CutPrefix(path, module+"/")
		if !ours {
			continue
		}
		uses := fileUses(t, set, exports, packages[path])
		if cycle := largestCycle(uses); len(cycle) > maxCycleFiles {
			t.Errorf("package %s: %d files depend on each other in a cycle, at most %d may. Move what the others use to a file (or package) of its own:\n%s",
				name, len(cycle), maxCycleFiles, describeCycle(uses, cycle))
		}
	}
}

// goPackage is what `go list` prints about a package.
type goPackage struct {
	ImportPath string
	Dir        string
	GoFiles    []string
	Export     string // file with the types that the compiler exported
}

// listPackages returns the packages that match a pattern, and all that they import.
func listPackages(t *testing.T, pattern string) map[string]goPackage {
	t.Helper()
	command := exec.CommandContext(t.Context(), "go", "list", "-export", "-deps", "-json=ImportPath,Dir,GoFiles,Export", pattern)
	command.Dir = root
	var problems strings.Builder
	command.Stderr = &problems
	out, err := command.Output()
	require.NoError(t, err, problems.String())
	packages := map[string]goPackage{}
	decoder := json.NewDecoder(strings.NewReader(string(out)))
	for {
		var p goPackage
		err := decoder.Decode(&p)
		if errors.Is(err, io.EOF) {
			return packages
		}
		require.NoError(t, err)
		packages[p.ImportPath] = p
	}
}

// usesByFile has, for each file of a package, the other files that it uses, and the
// names that it uses from them.
type usesByFile map[string]map[string][]string

// fileUses type-checks a package and finds out which of its files use functions, types,
// variables, methods or fields that another of its files declares.
func fileUses(t *testing.T, set *token.FileSet, exports types.Importer, p goPackage) usesByFile {
	t.Helper()
	var files []*ast.File
	uses := usesByFile{}
	for _, name := range p.GoFiles {
		file, err := parser.ParseFile(set, filepath.Join(p.Dir, name), nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		files = append(files, file)
		uses[name] = map[string][]string{}
	}
	info := types.Info{Uses: map[*ast.Ident]types.Object{}}
	checked, err := (&types.Config{Importer: exports}).Check(p.ImportPath, set, files, &info)
	require.NoError(t, err)
	fileOf := func(pos token.Pos) string { return filepath.Base(set.Position(pos).Filename) }
	for identifier, object := range info.Uses {
		if object.Pkg() != checked {
			continue
		}
		from, to := fileOf(identifier.Pos()), fileOf(object.Pos())
		if from != to && !slices.Contains(uses[from][to], object.Name()) {
			uses[from][to] = append(uses[from][to], object.Name())
		}
	}
	return uses
}

// largestCycle returns the largest set of files in which each depends on all others.
func largestCycle(uses usesByFile) []string {
	reached := map[string]map[string]bool{}
	for file := range uses {
		reached[file] = uses.reachable(file)
	}
	var largest []string
	for file := range uses {
		var cycle []string
		for other := range reached[file] {
			if reached[other][file] {
				cycle = append(cycle, other)
			}
		}
		if len(cycle) > len(largest) {
			largest = cycle
		}
	}
	slices.Sort(largest)
	return largest
}

// reachable returns the files that a file uses, directly or not.
func (u usesByFile) reachable(file string) map[string]bool {
	reached := map[string]bool{}
	pending := []string{file}
	for len(pending) > 0 {
		next := pending[0]
		pending = pending[1:]
		for used := range u[next] {
			if !reached[used] {
				reached[used] = true
				pending = append(pending, used)
			}
		}
	}
	return reached
}

// describeCycle lists what the files of a cycle use from each other.
func describeCycle(uses usesByFile, cycle []string) string {
	var out strings.Builder
	for _, file := range cycle {
		fmt.Fprintf(&out, "\t%s uses\n", file)
		for _, used := range slices.Sorted(maps.Keys(uses[file])) {
			if slices.Contains(cycle, used) {
				names := slices.Sorted(slices.Values(uses[file][used]))
				fmt.Fprintf(&out, "\t\t%s: %s\n", used, strings.Join(names, ", "))
			}
		}
	}
	return out.String()
}
