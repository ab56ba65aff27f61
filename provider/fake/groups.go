package fake

import (
	"net/http"
	"slices"
)

func (s *state) decodeGroup(r *http.Request, in *groupInput) error {
	if err := s.decode(r, in); err != nil {
		return err
	}
	var v validator
	v.required("friendlyName", in.FriendlyName)
	v.minLength("friendlyName", in.FriendlyName, 2)
	v.maxLength("friendlyName", in.FriendlyName, 50)
	v.required("name", in.Name)
	v.minLength("name", in.Name, 2)
	v.maxLength("name", in.Name, 255)
	s.normalizeNFC(&in.FriendlyName, &in.Name)
	return v.err()
}

// groupNameTaken reports whether a group with another ID has the name.
func (s *state) groupNameTaken(name, id string) bool {
	_, taken := s.groups.find(func(g *group) bool { return g.Name == name && g.id != id })
	return taken
}

func (s *state) createGroup(r *http.Request) (int, any, error) {
	g := group{id: newID(), createdAt: s.now(), claims: []claim{}}
	if err := s.decodeGroup(r, &g.groupInput); err != nil {
		return 0, nil, err
	}
	if s.groupNameTaken(g.Name, "") {
		return 0, nil, alreadyInUse("name")
	}
	view := s.groupView(&g)
	g.createdAt = storedTime(g.createdAt)
	s.groups.put(g.id, &g)
	return http.StatusCreated, view, nil
}

func (s *state) getGroup(r *http.Request) (int, any, error) {
	g, ok := s.groups.get(r.PathValue("id"))
	if !ok {
		return 0, nil, groupNotFound()
	}
	return http.StatusOK, s.groupView(g), nil
}

func (s *state) updateGroup(r *http.Request) (int, any, error) {
	var in groupInput
	if err := s.decodeGroup(r, &in); err != nil {
		return 0, nil, err
	}
	g, ok := s.groups.get(r.PathValue("id"))
	if !ok {
		return 0, nil, groupNotFound()
	}
	if s.groupNameTaken(in.Name, g.id) {
		return 0, nil, alreadyInUse("name")
	}
	g.groupInput = in
	return http.StatusOK, s.groupView(g), nil
}

// deleteGroup removes the group from clients and does not change their restriction:
// nobody can sign in to a restricted client without allowed groups.
func (s *state) deleteGroup(r *http.Request) (int, any, error) {
	g, ok := s.groups.remove(r.PathValue("id"))
	if !ok {
		return 0, nil, groupNotFound()
	}
	for _, c := range s.clients.all() {
		c.allowedGroups = without(c.allowedGroups, g.id)
	}
	return http.StatusNoContent, nil, nil
}

func (s *state) setGroupUsers(r *http.Request) (int, any, error) {
	var in struct {
		UserIDs []string `json:"userIds"`
	}
	if err := s.decodeIDs(r, &in, "userIds", &in.UserIDs); err != nil {
		return 0, nil, err
	}
	g, ok := s.groups.get(r.PathValue("id"))
	if !ok {
		return 0, nil, groupNotFound()
	}
	g.users = s.users.existing(in.UserIDs)
	return http.StatusOK, s.groupView(g), nil
}

func (s *state) setGroupClients(r *http.Request) (int, any, error) {
	var in struct {
		OidcClientIDs []string `json:"oidcClientIds"`
	}
	if err := s.decodeIDs(r, &in, "oidcClientIds", &in.OidcClientIDs); err != nil {
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

func (s *state) listGroups(r *http.Request) (int, any, error) {
	return http.StatusOK, listPage(r, groupColumns(), s.groups.all(), s.groupWithUserCount), nil
}

func groupColumns() columns[group] {
	return columns[group]{
		search: func(g *group) []string { return []string{g.Name} }, // the server does not search friendlyName
		sort: map[string]func(a, b *group) int{
			"name":         compareBy(func(g *group) string { return g.Name }),
			"friendlyName": compareBy(func(g *group) string { return g.FriendlyName }),
			"createdAt":    func(a, b *group) int { return a.createdAt.Compare(b.createdAt) },
			"userCount":    compareBy(func(g *group) int { return len(g.users) }),
		},
	}
}

func (s *state) groupView(g *group) object {
	users, clients := []object{}, []object{}
	for _, u := range s.usersByID(g.users) {
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

func (s *state) groupWithUserCount(g *group) object {
	v := s.groupFields(g)
	v["userCount"] = len(g.users)
	return v
}
