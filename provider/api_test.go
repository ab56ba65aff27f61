package provider

import (
	"net/http"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/pkg/v3/display"
	"github.com/pulumi/pulumi/pkg/v3/resource/deploy"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/inputs"
)

// api returns an API from the server, or nil if it does not exist.
func (i *testInstance) api(id string) map[string]any {
	i.t.Helper()
	status, out := i.request("GET", "/api/apis/"+id, nil)
	if status == http.StatusNotFound {
		return nil
	}
	require.Equal(i.t, 200, status, out)
	return out.(map[string]any)
}

// permissions returns the names of an API's permissions by key.
func (i *testInstance) permissions(id string) map[string]string {
	i.t.Helper()
	names := map[string]string{}
	for _, p := range i.api(id)["permissions"].([]any) {
		names[p.(map[string]any)["key"].(string)] = p.(map[string]any)["name"].(string)
	}
	return names
}

// createAPI creates an API outside Pulumi and returns its id.
func (i *testInstance) createAPI(resource string, permissions ...any) string {
	i.t.Helper()
	id := i.mustRequest("POST", "/api/apis", map[string]any{"name": "By hand", "resource": resource})["id"].(string)
	i.mustRequest("PUT", "/api/apis/"+id+"/permissions", map[string]any{"permissions": permissions})
	return id
}

func permission(key, name string) map[string]any { return map[string]any{"key": key, "name": name} }

// newInstanceWithAPIs returns an instance that supports APIs. It skips the test if the real
// server is too old.
func newInstanceWithAPIs(t *testing.T, o fake.Options) *testInstance {
	instance := newFake(t, o)
	if o.Version == "" {
		if instance = newInstance(t); !instance.atLeastMinor(10) {
			t.Skip("this Pocket ID has no APIs")
		}
	}
	return instance
}

// declareBackend declares the API "backend". If permissions is nil, it omits them.
func declareBackend(s *stack, name, resource string, permissions map[string]any) {
	inputs := map[string]any{"name": name, "resource": resource}
	if permissions != nil {
		inputs["permissions"] = permissions
	}
	s.declare("Api", "backend", inputs)
}

func TestApiLifecycle(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"2.12.0", "2.13.0", ""} {
		s := newStack(t, newInstanceWithAPIs(t, fake.Options{Version: version}))
		uri := "https://" + uniqueName("api") + ".example.com"
		declare := func(name string, permissions map[string]any) { declareBackend(s, name, uri, permissions) }
		declare("Backend", map[string]any{"read": map[string]any{"name": "Read"}, "write:all": map[string]any{"name": "Write", "description": "Change things"}})
		o := s.preview()
		require.NoError(t, o.err, o.messages)
		require.True(t, o.outputs["backend"]["permissionIds"].ContainsUnknowns())
		s.mustUp()
		id := string(s.state("backend").ID)
		require.Equal(t, map[string]string{"read": "Read", "write:all": "Write"}, s.instance.permissions(id))
		ids := s.output("backend", "permissionIds").(map[string]any)
		require.Len(t, ids, 2)
		require.NotEmpty(t, s.output("backend", "issuer"))
		s.requireNoChanges()

		t.Log("a permission with the same key keeps its id")
		declare("Renamed", map[string]any{"read": map[string]any{"name": "Read all", "description": ""}, "write:all": map[string]any{"name": "Write"}})
		o = s.preview()
		require.False(t, o.outputs["backend"]["permissionIds"].ContainsUnknowns(), "ids are unknown although no key changes")
		o = s.mustUp()
		require.Equal(t, []display.StepOp{deploy.OpUpdate}, o.steps["backend"])
		require.Equal(t, "Renamed", s.instance.api(id)["name"])
		require.Equal(t, map[string]string{"read": "Read all", "write:all": "Write"}, s.instance.permissions(id))
		require.Equal(t, ids, s.output("backend", "permissionIds"))
		s.requireNoChanges()

		declare("Renamed", map[string]any{"read": map[string]any{"name": "Read all"}, "delete": map[string]any{"name": "Delete"}})
		o = s.preview()
		require.True(t, o.outputs["backend"]["permissionIds"].ContainsUnknowns())
		s.mustUp()
		now := s.output("backend", "permissionIds").(map[string]any)
		require.Equal(t, ids["read"], now["read"])
		require.Contains(t, now, "delete")
		require.NotContains(t, now, "write:all")
		s.requireNoChanges()

		t.Log("omitted permissions are kept; {} removes them")
		declare("Renamed", nil)
		s.mustUp()
		require.Len(t, s.instance.permissions(id), 2)
		s.requireNoChanges()
		declare("Renamed", map[string]any{})
		s.mustUp()
		require.Empty(t, s.instance.permissions(id))
		s.requireNoChanges()

		requireApiReplacedAndDestroyed(t, s)
	}
}

// requireApiReplacedAndDestroyed changes the resource of the API "backend", which
// replaces it, and destroys the stack.
func requireApiReplacedAndDestroyed(t *testing.T, s *stack) {
	t.Helper()
	id := string(s.state("backend").ID)
	declareBackend(s, "Renamed", "https://"+uniqueName("other")+".example.com", nil)
	o := s.mustUp()
	require.Contains(t, o.steps["backend"], deploy.OpReplace)
	require.Nil(t, s.instance.api(id))
	s.requireNoChanges()
	id = string(s.state("backend").ID)
	require.NoError(t, s.destroy().err)
	require.Nil(t, s.instance.api(id))
}

func TestApiUpdateWritesOnlyWhatChanged(t *testing.T) {
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{}))
	s.declare("Api", "backend", map[string]any{"name": "Backend", "resource": "https://api.example.com", "permissions": map[string]any{"read": map[string]any{"name": "Read"}}})
	s.mustUp()
	s.declare("Api", "backend", map[string]any{"name": "Renamed", "resource": "https://api.example.com", "permissions": map[string]any{"read": map[string]any{"name": "Read"}}})
	requests := strings.Join(s.instance.requestsDuring(func() { s.mustUp() }), "\n")
	require.Equal(t, 1, strings.Count(requests, "PUT"), requests)
}

func TestApiDriftIsDetectedAndCorrected(t *testing.T) {
	t.Parallel()
	s := newStack(t, newInstanceWithAPIs(t, fake.Options{}))
	s.declare("Api", "backend", map[string]any{"name": "Backend", "resource": "https://" + uniqueName("a") + ".example.com", "permissions": map[string]any{"read": map[string]any{"name": "Read"}, "write": map[string]any{"name": "Write"}}})
	s.declare("Api", "alone", map[string]any{"name": "Alone", "resource": "https://" + uniqueName("b") + ".example.com"})
	s.mustUp()
	t.Cleanup(func() { s.destroy() })
	backend, alone := string(s.state("backend").ID), string(s.state("alone").ID)
	s.instance.mustRequest("PUT", "/api/apis/"+backend, map[string]any{"name": "Other"})
	s.instance.mustRequest("PUT", "/api/apis/"+backend+"/permissions", map[string]any{"permissions": []any{permission("read", "Changed"), permission("by-hand", "By hand")}})
	s.instance.mustRequest("PUT", "/api/apis/"+alone+"/permissions", map[string]any{"permissions": []any{permission("by-hand", "By hand")}})
	require.NoError(t, s.refresh().err)
	o := s.mustUp()
	require.ElementsMatch(t, []string{"name", "permissions.read.name", `permissions["by-hand"]`, "permissions.write"}, o.diffs["backend"])
	require.Empty(t, o.steps["alone"], "omitted permissions are kept")
	require.Equal(t, map[string]string{"read": "Read", "write": "Write"}, s.instance.permissions(backend))
	require.Equal(t, map[string]string{"by-hand": "By hand"}, s.instance.permissions(alone))
	require.Contains(t, s.output("alone", "permissionIds"), "by-hand")
	s.requireNoChanges()

	t.Log("a deleted API is recreated")
	s.instance.mustRequest("DELETE", "/api/apis/"+backend, nil)
	require.NoError(t, s.refresh().err)
	require.Nil(t, s.find("backend"))
	s.mustUp()
	require.Len(t, s.instance.permissions(string(s.state("backend").ID)), 2)
}

func TestImportedApiShowsNoDiff(t *testing.T) {
	t.Parallel()
	instance := newInstanceWithAPIs(t, fake.Options{})
	uri := "https://" + uniqueName("caf\u00e9") + ".example.com"
	id := instance.createAPI(uri, permission("read", "Caf\u00e9"), map[string]any{"key": "write", "name": "Write", "description": "Cafe\u0301"})
	t.Cleanup(func() { instance.request("DELETE", "/api/apis/"+id, nil) })
	for _, more := range []map[string]any{
		{},
		{"permissions": map[string]any{"read": map[string]any{"name": "Cafe\u0301"}, "write": map[string]any{"name": "Write", "description": "Caf\u00e9"}}},
	} {
		s := newStack(t, instance)
		o := s.importResource("Api", "backend", id)
		require.NoError(t, o.err, o.messages)
		require.Len(t, s.output("backend", "permissionIds"), 2)
		more["name"], more["resource"] = "By hand", strings.Replace(uri, "\u00e9", "e\u0301", 1)
		s.declare("Api", "backend", more)
		s.requireNoChanges()
	}
	s := newStack(t, instance)
	require.Error(t, s.importResource("Api", "backend", "00000000-0000-4000-8000-000000000000").err)
}

// TestApiResourceWithTrailingSlashShowsNoDiff matters since 2.14, where the server
// removes a trailing slash from the resource.
func TestApiResourceWithTrailingSlashShowsNoDiff(t *testing.T) {
	t.Parallel()
	for version, kept := range map[string]string{"2.13.0": "https://api.example.com/", "2.14.0": "https://api.example.com"} {
		instance := newFake(t, fake.Options{Version: version})
		s := newStack(t, instance)
		s.declare("Api", "backend", map[string]any{"name": "Backend", "resource": "https://api.example.com/"})
		o := s.preview()
		require.NoError(t, o.err, o.messages)
		require.Equal(t, kept, o.outputs["backend"]["resource"].StringValue(), "a preview shows the normalized resource")
		s.mustUp()
		require.Equal(t, kept, s.output("backend", "resource"))
		s.requireNoChanges()
		s.declare("Api", "backend", map[string]any{"name": "Backend", "resource": "https://api.example.com"})
		s.requireNoChanges()
		imported := newStack(t, instance)
		require.NoError(t, imported.importResource("Api", "backend", string(s.state("backend").ID)).err)
		for _, resource := range []string{"https://api.example.com/", "https://api.example.com"} {
			imported.declare("Api", "backend", map[string]any{"name": "Backend", "resource": resource})
			imported.requireNoChanges()
		}
	}
}

func TestCreateApiFailsIfItExists(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"2.13.0", "2.14.0"} {
		instance := newFake(t, fake.Options{Version: version})
		theirs := instance.createAPI("https://api.example.com")
		s := newStack(t, instance)
		s.declare("Api", "backend", map[string]any{"name": "Backend", "resource": "https://api.example.com"})
		o := s.up()
		require.Error(t, o.err)
		require.Contains(t, o.messages, "pulumi import pocketid:index:Api backend '"+theirs+"'")
		require.Equal(t, "By hand", instance.api(theirs)["name"])
		require.Nil(t, s.find("backend"))
	}
}

func TestTargetedReplaceOfApiNeedsDeleteBeforeReplace(t *testing.T) {
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{}))
	d := s.declare("Api", "backend", map[string]any{"name": "Backend", "resource": "https://api.example.com"})
	s.mustUp()
	s.options.ReplaceTargets = deploy.NewUrnTargets([]string{string(s.state("backend").URN)})
	o := s.up()
	require.Error(t, o.err)
	require.Contains(t, o.messages, "deleteBeforeReplace: true")
	d.options.DeleteBeforeReplace = inputs.Ptr(true)
	s.mustUp()
	require.Len(t, s.instance.listAll("/api/apis"), 1)
}

func TestApiValidation(t *testing.T) {
	t.Parallel()
	c := newChecker(t, newFake(t, fake.Options{})) // an older server would also refuse cimdAccess
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
		{valid(map[string]any{"name": strings.Repeat("x", 51)}), []string{"name: must be at most 50 characters (got 51)"}},
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
		{valid(map[string]any{"permissions": map[string]any{}, "cimdAccess": map[string]any{"enabled": true, "permissions": []any{"read"}}}), []string{`cimdAccess: must contain only permissions of this API, which has no "read"`}},
	} {
		if row.want == nil {
			row.want = []string{}
		}
		got := c.failures("Api", toProps(row.inputs))
		require.Len(t, got, len(row.want), "%v: %v", row.inputs, got)
		for i, want := range row.want {
			require.Contains(t, got[i], want)
		}
	}
}

func TestApiRequiresANewerServer(t *testing.T) {
	t.Parallel()
	old := newChecker(t, newFake(t, fake.Options{Version: "2.9.0"}))
	require.Equal(t, []string{"an Api requires Pocket ID 2.10.0 or later; this server is 2.9.0"}, old.failures("Api", toProps(map[string]any{"name": "Backend", "resource": "https://api.example.com"})))
	closed := map[string]any{"name": "Backend", "resource": "https://api.example.com", "cimdAccess": map[string]any{"enabled": false}}
	require.Empty(t, newChecker(t, newFake(t, fake.Options{Version: "2.14.0"})).failures("Api", toProps(closed)))
	require.Equal(t, []string{"cimdAccess: requires Pocket ID 2.14.0 or later; this server is 2.13.0 and would silently ignore it"},
		newChecker(t, newFake(t, fake.Options{Version: "2.13.0"})).failures("Api", toProps(closed)))

	t.Log("the requirements also hold if Check could not read the version")
	for version, want := range map[string]string{"2.9.0": "an Api requires Pocket ID 2.10.0", "2.13.0": "cimdAccess requires Pocket ID 2.14.0"} {
		s := newStack(t, newFake(t, fake.Options{Version: version}))
		s.config["maxRetries"] = "0"
		s.declare("Api", "backend", closed)
		s.instance.failFirstVersionRequest()
		requests := s.instance.requestsDuring(func() {
			o := s.up()
			require.Error(t, o.err)
			require.Contains(t, o.messages, want)
		})
		require.NotContains(t, strings.Join(requests, "\n"), "POST", "an object was created")
	}
}

func TestSecretInputsOfAnApiStaySecret(t *testing.T) {
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{}))
	s.declare("Api", "backend", map[string]any{"name": secretString("Hidden"), "resource": secretString("https://hidden.example.com/"),
		"permissions": map[string]any{"read": map[string]any{"name": secretString("Concealed")}}})
	requireSecret := func() {
		t.Helper()
		for _, name := range []resource.PropertyKey{"name", "resource"} {
			require.True(t, s.state("backend").Outputs[name].IsSecret(), name)
			require.True(t, s.state("backend").Inputs[name].IsSecret(), name)
		}
		require.True(t, s.state("backend").Outputs["permissions"].ContainsSecrets())
	}
	s.mustUp()
	requireSecret()
	s.requireNoChanges()
	requireSecret()
}
