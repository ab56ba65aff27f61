package provider

import (
	"fmt"
	"testing"

	"github.com/pulumi/pulumi/pkg/v3/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	"github.com/pulumi/pulumi/sdk/v3/go/property"
	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

// configured is a plugin with the configuration of the stack, for calls that are no
// operations. It ends with the test.
func (s *stack) configured() plugin.Provider {
	s.t.Helper()
	p, err := s.plugin()
	require.NoError(s.t, err)
	s.t.Cleanup(s.stopPlugins)
	urn := resource.NewURN("dev", "test", "", "pulumi:providers:pocketid", "default")
	typ, name := urn.Type(), urn.Name()
	_, err = p.Configure(s.t.Context(), plugin.ConfigureRequest{URN: &urn, Type: &typ, Name: &name, Inputs: props{"baseUrl": resource.NewProperty(s.pocketID.url), "apiKey": resource.NewProperty(s.pocketID.key)}})
	require.NoError(s.t, err)
	return p
}

// enginesList lists by the engine's own client, as `pulumi do` does.
func enginesList(t *testing.T, s *stack, req plugin.ListRequest) ([]plugin.ListResult, error) {
	t.Helper()
	p := s.configured()
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

func token(typ string) tokens.Type { return tokens.Type(Name + ":index:" + typ) }

func TestAListGivesWhatAnImportTakes(t *testing.T) {
	t.Parallel()
	s := newStack(t, onFake(t, fake.Options{}))
	ids := map[string]string{}
	for i := range 3 {
		name := fmt.Sprintf("group-%d", i)
		ids[name] = s.pocketID.ask("POST", "/api/user-groups", map[string]any{"name": name, "friendlyName": "G" + name})["id"].(string)
	}
	found, err := enginesList(t, s, plugin.ListRequest{Token: token("Group")})
	require.NoError(t, err)
	require.Len(t, found, 3)
	for _, item := range found {
		require.Equal(t, ids[item.Name], string(item.ID))
		require.NoError(t, s.importing("Group", item.Name, string(item.ID)).err)
	}
}

func TestAListIsNarrowedOnlyByWhatItKnows(t *testing.T) {
	t.Parallel()
	s := newStack(t, onFake(t, fake.Options{}))
	for _, id := range []string{"one", "two"} {
		s.pocketID.ask("POST", "/api/oidc/clients", map[string]any{"id": id, "name": id, "callbackURLs": []string{}, "credentials": map[string]any{
			"federatedIdentities": []any{map[string]any{"issuer": "https://" + id + ".example"}},
		}})
	}
	of := func(v property.Value) plugin.ListRequest {
		return plugin.ListRequest{Token: token("FederatedIdentity"), Query: property.NewMap(map[string]property.Value{"clientId": v})}
	}
	found, err := enginesList(t, s, plugin.ListRequest{Token: token("FederatedIdentity")})
	require.NoError(t, err)
	require.Len(t, found, 2)
	found, err = enginesList(t, s, of(property.New("two")))
	require.NoError(t, err)
	require.Equal(t, resource.ID("two#https://two.example"), found[0].ID)
	require.Len(t, found, 1)

	// The engine's own client leaves out what is not known; the protocol has it.
	_, known, err := listedBy(&FederatedIdentity{}, wired(t, props{"clientId": resource.MakeComputed(resource.NewProperty(""))}))
	require.NoError(t, err)
	require.False(t, known)

	_, err = enginesList(t, s, of(property.New("")))
	require.ErrorContains(t, err, "clientId must be a string that is not empty")
	_, err = enginesList(t, s, plugin.ListRequest{Token: token("FederatedIdentity"), Query: property.NewMap(map[string]property.Value{"client": property.New("two")})})
	require.ErrorContains(t, err, "cannot be narrowed by client, but by clientId")
	_, err = enginesList(t, s, plugin.ListRequest{Token: token("Nothing")})
	require.ErrorContains(t, err, "pocketid:index:Nothing cannot be listed")
}

// Every resource that can be listed says so in the schema, and no other.
func TestTheSchemaSaysWhatCanBeListed(t *testing.T) {
	t.Parallel()
	w, err := newAt(nil)
	require.NoError(t, err)
	for token, r := range w.raw {
		_, can := r.(listable)
		require.Equal(t, can, w.spec.Resources[token].ListInputs != nil, token)
	}
}

func TestPagesMissNothingThoughTheListChanges(t *testing.T) {
	t.Parallel()
	all := func(ids ...string) (list []listing) {
		for _, id := range ids {
			list = append(list, listing{ID: id})
		}
		return list
	}
	req := &rpc.ListRequest{PageSize: 2, Limit: 5}
	page, next, err := pageOf(all("f", "a", "b", "d", "e", "c"), req)
	require.NoError(t, err)
	require.Equal(t, all("a", "b"), page)

	req.ContinuationToken = next
	page, next, err = pageOf(all("f", "a", "d", "e", "c", "a1"), req) // b is gone, a1 is new
	require.NoError(t, err)
	require.Equal(t, all("c", "d"), page)

	req.ContinuationToken = next
	page, next, err = pageOf(all("f", "a", "d", "e", "c", "a1"), req)
	require.NoError(t, err)
	require.Equal(t, all("e"), page, "five in all is the limit")
	require.Empty(t, next)

	for _, token := range []string{"x", "-1 a", "1"} {
		_, _, err = pageOf(all("a"), &rpc.ListRequest{ContinuationToken: token})
		require.ErrorContains(t, err, "is not a continuation token", token)
	}
}

func TestAPanicInAListIsItsError(t *testing.T) {
	t.Parallel()
	err := (&server{}).List(&rpc.ListRequest{Token: "pocketid:index:Group"}, nil)
	require.ErrorContains(t, err, "a fault in the provider")
	require.ErrorContains(t, err, "at work on pocketid:index:Group")
}

func TestALookupSaysWhatThereIs(t *testing.T) {
	t.Parallel()
	itself := func(s string) string { return s }
	one, err := theOne("client", `the name "a"`, []string{"a"}, nil, itself)
	require.NoError(t, err)
	require.Equal(t, "a", one)
	_, err = theOne("client", `the name "a"`, []string{"a1", "a2"}, nil, itself)
	require.EqualError(t, err, `2 clients have the name "a": a1, a2; ask for one by its id`)
	_, err = theOne("client", `the name "a"`, nil, []string{"b", "c"}, itself)
	require.EqualError(t, err, `no client has the name "a": there are b, c`)
	_, err = theOne("client", `the name "a"`, nil, nil, itself)
	require.EqualError(t, err, `no client has the name "a": there are none`)
	_, err = theOne("client", "x", nil, make([]string, 23), func(string) string { return "c" })
	require.ErrorContains(t, err, "c, c and 3 more")
}
