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

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/inventory"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/lifecycle"
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

// pocketid-import lists the same types as the resources do, in the same order.
func TestTheInventoryHasAllListableTypes(t *testing.T) {
	t.Parallel()
	var listable []string
	for _, r := range resources(&Config{}, time.Now) {
		if r.Lister() != nil {
			listable = append(listable, r.Name())
		}
	}
	require.Equal(t, listable, inventory.Types())
}

// The list of each resource is that of its type in the inventory.
func TestResourcesListTheirOwnType(t *testing.T) {
	t.Parallel()
	instance := newFake(t, fake.Options{})
	send := func(method, path string, in any) string {
		id, _ := instance.mustRequest(method, path, in)["id"].(string)
		return id
	}
	group := send("POST", "/api/user-groups", map[string]any{"name": "devs", "friendlyName": "Devs"})
	user := send("POST", "/api/users", map[string]any{"username": "ada", "email": "ada@example.com", "firstName": "Ada", "displayName": "Ada"})
	send("PUT", "/api/user-groups/"+group+"/users", map[string]any{"userIds": []any{user}})
	send("PUT", "/api/custom-claims/user/"+user, []any{map[string]any{"key": "team", "value": "a"}})
	send("PUT", "/api/custom-claims/user-group/"+group, []any{map[string]any{"key": "team", "value": "a"}})
	send("POST", "/api/signup-tokens", map[string]any{"ttl": "24h", "usageLimit": 1, "userGroupIds": []any{}})
	send("POST", "/api/oidc/clients", map[string]any{"id": "app", "name": "App", "callbackURLs": []any{}, "isGroupRestricted": true, "credentials": map[string]any{
		"federatedIdentities": []any{map[string]any{"issuer": "https://ci.example"}},
	}})
	send("POST", "/api/oidc/clients/app/secrets", map[string]any{})
	send("PUT", "/api/oidc/clients/app/allowed-user-groups", map[string]any{"userGroupIds": []any{group}})
	send("POST", "/api/scim/service-provider", map[string]any{"oidcClientId": "app", "endpoint": "https://app.example/scim", "token": "t"})
	apiID := send("POST", "/api/apis", map[string]any{"name": "Billing", "resource": "https://billing.example"})
	send("PUT", "/api/apis/"+apiID+"/clients/app", map[string]any{"clientAccess": true})

	conn, err := api.New(api.Options{BaseURL: instance.url, APIKey: instance.key})
	require.NoError(t, err)
	for _, r := range resources(&Config{session: &session{client: conn}}, time.Now) {
		if r.Lister() == nil {
			continue
		}
		listed, err := r.Lister().List(t.Context(), nil)
		require.NoError(t, err, r.Name())
		require.NotEmpty(t, listed, r.Name())
		objects, err := inventory.Of(t.Context(), conn, r.Name())
		require.NoError(t, err)
		var want []lifecycle.Listed
		for _, o := range objects {
			want = append(want, lifecycle.Listed{ID: o.ID, Name: o.Name, External: o.LDAP})
		}
		require.ElementsMatch(t, want, listed, r.Name())
	}
}
