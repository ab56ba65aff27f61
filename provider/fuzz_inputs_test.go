package provider

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/inputs"
)

const (
	unknownMark = plugin.UnknownStringValue
	secretMark  = `{"4dabf18193072939515e22adb298388d":"1b47061264138c4ac30d75fd1eb44270","value":"` + secretInput + `"}`
)

// inputSeeds returns property maps as JSON, valid and invalid ones.
func inputSeeds(f *testing.F) (seeds []string) {
	schema, all := providerSchema(f), map[string]bool{}
	for _, r := range schema.Resources {
		for name := range r.InputProperties {
			all[name] = true
		}
	}
	for name := range schema.Provider.InputProperties {
		all[name] = true
	}
	for _, value := range []string{`null`, `""`, `"x"`, `true`, `0`, `-1.5`, `1e300`, `[]`, `[null]`, `["x","x"]`, `[{}]`, `[[[]]]`, `{}`, `{"":null}`, `{"x":{"y":[1]}}`, `"` + unknownMark + `"`, secretMark, `[` + secretMark + `]`, `{"x":"` + unknownMark + `"}`,
		`"\u0000"`, `"\ud800"`, `"e\u0301"`, `"https://one.example"`, `"../.."`, `"` + strings.Repeat("é", 300) + `"`} {
		fields := []string{}
		for _, name := range inputs.SortedKeys(all) {
			fields = append(fields, fmt.Sprintf("%q:%s", name, value))
		}
		seeds = append(seeds, "{"+strings.Join(fields, ",")+"}")
	}
	for _, typ := range resourceTypes() {
		raw, err := marshalProps(f, toProps(fuzzExamples[typ].inputs)).MarshalJSON()
		require.NoError(f, err)
		seeds = append(seeds, string(raw))
	}
	return append(seeds, `{}`, `{"__defaults":[],"version":"0.1.0"}`, `{"name":{"4dabf18193072939515e22adb298388d":"1b47061264138c4ac30d75fd1eb44270"}}`, `{"github":{"owner":"acme","repository":"app"}}`)
}

// FuzzInputs passes arbitrary property maps as inputs and state of every resource.
func FuzzInputs(f *testing.F) {
	seeds := inputSeeds(f)
	for i, seed := range seeds {
		f.Add([]byte(seed), []byte(seeds[(i+7)%len(seeds)]))
	}
	h := newFuzzTarget(f)
	pocketID, err := fake.New(fake.Options{APIKey: testKey, Issuer: "https://id.example.com"})
	require.NoError(f, err)
	h.respondWith(pocketID.ServeHTTP)
	f.Fuzz(func(t *testing.T, news, olds []byte) {
		inputs, state := &structpb.Struct{}, &structpb.Struct{}
		if inputs.UnmarshalJSON(news) != nil || state.UnmarshalJSON(olds) != nil || !isWireValid(inputs) || !isWireValid(state) {
			return // the engine never sends these
		}
		both := append(append([]byte{}, news...), olds...)
		same := &structpb.Struct{Fields: maps.Clone(inputs.Fields)} // the inputs, used as state
		for _, s := range []*structpb.Struct{same, state} {
			for _, home := range []string{"issuer", "instanceIssuer"} { // the server returns them, they are never secret
				if _, plain := s.Fields[home].GetKind().(*structpb.Value_StringValue); !plain {
					delete(s.Fields, home)
				}
			}
		}
		for _, typ := range resourceTypes() {
			urn := urnOf(typ)
			checked, err := h.server.Check(t.Context(), &rpc.CheckRequest{Urn: urn, Olds: state, News: inputs, RandomSeed: make([]byte, 32)})
			requireSaneOf(t, both, err, failureTexts(checked)...)
			require.NoError(t, err, "invalid inputs must be check failures, not errors")
			for _, old := range []*structpb.Struct{state, same} {
				diff, err := h.server.Diff(t.Context(), &rpc.DiffRequest{Id: "my-app", Urn: urn, Olds: old, OldInputs: state, News: inputs})
				requireSaneOf(t, both, err)
				if err == nil && old == same {
					require.NotEqual(t, rpc.DiffResponse_DIFF_UNKNOWN, diff.GetChanges())
				}
				_, err = h.server.Update(t.Context(), &rpc.UpdateRequest{Id: "my-app", Urn: urn, Olds: old, OldInputs: state, News: inputs, Preview: true})
				requireSaneOf(t, both, err)
			}
			_, err = h.server.Create(t.Context(), &rpc.CreateRequest{Urn: urn, Properties: inputs, Preview: true})
			requireSaneOf(t, both, err)
			if again := checked.GetInputs(); len(checked.GetFailures()) == 0 && again != nil {
				twice, err := h.server.Check(t.Context(), &rpc.CheckRequest{Urn: urn, Olds: again, News: again})
				require.NoError(t, err)
				require.Empty(t, twice.GetFailures(), "%s: checked inputs fail a second check", typ)
				require.Equal(t, again.AsMap(), twice.GetInputs().AsMap(), "%s: a second check changes checked inputs", typ)
			}
		}
	})
}

// isWireValid reports whether the engine's wire format can be unmarshaled.
func isWireValid(s *structpb.Struct) bool {
	_, err := plugin.UnmarshalProperties(s, plugin.MarshalOptions{KeepUnknowns: true, KeepSecrets: true, KeepResources: true, KeepOutputValues: true})
	return err == nil
}

// FuzzConfiguration passes arbitrary property maps as the provider's configuration.
func FuzzConfiguration(f *testing.F) {
	for _, seed := range inputSeeds(f) {
		f.Add([]byte(seed), []byte(`{}`))
	}
	f.Add([]byte(`{"baseUrl":"https://id.example.com","apiKey":`+secretMark+`,"headers":"{\"X-Extra\":\"`+secretInput+`\"}","maxRetries":"3"}`), []byte(`{"headers":{"X":"y"},"requestTimeout":30}`))
	f.Add([]byte(`{"baseUrl":"https://u:`+secretInput+`@id.example.com"}`), []byte(`{"proxyUrl":`+secretMark+`}`))
	f.Add([]byte(`{"headers":{"a b":`+secretMark+`},"clientKey":`+secretMark+`,"clientCertificate":"x"}`), []byte(`{"headers":`+secretMark+`}`))
	f.Add([]byte(`{"requestTimeout":"{","insecureSkipVerify":"yes","headers":"[1]","maxRetries":"1e99"}`), []byte(`{}`))
	urn := string(resource.NewURN("dev", "test", "", "pulumi:providers:pocketid", "default"))
	empty := f.TempDir()
	f.Fuzz(func(t *testing.T, news, olds []byte) {
		inputs, state := &structpb.Struct{}, &structpb.Struct{}
		if bytes.Contains(news, []byte("dev")) || inputs.UnmarshalJSON(news) != nil || state.UnmarshalJSON(olds) != nil || !isWireValid(inputs) || !isWireValid(state) {
			return
		}
		both := append(append([]byte{}, news...), olds...)
		t.Chdir(empty) // values may be read as file paths
		server, err := NewServer(nil)
		require.NoError(t, err)
		checked, err := server.CheckConfig(t.Context(), &rpc.CheckRequest{Urn: urn, Olds: state, News: inputs})
		requireSaneOf(t, both, err, failureTexts(checked)...)
		_, err = server.DiffConfig(t.Context(), &rpc.DiffRequest{Urn: urn, Olds: state, OldInputs: state, News: inputs})
		requireSaneOf(t, both, err)
		_, err = server.Configure(t.Context(), &rpc.ConfigureRequest{Args: inputs, AcceptSecrets: true})
		requireSaneOf(t, both, err)
		ctx, cancel := context.WithCancel(t.Context())
		cancel() // never connect to an arbitrary address
		_, err = server.Read(ctx, &rpc.ReadRequest{Id: "my-app", Urn: urnOf("Client")})
		require.Error(t, err)
		requireSaneOf(t, both, err)
	})
}
