package provider

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestImportedClientShowsNoDiff(t *testing.T) {
	t.Parallel()
	instance := newInstance(t)
	group := instance.mustRequest("POST", "/api/user-groups", map[string]any{"name": uniqueName("devs"), "friendlyName": "Devs"})["id"].(string)
	t.Cleanup(func() { instance.request("DELETE", "/api/user-groups/"+group, nil) })
	for _, c := range []struct {
		name    string
		created map[string]any
		program map[string]any
	}{
		{"omitted defaults", map[string]any{"pkceEnabled": true}, map[string]any{}},
		{"explicit defaults", map[string]any{"pkceEnabled": true}, map[string]any{"isPublic": false, "pkceEnabled": true, "requiresReauthentication": false,
			"skipConsent": false, "accessTokenDurationMinutes": 60, "refreshTokenDurationMinutes": 43200, "isGroupRestricted": false, "description": "", "allowedUserGroups": []any{}}},
		{"without createSecret", map[string]any{"pkceEnabled": true}, map[string]any{"createSecret": false}},
		{"added rotation triggers", map[string]any{"pkceEnabled": true}, map[string]any{"secretRotationTriggers": map[string]any{"year": "2026"}}},
		{"public", map[string]any{"isPublic": true}, map[string]any{"isPublic": true}},
		{"without PKCE", map[string]any{}, map[string]any{"pkceEnabled": false}},
		{"URLs in another order", map[string]any{"pkceEnabled": true, "callbackURLs": []string{"https://z.example", "https://a.example"}},
			map[string]any{"callbackUrls": []any{"https://z.example", "https://a.example"}}},
		{"decomposed letters", map[string]any{"pkceEnabled": true, "name": "Caf\u00e9"}, map[string]any{"name": "Cafe\u0301"}},
		{"decomposed letters on the server", map[string]any{"pkceEnabled": true, "name": "Cafe\u0301"}, map[string]any{"name": "Caf\u00e9"}},
		{"no callback URLs", map[string]any{"pkceEnabled": true, "callbackURLs": []string{}}, map[string]any{"callbackUrls": []any{}}},
		{"restricted", map[string]any{"pkceEnabled": true, "isGroupRestricted": true}, map[string]any{"allowedUserGroups": []any{group}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			id := uniqueName("app")
			created := map[string]any{"id": id, "name": "App", "callbackURLs": []string{"https://a.example"}}
			program := map[string]any{"name": "App", "callbackUrls": []any{"https://a.example"}}
			for k, v := range c.created {
				created[k] = v
			}
			for k, v := range c.program {
				program[k] = v
			}
			instance.mustRequest("POST", "/api/oidc/clients", created)
			t.Cleanup(func() { instance.request("DELETE", "/api/oidc/clients/"+id, nil) })
			// Without isGroupRestricted, the groups have no effect and are no difference.
			instance.mustRequest("PUT", "/api/oidc/clients/"+id+"/allowed-user-groups", map[string]any{"userGroupIds": []string{group}})
			s := newStack(t, instance)
			o := s.importResource("Client", "app", id)
			require.NoError(t, o.err, o.messages)
			require.NotContains(t, o.messages, "failed to validate")
			require.Equal(t, id, plainValue(s.state("app").Inputs["clientId"]), "the generated program has an ID that someone has chosen")
			for range 2 {
				s.declare("Client", "app", program)
				o = s.preview()
				require.NoError(t, o.err, o.messages)
				require.Empty(t, o.steps, "%v", o.diffs)
				s.mustUp()
				s.requireNoChanges()
				program["clientId"] = id // with and without the id
			}
		})
	}
}

func TestImportOfAMissingObjectFailsWithoutState(t *testing.T) {
	t.Parallel()
	instance := newInstance(t)
	for typ, id := range map[string]string{"Client": "no-such-client", "Group": "00000000-0000-4000-8000-000000000000", "FederatedIdentity": "no-such-client#https://i.example"} {
		s := newStack(t, instance)
		o := s.importResource(typ, "it", id)
		require.Error(t, o.err, typ)
		require.Contains(t, o.err.Error()+o.messages, "does not exist")
		require.Nil(t, s.find("it"))
	}
	for typ, ids := range map[string][]string{"Client": {"a/b", "..", "."}, "Group": {"../users", ".."}, "FederatedIdentity": {"app", "#https://i.example", "app#", "../x#https://i.example"}} {
		for _, id := range ids {
			s := newStack(t, instance)
			o := s.importResource(typ, "it", id)
			require.Error(t, o.err, "%s %s", typ, id)
			require.Contains(t, o.err.Error()+o.messages, "not", "%s %s", typ, id)
			require.Nil(t, s.find("it"))
		}
	}
}
