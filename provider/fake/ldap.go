package fake

import "net/http"

// syncLDAP imports no users, because the fake has no directory. It fails where the
// server fails before it connects to a directory. Not recorded.
func (s *state) syncLDAP(*http.Request) (int, any, error) {
	if s.setting("ldapEnabled") != "true" {
		e := apiError{status: http.StatusConflict, code: "ldap_disabled", message: "LDAP is not enabled"}
		return 0, nil, e.before213(http.StatusInternalServerError, somethingWentWrong)
	}
	if s.setting("ldapUrl") == "" {
		return 0, nil, internalError()
	}
	return http.StatusNoContent, nil, nil
}
