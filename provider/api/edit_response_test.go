package api

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
)

// hidingResponses is a server whose responses to a PUT are replaced by response.
func hidingResponses(s *store, status int, response string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPut {
			s.handle(w, r)
			return
		}
		s.handle(discardResponse{}, r)
		if response == "" {
			w.WriteHeader(status)
			return
		}
		respond(w, status, response)
	}
}

// The response to a PUT is the object as the server has stored it.
func TestASingleEditIsVerifiedInTheResponse(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		defer waitForQueues()
		s := newApp("https://i0.example")
		c := connectInProcess(t, s.handle)
		require.NoError(t, errorOf(c.UpdateClient(t.Context(), "my-app", ClientSettings{Name: "Renamed"})))
		require.Equal(t, []string{getApp, putApp}, s.all())
		require.Equal(t, []string{"https://i0.example"}, s.issuers())
		require.Equal(t, `"Renamed"`, s.get(app, "name"))
	})
}

// Another stack with entries in the same list is a writer to expect. And no resource has a removed
// entry any more, so no refresh would show that another writer has restored it: a user who was
// removed from a group would stay a member.
func TestAnEntryWhoseChangeIsUndoneIsChangedAgain(t *testing.T) {
	t.Parallel()
	const group = "/api/user-groups/devs"
	for what, row := range map[string]struct {
		object, field, before, after string
		edit                         func(context.Context, *Conn) error
	}{
		"a new identity": {app, "credentials", `{"federatedIdentities":[]}`, `{"federatedIdentities":[{"issuer":"https://i1.example","subject":"s","replayProtection":false}]}`, func(ctx context.Context, c *Conn) error {
			return c.AddFederatedIdentity(ctx, "my-app", identity(1))
		}},
		"a changed identity": {app, "credentials", `{"federatedIdentities":[{"issuer":"https://i1.example"}]}`, `{"federatedIdentities":[{"issuer":"https://i1.example","subject":"s","replayProtection":false}]}`, func(ctx context.Context, c *Conn) error {
			return c.UpdateFederatedIdentity(ctx, "my-app", identity(1))
		}},
		"a new member": {group, "users", `[{"id":"bob"}]`, `[{"id":"bob"},{"id":"ann"}]`, func(ctx context.Context, c *Conn) error {
			return c.AddGroupMember(ctx, "devs", "ann")
		}},
		"a removed identity": {app, "credentials", `{"federatedIdentities":[{"issuer":"https://i0.example","subject":"s"}]}`, `{"federatedIdentities":[]}`, func(ctx context.Context, c *Conn) error {
			return c.DeleteFederatedIdentity(ctx, "my-app", "https://i0.example")
		}},
		"a removed member": {group, "users", `[{"id":"ann"},{"id":"bob"}]`, `[{"id":"bob"}]`, func(ctx context.Context, c *Conn) error {
			return c.RemoveGroupMember(ctx, "devs", "ann")
		}},
		"all members but one": {group, "users", `[{"id":"ann"},{"id":"bob"}]`, `[{"id":"bob"}]`, func(ctx context.Context, c *Conn) error {
			return c.ClearGroupMembers(ctx, "devs", []string{"bob"})
		}},
	} {
		synctest.Test(t, func(t *testing.T) {
			defer waitForQueues()
			s := newStore(map[string]string{app: `{"id":"my-app","name":"App","credentials":{}}`, group: `{"id":"devs","name":"devs","users":[]}`})
			s.put(row.object, row.field, row.before)
			restored := false
			c := connectInProcess(t, func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodPut && row.object == group { // the members have a path of their own
					var in struct{ UserIDs []string }
					require.NoError(t, json.NewDecoder(r.Body).Decode(&in))
					users := []Ref{}
					for _, id := range in.UserIDs {
						users = append(users, Ref{ID: id})
					}
					s.put(group, "users", toJSON(users))
					respond(w, 200, toJSON(s.objects[group]))
				} else {
					s.handle(w, r)
				}
				if r.Method == http.MethodPut && !restored {
					restored = true
					s.put(row.object, row.field, row.before)
				}
			})
			require.NoError(t, row.edit(t.Context(), c), what)
			require.True(t, restored)
			require.JSONEq(t, row.after, s.get(row.object, row.field), what)
		})
	}
}

// Another writer who read the client before it was restricted would open it to every user again.
func TestAClientThatIsOpenedAgainIsRestrictedAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		defer waitForQueues()
		s, opened := newStore(map[string]string{app: `{"id":"my-app","name":"App","credentials":{},"isGroupRestricted":false,"allowedUserGroups":[]}`}), false
		c := connectInProcess(t, func(w http.ResponseWriter, r *http.Request) {
			s.handle(w, r)
			if r.Method == http.MethodPut && !opened {
				opened = true
				s.put(app, "isGroupRestricted", "false")
			}
		})
		client, err := c.UpdateClient(t.Context(), "my-app", ClientSettings{Name: "App", IsGroupRestricted: true})
		require.NoError(t, err)
		require.True(t, client.IsGroupRestricted)
		require.True(t, opened)
		require.Equal(t, "true", s.get(app, "isGroupRestricted"))
	})
}

// A proxy may change a response, and older servers may respond with less than the object.
func TestAResponseThatDoesNotShowTheObjectIsNotBelieved(t *testing.T) {
	t.Parallel()
	const written = `"name":"App","future":1,"credentials":{"federatedIdentities":[{"issuer":"https://i1.example","subject":"s"}]}`
	for what, row := range map[string]struct {
		status   int
		response string
	}{
		"nothing":                 {204, ""},
		"an empty body":           {200, ""},
		"spaces":                  {200, " \n"},
		"null":                    {200, "null"},
		"a list":                  {200, "[]"},
		"an object without an ID": {200, `{` + written + `}`},
		"another object":          {200, `{"id":"other",` + written + `}`},
		"an ID of another type":   {200, `{"id":1,` + written + `}`},
		"an object that lacks a field that was read": {200, `{"id":"my-app","name":"App","credentials":{"federatedIdentities":[{"issuer":"https://i1.example","subject":"s"}]}}`},
		"an object that lacks the edit":              {200, `{"id":"my-app","name":"App","future":1,"credentials":{}}`},
		"a login page":                               {200, "<html>Log in</html>"},
	} {
		synctest.Test(t, func(t *testing.T) {
			defer waitForQueues()
			s := newApp()
			c := connectInProcess(t, hidingResponses(s, row.status, row.response))
			require.NoError(t, c.AddFederatedIdentity(t.Context(), "my-app", identity(1)), what)
			require.Equal(t, []string{getApp, putApp, getApp}, s.all(), what)
		})
		synctest.Test(t, func(t *testing.T) { // the server ignores the write, whatever it responds
			defer waitForQueues()
			s := newApp()
			c := connectInProcess(t, func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodPut {
					respond(w, row.status, row.response)
					return
				}
				s.handle(w, r)
			})
			require.Error(t, c.AddFederatedIdentity(t.Context(), "my-app", identity(1)), what)
			require.Equal(t, 2*maxRounds, s.count(getApp), "each round reads before and after the write: %s", what)
		})
	}
}

// An edit that was overwritten once is read after each further write: others write, too.
func TestAnEditThatWasOverwrittenIsReadAfterTheNextWrite(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		defer waitForQueues()
		s, overwrites := newApp(), 0
		c := connectInProcess(t, func(w http.ResponseWriter, r *http.Request) {
			if r.Method != http.MethodPut || overwrites == 2 {
				s.handle(w, r)
				return
			}
			if overwrites++; overwrites == 1 { // the response does not show the object
				s.handle(discardResponse{}, r)
				w.WriteHeader(http.StatusNoContent)
			} else {
				s.handle(w, r)
			}
			s.put(app, "credentials", `{"federatedIdentities":[{"issuer":"https://theirs.example"}]}`)
		})
		require.NoError(t, c.AddFederatedIdentity(t.Context(), "my-app", identity(1)))
		require.Equal(t, []string{"https://theirs.example", "https://i1.example"}, s.issuers())
		require.Equal(t, []string{getApp, putApp, getApp, getApp, putApp, getApp, getApp, putApp, getApp}, s.all())
	})
}

// The response to a PUT of a client shows no allowed groups before 2.13.
func TestTheAllowedGroupsAfterAnUpdateOfAClient(t *testing.T) {
	t.Parallel()
	const group = `[{"id":"g1","name":"devs"}]`
	for what, row := range map[string]struct {
		before   string // of the client
		response string
		after    string // as a read returns the groups after the write
		restrict bool
		groups   []string
		requests []string
	}{
		"stays restricted, and is shown":         {`"isGroupRestricted":true,"allowedUserGroups":` + group, group, group, true, []string{"g1"}, []string{getApp, putApp}},
		"stays restricted, and is not shown":     {`"isGroupRestricted":true,"allowedUserGroups":` + group, `[]`, group, true, []string{"g1"}, []string{getApp, putApp}},
		"stays restricted without groups":        {`"isGroupRestricted":true,"allowedUserGroups":[]`, `[]`, `[]`, true, []string{}, []string{getApp, putApp}},
		"becomes restricted without groups":      {`"isGroupRestricted":false,"allowedUserGroups":[]`, `[]`, `[]`, true, []string{}, []string{getApp, putApp, getApp}},
		"becomes unrestricted":                   {`"isGroupRestricted":true,"allowedUserGroups":` + group, `[]`, `[]`, false, []string{}, []string{getApp, putApp}},
		"becomes restricted, and is shown":       {`"isGroupRestricted":false,"allowedUserGroups":` + group, group, group, true, []string{"g1"}, []string{getApp, putApp, getApp}},
		"becomes restricted, and is not shown":   {`"isGroupRestricted":false,"allowedUserGroups":` + group, `[]`, group, true, []string{"g1"}, []string{getApp, putApp, getApp}},
		"becomes restricted, and loses its ones": {`"isGroupRestricted":false,"allowedUserGroups":` + group, `[]`, `[]`, true, []string{}, []string{getApp, putApp, getApp}},
		"the list is of an unexpected type":      {`"isGroupRestricted":true,"allowedUserGroups":` + group, `1`, group, true, []string{"g1"}, []string{getApp, putApp, getApp}},
	} {
		synctest.Test(t, func(t *testing.T) {
			defer waitForQueues()
			s := newStore(map[string]string{app: `{"id":"my-app","name":"App","credentials":{},` + row.before + `}`})
			c := connectInProcess(t, func(w http.ResponseWriter, r *http.Request) {
				if r.Method != http.MethodPut {
					s.handle(w, r)
					return
				}
				s.handle(discardResponse{}, r)
				s.put(app, "allowedUserGroups", row.response)
				respond(w, 200, toJSON(s.objects[app]))
				s.put(app, "allowedUserGroups", row.after)
			})
			client, err := c.UpdateClient(t.Context(), "my-app", ClientSettings{Name: "Renamed", IsGroupRestricted: row.restrict})
			require.NoError(t, err, what)
			require.Equal(t, "Renamed", client.Name, what)
			require.Equal(t, row.groups, client.AllowedGroupIDs(), what)
			require.Equal(t, row.requests, s.all(), what)
		})
	}
}

// The response to the write of a grant names neither its API nor its client. One without a part of
// the grant is not believed.
func TestTheResponseToTheWriteOfAGrant(t *testing.T) {
	t.Parallel()
	const list, pair = "/api/api-access/app/apis", "/api/apis/a1/clients/app"
	grant := map[string]any{"userDelegatedAccess": true, "clientAccess": false, "userDelegatedPermissionIds": []string{"p1"}, "clientPermissionIds": []string{}}
	for _, missing := range []string{"", "userDelegatedAccess", "clientAccess", "userDelegatedPermissionIds", "clientPermissionIds"} {
		response := maps.Clone(grant)
		delete(response, missing)
		stored, log := "[]", requestLog{}
		c := connectHTTP(t, func(w http.ResponseWriter, r *http.Request) {
			log.record(r)
			switch r.Method + " " + r.URL.Path {
			case "GET /api/version/current":
				respond(w, 200, `{"currentVersion":"2.14.0"}`)
			case "GET /api/apis/a1":
				respond(w, 200, oneAPI)
			case "GET " + list:
				respond(w, 200, stored)
			case "PUT " + pair:
				stored = grantOf(strings.Trim(toJSON(grant), "{}"))
				respond(w, 200, toJSON(response))
			}
		}, noRetries)
		wanted := Grant{UserDelegatedAccess: true, UserDelegatedPermissions: []string{"read"}, ClientPermissions: []string{}}
		now, err := c.UpdateGrant(t.Context(), "a1", "app", wanted)
		require.NoError(t, err, missing)
		require.Equal(t, wanted, now, missing)
		reads := 1
		if missing != "" {
			reads = 2
		}
		require.Equal(t, reads, log.count("GET "+list), missing)
	}
}
