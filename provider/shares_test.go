package provider

import (
	"testing"

	"github.com/pulumi/pulumi/pkg/v3/display"
	"github.com/pulumi/pulumi/pkg/v3/resource/deploy"
	"github.com/stretchr/testify/require"
)

// What goes from one resource of a program to another in one update is not lost: the
// new one is made or changed first, and the old one is deleted last.

func TestMembersPassFromOneResourceToAnother(t *testing.T) {
	t.Parallel()
	s := newStack(t, onPocketID(t))
	ann, bob, eve, group := s.pocketID.person(), s.pocketID.person(), s.pocketID.person(), s.pocketID.emptyGroup()
	single := func(name, user string) {
		s.declare("GroupMember", name, map[string]any{"groupId": group, "userId": user})
	}
	for name, user := range map[string]string{"ann": ann, "bob": bob, "eve": eve} {
		single(name, user)
	}
	s.mustUp()

	t.Log("from single ones to all")
	s.drop("ann")
	s.drop("bob")
	s.drop("eve")
	s.declare("GroupMembers", "all", map[string]any{"groupId": group, "userIds": listOf(ann, bob, eve)})
	o := s.mustUp()
	require.Equal(t, []display.StepOp{deploy.OpDelete}, o.steps["ann"])
	require.Equal(t, inOrder(ann, bob, eve), s.pocketID.members(group))
	s.steady()

	t.Log("from all to single ones, which were imported; who is not named leaves")
	require.NoError(t, s.importing("GroupMember", "ann", group+"/"+ann).err)
	require.NoError(t, s.importing("GroupMember", "bob", group+"/"+bob).err)
	s.drop("all")
	single("ann", ann)
	single("bob", bob)
	s.mustUp()
	require.Equal(t, inOrder(ann, bob), s.pocketID.members(group))
	s.steady()

	t.Log("to another name")
	require.NoError(t, s.importing("GroupMember", "robert", group+"/"+bob).err)
	s.drop("bob")
	single("robert", bob)
	s.mustUp()
	require.Equal(t, inOrder(ann, bob), s.pocketID.members(group))

	t.Log("a replacement that deletes first does so")
	s.program[0].options.DeleteBeforeReplace = new(true)
	s.options.ReplaceTargets = deploy.NewUrnTargets([]string{string(s.state("ann").URN)})
	require.Contains(t, s.mustUp().steps["ann"], deploy.OpDeleteReplaced)
	s.options.ReplaceTargets = deploy.UrnTargets{}
	require.Equal(t, inOrder(ann, bob), s.pocketID.members(group))
	s.steady()

	s.withProgram = true
	require.NoError(t, s.destroy().err)
	require.Empty(t, s.pocketID.members(group))
}

func TestGroupsOfAClientPassFromOneResourceToAnother(t *testing.T) {
	t.Parallel()
	s := newStack(t, onPocketID(t))
	devs, ops := s.pocketID.emptyGroup(), s.pocketID.emptyGroup()
	app := map[string]any{"name": "App", "callbackUrls": []any{"https://a.example/cb"}, "createSecret": false, "isGroupRestricted": true}
	s.declare("Client", "app", app)
	s.declare("ClientGroupAccess", "devs", map[string]any{"groupId": devs}).from = map[string]string{"clientId": "app.clientId"}
	s.declare("ClientGroupAccess", "ops", map[string]any{"groupId": ops}).from = map[string]string{"clientId": "app.clientId"}
	s.mustUp()
	t.Cleanup(func() { s.destroy() })
	id := string(s.state("app").ID)
	s.drop("devs")
	s.drop("ops")
	app["allowedUserGroups"] = listOf(devs)
	s.declare("Client", "app", app)
	s.mustUp()
	require.Equal(t, []string{devs}, allowed(s.pocketID.client(id)))
	s.steady()

	t.Log("and are not said twice, whoever made up the client's id")
	s.declare("ClientGroupAccess", "ops", map[string]any{"groupId": ops}).from = map[string]string{"clientId": "app.clientId"}
	o := s.preview()
	require.Error(t, o.err)
	require.Contains(t, o.text, `is said by Client "app", too`)
}

func TestAClientThatIsNewSharesItsGroupsWithNobody(t *testing.T) {
	engineRaces(t)
	t.Parallel()
	s := newStack(t, onPocketID(t))
	devs, ops := s.pocketID.emptyGroup(), s.pocketID.emptyGroup()
	s.declare("Client", "app", map[string]any{"name": "App", "callbackUrls": []any{"https://a.example/cb"}, "createSecret": false, "allowedUserGroups": listOf(devs)})
	s.declare("ClientGroupAccess", "ops", map[string]any{"groupId": ops}).from = map[string]string{"clientId": "app.clientId"}
	o := s.up()
	t.Cleanup(func() { s.destroy() })
	require.Error(t, o.err)
	require.Contains(t, o.text, `is said by Client "app", too`)
	require.Equal(t, []string{devs}, allowed(s.pocketID.client(string(s.state("app").ID))))
}

func TestClaimsPassFromOneResourceToAnother(t *testing.T) {
	engineRaces(t)
	t.Parallel()
	on := onPocketID(t)
	for _, who := range owners(t, on) {
		typ, about := "User", person(named("it"))
		if who.at == "user-group" {
			typ, about = "Group", map[string]any{"name": named("it"), "friendlyName": "It"}
		}
		claims := map[string]any{"team": "a"}
		s := newStack(t, on)
		s.declare(typ, "owner", about)
		s.declare(who.typ, "claims", map[string]any{"claims": claims}).from = map[string]string{who.input: "owner.id"}
		s.mustUp()
		t.Cleanup(func() { s.destroy() })
		id := string(s.state("owner").ID)

		t.Log("both at once are refused")
		about["customClaims"] = map[string]any{"team": "b"}
		s.declare(typ, "owner", about)
		o := s.preview()
		require.Error(t, o.err)
		require.Contains(t, o.text, `is said by `+typ+` "owner", too`)
		require.Equal(t, map[string]string{"team": "a"}, who.claims(id))

		t.Log("one after the other keeps what is said last")
		s.drop("claims")
		s.mustUp()
		require.Equal(t, map[string]string{"team": "b"}, who.claims(id))
		s.steady()

		t.Log("a new owner who says their claims shares them with nobody, even if they say none")
		other := newStack(t, on)
		about["customClaims"] = map[string]any{}
		for _, name := range []string{"name", "username"} {
			if about[name] != nil {
				about[name] = named("another")
			}
		}
		if typ == "User" {
			about["email"] = about["username"].(string) + "@example.com"
		}
		other.declare(typ, "owner", about)
		other.declare(who.typ, "claims", map[string]any{"claims": claims}).from = map[string]string{who.input: "owner.id"}
		o = other.up()
		t.Cleanup(func() { other.destroy() })
		require.Error(t, o.err)
		require.Contains(t, o.text, `is said by `+typ+` "owner", too`)

		t.Log("whichever comes first")
		last := newStack(t, on)
		require.NoError(t, last.importing(typ, "owner", id).err)
		require.NoError(t, last.importing(who.typ, "claims", id).err)
		about = map[string]any{}
		for name, v := range last.state("owner").Inputs {
			about[string(name)] = v
		}
		last.declare(who.typ, "claims", who.held(id, map[string]any{"team": "b"}))
		last.declare(typ, "owner", about).options.Dependencies = append(last.program[0].options.Dependencies, last.state("claims").URN)
		last.options.Parallel = 1
		o = last.preview()
		require.NoError(t, o.err, o.text)
		require.Regexp(t, `customClaims is said by \w+ "claims", too|claims is said by \w+ "owner", too`, o.text, "both were there before, so there is a warning")
		about["customClaims"] = map[string]any{"team": "c"}
		last.declare(typ, "owner", about)
		o = last.preview()
		require.Error(t, o.err)
		require.Regexp(t, `is said by \w+ "(claims|owner)", too`, o.text)
	}
}
