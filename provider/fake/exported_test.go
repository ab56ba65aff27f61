package fake_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Tests of users use these names. A name that is renamed or removed breaks them; a new one has to
// be in the documentation of the package.
func TestExportedNamesAreStable(t *testing.T) {
	t.Parallel()
	var names []string
	files, err := os.ReadDir(".")
	require.NoError(t, err)
	for _, file := range files {
		if !strings.HasSuffix(file.Name(), ".go") || strings.HasSuffix(file.Name(), "_test.go") {
			continue
		}
		syntax, err := parser.ParseFile(token.NewFileSet(), file.Name(), nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		for _, declaration := range syntax.Decls {
			names = append(names, exportedNames(declaration)...)
		}
	}
	slices.Sort(names)
	require.Equal(t, []string{
		"New",
		"Options", "Options.APIKey", "Options.AutoCreateClientSecret", "Options.HTTPClient", "Options.IconLibraryURL", "Options.Issuer",
		"Options.Now", "Options.Seed", "Options.StoreUnknownFields", "Options.Version",
		"ReadSeed",
		"Seed", "Seed.Clients", "Seed.Groups", "Seed.Users",
		"Server", "Server.ServeHTTP", "Server.Upgrade",
	}, names)
	page, err := os.ReadFile("doc.go")
	require.NoError(t, err)
	for _, name := range names {
		if !strings.Contains(name, ".") {
			require.Contains(t, string(page), name)
		}
	}
}

// exportedNames returns the exported names of a declaration, with the methods and fields of
// exported types.
func exportedNames(declaration ast.Decl) (names []string) {
	switch d := declaration.(type) {
	case *ast.FuncDecl:
		name := d.Name.Name
		if d.Recv != nil {
			receiver := d.Recv.List[0].Type
			if pointer, isPointer := receiver.(*ast.StarExpr); isPointer {
				receiver = pointer.X
			}
			owner, isName := receiver.(*ast.Ident)
			if !isName || !owner.IsExported() {
				return nil
			}
			name = owner.Name + "." + name
		}
		if d.Name.IsExported() {
			names = append(names, name)
		}
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			names = append(names, exportedInSpec(spec)...)
		}
	}
	return names
}

func exportedInSpec(spec ast.Spec) (names []string) {
	switch s := spec.(type) {
	case *ast.ValueSpec:
		for _, name := range s.Names {
			if name.IsExported() {
				names = append(names, name.Name)
			}
		}
	case *ast.TypeSpec:
		if !s.Name.IsExported() {
			return nil
		}
		names = append(names, s.Name.Name)
		if fields, isStruct := s.Type.(*ast.StructType); isStruct {
			for _, field := range fields.Fields.List {
				for _, name := range field.Names {
					if name.IsExported() {
						names = append(names, s.Name.Name+"."+name.Name)
					}
				}
			}
		}
	}
	return names
}
