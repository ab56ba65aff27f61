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

// project is a copy of the quick start in a folder of its own, with a state and
// a Pulumi home of its own there: no login of the user's is touched.
type project struct {
	folder string
	cli    string
	env    []string
}

const stack = "demo"

func newProject(root, cli string, server instance) (*project, error) {
	root, err := filepath.Abs(root)
	if err != nil {
		return nil, err
	}
	program, err := os.ReadFile(filepath.Join(root, "Pulumi.yaml"))
	if err != nil {
		return nil, err
	}
	plugins, err := json.Marshal(filepath.Join(root, "bin"))
	if err != nil {
		return nil, err
	}
	moved := bytes.Replace(program, []byte("path: bin\n"), slices.Concat([]byte("path: "), plugins, []byte("\n")), 1)
	if bytes.Equal(moved, program) {
		return nil, errors.New("Pulumi.yaml does not say `path: bin`, so the plugin would not be found")
	}
	folder, err := os.MkdirTemp("", "pocketid-demo-")
	if err != nil {
		return nil, err
	}
	p := &project{folder: folder, cli: "pulumi", env: environment(folder, cli, server)}
	if cli != "" {
		p.cli = filepath.Join(cli, "pulumi")
	}
	if err := errors.Join(
		os.Mkdir(filepath.Join(folder, "state"), 0o700),
		os.WriteFile(filepath.Join(folder, "Pulumi.yaml"), moved, 0o600),
	); err != nil {
		p.remove()
		return nil, err
	}
	return p, nil
}

// environment is the user's own without what concerns Pulumi and Pocket ID.
func environment(folder, cli string, server instance) []string {
	env := slices.DeleteFunc(os.Environ(), func(entry string) bool {
		return strings.HasPrefix(entry, "PULUMI_") || strings.HasPrefix(entry, "POCKETID_")
	})
	if cli != "" {
		env = append(env, "PATH="+cli+string(os.PathListSeparator)+os.Getenv("PATH"))
	}
	return append(env,
		"PULUMI_HOME="+filepath.Join(folder, "home"),
		"PULUMI_BACKEND_URL=file://"+filepath.ToSlash(filepath.Join(folder, "state")),
		"PULUMI_CONFIG_PASSPHRASE="+rand.Text(), // the state has the API key, and nobody opens it later
		"PULUMI_SKIP_UPDATE_CHECK=true",
		"PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION=true",
		"POCKETID_BASE_URL="+server.baseURL,
		"POCKETID_API_KEY="+server.apiKey,
	)
}

func (p *project) remove() {
	if err := os.RemoveAll(p.folder); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
}

// prepare makes the stack and its settings.
func (p *project) prepare(ctx context.Context, settings map[string]string) error {
	if out, err := p.command(ctx, "stack", "init", stack).CombinedOutput(); err != nil {
		return fmt.Errorf("pulumi stack init: %w\n%s", err, out)
	}
	set := []string{"config", "set-all", "--stack", stack}
	for name, value := range settings {
		set = append(set, "--plaintext", name+"="+value)
	}
	if out, err := p.command(ctx, set...).CombinedOutput(); err != nil {
		return fmt.Errorf("pulumi config set-all: %w\n%s", err, out)
	}
	return nil
}

// pulumi runs one verb and shows what it says, which has no secret in it.
func (p *project) pulumi(ctx context.Context, why, verb string, flags ...string) error {
	say("\n%s: pulumi %s", why, strings.Join(append([]string{verb}, flags...), " "))
	began := time.Now()
	command := p.command(ctx, append([]string{verb, "--stack", stack}, flags...)...)
	indented := &indenter{to: os.Stdout, atStart: true}
	command.Stdout, command.Stderr = indented, indented
	if err := command.Run(); err != nil {
		return fmt.Errorf("pulumi %s: %w", verb, err)
	}
	say("  %.1f s", time.Since(began).Seconds())
	return nil
}

// outputs are the stack's, printed on the way; secrets are masked.
func (p *project) outputs(ctx context.Context) (map[string]string, error) {
	command := p.command(ctx, "stack", "output", "--stack", stack, "--json")
	command.Stderr = os.Stderr
	text, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("pulumi stack output: %w", err)
	}
	var outputs map[string]string
	if err := json.Unmarshal(text, &outputs); err != nil {
		return nil, fmt.Errorf("the outputs: %w", err)
	}
	if outputs["clientSecret"] != "[secret]" {
		return nil, errors.New("the client secret is not a secret in the outputs")
	}
	say("\nThe stack's outputs:\n%s", strings.TrimRight(string(text), "\n"))
	return outputs, nil
}

// cleanUp destroys what an interrupted or failed run made.
func (p *project) cleanUp() error {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	return p.pulumi(ctx, "Clean up", "destroy", "--yes", "--skip-preview")
}

func (p *project) command(ctx context.Context, args ...string) *exec.Cmd {
	command := exec.CommandContext(ctx, p.cli, append([]string{"--non-interactive", "--color", "never"}, args...)...)
	command.Dir, command.Env = p.folder, p.env
	inOwnGroup(command)
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) } // it finishes what is under way
	command.WaitDelay = time.Minute
	return command
}

// indenter sets a program's words apart from the demo's own.
type indenter struct {
	to      *os.File
	atStart bool
}

func (i *indenter) Write(text []byte) (int, error) {
	for line := range bytes.Lines(text) {
		if i.atStart && len(bytes.TrimSpace(line)) > 0 {
			if _, err := i.to.WriteString("    "); err != nil {
				return 0, err
			}
		}
		i.atStart = line[len(line)-1] == '\n'
		if _, err := i.to.Write(line); err != nil {
			return 0, err
		}
	}
	return len(text), nil
}
