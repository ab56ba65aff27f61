package provider

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/inputs"
)

// invoke calls a provider function with the arguments of a program.
func invoke(instance *testInstance, function string, args map[string]any) (map[string]any, error) {
	instance.t.Helper()
	c := newChecker(instance.t, instance)
	res, err := c.server.Invoke(instance.t.Context(), &rpc.InvokeRequest{Tok: "pocketid:index:" + function, Args: c.marshal(toProps(args))})
	if err != nil {
		return nil, err
	}
	require.Empty(instance.t, res.Failures)
	out, err := plugin.UnmarshalProperties(res.Return, plugin.MarshalOptions{KeepSecrets: true, KeepUnknowns: true})
	require.NoError(instance.t, err)
	require.False(instance.t, resource.NewProperty(out).ContainsUnknowns())
	return out.Mappable(), nil
}

// mustInvoke is like invoked and fails the test on an error.
func mustInvoke(instance *testInstance, function string, args map[string]any) map[string]any {
	instance.t.Helper()
	out, err := invoke(instance, function, args)
	require.NoError(instance.t, err)
	return out
}

// findByKey returns the object in a list whose property key is id.
func findByKey(t *testing.T, list any, key, id string) map[string]any {
	t.Helper()
	for _, v := range list.([]any) {
		if v.(map[string]any)[key] == id {
			return v.(map[string]any)
		}
	}
	t.Fatalf("no object with %s %q in %v", key, id, list)
	return nil
}

func TestGetClient(t *testing.T) {
	t.Parallel()
	instance := newInstance(t)
	s := newStack(t, instance)
	id, name := uniqueName("app"), uniqueName("Caf\u00e9")
	s.declare("Group", "devs", map[string]any{"name": uniqueName("devs"), "friendlyName": "Developers"})
	s.declare("Client", "app", map[string]any{"name": name, "clientId": id, "callbackUrls": []any{"https://b.example/cb", "https://a.example/cb"}, "launchUrl": "https://a.example"}).
		from = map[string]string{"allowedUserGroups[]": "devs.id"}
	s.declare("FederatedIdentity", "ci", map[string]any{"issuer": "https://ci.example", "audience": "pocket-id"}).from = map[string]string{"clientId": "app.clientId"}
	s.mustUp()
	t.Cleanup(func() { s.destroy() })
	found := mustInvoke(instance, "getClient", map[string]any{"clientId": id})
	require.Equal(t, found, mustInvoke(instance, "getClient", map[string]any{"name": strings.Replace(name, "\u00e9", "e\u0301", 1)}))
	for output, want := range map[string]any{
		"clientId": id, "name": name, "description": "", "isPublic": false, "isGroupRestricted": true, "pkceEnabled": true,
		"callbackUrls": []any{"https://a.example/cb", "https://b.example/cb"}, "logoutCallbackUrls": []any{}, "launchUrl": "https://a.example",
		"allowedUserGroups": []any{string(s.state("devs").ID)}, "issuer": s.output("app", "issuer"), "discoveryUrl": s.output("app", "discoveryUrl"),
		"hasLogo": false,
	} {
		require.Equal(t, want, found[output], output)
	}
	identity := found["federatedIdentities"].([]any)[0].(map[string]any)
	require.Equal(t, map[string]any{"issuer": "https://ci.example", "subject": id, "audience": "pocket-id", "jwksUrl": "https://ci.example/.well-known/jwks.json", "replayProtection": false}, identity)
	require.NotContains(t, fmt.Sprint(found), s.output("app", "clientSecret"))

	listed := findByKey(t, mustInvoke(instance, "getClients", nil)["clients"], "clientId", id)
	for output, v := range listed {
		require.Equal(t, found[output], v, output)
	}
	delete(found, "allowedUserGroups") // not every server lists them
	delete(listed, "allowedUserGroups")
	require.Len(t, listed, len(found)-4, "getClient has four outputs more than getClients")
}

// Servers before 2.14 do not list secrets, which differs from an empty list.
func TestGetClientReturnsSecretsWithoutValues(t *testing.T) {
	t.Parallel()
	instance := newFake(t, fake.Options{Version: "2.14.0"})
	for _, id := range []string{"app", "without"} {
		instance.mustRequest("POST", "/api/oidc/clients", map[string]any{"id": id, "name": id, "callbackURLs": []string{}})
	}
	expiry := time.Now().Add(time.Hour).UTC().Format(time.RFC3339)
	created := instance.mustRequest("POST", "/api/oidc/clients/app/secrets", map[string]any{"expiresAt": expiry})
	instance.mustRequest("POST", "/api/oidc/clients/app/secrets", nil)

	secrets := mustInvoke(instance, "getClient", map[string]any{"clientId": "app"})["secrets"].([]any)
	require.Len(t, secrets, 2)
	secret := findByKey(t, secrets, "secretId", created["id"].(string))
	require.Equal(t, created["secret"].(string)[:4], secret["prefix"])
	require.Equal(t, expiry, secret["expiresAt"])
	require.NotEmpty(t, secret["createdAt"])
	require.Equal(t, true, secret["isActive"])
	require.NotContains(t, fmt.Sprint(secrets), created["secret"])
	listed := mustInvoke(instance, "getClients", nil)["clients"]
	require.Equal(t, secrets, findByKey(t, listed, "clientId", "app")["secrets"])
	require.Equal(t, []any{}, findByKey(t, listed, "clientId", "without")["secrets"])

	older := newFake(t, fake.Options{Version: "2.13.0"})
	older.mustRequest("POST", "/api/oidc/clients", map[string]any{"id": "app", "name": "App", "callbackURLs": []string{}})
	older.mustRequest("POST", "/api/oidc/clients/app/secret", nil)
	require.NotContains(t, mustInvoke(older, "getClient", map[string]any{"clientId": "app"}), "secrets")
}

// The id of a client with a client ID metadata document is the URL of the document.
func TestGetClientWithAMetadataDocument(t *testing.T) {
	t.Parallel()
	instance := newFake(t, fake.Options{})
	const id = "https://app.example.com/oauth/client.json"
	instance.mustRequest("POST", "/api/oidc/clients", map[string]any{"id": "placeholder", "name": "App", "callbackURLs": []string{"https://app.example.com/cb"}})
	instance.intercept(func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path == "/api/oidc/clients/~aHR0cHM6Ly9hcHAuZXhhbXBsZS5jb20vb2F1dGgvY2xpZW50Lmpzb24" {
			r.URL.Path = "/api/oidc/clients/placeholder"
		}
		if !strings.HasPrefix(r.URL.Path, "/api/oidc/clients") {
			return false
		}
		answer := httptest.NewRecorder()
		instance.server.ServeHTTP(answer, r)
		reply(w, answer.Code, "application/json", strings.ReplaceAll(answer.Body.String(), "placeholder", id))
		return true
	})
	for _, by := range []map[string]any{{"clientId": id}, {"name": "App"}} {
		require.Equal(t, id, mustInvoke(instance, "getClient", by)["clientId"])
	}
	_, err := invoke(instance, "getClient", map[string]any{"clientId": id + "x"})
	require.ErrorContains(t, err, `no client has the clientId "https://app.example.com/oauth/client.jsonx"; there are "App"`)
}

func TestGetGroup(t *testing.T) {
	t.Parallel()
	instance := newInstance(t)
	s := newStack(t, instance)
	name := uniqueName("devs")
	s.declare("Group", "devs", map[string]any{"name": name, "friendlyName": "Developers", "customClaims": map[string]any{"team": "a"}})
	s.declare("Client", "app", confidentialClient(uniqueName("app"))).from = map[string]string{"allowedUserGroups[]": "devs.id"}
	s.mustUp()
	t.Cleanup(func() { s.destroy() })
	id := string(s.state("devs").ID)
	user := instance.mustRequest("POST", "/api/users", map[string]any{"username": uniqueName("ann"), "firstName": "Ann", "email": uniqueName("ann") + "@example.com", "displayName": "Ann"})["id"].(string)
	t.Cleanup(func() { instance.request("DELETE", "/api/users/"+user, nil) })
	instance.mustRequest("PUT", "/api/user-groups/"+id+"/users", map[string]any{"userIds": []string{user}})
	want := map[string]any{"groupId": id, "name": name, "friendlyName": "Developers", "customClaims": map[string]any{"team": "a"}, "ldapManaged": false,
		"userCount": 1.0, "userIds": []any{user}, "allowedClientIds": []any{s.output("app", "clientId")}}
	require.Equal(t, want, mustInvoke(instance, "getGroup", map[string]any{"groupId": id}))
	require.Equal(t, want, mustInvoke(instance, "getGroup", map[string]any{"name": name}))
	delete(want, "userIds")
	delete(want, "allowedClientIds")
	require.Equal(t, want, findByKey(t, mustInvoke(instance, "getGroups", nil)["groups"], "groupId", id))
}

func TestGetAPI(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"2.13.0", ""} {
		instance := newInstanceWithAPIs(t, fake.Options{Version: version})
		uri := "https://" + uniqueName("api") + ".example.com"
		id := instance.createAPI(uri, permission("read", "Read"), map[string]any{"key": "write", "name": "Write", "description": "Change things"})
		t.Cleanup(func() { instance.request("DELETE", "/api/apis/"+id, nil) })
		found := mustInvoke(instance, "getApi", map[string]any{"resource": uri})
		require.Equal(t, found, mustInvoke(instance, "getApi", map[string]any{"apiId": id}))
		require.Equal(t, found, findByKey(t, mustInvoke(instance, "getApis", nil)["apis"], "apiId", id))
		require.Equal(t, "By hand", found["name"])
		require.Equal(t, map[string]any{"read": map[string]any{"name": "Read"}, "write": map[string]any{"name": "Write", "description": "Change things"}}, found["permissions"])
		require.Len(t, found["permissionIds"], 2)
		withSlash, err := invoke(instance, "getApi", map[string]any{"resource": uri + "/"})
		if instance.atLeastMinor(14) {
			require.NoError(t, err)
			require.Equal(t, found, withSlash)
			require.Equal(t, map[string]any{"enabled": false}, found["cimdAccess"])
		} else {
			require.ErrorContains(t, err, "no API has the resource")
			require.NotContains(t, found, "cimdAccess")
		}
	}
	for _, function := range []string{"getApi", "getApis"} {
		_, err := invoke(newFake(t, fake.Options{Version: "2.9.0"}), function, map[string]any{})
		require.ErrorContains(t, err, function+" requires Pocket ID 2.10.0 or later; this server is 2.9.0")
	}
}

func TestALookupWithoutExactlyOneMatchListsTheCandidates(t *testing.T) {
	t.Parallel()
	instance := newFake(t, fake.Options{})
	_, err := invoke(instance, "getClient", map[string]any{"name": "App"})
	require.ErrorContains(t, err, `no client has the name "App"; there are none`)
	for n := range 2 {
		instance.mustRequest("POST", "/api/oidc/clients", map[string]any{"id": fmt.Sprint("app", n), "name": "App"})
	}
	instance.mustRequest("POST", "/api/oidc/clients", map[string]any{"id": "apps", "name": "App 2"})
	instance.mustRequest("POST", "/api/user-groups", map[string]any{"name": "devs\u202e", "friendlyName": "Developers"})
	instance.createAPI("https://api.example.com")
	for _, row := range []struct {
		function   string
		input, val string
		want       string
	}{
		{"getClient", "name", "App", `2 clients have the name "App": "App" (app0), "App" (app1); look one up by its ID`},
		{"getClient", "name", "app", `no client has the name "app"; there are "App" (app0), "App" (app1), "App 2" (apps)`},
		{"getClient", "clientId", "App", `no client has the clientId "App"; there are "App" (app0)`},
		{"getClient", "clientId", "", "clientId must not be empty"},
		{"getClient", "clientId", "..", "not an ID"},
		{"getClient", "clientId", "a/b", `no client has the clientId "a/b"; there are "App" (app0)`},
		{"getGroup", "name", "dev", `no group has the name "dev"; there are "devs\u202e" (`},
		{"getGroup", "groupId", "devs", `no group has the groupId "devs"; there are`},
		{"getApi", "resource", "https://api", `no API has the resource "https://api"; there are "https://api.example.com"`},
		{"getApi", "apiId", "x", `no API has the apiId "x"; there are`},
	} {
		_, err := invoke(instance, row.function, map[string]any{row.input: row.val})
		require.ErrorContains(t, err, row.want)
	}
	for function, want := range map[string]string{"getClient": "clientId and name", "getGroup": "groupId and name", "getApi": "apiId and resource"} {
		_, err := invoke(instance, function, nil)
		require.ErrorContains(t, err, "exactly one of "+want+" must be set")
	}
	_, err = invoke(instance, "getClient", map[string]any{"clientId": "app1", "name": "App"})
	require.ErrorContains(t, err, "exactly one of clientId and name must be set")
}

func TestALookupReadsAllPages(t *testing.T) {
	t.Parallel()
	instance := newFake(t, fake.Options{})
	for n := range 230 {
		instance.mustRequest("POST", "/api/oidc/clients", map[string]any{"id": fmt.Sprintf("app%03d", n), "name": fmt.Sprintf("App %03d", n)})
	}
	require.Len(t, mustInvoke(instance, "getClients", nil)["clients"], 230)
	require.Equal(t, "app229", mustInvoke(instance, "getClient", map[string]any{"name": "App 229"})["clientId"])
	_, err := invoke(instance, "getClient", map[string]any{"name": "App"})
	require.ErrorContains(t, err, `"App 019" (app019) and 210 more`)
}

func TestGetOpenIDConfigurationAndServerVersion(t *testing.T) {
	t.Parallel()
	instance := newInstance(t)
	found := mustInvoke(instance, "getOpenIdConfiguration", nil)
	issuer := found["issuer"].(string)
	for output, want := range map[string]any{
		"discoveryUrl": issuer + wellKnown, "authorizationEndpoint": issuer + "/authorize", "tokenEndpoint": issuer + "/api/oidc/token",
		"userinfoEndpoint": issuer + "/api/oidc/userinfo", "endSessionEndpoint": issuer + "/api/oidc/end-session", "introspectionEndpoint": issuer + "/api/oidc/introspect",
		"deviceAuthorizationEndpoint": issuer + "/api/oidc/device/authorize", "jwksUri": issuer + "/.well-known/jwks.json",
		"idTokenSigningAlgValuesSupported": []any{"RS256"}, "codeChallengeMethodsSupported": []any{"plain", "S256"},
	} {
		require.Equal(t, want, found[output], output)
	}
	require.Contains(t, found["scopesSupported"], "openid")
	require.Contains(t, found["grantTypesSupported"], "client_credentials")
	require.Equal(t, instance.atLeastMinor(9), found["pushedAuthorizationRequestEndpoint"] != nil)
	require.Equal(t, instance.mustRequest("GET", "/api/version/current", nil)["currentVersion"], mustInvoke(instance, "getServerVersion", nil)["version"])
	require.Empty(t, mustInvoke(newFake(t, fake.Options{Version: "2.3.0"}), "getOpenIdConfiguration", nil)["tokenEndpointAuthMethodsSupported"])
}

func TestGetServerVersionFailsOnOldServers(t *testing.T) {
	t.Parallel()
	instance := newFake(t, fake.Options{})
	instance.intercept(func(w http.ResponseWriter, r *http.Request) bool {
		if strings.HasSuffix(r.URL.Path, "/version/current") {
			reply(w, http.StatusNotFound, "application/json", `{"error":"API endpoint not found"}`)
			return true
		}
		return false
	})
	_, err := invoke(instance, "getServerVersion", nil)
	require.ErrorContains(t, err, "older than 2.3.0")
}

func TestGetAPIKeys(t *testing.T) {
	t.Parallel()
	require.NotNil(t, mustInvoke(newInstance(t), "getApiKeys", nil)["apiKeys"])
	instance := newFake(t, fake.Options{})
	instance.intercept(func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != "/api/api-keys" {
			return false
		}
		page := r.URL.Query().Get("pagination[page]")
		key := map[string]string{
			"1": `{"id":"one","name":"ci","description":"For CI","createdAt":"2030-01-01T02:00:00.5+02:00","expiresAt":"2031-01-01T00:00:00Z","lastUsedAt":"2030-06-01T00:00:00Z","expirationEmailSent":false}`,
			"2": `{"id":"two","name":"old","description":null,"createdAt":"2020-01-01T00:00:00Z","expiresAt":"2021-01-01T00:00:00Z","lastUsedAt":null,"expirationEmailSent":true}`,
		}[page]
		reply(w, 200, "application/json", `{"data":[`+key+`],"pagination":{"totalPages":2,"totalItems":2,"currentPage":`+page+`,"itemsPerPage":1}}`)
		return true
	})
	require.Equal(t, []any{
		map[string]any{"id": "one", "name": "ci", "description": "For CI", "createdAt": "2030-01-01T00:00:00Z", "expiresAt": "2031-01-01T00:00:00Z", "lastUsedAt": "2030-06-01T00:00:00Z", "isInUse": true},
		map[string]any{"id": "two", "name": "old", "createdAt": "2020-01-01T00:00:00Z", "expiresAt": "2021-01-01T00:00:00Z", "isInUse": false},
	}, mustInvoke(instance, "getApiKeys", nil)["apiKeys"])
}

func TestEveryFunctionReportsConnectionErrors(t *testing.T) {
	t.Parallel()
	for function, args := range map[string]map[string]any{
		"getApi": {"apiId": "x"}, "getApis": nil, "getApiKeys": nil, "getClient": {"clientId": "x"}, "getClients": nil,
		"getCurrentUser": nil, "getLogoPresets": nil, "getUserPasskeys": {"userId": "x"},
		"getGroup": {"groupId": "x"}, "getGroups": nil, "getOpenIdConfiguration": nil, "getServerVersion": nil,
	} {
		server, err := NewServer(nil)
		require.NoError(t, err)
		c := &checker{t, server}
		call := &rpc.InvokeRequest{Tok: "pocketid:index:" + function, Args: c.marshal(toProps(args))}
		invokeWith := func(config map[string]any) error {
			_, err = server.Configure(t.Context(), &rpc.ConfigureRequest{Args: c.marshal(toProps(config)), AcceptSecrets: true})
			require.NoError(t, err)
			_, err = server.Invoke(t.Context(), call)
			return err
		}
		require.ErrorContains(t, invokeWith(map[string]any{"baseUrl": "http://127.0.0.1:1"}), "the API key is not set", function)
		require.ErrorContains(t, invokeWith(map[string]any{"baseUrl": "http://127.0.0.1:1", "apiKey": testKey, "startupTimeout": 0, "maxRetries": 0}), "no answer", function)

		instance := newFake(t, fake.Options{})
		instance.intercept(func(w http.ResponseWriter, _ *http.Request) bool {
			w.Header().Set("Content-Type", "text/html")
			_, _ = io.WriteString(w, "<html><title>Log in</title>")
			return true
		})
		_, err = invoke(instance, function, args)
		require.ErrorContains(t, err, "not a Pocket ID response", function)
	}
}

func TestAFailedLookupListsTheCandidates(t *testing.T) {
	t.Parallel()
	identity := func(s string) string { return s }
	one, err := inputs.Only("client", `the name "a"`, adviceLookup, []string{"a"}, nil, identity)
	require.NoError(t, err)
	require.Equal(t, "a", one)
	_, err = inputs.Only("client", `the name "a"`, adviceLookup, []string{"a1", "a2"}, nil, identity)
	require.EqualError(t, err, `2 clients have the name "a": a1, a2; look one up by its ID`)
	_, err = inputs.Only("client", `the name "a"`, adviceLookup, nil, []string{"b", "c"}, identity)
	require.EqualError(t, err, `no client has the name "a"; there are b, c`)
	_, err = inputs.Only("client", `the name "a"`, adviceLookup, nil, nil, identity)
	require.EqualError(t, err, `no client has the name "a"; there are none`)
	_, err = inputs.Only("client", "x", adviceLookup, nil, make([]string, 23), func(string) string { return "c" })
	require.ErrorContains(t, err, "c, c and 3 more")
}
