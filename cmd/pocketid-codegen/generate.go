package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"go/format"
	"path"
	"strings"

	p "github.com/pulumi/pulumi-go-provider"
	gogen "github.com/pulumi/pulumi/pkg/v3/codegen/go"
	nodegen "github.com/pulumi/pulumi/pkg/v3/codegen/nodejs"
	pygen "github.com/pulumi/pulumi/pkg/v3/codegen/python"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider"
)

// tool is whom the generated files name as their author.
const tool = "pocketid-codegen"

// generate returns every generated file by its path from the root.
func generate(ctx context.Context, licence []byte) (map[string][]byte, error) {
	spec, err := providerSchema(ctx)
	if err != nil {
		return nil, err
	}
	pretty, err := indented(spec)
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{"schema.json": pretty}
	for folder, sdk := range map[string]func(*schema.Package, []byte) (map[string][]byte, error){
		"sdk/nodejs": nodeSDK,
		"sdk/python": pythonSDK,
		"sdk/go":     goSDK,
	} {
		// Each generator writes into the package it is given.
		pkg, err := bind(spec)
		if err != nil {
			return nil, err
		}
		generated, err := sdk(pkg, licence)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", folder, err)
		}
		for name, content := range generated {
			files[path.Join(folder, name)] = append([]byte{}, content...) // an empty file is not nil
		}
	}
	return files, nil
}

func providerSchema(ctx context.Context) (schema.PackageSpec, error) {
	prov, err := provider.New()
	if err != nil {
		return schema.PackageSpec{}, err
	}
	return p.GetSchema(ctx, provider.Name, provider.Version, prov)
}

func bind(spec schema.PackageSpec) (*schema.Package, error) {
	pkg, problems, err := schema.BindSpec(spec, schema.NewNullLoader(), schema.ValidationOptions{})
	if err != nil {
		return nil, err
	}
	if len(problems) > 0 {
		return nil, fmt.Errorf("the schema: %w", problems)
	}
	return pkg, nil
}

func nodeSDK(pkg *schema.Package, licence []byte) (map[string][]byte, error) {
	files, err := nodegen.GeneratePackage(tool, pkg, nil, nil, false, nil)
	if err != nil {
		return nil, err
	}
	if files["package.json"], err = npmPackage(files["package.json"]); err != nil {
		return nil, err
	}
	// A lock file must not say which registry it was made with.
	files[".npmrc"] = []byte("omit-lockfile-registry-resolved=true\n")
	files["README.md"] = readme("nodejs")
	files["LICENSE"] = licence
	return files, nil
}

func pythonSDK(pkg *schema.Package, licence []byte) (map[string][]byte, error) {
	files, err := pygen.GeneratePackage(tool, pkg, nil, nil)
	if err != nil {
		return nil, err
	}
	if files["pyproject.toml"], err = pyproject(files["pyproject.toml"]); err != nil {
		return nil, err
	}
	// pyproject.toml looks for it beside itself, not in the package.
	delete(files, "pulumi_pocketid/README.md")
	files["README.md"] = readme("python")
	files["LICENSE"] = licence
	return files, nil
}

func goSDK(pkg *schema.Package, licence []byte) (map[string][]byte, error) {
	files, err := gogen.GeneratePackage(tool, pkg, nil)
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
	files["pocketid/LICENSE"] = licence
	return files, nil
}

// indented is JSON as people read it: no \u003e for >.
func indented(value any) ([]byte, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "    ")
	err := encoder.Encode(value)
	return out.Bytes(), err
}
