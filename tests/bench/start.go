package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"time"

	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// measureStart compares the start of the plugin with that of the empty one, and GetSchema with
// that of a plugin without a framework and with reading the schema from a file.
func (b *bench) measureStart(ctx context.Context) error {
	started, schema := map[string]time.Duration{}, map[string]time.Duration{} // by binary
	var file time.Duration
	for range 5 * b.rounds {
		for _, binary := range []string{b.plugin, b.empty, b.floor} {
			start, getSchema, err := startOnce(ctx, binary)
			if err != nil {
				return err
			}
			started[binary], schema[binary] = best(started[binary], start), best(schema[binary], getSchema)
		}
		began := time.Now()
		if _, err := os.ReadFile(filepath.Join(b.root, "schema.json")); err != nil {
			return err
		}
		file = best(file, time.Since(began))
	}
	b.section("Start", "From the start of the process to its port on standard output, and the schema over gRPC.", "what", "time", "compared with", "time", "ratio")
	b.row("plugin", started[b.plugin], "an infer provider with one empty resource", started[b.empty], ratio(started[b.plugin], started[b.empty]))
	b.row("GetSchema", schema[b.plugin], "the same document from a plugin without a framework", schema[b.floor], ratio(schema[b.plugin], schema[b.floor]))
	b.row("GetSchema", schema[b.plugin], "reading schema.json from a file", file, ratio(schema[b.plugin], file))
	return nil
}

// startOnce returns how long a plugin takes to start, and then to return its schema.
func startOnce(ctx context.Context, binary string) (start, getSchema time.Duration, err error) {
	p, err := startPlugin(ctx, binary)
	if err != nil {
		return 0, 0, err
	}
	defer p.close()
	for range 5 {
		began := time.Now()
		if _, err := p.GetSchema(ctx, &rpc.GetSchemaRequest{}); err != nil {
			return 0, 0, err
		}
		getSchema = best(getSchema, time.Since(began))
	}
	return p.started, getSchema, nil
}

// measureMemory creates and refreshes many clients in one plugin process.
func (b *bench) measureMemory(ctx context.Context) error {
	var rest, peak float64
	var connections int64
	for range b.rounds {
		atRest, most, opened, err := b.memoryOnce(ctx)
		if errors.Is(err, errNoMemory) {
			b.printf("\n%v\n", err)
			return nil
		}
		if err != nil {
			return err
		}
		if peak == 0 || most < peak {
			rest, peak = atRest, most
		}
		connections = max(connections, opened)
	}
	b.section("Memory", "Of the plugin process.", "clients created, read, updated and deleted", "at rest", "peak", "ratio", "connections opened")
	b.row(5*b.clients, megabytes(rest), megabytes(peak), peak/rest, connections)
	return nil
}

// memoryOnce returns the memory of a plugin at rest and at most in MB, and the connections that it
// has opened.
func (b *bench) memoryOnce(ctx context.Context) (rest, peak float64, connections int64, err error) {
	p, err := startPlugin(ctx, b.plugin)
	if err != nil {
		return 0, 0, 0, err
	}
	defer p.close()
	if _, err := p.GetSchema(ctx, &rpc.GetSchemaRequest{}); err != nil {
		return 0, 0, 0, err
	}
	if rest, _, err = p.memory(); err != nil {
		return 0, 0, 0, err
	}
	s, err := startServer()
	if err != nil {
		return 0, 0, 0, err
	}
	defer s.web.Close()
	if err := p.configure(ctx, s.web.URL, apiKey, parallel); err != nil {
		return 0, 0, 0, err
	}
	if _, err := clientsOverGRPC(ctx, p, "memory", 5*b.clients); err != nil {
		return 0, 0, 0, err
	}
	_, peak, err = p.memory()
	return rest, peak, s.connections.Load(), err
}
