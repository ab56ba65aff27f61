package provider

import (
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/pkg/v3/display"
	"github.com/pulumi/pulumi/pkg/v3/resource/deploy"
	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/lifecycle"
)

const missingID = "00000000-0000-4000-8000-000000000000" // the id of no object

// setMembers sets the members of a group as the web UI does.
func (i *testInstance) setMembers(groupID string, users ...string) {
	i.t.Helper()
	i.mustRequest("PUT", "/api/user-groups/"+groupID+"/users", map[string]any{"userIds": append([]string{}, users...)})
}

func (i *testInstance) members(groupID string) []string {
	i.t.Helper()
	ids := []string{}
	for _, u := range i.group(groupID)["users"].([]any) {
		ids = append(ids, u.(map[string]any)["id"].(string))
	}
	slices.Sort(ids)
	return ids
}

func sortedIDs(ids ...string) []string { return slices.Sorted(slices.Values(ids)) }

func anySlice(ids ...string) []any {
	list := []any{}
	for _, id := range ids {
		list = append(list, id)
	}
	return list
}

func TestGroupMembersLifecycle(t *testing.T) {
	t.Parallel()
	s := newStack(t, newInstance(t))
	ann, bob, eve := s.instance.createUser(), s.instance.createUser(), s.instance.createUser()
	s.declare("Group", "devs", map[string]any{"name": uniqueName("devs"), "friendlyName": "Developers"})
	s.declare("GroupMembers", "devs-members", map[string]any{"userIds": anySlice(bob, ann, bob)}).from = map[string]string{"groupId": "devs.id"}
	o := s.preview()
	require.NoError(t, o.err, o.messages)
	s.mustUp()
	t.Cleanup(func() { s.destroy() })
	devs := string(s.state("devs").ID)
	require.Equal(t, devs+"/members", string(s.state("devs-members").ID))
	require.Equal(t, sortedIDs(ann, bob), s.instance.members(devs))
	s.requireNoChanges()

	t.Log("another order shows no diff, another user does")
	s.declare("GroupMembers", "devs-members", map[string]any{"userIds": anySlice(ann, bob)})
	require.Empty(t, s.preview().steps)
	s.declare("GroupMembers", "devs-members", map[string]any{"userIds": anySlice(eve, ann)})
	o = s.mustUp()
	require.Equal(t, []display.StepOp{deploy.OpUpdate}, o.steps["devs-members"])
	require.Equal(t, sortedIDs(ann, eve), s.instance.members(devs))
	s.requireNoChanges()

	t.Log("members added and removed outside Pulumi are drift")
	s.instance.setMembers(devs, ann, bob)
	require.NoError(t, s.refresh().err)
	require.Equal(t, []display.StepOp{deploy.OpUpdate}, s.mustUp().steps["devs-members"])
	require.Equal(t, sortedIDs(ann, eve), s.instance.members(devs))
	s.requireNoChanges()

	t.Log("an empty list removes all members")
	s.declare("GroupMembers", "devs-members", map[string]any{"userIds": []any{}})
	s.mustUp()
	require.Empty(t, s.instance.members(devs))
	s.requireNoChanges()

	t.Log("deleting the resource removes the members and keeps the group")
	s.declare("GroupMembers", "devs-members", map[string]any{"userIds": anySlice(eve)})
	s.mustUp()
	s.drop("devs-members")
	s.mustUp()
	require.Empty(t, s.instance.members(devs))
	require.Equal(t, "Developers", s.instance.group(devs)["friendlyName"])
}

func TestCreateGroupMembersRemovesNobody(t *testing.T) {
	skipIfEngineRaces(t)
	t.Parallel()
	s := newStack(t, newInstance(t))
	ann, bob := s.instance.createUser(), s.instance.createUser()
	group := s.instance.createGroup()
	s.instance.setMembers(group, ann, bob)
	s.declare("GroupMembers", "members", map[string]any{"groupId": group, "userIds": anySlice(ann)})
	o := s.up()
	require.Error(t, o.err)
	require.Contains(t, o.messages, bob)
	require.Contains(t, o.messages, "pulumi import pocketid:index:GroupMembers members '"+group+"'")
	require.Equal(t, sortedIDs(ann, bob), s.instance.members(group))
	require.Nil(t, s.find("members"))

	t.Log("the create succeeds if it lists all current members")
	carol := s.instance.createUser()
	s.declare("GroupMembers", "members", map[string]any{"groupId": group, "userIds": anySlice(ann, bob, carol)})
	s.mustUp()
	require.Equal(t, sortedIDs(ann, bob, carol), s.instance.members(group))
	s.requireNoChanges()
	require.NoError(t, s.destroy().err)
}

func TestImportedGroupMembersShowNoDiff(t *testing.T) {
	t.Parallel()
	instance := newInstance(t)
	ann, bob := instance.createUser(), instance.createUser()
	group, empty := instance.createGroup(), instance.createGroup()
	instance.setMembers(group, ann, bob)
	for _, c := range []struct {
		typ, id string
		program map[string]any
	}{
		{"GroupMembers", group, map[string]any{"groupId": group, "userIds": anySlice(bob, ann)}},
		{"GroupMembers", empty, map[string]any{"groupId": empty, "userIds": []any{}}},
		{"GroupMember", group + "/" + bob, map[string]any{"groupId": group, "userId": bob}},
	} {
		s := newStack(t, instance)
		o := s.importResource(c.typ, "it", c.id)
		require.NoError(t, o.err, o.messages)
		s.declare(c.typ, "it", c.program)
		s.requireNoChanges()
	}
	for _, c := range []struct{ typ, id, want string }{
		{"GroupMembers", missingID, "does not exist"},
		{"GroupMember", group + "/" + missingID, "does not exist"},
		{"GroupMember", missingID + "/" + ann, "does not exist"},
		{"GroupMember", ann, "does not have the form <groupId>/<userId>"},
		{"GroupMember", group + "/", "does not have the form <groupId>/<userId>"},
		{"GroupMember", group + "/x/y", "does not have the form <groupId>/<userId>"},
	} {
		s := newStack(t, instance)
		o := s.importResource(c.typ, "it", c.id)
		require.Error(t, o.err, c.id)
		require.Contains(t, o.messages+o.err.Error(), c.want)
	}
}

func TestMissingUsersAreReportedAndTheOthersAdded(t *testing.T) {
	skipIfEngineRaces(t)
	t.Parallel()
	s := newStack(t, newInstance(t))
	ann := s.instance.createUser()
	group, other := s.instance.createGroup(), s.instance.createGroup()
	s.declare("GroupMembers", "members", map[string]any{"groupId": group, "userIds": anySlice(ann, missingID)})
	o := s.up()
	require.Error(t, o.err)
	require.Contains(t, o.messages, "no users with the IDs "+missingID)
	require.Equal(t, []string{ann}, s.instance.members(group))
	require.Equal(t, group+"/members", string(s.state("members").ID), "the partial result is not in the state")
	s.declare("GroupMembers", "members", map[string]any{"groupId": group, "userIds": anySlice(ann)})
	s.mustUp()
	s.requireNoChanges()
	require.NoError(t, s.destroy().err)

	t.Log("with one resource per user, only the missing user fails")
	s = newStack(t, s.instance)
	s.options.ContinueOnError = true
	s.declare("GroupMember", "ann", map[string]any{"groupId": other, "userId": ann})
	s.declare("GroupMember", "nobody", map[string]any{"groupId": other, "userId": missingID})
	o = s.up()
	require.Error(t, o.err)
	require.Contains(t, o.messages, "no users with the IDs "+missingID)
	require.Equal(t, []string{ann}, s.instance.members(other))
	require.Nil(t, s.find("nobody"))
	require.NotNil(t, s.find("ann"))
	require.NoError(t, s.destroy().err)
}

func TestGroupMemberKeepsOtherMembers(t *testing.T) {
	skipIfEngineRaces(t)
	t.Parallel()
	s := newStack(t, newInstance(t))
	ann, bob, eve := s.instance.createUser(), s.instance.createUser(), s.instance.createUser()
	group := s.instance.createGroup()
	s.instance.setMembers(group, eve)
	s.declare("GroupMember", "ann", map[string]any{"groupId": group, "userId": ann})
	s.mustUp()
	require.Equal(t, group+"/"+ann, string(s.state("ann").ID))
	require.Equal(t, sortedIDs(ann, eve), s.instance.members(group))
	s.requireNoChanges()

	t.Log("another user replaces the membership")
	s.declare("GroupMember", "ann", map[string]any{"groupId": group, "userId": bob})
	o := s.mustUp()
	require.Equal(t, []display.StepOp{deploy.OpCreateReplacement, deploy.OpReplace, deploy.OpDeleteReplaced}, o.steps["ann"])
	require.Equal(t, sortedIDs(bob, eve), s.instance.members(group))
	s.requireNoChanges()

	t.Log("a user removed outside Pulumi is added again")
	s.instance.setMembers(group, eve)
	require.NoError(t, s.refresh().err)
	s.mustUp()
	require.Equal(t, sortedIDs(bob, eve), s.instance.members(group))

	t.Log("an existing membership is not adopted")
	s.declare("GroupMember", "eve", map[string]any{"groupId": group, "userId": eve})
	o = s.up()
	require.Error(t, o.err)
	require.Contains(t, o.messages, "is a member of group "+group+" already")
	require.Contains(t, o.messages, "pulumi import pocketid:index:GroupMember eve '"+group+"/"+eve+"'")
	s.drop("eve")

	require.NoError(t, s.destroy().err)
	require.Equal(t, []string{eve}, s.instance.members(group))
}

func TestReplacedGroupMembersAreKept(t *testing.T) {
	skipIfEngineRaces(t)
	t.Parallel()
	s := newStack(t, newInstance(t))
	ann, group, other := s.instance.createUser(), s.instance.createGroup(), s.instance.createGroup()
	s.declare("GroupMembers", "members", map[string]any{"groupId": group, "userIds": anySlice(ann)})
	s.mustUp()
	s.options.ReplaceTargets = deploy.NewUrnTargets([]string{string(s.state("members").URN)})
	o := s.mustUp()
	require.Contains(t, o.steps["members"], deploy.OpDeleteReplaced)
	require.Equal(t, []string{ann}, s.instance.members(group))
	s.options.ReplaceTargets = deploy.UrnTargets{}
	s.requireNoChanges()

	t.Log("members are kept if the resource gets another name")
	s.drop("members")
	s.declare("GroupMembers", "renamed", map[string]any{"groupId": group, "userIds": anySlice(ann)})
	s.mustUp()
	require.Equal(t, []string{ann}, s.instance.members(group))
	s.requireNoChanges()

	t.Log("another group replaces the members of the first")
	s.declare("GroupMembers", "renamed", map[string]any{"groupId": other, "userIds": anySlice(ann)})
	s.mustUp()
	require.Empty(t, s.instance.members(group))
	require.Equal(t, []string{ann}, s.instance.members(other))
	s.requireNoChanges()
	require.NoError(t, s.destroy().err)
	require.Empty(t, s.instance.members(other))
}

func TestGroupMembersAreGoneWithTheirGroup(t *testing.T) {
	t.Parallel()
	s := newStack(t, newInstance(t))
	ann := s.instance.createUser()
	one, two := s.instance.createGroup(), s.instance.createGroup()
	s.declare("GroupMember", "one", map[string]any{"groupId": one, "userId": ann})
	s.declare("GroupMembers", "two", map[string]any{"groupId": two, "userIds": anySlice(ann)})
	s.mustUp()
	s.instance.mustRequest("DELETE", "/api/user-groups/"+one, nil)
	s.instance.mustRequest("DELETE", "/api/user-groups/"+two, nil)
	t.Log("deleting succeeds, and a refresh removes them from the state")
	before := s.snap
	require.NoError(t, s.destroy().err)
	s.snap = before
	require.NoError(t, s.refresh().err)
	require.Nil(t, s.find("one"))
	require.Nil(t, s.find("two"))
}

func TestGroupMembersConflictsWithGroupMember(t *testing.T) {
	skipIfEngineRaces(t)
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{}))
	ann, group := s.instance.createUser(), s.instance.createGroup()
	s.declare("GroupMembers", "all", map[string]any{"groupId": group, "userIds": []any{}})
	s.declare("GroupMember", "ann", map[string]any{"groupId": group, "userId": ann})
	o := s.preview()
	require.Error(t, o.err)
	require.Regexp(t, `(GroupMembers "all"|GroupMember "ann") also manages the members of \S+; declare them in only one of the two resources`, o.messages)
	s.drop("all")
	s.mustUp()
	s.declare("GroupMember", "again", map[string]any{"groupId": group, "userId": ann})
	o = s.preview()
	require.Error(t, o.err)
	require.Regexp(t, `GroupMember "(ann|again)" also manages the members of \S+; declare them in only one of the two resources`, o.messages)
	s.drop("again")
	s.declare("GroupMember", "another", map[string]any{"groupId": group, "userId": s.instance.createUser()})
	s.mustUp()
	s.requireNoChanges()
}

// listObjects returns the objects that a resource lists, by id.
func (i *testInstance) listObjects(typ string, filter map[string]string) map[string]lifecycle.Listed {
	i.t.Helper()
	found, err := i.list(typ, filter)
	require.NoError(i.t, err)
	out := map[string]lifecycle.Listed{}
	for _, l := range found {
		out[l.ID] = l
	}
	return out
}

func TestListMembershipsAndClientParts(t *testing.T) {
	t.Parallel()
	instance := newInstance(t)
	ann, group, empty := instance.createUser(), instance.createGroup(), instance.createGroup()
	instance.setMembers(group, ann)
	id, open := instance.createClient(), instance.createClient()
	instance.editClient(id, func(c map[string]any) { c["isGroupRestricted"] = true })
	for _, client := range []string{id, open} { // has no effect on the unrestricted client
		instance.mustRequest("PUT", "/api/oidc/clients/"+client+"/allowed-user-groups", map[string]any{"userGroupIds": []string{group, empty}})
	}
	instance.mustRequest("POST", "/api/scim/service-provider", map[string]any{"endpoint": "https://app.example/scim", "oidcClientId": id})
	token := instance.mustRequest("POST", "/api/signup-tokens", map[string]any{"ttl": "1h", "usageLimit": 4})
	t.Cleanup(func() { instance.request("DELETE", "/api/signup-tokens/"+token["id"].(string), nil) })
	groupName := instance.group(group)["name"].(string)

	members := instance.listObjects("GroupMembers", nil)
	require.Equal(t, lifecycle.Listed{ID: group + "/members", Name: groupName}, members[group+"/members"])
	require.NotContains(t, members, empty+"/members")
	require.Contains(t, instance.listObjects("GroupMember", nil), group+"/"+ann)
	require.Len(t, instance.listObjects("GroupMember", map[string]string{"groupId": group}), 1)
	require.Empty(t, instance.listObjects("GroupMember", map[string]string{"groupId": empty}))
	accesses := instance.listObjects("ClientGroupAccess", nil)
	require.Equal(t, lifecycle.Listed{ID: id + "/" + group, Name: "App " + groupName}, accesses[id+"/"+group])
	require.NotContains(t, accesses, open+"/"+group)
	require.Len(t, instance.listObjects("ClientGroupAccess", map[string]string{"clientId": id}), 2)
	require.Empty(t, instance.listObjects("ClientGroupAccess", map[string]string{"clientId": open}))
	providers := instance.listObjects("ScimServiceProvider", nil)
	require.Equal(t, lifecycle.Listed{ID: id + "/scim-service-provider", Name: "App"}, providers[id+"/scim-service-provider"])
	require.NotContains(t, providers, open+"/scim-service-provider")
	found := instance.listObjects("SignupToken", nil)[token["id"].(string)]
	require.Contains(t, found.Name, "until ")
	require.NotContains(t, found.Name, token["token"])
}

func TestGroupMembersValidation(t *testing.T) {
	t.Parallel()
	c := newChecker(t, newFake(t, fake.Options{}))
	for _, row := range []struct {
		typ    string
		inputs map[string]any
		want   []string
	}{
		{"GroupMembers", map[string]any{"groupId": "g", "userIds": []any{"a", ""}}, []string{"userIds[0]: must be the ID of a user"}},
		{"GroupMembers", map[string]any{"groupId": "../users", "userIds": []any{}}, []string{"groupId: must be the ID of a user group"}},
		{"GroupMembers", map[string]any{"groupId": unknown, "userIds": []any{unknown}}, nil},
		{"GroupMembers", map[string]any{"groupId": "g"}, []string{"userIds: "}},
		{"GroupMember", map[string]any{"groupId": "g2", "userId": "a/b"}, []string{"userId: must be the ID of a user"}},
		{"GroupMember", map[string]any{"groupId": unknown, "userId": unknown}, nil},
		{"ClientGroupAccess", map[string]any{"clientId": "a/b", "groupId": ".."}, []string{"clientId: must be the ID of a client", "groupId: must be the ID of a user group"}},
	} {
		require.Subset(t, cutToPrefixes(c.failures(row.typ, toProps(row.inputs)), row.want), row.want, row.inputs)
		require.Len(t, c.failures(row.typ, toProps(row.inputs)), len(row.want))
	}
}

// cutToPrefixes cuts each failure to the prefix that it begins with, if any.
func cutToPrefixes(failures, beginnings []string) []string {
	var out []string
	for _, f := range failures {
		for _, b := range beginnings {
			if strings.HasPrefix(f, b) {
				f = b
			}
		}
		out = append(out, f)
	}
	return out
}
