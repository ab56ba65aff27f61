package provider

import (
	"fmt"
	"net/http/httptest"
	"testing"

	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

// benchmarkedClient is a client of an in-memory server and the calls that manage it, without gRPC.
type benchmarkedClient struct {
	b              *testing.B
	server         rpc.ResourceProviderServer
	urn            string
	inputs, states *structpb.Struct
	id             string
}

func newBenchmarkedClient(b *testing.B) *benchmarkedClient {
	b.Helper()
	instance, err := fake.New(fake.Options{APIKey: testKey})
	require.NoError(b, err)
	web := httptest.NewServer(instance)
	b.Cleanup(web.Close)
	server, err := NewServer(nil)
	require.NoError(b, err)
	args, err := structpb.NewStruct(map[string]any{"baseUrl": web.URL, "apiKey": testKey})
	require.NoError(b, err)
	_, err = server.Configure(b.Context(), &rpc.ConfigureRequest{Args: args, AcceptSecrets: true, AcceptResources: true, SendsOldInputs: true})
	require.NoError(b, err)
	c := &benchmarkedClient{b: b, server: server, urn: "urn:pulumi:bench::bench::pocketid:index:Client::app"}
	c.inputs = c.check("App", nil)
	created, err := server.Create(b.Context(), &rpc.CreateRequest{Urn: c.urn, Properties: c.inputs})
	require.NoError(b, err)
	c.id, c.states = created.GetId(), created.GetProperties()
	return c
}

func (c *benchmarkedClient) check(name string, olds *structpb.Struct) *structpb.Struct {
	news, err := structpb.NewStruct(map[string]any{"name": name, "callbackUrls": []any{"https://app.example/callback"}})
	require.NoError(c.b, err)
	checked, err := c.server.Check(c.b.Context(), &rpc.CheckRequest{Urn: c.urn, Olds: olds, News: news})
	require.NoError(c.b, err)
	require.Empty(c.b, checked.GetFailures())
	return checked.GetInputs()
}

func BenchmarkCheck(b *testing.B) {
	c := newBenchmarkedClient(b)
	for b.Loop() {
		c.check("App", c.inputs)
	}
}

func BenchmarkDiff(b *testing.B) {
	c := newBenchmarkedClient(b)
	for b.Loop() {
		_, err := c.server.Diff(b.Context(), &rpc.DiffRequest{Urn: c.urn, Id: c.id, Olds: c.states, News: c.inputs, OldInputs: c.inputs})
		require.NoError(b, err)
	}
}

func BenchmarkRead(b *testing.B) {
	c := newBenchmarkedClient(b)
	for b.Loop() {
		_, err := c.server.Read(b.Context(), &rpc.ReadRequest{Urn: c.urn, Id: c.id, Properties: c.states, Inputs: c.inputs})
		require.NoError(b, err)
	}
}

func BenchmarkUpdate(b *testing.B) {
	c := newBenchmarkedClient(b)
	for n := 0; b.Loop(); n++ {
		_, err := c.server.Update(b.Context(), &rpc.UpdateRequest{Urn: c.urn, Id: c.id, Olds: c.states, News: c.check(fmt.Sprint("App ", n), c.inputs), OldInputs: c.inputs})
		require.NoError(b, err)
	}
}
