package provider

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

// invoked calls a function as a program does.
func invoked(on *pocketID, function string, args map[string]any) (map[string]any, error) {
	on.t.Helper()
	c := newChecker(on.t, on)
	res, err := c.server.Invoke(on.t.Context(), &rpc.InvokeRequest{Tok: "pocketid:index:" + function, Args: c.wire(said(args))})
	if err != nil {
		return nil, err
	}
	require.Empty(on.t, res.Failures)
	out, err := plugin.UnmarshalProperties(res.Return, plugin.MarshalOptions{KeepSecrets: true, KeepUnknowns: true})
	require.NoError(on.t, err)
	require.False(on.t, resource.NewProperty(out).ContainsUnknowns())
	return out.Mappable(), nil
}

func mustInvoke(on *pocketID, function string, args map[string]any) map[string]any {
	on.t.Helper()
	out, err := invoked(on, function, args)
	require.NoError(on.t, err)
	return out
}

// among is the object with this id in a list.
func among(t *testing.T, list any, key, id string) map[string]any {
	t.Helper()
	for _, v := range list.([]any) {
		if v.(map[string]any)[key] == id {
			return v.(map[string]any)
		}
	}
	t.Fatalf("%s is not among %v", id, list)
	return nil
}

func TestAClientIsLookedUp(t *testing.T) {
	t.Parallel()
	on := onPocketID(t)
	s := newStack(t, on)
	id, name := named("app"), named("Caf\u00e9")
	s.declare("Group", "devs", map[string]any{"name": named("devs"), "friendlyName": "Developers"})
	s.declare("Client", "app", map[string]any{"name": name, "clientId": id, "callbackUrls": []any{"https://b.example/cb", "https://a.example/cb"}, "launchUrl": "https://a.example"}).
		from = map[string]string{"allowedUserGroups[]": "devs.id"}
	s.declare("FederatedIdentity", "ci", map[string]any{"issuer": "https://ci.example", "audience": "pocket-id"}).from = map[string]string{"clientId": "app.clientId"}
	s.mustUp()
	t.Cleanup(func() { s.destroy() })
	found := mustInvoke(on, "getClient", map[string]any{"clientId": id})
	require.Equal(t, found, mustInvoke(on, "getClient", map[string]any{"name": strings.Replace(name, "\u00e9", "e\u0301", 1)}))
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

	listed := among(t, mustInvoke(on, "getClients", nil)["clients"], "clientId", id)
	for output, v := range listed {
		require.Equal(t, found[output], v, output)
	}
	require.Len(t, listed, len(found)-4)
}

// The id of a client that describes itself is the URL of its description.
func TestAClientThatDescribesItselfIsLookedUp(t *testing.T) {
	t.Parallel()
	on := onFake(t, fake.Options{})
	const id = "https://app.example.com/oauth/client.json"
	on.ask("POST", "/api/oidc/clients", map[string]any{"id": "stands-in", "name": "App", "callbackURLs": []string{"https://app.example.com/cb"}})
	on.meddling(func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path == "/api/oidc/clients/~aHR0cHM6Ly9hcHAuZXhhbXBsZS5jb20vb2F1dGgvY2xpZW50Lmpzb24" {
			r.URL.Path = "/api/oidc/clients/stands-in"
		}
		if !strings.HasPrefix(r.URL.Path, "/api/oidc/clients") {
			return false
		}
		answer := httptest.NewRecorder()
		on.server.ServeHTTP(answer, r)
		reply(w, answer.Code, "application/json", strings.ReplaceAll(answer.Body.String(), "stands-in", id))
		return true
	})
	for _, by := range []map[string]any{{"clientId": id}, {"name": "App"}} {
		require.Equal(t, id, mustInvoke(on, "getClient", by)["clientId"])
	}
	_, err := invoked(on, "getClient", map[string]any{"clientId": id + "x"})
	require.ErrorContains(t, err, `no client has the clientId "https://app.example.com/oauth/client.jsonx": there are "App"`)
}

func TestAGroupIsLookedUp(t *testing.T) {
	t.Parallel()
	on := onPocketID(t)
	s := newStack(t, on)
	name := named("devs")
	s.declare("Group", "devs", map[string]any{"name": name, "friendlyName": "Developers", "customClaims": map[string]any{"team": "a"}})
	s.declare("Client", "app", confidential(named("app"))).from = map[string]string{"allowedUserGroups[]": "devs.id"}
	s.mustUp()
	t.Cleanup(func() { s.destroy() })
	id := string(s.state("devs").ID)
	user := on.ask("POST", "/api/users", map[string]any{"username": named("ann"), "firstName": "Ann", "email": named("ann") + "@example.com", "displayName": "Ann"})["id"].(string)
	t.Cleanup(func() { on.try("DELETE", "/api/users/"+user, nil) })
	on.ask("PUT", "/api/user-groups/"+id+"/users", map[string]any{"userIds": []string{user}})
	want := map[string]any{"groupId": id, "name": name, "friendlyName": "Developers", "customClaims": map[string]any{"team": "a"}, "ldapManaged": false,
		"userCount": 1.0, "userIds": []any{user}, "allowedClientIds": []any{s.output("app", "clientId")}}
	require.Equal(t, want, mustInvoke(on, "getGroup", map[string]any{"groupId": id}))
	require.Equal(t, want, mustInvoke(on, "getGroup", map[string]any{"name": name}))
	delete(want, "userIds")
	delete(want, "allowedClientIds")
	require.Equal(t, want, among(t, mustInvoke(on, "getGroups", nil)["groups"], "groupId", id))
}

func TestAnAPIIsLookedUp(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"2.13.0", ""} {
		on := onAPIs(t, fake.Options{Version: version})
		uri := "https://" + named("api") + ".example.com"
		id := on.makeAPI(uri, permission("read", "Read"), map[string]any{"key": "write", "name": "Write", "description": "Change things"})
		t.Cleanup(func() { on.try("DELETE", "/api/apis/"+id, nil) })
		found := mustInvoke(on, "getApi", map[string]any{"resource": uri})
		require.Equal(t, found, mustInvoke(on, "getApi", map[string]any{"apiId": id}))
		require.Equal(t, found, among(t, mustInvoke(on, "getApis", nil)["apis"], "apiId", id))
		require.Equal(t, "By hand", found["name"])
		require.Equal(t, map[string]any{"read": map[string]any{"name": "Read"}, "write": map[string]any{"name": "Write", "description": "Change things"}}, found["permissions"])
		require.Len(t, found["permissionIds"], 2)
		slashed, err := invoked(on, "getApi", map[string]any{"resource": uri + "/"})
		if on.has(14) {
			require.NoError(t, err)
			require.Equal(t, found, slashed)
			require.Equal(t, map[string]any{"enabled": false}, found["cimdAccess"])
		} else {
			require.ErrorContains(t, err, "no API has the resource")
			require.NotContains(t, found, "cimdAccess")
		}
	}
	for _, function := range []string{"getApi", "getApis"} {
		_, err := invoked(onFake(t, fake.Options{Version: "2.9.0"}), function, map[string]any{})
		require.ErrorContains(t, err, function+" needs Pocket ID 2.10.0 or later; this server is 2.9.0")
	}
}

func TestALookupThatFindsNoneOrSeveralSaysWhatThereIs(t *testing.T) {
	t.Parallel()
	on := onFake(t, fake.Options{})
	_, err := invoked(on, "getClient", map[string]any{"name": "App"})
	require.ErrorContains(t, err, `no client has the name "App": there are none`)
	for n := range 2 {
		on.ask("POST", "/api/oidc/clients", map[string]any{"id": fmt.Sprint("app", n), "name": "App"})
	}
	on.ask("POST", "/api/oidc/clients", map[string]any{"id": "apps", "name": "App 2"})
	on.ask("POST", "/api/user-groups", map[string]any{"name": "devs\u202e", "friendlyName": "Developers"})
	on.makeAPI("https://api.example.com")
	for _, row := range []struct {
		function   string
		input, val string
		want       string
	}{
		{"getClient", "name", "App", `2 clients have the name "App": "App" (app0), "App" (app1); ask for one by its id`},
		{"getClient", "name", "app", `no client has the name "app": there are "App" (app0), "App" (app1), "App 2" (apps)`},
		{"getClient", "clientId", "App", `no client has the clientId "App": there are "App" (app0)`},
		{"getClient", "clientId", "", "clientId must not be empty"},
		{"getClient", "clientId", "..", "not an id"},
		{"getClient", "clientId", "a/b", `no client has the clientId "a/b": there are "App" (app0)`},
		{"getGroup", "name", "dev", `no group has the name "dev": there are "devs\u202e" (`},
		{"getGroup", "groupId", "devs", `no group has the groupId "devs": there are`},
		{"getApi", "resource", "https://api", `no API has the resource "https://api": there are "https://api.example.com"`},
		{"getApi", "apiId", "x", `no API has the apiId "x": there are`},
	} {
		_, err := invoked(on, row.function, map[string]any{row.input: row.val})
		require.ErrorContains(t, err, row.want)
	}
	for function, want := range map[string]string{"getClient": "clientId and name", "getGroup": "groupId and name", "getApi": "apiId and resource"} {
		_, err := invoked(on, function, nil)
		require.ErrorContains(t, err, "one of "+want+" must be set, and only one")
	}
	_, err = invoked(on, "getClient", map[string]any{"clientId": "app1", "name": "App"})
	require.ErrorContains(t, err, "and only one")
}

func TestALookupReadsAllPages(t *testing.T) {
	t.Parallel()
	on := onFake(t, fake.Options{})
	for n := range 230 {
		on.ask("POST", "/api/oidc/clients", map[string]any{"id": fmt.Sprintf("app%03d", n), "name": fmt.Sprintf("App %03d", n)})
	}
	require.Len(t, mustInvoke(on, "getClients", nil)["clients"], 230)
	require.Equal(t, "app229", mustInvoke(on, "getClient", map[string]any{"name": "App 229"})["clientId"])
	_, err := invoked(on, "getClient", map[string]any{"name": "App"})
	require.ErrorContains(t, err, `"App 019" (app019) and 210 more`)
}

func TestTheInstanceSaysWhatItIs(t *testing.T) {
	t.Parallel()
	on := onPocketID(t)
	found := mustInvoke(on, "getOpenIdConfiguration", nil)
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
	require.Equal(t, on.has(9), found["pushedAuthorizationRequestEndpoint"] != nil)
	require.Equal(t, on.ask("GET", "/api/version/current", nil)["currentVersion"], mustInvoke(on, "getServerVersion", nil)["version"])
	require.Empty(t, mustInvoke(onFake(t, fake.Options{Version: "2.3.0"}), "getOpenIdConfiguration", nil)["tokenEndpointAuthMethodsSupported"])
}

func TestAnOldServerDoesNotTellItsVersion(t *testing.T) {
	t.Parallel()
	on := onFake(t, fake.Options{})
	on.meddling(func(w http.ResponseWriter, r *http.Request) bool {
		if strings.HasSuffix(r.URL.Path, "/version/current") {
			reply(w, http.StatusNotFound, "application/json", `{"error":"API endpoint not found"}`)
			return true
		}
		return false
	})
	_, err := invoked(on, "getServerVersion", nil)
	require.ErrorContains(t, err, "older than 2.3.0")
}

func TestTheOwnAPIKeysAreLookedUp(t *testing.T) {
	t.Parallel()
	require.NotNil(t, mustInvoke(onPocketID(t), "getApiKeys", nil)["apiKeys"])
	on := onFake(t, fake.Options{})
	on.meddling(func(w http.ResponseWriter, r *http.Request) bool {
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
		map[string]any{"id": "one", "name": "ci", "description": "For CI", "createdAt": "2030-01-01T00:00:00Z", "expiresAt": "2031-01-01T00:00:00Z", "lastUsedAt": "2030-06-01T00:00:00Z"},
		map[string]any{"id": "two", "name": "old", "createdAt": "2020-01-01T00:00:00Z", "expiresAt": "2021-01-01T00:00:00Z"},
	}, mustInvoke(on, "getApiKeys", nil)["apiKeys"])
}

func TestEachLookupSaysWhatIsWrongWithTheConnection(t *testing.T) {
	t.Parallel()
	for function, args := range map[string]map[string]any{
		"getApi": {"apiId": "x"}, "getApis": nil, "getApiKeys": nil, "getClient": {"clientId": "x"}, "getClients": nil,
		"getGroup": {"groupId": "x"}, "getGroups": nil, "getOpenIdConfiguration": nil, "getServerVersion": nil,
	} {
		server, err := NewServer(nil)
		require.NoError(t, err)
		c := &checker{t, server}
		call := &rpc.InvokeRequest{Tok: "pocketid:index:" + function, Args: c.wire(said(args))}
		configured := func(config map[string]any) error {
			_, err = server.Configure(t.Context(), &rpc.ConfigureRequest{Args: c.wire(said(config)), AcceptSecrets: true})
			require.NoError(t, err)
			_, err = server.Invoke(t.Context(), call)
			return err
		}
		require.ErrorContains(t, configured(map[string]any{"baseUrl": "http://127.0.0.1:1"}), "there is no API key", function)
		require.ErrorContains(t, configured(map[string]any{"baseUrl": "http://127.0.0.1:1", "apiKey": testKey, "startupTimeout": 0, "maxRetries": 0}), "no answer", function)

		on := onFake(t, fake.Options{})
		on.meddling(func(w http.ResponseWriter, _ *http.Request) bool {
			w.Header().Set("Content-Type", "text/html")
			_, _ = io.WriteString(w, "<html><title>Log in</title>")
			return true
		})
		_, err = invoked(on, function, args)
		require.ErrorContains(t, err, "not Pocket ID's answer", function)
	}
}

// listedInLines are what a resource says there is, as "id: name".
func (i *pocketID) listedInLines(r listable, by map[string]string) ([]string, error) {
	i.t.Helper()
	config := &Config{BaseURL: i.url, APIKey: i.key}
	require.NoError(i.t, config.Configure(i.t.Context()))
	conn, err := config.connection()
	require.NoError(i.t, err)
	for name := range by {
		require.Contains(i.t, r.ListInputs(), name)
	}
	found, err := r.List(i.t.Context(), conn, by)
	lines := []string{}
	for _, l := range found {
		line := l.ID + ": " + l.Name
		if l.LDAP {
			line += " (LDAP)"
		}
		lines = append(lines, line)
	}
	return lines, err
}

func TestAllThatThereIsCanBeListed(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"2.13.0", "2.14.0"} {
		on := onFake(t, fake.Options{Version: version})
		s := newStack(t, on)
		for _, id := range []string{"bb", "aa"} {
			s.declare("Client", id, map[string]any{"name": "App " + id, "clientId": id, "callbackUrls": []any{"https://a.example"}, "createSecret": false})
			s.declare("FederatedIdentity", "ci-"+id, map[string]any{"issuer": "https://ci.example"}).from = map[string]string{"clientId": id + ".clientId"}
		}
		s.declare("Group", "devs", map[string]any{"name": "devs", "friendlyName": "Developers"})
		s.declare("Api", "backend", map[string]any{"name": "Backend", "resource": "https://api.example.com", "permissions": map[string]any{"read": map[string]any{"name": "Read"}}})
		s.mustUp()
		s.declare("ApiGrant", "grant", map[string]any{"apiId": string(s.state("backend").ID), "clientId": "bb", "clientPermissions": []any{"read"}})
		s.mustUp()
		// The second of an issuer is never used.
		on.edit("aa", func(c map[string]any) {
			credentials := c["credentials"].(map[string]any)
			credentials["federatedIdentities"] = append(credentials["federatedIdentities"].([]any), map[string]any{"issuer": "https://ci.example", "subject": "other"})
		})
		api := string(s.state("backend").ID)
		for _, row := range []struct {
			kind listable
			by   map[string]string
			want []string
		}{
			{&Client{}, nil, []string{"aa: App aa", "bb: App bb"}},
			{&Group{}, nil, []string{string(s.state("devs").ID) + ": devs"}},
			{&FederatedIdentity{}, nil, []string{"aa#https://ci.example: App aa https://ci.example", "bb#https://ci.example: App bb https://ci.example"}},
			{&FederatedIdentity{}, map[string]string{"clientId": "bb"}, []string{"bb#https://ci.example: App bb https://ci.example"}},
			{&Api{}, nil, []string{api + ": Backend"}},
			{&ApiGrant{}, nil, []string{api + "/bb: App bb Backend"}},
			{&ApiGrant{}, map[string]string{"clientId": "aa"}, []string{}},
			{&ApiGrant{}, map[string]string{"apiId": api}, []string{api + "/bb: App bb Backend"}},
			{&ApiGrant{}, map[string]string{"apiId": "another"}, []string{}},
		} {
			got, err := on.listedInLines(row.kind, row.by)
			require.NoError(t, err)
			require.Equal(t, row.want, got, "%T %v", row.kind, row.by)
			for _, line := range got { // what is listed can be imported
				id, _, _ := strings.Cut(line, ": ")
				kind := strings.TrimPrefix(fmt.Sprintf("%T", row.kind), "*provider.")
				o := newStack(t, on).importing(kind, "it", id)
				require.NoError(t, o.err, o.text)
			}
		}
	}
	old := onFake(t, fake.Options{Version: "2.9.0"})
	for _, r := range []listable{&Api{}, &ApiGrant{}} {
		_, err := old.listedInLines(r, nil)
		require.ErrorContains(t, err, "needs Pocket ID 2.10.0 or later")
	}
	_, err := onFake(t, fake.Options{}).listedInLines(&FederatedIdentity{}, map[string]string{"clientId": "nobody"})
	require.Error(t, err)
}

func TestSecretsAreListedWithoutTheirValues(t *testing.T) {
	t.Parallel()
	s, _ := inTime(t)
	keyed(s, map[string]any{})
	s.mustUp()
	secret := secretOfKey(s)
	want := []string{string(s.state("key").ID) + ": App " + secret[:4]}
	got, err := s.pocketID.listedInLines(&ClientSecret{}, nil)
	require.NoError(t, err)
	require.Equal(t, want, slices.DeleteFunc(got, func(line string) bool { return !strings.HasPrefix(line, "app/") }))
	got, err = s.pocketID.listedInLines(&ClientSecret{}, map[string]string{"clientId": "user"})
	require.NoError(t, err)
	require.Empty(t, got)
	_, err = onFake(t, fake.Options{Version: "2.13.0"}).listedInLines(&ClientSecret{}, nil)
	require.ErrorContains(t, err, "needs Pocket ID 2.14.0 or later")
}

func TestWhatComesFromADirectoryIsMarked(t *testing.T) {
	t.Parallel()
	on := onFake(t, fake.Options{})
	on.meddling(func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != "/api/user-groups" {
			return false
		}
		reply(w, 200, "application/json", `{"data":[{"id":"g1","name":"devs","ldapId":"cn=devs"},{"id":"g2","name":"ops","ldapId":null}],"pagination":{"totalPages":1}}`)
		return true
	})
	got, err := on.listedInLines(&Group{}, nil)
	require.NoError(t, err)
	require.Equal(t, []string{"g1: devs (LDAP)", "g2: ops"}, got)
	groups := mustInvoke(on, "getGroups", nil)["groups"]
	require.Equal(t, true, among(t, groups, "groupId", "g1")["ldapManaged"])
	require.Equal(t, false, among(t, groups, "groupId", "g2")["ldapManaged"])
}
