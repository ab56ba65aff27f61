package fake

import (
	"net/http"
	"slices"
	"time"
)

type group struct {
	groupInput
	id        string
	createdAt time.Time
	claims    []claim
	users     []string // ids
}

// groupInput is what POST and PUT take.
type groupInput struct {
	FriendlyName string `json:"friendlyName"`
	Name         string `json:"name"`
}

func (s *Server) readGroup(r *http.Request, in *groupInput) error {
	if err := s.read(r, in); err != nil {
		return err
	}
	var rules rules
	rules.required("friendlyName", in.FriendlyName)
	rules.atLeast("friendlyName", in.FriendlyName, 2)
	rules.atMost("friendlyName", in.FriendlyName, 50)
	rules.required("name", in.Name)
	rules.atLeast("name", in.Name, 2)
	rules.atMost("name", in.Name, 255)
	s.normalize(&in.FriendlyName, &in.Name)
	return rules.err()
}

// groupNameTaken tells whether a group other than the one with this id has the name.
func (s *Server) groupNameTaken(name, id string) bool {
	_, taken := s.groups.find(func(g *group) bool { return g.Name == name && g.id != id })
	return taken
}

func (s *Server) createGroup(r *http.Request) (int, any, error) {
	g := group{id: newID(), createdAt: s.now(), claims: []claim{}}
	if err := s.readGroup(r, &g.groupInput); err != nil {
		return 0, nil, err
	}
	if s.groupNameTaken(g.Name, "") {
		return 0, nil, taken("name")
	}
	view := s.groupView(&g)
	g.createdAt = stored(g.createdAt)
	s.groups.put(g.id, &g)
	return http.StatusCreated, view, nil
}

// stored is a time as it comes back from the server's database: the answer to a
// POST has fractions of a second, a later GET has none.
func stored(t time.Time) time.Time { return t.Truncate(time.Second) }

func (s *Server) getGroup(r *http.Request) (int, any, error) {
	g, ok := s.groups.get(r.PathValue("id"))
	if !ok {
		return 0, nil, groupNotFound()
	}
	return http.StatusOK, s.groupView(g), nil
}

func (s *Server) updateGroup(r *http.Request) (int, any, error) {
	var in groupInput
	if err := s.readGroup(r, &in); err != nil {
		return 0, nil, err
	}
	g, ok := s.groups.get(r.PathValue("id"))
	if !ok {
		return 0, nil, groupNotFound()
	}
	if s.groupNameTaken(in.Name, g.id) {
		return 0, nil, taken("name")
	}
	g.groupInput = in
	return http.StatusOK, s.groupView(g), nil
}

// deleteGroup leaves clients restricted that had only this group: then nobody
// can log in to them.
func (s *Server) deleteGroup(r *http.Request) (int, any, error) {
	g, ok := s.groups.remove(r.PathValue("id"))
	if !ok {
		return 0, nil, groupNotFound()
	}
	for _, c := range s.clients.all() {
		c.allowedGroups = without(c.allowedGroups, g.id)
	}
	return http.StatusNoContent, nil, nil
}

func (s *Server) setGroupUsers(r *http.Request) (int, any, error) {
	var in struct {
		UserIDs []string `json:"userIds"`
	}
	if err := s.readIDs(r, &in, "userIds", &in.UserIDs); err != nil {
		return 0, nil, err
	}
	g, ok := s.groups.get(r.PathValue("id"))
	if !ok {
		return 0, nil, groupNotFound()
	}
	g.users = s.users.known(in.UserIDs)
	return http.StatusOK, s.groupView(g), nil
}

func (s *Server) setGroupClients(r *http.Request) (int, any, error) {
	var in struct {
		OidcClientIDs []string `json:"oidcClientIds"`
	}
	if err := s.readIDs(r, &in, "oidcClientIds", &in.OidcClientIDs); err != nil {
		return 0, nil, err
	}
	g, ok := s.groups.get(r.PathValue("id"))
	if !ok {
		return 0, nil, groupNotFound()
	}
	for _, c := range s.clients.all() {
		c.allowedGroups = without(c.allowedGroups, g.id)
		if slices.Contains(in.OidcClientIDs, c.ID) {
			c.allowedGroups = append(c.allowedGroups, g.id)
		}
	}
	return http.StatusOK, s.groupView(g), nil
}

func (s *Server) listGroups(r *http.Request) (int, any, error) {
	return http.StatusOK, listOf(r, groupListing(), s.groups.all(), s.groupWithUserCount), nil
}

func groupListing() listing[group] {
	return listing[group]{
		search: func(g *group) []string { return []string{g.Name} }, // not the friendly name
		sort: map[string]func(a, b *group) int{
			"name":         by(func(g *group) string { return g.Name }),
			"friendlyName": by(func(g *group) string { return g.FriendlyName }),
			"createdAt":    func(a, b *group) int { return a.createdAt.Compare(b.createdAt) },
			"userCount":    by(func(g *group) int { return len(g.users) }),
		},
	}
}

// groupsOf returns the groups with these ids.
func (s *Server) groupsOf(ids []string) []*group {
	var groups []*group
	for _, id := range slices.Sorted(slices.Values(ids)) {
		if g, ok := s.groups.get(id); ok {
			groups = append(groups, g)
		}
	}
	return groups
}

func (s *Server) groupFields(g *group) object {
	return object{
		"id":           g.id,
		"friendlyName": g.FriendlyName,
		"name":         g.Name,
		"customClaims": g.claims,
		"ldapId":       nil,
		"createdAt":    g.createdAt,
	}
}

func (s *Server) groupView(g *group) object {
	users, clients := []object{}, []object{}
	for _, u := range s.usersOf(g.users) {
		users = append(users, s.minimalUserView(u))
	}
	for _, c := range s.clients.all() {
		if slices.Contains(c.allowedGroups, g.id) {
			clients = append(clients, s.metaView(c))
		}
	}
	v := s.groupFields(g)
	v["users"] = users
	v["allowedOidcClients"] = clients
	return v
}

func (s *Server) groupWithUserCount(g *group) object {
	v := s.groupFields(g)
	v["userCount"] = len(g.users)
	return v
}

// minimalGroupView is a group inside another object, where neither its claims
// nor the number of its users are told.
func (s *Server) minimalGroupView(g *group) object {
	v := s.groupFields(g)
	v["customClaims"] = []claim{}
	v["userCount"] = 0
	return v
}
