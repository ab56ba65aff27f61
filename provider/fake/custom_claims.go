package fake

import (
	"net/http"
	"slices"
)

func (s *state) setGroupClaims(r *http.Request) (int, any, error) {
	g, ok := s.groups.get(r.PathValue("id"))
	if !ok {
		return s.setClaims(r, nil, groupNotFound())
	}
	return s.setClaims(r, &g.claims, groupNotFound())
}

func (s *state) setUserClaims(r *http.Request) (int, any, error) {
	u, ok := s.users.get(r.PathValue("id"))
	if !ok {
		return s.setClaims(r, nil, userNotFound())
	}
	return s.setClaims(r, &u.claims, userNotFound())
}

// setClaims replaces all custom claims of an owner. claims is nil if the owner does
// not exist. Versions before 2.13 accept an empty list for a missing owner, and
// report an internal error for any other list.
func (s *state) setClaims(r *http.Request, claims *[]claim, ownerNotFound apiError) (int, any, error) {
	in, err := s.decodeClaims(r)
	if err != nil {
		return 0, nil, err
	}
	if claims == nil && len(in) == 0 && !s.features.missingIsError {
		return http.StatusOK, in, nil
	}
	if claims == nil {
		return 0, nil, ownerNotFound.before213(http.StatusInternalServerError, somethingWentWrong)
	}
	if err := validateClaims(in); err != nil {
		return 0, nil, err
	}
	*claims = mergeClaims(*claims, in)
	return http.StatusOK, *claims, nil
}

func (s *state) decodeClaims(r *http.Request) ([]claim, error) {
	claims := []claim{}
	if err := s.decode(r, &claims); err != nil {
		return nil, err
	}
	for i := range claims {
		var v validator
		v.required("key", claims[i].Key)
		v.required("value", claims[i].Value)
		if err := v.err(); err != nil {
			return nil, err
		}
		s.normalizeNFC(&claims[i].Key, &claims[i].Value)
	}
	return claims, nil
}

// validateClaims reports a duplicate key before a reserved one.
func validateClaims(claims []claim) error {
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

// mergeClaims returns the updated claims in the order of the server's database:
// existing keys keep their position, and new keys follow.
func mergeClaims(old, updated []claim) []claim {
	merged := []claim{}
	for _, o := range old {
		if index := slices.IndexFunc(updated, func(u claim) bool { return u.Key == o.Key }); index >= 0 {
			merged = append(merged, updated[index])
		}
	}
	for _, u := range updated {
		if !slices.ContainsFunc(old, func(o claim) bool { return o.Key == u.Key }) {
			merged = append(merged, u)
		}
	}
	return merged
}

func reservedClaims() []string {
	return []string{"sub", "iss", "aud", "exp", "iat", "nbf", "jti", "email", "email_verified", "name", "given_name",
		"family_name", "display_name", "preferred_username", "groups", "type", "auth_time", "nonce", "acr", "amr", "azp",
		"client_id"}
}

// listClaimSuggestions lists the keys of all custom claims, without duplicates.
func (s *state) listClaimSuggestions(*http.Request) (int, any, error) {
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
