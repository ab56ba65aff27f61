package examples

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

// Names that contain markup of Markdown, Mermaid and HTML, and how a reader sees them.
const (
	oddClient      = "- <img src=x>|\"q\"] `c` *b*\n\\1. caf\u00e9 \u202e#35;%%"
	oddClientShown = "- <img src=x>|\"q\"] `c` *b* \\1. caf\u00e9 #35;%%"
	oddGroup       = "1. <script>x</script> | \"ops\"}} ${x} _y_\r\n&amp; [a](b:c) fa:fa-car end"
	oddGroupShown  = "1. <script>x</script> | \"ops\"}} ${x} _y_ &amp; [a](b:c) fa:fa-car end"
)

// inventoryServer is a fake whose clock can be set, and whose user has API keys.
type inventoryServer struct {
	*server
	now *atomic.Pointer[time.Time] // the real time if nil
}

func startInventoryServer(t *testing.T, version string) inventoryServer {
	const key = "key-of-the-tests-which-must-stay-secret"
	now := &atomic.Pointer[time.Time]{}
	pocketID, err := fake.New(fake.Options{APIKey: key, Version: version, Now: func() time.Time {
		if set := now.Load(); set != nil {
			return *set
		}
		return time.Now()
	}})
	require.NoError(t, err)
	routes := http.NewServeMux()
	routes.Handle("/", pocketID)
	routes.HandleFunc("GET /api/api-keys", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"data":[`, apiKey("k1", `ci | <b>`, 10), ",", apiKey("k2", "old", -10), ",", apiKey("k3", "yearly", 300),
			`],"pagination":{"totalPages":1,"totalItems":3,"currentPage":1,"itemsPerPage":20}}`)
	})
	started := httptest.NewServer(routes)
	t.Cleanup(started.Close)
	return inventoryServer{&server{T: t, baseURL: started.URL, apiKey: key}, now}
}

// apiKey returns an API key in the form of the REST API.
func apiKey(id, name string, expiresInDays int) string {
	return fmt.Sprintf(`{"id":%q,"name":%q,"description":null,"expiresAt":%q,"lastUsedAt":null,"createdAt":"2026-01-01T00:00:00Z","expirationEmailSent":false}`,
		id, name, inDays(expiresInDays).Format(time.RFC3339))
}

// createAccess creates clients, groups and users, and returns their IDs and some secrets.
func (s inventoryServer) createAccess() map[string]string {
	s.Helper()
	users := map[string]string{}
	for _, name := range []string{"alice", "bob.o-neil@example.com", "carol"} {
		users[name] = s.createUser(name, name == "carol")
	}
	var staff []string
	for i := range 10 {
		staff = append(staff, s.createUser(fmt.Sprintf("staff%d", i), i == 9))
	}
	developers := s.createGroup("developers", users["alice"], users["bob.o-neil@example.com"], users["carol"])
	odd := s.createGroup(oddGroup, users["bob.o-neil@example.com"])
	ids := map[string]string{
		"empty":     s.createGroup("empty"),
		"wiki":      s.createClient("Wiki", false, developers, odd),
		"odd":       s.createClient(oddClient, false, s.createGroup("staff", staff...)),
		"closed":    s.createClient("Closed", false),
		"deploy":    s.createClient("Deployment", false),
		"dashboard": s.createClient("Dashboard", true),
		"abandoned": s.createClient("Abandoned", true),
	}
	s.createGroup("unused", users["alice"])
	for _, name := range []string{"deploy", "dashboard"} {
		client := s.client(ids[name])
		client["credentials"] = object{"federatedIdentities": []object{deployFromMain}}
		s.mustRequest("PUT", "/api/oidc/clients/"+ids[name], client)
	}
	s.createSecret(ids["wiki"])
	s.createSecret(ids["closed"])
	past := time.Now().AddDate(0, 0, -40)
	s.now.Store(&past) // a secret that has expired already cannot be created
	ids["expired secret"] = s.createExpiringSecret(ids["odd"], -10)
	ids["abandoned secret"] = s.createExpiringSecret(ids["abandoned"], -10)
	s.now.Store(nil)
	ids["soon secret"] = s.createExpiringSecret(ids["odd"], 10)
	s.createExpiringSecret(ids["odd"], 100)
	return ids
}

func (s inventoryServer) createUser(name string, disabled bool) string {
	s.Helper()
	return text(s.mustRequest("POST", "/api/users", object{"username": name, "email": fmt.Sprintf("%x@example.com", name), "firstName": name, "lastName": "", "displayName": name, "disabled": disabled}), "id")
}

func (s inventoryServer) createGroup(name string, members ...string) string {
	s.Helper()
	id := text(s.mustRequest("POST", "/api/user-groups", object{"name": name, "friendlyName": "Group"}), "id")
	s.mustRequest("PUT", "/api/user-groups/"+id+"/users", object{"userIds": append([]string{}, members...)})
	return id
}

func (s inventoryServer) createClient(name string, open bool, groups ...string) string {
	s.Helper()
	id := text(s.mustRequest("POST", "/api/oidc/clients", object{"name": name, "callbackURLs": []any{}, "isGroupRestricted": !open}), "id")
	s.mustRequest("PUT", "/api/oidc/clients/"+id+"/allowed-user-groups", object{"userGroupIds": append([]string{}, groups...)})
	return id
}

func (s inventoryServer) createExpiringSecret(clientID string, days int) string {
	s.Helper()
	return text(s.mustRequest("POST", "/api/oidc/clients/"+clientID+"/secrets", object{"expiresAt": inDays(days).Format(time.RFC3339)}), "secret")
}
