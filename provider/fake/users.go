package fake

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"
)

type user struct {
	userInput
	claims    []claim
	picture   *image
	createdAt time.Time // told nowhere, but lists can be sorted by it
}

// userInput is what POST and PUT take.
type userInput struct {
	ID            string   `json:"id"` // only POST looks at it, and only in newer releases
	Username      string   `json:"username"`
	Email         *string  `json:"email"`
	EmailVerified bool     `json:"emailVerified"`
	FirstName     string   `json:"firstName"`
	LastName      string   `json:"lastName"`
	DisplayName   string   `json:"displayName"`
	IsAdmin       bool     `json:"isAdmin"`
	Locale        *string  `json:"locale"`
	Disabled      bool     `json:"disabled"`
	UserGroupIDs  []string `json:"userGroupIds"` // only POST looks at it
}

// keyOwnerID is the id of the user whom the server invents for the API key. The
// user is in every list of users.
const keyOwnerID = "00000000-0000-0000-0000-000000000000"

// ensureKeyOwner makes the owner of the API key, as the server does at its
// first use, and again if somebody deleted them.
func (s *Server) ensureKeyOwner() {
	if _, there := s.users.get(keyOwnerID); there {
		return
	}
	s.users.put(keyOwnerID, &user{claims: []claim{}, createdAt: stored(s.now()), userInput: userInput{
		ID: keyOwnerID, Username: "static-api-user-" + alphanumeric(6), IsAdmin: true,
		FirstName: "Static API User", DisplayName: "Static API User",
	}})
}

func (s *Server) keyOwner(*http.Request) (int, any, error) {
	u, _ := s.users.get(keyOwnerID)
	return http.StatusOK, s.userView(u), nil
}

func (s *Server) readUser(r *http.Request, in *userInput) error {
	if err := s.read(r, in); err != nil {
		return err
	}
	if err := s.checkUser(in); err != nil {
		return err
	}
	s.normalize(&in.Username, &in.FirstName, &in.LastName, &in.DisplayName)
	if in.Email == nil && s.setting("requireUserEmail") == "true" {
		p := invalid([]fieldError{{"email", "required", "is required"}})
		return p.before(http.StatusBadRequest, "The user does not have an email address set")
	}
	return nil
}

func (s *Server) checkUser(in *userInput) error {
	var r rules
	if in.ID != "" && s.has.ownUserID {
		r.is(uuidShape.MatchString(in.ID), "id", "uuid")
	}
	r.required("username", in.Username)
	oneLetter := len(in.Username) == 1 && !s.has.oneLetterNames
	r.check(usernameShape.MatchString(in.Username) && !oneLetter, "username", "invalid_format", "must only contain letters, numbers, "+
		"underscores, dots, hyphens, and '@' symbols and not start or end with a special character")
	r.atMost("username", in.Username, 50)
	if in.Email != nil {
		r.email("email", *in.Email)
	}
	if !s.has.optionalNames {
		r.required("firstName", in.FirstName)
		r.required("displayName", in.DisplayName)
	}
	r.atMost("firstName", in.FirstName, 50)
	r.atMost("lastName", in.LastName, 50)
	r.atMost("displayName", in.DisplayName, 100)
	return r.err()
}

var usernameShape = regexp.MustCompile(`^[a-zA-Z0-9]([a-zA-Z0-9_.@-]*[a-zA-Z0-9])?$`)

// userTaken looks for another user with the same name, in whatever case, or
// with the very same address.
func (s *Server) userTaken(in *userInput, id string) error {
	_, same := s.users.find(func(u *user) bool {
		return u.ID != id && u.Email != nil && in.Email != nil && *u.Email == *in.Email
	})
	if same {
		return taken("email")
	}
	_, same = s.users.find(func(u *user) bool { return u.ID != id && strings.EqualFold(u.Username, in.Username) })
	if same {
		return taken("username")
	}
	return nil
}

func (s *Server) createUser(r *http.Request) (int, any, error) {
	u := user{claims: []claim{}, createdAt: stored(s.now())}
	if err := s.readUser(r, &u.userInput); err != nil {
		return 0, nil, err
	}
	if u.ID == "" || !s.has.ownUserID {
		u.ID = newID()
	}
	if err := s.userTaken(&u.userInput, u.ID); err != nil {
		return 0, nil, err
	}
	if _, there := s.users.get(u.ID); there {
		return 0, nil, internalError() // that is what the server says to an id that is taken
	}
	if len(u.UserGroupIDs) == 0 {
		_ = json.Unmarshal([]byte(s.setting("signupDefaultUserGroupIDs")), &u.UserGroupIDs)
	}
	s.users.put(u.ID, &u)
	s.joinGroups(u.ID, u.UserGroupIDs)
	view := s.userView(&u)
	_ = json.Unmarshal([]byte(s.setting("signupDefaultCustomClaims")), &u.claims) // which this answer does not tell
	for _, g := range view["userGroups"].([]object) {
		g["createdAt"] = s.now() // which is told, and not true
	}
	return http.StatusCreated, view, nil
}

func (s *Server) getUser(r *http.Request) (int, any, error) {
	u, ok := s.users.get(r.PathValue("id"))
	if !ok {
		return 0, nil, userNotFound()
	}
	return http.StatusOK, s.userView(u), nil
}

func (s *Server) updateUser(r *http.Request) (int, any, error) {
	var in userInput
	if err := s.readUser(r, &in); err != nil {
		return 0, nil, err
	}
	u, ok := s.users.get(r.PathValue("id"))
	if !ok {
		return 0, nil, userNotFound()
	}
	if err := s.userTaken(&in, u.ID); err != nil {
		return 0, nil, err
	}
	in.ID = u.ID
	u.userInput = in
	return http.StatusOK, s.minimalUserView(u), nil
}

func (s *Server) deleteUser(r *http.Request) (int, any, error) {
	u, ok := s.users.remove(r.PathValue("id"))
	if !ok {
		return 0, nil, userNotFound()
	}
	for _, g := range s.groups.all() {
		g.users = without(g.users, u.ID)
	}
	return http.StatusNoContent, nil, nil
}

func (s *Server) userGroups(r *http.Request) (int, any, error) {
	u, ok := s.users.get(r.PathValue("id"))
	if !ok {
		return 0, nil, userNotFound()
	}
	groups := []object{}
	for _, g := range s.groupsWith(u.ID) {
		v := s.groupFields(g)
		v["customClaims"], v["users"], v["allowedOidcClients"] = []claim{}, []object{}, []object{}
		groups = append(groups, v)
	}
	return http.StatusOK, groups, nil
}

// setUserGroups makes a user a member of these groups and of no others. It also
// makes the groups new: their createdAt is the time of this call.
func (s *Server) setUserGroups(r *http.Request) (int, any, error) {
	var in struct {
		UserGroupIDs []string `json:"userGroupIds"`
	}
	if err := s.read(r, &in); err != nil {
		return 0, nil, err
	}
	if in.UserGroupIDs == nil {
		p := invalid([]fieldError{{"userGroupIds", "required", "is required"}})
		return 0, nil, p.before(http.StatusBadRequest, "UserGroupIds is required") // other routes say UserGroupIDs
	}
	u, ok := s.users.get(r.PathValue("id"))
	if !ok {
		return 0, nil, userNotFound()
	}
	s.joinGroups(u.ID, in.UserGroupIDs)
	now := s.now()
	for _, g := range s.groupsWith(u.ID) {
		g.createdAt = now
	}
	view := s.userView(u)
	for _, g := range s.groupsWith(u.ID) {
		g.createdAt = stored(now)
	}
	return http.StatusOK, view, nil
}

func (s *Server) joinGroups(userID string, groupIDs []string) {
	for _, g := range s.groups.all() {
		g.users = without(g.users, userID)
		if slices.Contains(groupIDs, g.id) {
			g.users = append(g.users, userID)
		}
	}
}

func (s *Server) groupsWith(userID string) []*group {
	var ids []string
	for _, g := range s.groups.all() {
		if slices.Contains(g.users, userID) {
			ids = append(ids, g.id)
		}
	}
	return s.groupsOf(ids)
}

func (s *Server) listUsers(r *http.Request) (int, any, error) {
	return http.StatusOK, listOf(r, userListing(), s.users.all(), s.userView), nil
}

func userListing() listing[user] {
	return listing[user]{
		search: func(u *user) []string { return []string{value(u.Email), u.FirstName, u.LastName, u.Username} },
		sort: map[string]func(a, b *user) int{
			"username":      by(func(u *user) string { return lowerASCII(u.Username) }),
			"email":         by(func(u *user) string { return value(u.Email) }),
			"firstName":     by(func(u *user) string { return u.FirstName }),
			"lastName":      by(func(u *user) string { return u.LastName }),
			"displayName":   by(func(u *user) string { return u.DisplayName }),
			"emailVerified": byFlag(func(u *user) bool { return u.EmailVerified }),
			"isAdmin":       byFlag(func(u *user) bool { return u.IsAdmin }),
			"disabled":      byFlag(func(u *user) bool { return u.Disabled }),
			"createdAt":     func(a, b *user) int { return a.createdAt.Compare(b.createdAt) },
		},
		filters: map[string]func(*user) string{
			"isAdmin":       func(u *user) string { return yesNo(u.IsAdmin) },
			"disabled":      func(u *user) string { return yesNo(u.Disabled) },
			"emailVerified": func(u *user) string { return yesNo(u.EmailVerified) },
		},
	}
}

func value(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// usersOf returns the users with these ids.
func (s *Server) usersOf(ids []string) []*user {
	var users []*user
	for _, id := range slices.Sorted(slices.Values(ids)) {
		if u, ok := s.users.get(id); ok {
			users = append(users, u)
		}
	}
	return users
}

func (s *Server) userView(u *user) object {
	groups := []object{}
	for _, g := range s.groupsWith(u.ID) {
		groups = append(groups, s.minimalGroupView(g))
	}
	v := s.minimalUserView(u)
	v["customClaims"] = u.claims
	v["userGroups"] = groups
	return v
}

// minimalUserView is a user inside another object, and in the answer to a PUT,
// where neither claims nor groups are told.
func (s *Server) minimalUserView(u *user) object {
	return object{
		"id":            u.ID,
		"username":      u.Username,
		"email":         u.Email,
		"emailVerified": u.EmailVerified,
		"firstName":     u.FirstName,
		"lastName":      u.LastName,
		"displayName":   u.DisplayName,
		"isAdmin":       u.IsAdmin,
		"locale":        u.Locale,
		"customClaims":  []claim{},
		"userGroups":    []object{},
		"ldapId":        nil,
		"disabled":      u.Disabled,
	}
}
