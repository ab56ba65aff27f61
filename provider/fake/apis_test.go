package fake_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

// backend makes an API with two permissions and returns their ids.
func (c *caller) backend() (api, read, write string) {
	c.t.Helper()
	made := c.ok("POST", "/api/apis", object{"name": "Backend", "resource": "https://api.example.com"})
	api = made["id"].(string)
	made = c.ok("PUT", "/api/apis/"+api+"/permissions", object{"permissions": []object{
		{"key": "read", "name": "Read"}, {"key": "write", "name": "Write"}}})
	permissions := made["permissions"].([]any)
	return api, permissions[0].(object)["id"].(string), permissions[1].(object)["id"].(string)
}

func TestAPermissionImpliesAccess(t *testing.T) {
	t.Parallel()
	server := start(t, fake.Options{})
	api, read, _ := server.backend()
	server.ok("POST", "/api/oidc/clients", object{"id": "app", "name": "App"})

	granted := server.ok("PUT", "/api/apis/"+api+"/clients/app", object{
		"userDelegatedPermissionIds": []string{read, "of-another-api"}, "clientPermissionIds": []string{read}})

	require.Equal(t, object{"userDelegatedAccess": true, "clientAccess": true,
		"userDelegatedPermissionIds": []any{read}, "clientPermissionIds": []any{read}}, granted)
}

func TestAPublicClientCanDoNothingByItself(t *testing.T) {
	t.Parallel()
	server := start(t, fake.Options{})
	api, read, _ := server.backend()
	server.ok("POST", "/api/oidc/clients", object{"id": "app", "name": "App", "isPublic": true})

	granted := server.ok("PUT", "/api/apis/"+api+"/clients/app", object{"clientAccess": true, "clientPermissionIds": []string{read}})

	require.Equal(t, false, granted["clientAccess"])
	require.Empty(t, granted["clientPermissionIds"])
}

func TestAPermissionThatIsGoneTakesItsGrantAlong(t *testing.T) {
	t.Parallel()
	server := start(t, fake.Options{})
	api, read, write := server.backend()
	server.ok("POST", "/api/oidc/clients", object{"id": "app", "name": "App"})
	grant := "/api/apis/" + api + "/clients/app"
	server.ok("PUT", grant, object{"userDelegatedAccess": true, "clientPermissionIds": []string{read, write}})

	server.ok("PUT", "/api/apis/"+api+"/permissions", object{"permissions": []object{{"key": "write", "name": "Change"}}})

	left := server.ok("GET", "/api/apis/"+api+"/clients", nil)["data"].([]any)[0].(object)
	require.Equal(t, true, left["userDelegatedAccess"])
	require.Equal(t, []any{write}, left["clientPermissionIds"], "a key that stays keeps its id")

	server.ok("PUT", "/api/apis/"+api+"/permissions", object{})
	left = server.ok("GET", "/api/apis/"+api+"/clients", nil)["data"].([]any)[0].(object)
	require.Equal(t, false, left["clientAccess"])
	require.Equal(t, true, left["userDelegatedAccess"])

	server.ok("DELETE", grant, nil)
	require.Empty(t, server.ok("GET", "/api/apis/"+api+"/clients", nil)["data"])
	require.Len(t, server.ok("GET", "/api/apis/"+api+"/assignable-clients", nil)["data"], 1)
	require.Len(t, server.ok("GET", "/api/api-access/app/assignable-apis", nil)["data"], 1)
}

// Up to 2.13 a client's grants of all APIs were written at once, and those not
// named were lost.
func TestAllGrantsOfAClientAreWrittenAtOnce(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"2.12.0", "2.13.0"} {
		server := start(t, fake.Options{Version: version})
		_, read, write := server.backend()
		server.ok("POST", "/api/oidc/clients", object{"id": "app", "name": "App"})
		server.ok("PUT", "/api/api-access/app", object{"clientPermissionIds": []string{read, write, "unknown"}})

		server.ok("PUT", "/api/api-access/app", object{"userDelegatedPermissionIds": []string{read}})

		require.Equal(t, object{"userDelegatedPermissionIds": []any{read}, "clientPermissionIds": []any{}},
			server.ok("GET", "/api/api-access/app", nil))
	}
}

func TestTheServerIsNotOneOfItsAPIs(t *testing.T) {
	t.Parallel()
	server := start(t, fake.Options{})

	a := server.do("POST", "/api/apis", object{"name": "Itself", "resource": server.url + "/"})

	require.Equal(t, 400, a.status)
	require.Contains(t, a.body["error"], "reserved")
}

func TestATokenForAnAPIHasWhatWasGranted(t *testing.T) {
	t.Parallel()
	for version, grant := range map[string]string{"2.12.0": "/api/api-access/app", "2.14.0": "/api/apis/%s/clients/app"} {
		server := start(t, fake.Options{Version: version})
		api, read, _ := server.backend()
		secret := server.newSecret("app")
		form := url.Values{"grant_type": {"client_credentials"}, "client_id": {"app"}, "client_secret": {secret},
			"resource": {"https://api.example.com"}}

		a := server.post("/api/oidc/token", form, nil)
		require.Equal(t, 403, a.status, a.text)
		require.Equal(t, "access_denied", a.body["error"])

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
