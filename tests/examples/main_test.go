// Package examples runs the programs in examples/ with the real Pulumi engine
// and this repository's provider, against the fake Pocket ID, or against the
// server that POCKETID_TEST_BASE_URL and POCKETID_TEST_API_KEY name.
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

// tools is what all tests of this package share: where the programs are that
// they run. TestMain sets it once.
var tools struct {
	scratch string // gone after the tests
	pulumi  string // the CLI
	path    string // PATH of everything that runs here
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

// prepare finds the CLI and builds the plugin, so that what is tested is never
// an older build of it.
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

// findPulumi returns the folder of the CLI and its YAML host: the machine's own
// if it has both, else bin/.
func findPulumi() (string, error) {
	own, err := exec.LookPath("pulumi")
	if _, noYAML := exec.LookPath("pulumi-language-yaml"); err == nil && noYAML == nil {
		return filepath.Abs(filepath.Dir(own))
	}
	built := filepath.Join(repository, "bin")
	for _, name := range []string{"pulumi", "pulumi-language-yaml"} {
		if _, err := os.Stat(filepath.Join(built, name)); err != nil {
			return "", fmt.Errorf("there is no %s, neither on the PATH nor in bin/: run `make tools` (a few minutes, once), "+
				"or install Pulumi (https://www.pulumi.com/docs/install)", name)
		}
	}
	return built, nil
}

// run runs what prepares the tests, and says so while it takes long.
func run(folder, what, name string, args ...string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 9*time.Minute)
	defer cancel()
	began := time.Now()
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
				fmt.Fprintf(os.Stderr, "%s ... %.0f s\n", what, time.Since(began).Seconds())
			}
		}
	}()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = folder
	out, err := cmd.CombinedOutput()
	if errors.Is(err, exec.ErrNotFound) {
		return fmt.Errorf("%s: there is no %s on the PATH; see \"Develop\" in README.md for what the tests need", what, name)
	}
	if err != nil {
		return fmt.Errorf("%s: %s %s: %w\n%s", what, name, strings.Join(args, " "), err, out)
	}
	return nil
}
