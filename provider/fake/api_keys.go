package fake

import "net/http"

// listAPIKeys returns an empty page. The server lists the keys that a signed-in
// user created, and nobody can sign in to the fake. The key of Options is like the
// static key in a server's environment, which is not listed either.
func (s *state) listAPIKeys(*http.Request) (int, any, error) {
	return http.StatusOK, page[object]{Data: []object{}, Pagination: paginate(0, 1, 0)}, nil
}

// deleteAPIKey finds no key, because none can be created. The response of 2.13 and
// later is not recorded.
func (s *state) deleteAPIKey(*http.Request) (int, any, error) {
	if s.features.missingIsError {
		return 0, nil, apiError{status: http.StatusNotFound, code: "api_key_not_found", message: "API key not found"}
	}
	return http.StatusNoContent, nil, nil
}
