package provider

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

func TestLostResponseToApiCreateIsResolved(t *testing.T) {
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{}))
	s.instance.intercept(loseResponseOnce("POST", "/api/apis", s.instance))
	s.declare("Api", "backend", map[string]any{"name": "Backend", "resource": "https://api.example.com/"})
	s.mustUp()
	require.Len(t, s.instance.listAll("/api/apis"), 1)
	s.requireNoChanges()
}

func TestUnresolvedCreateOfApiOrGrantNamesTheImportCommand(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"2.13.0", "2.14.0"} {
		instance := newFake(t, fake.Options{Version: version})
		instance.mustRequest("POST", "/api/oidc/clients", map[string]any{"id": "app", "name": "App"})
		id := instance.createAPI("https://by-hand.example.com", permission("read", "Read"))
		for typ, row := range map[string]struct {
			inputs map[string]any
			want   string
		}{
			"Api":      {map[string]any{"name": "Backend", "resource": "https://api.example.com"}, "pulumi import pocketid:index:Api it '<id>'"},
			"ApiGrant": {map[string]any{"apiId": id, "clientId": "app", "userDelegatedPermissions": []any{"read"}}, "pulumi import pocketid:index:ApiGrant it '" + id + "/app'"},
		} {
			s := newStack(t, instance)
			s.config["maxRetries"], s.config["startupTimeout"] = "0", "0"
			instance.goDownAfter(func(r *http.Request) bool { return r.Method == "POST" || r.Method == "PUT" })
			s.declare(typ, "it", row.inputs)
			o := s.up()
			require.Error(t, o.err)
			require.Contains(t, o.messages, "it is unknown whether", typ)
			require.Contains(t, o.messages, row.want, typ)
			instance.intercept(nil)
		}
	}
}

func TestLostResponsesToApiAndGrantUpdatesAreResolved(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"2.13.0", "2.14.0"} {
		instance := newFake(t, fake.Options{Version: version})
		s := newStack(t, instance)
		declare := func(name, key string) {
			inputs := map[string]any{"name": name, "resource": "https://api.example.com", "permissions": map[string]any{key: map[string]any{"name": name}}}
			if version == "2.14.0" {
				inputs["cimdAccess"] = map[string]any{"enabled": true, "permissions": []any{key}}
			}
			s.declare("Api", "backend", inputs)
			s.declare("ApiGrant", "grant", map[string]any{"clientPermissions": []any{key}}).from = map[string]string{"apiId": "backend.id", "clientId": "app.clientId"}
		}
		s.declare("Client", "app", confidentialClient("app"))
		declare("Backend", "read")
		s.mustUp()
		id := string(s.state("backend").ID)
		for n, lost := range []string{"PUT /api/apis/" + id, "PUT /permissions", "PUT /cimd-access", "PUT /app"} {
			method, address, _ := strings.Cut(lost, " ")
			instance.intercept(loseResponseOnce(method, address, instance))
			declare(fmt.Sprint("Backend ", n), fmt.Sprint("read", n))
			s.mustUp()
			instance.intercept(nil)
			require.Equal(t, map[string]string{fmt.Sprint("read", n): fmt.Sprint("Backend ", n)}, instance.permissions(id))
			require.Contains(t, instance.grants("app")["https://api.example.com"], fmt.Sprint("client: read", n))
			s.requireNoChanges()
		}
		s.drop("grant")
		removal := map[string]string{"2.13.0": "PUT", "2.14.0": "DELETE"}[version]
		instance.intercept(loseResponseOnce(removal, "/app", instance))
		s.mustUp()
		require.Empty(t, instance.grants("app"))
		instance.intercept(loseResponseOnce("DELETE", "/api/apis/"+id, instance))
		require.NoError(t, s.destroy().err)
		require.Empty(t, instance.listAll("/api/apis"))
	}
}

// TestApiUpdateReportsWhatTheServerDropped answers writes with 200 without
// performing them: the provider must verify what it wrote.
func TestApiUpdateReportsWhatTheServerDropped(t *testing.T) {
	t.Parallel()
	for _, part := range []string{"", "/permissions", "/cimd-access"} {
		s := newStack(t, newFake(t, fake.Options{}))
		s.declare("Api", "backend", map[string]any{"name": "Backend", "resource": "https://api.example.com"})
		s.mustUp()
		id := string(s.state("backend").ID)
		s.instance.intercept(func(w http.ResponseWriter, r *http.Request) bool {
			if r.Method == "PUT" && r.URL.Path == "/api/apis/"+id+part {
				reply(w, 200, "application/json", `{}`)
				return true
			}
			return false
		})
		s.declare("Api", "backend", map[string]any{"name": "Renamed", "resource": "https://api.example.com",
			"permissions": map[string]any{"read": map[string]any{"name": "Read"}}, "cimdAccess": map[string]any{"enabled": true}})
		o := s.up()
		require.Error(t, o.err)
		require.Contains(t, o.messages, "another writer made changes at the same time", part)
		s.instance.intercept(nil)
		s.mustUp()
		require.Equal(t, "Renamed", s.instance.api(id)["name"])
		require.Equal(t, true, s.instance.api(id)["allowCimdClients"])
		s.requireNoChanges()
	}
}

func TestRefusedApiPermissionsAreSetAfterARefresh(t *testing.T) {
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{}))
	s.config["maxRetries"] = "0"
	s.declare("Api", "backend", map[string]any{"name": "Backend", "resource": "https://api.example.com",
		"permissions": map[string]any{"read": map[string]any{"name": "Read"}}, "cimdAccess": map[string]any{"enabled": true, "permissions": []any{"read"}}})
	s.instance.forbidRequests("PUT", "/permissions")
	o := s.up()
	require.Error(t, o.err)
	require.Contains(t, o.messages, "Not today")
	id := string(s.state("backend").ID)
	s.instance.forbidRequests("PUT", "/cimd-access")
	require.NoError(t, s.refresh().err)
	o = s.up()
	require.Error(t, o.err)
	require.Contains(t, s.output("backend", "permissionIds"), "read", "the partial result must be in the state")
	s.instance.intercept(nil)
	require.NoError(t, s.refresh().err)
	s.mustUp()
	require.Equal(t, id, string(s.state("backend").ID))
	require.Equal(t, true, s.instance.api(id)["allowCimdClients"])
	s.requireNoChanges()
}
