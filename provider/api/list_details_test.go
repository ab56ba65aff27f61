package api

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// listing answers a list with these items, and the object of each with the ID of its path.
func listing(t *testing.T, items string, objects map[string]string) *Conn {
	t.Helper()
	return connectHTTP(t, func(w http.ResponseWriter, r *http.Request) {
		id := r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:]
		switch object, known := objects[id]; {
		case known:
			respond(w, 200, object)
		case strings.HasSuffix(r.URL.Path, "/user-groups"), strings.HasSuffix(r.URL.Path, "/clients"), strings.HasSuffix(r.URL.Path, "/users"):
			respond(w, 200, `{"data":`+items+`,"pagination":{"totalPages":1}}`)
		default:
			respond(w, 404, `{"error":"Record not found","code":"not_found"}`)
		}
	})
}

// From 2.16 on, a list of clients has the groups in place of their number. A field that a
// future version drops from a list is read from each object.
func TestAFieldThatAListLacksIsNotTakenForEmpty(t *testing.T) {
	t.Parallel()
	clients := func(ctx context.Context, c *Conn) (ids []string, err error) {
		all, err := c.ListClientsWithAllowedGroups(ctx)
		for _, client := range all {
			ids = append(ids, client.ID)
		}
		return ids, err
	}
	groups := func(list func(*Conn, context.Context) ([]Group, error)) func(context.Context, *Conn) ([]string, error) {
		return func(ctx context.Context, c *Conn) (ids []string, err error) {
			all, err := list(c, ctx)
			for _, g := range all {
				ids = append(ids, g.ID)
			}
			return ids, err
		}
	}
	users := func(ctx context.Context, c *Conn) (ids []string, err error) {
		all, err := c.ListUsersWithClaims(ctx)
		for _, u := range all {
			ids = append(ids, u.ID)
		}
		return ids, err
	}
	for name, row := range map[string]struct {
		list    func(context.Context, *Conn) ([]string, error)
		items   string
		objects map[string]string
	}{
		"clients with a number of groups": {clients,
			`[{"id":"a","isGroupRestricted":true,"allowedUserGroupsCount":1},{"id":"b","isGroupRestricted":true,"allowedUserGroupsCount":0},{"id":"c","isGroupRestricted":false,"allowedUserGroupsCount":2}]`, nil},
		"clients with groups": {clients,
			`[{"id":"a","isGroupRestricted":true,"allowedUserGroups":[{"id":"g"}]},{"id":"b","isGroupRestricted":true,"allowedUserGroups":[]},{"id":"c","isGroupRestricted":false,"allowedUserGroups":[{"id":"g"}]}]`, nil},
		"clients with neither": {clients, `[{"id":"a","isGroupRestricted":true},{"id":"b","isGroupRestricted":true},{"id":"c","isGroupRestricted":false},{"id":"deleted","isGroupRestricted":true}]`, map[string]string{
			"a": `{"id":"a","name":"A","isGroupRestricted":true,"allowedUserGroups":[{"id":"g"}]}`, "b": `{"id":"b","name":"B","isGroupRestricted":true,"allowedUserGroups":[]}`,
		}},
		"groups with a number of members": {groups((*Conn).ListGroupsWithMembers), `[{"id":"a","userCount":2,"customClaims":[]},{"id":"b","userCount":0,"customClaims":[]}]`, nil},
		"groups without it": {groups((*Conn).ListGroupsWithMembers), `[{"id":"a","customClaims":[]},{"id":"b","customClaims":[]},{"id":"deleted"}]`, map[string]string{
			"a": `{"id":"a","name":"a","users":[{"id":"u"}],"customClaims":[]}`, "b": `{"id":"b","name":"b","users":[],"customClaims":[]}`,
		}},
		"groups without claims": {groups((*Conn).ListGroupsWithClaims), `[{"id":"a","userCount":0},{"id":"b","userCount":0}]`, map[string]string{
			"a": `{"id":"a","name":"a","users":[],"customClaims":[{"key":"team","value":"x"}]}`, "b": `{"id":"b","name":"b","users":[],"customClaims":[]}`,
		}},
		"users without claims": {users, `[{"id":"a","username":"a"},{"id":"b","username":"b","customClaims":[]}]`, map[string]string{
			"a": `{"id":"a","username":"a","customClaims":[{"key":"team","value":"x"}]}`,
		}},
	} {
		ids, err := row.list(t.Context(), listing(t, row.items, row.objects))
		require.NoError(t, err, name)
		require.Equal(t, []string{"a"}, ids, name)
	}
}
