package provider

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

// A list of passkeys that cannot be read is no proof that the user has none.
func TestAUserIsKeptIfTheirPasskeysCannotBeRead(t *testing.T) {
	skipIfEngineRaces(t)
	t.Parallel()
	for _, response := range []string{"", "null", " ", "{}"} {
		s := newStack(t, newFake(t, fake.Options{}))
		s.declare("User", "alice", userInputs("alice"))
		s.mustUp()
		id := string(s.state("alice").ID)
		s.instance.simulatePasskeys(response)
		s.drop("alice")
		o := s.up()
		require.Error(t, o.err, "%q", response)
		require.Contains(t, o.messages, "not a Pocket ID response", "%q", response)
		require.NotNil(t, s.instance.user(id), "%q", response)
	}
}
