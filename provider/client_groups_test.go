package provider

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func allowedGroupIDs(client map[string]any) []string {
	ids := []string{}
	for _, g := range client["allowedUserGroups"].([]any) {
		ids = append(ids, g.(map[string]any)["id"].(string))
	}
	return ids
}

func TestClientIsRestrictedToGroups(t *testing.T) {
	t.Parallel()
	s := newStack(t, newInstance(t))
	id := uniqueName("app")
	s.declare("Group", "devs", map[string]any{"name": uniqueName("devs"), "friendlyName": "Developers"})
	s.declare("Group", "ops", map[string]any{"name": uniqueName("ops"), "friendlyName": "Operations"})
	app := map[string]any{"name": "App", "clientId": id, "callbackUrls": []any{"https://a.example/cb"}}
	s.declare("Client", "app", app).from = map[string]string{"allowedUserGroups[]": "devs.id"}
	s.mustUp()
	t.Cleanup(func() { s.destroy() })
	s.requireNoChanges()
	require.Equal(t, []string{string(s.state("devs").ID)}, allowedGroupIDs(s.instance.client(id)))

	t.Log("another group replaces the first")
	s.declare("Client", "app", app).from = map[string]string{"allowedUserGroups[]": "ops.id"}
	s.mustUp()
	s.requireNoChanges()
	require.Equal(t, []string{string(s.state("ops").ID)}, allowedGroupIDs(s.instance.client(id)))

	t.Log("without groups, everybody may use the client, with a warning")
	s.declare("Client", "app", app).from = nil
	o := s.preview()
	require.Contains(t, o.messages, "opens the client to every user")
	s.mustUp()
	require.Equal(t, false, s.instance.client(id)["isGroupRestricted"])
	s.requireNoChanges()

	t.Log("restricted to no groups, nobody may use it")
	closed := map[string]any{"name": "App", "clientId": id, "callbackUrls": []any{"https://a.example/cb"}, "isGroupRestricted": true}
	s.declare("Client", "app", closed)
	s.mustUp()
	require.Equal(t, true, s.instance.client(id)["isGroupRestricted"])
	require.Empty(t, allowedGroupIDs(s.instance.client(id)))
	s.requireNoChanges()
}

func TestMissingAllowedGroupIsReportedAndTheClientKept(t *testing.T) {
	skipIfEngineRaces(t)
	t.Parallel()
	s := newStack(t, newInstance(t))
	id := uniqueName("app")
	app := map[string]any{"name": "App", "clientId": id, "callbackUrls": []any{"https://a.example/cb"}, "allowedUserGroups": []any{missingID}}
	s.declare("Client", "app", app)
	o := s.up()
	require.Error(t, o.err)
	require.Contains(t, o.messages, missingID)
	require.Equal(t, id, string(s.state("app").ID), "the client exists and is not in the state")
	require.Equal(t, true, s.instance.client(id)["isGroupRestricted"], "the client must stay restricted")
	require.NotEmpty(t, s.output("app", "clientSecret"))
	t.Cleanup(func() { s.destroy() })

	delete(app, "allowedUserGroups")
	app["isGroupRestricted"] = true
	s.declare("Client", "app", app)
	s.mustUp()
	s.requireNoChanges()
}
