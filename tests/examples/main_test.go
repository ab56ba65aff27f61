// Package examples runs the programs in examples/ with the real Pulumi engine and this
// repository's provider. It uses the fake Pocket ID, or the server that is set in
// POCKETID_TEST_BASE_URL and POCKETID_TEST_API_KEY.
package examples

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// repository is the root of this repository.
var repository = func() string {
	root, err := filepath.Abs("../..")
	if err != nil {
		panic(err)
	}
	return root
}()

// tools contains the paths of the programs that the tests run. TestMain sets it once.
var tools struct {
	scratch string // folder that is deleted after the tests
	pulumi  string // the Pulumi CLI
	path    string // PATH of all commands that the tests run
}

func TestMain(m *testing.M) {
	os.Exit(func() int {
		err := prepare()
		defer os.RemoveAll(tools.scratch)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		return m.Run()
	}())
}

// prepare finds the CLI and builds the plugin, so that the tests never use an older build.
func prepare() error {
	folder, err := findPulumi()
	if err != nil {
		return err
	}
	if tools.scratch, err = os.MkdirTemp("", "pocketid-examples-"); err != nil {
		return err
	}
	plugins := filepath.Join(tools.scratch, "plugins")
	if err := run(repository, "building the plugin", "go", "build", "-o", plugins+"/", "./cmd/pulumi-resource-pocketid"); err != nil {
		return err
	}
	tools.pulumi = filepath.Join(folder, "pulumi")
	tools.path = strings.Join([]string{plugins, folder, os.Getenv("PATH")}, string(os.PathListSeparator))
	return nil
}

// findPulumi returns the folder of the CLI and its YAML host: the installed ones if there are
// both, otherwise bin/.
func findPulumi() (string, error) {
	installed, err := exec.LookPath("pulumi")
	if _, noYAML := exec.LookPath("pulumi-language-yaml"); err == nil && noYAML == nil {
		return filepath.Abs(filepath.Dir(installed))
	}
	built := filepath.Join(repository, "bin")
	for _, name := range []string{"pulumi", "pulumi-language-yaml"} {
		if _, err := os.Stat(filepath.Join(built, name)); err != nil {
			return "", fmt.Errorf("%s was found neither on the PATH nor in bin/: run `make tools` (takes a few minutes), "+
				"or install Pulumi (https://www.pulumi.com/docs/install)", name)
		}
	}
	return built, nil
}

// run runs a command that prepares the tests. It prints progress if the command takes long.
func run(folder, purpose, name string, args ...string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 9*time.Minute)
	defer cancel()
	start := time.Now()
	done := make(chan struct{})
	defer close(done)
	go func() {
		tick := time.NewTicker(5 * time.Second)
		defer tick.Stop()
		for {
			select {
			case <-done:
				return
			case <-tick.C:
				fmt.Fprintf(os.Stderr, "%s ... %.0f s\n", purpose, time.Since(start).Seconds())
			}
		}
	}()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = folder
	out, err := cmd.CombinedOutput()
	if errors.Is(err, exec.ErrNotFound) {
		return fmt.Errorf("%s: %s was not found on the PATH; CONTRIBUTING.md lists what the tests need", purpose, name)
	}
	if err != nil {
		return fmt.Errorf("%s: %s %s: %w\n%s", purpose, name, strings.Join(args, " "), err, out)
	}
	return nil
}
