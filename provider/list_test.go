package provider

import (
	"fmt"
	"testing"
	"time"

	"github.com/pulumi/pulumi/pkg/v3/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	"github.com/pulumi/pulumi/sdk/v3/go/property"
	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

// configuredPlugin starts a plugin with the configuration of the stack, for calls outside of
// engine operations. The plugin stops at the end of the test.
func (s *stack) configuredPlugin() plugin.Provider {
	s.t.Helper()
	p, err := s.plugin()
	require.NoError(s.t, err)
	s.t.Cleanup(s.stopPlugins)
	urn := resource.NewURN("dev", "test", "", "pulumi:providers:pocketid", "default")
	typ, name := urn.Type(), urn.Name()
	_, err = p.Configure(s.t.Context(), plugin.ConfigureRequest{URN: &urn, Type: &typ, Name: &name, Inputs: props{"baseUrl": resource.NewProperty(s.instance.url), "apiKey": resource.NewProperty(s.instance.key)}})
	require.NoError(s.t, err)
	return p
}

// engineList lists resources with the engine's client, as `pulumi do` does.
func engineList(t *testing.T, s *stack, req plugin.ListRequest) ([]plugin.ListResult, error) {
	t.Helper()
	p := s.configuredPlugin()
	stream, err := p.List(t.Context(), req)
	require.NoError(t, err)
	var found []plugin.ListResult
	for item, err := range stream.Items {
		if err != nil {
			return found, err
		}
		found = append(found, item)
	}
	return found, nil
}

// typeToken is the type token of a resource of this provider.
func typeToken(typ string) tokens.Type { return tokens.Type(Name + ":index:" + typ) }

func TestListedIDsCanBeImported(t *testing.T) {
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{}))
	ids := map[string]string{}
	for i := range 3 {
		name := fmt.Sprintf("group-%d", i)
		ids[name] = s.instance.mustRequest("POST", "/api/user-groups", map[string]any{"name": name, "friendlyName": "G" + name})["id"].(string)
	}
	found, err := engineList(t, s, plugin.ListRequest{Token: typeToken("Group")})
	require.NoError(t, err)
	require.Len(t, found, 3)
	for _, item := range found {
		require.Equal(t, ids[item.Name], string(item.ID))
		require.NoError(t, s.importResource("Group", item.Name, string(item.ID)).err)
	}
}

func TestListAcceptsOnlyKnownFilters(t *testing.T) {
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{}))
	for _, id := range []string{"one", "two"} {
		s.instance.mustRequest("POST", "/api/oidc/clients", map[string]any{"id": id, "name": id, "callbackURLs": []string{}, "credentials": map[string]any{
			"federatedIdentities": []any{map[string]any{"issuer": "https://" + id + ".example"}},
		}})
	}
	byClientID := func(v property.Value) plugin.ListRequest {
		return plugin.ListRequest{Token: typeToken("FederatedIdentity"), Query: property.NewMap(map[string]property.Value{"clientId": v})}
	}
	found, err := engineList(t, s, plugin.ListRequest{Token: typeToken("FederatedIdentity")})
	require.NoError(t, err)
	require.Len(t, found, 2)
	found, err = engineList(t, s, byClientID(property.New("two")))
	require.NoError(t, err)
	require.Equal(t, resource.ID("two#https://two.example"), found[0].ID)
	require.Len(t, found, 1)

	_, err = engineList(t, s, byClientID(property.New("")))
	require.ErrorContains(t, err, "the filter clientId must be a non-empty string")
	_, err = engineList(t, s, plugin.ListRequest{Token: typeToken("FederatedIdentity"), Query: property.NewMap(map[string]property.Value{"client": property.New("two")})})
	require.ErrorContains(t, err, "cannot be filtered by client, only by clientId")
	_, err = engineList(t, s, plugin.ListRequest{Token: typeToken("Nothing")})
	require.ErrorContains(t, err, "pocketid:index:Nothing cannot be listed")
}

// The schema has list inputs for exactly the resources that can be listed.
func TestTheSchemaMarksListableResources(t *testing.T) {
	t.Parallel()
	schema := embeddedSchema()
	for _, r := range resources(&Config{}, time.Now) {
		require.Equal(t, r.Lister() != nil, schema.Resources[Name+":index:"+r.Name()].ListInputs != nil, r.Name())
	}
}
