package main

import (
	"context"
	"fmt"
	"os"
	"sync"
	"time"

	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/structpb"
)

// measureClients compares the provider over gRPC with a loop that sends the same requests, and
// with a plugin that does nothing else either.
func (b *bench) measureClients(ctx context.Context) error {
	s, err := startServer()
	if err != nil {
		return err
	}
	defer s.web.Close()
	b.section("Clients", fmt.Sprintf("%d confidential clients, %d at a time: the provider over gRPC, a plugin without a framework that makes the same requests (the floor), "+
		"and a bare Go loop without gRPC. The floor decodes JSON into maps, and neither checks anything nor keeps a state.", b.clients, parallel),
		"server", "verb", "provider", "floor", "ratio", "loop", "ratio")
	if err := b.compareClients(ctx, "in-memory", s.web.URL, apiKey); err != nil {
		return err
	}
	if url := os.Getenv("POCKETID_TEST_BASE_URL"); url != "" {
		return b.compareClients(ctx, "real", url, os.Getenv("POCKETID_TEST_API_KEY"))
	}
	return nil
}

func (b *bench) compareClients(ctx context.Context, server, url, key string) error {
	compared := []struct {
		name string
		run  func(prefix string) (map[string]time.Duration, error)
	}{
		{"provider", func(prefix string) (map[string]time.Duration, error) {
			return b.clientsOf(ctx, b.plugin, url, key, prefix)
		}},
		{"floor", func(prefix string) (map[string]time.Duration, error) {
			return b.clientsOf(ctx, b.floor, url, key, prefix)
		}},
		{"loop", func(prefix string) (map[string]time.Duration, error) {
			return clientsDirectly(ctx, url, key, prefix, b.clients)
		}},
	}
	fastest := map[string]map[string]time.Duration{}
	for round := range b.rounds {
		for _, c := range compared {
			took, err := c.run(fmt.Sprintf("bench-%s-%d", c.name, round))
			if err != nil {
				return fmt.Errorf("%s: %w", c.name, err)
			}
			if fastest[c.name] == nil {
				fastest[c.name] = took
			}
			for verb, t := range took {
				fastest[c.name][verb] = best(fastest[c.name][verb], t)
			}
		}
	}
	for _, verb := range append(verbs, "all") {
		provider, floor, loop := fastest["provider"], fastest["floor"], fastest["loop"]
		b.row(server, verb, provider[verb], floor[verb], ratio(provider[verb], floor[verb]), loop[verb], ratio(provider[verb], loop[verb]))
		for _, of := range fastest {
			of["all"] += of[verb]
		}
	}
	return nil
}

// clientsOf creates, reads, updates and deletes clients through a plugin.
func (b *bench) clientsOf(ctx context.Context, binary, url, key, prefix string) (map[string]time.Duration, error) {
	p, err := startPlugin(ctx, binary)
	if err != nil {
		return nil, err
	}
	defer p.close()
	if err := p.configure(ctx, url, key, parallel); err != nil {
		return nil, err
	}
	return clientsOverGRPC(ctx, p, prefix, b.clients)
}

// measureGrowth creates clients on instances of different sizes.
func (b *bench) measureGrowth(ctx context.Context) error {
	b.section("Growth", fmt.Sprintf("%d clients created on an in-memory server that has some already.", b.clients), "clients before", "time per client", "ratio to the first")
	var first time.Duration
	for _, before := range []int{b.clients / 10, b.clients, 5 * b.clients} {
		var fastest time.Duration
		for range b.rounds {
			took, err := b.createBeside(ctx, before)
			if err != nil {
				return err
			}
			fastest = best(fastest, took/time.Duration(b.clients))
		}
		if first == 0 {
			first = fastest
		}
		b.row(before, fastest, ratio(fastest, first))
	}
	return nil
}

func (b *bench) createBeside(ctx context.Context, before int) (time.Duration, error) {
	s, err := startServer()
	if err != nil {
		return 0, err
	}
	defer s.web.Close()
	p, err := startPlugin(ctx, b.plugin)
	if err != nil {
		return 0, err
	}
	defer p.close()
	if err := p.configure(ctx, s.web.URL, apiKey, parallel); err != nil {
		return 0, err
	}
	if err := createClients(ctx, p, "before", before); err != nil {
		return 0, err
	}
	// A new operation does not know what the one before has created.
	if err := p.configure(ctx, s.web.URL, apiKey, parallel); err != nil {
		return 0, err
	}
	began := time.Now()
	err = createClients(ctx, p, "new", b.clients)
	return time.Since(began), err
}

func createClients(ctx context.Context, p *plugin, prefix string, n int) error {
	_, err := each(n, func(i int) error {
		return create(ctx, p, "Client", fmt.Sprint(prefix, i), map[string]any{"name": fmt.Sprint(prefix, " ", i), "callbackUrls": []any{"https://app.example/callback"}, "clientId": fmt.Sprint(prefix, "-", i)})
	})
	return err
}

// create checks and creates a resource.
func create(ctx context.Context, p *plugin, typ, name string, in map[string]any) error {
	news, err := structpb.NewStruct(in)
	if err != nil {
		return err
	}
	urn := fmt.Sprintf("urn:pulumi:bench::bench::pocketid:index:%s::%s", typ, name)
	checked, err := p.Check(ctx, &rpc.CheckRequest{Urn: urn, News: news})
	if err != nil {
		return err
	}
	if len(checked.GetFailures()) > 0 {
		return fmt.Errorf("check failed: %v", checked.GetFailures())
	}
	_, err = p.Create(ctx, &rpc.CreateRequest{Urn: urn, Properties: checked.GetInputs()})
	return err
}

// measureEntries counts the requests for many federated identities of one client.
func (b *bench) measureEntries(ctx context.Context) error {
	const entries = 100
	b.section("Entries of one object", fmt.Sprintf("%d federated identities of one client, created at the same time.", entries), "at a time", "time", "requests")
	for _, at := range []int{8, 16, entries} {
		s, err := startServer()
		if err != nil {
			return err
		}
		p, err := startPlugin(ctx, b.plugin)
		if err != nil {
			s.web.Close()
			return err
		}
		took, err := createEntries(ctx, p, s, entries, at)
		p.close()
		s.web.Close()
		if err != nil {
			return err
		}
		b.row(at, took, s.requests.Load())
	}
	return nil
}

func createEntries(ctx context.Context, p *plugin, s *server, n, at int) (time.Duration, error) {
	if err := p.configure(ctx, s.web.URL, apiKey, parallel); err != nil {
		return 0, err
	}
	if err := createClients(ctx, p, "app", 1); err != nil {
		return 0, err
	}
	s.reset()
	began := time.Now()
	slots, errs := make(chan struct{}, at), make([]error, n)
	var all sync.WaitGroup
	for i := range n {
		slots <- struct{}{}
		all.Go(func() {
			errs[i] = create(ctx, p, "FederatedIdentity", fmt.Sprint("ci", i), map[string]any{"clientId": "app-0", "issuer": fmt.Sprintf("https://ci%d.example", i)})
			<-slots
		})
	}
	all.Wait()
	for _, err := range errs {
		if err != nil {
			return 0, err
		}
	}
	return time.Since(began), nil
}
