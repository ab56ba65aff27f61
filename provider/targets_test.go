package provider

import (
	"regexp"
	"testing"

	"github.com/pulumi/pulumi/pkg/v3/resource/deploy"
	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

// target limits the next operations to resources of the state or the program.
func (s *stack) target(names ...string) {
	s.options.Targets = deploy.UrnTargets{}
	var urns []string
	for _, name := range names {
		for _, r := range s.program {
			if r.name == name {
				urns = append(urns, "urn:pulumi:test::test::"+Name+":index:"+r.typ+"::"+name)
			}
		}
		if r := s.find(name); r != nil {
			urns = append(urns, string(r.URN))
		}
	}
	if len(urns) > 0 {
		s.options.Targets = deploy.NewUrnTargets(urns)
	}
}

// targetedUp updates only some resources.
func (s *stack) targetedUp(names ...string) outcome {
	s.t.Helper()
	s.target(names...)
	defer s.target()
	return s.mustUp()
}

// With --target, the engine checks no resource outside the targets, and tells nobody what they
// declare.
func TestClaimsMoveToTheirOwnerInTargetedUpdates(t *testing.T) {
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

		ownerInputs["customClaims"] = map[string]any{"team": "a"}
		s.declare(typ, "owner", ownerInputs)
		s.targetedUp("owner")
		s.drop("claims")
		o := s.targetedUp("claims")
		require.Nil(t, s.find("claims"))
		require.Equal(t, map[string]string{"team": "a"}, kind.claims(id))
		require.Contains(t, o.messages, "the deletion keeps the custom claims of")
		require.Contains(t, o.messages, "`pulumi import pocketid:index:"+kind.typ+" claims '"+id+"/custom-claims'`")
		require.Contains(t, o.messages, "`pulumi destroy --target 'urn:pulumi:test::test::pocketid:index:"+kind.typ+"::claims'`")
		s.requireNoChanges()
	}
}

// singletons are resources of one object each, and whether the server has the object.
func singletons(t *testing.T, s *stack) (declare func(prefix string), present func() []bool) {
	ann, group, user := s.instance.createUser(), s.instance.createGroup(), s.instance.createUser()
	picture := fileAsset(writeImage(t, "it.png", testImage(t, "png", 1)))
	standard, _ := s.instance.getImage("/api/users/" + user + "/profile-picture.png")
	declare = func(prefix string) {
		s.declare("GroupMembers", prefix+"-members", map[string]any{"groupId": group, "userIds": anySlice(ann)})
		s.declare("ApplicationImage", prefix+"-image", imageInputs("background", textAsset(circleSVG)))
		s.declare("UserProfilePicture", prefix+"-picture", map[string]any{"userId": user, "image": picture})
		s.declare(applicationConfiguration, prefix+"-settings", map[string]any{"appName": "Ours", "onDestroy": "reset"})
	}
	present = func() []bool {
		background, _ := s.instance.getImage("/api/application-images/background")
		current, _ := s.instance.getImage("/api/users/" + user + "/profile-picture.png")
		return []bool{len(s.instance.members(group)) == 1, string(background) == circleSVG, string(current) != string(standard), s.instance.settings()["appName"] == "Ours"}
	}
	return declare, present
}

func singletonNames(prefix string) []string {
	return []string{prefix + "-members", prefix + "-image", prefix + "-picture", prefix + "-settings"}
}

var allPresent, nonePresent = []bool{true, true, true, true}, []bool{false, false, false, false}

func TestRenamedSingletonsAreKeptByTargetedUpdates(t *testing.T) {
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{}))
	declare, present := singletons(t, s)
	declare("old")
	s.mustUp()
	for _, name := range singletonNames("old") {
		s.drop(name)
	}
	declare("new")
	s.targetedUp(singletonNames("new")...)
	o := s.targetedUp(singletonNames("old")...)
	require.Equal(t, allPresent, present(), o.messages)
	for _, kept := range []string{"members of", "image background", "profile picture of", "application configuration"} {
		require.Contains(t, o.messages, "the deletion keeps the "+kept)
	}
	require.Nil(t, s.find("old-members"))
	s.requireNoChanges()
}

// The engine tells as little of a destroy that runs the program as of a targeted update.
func TestADestroyThatRunsTheProgramKeepsSingletonsWithAWarning(t *testing.T) {
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{}))
	declare, present := singletons(t, s)
	declare("it")
	s.mustUp()
	s.runProgram = true
	o := s.destroy()
	require.NoError(t, o.err, o.messages)
	require.Equal(t, allPresent, present())
	require.Contains(t, o.messages, "without --run-program")

	t.Log("the commands of the warning delete them")
	s.runProgram = false
	commands := regexp.MustCompile("`pulumi import pocketid:index:(\\w+) ([\\w-]+) '([^']+)'`").FindAllStringSubmatch(o.messages, -1)
	require.Len(t, commands, 4)
	for _, m := range commands {
		require.NoError(t, s.importResource(m[1], m[2], m[3]).err)
		if m[1] == applicationConfiguration { // an import sets onDestroy to retain
			continue
		}
		s.target(m[2])
		o := s.destroy()
		require.NoError(t, o.err, o.messages)
		s.target()
	}
	require.Equal(t, []bool{false, false, false, true}, present())
}

func TestSingletonsAreDeletedWhereTheProgramIsKnown(t *testing.T) {
	t.Parallel()
	for what, remove := range map[string]func(*stack) outcome{
		"an update": func(s *stack) outcome {
			s.program = s.program[:1]
			return s.up()
		},
		"an update that removes the last resource": func(s *stack) outcome {
			s.program = nil
			return s.up()
		},
		"an update that refreshes": func(s *stack) outcome {
			s.program = s.program[:1]
			s.options.Refresh = true
			return s.up()
		},
		"a destroy": (*stack).destroy,
		"a destroy that refreshes": func(s *stack) outcome {
			s.options.Refresh = true
			return s.destroy()
		},
		"a targeted destroy": func(s *stack) outcome {
			s.target(singletonNames("it")...)
			return s.destroy()
		},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			s := newStack(t, newFake(t, fake.Options{}))
			s.declare("Group", "other", map[string]any{"name": "other", "friendlyName": "Other"})
			declare, present := singletons(t, s)
			declare("it")
			s.mustUp()
			require.Equal(t, allPresent, present())
			o := remove(s)
			require.NoError(t, o.err, o.messages)
			require.Equal(t, nonePresent, present(), o.messages)
		})
	}
}

// Deleting one entry of a list is a deliberate act.
func TestATargetedUpdateDeletesSingleEntries(t *testing.T) {
	t.Parallel()
	s := newStack(t, newInstance(t))
	ann, group := s.instance.createUser(), s.instance.createGroup()
	s.declare("Client", "app", map[string]any{"name": "App", "callbackUrls": []any{}, "isGroupRestricted": true})
	s.declare("GroupMember", "member", map[string]any{"groupId": group, "userId": ann})
	s.declare("ClientGroupAccess", "access", map[string]any{"groupId": group}).from = map[string]string{"clientId": "app.clientId"}
	s.declare("FederatedIdentity", "ci", map[string]any{"issuer": "https://ci.example"}).from = map[string]string{"clientId": "app.clientId"}
	s.mustUp()
	t.Cleanup(func() { s.destroy() })
	client := string(s.state("app").ID)
	for _, name := range []string{"member", "access", "ci"} {
		s.drop(name)
	}
	s.targetedUp("member", "access", "ci")
	require.Empty(t, s.instance.members(group))
	require.Empty(t, allowedGroupIDs(s.instance.client(client)))
	require.Empty(t, s.instance.identities(client))
}

// An update that failed leaves two resources of one object in the state: the new one, and the one
// that it has renamed or replaced.
func TestSingletonsAfterAFailedRenameOrReplacement(t *testing.T) {
	skipIfEngineRaces(t)
	t.Parallel()
	type operation struct {
		rename bool
		next   func(*stack) outcome
		want   []bool
	}
	for what, row := range map[string]operation{
		"an update keeps them after a rename":            {true, (*stack).up, allPresent},
		"an update keeps them after a replacement":       {false, (*stack).up, allPresent},
		"a refresh changes nothing":                      {true, func(s *stack) outcome { s.refresh(); return s.up() }, allPresent},
		"a destroy deletes them after a rename":          {true, (*stack).destroy, nonePresent},
		"a destroy deletes them after a replacement":     {false, (*stack).destroy, nonePresent},
		"an update without them deletes them":            {true, func(s *stack) outcome { s.program = s.program[len(s.program)-1:]; return s.up() }, nonePresent},
		"an update without the replacement deletes them": {false, func(s *stack) outcome { s.program = s.program[len(s.program)-1:]; return s.up() }, nonePresent},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			s := newStack(t, newFake(t, fake.Options{}))
			declare, present := singletons(t, s)
			declare("old")
			s.mustUp()
			var urns []string
			for _, name := range singletonNames("old") {
				urns = append(urns, string(s.state(name).URN))
				if row.rename {
					s.drop(name)
				}
			}
			if row.rename {
				declare("new")
			} else {
				s.options.ReplaceTargets = deploy.NewUrnTargets(urns)
			}
			s.declare("Client", "fails", confidentialClient("fails"))
			s.instance.intercept(failingCreates)
			s.options.ContinueOnError = true // so that the others are created
			require.Error(t, s.up().err)
			s.options.ReplaceTargets, s.options.ContinueOnError = deploy.UrnTargets{}, false
			s.instance.intercept(nil)

			o := row.next(s)
			require.NoError(t, o.err, o.messages)
			require.Equal(t, row.want, present())
		})
	}
}
