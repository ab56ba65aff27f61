package main

import (
	"bytes"
	"embed"
	"encoding/json"

	"github.com/BurntSushi/toml"
)

//go:embed readme
var readmes embed.FS

func readme(language string) []byte {
	content, err := readmes.ReadFile("readme/" + language + ".md")
	if err != nil {
		panic(err) // a name in this package is wrong
	}
	return content
}

// npmManifest is package.json in the order that people expect.
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

// npmPackage adds what `npm publish` needs to what the code generator writes.
func npmPackage(generated []byte) ([]byte, error) {
	var m npmManifest
	decoder := json.NewDecoder(bytes.NewReader(generated))
	decoder.DisallowUnknownFields() // a field we do not copy would be lost
	if err := decoder.Decode(&m); err != nil {
		return nil, err
	}
	m.Main, m.Types = "bin/index.js", "bin/index.d.ts"
	m.Files = []string{"bin"}
	m.Engines = map[string]string{"node": ">=20"}
	m.PublishConfig = map[string]string{"access": "public"} // a scoped package is private otherwise
	// The compiled utilities.js reads its version from a package.json beside it.
	m.Scripts["build"] = `tsc && node -e "require('fs').copyFileSync('package.json', 'bin/package.json')"`
	m.Scripts["prepack"] = "npm run build"
	return indented(m)
}

// pyproject gives the licence the form of PEP 639; setuptools drops the older one.
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
