package provider

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/pulumi/pulumi/pkg/v3/display"
	"github.com/pulumi/pulumi/pkg/v3/resource/deploy"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

// api is an API as the server has it, or nil.
func (i *pocketID) api(id string) map[string]any {
	i.t.Helper()
	status, out := i.try("GET", "/api/apis/"+id, nil)
	if status == http.StatusNotFound {
		return nil
	}
	require.Equal(i.t, 200, status, out)
	return out.(map[string]any)
}

// permissions are the names of an API's permissions by their keys.
func (i *pocketID) permissions(id string) map[string]string {
	i.t.Helper()
	names := map[string]string{}
	for _, p := range i.api(id)["permissions"].([]any) {
		names[p.(map[string]any)["key"].(string)] = p.(map[string]any)["name"].(string)
	}
	return names
}

// makeAPI makes one by hand and returns its id.
func (i *pocketID) makeAPI(resource string, permissions ...any) string {
	i.t.Helper()
	id := i.ask("POST", "/api/apis", map[string]any{"name": "By hand", "resource": resource})["id"].(string)
	i.ask("PUT", "/api/apis/"+id+"/permissions", map[string]any{"permissions": permissions})
	return id
}

func permission(key, name string) map[string]any { return map[string]any{"key": key, "name": name} }

// onAPIs is an instance that has APIs; a real server may be too old.
func onAPIs(t *testing.T, o fake.Options) *pocketID {
	on := onFake(t, o)
	if o.Version == "" {
		if on = onPocketID(t); !on.has(10) {
			t.Skip("this Pocket ID has no APIs")
		}
	}
	return on
}

func TestAnAPILivesItsLife(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"2.12.0", "2.13.0", ""} {
		s := newStack(t, onAPIs(t, fake.Options{Version: version}))
		uri := "https://" + named("api") + ".example.com"
		declare := func(name string, permissions map[string]any) {
			inputs := map[string]any{"name": name, "resource": uri}
			if permissions != nil {
				inputs["permissions"] = permissions
			}
			s.declare("Api", "backend", inputs)
		}
		declare("Backend", map[string]any{"read": map[string]any{"name": "Read"}, "write:all": map[string]any{"name": "Write", "description": "Change things"}})
		o := s.preview()
		require.NoError(t, o.err, o.text)
		require.True(t, o.new["backend"]["permissionIds"].ContainsUnknowns())
		s.mustUp()
		id := string(s.state("backend").ID)
		require.Equal(t, map[string]string{"read": "Read", "write:all": "Write"}, s.pocketID.permissions(id))
		ids := s.output("backend", "permissionIds").(map[string]any)
		require.Len(t, ids, 2)
		require.NotEmpty(t, s.output("backend", "issuer"))
		s.steady()

		t.Log("a permission keeps its id with its key, whatever people see of it")
		declare("Renamed", map[string]any{"read": map[string]any{"name": "Read all", "description": ""}, "write:all": map[string]any{"name": "Write"}})
		o = s.preview()
		require.False(t, o.new["backend"]["permissionIds"].ContainsUnknowns(), "no key changes")
		o = s.mustUp()
		require.Equal(t, []display.StepOp{deploy.OpUpdate}, o.steps["backend"])
		require.Equal(t, "Renamed", s.pocketID.api(id)["name"])
		require.Equal(t, map[string]string{"read": "Read all", "write:all": "Write"}, s.pocketID.permissions(id))
		require.Equal(t, ids, s.output("backend", "permissionIds"))
		s.steady()

		declare("Renamed", map[string]any{"read": map[string]any{"name": "Read all"}, "delete": map[string]any{"name": "Delete"}})
		o = s.preview()
		require.True(t, o.new["backend"]["permissionIds"].ContainsUnknowns())
		s.mustUp()
		now := s.output("backend", "permissionIds").(map[string]any)
		require.Equal(t, ids["read"], now["read"])
		require.Contains(t, now, "delete")
		require.NotContains(t, now, "write:all")
		s.steady()

		t.Log("left out, they are left alone; {} removes them")
		declare("Renamed", nil)
		s.mustUp()
		require.Len(t, s.pocketID.permissions(id), 2)
		s.steady()
		declare("Renamed", map[string]any{})
		s.mustUp()
		require.Empty(t, s.pocketID.permissions(id))
		s.steady()

		t.Log("another resource is another API")
		uri = "https://" + named("other") + ".example.com"
		declare("Renamed", nil)
		o = s.mustUp()
		require.Contains(t, o.steps["backend"], deploy.OpReplace)
		require.Nil(t, s.pocketID.api(id))
		s.steady()
		id = string(s.state("backend").ID)
		require.NoError(t, s.destroy().err)
		require.Nil(t, s.pocketID.api(id))
	}
}

func TestNothingIsWrittenToAnAPIThatIsAsItShouldBe(t *testing.T) {
	t.Parallel()
	s := newStack(t, onFake(t, fake.Options{}))
	s.declare("Api", "backend", map[string]any{"name": "Backend", "resource": "https://api.example.com", "permissions": map[string]any{"read": map[string]any{"name": "Read"}}})
	s.mustUp()
	s.declare("Api", "backend", map[string]any{"name": "Renamed", "resource": "https://api.example.com", "permissions": map[string]any{"read": map[string]any{"name": "Read"}}})
	requests := strings.Join(s.pocketID.counted(func() { s.mustUp() }), "\n")
	require.Equal(t, 1, strings.Count(requests, "PUT"), requests)
}

func TestDriftOfAnAPIShowsAndIsMended(t *testing.T) {
	t.Parallel()
	s := newStack(t, onAPIs(t, fake.Options{}))
	s.declare("Api", "backend", map[string]any{"name": "Backend", "resource": "https://" + named("a") + ".example.com", "permissions": map[string]any{"read": map[string]any{"name": "Read"}, "write": map[string]any{"name": "Write"}}})
	s.declare("Api", "alone", map[string]any{"name": "Alone", "resource": "https://" + named("b") + ".example.com"})
	s.mustUp()
	t.Cleanup(func() { s.destroy() })
	backend, alone := string(s.state("backend").ID), string(s.state("alone").ID)
	s.pocketID.ask("PUT", "/api/apis/"+backend, map[string]any{"name": "Other"})
	s.pocketID.ask("PUT", "/api/apis/"+backend+"/permissions", map[string]any{"permissions": []any{permission("read", "Changed"), permission("by-hand", "By hand")}})
	s.pocketID.ask("PUT", "/api/apis/"+alone+"/permissions", map[string]any{"permissions": []any{permission("by-hand", "By hand")}})
	require.NoError(t, s.refresh().err)
	o := s.mustUp()
	require.ElementsMatch(t, []string{"name", "permissions.read.name", `permissions["by-hand"]`, "permissions.write"}, o.diffs["backend"])
	require.Empty(t, o.steps["alone"], "permissions that the program leaves out are left alone")
	require.Equal(t, map[string]string{"read": "Read", "write": "Write"}, s.pocketID.permissions(backend))
	require.Equal(t, map[string]string{"by-hand": "By hand"}, s.pocketID.permissions(alone))
	require.Contains(t, s.output("alone", "permissionIds"), "by-hand")
	s.steady()

	t.Log("one that is gone is made again")
	s.pocketID.ask("DELETE", "/api/apis/"+backend, nil)
	require.NoError(t, s.refresh().err)
	require.Nil(t, s.find("backend"))
	s.mustUp()
	require.Len(t, s.pocketID.permissions(string(s.state("backend").ID)), 2)
}

func TestImportedAPIShowsNoChange(t *testing.T) {
	t.Parallel()
	on := onAPIs(t, fake.Options{})
	uri := "https://" + named("caf\u00e9") + ".example.com"
	id := on.makeAPI(uri, permission("read", "Caf\u00e9"), map[string]any{"key": "write", "name": "Write", "description": "Cafe\u0301"})
	t.Cleanup(func() { on.try("DELETE", "/api/apis/"+id, nil) })
	for _, more := range []map[string]any{
		{},
		{"permissions": map[string]any{"read": map[string]any{"name": "Cafe\u0301"}, "write": map[string]any{"name": "Write", "description": "Caf\u00e9"}}},
	} {
		s := newStack(t, on)
		o := s.importing("Api", "backend", id)
		require.NoError(t, o.err, o.text)
		require.Len(t, s.output("backend", "permissionIds"), 2)
		more["name"], more["resource"] = "By hand", strings.Replace(uri, "\u00e9", "e\u0301", 1)
		s.declare("Api", "backend", more)
		s.steady()
	}
	s := newStack(t, on)
	require.Error(t, s.importing("Api", "backend", "00000000-0000-4000-8000-000000000000").err)
}

// From 2.14 on a resource has no / at its end.
func TestASlashAtTheEndOfAResourceIsNoChange(t *testing.T) {
	t.Parallel()
	for version, kept := range map[string]string{"2.13.0": "https://api.example.com/", "2.14.0": "https://api.example.com"} {
		on := onFake(t, fake.Options{Version: version})
		s := newStack(t, on)
		s.declare("Api", "backend", map[string]any{"name": "Backend", "resource": "https://api.example.com/"})
		o := s.preview()
		require.NoError(t, o.err, o.text)
		require.Equal(t, kept, o.new["backend"]["resource"].StringValue(), "a preview says what will be")
		s.mustUp()
		require.Equal(t, kept, s.output("backend", "resource"))
		s.steady()
		s.declare("Api", "backend", map[string]any{"name": "Backend", "resource": "https://api.example.com"})
		s.steady()
		imported := newStack(t, on)
		require.NoError(t, imported.importing("Api", "backend", string(s.state("backend").ID)).err)
		for _, resource := range []string{"https://api.example.com/", "https://api.example.com"} {
			imported.declare("Api", "backend", map[string]any{"name": "Backend", "resource": resource})
			imported.steady()
		}
	}
}

func TestAnAPIThatExistsIsNeverTakenOver(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"2.13.0", "2.14.0"} {
		on := onFake(t, fake.Options{Version: version})
		theirs := on.makeAPI("https://api.example.com")
		s := newStack(t, on)
		s.declare("Api", "backend", map[string]any{"name": "Backend", "resource": "https://api.example.com"})
		o := s.up()
		require.Error(t, o.err)
		require.Contains(t, o.text, "pulumi import pocketid:index:Api backend '"+theirs+"'")
		require.Equal(t, "By hand", on.api(theirs)["name"])
		require.Nil(t, s.find("backend"))
	}
}

func TestALostAnswerToTheMakingOfAnAPIIsSettled(t *testing.T) {
	t.Parallel()
	s := newStack(t, onFake(t, fake.Options{}))
	s.pocketID.meddling(losingOnce("POST", "/api/apis", s.pocketID))
	s.declare("Api", "backend", map[string]any{"name": "Backend", "resource": "https://api.example.com/"})
	s.mustUp()
	require.Len(t, s.pocketID.everything("/api/apis"), 1)
	s.steady()
}

func TestAnAPIOrAGrantThatStaysUndecidedIsNamedWithItsImport(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"2.13.0", "2.14.0"} {
		on := onFake(t, fake.Options{Version: version})
		on.ask("POST", "/api/oidc/clients", map[string]any{"id": "app", "name": "App"})
		id := on.makeAPI("https://by-hand.example.com", permission("read", "Read"))
		for typ, row := range map[string]struct {
			inputs map[string]any
			want   string
		}{
			"Api":      {map[string]any{"name": "Backend", "resource": "https://api.example.com"}, "pulumi import pocketid:index:Api it '<id>'"},
			"ApiGrant": {map[string]any{"apiId": id, "clientId": "app", "userDelegatedPermissions": []any{"read"}}, "pulumi import pocketid:index:ApiGrant it '" + id + "/app'"},
		} {
			s := newStack(t, on)
			s.config["maxRetries"], s.config["startupTimeout"] = "0", "0"
			var gone atomic.Bool // after the write, nothing answers
			on.meddling(func(w http.ResponseWriter, r *http.Request) bool {
				if r.Method == "POST" || r.Method == "PUT" {
					gone.Store(true)
					on.server.ServeHTTP(httptest.NewRecorder(), r)
				}
				if gone.Load() {
					hijackAndClose(w)
				}
				return gone.Load()
			})
			s.declare(typ, "it", row.inputs)
			o := s.up()
			require.Error(t, o.err)
			require.Contains(t, o.text, "it is unknown whether", typ)
			require.Contains(t, o.text, row.want, typ)
			on.meddling(nil)
		}
	}
}

func TestLostAnswersToChangesOfAPIsAndGrantsAreSettled(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"2.13.0", "2.14.0"} {
		on := onFake(t, fake.Options{Version: version})
		s := newStack(t, on)
		declare := func(name, key string) {
			inputs := map[string]any{"name": name, "resource": "https://api.example.com", "permissions": map[string]any{key: map[string]any{"name": name}}}
			if version == "2.14.0" {
				inputs["cimdAccess"] = map[string]any{"enabled": true, "permissions": []any{key}}
			}
			s.declare("Api", "backend", inputs)
			s.declare("ApiGrant", "grant", map[string]any{"clientPermissions": []any{key}}).from = map[string]string{"apiId": "backend.id", "clientId": "app.clientId"}
		}
		s.declare("Client", "app", confidential("app"))
		declare("Backend", "read")
		s.mustUp()
		id := string(s.state("backend").ID)
		for n, lost := range []string{"PUT /api/apis/" + id, "PUT /permissions", "PUT /cimd-access", "PUT /app"} {
			method, address, _ := strings.Cut(lost, " ")
			on.meddling(losingOnce(method, address, on))
			declare(fmt.Sprint("Backend ", n), fmt.Sprint("read", n))
			s.mustUp()
			on.meddling(nil)
			require.Equal(t, map[string]string{fmt.Sprint("read", n): fmt.Sprint("Backend ", n)}, on.permissions(id))
			require.Contains(t, on.grants("app")["https://api.example.com"], fmt.Sprint("client: read", n))
			s.steady()
		}
		s.drop("grant")
		removal := map[string]string{"2.13.0": "PUT", "2.14.0": "DELETE"}[version]
		on.meddling(losingOnce(removal, "/app", on))
		s.mustUp()
		require.Empty(t, on.grants("app"))
		on.meddling(losingOnce("DELETE", "/api/apis/"+id, on))
		require.NoError(t, s.destroy().err)
		require.Empty(t, on.everything("/api/apis"))
	}
}

// What the server says that it has done is looked at.
func TestWhatTheServerDropsOfAnAPIIsAnError(t *testing.T) {
	t.Parallel()
	for _, part := range []string{"", "/permissions", "/cimd-access"} {
		s := newStack(t, onFake(t, fake.Options{}))
		s.declare("Api", "backend", map[string]any{"name": "Backend", "resource": "https://api.example.com"})
		s.mustUp()
		id := string(s.state("backend").ID)
		s.pocketID.meddling(func(w http.ResponseWriter, r *http.Request) bool {
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
		require.Contains(t, o.text, "changed by someone else meanwhile", part)
		s.pocketID.meddling(nil)
		s.mustUp()
		require.Equal(t, "Renamed", s.pocketID.api(id)["name"])
		require.Equal(t, true, s.pocketID.api(id)["allowCimdClients"])
		s.steady()
	}
}

func TestReplacingAnAPIOnDemandNeedsDeleteBeforeReplace(t *testing.T) {
	t.Parallel()
	s := newStack(t, onFake(t, fake.Options{}))
	d := s.declare("Api", "backend", map[string]any{"name": "Backend", "resource": "https://api.example.com"})
	s.mustUp()
	s.options.ReplaceTargets = deploy.NewUrnTargets([]string{string(s.state("backend").URN)})
	o := s.up()
	require.Error(t, o.err)
	require.Contains(t, o.text, "deleteBeforeReplace: true")
	d.options.DeleteBeforeReplace = ptr(true)
	s.mustUp()
	require.Len(t, s.pocketID.everything("/api/apis"), 1)
}

func TestPermissionsThatWereRefusedAreSetAfterARefresh(t *testing.T) {
	t.Parallel()
	s := newStack(t, onFake(t, fake.Options{}))
	s.config["maxRetries"] = "0"
	s.declare("Api", "backend", map[string]any{"name": "Backend", "resource": "https://api.example.com",
		"permissions": map[string]any{"read": map[string]any{"name": "Read"}}, "cimdAccess": map[string]any{"enabled": true, "permissions": []any{"read"}}})
	s.pocketID.refusing("PUT", "/permissions")
	o := s.up()
	require.Error(t, o.err)
	require.Contains(t, o.text, "Not today")
	id := string(s.state("backend").ID)
	s.pocketID.refusing("PUT", "/cimd-access")
	require.NoError(t, s.refresh().err)
	o = s.up()
	require.Error(t, o.err)
	require.Contains(t, s.output("backend", "permissionIds"), "read", "what was reached is kept")
	s.pocketID.meddling(nil)
	require.NoError(t, s.refresh().err)
	s.mustUp()
	require.Equal(t, id, string(s.state("backend").ID))
	require.Equal(t, true, s.pocketID.api(id)["allowCimdClients"])
	s.steady()
}

func TestAnAPIOpensToClientsThatDescribeThemselves(t *testing.T) {
	t.Parallel()
	on := onAPIs(t, fake.Options{})
	if !on.has(14) {
		t.Skip("this Pocket ID does not open APIs")
	}
	s := newStack(t, on)
	open := func(access any) {
		inputs := map[string]any{"name": "Backend", "resource": "https://api-cimd.example.com",
			"permissions": map[string]any{"read": map[string]any{"name": "Read"}, "write": map[string]any{"name": "Write"}}}
		if access != nil {
			inputs["cimdAccess"] = access
		}
		s.declare("Api", "backend", inputs)
	}
	allowed := func() (bool, []string) {
		a := on.api(string(s.state("backend").ID))
		var keys []string
		for _, p := range a["permissions"].([]any) {
			if p := p.(map[string]any); p["allowedForCimdClients"] == true {
				keys = append(keys, p["key"].(string))
			}
		}
		return a["allowCimdClients"].(bool), keys
	}
	open(map[string]any{"enabled": true, "permissions": []any{"write", "read", "write"}})
	s.mustUp()
	t.Cleanup(func() { s.destroy() })
	enabled, keys := allowed()
	require.True(t, enabled)
	require.ElementsMatch(t, []string{"read", "write"}, keys)
	s.steady()

	open(nil)
	s.mustUp()
	enabled, keys = allowed()
	require.True(t, enabled, "left alone")
	require.Len(t, keys, 2)
	s.steady()

	imported := newStack(t, on)
	require.NoError(t, imported.importing("Api", "backend", string(s.state("backend").ID)).err)
	imported.declare("Api", "backend", s.program[0].inputs.Mappable())
	imported.steady()
	open(map[string]any{"enabled": true, "permissions": []any{"read", "write"}})
	imported.declare("Api", "backend", s.program[0].inputs.Mappable())
	imported.steady()

	open(map[string]any{"enabled": false})
	s.mustUp()
	enabled, keys = allowed()
	require.False(t, enabled)
	require.Empty(t, keys)
	s.steady()

	t.Log("drift shows")
	on.ask("PUT", "/api/apis/"+string(s.state("backend").ID)+"/cimd-access", map[string]any{"enabled": true})
	require.NoError(t, s.refresh().err)
	o := s.mustUp()
	require.Equal(t, []string{"cimdAccess.enabled"}, o.diffs["backend"])
	enabled, _ = allowed()
	require.False(t, enabled)
}

func TestBadInputOfAnAPI(t *testing.T) {
	t.Parallel()
	c := newChecker(t, onAPIs(t, fake.Options{}))
	valid := func(more map[string]any) map[string]any {
		m := map[string]any{"name": "Backend", "resource": "https://api.example.com"}
		for k, v := range more {
			m[k] = v
		}
		return m
	}
	permissions := func(key string, p any) map[string]any {
		return valid(map[string]any{"permissions": map[string]any{key: p}})
	}
	for _, row := range []struct {
		inputs map[string]any
		want   []string
	}{
		{valid(nil), nil},
		{valid(map[string]any{"resource": "urn:acme:api", "name": strings.Repeat("é", 50)}), nil},
		{valid(map[string]any{"name": unknown, "resource": unknown, "permissions": unknown, "cimdAccess": unknown}), nil},
		{valid(map[string]any{"name": "", "resource": ""}), []string{"name: must not be empty", "resource: must not be empty"}},
		{valid(map[string]any{"name": strings.Repeat("x", 51)}), []string{"name: must be at most 50 characters, has 51"}},
		{valid(map[string]any{"resource": "https://a.example/" + strings.Repeat("x", 350)}), []string{"resource: must be at most 350 characters"}},
		{valid(map[string]any{"resource": "nope"}), []string{"resource: must be an absolute URI"}},
		{valid(map[string]any{"resource": "https://a.example/#x"}), []string{"resource: must be an absolute URI"}},
		{valid(map[string]any{"resource": "https://a.example/ x"}), []string{"resource: must be an absolute URI"}},
		{valid(map[string]any{"resource": "javascript:x"}), []string{"resource: must not have the scheme javascript"}},
		{permissions("read", map[string]any{"name": ""}), []string{`permissions["read"].name: must not be empty`}},
		{permissions("read", map[string]any{"name": "Read", "description": strings.Repeat("x", 201)}), []string{`permissions["read"].description: must be at most 200`}},
		{permissions("OpenID", map[string]any{"name": "x"}), []string{`permissions["OpenID"]: must have another key`}},
		{permissions("a b", map[string]any{"name": "x"}), []string{`permissions["a b"]: must have a key of printable ASCII`}},
		{permissions("", map[string]any{"name": "x"}), []string{`permissions[""]: must not be empty`}},
		{permissions("read", nil), []string{`permissions["read"]: must not be null`}},
		{permissions("read", map[string]any{"name": unknown}), nil},
		{valid(map[string]any{"cimdAccess": map[string]any{"enabled": true, "permissions": []any{unknown, "read"}}}), nil},
		{valid(map[string]any{"cimdAccess": map[string]any{"enabled": true, "permissions": []any{nil}}}), []string{"cimdAccess.permissions[0]: must not be null"}},
		{valid(map[string]any{"permissions": map[string]any{}, "cimdAccess": map[string]any{"enabled": true, "permissions": []any{"read"}}}), []string{`cimdAccess: must name permissions of this API: it has no "read"`}},
	} {
		if row.want == nil {
			row.want = []string{}
		}
		got := c.failures("Api", said(row.inputs))
		require.Len(t, got, len(row.want), "%v: %v", row.inputs, got)
		for i, want := range row.want {
			require.Contains(t, got[i], want)
		}
	}
}

func TestAnOlderPocketIDHasNoAPIs(t *testing.T) {
	t.Parallel()
	old := newChecker(t, onFake(t, fake.Options{Version: "2.9.0"}))
	require.Equal(t, []string{"an Api needs Pocket ID 2.10.0 or later; this server is 2.9.0"}, old.failures("Api", said(map[string]any{"name": "Backend", "resource": "https://api.example.com"})))
	closed := map[string]any{"name": "Backend", "resource": "https://api.example.com", "cimdAccess": map[string]any{"enabled": false}}
	require.Empty(t, newChecker(t, onFake(t, fake.Options{Version: "2.14.0"})).failures("Api", said(closed)))
	require.Equal(t, []string{"cimdAccess: needs Pocket ID 2.14.0 or later; this server is 2.13.0, and would drop it in silence"},
		newChecker(t, onFake(t, fake.Options{Version: "2.13.0"})).failures("Api", said(closed)))

	t.Log("the gates hold where the check could not ask")
	for version, want := range map[string]string{"2.9.0": "an Api needs Pocket ID 2.10.0", "2.13.0": "cimdAccess needs Pocket ID 2.14.0"} {
		s := newStack(t, onFake(t, fake.Options{Version: version}))
		s.config["maxRetries"] = "0"
		s.declare("Api", "backend", closed)
		s.pocketID.awayForTheCheck()
		requests := s.pocketID.counted(func() {
			o := s.up()
			require.Error(t, o.err)
			require.Contains(t, o.text, want)
		})
		require.NotContains(t, strings.Join(requests, "\n"), "POST", "nothing was made")
	}
}

func TestAKeyThatAnAPIDoesNotHaveOpensNothing(t *testing.T) {
	t.Parallel()
	s := newStack(t, onFake(t, fake.Options{}))
	s.declare("Api", "backend", map[string]any{"name": "Backend", "resource": "https://api.example.com", "cimdAccess": map[string]any{"enabled": true, "permissions": []any{"raed"}}})
	o := s.up()
	require.Error(t, o.err)
	require.Contains(t, o.text, `has no permissions, so not "raed"`)
	require.Equal(t, false, s.pocketID.api(string(s.state("backend").ID))["allowCimdClients"])
}

func TestWhatIsSecretOfAnAPIStaysSo(t *testing.T) {
	t.Parallel()
	s := newStack(t, onFake(t, fake.Options{}))
	s.declare("Api", "backend", map[string]any{"name": concealed("Hidden"), "resource": concealed("https://hidden.example.com/"),
		"permissions": map[string]any{"read": map[string]any{"name": concealed("Concealed")}}})
	secret := func() {
		t.Helper()
		for _, name := range []resource.PropertyKey{"name", "resource"} {
			require.True(t, s.state("backend").Outputs[name].IsSecret(), name)
			require.True(t, s.state("backend").Inputs[name].IsSecret(), name)
		}
		require.True(t, s.state("backend").Outputs["permissions"].ContainsSecrets())
	}
	s.mustUp()
	secret()
	s.steady()
	secret()
}
