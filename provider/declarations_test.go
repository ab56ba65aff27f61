package provider

import (
	"testing"

	"github.com/pulumi/pulumi/pkg/v3/display"
	"github.com/pulumi/pulumi/pkg/v3/resource/deploy"
	"github.com/stretchr/testify/require"
)

// A program can move a member, an allowed group or claims from one resource to another in one
// update. The engine creates and updates resources first and deletes last, so the deletion must
// keep what another resource declares now.

func TestMembersMoveBetweenResources(t *testing.T) {
	t.Parallel()
	s := newStack(t, newInstance(t))
	ann, bob, eve, group := s.instance.createUser(), s.instance.createUser(), s.instance.createUser(), s.instance.createGroup()
	declareMember := func(name, user string) {
		s.declare("GroupMember", name, map[string]any{"groupId": group, "userId": user})
	}
	for name, user := range map[string]string{"ann": ann, "bob": bob, "eve": eve} {
		declareMember(name, user)
	}
	s.mustUp()

	t.Log("from GroupMember to GroupMembers")
	s.drop("ann")
	s.drop("bob")
	s.drop("eve")
	s.declare("GroupMembers", "all", map[string]any{"groupId": group, "userIds": anySlice(ann, bob, eve)})
	o := s.mustUp()
	require.Equal(t, []display.StepOp{deploy.OpDelete}, o.steps["ann"])
	require.Equal(t, sortedIDs(ann, bob, eve), s.instance.members(group))
	s.requireNoChanges()

	t.Log("from GroupMembers to imported GroupMember resources; other users are removed from the group")
	require.NoError(t, s.importResource("GroupMember", "ann", group+"/"+ann).err)
	require.NoError(t, s.importResource("GroupMember", "bob", group+"/"+bob).err)
	s.drop("all")
	declareMember("ann", ann)
	declareMember("bob", bob)
	s.mustUp()
	require.Equal(t, sortedIDs(ann, bob), s.instance.members(group))
	s.requireNoChanges()

	t.Log("to a GroupMember with another name")
	require.NoError(t, s.importResource("GroupMember", "robert", group+"/"+bob).err)
	s.drop("bob")
	declareMember("robert", bob)
	s.mustUp()
	require.Equal(t, sortedIDs(ann, bob), s.instance.members(group))

	t.Log("with deleteBeforeReplace, the old GroupMember is deleted first")
	s.program[0].options.DeleteBeforeReplace = new(true)
	s.options.ReplaceTargets = deploy.NewUrnTargets([]string{string(s.state("ann").URN)})
	require.Contains(t, s.mustUp().steps["ann"], deploy.OpDeleteReplaced)
	s.options.ReplaceTargets = deploy.UrnTargets{}
	require.Equal(t, sortedIDs(ann, bob), s.instance.members(group))
	s.requireNoChanges()

	s.runProgram = true
	require.NoError(t, s.destroy().err)
	require.Empty(t, s.instance.members(group))
}

func TestAllowedGroupsMoveBetweenResources(t *testing.T) {
	t.Parallel()
	s := newStack(t, newInstance(t))
	devs, ops := s.instance.createGroup(), s.instance.createGroup()
	app := map[string]any{"name": "App", "callbackUrls": []any{"https://a.example/cb"}, "createSecret": false, "isGroupRestricted": true}
	s.declare("Client", "app", app)
	s.declare("ClientGroupAccess", "devs", map[string]any{"groupId": devs}).from = map[string]string{"clientId": "app.clientId"}
	s.declare("ClientGroupAccess", "ops", map[string]any{"groupId": ops}).from = map[string]string{"clientId": "app.clientId"}
	s.mustUp()
	t.Cleanup(func() { s.destroy() })
	id := string(s.state("app").ID)
	s.drop("devs")
	s.drop("ops")
	app["allowedUserGroups"] = anySlice(devs)
	s.declare("Client", "app", app)
	s.mustUp()
	require.Equal(t, []string{devs}, allowedGroupIDs(s.instance.client(id)))
	s.requireNoChanges()

	t.Log("two resources that manage the same list are an error, even if the server chose the client's id")
	s.declare("ClientGroupAccess", "ops", map[string]any{"groupId": ops}).from = map[string]string{"clientId": "app.clientId"}
	o := s.preview()
	require.Error(t, o.err)
	require.Regexp(t, `Client "app" also manages the allowed groups of \S+; declare them in only one of the two resources`, o.messages)
}

func TestANewClientWithAllowedGroupsConflictsWithClientGroupAccess(t *testing.T) {
	skipIfEngineRaces(t)
	t.Parallel()
	s := newStack(t, newInstance(t))
	devs, ops := s.instance.createGroup(), s.instance.createGroup()
	s.declare("Client", "app", map[string]any{"name": "App", "callbackUrls": []any{"https://a.example/cb"}, "createSecret": false, "allowedUserGroups": anySlice(devs)})
	s.declare("ClientGroupAccess", "ops", map[string]any{"groupId": ops}).from = map[string]string{"clientId": "app.clientId"}
	o := s.up()
	t.Cleanup(func() { s.destroy() })
	require.Error(t, o.err)
	require.Regexp(t, `Client "app" also manages the allowed groups of \S+; declare them in only one of the two resources`, o.messages)
	require.Equal(t, []string{devs}, allowedGroupIDs(s.instance.client(string(s.state("app").ID))))
}

func TestClaimsMoveBetweenResources(t *testing.T) {
	t.Parallel()
	instance := newInstance(t)
	for _, kind := range newClaimsOwners(t, instance) {
		typ, ownerInputs := claimsOwnerInputs(kind)
		s := newStack(t, instance)
		s.declare(typ, "owner", ownerInputs)
		s.declare(kind.typ, "claims", map[string]any{"claims": map[string]any{"team": "a"}}).from = map[string]string{kind.input: "owner.id"}
		s.mustUp()
		t.Cleanup(func() { s.destroy() })
		id := string(s.state("owner").ID)

		t.Log("two resources that manage the same claims are an error")
		ownerInputs["customClaims"] = map[string]any{"team": "b"}
		s.declare(typ, "owner", ownerInputs)
		o := s.preview()
		require.Error(t, o.err)
		require.Regexp(t, typ+` "owner" also manages the custom claims of .+; declare them in only one of the two resources`, o.messages)
		require.Equal(t, map[string]string{"team": "a"}, kind.claims(id))

		t.Log("the deletion of one resource keeps the claims that the other declares")
		s.drop("claims")
		s.mustUp()
		require.Equal(t, map[string]string{"team": "b"}, kind.claims(id))
		s.requireNoChanges()
	}
}

// Empty customClaims are authoritative, too.
func TestANewOwnerWithClaimsConflictsWithACustomClaimsResource(t *testing.T) {
	skipIfEngineRaces(t)
	t.Parallel()
	instance := newInstance(t)
	for _, kind := range newClaimsOwners(t, instance) {
		typ, ownerInputs := claimsOwnerInputs(kind)
		ownerInputs["customClaims"] = map[string]any{}
		s := newStack(t, instance)
		s.declare(typ, "owner", ownerInputs)
		s.declare(kind.typ, "claims", map[string]any{"claims": map[string]any{"team": "a"}}).from = map[string]string{kind.input: "owner.id"}
		o := s.up()
		t.Cleanup(func() { s.destroy() })
		require.Error(t, o.err)
		require.Regexp(t, typ+` "owner" also manages the custom claims of .+; declare them in only one of the two resources`, o.messages)
	}
}

// A conflict that exists already in the state is only a warning, and an error for a resource
// whose claims change. The order in which the engine registers the resources does not matter.
func TestAConflictOfImportedClaimsIsAWarningUntilTheyChange(t *testing.T) {
	t.Parallel()
	instance := newInstance(t)
	for _, kind := range newClaimsOwners(t, instance) {
		typ, made := claimsOwnerInputs(kind)
		made["customClaims"] = map[string]any{"team": "b"}
		creator := newStack(t, instance)
		creator.declare(typ, "owner", made)
		creator.mustUp()
		t.Cleanup(func() { creator.destroy() })
		id := string(creator.state("owner").ID)

		s := newStack(t, instance)
		require.NoError(t, s.importResource(typ, "owner", id).err)
		require.NoError(t, s.importResource(kind.typ, "claims", id).err)
		ownerInputs := map[string]any{}
		for name, v := range s.state("owner").Inputs {
			ownerInputs[string(name)] = v
		}
		s.declare(kind.typ, "claims", kind.inputs(id, map[string]any{"team": "b"}))
		s.declare(typ, "owner", ownerInputs).options.Dependencies = append(s.program[0].options.Dependencies, s.state("claims").URN)
		s.options.Parallel = 1
		o := s.preview()
		require.NoError(t, o.err, o.messages)
		require.Regexp(t, `\w+ "(claims|owner)" also manages the custom claims of \S+ \S+; declare them in only one of the two resources`, o.messages)

		ownerInputs["customClaims"] = map[string]any{"team": "c"}
		s.declare(typ, "owner", ownerInputs)
		o = s.preview()
		require.Error(t, o.err)
		require.Regexp(t, `\w+ "(claims|owner)" also manages the custom claims of .+; declare them in only one of the two resources`, o.messages)
	}
}

// claimsOwnerInputs returns the type and the inputs of a new user or group.
func claimsOwnerInputs(kind claimsOwner) (typ string, inputs map[string]any) {
	if kind.pathSegment == "user-group" {
		return "Group", map[string]any{"name": uniqueName("it"), "friendlyName": "It"}
	}
	return "User", userInputs(uniqueName("it"))
}
