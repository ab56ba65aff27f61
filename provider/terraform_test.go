package provider

import (
	"encoding/json"
	"strings"
	"testing"

	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"
)

func TestTerraformMappingIsServed(t *testing.T) {
	t.Parallel()
	server, err := NewServer(nil)
	require.NoError(t, err)
	for _, key := range []string{"terraform", "tf"} {
		providers, err := server.GetMappings(t.Context(), &rpc.GetMappingsRequest{Key: key})
		require.NoError(t, err)
		require.Equal(t, []string{"pocketid"}, providers.Providers)
		for _, name := range []string{"", "pocketid"} {
			res, err := server.GetMapping(t.Context(), &rpc.GetMappingRequest{Key: key, Provider: name})
			require.NoError(t, err)
			require.Equal(t, "pocketid", res.Provider)
			require.JSONEq(t, string(terraformMapping), string(res.Data))
		}
	}
	for _, req := range []*rpc.GetMappingRequest{{Key: "terraform", Provider: "aws"}, {Key: "kubernetes"}, {}} {
		res, err := server.GetMapping(t.Context(), req)
		require.NoError(t, err)
		require.Empty(t, res.Provider)
		require.Empty(t, res.Data)
	}
	providers, err := server.GetMappings(t.Context(), &rpc.GetMappingsRequest{Key: "kubernetes"})
	require.NoError(t, err)
	require.Empty(t, providers.Providers)
}

func TestTerraformMappingNamesExistingTokensAndProperties(t *testing.T) {
	t.Parallel()
	spec := embeddedSchema()
	type mapped struct {
		Tok    string
		Fields map[string]struct{ Name string }
	}
	var mapping struct {
		Config                 map[string]struct{ Name string }
		Resources, DataSources map[string]mapped
	}
	require.NoError(t, json.Unmarshal(terraformMapping, &mapping))
	require.Len(t, mapping.Resources, 7)
	require.Len(t, mapping.DataSources, 7)
	for name, m := range mapping.Resources {
		require.Contains(t, spec.Resources, m.Tok, name)
		for field, f := range m.Fields {
			require.Contains(t, spec.Resources[m.Tok].Properties, f.Name, "%s.%s", name, field)
		}
	}
	for name, m := range mapping.DataSources {
		require.Contains(t, spec.Functions, m.Tok, name)
		for field, f := range m.Fields {
			if f.Name != "" && !strings.Contains(field, ".") {
				require.Contains(t, spec.Functions[m.Tok].ReturnType.ObjectTypeSpec.Properties, f.Name, "%s.%s", name, field)
			}
		}
	}
	for name, f := range mapping.Config {
		require.Contains(t, spec.Provider.InputProperties, f.Name, name)
	}
}
