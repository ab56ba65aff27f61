package fake_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

// createAPI creates an API with two permissions and returns the ids.
func (s *testServer) createAPI() (api, read, write string) {
	s.t.Helper()
	created := s.ok("POST", "/api/apis", object{"name": "Backend", "resource": "https://api.example.com"})
	api = created["id"].(string)
	updated := s.ok("PUT", "/api/apis/"+api+"/permissions", object{"permissions": []object{
		{"key": "read", "name": "Read"}, {"key": "write", "name": "Write"}}})
	permissions := updated["permissions"].([]any)
	return api, permissions[0].(object)["id"].(string), permissions[1].(object)["id"].(string)
}

func TestAPermissionImpliesAccess(t *testing.T) {
	t.Parallel()
	server := start(t, fake.Options{})
	api, read, _ := server.createAPI()
	server.ok("POST", "/api/oidc/clients", object{"id": "app", "name": "App"})

	granted := server.ok("PUT", "/api/apis/"+api+"/clients/app", object{
		"userDelegatedPermissionIds": []string{read, "of-another-api"}, "clientPermissionIds": []string{read}})

	require.Equal(t, object{"userDelegatedAccess": true, "clientAccess": true,
		"userDelegatedPermissionIds": []any{read}, "clientPermissionIds": []any{read}}, granted)
}

func TestAPublicClientGetsNoClientAccess(t *testing.T) {
	t.Parallel()
	server := start(t, fake.Options{})
	api, read, _ := server.createAPI()
	server.ok("POST", "/api/oidc/clients", object{"id": "app", "name": "App", "isPublic": true})

	granted := server.ok("PUT", "/api/apis/"+api+"/clients/app", object{"clientAccess": true, "clientPermissionIds": []string{read}})

	require.Equal(t, false, granted["clientAccess"])
	require.Empty(t, granted["clientPermissionIds"])
}

func TestDeletingAPermissionDeletesItsGrants(t *testing.T) {
	t.Parallel()
	server := start(t, fake.Options{})
	api, read, write := server.createAPI()
	server.ok("POST", "/api/oidc/clients", object{"id": "app", "name": "App"})
	grant := "/api/apis/" + api + "/clients/app"
	server.ok("PUT", grant, object{"userDelegatedAccess": true, "clientPermissionIds": []string{read, write}})

	server.ok("PUT", "/api/apis/"+api+"/permissions", object{"permissions": []object{{"key": "write", "name": "Change"}}})

	remaining := server.ok("GET", "/api/apis/"+api+"/clients", nil)["data"].([]any)[0].(object)
	require.Equal(t, true, remaining["userDelegatedAccess"])
	require.Equal(t, []any{write}, remaining["clientPermissionIds"], "a permission keeps its id when its key stays")

	server.ok("PUT", "/api/apis/"+api+"/permissions", object{})
	remaining = server.ok("GET", "/api/apis/"+api+"/clients", nil)["data"].([]any)[0].(object)
	require.Equal(t, false, remaining["clientAccess"])
	require.Equal(t, true, remaining["userDelegatedAccess"])

	server.ok("DELETE", grant, nil)
	require.Empty(t, server.ok("GET", "/api/apis/"+api+"/clients", nil)["data"])
	require.Len(t, server.ok("GET", "/api/apis/"+api+"/assignable-clients", nil)["data"], 1)
	require.Len(t, server.ok("GET", "/api/api-access/app/assignable-apis", nil)["data"], 1)
}

// Versions before 2.14 replace a client's grants of all APIs with one request.
func TestBefore214APutReplacesAllGrantsOfAClient(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"2.12.0", "2.13.0"} {
		server := start(t, fake.Options{Version: version})
		_, read, write := server.createAPI()
		server.ok("POST", "/api/oidc/clients", object{"id": "app", "name": "App"})
		server.ok("PUT", "/api/api-access/app", object{"clientPermissionIds": []string{read, write, "unknown"}})

		server.ok("PUT", "/api/api-access/app", object{"userDelegatedPermissionIds": []string{read}})

		require.Equal(t, object{"userDelegatedPermissionIds": []any{read}, "clientPermissionIds": []any{}},
			server.ok("GET", "/api/api-access/app", nil))
	}
}

func TestTheIssuerIsReservedAsAResource(t *testing.T) {
	t.Parallel()
	server := start(t, fake.Options{})

	got := server.do("POST", "/api/apis", object{"name": "Issuer", "resource": server.url + "/"})

	require.Equal(t, 400, got.status)
	require.Contains(t, got.body["error"], "reserved")
}

func TestATokenForAnAPIHasTheGrantedScopes(t *testing.T) {
	t.Parallel()
	for version, grant := range map[string]string{"2.12.0": "/api/api-access/app", "2.14.0": "/api/apis/%s/clients/app"} {
		server := start(t, fake.Options{Version: version})
		api, read, _ := server.createAPI()
		secret := server.createClientSecret("app")
		form := url.Values{"grant_type": {"client_credentials"}, "client_id": {"app"}, "client_secret": {secret},
			"resource": {"https://api.example.com"}}

		got := server.post("/api/oidc/token", form, nil)
		require.Equal(t, 403, got.status, got.text)
		require.Equal(t, "access_denied", got.body["error"])

		server.ok("PUT", strings.Replace(grant, "%s", api, 1), object{"clientPermissionIds": []string{read}})
		require.Equal(t, "read", server.post("/api/oidc/token", form, nil).body["scope"])

		form.Set("scope", "openid read")
		require.Equal(t, "read", server.post("/api/oidc/token", form, nil).body["scope"])
		form.Set("scope", "write")
		require.Equal(t, "invalid_scope", server.post("/api/oidc/token", form, nil).body["error"])
		form.Set("resource", "https://other.example.com")
		require.Equal(t, "invalid_target", server.post("/api/oidc/token", form, nil).body["error"])
	}
}
