package fake

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// apiKeyUserID is the ID of the user that the server creates for its static API key.
// Lists of users contain this user.
const apiKeyUserID = "00000000-0000-0000-0000-000000000000"

// ensureAPIKeyUser creates the user of the API key if it does not exist. The server
// does so when the key is used.
func (s *state) ensureAPIKeyUser() {
	if _, ok := s.users.get(apiKeyUserID); ok {
		return
	}
	s.users.put(apiKeyUserID, &user{claims: []claim{}, createdAt: storedTime(s.now()), userInput: userInput{
		ID: apiKeyUserID, Username: "static-api-user-" + randomString(6), IsAdmin: true,
		FirstName: "Static API User", DisplayName: "Static API User",
	}})
}

func (s *state) getCurrentUser(*http.Request) (int, any, error) {
	u, _ := s.users.get(apiKeyUserID)
	return http.StatusOK, s.userView(u), nil
}

func (s *state) decodeUser(r *http.Request, in *userInput) error {
	if err := s.decode(r, in); err != nil {
		return err
	}
	if err := s.validateUser(in); err != nil {
		return err
	}
	s.normalizeNFC(&in.Username, &in.FirstName, &in.LastName, &in.DisplayName)
	if in.Email == nil && s.setting("requireUserEmail") == "true" {
		e := invalidFields([]fieldError{{"email", "required", "is required"}})
		return e.before213(http.StatusBadRequest, "The user does not have an email address set")
	}
	return nil
}

func (s *state) validateUser(in *userInput) error {
	var v validator
	if in.ID != "" && s.features.customUserID {
		v.rule(uuidPattern.MatchString(in.ID), "id", "uuid")
	}
	v.required("username", in.Username)
	tooShort := len(in.Username) == 1 && !s.features.oneLetterUsernames
	v.check(usernamePattern.MatchString(in.Username) && !tooShort, "username", "invalid_format", "must only contain letters, numbers, "+
		"underscores, dots, hyphens, and '@' symbols and not start or end with a special character")
	v.maxLength("username", in.Username, 50)
	if in.Email != nil {
		v.email("email", *in.Email)
	}
	if !s.features.optionalNames {
		v.required("firstName", in.FirstName)
		v.required("displayName", in.DisplayName)
	}
	v.maxLength("firstName", in.FirstName, 50)
	v.maxLength("lastName", in.LastName, 50)
	v.maxLength("displayName", in.DisplayName, 100)
	return v.err()
}

var usernamePattern = regexp.MustCompile(`^[a-zA-Z0-9]([a-zA-Z0-9_.@-]*[a-zA-Z0-9])?$`)

// checkUserUnique reports a user with another ID that has the same username or
// email address. Usernames are compared without case, email addresses with case.
func (s *state) checkUserUnique(in *userInput, id string) error {
	_, exists := s.users.find(func(u *user) bool {
		return u.ID != id && u.Email != nil && in.Email != nil && *u.Email == *in.Email
	})
	if exists {
		return alreadyInUse("email")
	}
	_, exists = s.users.find(func(u *user) bool { return u.ID != id && strings.EqualFold(u.Username, in.Username) })
	if exists {
		return alreadyInUse("username")
	}
	return nil
}

func (s *state) createUser(r *http.Request) (int, any, error) {
	u := user{claims: []claim{}, createdAt: storedTime(s.now())}
	if err := s.decodeUser(r, &u.userInput); err != nil {
		return 0, nil, err
	}
	if u.ID == "" || !s.features.customUserID {
		u.ID = newID()
	}
	if err := s.checkUserUnique(&u.userInput, u.ID); err != nil {
		return 0, nil, err
	}
	if _, ok := s.users.get(u.ID); ok {
		return 0, nil, internalError() // the server does not check for a duplicate ID
	}
	if len(u.UserGroupIDs) == 0 {
		_ = json.Unmarshal([]byte(s.setting("signupDefaultUserGroupIDs")), &u.UserGroupIDs)
	}
	s.users.put(u.ID, &u)
	s.setGroupsOfUser(u.ID, u.UserGroupIDs)
	view := s.userView(&u)
	_ = json.Unmarshal([]byte(s.setting("signupDefaultCustomClaims")), &u.claims) // not in this response
	for _, g := range view["userGroups"].([]object) {
		g["createdAt"] = s.now() // the server returns this time, and does not change the groups
	}
	return http.StatusCreated, view, nil
}

func (s *state) getUser(r *http.Request) (int, any, error) {
	u, ok := s.users.get(r.PathValue("id"))
	if !ok {
		return 0, nil, userNotFound()
	}
	return http.StatusOK, s.userView(u), nil
}

func (s *state) updateUser(r *http.Request) (int, any, error) {
	var in userInput
	if err := s.decodeUser(r, &in); err != nil {
		return 0, nil, err
	}
	u, ok := s.users.get(r.PathValue("id"))
	if !ok {
		return 0, nil, userNotFound()
	}
	if err := s.checkUserUnique(&in, u.ID); err != nil {
		return 0, nil, err
	}
	in.ID = u.ID
	u.userInput = in
	return http.StatusOK, s.minimalUserView(u), nil
}

func (s *state) deleteUser(r *http.Request) (int, any, error) {
	u, ok := s.users.remove(r.PathValue("id"))
	if !ok {
		return 0, nil, userNotFound()
	}
	for _, g := range s.groups.all() {
		g.users = without(g.users, u.ID)
	}
	return http.StatusNoContent, nil, nil
}

func (s *state) listGroupsOfUser(r *http.Request) (int, any, error) {
	u, ok := s.users.get(r.PathValue("id"))
	if !ok {
		return 0, nil, userNotFound()
	}
	groups := []object{}
	for _, g := range s.groupsOfUser(u.ID) {
		v := s.groupFields(g)
		v["customClaims"], v["users"], v["allowedOidcClients"] = []claim{}, []object{}, []object{}
		groups = append(groups, v)
	}
	return http.StatusOK, groups, nil
}

// setUserGroups replaces the groups of a user. As on the server, it also sets
// createdAt of these groups to the time of the request.
func (s *state) setUserGroups(r *http.Request) (int, any, error) {
	var in struct {
		UserGroupIDs []string `json:"userGroupIds"`
	}
	if err := s.decode(r, &in); err != nil {
		return 0, nil, err
	}
	if in.UserGroupIDs == nil {
		e := invalidFields([]fieldError{{"userGroupIds", "required", "is required"}})
		return 0, nil, e.before213(http.StatusBadRequest, "UserGroupIds is required") // UserGroupIDs on other routes
	}
	u, ok := s.users.get(r.PathValue("id"))
	if !ok {
		return 0, nil, userNotFound()
	}
	s.setGroupsOfUser(u.ID, in.UserGroupIDs)
	now := s.now()
	for _, g := range s.groupsOfUser(u.ID) {
		g.createdAt = now
	}
	view := s.userView(u)
	for _, g := range s.groupsOfUser(u.ID) {
		g.createdAt = storedTime(now)
	}
	return http.StatusOK, view, nil
}

// setGroupsOfUser makes the user a member of exactly these groups.
func (s *state) setGroupsOfUser(userID string, groupIDs []string) {
	for _, g := range s.groups.all() {
		g.users = without(g.users, userID)
		if slices.Contains(groupIDs, g.id) {
			g.users = append(g.users, userID)
		}
	}
}

func (s *state) groupsOfUser(userID string) []*group {
	var ids []string
	for _, g := range s.groups.all() {
		if slices.Contains(g.users, userID) {
			ids = append(ids, g.id)
		}
	}
	return s.groupsByID(ids)
}

func (s *state) listUsers(r *http.Request) (int, any, error) {
	return http.StatusOK, listPage(r, userColumns(), s.users.all(), s.userView), nil
}

func userColumns() columns[user] {
	return columns[user]{
		search: func(u *user) []string { return []string{stringValue(u.Email), u.FirstName, u.LastName, u.Username} },
		sort: map[string]func(a, b *user) int{
			"username":      compareBy(func(u *user) string { return lowerASCII(u.Username) }),
			"email":         compareBy(func(u *user) string { return stringValue(u.Email) }),
			"firstName":     compareBy(func(u *user) string { return u.FirstName }),
			"lastName":      compareBy(func(u *user) string { return u.LastName }),
			"displayName":   compareBy(func(u *user) string { return u.DisplayName }),
			"emailVerified": compareByFlag(func(u *user) bool { return u.EmailVerified }),
			"isAdmin":       compareByFlag(func(u *user) bool { return u.IsAdmin }),
			"disabled":      compareByFlag(func(u *user) bool { return u.Disabled }),
			"createdAt":     func(a, b *user) int { return a.createdAt.Compare(b.createdAt) },
		},
		filters: map[string]func(*user) string{
			"isAdmin":       func(u *user) string { return strconv.FormatBool(u.IsAdmin) },
			"disabled":      func(u *user) string { return strconv.FormatBool(u.Disabled) },
			"emailVerified": func(u *user) string { return strconv.FormatBool(u.EmailVerified) },
		},
	}
}

func (s *state) userView(u *user) object {
	groups := []object{}
	for _, g := range s.groupsOfUser(u.ID) {
		groups = append(groups, s.minimalGroupView(g))
	}
	v := s.minimalUserView(u)
	v["customClaims"] = u.claims
	v["userGroups"] = groups
	return v
}
