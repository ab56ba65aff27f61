package fake

import "net/http"

// listPasskeys returns an empty list: nobody can register a passkey in the fake.
func (s *state) listPasskeys(r *http.Request) (int, any, error) {
	if _, ok := s.users.get(r.PathValue("id")); !ok {
		return 0, nil, userNotFound()
	}
	return http.StatusOK, []object{}, nil
}
