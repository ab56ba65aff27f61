package provider

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

func TestARenamedResourceIsAdvisedToSetAliases(t *testing.T) {
	skipIfEngineRaces(t)
	t.Parallel()
	for _, row := range []struct {
		typ    string
		inputs map[string]any
	}{
		{"Client", confidentialClient("app")},
		{"Group", map[string]any{"name": "devs", "friendlyName": "Devs"}},
		{"User", map[string]any{"username": "alice", "email": "alice@x.example", "firstName": "Alice"}},
	} {
		s := newStack(t, newFake(t, fake.Options{}))
		s.declare(row.typ, "before", row.inputs)
		s.mustUp()
		s.drop("before")
		s.declare(row.typ, "after", row.inputs)
		o := s.up()
		require.Error(t, o.err, row.typ)
		aliases := strings.Index(o.messages, "aliases")
		require.Positive(t, aliases, o.messages)
		require.Less(t, aliases, strings.Index(o.messages, "pulumi import"), "aliases come first")
	}
}
