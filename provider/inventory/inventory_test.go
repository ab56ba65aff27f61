package inventory_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/inventory"
)

const apiKey = "not-a-secret-key"

// instance is an in-memory Pocket ID that also lists clients which it cannot create.
type instance struct {
	t           *testing.T
	server      http.Handler
	listed      []string // IDs of further clients
	conn        *api.Conn
	user, group string
}

func newInstance(t *testing.T, version string) *instance {
	t.Helper()
	server, err := fake.New(fake.Options{APIKey: apiKey, Version: version})
	require.NoError(t, err)
	i := &instance{t: t, server: server}
	web := httptest.NewServer(http.HandlerFunc(i.serve))
	t.Cleanup(web.Close)
	i.conn, err = api.New(api.Options{BaseURL: web.URL, APIKey: apiKey})
	require.NoError(t, err)
	return i
}

func (i *instance) serve(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet || r.URL.Path != "/api/oidc/clients" || len(i.listed) == 0 {
		i.server.ServeHTTP(w, r)
		return
	}
	rec := httptest.NewRecorder()
	i.server.ServeHTTP(rec, r)
	var page map[string]any
	if err := json.Unmarshal(rec.Body.Bytes(), &page); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	all := page["data"].([]any)
	for _, id := range i.listed {
		all = append(all, map[string]any{"id": id, "name": "Z", "isGroupRestricted": true, "allowedUserGroupsCount": 1, "credentials": map[string]any{
			"secrets": []any{}, "federatedIdentities": []any{},
		}})
	}
	page["data"] = all
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(page)
}

// send sends a request to the server, which must succeed.
func (i *instance) send(method, path string, in any) (out map[string]any) {
	i.t.Helper()
	body, err := json.Marshal(in)
	require.NoError(i.t, err)
	req := httptest.NewRequest(method, path, strings.NewReader(string(body)))
	req.Header.Set("X-API-Key", apiKey)
	req.Header.Set("Content-Type", "application/json")
	rec := httptest.NewRecorder()
	i.server.ServeHTTP(rec, req)
	require.Equal(i.t, 2, rec.Code/100, "%s %s: %s", method, path, rec.Body)
	_ = json.Unmarshal(rec.Body.Bytes(), &out) // some responses have no body
	return out
}

// createClient creates a client that has one of everything that belongs to a client.
func (i *instance) createClient(id, apiID string) {
	i.t.Helper()
	i.send("POST", "/api/oidc/clients", map[string]any{"id": id, "name": strings.ToUpper(id), "callbackURLs": []any{}, "isGroupRestricted": true, "credentials": map[string]any{
		"federatedIdentities": []any{map[string]any{"issuer": "https://ci.example"}},
	}})
	i.send("POST", "/api/oidc/clients/"+id+"/secrets", map[string]any{})
	i.send("PUT", "/api/oidc/clients/"+id+"/allowed-user-groups", map[string]any{"userGroupIds": []any{i.group}})
	i.send("POST", "/api/scim/service-provider", map[string]any{"oidcClientId": id, "endpoint": "https://" + id + ".example/scim", "token": "t"})
	if apiID != "" {
		i.send("PUT", "/api/apis/"+apiID+"/clients/"+id, map[string]any{"clientAccess": true})
	}
}

// fill creates two clients, two users and two groups, of which one has a member and claims.
func (i *instance) fill() (apiID string) {
	i.t.Helper()
	i.group = i.send("POST", "/api/user-groups", map[string]any{"name": "devs", "friendlyName": "Devs"})["id"].(string)
	i.send("POST", "/api/user-groups", map[string]any{"name": "ops", "friendlyName": "Ops"})
	i.user = i.send("POST", "/api/users", map[string]any{"username": "ada", "email": "ada@example.com", "firstName": "Ada", "displayName": "Ada"})["id"].(string)
	i.send("POST", "/api/users", map[string]any{"username": "bob", "email": "bob@example.com", "firstName": "Bob", "displayName": "Bob"})
	i.send("PUT", "/api/user-groups/"+i.group+"/users", map[string]any{"userIds": []any{i.user}})
	claims := []any{map[string]any{"key": "team", "value": "a"}}
	i.send("PUT", "/api/custom-claims/user/"+i.user, claims)
	i.send("PUT", "/api/custom-claims/user-group/"+i.group, claims)
	i.send("POST", "/api/signup-tokens", map[string]any{"ttl": "24h", "usageLimit": 1, "userGroupIds": []any{}})
	apiID = i.send("POST", "/api/apis", map[string]any{"name": "Billing", "resource": "https://billing.example"})["id"].(string)
	i.createClient("app", apiID)
	i.createClient("web", apiID)
	return apiID
}

func (i *instance) ids(list inventory.List, filter inventory.Filter) (ids []string) {
	i.t.Helper()
	found, err := list(i.t.Context(), i.conn, filter)
	require.NoError(i.t, err)
	for _, o := range found {
		ids = append(ids, o.ID)
	}
	slices.Sort(ids)
	return ids
}

func TestEveryTypeIsListed(t *testing.T) {
	t.Parallel()
	i := newInstance(t, "")
	apiID := i.fill()
	want := map[string][]inventory.Object{
		"Api":                      {{ID: apiID, Name: "Billing"}},
		"ApiGrant":                 {{ID: apiID + "/app", Name: "APP Billing"}, {ID: apiID + "/web", Name: "WEB Billing"}},
		"ApplicationConfiguration": {{ID: "application-configuration", Name: "application-configuration"}},
		"ApplicationImage":         {{ID: "background", Name: "background"}, {ID: "email", Name: "email"}, {ID: "favicon", Name: "favicon"}},
		"Client":                   {{ID: "app", Name: "APP"}, {ID: "web", Name: "WEB"}},
		"ClientGroupAccess":        {{ID: "app/" + i.group, Name: "APP devs"}, {ID: "web/" + i.group, Name: "WEB devs"}},
		"FederatedIdentity":        {{ID: "app#https://ci.example", Name: "APP https://ci.example"}, {ID: "web#https://ci.example", Name: "WEB https://ci.example"}},
		"GroupCustomClaims":        {{ID: i.group + "/custom-claims", Name: "devs"}},
		"GroupMember":              {{ID: i.group + "/" + i.user, Name: "devs ada"}},
		"GroupMembers":             {{ID: i.group + "/members", Name: "devs"}},
		"ScimServiceProvider":      {{ID: "app/scim-service-provider", Name: "APP"}, {ID: "web/scim-service-provider", Name: "WEB"}},
		"UserCustomClaims":         {{ID: i.user + "/custom-claims", Name: "ada"}},
	}
	generated := map[string]int{"ClientSecret": 2, "Group": 2, "User": 2, "SignupToken": 1} // IDs that the server chooses
	require.ElementsMatch(t, slices.Concat(slices.Collect(maps.Keys(want)), slices.Collect(maps.Keys(generated))), inventory.Types())
	for _, typ := range inventory.Types() {
		found, err := inventory.Of(t.Context(), i.conn, typ)
		require.NoError(t, err, typ)
		require.True(t, slices.IsSortedFunc(found, func(a, b inventory.Object) int { return strings.Compare(a.ID, b.ID) }), typ)
		for j := range found {
			require.Equal(t, typ, found[j].Type)
			found[j].Type = ""
		}
		if n, ok := generated[typ]; ok {
			require.Len(t, found, n, typ)
			continue
		}
		require.Equal(t, want[typ], found, typ)
	}
	_, err := inventory.Of(t.Context(), i.conn, "Nothing")
	require.ErrorContains(t, err, "Nothing cannot be listed")
}

func TestListsCanBeFiltered(t *testing.T) {
	t.Parallel()
	i := newInstance(t, "")
	apiID := i.fill()
	for _, list := range []inventory.List{inventory.ClientSecrets, inventory.FederatedIdentities, inventory.ClientGroupAccess, inventory.APIGrants} {
		require.Len(t, i.ids(list, inventory.Filter{}), 2)
		require.Len(t, i.ids(list, inventory.Filter{ClientID: "app"}), 1)
	}
	require.Len(t, i.ids(inventory.APIGrants, inventory.Filter{APIID: apiID}), 2)
	require.Empty(t, i.ids(inventory.APIGrants, inventory.Filter{APIID: "another"}))
	require.Equal(t, []string{i.user}, i.ids(inventory.Users, inventory.Filter{GroupID: i.group}))
	require.Len(t, i.ids(inventory.GroupMemberships, inventory.Filter{GroupID: i.group}), 1)
	require.Empty(t, i.ids(inventory.GroupMemberships, inventory.Filter{GroupID: "another"}))
}

func TestAnOlderServerHasNoObjectsOfSomeTypes(t *testing.T) {
	t.Parallel()
	i := newInstance(t, "2.9.0")
	for _, typ := range []string{"Api", "ApiGrant", "ClientSecret"} {
		_, err := inventory.Of(t.Context(), i.conn, typ)
		require.ErrorIs(t, err, api.ErrUnsupported, typ)
	}
}

// An instance may have clients whose ID cannot be part of a path, such as those with a client
// ID metadata document. They stop no list.
func TestClientsWithAURLAsIDStopNoList(t *testing.T) {
	t.Parallel()
	i := newInstance(t, "")
	i.fill()
	i.listed = []string{"https://app.example/metadata.json", "..", `a\b`, "~raw"}
	for _, typ := range inventory.Types() {
		_, err := inventory.Of(t.Context(), i.conn, typ)
		require.NoError(t, err, typ)
	}
	require.Equal(t, []string{"app", "web"}, i.ids(inventory.Clients, inventory.Filter{}))
}
