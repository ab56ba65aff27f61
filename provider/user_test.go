package provider

import (
	"net/http"
	"testing"

	"github.com/pulumi/pulumi/pkg/v3/display"
	"github.com/pulumi/pulumi/pkg/v3/resource/deploy"
	"github.com/stretchr/testify/require"
)

// user is a user as the server has it, or nil.
func (i *pocketID) user(id string) map[string]any {
	i.t.Helper()
	status, out := i.try("GET", "/api/users/"+id, nil)
	if status == http.StatusNotFound {
		return nil
	}
	require.Equal(i.t, 200, status, out)
	return out.(map[string]any)
}

// person is what every server wants to know of a user.
func person(name string) map[string]any {
	return map[string]any{"username": name, "email": name + "@example.com", "firstName": "Alice", "displayName": "Alice L"}
}

func TestUserLivesItsLife(t *testing.T) {
	t.Parallel()
	s := newStack(t, onPocketID(t))
	name := named("alice")
	s.declare("User", "alice", person(name))

	o := s.preview()
	require.NoError(t, o.err, o.text)
	require.Equal(t, []display.StepOp{deploy.OpCreate}, o.steps["alice"])
	require.True(t, o.new["alice"]["userId"].IsComputed())
	require.True(t, o.new["alice"]["isAdmin"].IsComputed(), "what the server decides is not known")

	s.mustUp()
	id := string(s.state("alice").ID)
	u := s.pocketID.user(id)
	require.Equal(t, name, u["username"])
	require.Equal(t, name+"@example.com", u["email"])
	require.Equal(t, false, u["isAdmin"])
	require.Equal(t, id, s.output("alice", "userId"))
	require.Equal(t, false, s.output("alice", "ldapManaged"))
	s.steady()

	renamed := named("renamed")
	s.declare("User", "alice", map[string]any{"username": renamed, "email": renamed + "@example.com", "isAdmin": true, "lastName": "Liddell", "locale": "de"})
	o = s.mustUp()
	require.Equal(t, []display.StepOp{deploy.OpUpdate}, o.steps["alice"])
	u = s.pocketID.user(id)
	require.Equal(t, renamed, u["username"])
	require.Equal(t, true, u["isAdmin"])
	require.Equal(t, "Liddell", u["lastName"])
	require.Equal(t, "de", u["locale"])
	require.Equal(t, "Alice L", u["displayName"], "what is left out keeps its value")
	require.Equal(t, "Alice L", s.output("alice", "displayName"))
	s.steady()

	o = s.destroy()
	require.NoError(t, o.err, o.text)
	require.Nil(t, s.pocketID.user(id))
}
