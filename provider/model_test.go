package provider

import (
	"flag"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

// model is the program of a random test, and so what the server must have after an update.
type model struct {
	clients       map[string]map[string]any // by resource name
	groups        map[string]map[string]any
	allowedGroups map[string]string            // client -> its allowed group
	groupMembers  map[string]map[string]bool   // group -> its users
	identities    map[string]map[string]string // client -> issuer -> subject
}

// After any sequence of program edits, updates, refreshes, edits by hand and imports
// into a new stack, the server matches the program.
func TestTheServerMatchesTheProgramAfterAnySequenceOfEdits(t *testing.T) {
	t.Parallel()
	if checks := flag.Lookup("rapid.checks"); checks.Value.String() == checks.DefValue {
		require.NoError(t, checks.Value.Set("20")) // each check runs up to a hundred engine operations
	}
	rapid.Check(t, func(r *rapid.T) {
		instance := newFake(t, fake.Options{Version: rapid.SampledFrom([]string{"2.3.0", "2.9.0", "2.12.0", "2.13.0", "2.14.0"}).Draw(r, "version")})
		defer instance.close()
		s := newStack(t, instance)
		m := &model{clients: map[string]map[string]any{}, groups: map[string]map[string]any{}, allowedGroups: map[string]string{}, groupMembers: map[string]map[string]bool{}, identities: map[string]map[string]string{}}
		r.Repeat(map[string]func(*rapid.T){
			"declare a client":           m.drawClient,
			"declare a group":            m.drawGroup,
			"declare an identity":        m.drawIdentity,
			"declare a member":           m.drawMember,
			"remove a declaration":       m.drop,
			"update":                     func(r *rapid.T) { m.update(r, s) },
			"refresh":                    func(r *rapid.T) { mustRefresh(r, s) },
			"edit by hand and refresh":   func(r *rapid.T) { m.editByHand(r, instance); mustRefresh(r, s) }, // without a refresh, an update relies on the state
			"import into an empty stack": func(r *rapid.T) { m.moveByImport(r, t, s) },
		})
		m.declareOn(s)
		o := s.up()
		require.NoError(r, o.err, o.messages)
		mustRefresh(r, s)
		o = s.up()
		require.NoError(r, o.err, o.messages)
		m.requireOnServer(r, instance)
		o = s.destroy()
		require.NoError(r, o.err, o.messages)
		require.Empty(r, instance.listAll("/api/oidc/clients"))
		require.Empty(r, instance.listAll("/api/user-groups"))
		require.Len(r, instance.listAll("/api/users"), 1, "only the owner of the API key remains")
	})
}

func mustRefresh(r *rapid.T, s *stack) {
	o := s.refresh()
	require.NoError(r, o.err, o.messages)
}

// update runs an update and requires that it leaves nothing to do.
func (m *model) update(r *rapid.T, s *stack) {
	m.declareOn(s)
	o := s.up()
	require.NoError(r, o.err, o.messages)
	m.requireOnServer(r, s.instance)
	o = s.preview()
	require.NoError(r, o.err, o.messages)
	require.Empty(r, o.steps, "%v", o.diffs)
}

// moveByImport replaces the state of the stack with one that is imported resource by
// resource, and requires that the program shows no diff to it.
func (m *model) moveByImport(r *rapid.T, t *testing.T, s *stack) {
	m.declareOn(s)
	o := s.up()
	require.NoError(r, o.err, o.messages)
	imported := newStack(t, s.instance)
	for _, known := range s.snap.Resources {
		if known.Custom && known.Type.Package() == Name {
			o := imported.importResource(string(known.Type.Name()), known.URN.Name(), string(known.ID))
			require.NoError(r, o.err, o.messages)
		}
	}
	imported.program = s.program
	o = imported.preview()
	require.NoError(r, o.err, o.messages)
	require.Empty(r, o.steps, "%v", o.diffs)
	s.snap = imported.snap
}

var modelURLs = []string{"https://a.example/cb", "https://b.example/cb", "com.example.app:/cb", "http://localhost:*/cb"}

func (m *model) drawClient(r *rapid.T) {
	name := rapid.SampledFrom([]string{"app0", "app1", "app2"}).Draw(r, "client")
	c := map[string]any{
		"name":         rapid.StringMatching(`[A-Za-zé ]{1,50}`).Draw(r, "name"),
		"callbackUrls": slices.Sorted(slices.Values(rapid.SliceOfNDistinct(rapid.SampledFrom(modelURLs), 0, 3, rapid.ID).Draw(r, "callbacks"))),
		"isPublic":     rapid.Bool().Draw(r, "public") && len(m.identities[name]) == 0, // a public client cannot have identities
	}
	c["pkceEnabled"] = c["isPublic"].(bool) || rapid.Bool().Draw(r, "pkce")
	c["requiresReauthentication"] = rapid.Bool().Draw(r, "reauthentication")
	if rapid.Bool().Draw(r, "with launch URL") {
		c["launchURL"] = "https://a.example"
	}
	m.clients[name] = c
	delete(m.allowedGroups, name)
	if group := rapid.SampledFrom([]string{"", "group0", "group1"}).Draw(r, "allowed group"); m.groups[group] != nil {
		m.allowedGroups[name] = group
	}
}

func (m *model) drawGroup(r *rapid.T) {
	name := rapid.SampledFrom([]string{"group0", "group1"}).Draw(r, "group")
	m.groups[name] = map[string]any{"name": name + rapid.SampledFrom([]string{"", "-renamed"}).Draw(r, "suffix"), "friendlyName": rapid.StringMatching(`[A-Za-zé]{2,50}`).Draw(r, "friendly")}
	if rapid.Bool().Draw(r, "with claims") {
		m.groups[name]["claims"] = rapid.MapOfN(rapid.StringMatching(`[a-z]{3}_x`), rapid.StringMatching(`[a-z]{1,9}`), 0, 3).Draw(r, "claims")
	}
}

func (m *model) drawIdentity(r *rapid.T) {
	confidential := maps.Clone(m.clients)
	maps.DeleteFunc(confidential, func(_ string, c map[string]any) bool { return c["isPublic"].(bool) })
	if len(confidential) == 0 {
		r.Skip("no confidential client")
	}
	client := rapid.SampledFrom(slices.Sorted(maps.Keys(confidential))).Draw(r, "client")
	if m.identities[client] == nil {
		m.identities[client] = map[string]string{}
	}
	issuer := rapid.SampledFrom([]string{"https://i.example", "https://j.example/"}).Draw(r, "issuer")
	m.identities[client][issuer] = client // the only subject that every server version accepts
}

func (m *model) drawMember(r *rapid.T) {
	if len(m.groups) == 0 {
		r.Skip("no group")
	}
	group := rapid.SampledFrom(slices.Sorted(maps.Keys(m.groups))).Draw(r, "group")
	if m.groupMembers[group] == nil {
		m.groupMembers[group] = map[string]bool{}
	}
	m.groupMembers[group][rapid.SampledFrom([]string{"user0", "user1", "user2"}).Draw(r, "user")] = true
}

func (m *model) drop(r *rapid.T) {
	switch kind := rapid.SampledFrom([]string{"client", "group", "identity", "members"}).Draw(r, "kind"); {
	case kind == "client" && len(m.clients) > 0:
		name := rapid.SampledFrom(slices.Sorted(maps.Keys(m.clients))).Draw(r, "client")
		delete(m.clients, name)
		delete(m.allowedGroups, name)
		delete(m.identities, name)
	case kind == "group" && len(m.groups) > 0:
		name := rapid.SampledFrom(slices.Sorted(maps.Keys(m.groups))).Draw(r, "group")
		delete(m.groups, name)
		delete(m.groupMembers, name)
		maps.DeleteFunc(m.allowedGroups, func(_, group string) bool { return group == name })
	case kind == "members" && len(m.groupMembers) > 0:
		delete(m.groupMembers, rapid.SampledFrom(slices.Sorted(maps.Keys(m.groupMembers))).Draw(r, "group"))
	case kind == "identity" && len(m.identities) > 0:
		delete(m.identities, rapid.SampledFrom(slices.Sorted(maps.Keys(m.identities))).Draw(r, "client"))
	}
}

// declareOn sets the program of a stack to the model.
func (m *model) declareOn(s *stack) {
	s.program = nil
	for _, name := range slices.Sorted(maps.Keys(m.groups)) {
		g := m.groups[name]
		in := map[string]any{"name": g["name"], "friendlyName": g["friendlyName"]}
		if claims, ok := g["claims"].(map[string]string); ok {
			all := map[string]any{}
			for k, v := range claims {
				all[k] = v
			}
			in["customClaims"] = all
		}
		s.declare("Group", name, in)
		for _, user := range slices.Sorted(maps.Keys(m.groupMembers[name])) {
			s.declare("User", user, userInputs(user))
			s.declare("GroupMember", name+" "+user, map[string]any{}).from = map[string]string{"groupId": name + ".id", "userId": user + ".id"}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(m.clients)) {
		c := maps.Clone(m.clients[name])
		c["clientId"] = name
		if link, ok := c["launchURL"]; ok {
			c["launchUrl"] = link
			delete(c, "launchURL")
		}
		callbacks := []any{}
		for _, u := range c["callbackUrls"].([]string) {
			callbacks = append(callbacks, u)
		}
		c["callbackUrls"] = callbacks
		d := s.declare("Client", name, c)
		if group := m.allowedGroups[name]; group != "" {
			d.from = map[string]string{"allowedUserGroups[]": group + ".id"}
		}
		for _, issuer := range slices.Sorted(maps.Keys(m.identities[name])) {
			s.declare("FederatedIdentity", fmt.Sprint(name, " ", issuer), map[string]any{"issuer": issuer, "subject": m.identities[name][issuer], "jwksUrl": "https://keys.example"}).
				from = map[string]string{"clientId": name + ".clientId"}
		}
	}
}

// requireOnServer requires that the server matches the model.
func (m *model) requireOnServer(r *rapid.T, instance *testInstance) {
	clients, groups := instance.listAll("/api/oidc/clients"), instance.listAll("/api/user-groups")
	require.Len(r, clients, len(m.clients))
	require.Len(r, groups, len(m.groups))
	ids := map[string]string{}
	for _, g := range groups {
		ids[g["name"].(string)] = g["id"].(string)
	}
	users := map[any]any{}
	for _, u := range instance.listAll("/api/users") {
		users[u["id"]] = u["username"]
	}
	for name, want := range m.groups {
		id := ids[want["name"].(string)]
		require.NotEmpty(r, id, name)
		usernames := map[string]bool{}
		for _, user := range instance.members(id) {
			usernames[users[user].(string)] = true
		}
		require.True(r, maps.Equal(m.groupMembers[name], usernames), "members of %s: %v", name, usernames)
		require.Equal(r, want["friendlyName"], instance.group(id)["friendlyName"])
		if claims, ok := want["claims"].(map[string]string); ok {
			require.Equal(r, claims, instance.groupClaims(id))
		}
	}
	for name, want := range m.clients {
		have := instance.client(name)
		for field, value := range map[string]any{"name": want["name"], "isPublic": want["isPublic"], "pkceEnabled": want["pkceEnabled"],
			"requiresReauthentication": want["requiresReauthentication"], "launchURL": want["launchURL"]} {
			require.Equal(r, value, have[field], "%s of %s", field, name)
		}
		groups := []string{}
		if group := m.allowedGroups[name]; group != "" {
			groups = append(groups, ids[m.groups[group]["name"].(string)])
		}
		require.Equal(r, len(groups) > 0, have["isGroupRestricted"], name)
		require.Equal(r, groups, allowedGroupIDs(have), name)
		require.Len(r, instance.identities(name), len(m.identities[name]), name)
	}
}

// editByHand changes something on the server, as an administrator does in the web interface.
func (m *model) editByHand(r *rapid.T, instance *testInstance) {
	clients := instance.listAll("/api/oidc/clients")
	if len(clients) == 0 {
		r.Skip("no client")
	}
	id := rapid.SampledFrom(clients).Draw(r, "client")["id"].(string)
	switch rapid.SampledFrom([]string{"rename", "lift the group restriction", "remove identities", "delete", "remove all members"}).Draw(r, "edit") {
	case "remove all members":
		for _, group := range instance.listAll("/api/user-groups") {
			instance.setMembers(group["id"].(string))
		}
	case "rename":
		instance.editClient(id, func(c map[string]any) { c["name"] = "Renamed" })
	case "lift the group restriction":
		instance.editClient(id, func(c map[string]any) { c["isGroupRestricted"] = false })
	case "remove identities":
		instance.editClient(id, func(c map[string]any) { c["credentials"] = map[string]any{} })
	case "delete":
		instance.mustRequest("DELETE", "/api/oidc/clients/"+id, nil)
	}
}
