package provider

import (
	"testing"

	"github.com/pulumi/pulumi/pkg/v3/display"
	"github.com/pulumi/pulumi/pkg/v3/resource/deploy"
	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

func TestAnotherClientReplacesAnIdentityAndCreatesTheNewOneFirst(t *testing.T) {
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{}))
	s.declare("Client", "a", map[string]any{"name": "A", "clientId": "client-a", "callbackUrls": []any{}})
	s.declare("Client", "b", map[string]any{"name": "B", "clientId": "client-b", "callbackUrls": []any{}})
	s.declare("FederatedIdentity", "ci", map[string]any{"issuer": "https://ci.example"}).from = map[string]string{"clientId": "a.clientId"}
	s.mustUp()
	s.declare("FederatedIdentity", "ci", map[string]any{"issuer": "https://ci.example"}).from = map[string]string{"clientId": "b.clientId"}
	o := s.mustUp()
	require.Equal(t, []display.StepOp{deploy.OpCreateReplacement, deploy.OpReplace, deploy.OpDeleteReplaced}, o.steps["ci"])
	require.Empty(t, s.instance.identities("client-a"))
	require.Len(t, s.instance.identities("client-b"), 1)
	require.Equal(t, "client-b#https://ci.example", string(s.state("ci").ID))
	s.requireNoChanges()
}

// The server cannot have two objects with the same key, so `pulumi up --replace` must delete
// the old object first.
func TestReplacingAnObjectWithAUniqueKeyRequiresDeleteBeforeReplace(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"devs", "ci"} {
		s, id := newCreatedStack(t, newFake(t, fake.Options{}))
		s.options.ReplaceTargets = deploy.NewUrnTargets([]string{string(s.state(name).URN)})
		o := s.up()
		require.Error(t, o.err, name)
		require.Contains(t, o.messages, "set the resource option deleteBeforeReplace: true", name)
		require.Contains(t, o.messages, "pulumi import pocketid:index:", name)
		for i := range s.program {
			if s.program[i].name == name {
				s.program[i].options.DeleteBeforeReplace = new(bool)
				*s.program[i].options.DeleteBeforeReplace = true
			}
		}
		s.mustUp()
		s.options.ReplaceTargets = deploy.UrnTargets{}
		require.Len(t, s.instance.identities(id), 1)
		require.Equal(t, []string{string(s.state("devs").ID)}, allowedGroupIDs(s.instance.client(id)))
		s.requireNoChanges()
	}
}
