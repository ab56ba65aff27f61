package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path"
	"path/filepath"

	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider"
)

// generatorName appears in the header of generated files.
const generatorName = "pocketid-codegen"

// sources are the hand-written files that become part of generated ones.
type sources struct {
	license  []byte
	logo     []byte // PNG, for the .NET package
	examples []example
}

func readSources(root string) (s sources, err error) {
	if s.license, err = os.ReadFile(filepath.Join(root, "LICENSE")); err != nil {
		return s, err
	}
	if s.logo, err = os.ReadFile(filepath.Join(root, "assets", "logo.png")); err != nil {
		return s, err
	}
	s.examples, err = readExamples(root)
	return s, err
}

// generate returns the content of every generated file by its path from the root.
func generate(ctx context.Context, s sources) (map[string][]byte, error) {
	spec, err := provider.GenerateSchema(ctx)
	if err != nil {
		return nil, err
	}
	if spec, err = document(spec, s.examples); err != nil {
		return nil, err
	}
	indented, err := indentJSON(spec)
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{"schema.json": indented}
	for directory, generateSDK := range map[string]func(*schema.Package, sources) (map[string][]byte, error){
		"sdk/nodejs": nodeSDK,
		"sdk/python": pythonSDK,
		"sdk/go":     goSDK,
		"sdk/dotnet": dotnetSDK,
		"sdk/java":   javaSDK,
	} {
		// Each generator modifies the package that it is given.
		pkg, err := bind(spec)
		if err != nil {
			return nil, err
		}
		generated, err := generateSDK(pkg, s)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", directory, err)
		}
		for name, content := range generated {
			files[path.Join(directory, name)] = append([]byte{}, content...) // not nil, also for an empty file
		}
	}
	return files, nil
}

func bind(spec schema.PackageSpec) (*schema.Package, error) {
	pkg, diagnostics, err := schema.BindSpec(spec, schema.NewNullLoader(), schema.ValidationOptions{})
	if err != nil {
		return nil, err
	}
	if len(diagnostics) > 0 {
		return nil, fmt.Errorf("invalid schema: %w", diagnostics)
	}
	return pkg, nil
}

// indentJSON returns indented JSON, without escapes such as \u003e for >.
func indentJSON(value any) ([]byte, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "    ")
	err := encoder.Encode(value)
	return out.Bytes(), err
}
