package layout

import (
	"go/ast"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// allowedImports lists what a package may import beside the standard library.
type allowedImports struct {
	packages  []string // of this repository, relative to its root
	libraries []string // prefixes of import paths
}

// allowed has an entry for each package below provider/ and cmd/.
var allowed = map[string]allowedImports{
	"provider": {
		packages: []string{".", "provider/lifecycle", "provider/workload", "provider/catalog", "provider/codec", "provider/inputs", "provider/ids",
			"provider/inventory", "provider/connection", "provider/api", "provider/version"},
		libraries: []string{"github.com/pulumi/"},
	},
	"provider/lifecycle": {
		packages:  []string{"provider/inputs", "provider/codec", "provider/redact"},
		libraries: []string{"github.com/pulumi/", "google.golang.org/grpc", "google.golang.org/protobuf"},
	},
	"provider/workload": {
		packages:  []string{"provider/inputs"},
		libraries: []string{"github.com/pulumi/"},
	},
	"provider/catalog": {
		libraries: []string{"github.com/agext/levenshtein"},
	},
	"provider/inputs": {
		packages:  []string{"provider/codec", "provider/ids"},
		libraries: []string{"github.com/pulumi/", "golang.org/x/text/unicode/norm"},
	},
	"provider/ids":        {},
	"provider/codec":      {libraries: []string{"github.com/pulumi/"}},
	"provider/version":    {},
	"provider/redact":     {},
	"provider/inventory":  {packages: []string{"provider/ids", "provider/api"}},
	"provider/connection": {packages: []string{"provider/api", "provider/version"}},
	"provider/api": {
		packages:  []string{"provider/redact"},
		libraries: []string{"github.com/cenkalti/backoff/v5", "github.com/blang/semver", "github.com/google/uuid", "golang.org/x/sync/semaphore", "golang.org/x/time/rate"},
	},
	"provider/fake": {
		libraries: []string{"github.com/go-jose/go-jose/v4", "golang.org/x/text/unicode/norm"},
	},

	"cmd/pulumi-resource-pocketid": {packages: []string{"provider"}},
	"cmd/pocketid-fake":            {packages: []string{"provider/fake"}},
	"cmd/pocketid-codegen": {
		packages:  []string{"provider"},
		libraries: []string{"github.com/pulumi/", "github.com/BurntSushi/toml", "github.com/hashicorp/hcl/v2", "github.com/blang/semver"},
	},
	"cmd/pocketid-demo": {
		packages:  []string{"provider/fake"},
		libraries: []string{"github.com/go-jose/go-jose/v4"},
	},
	"cmd/pocketid-import": {
		packages:  []string{"provider/inventory", "provider/ids", "provider/connection", "provider/api"},
		libraries: []string{"golang.org/x/text"},
	},
}

func TestPackagesImportOnlyWhatIsAllowed(t *testing.T) {
	found := map[string]bool{}
	for _, file := range shippedFiles(t) {
		name := path.Dir(file.path)
		found[name] = true
		imports, listed := allowed[name]
		if !listed {
			t.Errorf("%s: package %s is not listed in the table of allowed imports", file.path, name)
			continue
		}
		for _, spec := range file.syntax.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			require.NoError(t, err)
			if !imports.allow(imported) {
				t.Errorf("%s: package %s must not import %s", file.position(spec), name, imported)
			}
		}
	}
	for name := range allowed {
		if !found[name] {
			t.Errorf("the table of allowed imports lists package %s, which has no Go files", name)
		}
	}
}

func (a allowedImports) allow(imported string) bool {
	if imported == module { // the embedded schema
		return slices.Contains(a.packages, ".")
	}
	if name, ours := strings.CutPrefix(imported, module+"/"); ours {
		return slices.Contains(a.packages, name)
	}
	host, _, _ := strings.Cut(imported, "/")
	if !strings.Contains(host, ".") {
		return true // the standard library
	}
	return slices.ContainsFunc(a.libraries, func(prefix string) bool { return strings.HasPrefix(imported, prefix) })
}

// The table above must not allow a generic package to import one that knows Pocket ID,
// directly or not.
func TestGenericPackagesDoNotKnowPocketID(t *testing.T) {
	for _, name := range []string{"provider/lifecycle", "provider/inputs", "provider/codec", "provider/redact"} {
		for reached := range reachable(allowed, name) {
			require.NotContains(t, []string{"provider", "provider/api", "provider/fake", "provider/workload"}, reached, "package %s", name)
		}
	}
}

// reachable returns the packages that a package may import, directly or not.
func reachable(table map[string]allowedImports, from string) map[string]bool {
	reached := map[string]bool{}
	var visit func(name string)
	visit = func(name string) {
		for _, next := range table[name].packages {
			if !reached[next] {
				reached[next] = true
				visit(next)
			}
		}
	}
	visit(from)
	return reached
}

func TestNoPackageHasAnInitFunction(t *testing.T) {
	for _, file := range shippedFiles(t) {
		for _, declaration := range file.syntax.Decls {
			if function, ok := declaration.(*ast.FuncDecl); ok && function.Recv == nil && function.Name.Name == "init" {
				t.Errorf("%s: pass dependencies as struct fields or arguments instead of setting them in init", file.position(function))
			}
		}
	}
}

// The REST client and the programs that need no engine would become several times larger
// with the engine's packages, and would have all their dependencies.
func TestOnlyThePluginLinksPackagesOfPulumi(t *testing.T) {
	for _, name := range []string{"./provider/api", "./provider/fake", "./cmd/pocketid-import", "./cmd/pocketid-fake", "./cmd/pocketid-demo"} {
		for path := range listPackages(t, name) {
			require.NotRegexp(t, `^(github\.com/pulumi/|google\.golang\.org/grpc)`, path, name)
		}
	}
}

// The generators of programs and SDKs would make the plugin larger and slower to start.
func TestPluginLinksNoGenerator(t *testing.T) {
	for path := range listPackages(t, "./cmd/pulumi-resource-pocketid") {
		require.NotRegexp(t, `^github\.com/pulumi/(pulumi-(java|dotnet|yaml)/|pulumi/pkg/v3/codegen/(go|nodejs|python)$)`, path)
	}
}
