package examples

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
)

// language is a language that the examples are written in.
type language struct {
	name    string // the folder of its examples: examples/<example>/<name>
	runtime string // its runtime in Pulumi.yaml; pulumi-language-<runtime> is its host
	// install installs the packages of an example, and returns their folder.
	install func(example string) (string, error)
	// build makes the program in a folder ready to run. The name distinguishes its output
	// from that of other programs.
	build func(folder, name, packages string) (toolchain, error)
}

// toolchain is what a program needs in addition to its own files.
type toolchain struct {
	links  map[string]string // folders of installed packages: name in the program's folder -> target
	driver []string          // command that runs it as an inline program if there is no language host
	binary string            // the compiled program, which languageHost runs
}

// languages lists all languages. The packages of each are installed once for all tests.
var languages = []language{
	{"yaml", "yaml", noPackages, func(_, _, _ string) (toolchain, error) { return toolchain{}, nil }},
	{"typescript", "nodejs", installNodePackages, buildTypeScript},
	{"python", "python", func(string) (string, error) { return pythonPackages() }, preparePython},
	{"go", "go", noPackages, buildGo}, // Go has its own package cache
}

// quickstartLanguages returns the languages of the quick start that this machine can run. The
// other examples have no programs in Java and C#.
func quickstartLanguages() []language {
	available := languages[:len(languages):len(languages)]
	if hasTools("javac", "mvn") {
		available = append(available, language{"java", "java", noPackages, buildJava})
	}
	if hasTools("dotnet") {
		available = append(available, language{"csharp", "dotnet", noPackages, buildDotnet})
	}
	return available
}

func hasTools(names ...string) bool {
	return !slices.ContainsFunc(names, func(name string) bool {
		_, err := exec.LookPath(name)
		return err != nil
	})
}

func noPackages(string) (string, error) { return "", nil }

// toolchains contains the results of prepare.
var toolchains sync.Map

// prepare makes an example ready to run, once for all tests.
func (l language) prepare(name string) (toolchain, error) {
	build, _ := toolchains.LoadOrStore(l.name+"/"+name, sync.OnceValues(func() (toolchain, error) {
		packages, err := l.install(name)
		if err != nil {
			return toolchain{}, err
		}
		return l.build(examplePath(name, l.name), name, packages)
	}))
	return build.(func() (toolchain, error))()
}

// hasHost reports whether this machine has the Pulumi language host.
func (l language) hasHost() bool {
	switch l.runtime {
	case "yaml":
		return true // findPulumi requires it
	case "dotnet":
		return false // it would build the SDK in this repository
	}
	return hasTools("pulumi-language-" + l.runtime)
}

func examplePath(parts ...string) string {
	return filepath.Join(append([]string{repository, "examples"}, parts...)...)
}

func driverPath(name string) string {
	return filepath.Join(repository, "tests", "examples", "drivers", name)
}

// installNodePackages installs packages with npm. Those of the quick start include those of all
// other examples, except for the one with the large package of Kubernetes.
func installNodePackages(example string) (string, error) {
	if example == "hand-over" {
		return handOverNodePackages()
	}
	return quickstartNodePackages()
}

var quickstartNodePackages = sync.OnceValues(func() (string, error) {
	installed, err := installCached(installation{
		example:  "quickstart",
		language: "typescript",
		sdk:      "nodejs",
		inputs:   []string{"package.json", "package-lock.json", ".npmrc"},
		install: func(sdk, example string) error {
			if err := run(sdk, "installing the packages of the Node.js SDK", "npm", "install"); err != nil {
				return err
			}
			if err := run(sdk, "compiling the Node.js SDK", "npm", "run", "build"); err != nil {
				return err
			}
			return run(example, "installing the packages of the TypeScript example", "npm", "install")
		},
	})
	return filepath.Join(installed, "node_modules"), err
})

var handOverNodePackages = sync.OnceValues(func() (string, error) {
	installed, err := installCached(installation{
		example:  "hand-over",
		language: "typescript",
		inputs:   []string{"package.json", "package-lock.json", ".npmrc"},
		install: func(_, example string) error {
			return run(example, "installing the packages of Kubernetes and Vault", "npm", "ci", "--no-audit", "--no-fund")
		},
	})
	return filepath.Join(installed, "node_modules"), err
})

// buildTypeScript compiles an example, which also checks its types. pulumi-language-nodejs
// would compile it in memory.
func buildTypeScript(folder, name, packages string) (toolchain, error) {
	links := map[string]string{"node_modules": packages}
	compiled := filepath.Join(tools.scratch, "typescript", name)
	if err := copyExample(folder, compiled, links); err != nil {
		return toolchain{}, err
	}
	err := run(compiled, "compiling the TypeScript example", filepath.Join(packages, ".bin", "tsc"), "--project", ".")
	return toolchain{links: links, driver: []string{"node", driverPath("driver.js"), filepath.Join(compiled, "bin", "index.js")}}, err
}

// pythonPackages installs the packages of all Python examples into a virtual environment with
// the name that is set in their Pulumi.yaml.
var pythonPackages = sync.OnceValues(func() (string, error) {
	constraints, handOver := driverPath("constraints.txt"), examplePath("hand-over", "python", "requirements.txt")
	installed, err := installCached(installation{
		example:  "quickstart",
		language: "python",
		sdk:      "python",
		inputs:   []string{"requirements.txt", "../../../tests/examples/drivers/constraints.txt", "../../hand-over/python/requirements.txt"},
		install: func(_, example string) error {
			if err := run(example, "creating a virtual environment", "python3", "-m", "venv", "venv"); err != nil {
				return err
			}
			return run(example, "installing the packages of the Python examples", filepath.Join(example, "venv", "bin", "python"),
				"-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--constraint", constraints, "--requirement", "requirements.txt", "--requirement", handOver)
		},
	})
	return filepath.Join(installed, "venv"), err
})

func preparePython(folder, _, packages string) (toolchain, error) {
	return toolchain{
		links:  map[string]string{"venv": packages},
		driver: []string{filepath.Join(packages, "bin", "python"), driverPath("driver.py"), filepath.Join(folder, "__main__.py")},
	}, nil
}

func goBinaryPath(name string) string { return filepath.Join(tools.scratch, "go-"+name) }

// buildGo compiles an example.
func buildGo(folder, name, _ string) (toolchain, error) {
	binary := goBinaryPath(name)
	return toolchain{binary: binary}, run(folder, "compiling the Go example", "go", "build", "-o", binary, ".")
}

// copyExample copies an example to a folder in which a test can run it, and links the
// installed packages into the copy. Examples do not run in the repository, because the CLI
// writes stack settings next to the program, and there may already be some.
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
