package provider

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/pkg/v3/display"
	"github.com/pulumi/pulumi/pkg/v3/resource/deploy"
	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

// grants returns what a client may do as "user: …; client: …", keyed by the
// resource of the API. A "!" means access without regard to permissions.
func (i *testInstance) grants(clientID string) map[string]string {
	i.t.Helper()
	found := map[string]string{}
	add := func(a map[string]any, g map[string]any) {
		grantText := func(ids, access any) string {
			var keys []string
			for _, p := range a["permissions"].([]any) {
				p := p.(map[string]any)
				if slices.Contains(ids.([]any), p["id"]) {
					keys = append(keys, p["key"].(string))
				}
			}
			slices.Sort(keys)
			if access == true {
				keys = append(keys, "!")
			}
			return strings.Join(keys, " ")
		}
		text := fmt.Sprintf("user: %s; client: %s", grantText(g["userDelegatedPermissionIds"], g["userDelegatedAccess"]), grantText(g["clientPermissionIds"], g["clientAccess"]))
		if text != "user: ; client: " {
			found[a["resource"].(string)] = text
		}
	}
	if i.atLeastMinor(14) {
		_, out := i.request("GET", "/api/api-access/"+clientID+"/apis", nil)
		for _, g := range out.([]any) {
			add(g.(map[string]any)["api"].(map[string]any), g.(map[string]any))
		}
		return found
	}
	all := i.mustRequest("GET", "/api/api-access/"+clientID, nil)
	for _, a := range i.listAll("/api/apis") {
		add(a, all)
	}
	return found
}

// newStackWithTwoAPIs returns an empty stack on an instance with a client "app" and
// two APIs that the stack does not manage, and the ids of the APIs.
func newStackWithTwoAPIs(t *testing.T, version string) (s *stack, a, b string) {
	instance := newFake(t, fake.Options{Version: version})
	instance.mustRequest("POST", "/api/oidc/clients", map[string]any{"id": "app", "name": "App"})
	a = instance.createAPI("https://a.example.com", permission("read", "Read"), permission("write", "Write"), permission("run", "Run"))
	b = instance.createAPI("https://b.example.com", permission("read", "Read"), permission("other", "Other"))
	return newStack(t, instance), a, b
}

func TestApiGrantLifecycle(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"2.12.0", "2.13.0", "2.14.0"} {
		s, a, b := newStackWithTwoAPIs(t, version)
		access := "!"
		if version != "2.14.0" {
			access = ""
		}
		grantText := func(user, client string) string {
			withAccess := func(keys string) string {
				if keys == "" {
					return ""
				}
				return strings.TrimSpace(keys + " " + access)
			}
			return "user: " + withAccess(user) + "; client: " + withAccess(client)
		}
		s.declare("ApiGrant", "other", map[string]any{"apiId": b, "clientId": "app", "clientPermissions": []any{"other", "read"}})
		s.declare("ApiGrant", "grant", map[string]any{"apiId": a, "clientId": "app", "userDelegatedPermissions": []any{"write", "read", "write"}})
		s.mustUp()
		require.Equal(t, map[string]string{"https://a.example.com": grantText("read write", ""), "https://b.example.com": grantText("", "other read")}, s.instance.grants("app"))
		require.Equal(t, a+"/app", string(s.state("grant").ID))
		require.Equal(t, true, s.output("grant", "userDelegatedAccess"))
		require.Equal(t, false, s.output("grant", "clientAccess"))
		s.requireNoChanges()

		t.Log("an update keeps the grant of the other API")
		s.declare("ApiGrant", "grant", map[string]any{"apiId": a, "clientId": "app", "userDelegatedPermissions": []any{"read"}, "clientPermissions": []any{"run"}, "clientAccess": true})
		o := s.mustUp()
		require.Equal(t, []display.StepOp{deploy.OpUpdate}, o.steps["grant"])
		require.Equal(t, map[string]string{"https://a.example.com": grantText("read", "run"), "https://b.example.com": grantText("", "other read")}, s.instance.grants("app"))
		s.requireNoChanges()

		t.Log("an imported grant shows no diff, with or without explicit defaults")
		for _, more := range []map[string]any{{}, {"userDelegatedAccess": true, "clientAccess": true}} {
			imported := newStack(t, s.instance)
			require.NoError(t, imported.importResource("ApiGrant", "grant", a+"/app").err)
			more["apiId"], more["clientId"], more["userDelegatedPermissions"], more["clientPermissions"] = a, "app", []any{"read"}, []any{"run", "run"}
			imported.declare("ApiGrant", "grant", more)
			imported.requireNoChanges()
		}

		s.drop("grant")
		s.mustUp()
		require.Equal(t, map[string]string{"https://b.example.com": grantText("", "other read")}, s.instance.grants("app"))
		require.NoError(t, s.destroy().err)
		require.Empty(t, s.instance.grants("app"))
		require.NoError(t, newStack(t, s.instance).destroy().err)
	}
}

// tokenScopes returns the scopes of a token that the client gets by the client
// credentials grant, or "-" if it gets no token.
func (i *testInstance) tokenScopes(clientID, secret, resource string) string {
	i.t.Helper()
	res, err := http.PostForm(i.url+"/api/oidc/token", url.Values{"grant_type": {"client_credentials"}, "client_id": {clientID}, "client_secret": {secret}, "resource": {resource}})
	require.NoError(i.t, err)
	defer res.Body.Close()
	var token struct {
		AccessToken string `json:"access_token"`
		Scope       string
	}
	_ = json.NewDecoder(res.Body).Decode(&token)
	if token.AccessToken == "" {
		return "-"
	}
	scopes := strings.Fields(token.Scope)
	slices.Sort(scopes)
	return strings.Join(scopes, " ")
}

func TestApiGrantDecidesTheScopesOfTokens(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"2.12.0", "2.13.0", ""} {
		instance := newInstanceWithAPIs(t, fake.Options{Version: version})
		s := newStack(t, instance)
		id, uri := uniqueName("app"), "https://"+uniqueName("api")+".example.com"
		s.declare("Client", "app", confidentialClient(id))
		s.declare("Api", "backend", map[string]any{"name": "Backend", "resource": uri, "permissions": map[string]any{"read": map[string]any{"name": "Read"}, "write": map[string]any{"name": "Write"}}})
		s.mustUp()
		secret := s.output("app", "clientSecret").(string)
		require.Equal(t, "-", instance.tokenScopes(id, secret, uri))
		for _, keys := range [][]any{{"read", "write"}, {"write"}} {
			s.declare("ApiGrant", "grant", map[string]any{"clientPermissions": keys}).from = map[string]string{"apiId": "backend.id", "clientId": "app.clientId"}
			s.mustUp()
			require.Equal(t, strings.Trim(fmt.Sprint(keys), "[]"), instance.tokenScopes(id, secret, uri))
		}
		s.drop("grant")
		s.mustUp()
		require.Equal(t, "-", instance.tokenScopes(id, secret, uri))
		require.NoError(t, s.destroy().err)
	}
}

func TestApiGrantForAnAPIOfTheSameProgram(t *testing.T) {
	t.Parallel()
	s := newStack(t, newInstanceWithAPIs(t, fake.Options{}))
	uri := "https://" + uniqueName("api") + ".example.com"
	backend := func(permissions ...string) {
		all := map[string]any{}
		for _, key := range permissions {
			all[key] = map[string]any{"name": key}
		}
		s.declare("Api", "backend", map[string]any{"name": "Backend", "resource": uri, "permissions": all})
	}
	grant := func(keys ...any) {
		s.declare("ApiGrant", "grant", map[string]any{"clientPermissions": keys}).from = map[string]string{"apiId": "backend.id", "clientId": "app.clientId"}
	}
	s.declare("Client", "app", confidentialClient(uniqueName("app")))
	backend("read", "write")
	grant("read", "write")
	o := s.preview()
	require.NoError(t, o.err, o.messages)
	require.True(t, o.outputs["grant"]["apiId"].ContainsUnknowns())
	s.mustUp()
	s.requireNoChanges()

	t.Log("one update removes a permission and adds another")
	backend("write", "run")
	grant("run")
	s.mustUp()
	s.requireNoChanges()
	app := s.output("app", "clientId").(string)
	require.Contains(t, s.instance.grants(app)[uri], "client: run")

	t.Log("a new resource replaces the API and its grant")
	old := string(s.state("backend").ID)
	uri = "https://" + uniqueName("api") + ".example.com"
	backend("run")
	o = s.mustUp()
	require.Contains(t, o.steps["grant"], deploy.OpReplace)
	require.NotEqual(t, old, s.output("grant", "apiId"))
	require.Len(t, s.instance.grants(app), 1)
	s.requireNoChanges()
	require.NoError(t, s.destroy().err)
}

func TestApiGrantOfAccessWithoutPermissions(t *testing.T) {
	t.Parallel()
	s, a, _ := newStackWithTwoAPIs(t, "2.14.0")
	s.declare("ApiGrant", "grant", map[string]any{"apiId": a, "clientId": "app", "clientAccess": true})
	s.mustUp()
	require.Equal(t, "user: ; client: !", s.instance.grants("app")["https://a.example.com"])
	s.requireNoChanges()
	imported := newStack(t, s.instance)
	require.NoError(t, imported.importResource("ApiGrant", "grant", a+"/app").err)
	imported.declare("ApiGrant", "grant", map[string]any{"apiId": a, "clientId": "app", "clientAccess": true, "userDelegatedAccess": false, "clientPermissions": []any{}})
	imported.requireNoChanges()

	t.Log("before 2.14 it is refused")
	for _, early := range []bool{true, false} {
		s, a, _ = newStackWithTwoAPIs(t, "2.13.0")
		s.config["maxRetries"] = "0"
		s.declare("ApiGrant", "grant", map[string]any{"apiId": a, "clientId": "app", "clientAccess": true, "userDelegatedPermissions": []any{"read"}})
		if !early {
			s.instance.failFirstVersionRequest()
		}
		requests := s.instance.requestsDuring(func() {
			o := s.up()
			require.Error(t, o.err)
			require.Contains(t, o.messages, "requires Pocket ID 2.14.0 or later; this server is 2.13.0 and would silently ignore it")
			require.NotContains(t, o.messages, "userDelegatedAccess")
		})
		require.NotContains(t, strings.Join(requests, "\n"), "PUT")
	}
	s, a, _ = newStackWithTwoAPIs(t, "2.13.0")
	old := newChecker(t, newFake(t, fake.Options{Version: "2.9.0"}))
	require.Equal(t, []string{"an ApiGrant requires Pocket ID 2.10.0 or later; this server is 2.9.0"},
		old.failures("ApiGrant", toProps(map[string]any{"apiId": a, "clientId": "app", "clientPermissions": []any{"read"}})))
	require.Empty(t, newChecker(t, s.instance).failures("ApiGrant", toProps(map[string]any{"apiId": a, "clientId": "app", "clientPermissions": []any{"read"}})))
}

func TestApiGrantDriftIsDetectedAndCorrected(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"2.13.0", "2.14.0"} {
		s, a, _ := newStackWithTwoAPIs(t, version)
		s.declare("ApiGrant", "grant", map[string]any{"apiId": a, "clientId": "app", "clientPermissions": []any{"read", "write"}})
		s.mustUp()
		want := s.instance.grants("app")

		t.Log("deleting a permission of the API removes it from the grant")
		s.instance.mustRequest("PUT", "/api/apis/"+a+"/permissions", map[string]any{"permissions": []any{permission("write", "Write"), permission("run", "Run")}})
		s.instance.mustRequest("PUT", "/api/apis/"+a+"/permissions", map[string]any{"permissions": []any{permission("write", "Write"), permission("run", "Run"), permission("read", "Read")}})
		require.NoError(t, s.refresh().err)
		o := s.mustUp()
		require.Equal(t, []display.StepOp{deploy.OpUpdate}, o.steps["grant"])
		require.Equal(t, want, s.instance.grants("app"))
		s.requireNoChanges()

		t.Log("deleting all permissions of the API deletes the grant")
		s.instance.mustRequest("PUT", "/api/apis/"+a+"/permissions", map[string]any{"permissions": []any{}})
		s.instance.mustRequest("PUT", "/api/apis/"+a+"/permissions", map[string]any{"permissions": []any{permission("write", "Write"), permission("read", "Read")}})
		require.NoError(t, s.refresh().err)
		require.Nil(t, s.find("grant"))
		s.mustUp()
		require.Equal(t, want, s.instance.grants("app"))

		t.Log("deleting the client deletes the grant")
		s.instance.mustRequest("DELETE", "/api/oidc/clients/app", nil)
		require.NoError(t, s.refresh().err)
		require.Nil(t, s.find("grant"))
		require.Error(t, newStack(t, s.instance).importResource("ApiGrant", "grant", a+"/app").err)

		t.Log("deleting the API deletes the grant")
		s.instance.mustRequest("POST", "/api/oidc/clients", map[string]any{"id": "app", "name": "App"})
		s.mustUp()
		s.instance.mustRequest("DELETE", "/api/apis/"+a, nil)
		require.NoError(t, s.destroy().err, "deleting a missing grant must succeed")
	}
}

func TestCreateApiGrantFailsIfItExists(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"2.13.0", "2.14.0"} {
		s, a, _ := newStackWithTwoAPIs(t, version)
		s.declare("ApiGrant", "theirs", map[string]any{"apiId": a, "clientId": "app", "clientPermissions": []any{"read"}})
		s.mustUp()
		want := s.instance.grants("app")
		mine := newStack(t, s.instance)
		mine.declare("ApiGrant", "grant", map[string]any{"apiId": a, "clientId": "app", "clientPermissions": []any{"write"}})
		o := mine.up()
		require.Error(t, o.err)
		require.Contains(t, o.messages, "pulumi import pocketid:index:ApiGrant grant '"+a+"/app'")
		require.Equal(t, want, s.instance.grants("app"))
	}
}

func TestApiGrantOfAMissingPermissionListsTheExistingOnes(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"2.13.0", "2.14.0"} {
		s, a, b := newStackWithTwoAPIs(t, version)
		s.declare("ApiGrant", "grant", map[string]any{"apiId": a, "clientId": "app", "clientPermissions": []any{"raed", "read"}, "userDelegatedPermissions": []any{"raed"}})
		o := s.up()
		require.Error(t, o.err)
		require.Contains(t, o.messages, `API https://a.example.com has no permission "raed"; it has read, run, write`)
		require.Empty(t, s.instance.grants("app"))
		s.declare("ApiGrant", "grant", map[string]any{"apiId": b, "clientId": "nobody", "userDelegatedPermissions": []any{"read"}})
		require.Error(t, s.up().err)
		s.declare("ApiGrant", "grant", map[string]any{"apiId": "nothing", "clientId": "app", "userDelegatedPermissions": []any{"read"}})
		require.Error(t, s.up().err)
		require.Nil(t, s.find("grant"))
	}
}

func TestPublicClientGetsNoClientPermissions(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"2.13.0", "2.14.0"} {
		s, a, _ := newStackWithTwoAPIs(t, version)
		s.instance.mustRequest("POST", "/api/oidc/clients", map[string]any{"id": "spa", "name": "SPA", "isPublic": true})
		s.declare("ApiGrant", "grant", map[string]any{"apiId": a, "clientId": "spa", "clientPermissions": []any{"read"}})
		o := s.up()
		require.Error(t, o.err)
		require.Contains(t, o.messages, "client spa is public")
		s.declare("ApiGrant", "grant", map[string]any{"apiId": a, "clientId": "spa", "userDelegatedPermissions": []any{"read"}})
		s.mustUp()
		s.requireNoChanges()
	}
}

func TestApiGrantWithUnknownPermissionsHasUnknownAccess(t *testing.T) {
	t.Parallel()
	s, a, _ := newStackWithTwoAPIs(t, "2.14.0")
	s.declare("Group", "devs", map[string]any{"name": "devs", "friendlyName": "Developers"})
	s.declare("ApiGrant", "grant", map[string]any{"apiId": a, "clientId": "app", "clientAccess": true, "userDelegatedPermissions": unknown})
	o := s.preview()
	require.NoError(t, o.err, o.messages)
	require.True(t, o.outputs["grant"]["userDelegatedAccess"].ContainsUnknowns())
	require.Equal(t, true, o.outputs["grant"]["clientAccess"].BoolValue())
}

func TestApiGrantValidation(t *testing.T) {
	t.Parallel()
	c := newChecker(t, newFake(t, fake.Options{}))
	grant := func(more map[string]any) map[string]any {
		m := map[string]any{"apiId": "an-api", "clientId": "app", "clientPermissions": []any{"read"}}
		for k, v := range more {
			m[k] = v
		}
		return m
	}
	for _, row := range []struct {
		inputs map[string]any
		want   []string
	}{
		{grant(nil), nil},
		{grant(map[string]any{"apiId": unknown, "clientId": unknown, "clientPermissions": unknown, "userDelegatedPermissions": []any{unknown}}), nil},
		{grant(map[string]any{"clientPermissions": unknown, "clientAccess": false}), nil},
		{grant(map[string]any{"clientPermissions": []any{}, "clientAccess": unknown}), nil},
		{grant(map[string]any{"apiId": "", "clientId": "a/b"}), []string{"apiId: must be the ID of an API", "clientId: must be the ID of a client"}},
		{grant(map[string]any{"clientAccess": false}), []string{"a grant must grant something", "clientAccess: must not be false together with clientPermissions"}},
		{grant(map[string]any{"clientPermissions": []any{}}), []string{"a grant must grant something"}},
		{grant(map[string]any{"clientPermissions": []any{"read", ""}}), []string{"clientPermissions[0]: must not be empty"}},
		{grant(map[string]any{"clientPermissions": []any{nil, "read"}}), []string{"clientPermissions[0]: must not be null"}},
	} {
		if row.want == nil {
			row.want = []string{}
		}
		got := c.failures("ApiGrant", toProps(row.inputs))
		slices.Sort(got)
		require.Len(t, got, len(row.want), "%v: %v", row.inputs, got)
		for i, want := range row.want {
			require.Contains(t, got[i], want)
		}
	}
	s := newStack(t, newFake(t, fake.Options{}))
	for _, id := range []string{"x", "x/", "/x"} {
		o := s.importResource("ApiGrant", "grant", id)
		require.Error(t, o.err)
		require.Contains(t, o.messages, "does not have the form <apiId>/<clientId>")
	}
}
