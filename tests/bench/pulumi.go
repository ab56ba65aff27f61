package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

var operations = []string{"up", "preview", "refresh", "destroy"}

// measurePulumi runs the Pulumi CLI on programs of different sizes.
func (b *bench) measurePulumi(ctx context.Context) error {
	if b.cli == "" {
		return nil
	}
	b.section("Pulumi", "`pulumi` with a YAML program and the file backend: clients, each with a group that may use it. The engine is what the same operation of the same program takes "+
		"with a plugin that answers every call with what it was given. The server is the time that the in-memory server worked, which overlaps with the engine. "+
		"`PULUMI_SKIP_CHECKPOINTS=true` switches checkpoints off. The preview is one without changes. Each up and each destroy is measured once.",
		"clients", "checkpoints", "operation", "time", "engine", "ratio", "server", "requests")
	for _, clients := range b.sizes {
		for _, checkpoints := range []bool{false, true} {
			if checkpoints && clients > 200 && !b.long {
				continue // the engine writes the whole state after each step
			}
			if err := b.measureProgram(ctx, clients, checkpoints); err != nil {
				return err
			}
		}
	}
	return nil
}

func (b *bench) measureProgram(ctx context.Context, clients int, checkpoints bool) error {
	s, err := startServer()
	if err != nil {
		return err
	}
	defer s.web.Close()
	ours, err := b.newProject(ctx, "pocketid", b.plugin, clientsProgram(clients), checkpoints, s.web.URL)
	if err != nil {
		return err
	}
	empty, err := b.newProject(ctx, "empty", b.floor, clientsProgram(clients), checkpoints, "")
	if err != nil {
		return err
	}
	for _, operation := range operations {
		var took, engine, busy time.Duration
		var requests int64
		rounds := 1
		if operation == "preview" || operation == "refresh" { // which can be repeated
			rounds = b.rounds
		}
		for range rounds {
			s.reset()
			ourTime, err := ours.run(ctx, operation)
			if err != nil {
				return err
			}
			requests, busy = s.requests.Load(), best(busy, time.Duration(s.busy.Load()))
			engineTime, err := empty.run(ctx, operation)
			if err != nil {
				return err
			}
			took, engine = best(took, ourTime), best(engine, engineTime)
		}
		b.row(clients, map[bool]string{true: "on", false: "off"}[checkpoints], operation, took, engine, ratio(took, engine), busy, requests)
	}
	return nil
}

func clientsProgram(n int) string {
	var y strings.Builder
	for i := range n {
		fmt.Fprintf(&y, "  group%d: {type: pocketid:Group, properties: {name: group-%d, friendlyName: Group}}\n", i, i)
		fmt.Fprintf(&y, "  app%d: {type: pocketid:Client, properties: {name: App %d, callbackUrls: [https://app.example/callback], allowedUserGroups: [\"${group%d.id}\"]}}\n", i, i, i)
	}
	return y.String()
}

// project is a Pulumi project with a stack.
type project struct {
	dir, cli string
	env      []string
}

func (b *bench) newProject(ctx context.Context, name, binary, resources string, checkpoints bool, baseURL string) (*project, error) {
	dir, err := os.MkdirTemp(b.dir, name+"-")
	if err != nil {
		return nil, err
	}
	cli, err := filepath.Abs(b.cli)
	if err != nil {
		return nil, err
	}
	plugins := filepath.Join(dir, "plugin")
	for _, d := range []string{plugins, filepath.Join(dir, "state")} {
		if err := os.Mkdir(d, 0o755); err != nil {
			return nil, err
		}
	}
	if err := os.Symlink(binary, filepath.Join(plugins, "pulumi-resource-pocketid")); err != nil {
		return nil, err
	}
	program := fmt.Sprintf("name: bench\nruntime: yaml\nplugins:\n  providers:\n    - {name: pocketid, path: %s}\nresources:\n%s", plugins, resources)
	if err := os.WriteFile(filepath.Join(dir, "Pulumi.yaml"), []byte(program), 0o600); err != nil {
		return nil, err
	}
	p := &project{dir: dir, cli: filepath.Join(cli, "pulumi"), env: []string{
		"PATH=" + cli + string(os.PathListSeparator) + os.Getenv("PATH"), "HOME=" + dir, "PULUMI_HOME=" + filepath.Join(dir, "home"),
		"PULUMI_BACKEND_URL=file://" + filepath.Join(dir, "state"), "PULUMI_CONFIG_PASSPHRASE=bench", "PULUMI_SKIP_UPDATE_CHECK=true",
		"PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION=true", "POCKETID_BASE_URL=" + baseURL, "POCKETID_API_KEY=" + apiKey,
	}}
	if !checkpoints {
		p.env = append(p.env, "PULUMI_SKIP_CHECKPOINTS=true")
	}
	return p, p.pulumi(ctx, "stack", "init", "bench")
}

// run runs one operation and returns how long it took.
func (p *project) run(ctx context.Context, operation string) (time.Duration, error) {
	args := []string{operation, "--stack", "bench", "--non-interactive"}
	if operation != "preview" {
		args = append(args, "--yes", "--skip-preview")
	}
	began := time.Now()
	err := p.pulumi(ctx, args...)
	return time.Since(began), err
}

func (p *project) pulumi(ctx context.Context, args ...string) error {
	command := exec.CommandContext(ctx, p.cli, args...)
	command.Dir, command.Env = p.dir, p.env
	if out, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("pulumi %s: %w\n%s", strings.Join(args, " "), err, out[max(0, len(out)-2000):])
	}
	return nil
}
