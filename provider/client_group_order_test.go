package provider

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

// observeClient calls seen with the client after each request that writes it.
func (i *testInstance) observeClient(id string, seen func(client map[string]any)) {
	i.intercept(func(w http.ResponseWriter, r *http.Request) bool {
		writes := r.Method == "PUT" && strings.HasPrefix(r.URL.Path, "/api/oidc/clients/"+id) || r.Method == "POST" && r.URL.Path == "/api/oidc/clients"
		if !writes {
			return false
		}
		answer := httptest.NewRecorder()
		i.server.ServeHTTP(answer, r)
		if answer.Code < 300 {
			seen(i.client(id))
		}
		reply(w, answer.Code, "application/json", answer.Body.String())
		return true
	})
}

// writesTo returns the writing requests that concern a client, without its prefix.
func writesTo(id string, requests []string) []string {
	var writes []string
	for _, request := range requests {
		if rest, found := strings.CutPrefix(request, "PUT /api/oidc/clients/"+id); found {
			writes = append(writes, "PUT client"+rest)
		}
	}
	return writes
}

// While a client gets other groups, it is never open to others than before and after, and
// never closed to everyone: since 2.17 that signs out all its users.
func TestGroupsOfAClientChangeInASafeOrder(t *testing.T) {
	t.Parallel()
	const settings, groups = "PUT client", "PUT client/allowed-user-groups"
	for _, version := range []string{"2.9.0", "2.14.0", "2.17.0"} {
		for _, row := range []struct {
			name   string
			before map[string]any
			from   string
			drift  bool // somebody else opens the client, and no refresh sees it
			after  map[string]any
			to     string
			order  []string
		}{
			{name: "open to restricted", to: "ops.id", order: []string{groups, settings}},
			{name: "restricted to open", from: "devs.id", order: []string{settings}},
			{name: "other groups", from: "devs.id", to: "ops.id", order: []string{settings, groups}},
			{name: "opened elsewhere", from: "devs.id", drift: true, after: map[string]any{"name": "New"}, to: "devs.id", order: []string{groups, settings}},
			{name: "restricted to nobody", after: map[string]any{"isGroupRestricted": true, "allowedUserGroups": []any{}}, order: []string{settings}},
		} {
			s := newStack(t, newFake(t, fake.Options{Version: version}))
			declare := func(more map[string]any, group string) {
				inputs := confidentialClient("app")
				for name, value := range more {
					inputs[name] = value
				}
				r := s.declare("Client", "app", inputs)
				if r.from = nil; group != "" {
					r.from = map[string]string{"allowedUserGroups[]": group}
				}
			}
			s.declare("Group", "devs", map[string]any{"name": "devs", "friendlyName": "Developers"})
			s.declare("Group", "ops", map[string]any{"name": "ops", "friendlyName": "Operations"})
			declare(row.before, row.from)
			s.mustUp()
			if row.drift {
				s.instance.editClient("app", func(c map[string]any) { c["isGroupRestricted"] = false })
			}
			declare(row.after, row.to)
			closedToAll := 0
			s.instance.observeClient("app", func(c map[string]any) {
				if c["isGroupRestricted"] == true && len(allowedGroupIDs(c)) == 0 {
					closedToAll++
				}
			})
			order := writesTo("app", s.instance.requestsDuring(func() { s.mustUp() }))
			require.Equal(t, row.order, order, "%s on %s", row.name, version)
			if row.to != "" {
				require.Zero(t, closedToAll, "%s on %s", row.name, version)
				require.Equal(t, []string{string(s.state(strings.TrimSuffix(row.to, ".id")).ID)}, allowedGroupIDs(s.instance.client("app")))
			}
			s.instance.intercept(nil)
			s.requireNoChanges()
		}
	}
}

// A restricted client is created restricted: it is never open to everyone.
func TestARestrictedClientIsNeverOpen(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"2.9.0", "2.17.0"} {
		s := newStack(t, newFake(t, fake.Options{Version: version}))
		s.declare("Group", "devs", map[string]any{"name": "devs", "friendlyName": "Developers"})
		s.declare("Client", "app", confidentialClient("app")).from = map[string]string{"allowedUserGroups[]": "devs.id"}
		var restricted []bool
		s.instance.observeClient("app", func(c map[string]any) { restricted = append(restricted, c["isGroupRestricted"] == true) })
		s.mustUp()
		require.NotEmpty(t, restricted)
		require.False(t, slices.Contains(restricted, false), version)
	}
}

// If the groups cannot be set, the client stays as it was.
func TestAClientIsNotClosedWithoutItsGroups(t *testing.T) {
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{Version: "2.17.0"}))
	s.config["maxRetries"] = "0"
	s.declare("Group", "devs", map[string]any{"name": "devs", "friendlyName": "Developers"})
	s.declare("Client", "app", confidentialClient("app"))
	s.mustUp()
	s.instance.forbidRequests("PUT", "/api/oidc/clients/app/allowed-user-groups")
	s.declare("Client", "app", confidentialClient("app")).from = map[string]string{"allowedUserGroups[]": "devs.id"}
	o := s.up()
	require.Error(t, o.err)
	require.Equal(t, false, s.instance.client("app")["isGroupRestricted"])
	s.instance.intercept(nil)
	s.mustUp()
	require.Equal(t, true, s.instance.client("app")["isGroupRestricted"])
	s.requireNoChanges()
}

// interceptUpdate makes reply answer the requests that update the settings of the client "app", or
// its groups.
func (i *testInstance) interceptUpdate(path string, reply func(http.ResponseWriter)) {
	i.intercept(func(w http.ResponseWriter, r *http.Request) bool {
		hit := r.Method == "PUT" && r.URL.Path == "/api/oidc/clients/app"+path
		if hit {
			reply(w)
		}
		return hit
	})
}

// The settings and the groups of a client are two requests. If one of them fails, the client is open
// to nobody who may use it neither before nor after the update, and the next update completes it.
func TestAFailedUpdateOpensNoClient(t *testing.T) {
	t.Parallel()
	const settings, groups = "", "/allowed-user-groups"
	for name, row := range map[string]struct {
		before, after string // the allowed group; "" for everybody
		fails         string
		ignored       bool // the server accepts the request and ignores it
		want          string
		renamed       bool
	}{
		"other groups, settings refused": {"devs", "ops", settings, false, "devs", false},
		"other groups, settings ignored": {"devs", "ops", settings, true, "devs", false},
		"other groups, groups refused":   {"devs", "ops", groups, false, "devs", true},
		"restricted, settings refused":   {"", "ops", settings, false, "", false},
		"restricted, groups refused":     {"", "ops", groups, false, "", false},
		"opened, settings refused":       {"devs", "", settings, false, "devs", false},
	} {
		s := newStack(t, newFake(t, fake.Options{Version: "2.17.0"}))
		s.config["maxRetries"] = "0"
		for _, group := range []string{"devs", "ops"} {
			s.declare("Group", group, map[string]any{"name": group, "friendlyName": group})
		}
		declare := func(name, group string) {
			if r := s.declare("Client", "app", withValue(confidentialClient("app"), "name", name)); group != "" {
				r.from = map[string]string{"allowedUserGroups[]": group + ".id"}
			} else {
				r.from = nil
			}
		}
		requireAccess := func(group string, renamed bool) {
			client := s.instance.client("app")
			require.Equal(t, group != "", client["isGroupRestricted"], name)
			if group != "" {
				require.Equal(t, []string{string(s.state(group).ID)}, allowedGroupIDs(client), name)
			}
			require.Equal(t, renamed, client["name"] == "New", name)
		}
		declare("App", row.before)
		s.mustUp()
		declare("New", row.after)
		before, err := json.Marshal(s.instance.client("app"))
		require.NoError(t, err)
		s.instance.interceptUpdate(row.fails, func(w http.ResponseWriter) {
			if row.ignored {
				reply(w, http.StatusOK, "application/json", string(before))
				return
			}
			reply(w, http.StatusForbidden, "application/json", `{"error":"Not today","code":"forbidden"}`)
		})
		require.Error(t, s.up().err, name)
		s.instance.intercept(nil)
		requireAccess(row.want, row.renamed)
		s.mustUp()
		requireAccess(row.after, true)
		s.requireNoChanges()
	}
}

// A server that drops the groups of an open client gets them after the restriction.
func TestAServerThatDropsGroupsOfAnOpenClientGetsThemAgain(t *testing.T) {
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{Version: "2.17.0"}))
	s.declare("Group", "devs", map[string]any{"name": "devs", "friendlyName": "Developers"})
	s.declare("Client", "app", confidentialClient("app"))
	s.mustUp()
	s.instance.intercept(func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != "PUT" || r.URL.Path != "/api/oidc/clients/app/allowed-user-groups" || s.instance.client("app")["isGroupRestricted"] == true {
			return false
		}
		reply(w, http.StatusOK, "application/json", `{"id":"app"}`) // accepted and dropped
		return true
	})
	s.declare("Client", "app", confidentialClient("app")).from = map[string]string{"allowedUserGroups[]": "devs.id"}
	s.mustUp()
	require.Equal(t, []string{string(s.state("devs").ID)}, allowedGroupIDs(s.instance.client("app")))
	s.requireNoChanges()
}

// Groups that are managed elsewhere cannot be set first, so the preview warns.
func TestRestrictingAClientWithoutItsGroupsWarns(t *testing.T) {
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{}))
	s.declare("Client", "app", confidentialClient("app"))
	s.mustUp()
	s.declare("Client", "app", withValue(confidentialClient("app"), "isGroupRestricted", true))
	require.Contains(t, s.preview().messages, "Nobody may use it")
	s.mustUp()
	require.NotContains(t, s.preview().messages, "Nobody may use it")
}
