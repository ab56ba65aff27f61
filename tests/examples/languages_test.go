package examples

import (
	"os"
	"os/exec"
	"path/filepath"
	"sync"
)

// language is one in which the examples are written.
type language struct {
	name    string // its folder in examples/<what>
	runtime string // as Pulumi.yaml names it: pulumi-language-<runtime> runs it
	// install installs the packages of the quick start, which has all that the other
	// examples need, and returns where they are.
	install func() (string, error)
	// build makes the program in a folder ready to run. What it makes goes by a name.
	build func(from, named, packages string) (toolchain, error)
}

// toolchain is what a program needs beside its own files.
type toolchain struct {
	links  map[string]string // what `npm install` and the like put into its folder
	driver []string          // runs it as an inline program where there is no language host
	binary string            // what it is compiled to; languageHost runs it
}

// languages are all of them. What a language needs is installed once for all tests.
var languages = []language{
	{"yaml", "yaml", nothing, func(_, _, _ string) (toolchain, error) { return toolchain{}, nil }},
	{"typescript", "nodejs", sync.OnceValues(nodePackages), typescript},
	{"python", "python", sync.OnceValues(pythonPackages), python},
	{"go", "go", nothing, golang}, // Go has a cache of its own
}

func nothing() (string, error) { return "", nil }

// toolchains are what prepared has made.
var toolchains sync.Map

// prepared makes an example ready to run, once for all tests.
func (l language) prepared(what string) (toolchain, error) {
	make, _ := toolchains.LoadOrStore(l.name+"/"+what, sync.OnceValues(func() (toolchain, error) {
		packages, err := l.install()
		if err != nil {
			return toolchain{}, err
		}
		return l.build(example(what, l.name), what, packages)
	}))
	return make.(func() (toolchain, error))()
}

// hosted tells whether plain `pulumi up` can run the language here.
func (l language) hosted() bool {
	if l.runtime == "yaml" {
		return true // findPulumi saw to it
	}
	_, err := exec.LookPath("pulumi-language-" + l.runtime)
	return err == nil
}

func example(parts ...string) string {
	return filepath.Join(append([]string{repository, "examples"}, parts...)...)
}

func driver(name string) string {
	return filepath.Join(repository, "tests", "examples", "drivers", name)
}

// nodePackages installs the packages of the TypeScript example as a user does.
func nodePackages() (string, error) {
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
	return filepath.Join(installed, "node_modules"), err
}

// typescript compiles an example (and so checks its types), which
// pulumi-language-nodejs would do in memory.
func typescript(from, named, packages string) (toolchain, error) {
	links := map[string]string{"node_modules": packages}
	compiled := filepath.Join(tools.scratch, "typescript", named)
	if err := copyExample(from, compiled, links); err != nil {
		return toolchain{}, err
	}
	err := run(compiled, "compiling the TypeScript example", filepath.Join(packages, ".bin", "tsc"), "--project", ".")
	return toolchain{links: links, driver: []string{"node", driver("driver.js"), filepath.Join(compiled, "bin", "index.js")}}, err
}

// pythonPackages installs the packages of the Python example into a virtual
// environment of the name that its Pulumi.yaml wants.
func pythonPackages() (string, error) {
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
	return filepath.Join(installed, "venv"), err
}

func python(from, _, packages string) (toolchain, error) {
	return toolchain{
		links:  map[string]string{"venv": packages},
		driver: []string{filepath.Join(packages, "bin", "python"), driver("driver.py"), filepath.Join(from, "__main__.py")},
	}, nil
}

func goBinary(named string) string { return filepath.Join(tools.scratch, "go-"+named) }

// golang compiles an example; its packages are in Go's own cache.
func golang(from, named, _ string) (toolchain, error) {
	binary := goBinary(named)
	return toolchain{binary: binary}, run(from, "compiling the Go example", "go", "build", "-o", binary, ".")
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
