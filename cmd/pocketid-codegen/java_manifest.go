package main

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"text/template"

	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

//go:embed pom.xml.tmpl
var pomTemplate string

// pom returns the build file of the Java SDK.
func pom(pkg *schema.Package) ([]byte, error) {
	parsed, err := template.New("pom.xml").Parse(pomTemplate)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = parsed.Execute(&out, pkg)
	return out.Bytes(), err
}

// javaPlugin returns the file that tells Pulumi which plugin the Java SDK needs.
func javaPlugin(pkg *schema.Package) ([]byte, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetIndent("", "  ")
	err := encoder.Encode(struct {
		Resource bool   `json:"resource"`
		Name     string `json:"name"`
		Version  string `json:"version"`
		Server   string `json:"server"`
	}{true, pkg.Name, pkg.Version.String(), pkg.PluginDownloadURL})
	return out.Bytes(), err
}
