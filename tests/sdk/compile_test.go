package sdk

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestGoSDKCompiles(t *testing.T) {
	t.Parallel()
	run(t, filepath.Join(root, "sdk/go/pocketid"), "go", "build", "./...")
	run(t, filepath.Join(root, "sdk/go/pocketid"), "go", "vet", "./...")
}

// The package that `npm publish` would publish compiles, can be loaded, and is complete.
func TestNodeSDKCompiles(t *testing.T) {
	t.Parallel()
	folder := cacheFolder(t, "nodejs", "sdk/nodejs/package.json", "sdk/nodejs/package-lock.json")
	for _, name := range []string{"package.json", "package-lock.json", ".npmrc"} {
		copyFile(t, filepath.Join("sdk/nodejs", name), filepath.Join(folder, name))
	}
	installOnce(t, folder, func() { run(t, folder, "npm", "ci", "--no-audit", "--no-fund") })
	for _, name := range sourceFiles(t, "sdk/nodejs", "node_modules", "bin") {
		copyFile(t, filepath.Join("sdk/nodejs", name), filepath.Join(folder, name))
	}
	require.NoError(t, os.RemoveAll(filepath.Join(folder, "bin")))

	var packed []struct {
		Version string
		Files   []struct{ Path string }
	}
	// --silent keeps the output of the build out of the JSON.
	require.NoError(t, json.Unmarshal([]byte(run(t, folder, "npm", "pack", "--dry-run", "--json", "--silent")), &packed))
	require.Equal(t, pulumiSchema(t).Version, packed[0].Version)
	var paths []string
	for _, file := range packed[0].Files {
		paths = append(paths, file.Path)
	}
	require.Subset(t, paths, []string{"package.json", "README.md", "LICENSE", "bin/index.js", "bin/index.d.ts", "bin/package.json"})
	require.NotContains(t, paths, "index.ts", "the package must not contain sources, which its users would compile again")

	output := run(t, folder, "node", "-e", `
		const sdk = require(".");
		console.log([sdk.Client, sdk.Group, sdk.FederatedIdentity, sdk.Provider].map(c => c.name).join(" "), require("./bin/utilities").getVersion())`)
	require.Equal(t, "Client Group FederatedIdentity Provider "+pulumiSchema(t).Version, strings.TrimSpace(output))
	requireTypeScriptExamplesCompile(t, folder)
}

// The SDK can be installed from its own pyproject.toml, without a C compiler, and imported.
func TestPythonSDKImports(t *testing.T) {
	t.Parallel()
	folder := cacheFolder(t, "python", "tests/sdk/requirements.txt")
	python := filepath.Join(folder, "venv", "bin", "python")
	requirements, err := filepath.Abs("requirements.txt")
	require.NoError(t, err)
	installOnce(t, folder, func() {
		run(t, folder, "python3", "-m", "venv", "--clear", "venv")
		run(t, folder, python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement", requirements)
	})
	// setuptools writes build files next to the sources, so build from a copy.
	source := t.TempDir()
	for _, name := range sourceFiles(t, "sdk/python", "build", "dist", "__pycache__", "pulumi_pocketid.egg-info") {
		copyFile(t, filepath.Join("sdk/python", name), filepath.Join(source, name))
	}
	run(t, source, python, "-m", "compileall", "-q", "pulumi_pocketid")
	built := t.TempDir()
	run(t, source, python, "-m", "build", "--no-isolation", "--outdir", built)
	packages, err := filepath.Glob(filepath.Join(built, "pulumi_pocketid-"+pulumiSchema(t).Version+"*"))
	require.NoError(t, err)
	require.Len(t, packages, 2, "a wheel, and an archive with the sources")
	run(t, source, python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--force-reinstall", packages[0])
	output := run(t, t.TempDir(), python, "-W", "error::SyntaxWarning", "-c", `
import importlib.metadata, importlib.resources
import pulumi_pocketid as sdk
files = importlib.resources.files(sdk)
assert files.joinpath("py.typed").is_file() and files.joinpath("pulumi-plugin.json").is_file()
distribution = importlib.metadata.distribution("pulumi_pocketid")
assert distribution.metadata["License-Expression"] == "Apache-2.0", distribution.metadata
assert distribution.metadata.get_payload().startswith("# Pocket ID"), "no README"
assert any(f.name == "LICENSE" for f in distribution.files)
print(sdk.Client.__name__, sdk.Group.__name__, sdk.FederatedIdentity.__name__, sdk.Provider.__name__, distribution.version)`)
	require.Equal(t, "Client Group FederatedIdentity Provider "+pulumiSchema(t).Version, strings.TrimSpace(output))
	requirePythonExamplesCheck(t, python)
}

// cacheFolder returns a folder for installed packages. It returns a new one, and deletes the
// old, when one of the given files changes.
func cacheFolder(t *testing.T, language string, files ...string) string {
	t.Helper()
	sum := sha256.New()
	for _, file := range files {
		sum.Write(read(t, file))
	}
	parent, err := filepath.Abs(filepath.Join(root, ".cache", "sdk"))
	require.NoError(t, err)
	folder := filepath.Join(parent, language+"-"+hex.EncodeToString(sum.Sum(nil))[:16])
	existing, err := filepath.Glob(filepath.Join(parent, language+"-*"))
	require.NoError(t, err)
	for _, other := range existing {
		if other != folder {
			require.NoError(t, os.RemoveAll(other))
		}
	}
	require.NoError(t, os.MkdirAll(folder, 0o755))
	return folder
}

// installOnce calls install, unless an earlier call for this folder has completed.
func installOnce(t *testing.T, folder string, install func()) {
	t.Helper()
	done := filepath.Join(folder, ".installed")
	if _, err := os.Stat(done); err == nil {
		return
	}
	install()
	require.NoError(t, os.WriteFile(done, nil, 0o644))
}

// sourceFiles returns the files of an SDK, without folders of the given names, which contain
// build results.
func sourceFiles(t *testing.T, folder string, excluded ...string) []string {
	t.Helper()
	var found []string
	base := filepath.Join(root, folder)
	require.NoError(t, filepath.WalkDir(base, func(path string, entry os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		for _, name := range excluded {
			if entry.IsDir() && entry.Name() == name {
				return filepath.SkipDir
			}
		}
		if entry.IsDir() {
			return nil
		}
		rel, err := filepath.Rel(base, path)
		found = append(found, rel)
		return err
	}))
	return found
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(to), 0o755))
	require.NoError(t, os.WriteFile(to, read(t, from), 0o644))
}

func run(t *testing.T, folder, name string, args ...string) string {
	t.Helper()
	command := exec.CommandContext(t.Context(), name, args...)
	command.Dir = folder
	var problems strings.Builder
	command.Stderr = &problems
	out, err := command.Output()
	require.NoError(t, err, "%s %s\n%s%s", name, strings.Join(args, " "), out, problems.String())
	return string(out)
}
