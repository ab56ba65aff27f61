package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// project is a copy of the quick start in a temporary directory. The state and the Pulumi home
// are there, too, so that the user's Pulumi login is neither used nor changed.
type project struct {
	dir string
	cli string
	env []string
}

const stack = "demo"

func newProject(root, cli string, server instance) (*project, error) {
	root, err := filepath.Abs(root)
	if err != nil {
		return nil, err
	}
	if cli != "" { // the CLI runs in the folder of the project
		if cli, err = filepath.Abs(cli); err != nil {
			return nil, err
		}
	}
	program, err := os.ReadFile(filepath.Join(root, "Pulumi.yaml"))
	if err != nil {
		return nil, err
	}
	plugins, err := json.Marshal(filepath.Join(root, "bin"))
	if err != nil {
		return nil, err
	}
	adapted := bytes.Replace(program, []byte("path: bin\n"), slices.Concat([]byte("path: "), plugins, []byte("\n")), 1)
	if bytes.Equal(adapted, program) {
		return nil, errors.New("Pulumi.yaml has no line `path: bin`, so the CLI would not find the plugin")
	}
	dir, err := os.MkdirTemp("", "pocketid-demo-")
	if err != nil {
		return nil, err
	}
	p := &project{dir: dir, cli: "pulumi", env: environment(dir, cli, server)}
	if cli != "" {
		p.cli = filepath.Join(cli, "pulumi")
	}
	if err := errors.Join(
		os.Mkdir(filepath.Join(dir, "state"), 0o700),
		os.WriteFile(filepath.Join(dir, "Pulumi.yaml"), adapted, 0o600),
	); err != nil {
		p.remove()
		return nil, err
	}
	return p, nil
}

// environment returns the user's environment with the settings for Pulumi and Pocket ID replaced.
func environment(dir, cli string, server instance) []string {
	env := slices.DeleteFunc(os.Environ(), func(entry string) bool {
		return strings.HasPrefix(entry, "PULUMI_") || strings.HasPrefix(entry, "POCKETID_")
	})
	if cli != "" {
		env = append(env, "PATH="+cli+string(os.PathListSeparator)+os.Getenv("PATH"))
	}
	return append(env,
		"PULUMI_HOME="+filepath.Join(dir, "home"),
		"PULUMI_BACKEND_URL=file://"+filepath.ToSlash(filepath.Join(dir, "state")),
		"PULUMI_CONFIG_PASSPHRASE="+rand.Text(), // encrypts the API key in the state, which is deleted at the end
		"PULUMI_SKIP_UPDATE_CHECK=true",
		"PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION=true",
		"POCKETID_BASE_URL="+server.baseURL,
		"POCKETID_API_KEY="+server.apiKey,
	)
}

func (p *project) remove() {
	if err := os.RemoveAll(p.dir); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
}

// initStack creates the stack and sets its configuration.
func (p *project) initStack(ctx context.Context, config map[string]string) error {
	if out, err := p.command(ctx, "stack", "init", stack).CombinedOutput(); err != nil {
		return fmt.Errorf("pulumi stack init: %w\n%s", err, out)
	}
	args := []string{"config", "set-all", "--stack", stack}
	for name, value := range config {
		args = append(args, "--plaintext", name+"="+value)
	}
	if out, err := p.command(ctx, args...).CombinedOutput(); err != nil {
		return fmt.Errorf("pulumi config set-all: %w\n%s", err, out)
	}
	return nil
}

// pulumi runs a command of the CLI and prints its output. Pulumi masks secrets there.
func (p *project) pulumi(ctx context.Context, description, name string, flags ...string) error {
	printf("\n%s: pulumi %s", description, strings.Join(append([]string{name}, flags...), " "))
	began := time.Now()
	command := p.command(ctx, append([]string{name, "--stack", stack}, flags...)...)
	output := &indentWriter{to: os.Stdout, atLineStart: true}
	command.Stdout, command.Stderr = output, output
	if err := command.Run(); err != nil {
		return fmt.Errorf("pulumi %s: %w", name, err)
	}
	printf("  %.1f s", time.Since(began).Seconds())
	return nil
}

// outputs returns and prints the outputs of the stack. Secrets are masked.
func (p *project) outputs(ctx context.Context) (map[string]string, error) {
	command := p.command(ctx, "stack", "output", "--stack", stack, "--json")
	command.Stderr = os.Stderr
	text, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("pulumi stack output: %w", err)
	}
	var outputs map[string]string
	if err := json.Unmarshal(text, &outputs); err != nil {
		return nil, fmt.Errorf("parsing the outputs: %w", err)
	}
	if outputs["clientSecret"] != "[secret]" {
		return nil, errors.New("the output clientSecret is not marked as secret")
	}
	printf("\nThe stack's outputs:\n%s", strings.TrimRight(string(text), "\n"))
	return outputs, nil
}

// cleanUp destroys what an interrupted or failed run created.
func (p *project) cleanUp() error {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	return p.pulumi(ctx, "Clean up", "destroy", "--yes", "--skip-preview")
}

func (p *project) command(ctx context.Context, args ...string) *exec.Cmd {
	command := exec.CommandContext(ctx, p.cli, append([]string{"--non-interactive", "--color", "never"}, args...)...)
	command.Dir, command.Env = p.dir, p.env
	setProcessGroup(command)
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) } // the CLI finishes running operations first
	command.WaitDelay = time.Minute
	return command
}

// indentWriter indents lines, to separate the output of the CLI from that of the demo.
type indentWriter struct {
	to          *os.File
	atLineStart bool
}

func (i *indentWriter) Write(text []byte) (int, error) {
	for line := range bytes.Lines(text) {
		if i.atLineStart && len(bytes.TrimSpace(line)) > 0 {
			if _, err := i.to.WriteString("    "); err != nil {
				return 0, err
			}
		}
		i.atLineStart = line[len(line)-1] == '\n'
		if _, err := i.to.Write(line); err != nil {
			return 0, err
		}
	}
	return len(text), nil
}
