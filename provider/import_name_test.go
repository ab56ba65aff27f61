package provider

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestImportByName(t *testing.T) {
	t.Parallel()
	instance := newInstance(t)
	name := uniqueName("Caf\u00e9")
	user := uniqueName("alice")
	ids := map[string]string{
		"Group":  instance.mustRequest("POST", "/api/user-groups", map[string]any{"name": name, "friendlyName": "Another"})["id"].(string),
		"Client": instance.mustRequest("POST", "/api/oidc/clients", map[string]any{"name": name, "callbackURLs": []string{}})["id"].(string),
		"User": instance.mustRequest("POST", "/api/users",
			map[string]any{"username": user, "firstName": "Alice", "lastName": "", "displayName": "Alice", "email": user + "@example.com", "isAdmin": false})["id"].(string),
	}
	for typ, id := range ids {
		imported := name
		if typ == "User" {
			imported = user
		}
		s := newStack(t, instance)
		o := s.importResource(typ, "it", "name:"+imported)
		require.NoError(t, o.err, "%s: %s", typ, o.messages)
		require.Equal(t, id, s.state("it").ID.String(), typ)

		o = newStack(t, instance).importResource(typ, "it", "name:"+imported+"x")
		require.Error(t, o.err, typ)
		require.Contains(t, o.messages, `has the name "`+imported+`x"; there are`, typ)
		require.Contains(t, o.messages, id, "%s: candidates", typ)
	}
}

func TestImportByNameComparesNormalizedNames(t *testing.T) {
	t.Parallel()
	instance := newInstance(t)
	name := uniqueName("group")
	id := instance.mustRequest("POST", "/api/user-groups", map[string]any{"name": "Caf\u00e9" + name, "friendlyName": "Another"})["id"].(string)
	s := newStack(t, instance)
	o := s.importResource("Group", "it", "name:Cafe\u0301"+name)
	require.NoError(t, o.err, o.messages)
	require.Equal(t, id, s.state("it").ID.String())
}

func TestImportByAnAmbiguousNameNamesTheCandidates(t *testing.T) {
	t.Parallel()
	instance := newInstance(t)
	name := uniqueName("wiki")
	var ids []string
	for range 2 {
		ids = append(ids, instance.mustRequest("POST", "/api/oidc/clients", map[string]any{"name": name, "callbackURLs": []string{}})["id"].(string))
	}
	s := newStack(t, instance)
	o := s.importResource("Client", "wiki", "name:"+name)
	require.Error(t, o.err)
	require.Contains(t, o.messages, `2 clients have the name "`+name+`"`)
	require.Contains(t, o.messages, ids[0])
	require.Contains(t, o.messages, ids[1])
	require.Nil(t, s.find("wiki"))
}

func TestImportByNameNeedsAResourceWithNames(t *testing.T) {
	t.Parallel()
	s := newStack(t, newInstance(t))
	o := s.importResource("GroupMembers", "members", "name:developers")
	require.Error(t, o.err)
	require.Contains(t, o.messages, "pocketid:index:GroupMembers is imported by its ID, not by a name")
}

func TestImportOfAnAPIByName(t *testing.T) {
	t.Parallel()
	instance := newFakeVersion(t, "2.14.0")
	name := uniqueName("backend")
	id := instance.mustRequest("POST", "/api/apis", map[string]any{"name": name, "resource": "https://" + name + ".example.com"})["id"].(string)
	s := newStack(t, instance)
	o := s.importResource("Api", "it", "name:"+name)
	require.NoError(t, o.err, o.messages)
	require.Equal(t, id, s.state("it").ID.String())
}
