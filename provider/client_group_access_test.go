package provider

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/pulumi/pulumi/pkg/v3/display"
	"github.com/pulumi/pulumi/pkg/v3/resource/deploy"
	"github.com/stretchr/testify/require"
)

func restrictedClient(id string) map[string]any {
	return map[string]any{"name": "App", "clientId": id, "callbackUrls": []any{"https://a.example/cb"}, "createSecret": false, "isGroupRestricted": true}
}

func TestClientGroupAccessLifecycle(t *testing.T) {
	t.Parallel()
	s := newStack(t, newInstance(t))
	id := uniqueName("app")
	devs, ops := s.instance.createGroup(), s.instance.createGroup()
	s.declare("Client", "app", restrictedClient(id))
	s.declare("ClientGroupAccess", "devs", map[string]any{"groupId": devs}).from = map[string]string{"clientId": "app.clientId"}
	s.mustUp()
	t.Cleanup(func() { s.destroy() })
	require.Equal(t, id+"/"+devs, string(s.state("devs").ID))
	require.Equal(t, []string{devs}, allowedGroupIDs(s.instance.client(id)))
	s.requireNoChanges()

	t.Log("an update of the client keeps the groups")
	app := restrictedClient(id)
	app["name"] = "App 2"
	s.declare("Client", "app", app)
	require.Equal(t, []display.StepOp{deploy.OpUpdate}, s.mustUp().steps["app"])
	require.Equal(t, []string{devs}, allowedGroupIDs(s.instance.client(id)))
	s.requireNoChanges()

	t.Log("groups added outside Pulumi are kept")
	s.instance.mustRequest("PUT", "/api/oidc/clients/"+id+"/allowed-user-groups", map[string]any{"userGroupIds": []string{devs, ops}})
	s.requireNoChanges()

	t.Log("removing the group outside Pulumi is drift")
	s.instance.mustRequest("PUT", "/api/oidc/clients/"+id+"/allowed-user-groups", map[string]any{"userGroupIds": []string{ops}})
	require.NoError(t, s.refresh().err)
	o := s.mustUp()
	require.Equal(t, []display.StepOp{deploy.OpCreate}, o.steps["devs"])
	require.Empty(t, o.steps["app"])
	require.Equal(t, sortedIDs(devs, ops), sortedIDs(allowedGroupIDs(s.instance.client(id))...))
	s.requireNoChanges()

	t.Log("lifting the restriction outside Pulumi is drift")
	s.instance.editClient(id, func(c map[string]any) { c["isGroupRestricted"] = false })
	require.NoError(t, s.refresh().err)
	s.mustUp()
	require.Equal(t, []string{devs}, allowedGroupIDs(s.instance.client(id)))
	require.Equal(t, true, s.instance.client(id)["isGroupRestricted"])
	s.requireNoChanges()

	t.Log("after removing it from the program, the group cannot use the client")
	s.drop("devs")
	s.mustUp()
	require.Empty(t, allowedGroupIDs(s.instance.client(id)))
	require.Equal(t, true, s.instance.client(id)["isGroupRestricted"], "the client must stay restricted")
	s.requireNoChanges()
}

func TestEmptyAndOmittedAllowedUserGroups(t *testing.T) {
	t.Parallel()
	s := newStack(t, newInstance(t))
	id := uniqueName("app")
	devs := s.instance.createGroup()
	s.declare("Client", "app", restrictedClient(id))
	s.mustUp()
	t.Cleanup(func() { s.destroy() })
	s.instance.mustRequest("PUT", "/api/oidc/clients/"+id+"/allowed-user-groups", map[string]any{"userGroupIds": []string{devs}})
	s.requireNoChanges()

	t.Log("[] removes all groups")
	closed := restrictedClient(id)
	closed["allowedUserGroups"] = []any{}
	s.declare("Client", "app", closed)
	s.mustUp()
	require.Empty(t, allowedGroupIDs(s.instance.client(id)))
	s.requireNoChanges()
	s.instance.mustRequest("PUT", "/api/oidc/clients/"+id+"/allowed-user-groups", map[string]any{"userGroupIds": []string{devs}})
	require.NoError(t, s.refresh().err)
	require.Equal(t, []string{"allowedUserGroups[0]"}, s.mustUp().diffs["app"])
	require.Empty(t, allowedGroupIDs(s.instance.client(id)))

	t.Log("omitting the groups again keeps them")
	closed["allowedUserGroups"] = anySlice(devs)
	s.declare("Client", "app", closed)
	s.mustUp()
	s.declare("Client", "app", restrictedClient(id))
	o := s.mustUp()
	require.Empty(t, o.steps)
	require.Contains(t, o.messages, "allowedUserGroups is now omitted; the client keeps its current groups, and they are no longer managed")
	require.NotContains(t, s.preview().messages, "allowedUserGroups is now omitted", "the warning is repeated")
	require.Equal(t, []string{devs}, allowedGroupIDs(s.instance.client(id)))
	s.requireNoChanges()
}

func TestImportedClientGroupAccessShowsNoDiff(t *testing.T) {
	t.Parallel()
	instance := newInstance(t)
	devs := instance.createGroup()
	for _, c := range []struct {
		groups   []string
		declared any
	}{{[]string{devs}, nil}, {[]string{devs}, anySlice(devs)}, {[]string{}, nil}, {[]string{}, []any{}}} {
		id := uniqueName("app")
		instance.mustRequest("POST", "/api/oidc/clients", map[string]any{"id": id, "name": "App", "pkceEnabled": true, "callbackURLs": []string{"https://a.example/cb"}, "isGroupRestricted": true})
		t.Cleanup(func() { instance.request("DELETE", "/api/oidc/clients/"+id, nil) })
		instance.mustRequest("PUT", "/api/oidc/clients/"+id+"/allowed-user-groups", map[string]any{"userGroupIds": c.groups})
		s := newStack(t, instance)
		require.NoError(t, s.importResource("Client", "app", id).err)
		program := restrictedClient(id)
		if c.declared != nil {
			program["allowedUserGroups"] = c.declared
		}
		s.declare("Client", "app", program)
		s.requireNoChanges()
		s.mustUp()
		s.requireNoChanges()
		require.Equal(t, c.groups, allowedGroupIDs(instance.client(id)))
	}
	id := uniqueName("app")
	instance.mustRequest("POST", "/api/oidc/clients", map[string]any{"id": id, "name": "App", "isGroupRestricted": true})
	t.Cleanup(func() { instance.request("DELETE", "/api/oidc/clients/"+id, nil) })
	instance.mustRequest("PUT", "/api/oidc/clients/"+id+"/allowed-user-groups", map[string]any{"userGroupIds": []string{devs}})
	s := newStack(t, instance)
	require.NoError(t, s.importResource("ClientGroupAccess", "devs", id+"/"+devs).err)
	s.declare("ClientGroupAccess", "devs", map[string]any{"clientId": id, "groupId": devs})
	s.requireNoChanges()
	open := instance.createClient()
	instance.mustRequest("PUT", "/api/oidc/clients/"+open+"/allowed-user-groups", map[string]any{"userGroupIds": []string{devs}}) // has no effect on an unrestricted client
	for _, wrong := range []string{open + "/" + devs, id, id + "/" + missingID, missingID + "/" + devs} {
		require.Error(t, newStack(t, instance).importResource("ClientGroupAccess", "it", wrong).err, wrong)
	}
}

func TestClientGroupAccessRequiresARestrictedClient(t *testing.T) {
	skipIfEngineRaces(t)
	t.Parallel()
	s := newStack(t, newInstance(t))
	devs := s.instance.createGroup()
	id := uniqueName("app")
	open := restrictedClient(id)
	delete(open, "isGroupRestricted")
	s.declare("Client", "app", open)
	s.declare("ClientGroupAccess", "devs", map[string]any{"groupId": devs}).from = map[string]string{"clientId": "app.clientId"}
	o := s.up()
	require.Error(t, o.err)
	require.Contains(t, o.messages, "set isGroupRestricted: true on the client")
	require.Nil(t, s.find("devs"))
	require.Empty(t, allowedGroupIDs(s.instance.client(id)))

	t.Log("the error names a missing group or client")
	s.declare("Client", "app", restrictedClient(id))
	s.declare("ClientGroupAccess", "devs", map[string]any{"groupId": missingID})
	o = s.up()
	require.Error(t, o.err)
	require.Contains(t, o.messages, "no user groups with the IDs "+missingID)
	s.drop("devs")
	s.declare("ClientGroupAccess", "none", map[string]any{"clientId": missingID, "groupId": devs})
	require.Error(t, s.up().err)
	s.drop("none")

	t.Log("existing access is not adopted")
	s.instance.mustRequest("PUT", "/api/oidc/clients/"+id+"/allowed-user-groups", map[string]any{"userGroupIds": []string{devs}})
	s.declare("ClientGroupAccess", "devs", map[string]any{"clientId": id, "groupId": devs})
	o = s.up()
	require.Error(t, o.err)
	require.Contains(t, o.messages, "pulumi import pocketid:index:ClientGroupAccess devs '"+id+"/"+devs+"'")
	require.NoError(t, s.destroy().err)
}

func TestAllowedUserGroupsConflictsWithClientGroupAccess(t *testing.T) {
	skipIfEngineRaces(t)
	t.Parallel()
	s := newStack(t, newInstance(t))
	devs, ops := s.instance.createGroup(), s.instance.createGroup()
	id := uniqueName("app")
	app := restrictedClient(id)
	app["allowedUserGroups"] = anySlice(ops)
	s.declare("Client", "app", app)
	s.declare("ClientGroupAccess", "devs", map[string]any{"clientId": id, "groupId": devs})
	o := s.preview()
	require.Error(t, o.err)
	require.Regexp(t, `(Client "app"|ClientGroupAccess "devs") also manages the allowed groups of \S+; declare them in only one of the two resources`, o.messages)

	t.Log("a conflict between two stacks shows after a refresh")
	s.drop("devs")
	s.mustUp()
	other := newStack(t, s.instance)
	other.declare("ClientGroupAccess", "devs", map[string]any{"clientId": id, "groupId": devs})
	other.mustUp()
	require.NoError(t, s.refresh().err)
	require.Contains(t, s.preview().steps, "app")
	require.NoError(t, other.destroy().err)
	require.NoError(t, s.destroy().err)
}

// TestTwentyGroupsOfOneClientNeedFewRequests is not parallel: it needs the whole machine.
func TestTwentyGroupsOfOneClientNeedFewRequests(t *testing.T) {
	skipIfEngineRaces(t)
	requireFewRequests(t, 20, 12, 12, func() (requests int, took time.Duration) {
		s := newStack(t, newInstance(t))
		id := uniqueName("app")
		s.declare("Client", "app", restrictedClient(id))
		s.mustUp()
		for n := range 20 {
			s.declare("ClientGroupAccess", fmt.Sprint("g", n), map[string]any{"clientId": id, "groupId": s.instance.createGroup()})
		}
		requests, took = s.countUpdate("/api/oidc/clients/" + id)
		require.Len(t, allowedGroupIDs(s.instance.client(id)), 20)
		s.requireNoChanges()
		require.NoError(t, s.destroy().err)
		return requests, took
	})
}

func TestLostResponseToClientGroupAccessIsResolved(t *testing.T) {
	t.Parallel()
	s := newStack(t, newInstance(t))
	devs := s.instance.createGroup()
	id := uniqueName("app")
	s.declare("Client", "app", restrictedClient(id))
	s.declare("ClientGroupAccess", "devs", map[string]any{"groupId": devs}).from = map[string]string{"clientId": "app.clientId"}
	s.instance.intercept(oncePerPath("PUT", func(_ http.ResponseWriter, r *http.Request) {
		s.instance.server.ServeHTTP(&discardedResponse{}, r)
		panic(http.ErrAbortHandler)
	}))
	s.mustUp()
	s.instance.intercept(nil)
	require.Equal(t, []string{devs}, allowedGroupIDs(s.instance.client(id)))
	s.requireNoChanges()
	t.Log("the access is gone with its client")
	s.instance.mustRequest("DELETE", "/api/oidc/clients/"+id, nil)
	before := s.snap
	require.NoError(t, s.destroy().err)
	s.snap = before
	require.NoError(t, s.refresh().err)
	require.Nil(t, s.find("devs"))
}
