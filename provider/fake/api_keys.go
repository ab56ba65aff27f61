package fake

import "net/http"

// listAPIKeys lists keys that a person made. The one from the server's own
// configuration is not among them, and no other can be made with a key.
func (s *Server) listAPIKeys(*http.Request) (int, any, error) {
	return http.StatusOK, list[object]{Data: []object{}, Pagination: paginate(0, 1, 0)}, nil
}

func (s *Server) deleteAPIKey(*http.Request) (int, any, error) {
	if s.has.missingIsAnError {
		return 0, nil, problem{status: http.StatusNotFound, code: "api_key_not_found", message: "API key not found"}
	}
	return http.StatusNoContent, nil, nil
}
