package main

import (
	"regexp"

	"github.com/hashicorp/hcl/v2"
	gogen "github.com/pulumi/pulumi/pkg/v3/codegen/go"
	"github.com/pulumi/pulumi/pkg/v3/codegen/pcl"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

// goProgram generates a Go program. It corrects two errors of the generator (3.259.0), whose
// programs would not compile.
func goProgram(program *pcl.Program) (map[string][]byte, hcl.Diagnostics, error) {
	files, diagnostics, err := gogen.GenerateProgram(program)
	for name, content := range files {
		for _, pkg := range program.PackageReferences() {
			content = renameLookups(content, pkg)
		}
		files[name] = exportResults(content)
	}
	return files, diagnostics, err
}

var (
	goGetter = regexp.MustCompile(`\bpocketid\.Get(\w+?)((?:Args)?)\b`)
	goLookup = regexp.MustCompile(`(?m)^\s*(\w+), err := pocketid\.(?:Get|Lookup)`)
)

// renameLookups corrects the names of functions. GetClient reads the state of the resource
// Client, so the function getClient is LookupClient.
func renameLookups(program []byte, pkg schema.PackageReference) []byte {
	return goGetter.ReplaceAllFunc(program, func(name []byte) []byte {
		parts := goGetter.FindSubmatch(name)
		resource, found, err := pkg.Resources().Get("pocketid:index:" + string(parts[1]))
		if err != nil || !found || resource.IsComponent { // a component has no state to read
			return name
		}
		return []byte("pocketid.Lookup" + string(parts[1]) + string(parts[2]))
	})
}

// exportResults converts results of functions, which are plain values, to outputs.
func exportResults(program []byte) []byte {
	for _, found := range goLookup.FindAllSubmatch(program, -1) {
		export := regexp.MustCompile(`(ctx\.Export\("\w+", )(` + string(found[1]) + `\.\w+)\)`)
		program = export.ReplaceAll(program, []byte("${1}pulumi.Any(${2}))"))
	}
	return program
}
