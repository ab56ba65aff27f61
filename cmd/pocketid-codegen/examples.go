package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	dotnetgen "github.com/pulumi/pulumi-dotnet/pulumi-language-dotnet/v3/codegen"
	"github.com/pulumi/pulumi-yaml/pkg/pulumiyaml"
	"github.com/pulumi/pulumi-yaml/pkg/pulumiyaml/ast"
	"github.com/pulumi/pulumi-yaml/pkg/pulumiyaml/codegen"
	nodegen "github.com/pulumi/pulumi/pkg/v3/codegen/nodejs"
	"github.com/pulumi/pulumi/pkg/v3/codegen/pcl"
	pygen "github.com/pulumi/pulumi/pkg/v3/codegen/python"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

// examplesFolder has the examples of all resources and functions, as YAML programs:
// Client.yaml, and Client.<topic>.yaml for a further one. Client.java would be a translation by
// hand, for a program that the generator of a language cannot translate.
const examplesFolder = "docs/examples"

// example is a YAML program that shows how to use a resource or function.
type example struct {
	name         string // of the resource or function
	title        string // the description of the program
	program      string
	translations map[string]string // by hand, by language
}

// exampleLanguage is a language that examples are translated to.
type exampleLanguage struct {
	name     string // as the registry calls it
	suffix   string // of a translation by hand
	file     string // that generate returns
	generate func(*pcl.Program) (map[string][]byte, hcl.Diagnostics, error)
}

// exampleLanguages returns the languages in the order of the registry. YAML comes last.
func exampleLanguages() []exampleLanguage {
	return []exampleLanguage{
		{"typescript", ".ts", "index.ts", nodegen.GenerateProgram},
		{"python", ".py", "__main__.py", pygen.GenerateProgram},
		{"csharp", ".cs", "Program.cs", dotnetgen.GenerateProgram},
		{"go", ".go.txt", "main.go", goProgram},
		{"java", ".java", "MyStack.java", javaProgram},
	}
}

// readExamples reads all examples, in the order in which the descriptions show them.
func readExamples(root string) ([]example, error) {
	paths, err := filepath.Glob(filepath.Join(root, examplesFolder, "*.yaml"))
	if err != nil {
		return nil, err
	}
	// Without the suffix, the main example precedes the others.
	slices.SortFunc(paths, func(a, b string) int {
		return strings.Compare(strings.TrimSuffix(a, ".yaml"), strings.TrimSuffix(b, ".yaml"))
	})
	var examples []example
	for _, path := range paths {
		e, err := readExample(path)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		examples = append(examples, e)
	}
	return examples, nil
}

func readExample(path string) (example, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return example{}, err
	}
	template, err := parse(path, string(content))
	if err != nil {
		return example{}, err
	}
	if template.Description == nil {
		return example{}, errors.New("the program has no description, which is the title of the example")
	}
	name, _, _ := strings.Cut(filepath.Base(path), ".")
	e := example{name, template.Description.Value, string(content), map[string]string{}}
	for _, language := range exampleLanguages() {
		translation, err := os.ReadFile(strings.TrimSuffix(path, ".yaml") + language.suffix)
		if err == nil {
			e.translations[language.name] = string(translation)
		} else if !errors.Is(err, fs.ErrNotExist) {
			return example{}, err
		}
	}
	return e, nil
}

func parse(path, program string) (*ast.TemplateDecl, error) {
	template, diagnostics, err := pulumiyaml.LoadYAMLBytes(path, []byte(program))
	if err == nil && diagnostics.HasErrors() {
		err = diagnostics
	}
	return template, err
}

// markdown returns the example in all languages, as the registry expects it.
func (e example) markdown(loader schema.ReferenceLoader) (string, error) {
	var out strings.Builder
	fmt.Fprintf(&out, "{{%% example %%}}\n### %s\n\n", e.title)
	for _, language := range exampleLanguages() {
		translated, err := e.translate(language, loader)
		if err != nil {
			return "", fmt.Errorf("example %q of %s in %s: %w", e.title, e.name, language.name, err)
		}
		writeFence(&out, language.name, translated)
	}
	title := "description: " + e.title + "\n" // would repeat the heading
	writeFence(&out, "yaml", strings.Replace(e.program, title, "", 1))
	out.WriteString("{{% /example %}}\n")
	return out.String(), nil
}

func writeFence(out *strings.Builder, language, program string) {
	fmt.Fprintf(out, "```%s\n%s\n```\n", language, strings.TrimSpace(program))
}

// translate returns the example in another language. Generators modify the program that they
// are given, so each gets its own.
func (e example) translate(language exampleLanguage, loader schema.ReferenceLoader) (string, error) {
	if translation, ok := e.translations[language.name]; ok {
		return translation, nil
	}
	template, err := parse(e.name, e.program)
	if err != nil {
		return "", err
	}
	program, diagnostics, err := codegen.EjectProgram(template, loader)
	if err != nil {
		return "", err
	}
	if diagnostics.HasErrors() {
		return "", diagnostics
	}
	files, diagnostics, err := language.generate(program)
	if err != nil {
		return "", err
	}
	if diagnostics.HasErrors() {
		return "", diagnostics
	}
	translated := string(files[language.file])
	// Generators print what they cannot translate as a Go value.
	if translated == "" || strings.Contains(translated, "%!") {
		return "", fmt.Errorf("the generator cannot translate this program. Write the translation by hand, in a file with the suffix %s", language.suffix)
	}
	return translated, nil
}
