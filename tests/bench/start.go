package main

import (
	"context"
	"os"
	"path/filepath"
	"time"

	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// measureStart compares the start of the plugin with that of the empty one, and GetSchema with
// reading the schema from a file.
func (b *bench) measureStart(ctx context.Context) error {
	var ours, empty, schema, file time.Duration
	for range 5 * b.rounds {
		for binary, fastest := range map[string]*time.Duration{b.plugin: &ours, b.empty: &empty} {
			p, err := startPlugin(ctx, binary)
			if err != nil {
				return err
			}
			*fastest = best(*fastest, p.started)
			if binary == b.plugin {
				for range 3 {
					began := time.Now()
					if _, err := p.GetSchema(ctx, &rpc.GetSchemaRequest{}); err != nil {
						p.close()
						return err
					}
					schema = best(schema, time.Since(began))
				}
			}
			p.close()
		}
		began := time.Now()
		if _, err := os.ReadFile(filepath.Join(b.root, "schema.json")); err != nil {
			return err
		}
		file = best(file, time.Since(began))
	}
	b.section("Start", "From the start of the process to its port on standard output, and the schema over gRPC.", "what", "time", "compared with", "time", "ratio")
	b.row("plugin", ours, "an infer provider with one empty resource", empty, ratio(ours, empty))
	b.row("GetSchema", schema, "reading schema.json", file, ratio(schema, file))
	if info, err := os.Stat(b.plugin); err == nil {
		b.printf("\nThe stripped binary has %.1f MB.\n", float64(info.Size())/1e6)
	}
	return nil
}

// measureMemory creates and refreshes many clients in one plugin process.
func (b *bench) measureMemory(ctx context.Context) error {
	p, err := startPlugin(ctx, b.plugin)
	if err != nil {
		return err
	}
	defer p.close()
	if _, err := p.GetSchema(ctx, &rpc.GetSchemaRequest{}); err != nil {
		return err
	}
	rest, _, err := p.memory()
	if err != nil {
		b.printf("\n%v\n", err)
		return nil
	}
	s, err := startServer()
	if err != nil {
		return err
	}
	defer s.web.Close()
	if err := p.configure(ctx, s.web.URL, apiKey, parallel); err != nil {
		return err
	}
	clients := 5 * b.clients
	if _, err := clientsOverGRPC(ctx, p, "memory", clients); err != nil {
		return err
	}
	_, peak, err := p.memory()
	if err != nil {
		return err
	}
	b.section("Memory", "Of the plugin process.", "clients created, read, updated and deleted", "at rest", "peak", "ratio", "connections opened")
	b.row(clients, megabytes(rest), megabytes(peak), peak/rest, s.connections.Load())
	return nil
}
