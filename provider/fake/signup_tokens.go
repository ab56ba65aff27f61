package fake

import (
	"net/http"
	"slices"
	"time"
)

func (s *state) createSignupToken(r *http.Request) (int, any, error) {
	var in struct {
		TTL          ttl      `json:"ttl"`
		UsageLimit   int      `json:"usageLimit"`
		UserGroupIDs []string `json:"userGroupIds"`
	}
	if err := s.decode(r, &in); err != nil {
		return 0, nil, err
	}
	var v validator
	v.rule(in.TTL.isValid(), "ttl", "ttl")
	v.present("usageLimit", in.UsageLimit != 0)
	v.inRange("usageLimit", in.UsageLimit, 1, 100)
	if err := v.err(); err != nil {
		return 0, nil, err
	}
	if in.TTL == 0 {
		in.TTL = ttl(time.Hour)
	}
	now := s.now()
	t := signupToken{
		id: newID(), token: randomString(16), usageLimit: in.UsageLimit, groups: s.groups.existing(in.UserGroupIDs),
		createdAt: now, expiresAt: storedTime(now).Add(time.Duration(in.TTL)),
	}
	if s.features.signupTokensInActors {
		t.createdAt = storedTime(now)
	}
	view := s.signupTokenView(&t)
	t.createdAt = storedTime(now)
	s.signupTokens.put(t.id, &t)
	if !s.features.signupTokensInActors {
		// Saving the token also saves its groups, and the response has that time.
		for _, g := range view["userGroups"].([]object) {
			g["createdAt"] = now
		}
	}
	return http.StatusCreated, view, nil
}

// listSignupTokens is the only way to read a signup token, and returns its value.
// Newer versions remove a token when it expires. Older ones remove expired tokens
// once a day, which the fake does not do.
func (s *state) listSignupTokens(r *http.Request) (int, any, error) {
	all := s.signupTokens.all()
	if s.features.signupTokensInActors {
		all = slices.DeleteFunc(slices.Clone(all), func(t *signupToken) bool { return !s.now().Before(t.expiresAt) })
	}
	return http.StatusOK, listPage(r, signupTokenColumns(), all, s.signupTokenView), nil
}

// signUp creates a user for a caller who has a signup token. Not recorded.
func (s *state) signUp(r *http.Request) (int, any, error) {
	var in struct {
		userInput
		Token string `json:"token"`
	}
	if err := s.decode(r, &in); err != nil {
		return 0, nil, err
	}
	t, ok := s.signupTokens.find(func(t *signupToken) bool { return t.token == in.Token })
	if !ok || t.usageCount >= t.usageLimit || !s.now().Before(t.expiresAt) {
		return 0, nil, apiError{status: http.StatusUnauthorized, code: "token_invalid_or_expired", message: "Token is invalid or expired"}
	}
	if err := s.validateUser(&in.userInput); err != nil {
		return 0, nil, err
	}
	u := user{userInput: in.userInput, claims: []claim{}, createdAt: storedTime(s.now())}
	u.ID, u.IsAdmin, u.Disabled = newID(), false, false
	if err := s.checkUserUnique(&u.userInput, u.ID); err != nil {
		return 0, nil, err
	}
	t.usageCount++
	s.users.put(u.ID, &u)
	s.setGroupsOfUser(u.ID, t.groups)
	return http.StatusCreated, s.userView(&u), nil
}

func signupTokenColumns() columns[signupToken] {
	return columns[signupToken]{sort: map[string]func(a, b *signupToken) int{
		"createdAt":  func(a, b *signupToken) int { return a.createdAt.Compare(b.createdAt) },
		"expiresAt":  func(a, b *signupToken) int { return a.expiresAt.Compare(b.expiresAt) },
		"usageLimit": compareBy(func(t *signupToken) int { return t.usageLimit }),
	}}
}

func (s *state) deleteSignupToken(r *http.Request) (int, any, error) {
	s.signupTokens.remove(r.PathValue("id"))
	return http.StatusNoContent, nil, nil
}

func (s *state) signupTokenView(t *signupToken) object {
	groups := []object{}
	for _, g := range s.groupsByID(t.groups) {
		groups = append(groups, s.minimalGroupView(g))
	}
	return object{
		"id":         t.id,
		"token":      t.token,
		"expiresAt":  t.expiresAt,
		"usageLimit": t.usageLimit,
		"usageCount": t.usageCount,
		"userGroups": groups,
		"createdAt":  t.createdAt,
	}
}
