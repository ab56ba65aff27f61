package main

import (
	"regexp"

	"github.com/pulumi/pulumi-java/pkg/codegen/java"
	"github.com/pulumi/pulumi/pkg/v3/codegen"
	"github.com/pulumi/pulumi/pkg/v3/codegen/pcl"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"

	"github.com/hashicorp/hcl/v2"
)

// javaProgram generates a Java program. It corrects two errors of the generator (1.34.0),
// whose programs would not compile.
func javaProgram(program *pcl.Program) (map[string][]byte, hcl.Diagnostics, error) {
	files, diagnostics, err := java.GenerateProgram(program)
	for name, content := range files {
		files[name] = wrapLists(applyResults(content), listInputs(program))
	}
	return files, diagnostics, err
}

var (
	javaLookup = regexp.MustCompile(`final var (\w+) = \w+Functions\.`)
	javaSetter = regexp.MustCompile(`(?m)^(\s+)\.(\w+)\(\s*(\w+\.\w+\(\)(?:,\s*\w+\.\w+\(\))*)\)$`)
)

// applyResults reads the results of functions with applyValue, because they are outputs.
func applyResults(program []byte) []byte {
	for _, found := range javaLookup.FindAllSubmatch(program, -1) {
		result := string(found[1])
		property := regexp.MustCompile(`\b` + result + `\.(\w+)\(\)`)
		program = property.ReplaceAll(program, []byte(result+".applyValue(_"+result+" -> _"+result+".$1())"))
	}
	return program
}

// wrapLists makes the output of a list out of a list of outputs.
func wrapLists(program []byte, lists map[string]bool) []byte {
	return javaSetter.ReplaceAllFunc(program, func(call []byte) []byte {
		parts := javaSetter.FindSubmatch(call)
		if !lists[string(parts[2])] {
			return call
		}
		return []byte(string(parts[1]) + "." + string(parts[2]) + "(Output.all(" + string(parts[3]) + "))")
	})
}

// listInputs returns the names of the inputs of a program's resources that are lists.
func listInputs(program *pcl.Program) map[string]bool {
	lists := map[string]bool{}
	for _, node := range program.Nodes {
		resource, ok := node.(*pcl.Resource)
		if !ok || resource.Schema == nil {
			continue
		}
		for _, input := range resource.Schema.InputProperties {
			if _, isList := codegen.UnwrapType(input.Type).(*schema.ArrayType); isList {
				lists[input.Name] = true
			}
		}
	}
	return lists
}
