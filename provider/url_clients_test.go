package provider

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

// addListedClients makes the server list clients with these IDs, too. The fake has no
// clients with a client ID metadata document.
func (i *testInstance) addListedClients(ids ...string) {
	i.intercept(func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != http.MethodGet || r.URL.Path != "/api/oidc/clients" {
			return false
		}
		rec := httptest.NewRecorder()
		i.server.ServeHTTP(rec, r)
		var page map[string]any
		if json.Unmarshal(rec.Body.Bytes(), &page) != nil {
			return false
		}
		all := page["data"].([]any)
		for _, id := range ids {
			all = append(all, map[string]any{"id": id, "name": "Z", "isGroupRestricted": true, "allowedUserGroupsCount": 1, "credentials": map[string]any{
				"secrets": []any{}, "federatedIdentities": []any{},
			}})
		}
		page["data"] = all
		body, err := json.Marshal(page)
		if err != nil {
			return false
		}
		reply(w, http.StatusOK, "application/json", string(body))
		return true
	})
}

// An instance may have clients whose ID cannot be part of a path. They stop no list.
func TestClientsWithAURLAsIDStopNoList(t *testing.T) {
	t.Parallel()
	instance := newFake(t, fake.Options{})
	instance.mustRequest("POST", "/api/oidc/clients", map[string]any{"id": "app", "name": "App", "callbackURLs": []any{}})
	instance.addListedClients("https://app.example/metadata.json", "..", `a\b`, "~raw")
	inventory, err := NewInventory(t.Context(), Config{BaseURL: instance.url, APIKey: instance.key})
	require.NoError(t, err)
	for _, kind := range inventory.Types() {
		_, err := inventory.Of(t.Context(), kind)
		require.NoError(t, err, kind)
	}
	clients, err := inventory.Of(t.Context(), "Client")
	require.NoError(t, err)
	require.Equal(t, []Object{{Type: "Client", ID: "app", Name: "App"}}, clients)
}
