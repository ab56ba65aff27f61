// Command bench measures what the provider costs, and writes docs/benchmarks.md.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"time"
)

type options struct {
	root, cli, out string
	only           string // the part to measure; all if empty
	rounds         int
	long           bool
	clients        int
	sizes          []int // programs for the Pulumi CLI
}

// bench is one run.
type bench struct {
	options
	report
	plugin, empty, floor string // binaries
	dir                  string // for everything temporary
}

func main() {
	o := options{clients: 1000, sizes: []int{50, 200, 1000}}
	flag.StringVar(&o.root, "root", ".", "root `directory` of the repository")
	flag.StringVar(&o.cli, "cli", "", "`directory` of the Pulumi CLI and its YAML language host; without it, the engine is not measured")
	flag.StringVar(&o.out, "out", "docs/benchmarks.md", "`file` to write")
	flag.StringVar(&o.only, "only", "", "`part` to measure, such as start, without writing the file (default: all)")
	flag.BoolVar(&o.long, "long", false, "also measure large programs with checkpoints, which takes about 20 minutes more")
	flag.IntVar(&o.rounds, "rounds", 3, "how often each measurement is repeated")
	flag.Parse()
	text, err := run(context.Background(), o)
	if err == nil && o.only == "" {
		err = os.WriteFile(o.out, []byte(text), 0o644)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
	fmt.Print(text)
}

// run measures everything and returns the report.
func run(ctx context.Context, o options) (string, error) {
	dir, err := os.MkdirTemp("", "bench-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	b := &bench{options: o, dir: dir}
	if b.plugin, err = build(ctx, o.root, dir, "./cmd/pulumi-resource-pocketid"); err != nil {
		return "", err
	}
	if b.empty, err = build(ctx, o.root, dir, "./tests/bench/empty"); err != nil {
		return "", err
	}
	if b.floor, err = build(ctx, o.root, dir, "./tests/bench/floor"); err != nil {
		return "", err
	}
	b.header(o)
	measured := false
	for _, part := range b.parts() {
		if o.only != "" && o.only != part.name {
			continue
		}
		measured = true
		began := time.Now()
		if err := part.measure(ctx); err != nil {
			return "", fmt.Errorf("%s: %w", part.name, err)
		}
		fmt.Fprintf(os.Stderr, "%s: %s\n", part.name, time.Since(began).Round(time.Second))
	}
	if !measured {
		return "", fmt.Errorf("there is no part %q", o.only)
	}
	return b.text.String(), nil
}

// part is a section of the report.
type part struct {
	name    string
	measure func(context.Context) error
}

func (b *bench) parts() []part {
	return []part{
		{"start", b.measureStart},
		{"size", b.measureSize},
		{"clients", b.measureClients},
		{"growth", b.measureGrowth},
		{"entries of one object", b.measureEntries},
		{"memory", b.measureMemory},
		{"Pulumi", b.measurePulumi},
		{"Terraform", b.measureTerraform},
	}
}

func megabytes(n float64) string { return fmt.Sprintf("%.0f MB", n) }
