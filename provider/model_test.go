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

// model is what the server must have after an update: what the program says.
type model struct {
	clients map[string]map[string]any // by resource name
	groups  map[string]map[string]any
	members map[string]string            // client -> group that may use it
	joined  map[string]map[string]bool   // group -> users who are in it
	trusts  map[string]map[string]string // client -> issuer -> subject
}

// Any sequence of edits of a program, with updates, refreshes, edits by hand and
// fresh imports in between, ends with the server as the program says.
func TestAnySequenceOfEditsEndsAsTheProgramSays(t *testing.T) {
	t.Parallel()
	if checks := flag.Lookup("rapid.checks"); checks.Value.String() == checks.DefValue {
		require.NoError(t, checks.Value.Set("20")) // each is up to a hundred operations of the engine
	}
	rapid.Check(t, func(r *rapid.T) {
		on := onFake(t, fake.Options{Version: rapid.SampledFrom([]string{"2.3.0", "2.9.0", "2.12.0", "2.13.0", "2.14.0"}).Draw(r, "version")})
		defer on.close()
		s := newStack(t, on)
		m := &model{clients: map[string]map[string]any{}, groups: map[string]map[string]any{}, members: map[string]string{}, joined: map[string]map[string]bool{}, trusts: map[string]map[string]string{}}
		r.Repeat(map[string]func(*rapid.T){
			"declare a client": func(r *rapid.T) { m.drawClient(r, s) },
			"declare a group":  func(r *rapid.T) { m.drawGroup(r, s) },
			"trust an issuer":  func(r *rapid.T) { m.drawTrust(r, s) },
			"add a member":     func(r *rapid.T) { m.drawMember(r) },
			"drop":             func(r *rapid.T) { m.drop(r, s) },
			"update": func(r *rapid.T) {
				m.write(s)
				o := s.up()
				require.NoError(r, o.err, o.text)
				m.holds(r, on)
				o = s.preview()
				require.NoError(r, o.err, o.text)
				require.Empty(r, o.steps, "%v", o.diffs)
			},
			"refresh": func(r *rapid.T) {
				o := s.refresh()
				require.NoError(r, o.err, o.text)
			},
			"edit by hand": func(r *rapid.T) {
				m.meddle(r, on)
				o := s.refresh() // without it, an update believes the state
				require.NoError(r, o.err, o.text)
			},
			"move to a fresh stack by import": func(r *rapid.T) {
				m.write(s)
				o := s.up()
				require.NoError(r, o.err, o.text)
				fresh := newStack(t, on)
				for _, known := range s.snap.Resources {
					if known.Custom && known.Type.Package() == Name {
						o := fresh.importing(string(known.Type.Name()), known.URN.Name(), string(known.ID))
						require.NoError(r, o.err, o.text)
					}
				}
				fresh.program = s.program
				o = fresh.preview()
				require.NoError(r, o.err, o.text)
				require.Empty(r, o.steps, "%v", o.diffs)
				s.snap = fresh.snap
			},
		})
		m.write(s)
		o := s.up()
		require.NoError(r, o.err, o.text)
		o = s.refresh()
		require.NoError(r, o.err, o.text)
		o = s.up()
		require.NoError(r, o.err, o.text)
		m.holds(r, on)
		o = s.destroy()
		require.NoError(r, o.err, o.text)
		require.Empty(r, on.everything("/api/oidc/clients"))
		require.Empty(r, on.everything("/api/user-groups"))
		require.Len(r, on.everything("/api/users"), 1, "but for the owner of the key")
	})
}

var urls = []string{"https://a.example/cb", "https://b.example/cb", "com.example.app:/cb", "http://localhost:*/cb"}

func (m *model) drawClient(r *rapid.T, s *stack) {
	name := rapid.SampledFrom([]string{"app0", "app1", "app2"}).Draw(r, "client")
	c := map[string]any{
		"name":         rapid.StringMatching(`[A-Za-zé ]{1,50}`).Draw(r, "name"),
		"callbackUrls": slices.Sorted(slices.Values(rapid.SliceOfNDistinct(rapid.SampledFrom(urls), 0, 3, rapid.ID).Draw(r, "callbacks"))),
		"isPublic":     rapid.Bool().Draw(r, "public") && len(m.trusts[name]) == 0, // a public client has no identities
	}
	c["pkceEnabled"] = c["isPublic"].(bool) || rapid.Bool().Draw(r, "pkce")
	c["requiresReauthentication"] = rapid.Bool().Draw(r, "reauthentication")
	if rapid.Bool().Draw(r, "linked") {
		c["launchURL"] = "https://a.example"
	}
	m.clients[name] = c
	delete(m.members, name)
	if group := rapid.SampledFrom([]string{"", "group0", "group1"}).Draw(r, "for"); m.groups[group] != nil {
		m.members[name] = group
	}
}

func (m *model) drawGroup(r *rapid.T, s *stack) {
	name := rapid.SampledFrom([]string{"group0", "group1"}).Draw(r, "group")
	m.groups[name] = map[string]any{"name": name + rapid.SampledFrom([]string{"", "-renamed"}).Draw(r, "suffix"), "friendlyName": rapid.StringMatching(`[A-Za-zé]{2,50}`).Draw(r, "friendly")}
	if rapid.Bool().Draw(r, "with claims") {
		m.groups[name]["claims"] = rapid.MapOfN(rapid.StringMatching(`[a-z]{3}_x`), rapid.StringMatching(`[a-z]{1,9}`), 0, 3).Draw(r, "claims")
	}
}

func (m *model) drawTrust(r *rapid.T, s *stack) {
	confidential := maps.Clone(m.clients)
	maps.DeleteFunc(confidential, func(_ string, c map[string]any) bool { return c["isPublic"].(bool) })
	if len(confidential) == 0 {
		r.Skip("no client")
	}
	client := rapid.SampledFrom(slices.Sorted(maps.Keys(confidential))).Draw(r, "client")
	if m.trusts[client] == nil {
		m.trusts[client] = map[string]string{}
	}
	issuer := rapid.SampledFrom([]string{"https://i.example", "https://j.example/"}).Draw(r, "issuer")
	m.trusts[client][issuer] = client // the one subject that every version can check
}

func (m *model) drawMember(r *rapid.T) {
	if len(m.groups) == 0 {
		r.Skip("no group")
	}
	group := rapid.SampledFrom(slices.Sorted(maps.Keys(m.groups))).Draw(r, "group")
	if m.joined[group] == nil {
		m.joined[group] = map[string]bool{}
	}
	m.joined[group][rapid.SampledFrom([]string{"user0", "user1", "user2"}).Draw(r, "user")] = true
}

func (m *model) drop(r *rapid.T, s *stack) {
	switch kind := rapid.SampledFrom([]string{"client", "group", "trust", "members"}).Draw(r, "kind"); {
	case kind == "client" && len(m.clients) > 0:
		name := rapid.SampledFrom(slices.Sorted(maps.Keys(m.clients))).Draw(r, "client")
		delete(m.clients, name)
		delete(m.members, name)
		delete(m.trusts, name)
	case kind == "group" && len(m.groups) > 0:
		name := rapid.SampledFrom(slices.Sorted(maps.Keys(m.groups))).Draw(r, "group")
		delete(m.groups, name)
		delete(m.joined, name)
		maps.DeleteFunc(m.members, func(_, group string) bool { return group == name })
	case kind == "members" && len(m.joined) > 0:
		delete(m.joined, rapid.SampledFrom(slices.Sorted(maps.Keys(m.joined))).Draw(r, "group"))
	case kind == "trust" && len(m.trusts) > 0:
		delete(m.trusts, rapid.SampledFrom(slices.Sorted(maps.Keys(m.trusts))).Draw(r, "client"))
	}
}

// write makes the model the program of a stack.
func (m *model) write(s *stack) {
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
		for _, user := range slices.Sorted(maps.Keys(m.joined[name])) {
			s.declare("User", user, person(user))
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
		if group := m.members[name]; group != "" {
			d.from = map[string]string{"allowedUserGroups[]": group + ".id"}
		}
		for _, issuer := range slices.Sorted(maps.Keys(m.trusts[name])) {
			s.declare("FederatedIdentity", fmt.Sprint(name, " ", issuer), map[string]any{"issuer": issuer, "subject": m.trusts[name][issuer], "jwksUrl": "https://keys.example"}).
				from = map[string]string{"clientId": name + ".clientId"}
		}
	}
}

// holds requires that the server is as the model.
func (m *model) holds(r *rapid.T, on *pocketID) {
	clients, groups := on.everything("/api/oidc/clients"), on.everything("/api/user-groups")
	require.Len(r, clients, len(m.clients))
	require.Len(r, groups, len(m.groups))
	ids := map[string]string{}
	for _, g := range groups {
		ids[g["name"].(string)] = g["id"].(string)
	}
	users := map[any]any{}
	for _, u := range on.everything("/api/users") {
		users[u["id"]] = u["username"]
	}
	for name, want := range m.groups {
		id := ids[want["name"].(string)]
		require.NotEmpty(r, id, name)
		in := map[string]bool{}
		for _, user := range on.members(id) {
			in[users[user].(string)] = true
		}
		require.True(r, maps.Equal(m.joined[name], in), "members of %s: %v", name, in)
		require.Equal(r, want["friendlyName"], on.group(id)["friendlyName"])
		if claims, ok := want["claims"].(map[string]string); ok {
			require.Equal(r, claims, on.claims(id))
		}
	}
	for name, want := range m.clients {
		have := on.client(name)
		for field, value := range map[string]any{"name": want["name"], "isPublic": want["isPublic"], "pkceEnabled": want["pkceEnabled"],
			"requiresReauthentication": want["requiresReauthentication"], "launchURL": want["launchURL"]} {
			require.Equal(r, value, have[field], "%s of %s", field, name)
		}
		groups := []string{}
		if group := m.members[name]; group != "" {
			groups = append(groups, ids[m.groups[group]["name"].(string)])
		}
		require.Equal(r, len(groups) > 0, have["isGroupRestricted"], name)
		require.Equal(r, groups, allowed(have), name)
		require.Len(r, on.identities(name), len(m.trusts[name]), name)
	}
}

// meddle changes something on the server, as a person in the web page does.
func (m *model) meddle(r *rapid.T, on *pocketID) {
	clients := on.everything("/api/oidc/clients")
	if len(clients) == 0 {
		r.Skip("nothing there")
	}
	id := rapid.SampledFrom(clients).Draw(r, "client")["id"].(string)
	switch rapid.SampledFrom([]string{"rename", "open", "distrust", "delete", "throw everybody out"}).Draw(r, "how") {
	case "throw everybody out":
		for _, group := range on.everything("/api/user-groups") {
			on.setMembers(group["id"].(string))
		}
	case "rename":
		on.edit(id, func(c map[string]any) { c["name"] = "Renamed" })
	case "open":
		on.edit(id, func(c map[string]any) { c["isGroupRestricted"] = false })
	case "distrust":
		on.edit(id, func(c map[string]any) { c["credentials"] = map[string]any{} })
	case "delete":
		on.ask("DELETE", "/api/oidc/clients/"+id, nil)
	}
}
