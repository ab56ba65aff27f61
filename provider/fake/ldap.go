package fake

import "net/http"

// syncLDAP takes over nobody: there is no directory. It fails where the server would
// have nobody to ask.
func (s *Server) syncLDAP(*http.Request) (int, any, error) {
	if s.setting("ldapEnabled") != "true" {
		p := problem{status: http.StatusConflict, code: "ldap_disabled", message: "LDAP is not enabled"}
		return 0, nil, p.before(http.StatusInternalServerError, somethingWentWrong)
	}
	if s.setting("ldapUrl") == "" {
		return 0, nil, internalError()
	}
	return http.StatusNoContent, nil, nil
}
