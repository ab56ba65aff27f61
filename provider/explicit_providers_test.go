package provider

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

// Each explicit provider is a plugin process of its own: they share neither edits nor
// declarations. Moving a resource to another one must not replace it, because the one would
// delete what the other has just created.
func TestResourcesMoveBetweenProvidersInPlace(t *testing.T) {
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{}))
	groups := []string{s.instance.createGroup(), s.instance.createGroup()}
	other := s.instance.createGroup()
	users := []string{s.instance.createUser(), s.instance.createUser()}
	providers := []string{"first", "second"}
	for _, name := range providers {
		s.declare(explicitProvider, name, map[string]any{"baseUrl": s.instance.url, "apiKey": s.instance.key})
	}
	for i, group := range groups {
		s.declare("GroupMember", fmt.Sprint("member", i), map[string]any{"groupId": group, "userId": users[i]}).provider = providers[i]
	}
	s.declare("GroupMembers", "members", map[string]any{"groupId": other, "userIds": anySlice(users[0])}).provider = "first"
	s.declare("Client", "app", confidentialClient("app")).provider = "first"
	s.declare("ApplicationImage", "image", imageInputs("background", textAsset(circleSVG))).provider = "first"
	s.mustUp()
	secret := s.output("app", "clientSecret")

	for _, provider := range []map[string]string{{"first": "second", "second": "first"}, {}} {
		for i := range s.program {
			s.program[i].provider = provider[s.program[i].provider]
		}
		o := s.mustUp()
		require.Empty(t, o.steps)
		require.Equal(t, users[:1], s.instance.members(groups[0]))
		require.Equal(t, users[1:], s.instance.members(groups[1]))
		require.Equal(t, users[:1], s.instance.members(other))
		require.True(t, secretWorks(t, s.instance, "app", secret.(string)))
	}
	s.requireNoChanges()
}
