package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"go/format"
	"path"
	"strings"

	gogen "github.com/pulumi/pulumi/pkg/v3/codegen/go"
	nodegen "github.com/pulumi/pulumi/pkg/v3/codegen/nodejs"
	pygen "github.com/pulumi/pulumi/pkg/v3/codegen/python"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider"
)

// generatorName appears in the header of generated files.
const generatorName = "pocketid-codegen"

// generate returns the content of every generated file by its path from the root.
func generate(ctx context.Context, license []byte) (map[string][]byte, error) {
	spec, err := provider.GenerateSchema(ctx)
	if err != nil {
		return nil, err
	}
	indented, err := indentJSON(spec)
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{"schema.json": indented}
	for directory, generateSDK := range map[string]func(*schema.Package, []byte) (map[string][]byte, error){
		"sdk/nodejs": nodeSDK,
		"sdk/python": pythonSDK,
		"sdk/go":     goSDK,
	} {
		// Each generator modifies the package that it is given.
		pkg, err := bind(spec)
		if err != nil {
			return nil, err
		}
		generated, err := generateSDK(pkg, license)
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

func nodeSDK(pkg *schema.Package, license []byte) (map[string][]byte, error) {
	files, err := nodegen.GeneratePackage(generatorName, pkg, nil, nil, false, nil)
	if err != nil {
		return nil, err
	}
	if files["package.json"], err = npmPackage(files["package.json"]); err != nil {
		return nil, err
	}
	// The lock file must not contain the address of a package registry.
	files[".npmrc"] = []byte("omit-lockfile-registry-resolved=true\n")
	files["README.md"] = readme("nodejs")
	files["LICENSE"] = license
	return files, nil
}

func pythonSDK(pkg *schema.Package, license []byte) (map[string][]byte, error) {
	files, err := pygen.GeneratePackage(generatorName, pkg, nil, nil)
	if err != nil {
		return nil, err
	}
	if files["pyproject.toml"], err = pyproject(files["pyproject.toml"]); err != nil {
		return nil, err
	}
	// pyproject.toml refers to a README.md in its own directory, not in the package.
	delete(files, "pulumi_pocketid/README.md")
	files["README.md"] = readme("python")
	files["LICENSE"] = license
	return files, nil
}

func goSDK(pkg *schema.Package, license []byte) (map[string][]byte, error) {
	files, err := gogen.GeneratePackage(generatorName, pkg, nil)
	if err != nil {
		return nil, err
	}
	for name, content := range files {
		if !strings.HasSuffix(name, ".go") {
			continue
		}
		if files[name], err = format.Source(content); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	files["pocketid/README.md"] = readme("go")
	files["pocketid/LICENSE"] = license
	return files, nil
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
