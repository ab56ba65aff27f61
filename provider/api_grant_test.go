package provider

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/pulumi/pulumi/pkg/v3/display"
	"github.com/pulumi/pulumi/pkg/v3/resource/deploy"
	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

// grants are what a client may do, by the names of the APIs: "user: …; client: …".
func (i *pocketID) grants(clientID string) map[string]string {
	i.t.Helper()
	found := map[string]string{}
	add := func(a map[string]any, g map[string]any) {
		words := func(ids, access any) string {
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
		text := fmt.Sprintf("user: %s; client: %s", words(g["userDelegatedPermissionIds"], g["userDelegatedAccess"]), words(g["clientPermissionIds"], g["clientAccess"]))
		if text != "user: ; client: " {
			found[a["resource"].(string)] = text
		}
	}
	if i.has(14) {
		_, out := i.try("GET", "/api/api-access/"+clientID+"/apis", nil)
		for _, g := range out.([]any) {
			add(g.(map[string]any)["api"].(map[string]any), g.(map[string]any))
		}
		return found
	}
	all := i.ask("GET", "/api/api-access/"+clientID, nil)
	for _, a := range i.everything("/api/apis") {
		add(a, all)
	}
	return found
}

// twoAPIs has a client and two APIs, made by hand.
func twoAPIs(t *testing.T, version string) (s *stack, a, b string) {
	on := onFake(t, fake.Options{Version: version})
	on.ask("POST", "/api/oidc/clients", map[string]any{"id": "app", "name": "App"})
	a = on.makeAPI("https://a.example.com", permission("read", "Read"), permission("write", "Write"), permission("run", "Run"))
	b = on.makeAPI("https://b.example.com", permission("read", "Read"), permission("other", "Other"))
	return newStack(t, on), a, b
}

func TestAGrantLivesItsLife(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"2.12.0", "2.13.0", "2.14.0"} {
		s, a, b := twoAPIs(t, version)
		access := "!"
		if version != "2.14.0" {
			access = ""
		}
		words := func(user, client string) string {
			mark := func(keys string) string {
				if keys == "" {
					return ""
				}
				return strings.TrimSpace(keys + " " + access)
			}
			return "user: " + mark(user) + "; client: " + mark(client)
		}
		s.declare("ApiGrant", "other", map[string]any{"apiId": b, "clientId": "app", "clientPermissions": []any{"other", "read"}})
		s.declare("ApiGrant", "grant", map[string]any{"apiId": a, "clientId": "app", "userDelegatedPermissions": []any{"write", "read", "write"}})
		s.mustUp()
		require.Equal(t, map[string]string{"https://a.example.com": words("read write", ""), "https://b.example.com": words("", "other read")}, s.pocketID.grants("app"))
		require.Equal(t, a+"/app", string(s.state("grant").ID))
		require.Equal(t, true, s.output("grant", "userDelegatedAccess"))
		require.Equal(t, false, s.output("grant", "clientAccess"))
		s.steady()

		t.Log("an update leaves the other API alone")
		s.declare("ApiGrant", "grant", map[string]any{"apiId": a, "clientId": "app", "userDelegatedPermissions": []any{"read"}, "clientPermissions": []any{"run"}, "clientAccess": true})
		o := s.mustUp()
		require.Equal(t, []display.StepOp{deploy.OpUpdate}, o.steps["grant"])
		require.Equal(t, map[string]string{"https://a.example.com": words("read", "run"), "https://b.example.com": words("", "other read")}, s.pocketID.grants("app"))
		s.steady()

		t.Log("an import shows no change, whatever of the defaults is said")
		for _, more := range []map[string]any{{}, {"userDelegatedAccess": true, "clientAccess": true}} {
			imported := newStack(t, s.pocketID)
			require.NoError(t, imported.importing("ApiGrant", "grant", a+"/app").err)
			more["apiId"], more["clientId"], more["userDelegatedPermissions"], more["clientPermissions"] = a, "app", []any{"read"}, []any{"run", "run"}
			imported.declare("ApiGrant", "grant", more)
			imported.steady()
		}

		s.drop("grant")
		s.mustUp()
		require.Equal(t, map[string]string{"https://b.example.com": words("", "other read")}, s.pocketID.grants("app"))
		require.NoError(t, s.destroy().err)
		require.Empty(t, s.pocketID.grants("app"))
		require.NoError(t, newStack(t, s.pocketID).destroy().err)
	}
}

// scopes are those of a token that a client gets by itself; "-" if it gets none.
func (i *pocketID) scopes(clientID, secret, resource string) string {
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

func TestAGrantGivesTokensForAnAPI(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"2.12.0", "2.13.0", ""} {
		on := onAPIs(t, fake.Options{Version: version})
		s := newStack(t, on)
		id, uri := named("app"), "https://"+named("api")+".example.com"
		s.declare("Client", "app", confidential(id))
		s.declare("Api", "backend", map[string]any{"name": "Backend", "resource": uri, "permissions": map[string]any{"read": map[string]any{"name": "Read"}, "write": map[string]any{"name": "Write"}}})
		s.mustUp()
		secret := s.output("app", "clientSecret").(string)
		require.Equal(t, "-", on.scopes(id, secret, uri))
		for _, keys := range [][]any{{"read", "write"}, {"write"}} {
			s.declare("ApiGrant", "grant", map[string]any{"clientPermissions": keys}).from = map[string]string{"apiId": "backend.id", "clientId": "app.clientId"}
			s.mustUp()
			require.Equal(t, strings.Trim(fmt.Sprint(keys), "[]"), on.scopes(id, secret, uri))
		}
		s.drop("grant")
		s.mustUp()
		require.Equal(t, "-", on.scopes(id, secret, uri))
		require.NoError(t, s.destroy().err)
	}
}

func TestAProgramGrantsWhatItMakes(t *testing.T) {
	t.Parallel()
	s := newStack(t, onAPIs(t, fake.Options{}))
	uri := "https://" + named("api") + ".example.com"
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
	s.declare("Client", "app", confidential(named("app")))
	backend("read", "write")
	grant("read", "write")
	o := s.preview()
	require.NoError(t, o.err, o.text)
	require.True(t, o.new["grant"]["apiId"].ContainsUnknowns())
	s.mustUp()
	s.steady()

	t.Log("a permission goes, and another comes, in one update")
	backend("write", "run")
	grant("run")
	s.mustUp()
	s.steady()
	app := s.output("app", "clientId").(string)
	require.Contains(t, s.pocketID.grants(app)[uri], "client: run")

	t.Log("another resource is another API, and the grant moves along")
	old := string(s.state("backend").ID)
	uri = "https://" + named("api") + ".example.com"
	backend("run")
	o = s.mustUp()
	require.Contains(t, o.steps["grant"], deploy.OpReplace)
	require.NotEqual(t, old, s.output("grant", "apiId"))
	require.Len(t, s.pocketID.grants(app), 1)
	s.steady()
	require.NoError(t, s.destroy().err)
}

func TestAccessWithoutAPermission(t *testing.T) {
	t.Parallel()
	s, a, _ := twoAPIs(t, "2.14.0")
	s.declare("ApiGrant", "grant", map[string]any{"apiId": a, "clientId": "app", "clientAccess": true})
	s.mustUp()
	require.Equal(t, "user: ; client: !", s.pocketID.grants("app")["https://a.example.com"])
	s.steady()
	imported := newStack(t, s.pocketID)
	require.NoError(t, imported.importing("ApiGrant", "grant", a+"/app").err)
	imported.declare("ApiGrant", "grant", map[string]any{"apiId": a, "clientId": "app", "clientAccess": true, "userDelegatedAccess": false, "clientPermissions": []any{}})
	imported.steady()

	t.Log("before 2.14 there is none")
	for _, early := range []bool{true, false} {
		s, a, _ = twoAPIs(t, "2.13.0")
		s.config["maxRetries"] = "0"
		s.declare("ApiGrant", "grant", map[string]any{"apiId": a, "clientId": "app", "clientAccess": true, "userDelegatedPermissions": []any{"read"}})
		if !early {
			s.pocketID.awayForTheCheck()
		}
		requests := s.pocketID.counted(func() {
			o := s.up()
			require.Error(t, o.err)
			require.Contains(t, o.text, "needs Pocket ID 2.14.0 or later; this server is 2.13.0")
			require.NotContains(t, o.text, "userDelegatedAccess")
		})
		require.NotContains(t, strings.Join(requests, "\n"), "PUT")
	}
	s, a, _ = twoAPIs(t, "2.13.0")
	old := newChecker(t, onFake(t, fake.Options{Version: "2.9.0"}))
	require.Equal(t, []string{"an ApiGrant needs Pocket ID 2.10.0 or later; this server is 2.9.0"},
		old.failures("ApiGrant", said(map[string]any{"apiId": a, "clientId": "app", "clientPermissions": []any{"read"}})))
	require.Empty(t, newChecker(t, s.pocketID).failures("ApiGrant", said(map[string]any{"apiId": a, "clientId": "app", "clientPermissions": []any{"read"}})))
}

func TestDriftOfAGrantShowsAndIsMended(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"2.13.0", "2.14.0"} {
		s, a, _ := twoAPIs(t, version)
		s.declare("ApiGrant", "grant", map[string]any{"apiId": a, "clientId": "app", "clientPermissions": []any{"read", "write"}})
		s.mustUp()
		want := s.pocketID.grants("app")

		t.Log("a permission that the API loses is lost to the grant, too")
		s.pocketID.ask("PUT", "/api/apis/"+a+"/permissions", map[string]any{"permissions": []any{permission("write", "Write"), permission("run", "Run")}})
		s.pocketID.ask("PUT", "/api/apis/"+a+"/permissions", map[string]any{"permissions": []any{permission("write", "Write"), permission("run", "Run"), permission("read", "Read")}})
		require.NoError(t, s.refresh().err)
		o := s.mustUp()
		require.Equal(t, []display.StepOp{deploy.OpUpdate}, o.steps["grant"])
		require.Equal(t, want, s.pocketID.grants("app"))
		s.steady()

		t.Log("all of it")
		s.pocketID.ask("PUT", "/api/apis/"+a+"/permissions", map[string]any{"permissions": []any{}})
		s.pocketID.ask("PUT", "/api/apis/"+a+"/permissions", map[string]any{"permissions": []any{permission("write", "Write"), permission("read", "Read")}})
		require.NoError(t, s.refresh().err)
		require.Nil(t, s.find("grant"))
		s.mustUp()
		require.Equal(t, want, s.pocketID.grants("app"))

		t.Log("with the client")
		s.pocketID.ask("DELETE", "/api/oidc/clients/app", nil)
		require.NoError(t, s.refresh().err)
		require.Nil(t, s.find("grant"))
		require.Error(t, newStack(t, s.pocketID).importing("ApiGrant", "grant", a+"/app").err)

		t.Log("with the API")
		s.pocketID.ask("POST", "/api/oidc/clients", map[string]any{"id": "app", "name": "App"})
		s.mustUp()
		s.pocketID.ask("DELETE", "/api/apis/"+a, nil)
		require.NoError(t, s.destroy().err, "what is gone need not be deleted")
	}
}

func TestAGrantThatExistsIsNeverTakenOver(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"2.13.0", "2.14.0"} {
		s, a, _ := twoAPIs(t, version)
		s.declare("ApiGrant", "theirs", map[string]any{"apiId": a, "clientId": "app", "clientPermissions": []any{"read"}})
		s.mustUp()
		want := s.pocketID.grants("app")
		mine := newStack(t, s.pocketID)
		mine.declare("ApiGrant", "grant", map[string]any{"apiId": a, "clientId": "app", "clientPermissions": []any{"write"}})
		o := mine.up()
		require.Error(t, o.err)
		require.Contains(t, o.text, "pulumi import pocketid:index:ApiGrant grant '"+a+"/app'")
		require.Equal(t, want, s.pocketID.grants("app"))
	}
}

func TestAPermissionThatTheAPIDoesNotHaveIsNamedWithThoseItHas(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"2.13.0", "2.14.0"} {
		s, a, b := twoAPIs(t, version)
		s.declare("ApiGrant", "grant", map[string]any{"apiId": a, "clientId": "app", "clientPermissions": []any{"raed", "read"}, "userDelegatedPermissions": []any{"raed"}})
		o := s.up()
		require.Error(t, o.err)
		require.Contains(t, o.text, `API https://a.example.com has no permission "raed"; it has read, run, write`)
		require.Empty(t, s.pocketID.grants("app"))
		s.declare("ApiGrant", "grant", map[string]any{"apiId": b, "clientId": "nobody", "userDelegatedPermissions": []any{"read"}})
		require.Error(t, s.up().err)
		s.declare("ApiGrant", "grant", map[string]any{"apiId": "nothing", "clientId": "app", "userDelegatedPermissions": []any{"read"}})
		require.Error(t, s.up().err)
		require.Nil(t, s.find("grant"))
	}
}

func TestAPublicClientGetsNothingByItself(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"2.13.0", "2.14.0"} {
		s, a, _ := twoAPIs(t, version)
		s.pocketID.ask("POST", "/api/oidc/clients", map[string]any{"id": "spa", "name": "SPA", "isPublic": true})
		s.declare("ApiGrant", "grant", map[string]any{"apiId": a, "clientId": "spa", "clientPermissions": []any{"read"}})
		o := s.up()
		require.Error(t, o.err)
		require.Contains(t, o.text, "client spa is public")
		s.declare("ApiGrant", "grant", map[string]any{"apiId": a, "clientId": "spa", "userDelegatedPermissions": []any{"read"}})
		s.mustUp()
		s.steady()
	}
}

// Before 2.14 the permissions of all APIs are one list, which each grant writes.
func TestGrantsOfOneClientDoNotUndoEachOther(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"2.13.0", "2.14.0"} {
		on := onFake(t, fake.Options{Version: version})
		on.ask("POST", "/api/oidc/clients", map[string]any{"id": "app", "name": "App"})
		s := newStack(t, on)
		for n := range 12 {
			id := on.makeAPI(fmt.Sprintf("https://api%d.example.com", n), permission("read", "Read"))
			s.declare("ApiGrant", fmt.Sprint("grant", n), map[string]any{"apiId": id, "clientId": "app", "clientPermissions": []any{"read"}})
		}
		requests := on.counted(func() { s.mustUp() })
		require.Len(t, on.grants("app"), 12)
		if version == "2.13.0" {
			require.LessOrEqual(t, strings.Count(strings.Join(requests, "\n"), "PUT"), 6, "they go out together")
		}
		s.steady()
		for n := range 6 {
			s.drop(fmt.Sprint("grant", n))
		}
		s.mustUp()
		require.Len(t, on.grants("app"), 6)
		require.NoError(t, s.destroy().err)
		require.Empty(t, on.grants("app"))
	}
}

// Who has read the list before us and writes it after us takes our part away.
func TestAGrantThatAnotherWriterTookAwayIsMadeAgain(t *testing.T) {
	t.Parallel()
	s, a, b := twoAPIs(t, "2.13.0")
	s.declare("ApiGrant", "grant", map[string]any{"apiId": a, "clientId": "app", "clientPermissions": []any{"read"}})
	theirs := s.pocketID.api(b)["permissions"].([]any)[0].(map[string]any)["id"].(string)
	var once sync.Once
	s.pocketID.meddling(func(w http.ResponseWriter, r *http.Request) (answered bool) {
		if r.Method == "PUT" && strings.HasSuffix(r.URL.Path, "/api-access/app") {
			once.Do(func() {
				answered = true
				s.pocketID.server.ServeHTTP(w, r)
				late := httptest.NewRequest("PUT", r.URL.Path, strings.NewReader(`{"userDelegatedPermissionIds":[],"clientPermissionIds":["`+theirs+`"]}`))
				late.Header = r.Header.Clone()
				s.pocketID.server.ServeHTTP(httptest.NewRecorder(), late)
			})
		}
		return answered
	})
	s.mustUp()
	require.Equal(t, map[string]string{"https://a.example.com": "user: ; client: read", "https://b.example.com": "user: ; client: read"}, s.pocketID.grants("app"))
	s.steady()
}

func TestALostAnswerToAGrantIsSettled(t *testing.T) {
	t.Parallel()
	for version, address := range map[string]string{"2.13.0": "/api-access/app", "2.14.0": "/clients/app"} {
		s, a, _ := twoAPIs(t, version)
		s.pocketID.meddling(losingOnce("PUT", address, s.pocketID))
		s.declare("ApiGrant", "grant", map[string]any{"apiId": a, "clientId": "app", "clientPermissions": []any{"read"}})
		s.mustUp()
		require.Len(t, s.pocketID.grants("app"), 1)
		s.steady()
	}
}

// A permission that goes away just before the write is dropped in silence.
func TestWhatTheServerDropsOfAGrantIsAnErrorAndTheRestIsKept(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"2.13.0", "2.14.0"} {
		s, a, _ := twoAPIs(t, version)
		losing := func() {
			var once sync.Once
			s.pocketID.meddling(func(w http.ResponseWriter, r *http.Request) bool {
				if r.Method == "PUT" && strings.HasSuffix(r.URL.Path, "/app") {
					once.Do(func() {
						drop := httptest.NewRequest("PUT", "/api/apis/"+a+"/permissions", strings.NewReader(`{"permissions":[{"key":"read","name":"Read"}]}`))
						drop.Header = r.Header.Clone()
						s.pocketID.server.ServeHTTP(httptest.NewRecorder(), drop)
					})
				}
				return false
			})
		}
		losing()
		s.declare("ApiGrant", "grant", map[string]any{"apiId": a, "clientId": "app", "clientPermissions": []any{"read", "write"}})
		o := s.up()
		require.Error(t, o.err)
		require.Contains(t, o.text, "did not stay as written")
		require.Equal(t, []any{"read"}, s.output("grant", "clientPermissions"))
		o = s.up()
		require.Error(t, o.err)
		require.Contains(t, o.text, `has no permission "write"; it has read`)

		s.pocketID.ask("PUT", "/api/apis/"+a+"/permissions", map[string]any{"permissions": []any{permission("read", "Read"), permission("write", "Write")}})
		s.mustUp()
		s.steady()
		losing()
		s.declare("ApiGrant", "grant", map[string]any{"apiId": a, "clientId": "app", "userDelegatedPermissions": []any{"read", "write"}})
		require.Error(t, s.up().err)
		require.Equal(t, []any{"read"}, s.output("grant", "userDelegatedPermissions"))
		s.declare("ApiGrant", "grant", map[string]any{"apiId": a, "clientId": "app", "userDelegatedPermissions": []any{"read"}})
		s.mustUp()
		s.steady()
	}
}

func TestAGrantThatIsNotKnownYetHasNoAccessYet(t *testing.T) {
	t.Parallel()
	s, a, _ := twoAPIs(t, "2.14.0")
	s.declare("Group", "devs", map[string]any{"name": "devs", "friendlyName": "Developers"})
	s.declare("ApiGrant", "grant", map[string]any{"apiId": a, "clientId": "app", "clientAccess": true, "userDelegatedPermissions": unknown})
	o := s.preview()
	require.NoError(t, o.err, o.text)
	require.True(t, o.new["grant"]["userDelegatedAccess"].ContainsUnknowns())
	require.Equal(t, true, o.new["grant"]["clientAccess"].BoolValue())
}

func TestBadInputOfAGrant(t *testing.T) {
	t.Parallel()
	c := newChecker(t, onFake(t, fake.Options{}))
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
		{grant(map[string]any{"apiId": "", "clientId": "a/b"}), []string{"apiId: must be the id of an API", "clientId: must be the id of a client"}},
		{grant(map[string]any{"clientAccess": false}), []string{"a grant must grant something", "clientAccess: must not be false together with clientPermissions"}},
		{grant(map[string]any{"clientPermissions": []any{}}), []string{"a grant must grant something"}},
		{grant(map[string]any{"clientPermissions": []any{"read", ""}}), []string{"clientPermissions[0]: must not be empty"}},
		{grant(map[string]any{"clientPermissions": []any{nil, "read"}}), []string{"clientPermissions[0]: must not be null"}},
	} {
		if row.want == nil {
			row.want = []string{}
		}
		got := c.failures("ApiGrant", said(row.inputs))
		slices.Sort(got)
		require.Len(t, got, len(row.want), "%v: %v", row.inputs, got)
		for i, want := range row.want {
			require.Contains(t, got[i], want)
		}
	}
	s := newStack(t, onFake(t, fake.Options{}))
	for _, id := range []string{"x", "x/", "/x"} {
		o := s.importing("ApiGrant", "grant", id)
		require.Error(t, o.err)
		require.Contains(t, o.text, "is not of the form <apiId>/<clientId>")
	}
}
