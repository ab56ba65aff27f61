package provider

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

// Pocket ID answers 200 and ignores IDs that it does not know. The program would lack access
// without a sign of it.
func TestIDsThatTheServerIgnoresAreAnError(t *testing.T) {
	skipIfEngineRaces(t)
	t.Parallel()
	const missing = "6d3c6cf1-6c6b-4d93-9a9c-1f6f2a9f0a11"
	s := newStack(t, newFake(t, fake.Options{}))
	ann, group := s.instance.createUser(), s.instance.createGroup()
	members := func(ids ...string) {
		s.declare("GroupMembers", "members", map[string]any{"groupId": group, "userIds": anySlice(ids...)})
	}
	app := restrictedClient("app")
	allow := func(ids ...string) {
		app["allowedUserGroups"] = anySlice(ids...)
		s.declare("Client", "app", app)
	}
	s.options.ContinueOnError = true
	for _, operation := range []string{"create", "update"} {
		members(ann, missing)
		allow(group, missing)
		o := s.up()
		require.Error(t, o.err, operation)
		require.Contains(t, o.messages, "no users with the IDs "+missing, operation)
		require.Contains(t, o.messages, "no user groups with the IDs "+missing, operation)
		require.Equal(t, []string{ann}, s.instance.members(group), operation)
		require.Equal(t, anySlice(ann), s.output("members", "userIds"), operation)
		members(ann)
		allow(group)
		s.mustUp()
		s.requireNoChanges()
	}
}
