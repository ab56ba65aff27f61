package fake

import (
	"net/http"
	"slices"
)

// claim is a statement about a user, or about all users of a group.
type claim struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

func (s *Server) setGroupClaims(r *http.Request) (int, any, error) {
	wanted, err := s.readClaims(r)
	if err != nil {
		return 0, nil, err
	}
	g, ok := s.groups.get(r.PathValue("id"))
	if !ok && len(wanted) == 0 && !s.has.missingIsAnError {
		return http.StatusOK, wanted, nil // nothing to write, so nothing is missed
	}
	if !ok {
		return 0, nil, ownerOfClaimsNotFound(groupNotFound())
	}
	if err := checkClaims(wanted); err != nil {
		return 0, nil, err
	}
	g.claims = replaced(g.claims, wanted)
	return http.StatusOK, g.claims, nil
}

func (s *Server) setUserClaims(r *http.Request) (int, any, error) {
	wanted, err := s.readClaims(r)
	if err != nil {
		return 0, nil, err
	}
	u, ok := s.users.get(r.PathValue("id"))
	if !ok && len(wanted) == 0 && !s.has.missingIsAnError {
		return http.StatusOK, wanted, nil
	}
	if !ok {
		return 0, nil, ownerOfClaimsNotFound(userNotFound())
	}
	if err := checkClaims(wanted); err != nil {
		return 0, nil, err
	}
	u.claims = replaced(u.claims, wanted)
	return http.StatusOK, u.claims, nil
}

// ownerOfClaimsNotFound is told by older releases as if the server had failed.
func ownerOfClaimsNotFound(p problem) problem {
	return p.before(http.StatusInternalServerError, somethingWentWrong)
}

// readClaims reads a list of claims. It replaces the old list as a whole.
func (s *Server) readClaims(r *http.Request) ([]claim, error) {
	claims := []claim{}
	if err := s.read(r, &claims); err != nil {
		return nil, err
	}
	for i := range claims {
		var rules rules
		rules.required("key", claims[i].Key)
		rules.required("value", claims[i].Value)
		if err := rules.err(); err != nil {
			return nil, err
		}
		s.normalize(&claims[i].Key, &claims[i].Value)
	}
	return claims, nil
}

func checkClaims(claims []claim) error {
	seen := map[string]bool{}
	for _, c := range claims {
		if seen[c.Key] {
			return duplicateClaim(c.Key)
		}
		seen[c.Key] = true
	}
	for _, c := range claims {
		if slices.Contains(reservedClaims(), c.Key) {
			return reservedClaim(c.Key)
		}
	}
	return nil
}

// replaced returns the wanted claims in the order of the database: those that
// were there before stay where they were.
func replaced(old, wanted []claim) []claim {
	all := []claim{}
	for _, o := range old {
		if at := slices.IndexFunc(wanted, func(w claim) bool { return w.Key == o.Key }); at >= 0 {
			all = append(all, wanted[at])
		}
	}
	for _, w := range wanted {
		if !slices.ContainsFunc(old, func(o claim) bool { return o.Key == w.Key }) {
			all = append(all, w)
		}
	}
	return all
}

func reservedClaims() []string {
	return []string{"sub", "iss", "aud", "exp", "iat", "nbf", "jti", "email", "email_verified", "name", "given_name",
		"family_name", "display_name", "preferred_username", "groups", "type", "auth_time", "nonce", "acr", "amr", "azp",
		"client_id"}
}

// claimSuggestions lists the keys in use, each once.
func (s *Server) claimSuggestions(*http.Request) (int, any, error) {
	keys := []string{}
	add := func(claims []claim) {
		for _, c := range claims {
			if !slices.Contains(keys, c.Key) {
				keys = append(keys, c.Key)
			}
		}
	}
	for _, u := range s.users.all() {
		add(u.claims)
	}
	for _, g := range s.groups.all() {
		add(g.claims)
	}
	return http.StatusOK, keys, nil
}
