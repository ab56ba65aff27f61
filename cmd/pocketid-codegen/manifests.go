package main

import (
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"strings"

	"github.com/BurntSushi/toml"
)

//go:embed readme
var readmes embed.FS

func readme(language string) []byte {
	content, err := readmes.ReadFile("readme/" + language + ".md")
	if err != nil {
		panic(err) // the file is embedded, so only a wrong argument can cause this
	}
	return content
}

// npmManifest is package.json, with its fields in the usual order.
type npmManifest struct {
	Name            string            `json:"name"`
	Version         string            `json:"version"`
	Description     string            `json:"description"`
	Keywords        []string          `json:"keywords"`
	Homepage        string            `json:"homepage"`
	Repository      string            `json:"repository"`
	License         string            `json:"license"`
	Main            string            `json:"main"`
	Types           string            `json:"types"`
	Files           []string          `json:"files"`
	Engines         map[string]string `json:"engines"`
	PublishConfig   map[string]string `json:"publishConfig"`
	Scripts         map[string]string `json:"scripts"`
	Dependencies    map[string]string `json:"dependencies"`
	DevDependencies map[string]string `json:"devDependencies"`
	Pulumi          json.RawMessage   `json:"pulumi"`
}

// npmPackage adds the fields that `npm publish` needs to the generated package.json.
func npmPackage(generated []byte) ([]byte, error) {
	var m npmManifest
	decoder := json.NewDecoder(bytes.NewReader(generated))
	decoder.DisallowUnknownFields() // a field that is not in npmManifest would be lost
	if err := decoder.Decode(&m); err != nil {
		return nil, err
	}
	m.Main, m.Types = "bin/index.js", "bin/index.d.ts"
	m.Files = []string{"bin"}
	m.Engines = map[string]string{"node": ">=20"}
	m.PublishConfig = map[string]string{"access": "public"} // scoped packages are private by default
	// The compiled utilities.js reads its version from package.json in its own directory.
	m.Scripts["build"] = `tsc && node -e "require('fs').copyFileSync('package.json', 'bin/package.json')"`
	m.Scripts["prepack"] = "npm run build"
	return indentJSON(m)
}

// pyproject writes the license in the form of PEP 639, because setuptools deprecates the older one.
func pyproject(generated []byte) ([]byte, error) {
	var document map[string]any
	if err := toml.Unmarshal(generated, &document); err != nil {
		return nil, err
	}
	project := document["project"].(map[string]any)
	project["license"] = project["license"].(map[string]any)["text"]
	project["license-files"] = []string{"LICENSE"}
	document["build-system"].(map[string]any)["requires"] = []string{"setuptools>=77"}
	var out bytes.Buffer
	encoder := toml.NewEncoder(&out)
	encoder.Indent = ""
	err := encoder.Encode(document)
	return out.Bytes(), err
}

// nugetProject adds README.md, which NuGet shows, to the package.
func nugetProject(generated []byte) ([]byte, error) {
	const icon, group = "    <PackageIcon>logo.png</PackageIcon>\n", "  <ItemGroup>\n"
	project := strings.Replace(string(generated), icon, icon+"    <PackageReadmeFile>README.md</PackageReadmeFile>\n", 1)
	project = strings.Replace(project, group, group+"    <None Include=\"README.md\" Pack=\"True\" PackagePath=\"\" />\n", 1)
	if strings.Count(project, "README.md") != 2 {
		return nil, errors.New("the generator of .NET writes another project file than before")
	}
	return []byte(project), nil
}
