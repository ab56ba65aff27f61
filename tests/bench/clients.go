package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/pulumi-pocketid/pulumi-pocketid/tests/bench/loop"
)

const parallel = 16

var verbs = []string{"create", "read", "update", "delete"}

// each calls do for 0 to n-1, sixteen at a time, and returns how long that took.
func each(n int, do func(i int) error) (time.Duration, error) {
	next, errs := make(chan int), make(chan error, parallel)
	began := time.Now()
	var workers sync.WaitGroup
	for range parallel {
		workers.Go(func() {
			for i := range next {
				if err := do(i); err != nil {
					select {
					case errs <- err:
					default:
					}
				}
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	workers.Wait()
	took := time.Since(began)
	select {
	case err := <-errs:
		return took, err
	default:
		return took, nil
	}
}

// clientsOverGRPC creates, reads, updates and deletes n clients through the provider.
func clientsOverGRPC(ctx context.Context, p *plugin, prefix string, n int) (map[string]time.Duration, error) {
	const urnPrefix = "urn:pulumi:bench::bench::pocketid:index:Client::"
	inputs, states, ids := make([]*structpb.Struct, n), make([]*structpb.Struct, n), make([]string, n)
	for i := range n {
		news, err := structpb.NewStruct(map[string]any{"name": fmt.Sprint("App ", i), "callbackUrls": []any{"https://app.example/callback"}, "clientId": fmt.Sprint(prefix, "-", i)})
		if err != nil {
			return nil, err
		}
		checked, err := p.Check(ctx, &rpc.CheckRequest{Urn: fmt.Sprint(urnPrefix, i), News: news})
		if err != nil {
			return nil, err
		}
		if len(checked.GetFailures()) > 0 {
			return nil, fmt.Errorf("check failed: %v", checked.GetFailures())
		}
		inputs[i] = checked.GetInputs()
	}
	do := map[string]func(i int) error{
		"create": func(i int) error {
			res, err := p.Create(ctx, &rpc.CreateRequest{Urn: fmt.Sprint(urnPrefix, i), Properties: inputs[i]})
			ids[i], states[i] = res.GetId(), res.GetProperties()
			return err
		},
		"read": func(i int) error {
			_, err := p.Read(ctx, &rpc.ReadRequest{Urn: fmt.Sprint(urnPrefix, i), Id: ids[i], Properties: states[i], Inputs: inputs[i]})
			return err
		},
		"update": func(i int) error {
			news, err := structpb.NewStruct(inputs[i].AsMap())
			if err != nil {
				return err
			}
			news.Fields["name"] = structpb.NewStringValue("Renamed")
			_, err = p.Update(ctx, &rpc.UpdateRequest{Urn: fmt.Sprint(urnPrefix, i), Id: ids[i], Olds: states[i], News: news, OldInputs: inputs[i]})
			return err
		},
		"delete": func(i int) error {
			_, err := p.Delete(ctx, &rpc.DeleteRequest{Urn: fmt.Sprint(urnPrefix, i), Id: ids[i], Properties: states[i], OldInputs: inputs[i]})
			return err
		},
	}
	return eachVerb(n, do)
}

func eachVerb(n int, do map[string]func(i int) error) (map[string]time.Duration, error) {
	took := map[string]time.Duration{}
	for _, verb := range verbs {
		var err error
		if took[verb], err = each(n, do[verb]); err != nil {
			return nil, fmt.Errorf("%s: %w", verb, err)
		}
	}
	return took, nil
}

// clientsDirectly sends the same requests in a loop, as a small Go program would.
func clientsDirectly(ctx context.Context, baseURL, key, prefix string, n int) (map[string]time.Duration, error) {
	clients := loop.New(baseURL, key, parallel)
	defer clients.Close()
	id := func(i int) string { return fmt.Sprint(prefix, "-", i) }
	return eachVerb(n, map[string]func(i int) error{
		"create": func(i int) error {
			_, err := clients.Create(ctx, id(i), fmt.Sprint("App ", i))
			return err
		},
		"read": func(i int) error {
			_, err := clients.Read(ctx, id(i))
			return err
		},
		"update": func(i int) error {
			_, err := clients.Update(ctx, id(i), "Renamed")
			return err
		},
		"delete": func(i int) error { return clients.Delete(ctx, id(i)) },
	})
}
