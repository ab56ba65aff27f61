package main

import (
	"fmt"
	"go/format"
	"net"
	"net/http"
	"path"
	"strings"

	dotnetgen "github.com/pulumi/pulumi-dotnet/pulumi-language-dotnet/v3/codegen"
	javagen "github.com/pulumi/pulumi-java/pkg/codegen/java"
	gogen "github.com/pulumi/pulumi/pkg/v3/codegen/go"
	nodegen "github.com/pulumi/pulumi/pkg/v3/codegen/nodejs"
	pygen "github.com/pulumi/pulumi/pkg/v3/codegen/python"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

func nodeSDK(pkg *schema.Package, s sources) (map[string][]byte, error) {
	files, err := nodegen.GeneratePackage(generatorName, pkg, nil, nil, false, nil)
	if err != nil {
		return nil, err
	}
	if err := typeNodeInputs(files); err != nil {
		return nil, err
	}
	if files["package.json"], err = npmPackage(files["package.json"]); err != nil {
		return nil, err
	}
	// The lock file must not contain the address of a package registry.
	files[".npmrc"] = []byte("omit-lockfile-registry-resolved=true\n")
	files["README.md"] = readme("nodejs")
	files["LICENSE"] = s.license
	return files, nil
}

func pythonSDK(pkg *schema.Package, s sources) (map[string][]byte, error) {
	files, err := pygen.GeneratePackage(generatorName, pkg, nil, nil)
	if err != nil {
		return nil, err
	}
	if err := typePythonInputs(files); err != nil {
		return nil, err
	}
	if files["pyproject.toml"], err = pyproject(files["pyproject.toml"]); err != nil {
		return nil, err
	}
	// pyproject.toml refers to a README.md in its own directory, not in the package.
	delete(files, "pulumi_pocketid/README.md")
	files["README.md"] = readme("python")
	files["LICENSE"] = s.license
	return files, nil
}

func goSDK(pkg *schema.Package, s sources) (map[string][]byte, error) {
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
	files["pocketid/LICENSE"] = s.license
	return files, nil
}

func dotnetSDK(pkg *schema.Package, s sources) (map[string][]byte, error) {
	// The generator downloads the logo of the package, and a package registry accepts no SVG.
	address, stop, err := serveLogo(s.logo)
	if err != nil {
		return nil, err
	}
	defer stop()
	pkg.LogoURL = address
	keepComponentsPlain(pkg)
	files, err := dotnetgen.GeneratePackage(generatorName, pkg, nil, nil)
	if err != nil {
		return nil, err
	}
	if files["Pulumi.PocketId.csproj"], err = nugetProject(files["Pulumi.PocketId.csproj"]); err != nil {
		return nil, err
	}
	files["README.md"] = readme("dotnet")
	files["LICENSE"] = s.license
	return files, nil
}

// keepComponentsPlain prevents generators from naming the secret outputs of a component in its
// options, which have no such option. The provider marks the outputs itself.
func keepComponentsPlain(pkg *schema.Package) {
	for _, resource := range pkg.Resources {
		for _, property := range resource.Properties {
			property.Secret = property.Secret && !resource.IsComponent
		}
	}
}

// serveLogo serves an image on the loopback interface until stop is called.
func serveLogo(logo []byte) (address string, stop func(), err error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write(logo)
	})}
	go func() { _ = server.Serve(listener) }()
	return "http://" + listener.Addr().String(), func() { _ = server.Close() }, nil
}

func javaSDK(pkg *schema.Package, s sources) (map[string][]byte, error) {
	keepComponentsPlain(pkg)
	for _, variable := range pkg.Config {
		// The generator prints a warning for each secret: the class Config returns plain values.
		variable.Secret = false
	}
	// The build files that the generator can make are for Gradle, and contain addresses of
	// package registries. Without them, it writes version.txt itself.
	files, err := javagen.GeneratePackage(generatorName, pkg, nil, nil, true, false)
	if err != nil {
		return nil, err
	}
	if files["pom.xml"], err = pom(pkg); err != nil {
		return nil, err
	}
	plugin, err := javaPlugin(pkg)
	if err != nil {
		return nil, err
	}
	for name := range files {
		if path.Base(name) == "version.txt" {
			files[path.Join(path.Dir(name), "plugin.json")] = plugin
		}
	}
	files["README.md"] = readme("java")
	files["LICENSE"] = s.license
	return files, nil
}
