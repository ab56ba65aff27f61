package main

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

// document adds the examples and the import sections to the descriptions of resources and
// functions. The descriptions in the code are short and have neither.
func document(spec schema.PackageSpec, examples []example) (schema.PackageSpec, error) {
	pkg, err := bind(spec)
	if err != nil {
		return spec, err
	}
	byName := map[string]string{}
	for _, e := range examples {
		text, err := e.markdown(loader{pkg})
		if err != nil {
			return spec, err
		}
		byName[e.name] += text
	}
	for token, resource := range spec.Resources {
		resource.Description = describe(token, resource.Description, byName)
		spec.Resources[token] = resource
	}
	for token, function := range spec.Functions {
		function.Description = describe(token, function.Description, byName)
		spec.Functions[token] = function
	}
	for name := range byName {
		return spec, fmt.Errorf("%s/%s.yaml is the example of no resource or function", examplesFolder, name)
	}
	return spec, nil
}

// importCommand matches the paragraph of a description about imports. Its groups are what to
// import with, the command, and what else there is to know.
var importCommand = regexp.MustCompile("^Import with (.+?): `(pulumi import [^`]+)`\\.(?: (.*))?$")

// describe returns a description with the examples of a token and with an import section. It
// removes the examples that it uses.
func describe(token, description string, examples map[string]string) string {
	name := token[strings.LastIndex(token, ":")+1:]
	var sections []string
	var importSection string
	for paragraph := range strings.SplitSeq(strings.TrimSpace(description), "\n\n") {
		found := importCommand.FindStringSubmatch(paragraph)
		if found == nil {
			sections = append(sections, paragraph)
			continue
		}
		importSection = fmt.Sprintf("## Import\n\nImport with %s:\n\n```sh\n%s\n```\n\n%s", found[1], found[2], found[3])
	}
	if text, ok := examples[name]; ok {
		sections = append(sections, "{{% examples %}}\n## Example Usage\n\n"+text+"{{% /examples %}}")
		delete(examples, name)
	}
	sections = append(sections, importSection)
	return strings.TrimSpace(strings.Join(sections, "\n\n")) + "\n"
}
