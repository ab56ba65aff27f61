package examples

import (
	"os"
	"os/exec"
	"path/filepath"
	"sync"
)

// language is one in which the quick start is written.
type language struct {
	name    string // its folder in examples/quickstart
	runtime string // as Pulumi.yaml names it: pulumi-language-<runtime> runs it
	install func() (toolchain, error)
}

// toolchain is what a program needs beside its own files.
type toolchain struct {
	links  map[string]string // what `npm install` and the like put into its folder
	driver []string          // runs it as an inline program where there is no language host
	binary string            // what it is compiled to; languageHost runs it
}

// languages are all of them. What a language needs is installed once for all tests.
var languages = []language{
	{"yaml", "yaml", func() (toolchain, error) { return toolchain{}, nil }},
	{"typescript", "nodejs", sync.OnceValues(typescript)},
	{"python", "python", sync.OnceValues(python)},
	{"go", "go", sync.OnceValues(golang)},
}

// hosted tells whether plain `pulumi up` can run the language here.
func (l language) hosted() bool {
	if l.runtime == "yaml" {
		return true // findPulumi saw to it
	}
	_, err := exec.LookPath("pulumi-language-" + l.runtime)
	return err == nil
}

func (l language) folder() string { return example("quickstart", l.name) }

func example(parts ...string) string {
	return filepath.Join(append([]string{repository, "examples"}, parts...)...)
}

func driver(name string) string {
	return filepath.Join(repository, "tests", "examples", "drivers", name)
}

// typescript installs the packages of the example as a user does, and compiles it
// (and so checks its types), which pulumi-language-nodejs would do in memory.
func typescript() (toolchain, error) {
	folder := example("quickstart", "typescript")
	installed, err := cached(installation{
		language: "typescript",
		sdk:      "nodejs",
		depends:  []string{"package.json", "package-lock.json", ".npmrc"},
		install: func(sdk, example string) error {
			if err := run(sdk, "installing what compiles the Node.js SDK", "npm", "install"); err != nil {
				return err
			}
			if err := run(sdk, "compiling the Node.js SDK", "npm", "run", "build"); err != nil {
				return err
			}
			return run(example, "installing the packages of the TypeScript example", "npm", "install")
		},
	})
	if err != nil {
		return toolchain{}, err
	}
	modules := filepath.Join(installed, "node_modules")
	links := map[string]string{"node_modules": modules}
	compiled := filepath.Join(tools.scratch, "typescript")
	if err := copyExample(folder, compiled, links); err != nil {
		return toolchain{}, err
	}
	err = run(compiled, "compiling the TypeScript example", filepath.Join(modules, ".bin", "tsc"), "--project", ".")
	return toolchain{links: links, driver: []string{"node", driver("driver.js"), filepath.Join(compiled, "bin", "index.js")}}, err
}

// python installs the packages of the example into a virtual environment of the
// name that its Pulumi.yaml wants.
func python() (toolchain, error) {
	folder := example("quickstart", "python")
	constraints := driver("constraints.txt")
	installed, err := cached(installation{
		language: "python",
		sdk:      "python",
		depends:  []string{"requirements.txt", "../../../tests/examples/drivers/constraints.txt"},
		install: func(_, example string) error {
			if err := run(example, "making a virtual environment", "python3", "-m", "venv", "venv"); err != nil {
				return err
			}
			return run(example, "installing the packages of the Python example", filepath.Join(example, "venv", "bin", "python"),
				"-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--constraint", constraints, "--requirement", "requirements.txt")
		},
	})
	venv := filepath.Join(installed, "venv")
	return toolchain{
		links:  map[string]string{"venv": venv},
		driver: []string{filepath.Join(venv, "bin", "python"), driver("driver.py"), filepath.Join(folder, "__main__.py")},
	}, err
}

// golang compiles the example; its packages are in Go's own cache.
func golang() (toolchain, error) {
	binary := filepath.Join(tools.scratch, "go-example")
	return toolchain{binary: binary}, run(example("quickstart", "go"), "compiling the Go example", "go", "build", "-o", binary, ".")
}

// copyExample copies an example to where a test can run it, and links what it
// needs into the copy. It must not run in the repository: it would leave its
// settings there, or meet those of somebody who tried it.
func copyExample(from, to string, links map[string]string) error {
	if err := copyFolder(from, to); err != nil {
		return err
	}
	for name, target := range links {
		if err := os.Symlink(target, filepath.Join(to, name)); err != nil {
			return err
		}
	}
	return nil
}
