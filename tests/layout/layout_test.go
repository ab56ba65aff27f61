// Package layout holds the promise that the layout of the code makes to its reader.
package layout

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	root   = "../.."
	module = "github.com/pulumi-pocketid/pulumi-pocketid"
)

// room is a package, and what it may import beside the standard library: other
// rooms, and libraries by the beginning of their path.
type room struct{ rooms, libraries []string }

var rooms = map[string]room{
	"cmd/pulumi-resource-pocketid": {rooms: []string{"provider"}},
	"cmd/pocketid-fake":            {rooms: []string{"provider/fake"}},
	"cmd/pocketid-codegen":         {rooms: []string{"provider"}, libraries: []string{"github.com/pulumi/", "github.com/BurntSushi/toml"}},
	"cmd/pocketid-demo":            {rooms: []string{"provider/fake"}, libraries: []string{"github.com/go-jose/go-jose/v4"}},
	"cmd/pocketid-import":          {rooms: []string{"provider"}, libraries: []string{"golang.org/x/text"}},
	"provider":                     {rooms: []string{"provider/api"}, libraries: []string{"github.com/pulumi/", "golang.org/x/text/unicode/norm", "google.golang.org/grpc", "google.golang.org/protobuf", "github.com/go-jose/go-jose/v4"}},
	"provider/api":                 {libraries: []string{"github.com/cenkalti/backoff/v5", "github.com/blang/semver", "github.com/google/uuid", "golang.org/x/sync/semaphore"}},
	"provider/fake":                {libraries: []string{"github.com/go-jose/go-jose/v4", "golang.org/x/text/unicode/norm"}},
}

func TestWhoMayEnterWhichRoom(t *testing.T) {
	seen := map[string]bool{}
	for path, file := range sources(t) {
		dir := filepath.ToSlash(filepath.Dir(path))
		if !strings.HasPrefix(dir, "provider") && !strings.HasPrefix(dir, "cmd/") {
			continue
		}
		may, known := rooms[dir]
		require.True(t, known, "%s is in a room that nobody has planned", path)
		seen[dir] = true
		for _, i := range file.Imports {
			name, err := strconv.Unquote(i.Path.Value)
			require.NoError(t, err)
			inside, ours := strings.CutPrefix(name, module+"/")
			switch {
			case ours:
				require.Contains(t, may.rooms, inside, "%s imports %s", path, name)
			case strings.Contains(strings.Split(name, "/")[0], "."):
				require.True(t, slices.ContainsFunc(may.libraries, func(l string) bool { return strings.HasPrefix(name, l) }), "%s imports %s", path, name)
			}
		}
	}
	for dir := range rooms {
		require.True(t, seen[dir], "%s is empty", dir)
	}
}

func TestNothingRunsBeforeMain(t *testing.T) {
	for path, file := range sources(t) {
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil {
				require.NotEqual(t, "init", f.Name.Name, path)
			}
		}
	}
}

// sources are the Go files that are shipped, parsed, by their path from the root.
func sources(t *testing.T) map[string]*ast.File {
	t.Helper()
	out := map[string]*ast.File{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		if d.IsDir() && rel != "." && (strings.HasPrefix(d.Name(), ".") || slices.Contains([]string{"sdk", "examples", "node_modules", "bin", "tests", "tools", "scripts"}, rel)) {
			return filepath.SkipDir
		}
		if strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go") {
			src, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			file, err := parser.ParseFile(token.NewFileSet(), rel, src, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			out[rel] = file
		}
		return nil
	})
	require.NoError(t, err)
	require.NotEmpty(t, out)
	return out
}
