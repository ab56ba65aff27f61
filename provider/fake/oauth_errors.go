package fake

import "net/http"

// oauthError returns an error of RFC 6749. The hint is a sentence that the server
// appends to the description of the code.
//
// Only invalid_client is recorded. The contract suite compares the others with a
// real server.
func oauthError(status int, code, description, hint string) apiError {
	if hint != "" {
		description += " " + hint
	}
	return apiError{status: status, code: code, message: description, oauth: true}
}

func invalidClient(hint string) apiError {
	return oauthError(http.StatusUnauthorized, "invalid_client", "Client authentication failed (e.g., unknown client, "+
		"no client authentication included, or unsupported authentication method).", hint)
}

func invalidRequest(hint string) apiError {
	return oauthError(http.StatusBadRequest, "invalid_request", "The request is missing a required parameter, "+
		"includes an invalid parameter value, includes a parameter more than once, or is otherwise malformed.", hint)
}

func invalidGrant(hint string) apiError {
	return oauthError(http.StatusBadRequest, "invalid_grant", "The provided authorization grant (e.g., authorization "+
		"code, resource owner credentials) or refresh token is invalid, expired, revoked, does not match the redirection "+
		"URI used in the authorization request, or was issued to another client.", hint)
}

func requestUnauthorized(hint string) apiError {
	return oauthError(http.StatusUnauthorized, "request_unauthorized", "The request could not be authorized.", hint)
}
