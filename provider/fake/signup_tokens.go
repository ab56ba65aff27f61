package fake

import (
	"net/http"
	"slices"
	"time"
)

// signupToken lets a number of people make themselves users.
type signupToken struct {
	id, token            string
	usageLimit, used     int
	groups               []string // ids
	createdAt, expiresAt time.Time
}

func (s *Server) createSignupToken(r *http.Request) (int, any, error) {
	var in struct {
		TTL          ttl      `json:"ttl"`
		UsageLimit   int      `json:"usageLimit"`
		UserGroupIDs []string `json:"userGroupIds"`
	}
	if err := s.read(r, &in); err != nil {
		return 0, nil, err
	}
	var rules rules
	rules.is(in.TTL.ok(), "ttl", "ttl")
	rules.given("usageLimit", in.UsageLimit != 0)
	rules.between("usageLimit", in.UsageLimit, 1, 100)
	if err := rules.err(); err != nil {
		return 0, nil, err
	}
	if in.TTL == 0 {
		in.TTL = ttl(time.Hour)
	}
	now := s.now()
	t := signupToken{
		id: newID(), token: alphanumeric(16), usageLimit: in.UsageLimit, groups: s.groups.known(in.UserGroupIDs),
		createdAt: now, expiresAt: stored(now).Add(time.Duration(in.TTL)),
	}
	if s.has.signupActors {
		t.createdAt = stored(now)
	}
	view := s.signupTokenView(&t)
	t.createdAt = stored(now)
	s.signups.put(t.id, &t)
	if !s.has.signupActors {
		// They save the groups with the token, and show when.
		for _, g := range view["userGroups"].([]object) {
			g["createdAt"] = now
		}
	}
	return http.StatusCreated, view, nil
}

// listSignupTokens is the only way to read one, and it tells the tokens. Newer
// releases forget a token when it expires; the others clean up once a day.
func (s *Server) listSignupTokens(r *http.Request) (int, any, error) {
	all := s.signups.all()
	if s.has.signupActors {
		all = slices.DeleteFunc(slices.Clone(all), func(t *signupToken) bool { return !s.now().Before(t.expiresAt) })
	}
	return http.StatusOK, listOf(r, signupListing(), all, s.signupTokenView), nil
}

// signUp makes a user of whoever has a token.
func (s *Server) signUp(r *http.Request) (int, any, error) {
	var in struct {
		userInput
		Token string `json:"token"`
	}
	if err := s.read(r, &in); err != nil {
		return 0, nil, err
	}
	t, ok := s.signups.find(func(t *signupToken) bool { return t.token == in.Token })
	if !ok || t.used >= t.usageLimit || !s.now().Before(t.expiresAt) {
		return 0, nil, problem{status: http.StatusUnauthorized, code: "token_invalid_or_expired", message: "Token is invalid or expired"}
	}
	if err := s.checkUser(&in.userInput); err != nil {
		return 0, nil, err
	}
	u := user{userInput: in.userInput, claims: []claim{}, createdAt: stored(s.now())}
	u.ID, u.IsAdmin, u.Disabled = newID(), false, false
	if err := s.userTaken(&u.userInput, u.ID); err != nil {
		return 0, nil, err
	}
	t.used++
	s.users.put(u.ID, &u)
	s.joinGroups(u.ID, t.groups)
	return http.StatusCreated, s.userView(&u), nil
}

func signupListing() listing[signupToken] {
	return listing[signupToken]{sort: map[string]func(a, b *signupToken) int{
		"createdAt":  func(a, b *signupToken) int { return a.createdAt.Compare(b.createdAt) },
		"expiresAt":  func(a, b *signupToken) int { return a.expiresAt.Compare(b.expiresAt) },
		"usageLimit": by(func(t *signupToken) int { return t.usageLimit }),
	}}
}

func (s *Server) deleteSignupToken(r *http.Request) (int, any, error) {
	s.signups.remove(r.PathValue("id"))
	return http.StatusNoContent, nil, nil
}

func (s *Server) signupTokenView(t *signupToken) object {
	groups := []object{}
	for _, g := range s.groupsOf(t.groups) {
		groups = append(groups, s.minimalGroupView(g))
	}
	return object{
		"id":         t.id,
		"token":      t.token,
		"expiresAt":  t.expiresAt,
		"usageLimit": t.usageLimit,
		"usageCount": t.used,
		"userGroups": groups,
		"createdAt":  t.createdAt,
	}
}
