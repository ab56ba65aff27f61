package sdk

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The examples in the descriptions of resources and functions, which are translated from YAML,
// compile in each language. tests/reference runs the YAML programs.

// code matches the programs in a description. Its groups are the language and the program.
var code = regexp.MustCompile("(?s)```(\\w+)\n(.*?\n)```")

// examplePrograms returns the examples in a language, by a name that is unique and an identifier.
func examplePrograms(t *testing.T, language string) map[string]string {
	t.Helper()
	spec, descriptions := pulumiSchema(t), map[string]string{}
	for token, resource := range spec.Resources {
		descriptions[token] = resource.Description
	}
	for token, function := range spec.Functions {
		descriptions[token] = function.Description
	}
	programs := map[string]string{}
	for token, description := range descriptions {
		for _, found := range code.FindAllStringSubmatch(description, -1) {
			if found[1] == language {
				name := strings.ToLower(token[strings.LastIndex(token, ":")+1:])
				programs[name+strconv.Itoa(len(programs))] = found[2]
			}
		}
	}
	require.GreaterOrEqual(t, len(programs), len(descriptions))
	return programs
}

// writeExamples writes the examples in a language to a folder: each to a file of the given name,
// in which %s is replaced by the name of the example.
func writeExamples(t *testing.T, language, folder, file string) {
	t.Helper()
	for name, program := range examplePrograms(t, language) {
		path := filepath.Join(folder, strings.ReplaceAll(file, "%s", name))
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		// Java's package, so that all programs can be compiled together.
		program = strings.Replace(program, "package generated_program;", "package "+name+";", 1)
		require.NoError(t, os.WriteFile(path, []byte(program), 0o644))
	}
}

func writeFile(t *testing.T, path, content string) {
	t.Helper()
	require.NoError(t, os.WriteFile(path, []byte(content), 0o644))
}

// requireTypeScriptExamplesCompile compiles the examples with a compiled SDK.
func requireTypeScriptExamplesCompile(t *testing.T, sdk string) {
	t.Helper()
	folder := t.TempDir()
	writeExamples(t, "typescript", folder, "%s.ts")
	writeFile(t, filepath.Join(folder, "wrong.ts"), `import * as pocketid from "@pulumi-pocketid/pocketid";
// @ts-expect-error: not one of the kinds
new pocketid.ApplicationImage("logo", { kind: "logos" });
`)
	require.NoError(t, os.Symlink(filepath.Join(sdk, "node_modules"), filepath.Join(folder, "node_modules")))
	writeFile(t, filepath.Join(folder, "tsconfig.json"), `{
		"compilerOptions": {
			"strict": true, "noEmit": true, "skipLibCheck": true, "target": "es2020", "module": "commonjs", "moduleResolution": "node",
			"baseUrl": ".", "paths": {"@pulumi-pocketid/pocketid": ["`+filepath.ToSlash(sdk)+`"]}
		},
		"include": ["*.ts"]
	}`)
	run(t, folder, filepath.Join(sdk, "node_modules", ".bin", "tsc"), "--project", ".")
}

// requirePythonExamplesCheck checks the types of the examples with an installed SDK.
func requirePythonExamplesCheck(t *testing.T, python string) {
	t.Helper()
	folder := t.TempDir()
	writeExamples(t, "python", folder, "%s.py")
	// With --strict, it is an error if the comment suppresses nothing.
	writeFile(t, filepath.Join(folder, "wrong.py"), `import pulumi_pocketid as pocketid
pocketid.ApplicationImage("logo", kind="logos")  # type: ignore[call-overload]
`)
	// One program uses packages of other providers, which are not installed here.
	mypy := []string{"-m", "mypy", "--strict", "--no-error-summary", "--disable-error-code", "import-not-found", "--cache-dir", filepath.Join(filepath.Dir(python), "..", "..", "mypy"), "."}
	run(t, folder, python, mypy...)
	projects, err := filepath.Glob(filepath.Join(root, "examples", "*", "python"))
	require.NoError(t, err)
	require.NotEmpty(t, projects)
	for _, project := range projects {
		run(t, project, python, mypy...)
	}

	pyright := cacheFolder(t, "pyright", "tests/sdk/pyright/package-lock.json")
	for _, name := range []string{"package.json", "package-lock.json", ".npmrc"} {
		copyFile(t, filepath.Join("tests/sdk/pyright", name), filepath.Join(pyright, name))
	}
	installOnce(t, pyright, func() { run(t, pyright, "npm", "ci", "--no-audit", "--no-fund") })
	run(t, folder, filepath.Join(pyright, "node_modules", ".bin", "pyright"), "--pythonpath", python, ".")
}

func TestGoExamplesCompile(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	writeExamples(t, "go", folder, "%s/main.go")
	sdk, err := filepath.Abs(filepath.Join(root, "sdk/go/pocketid"))
	require.NoError(t, err)
	copyFile(t, "sdk/go/pocketid/go.mod", filepath.Join(folder, "go.mod"))
	copyFile(t, "sdk/go/pocketid/go.sum", filepath.Join(folder, "go.sum"))
	const module = "github.com/pulumi-pocketid/pulumi-pocketid/sdk/go/pocketid"
	run(t, folder, "go", "mod", "edit", "-module=examples", "-require="+module+"@v0.0.0", "-replace="+module+"="+sdk)
	run(t, folder, "go", "vet", "./...")
}
