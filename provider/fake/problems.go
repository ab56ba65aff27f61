package fake

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"unicode"
)

// problem is an error as Pocket ID reports it. Releases differ in the words and
// partly in the status, so it knows both; which one is told is decided where it
// is written, and nowhere else.
type problem struct {
	status  int
	code    string
	message string
	details map[string]any

	oauth bool // told in the words of RFC 6749: code and message are "error" and "error_description"

	// What releases before error codes said; zero means the same.
	oldStatus  int
	oldMessage string
}

func (p problem) Error() string { return p.message }

// before returns p as older releases tell it with their own status and words.
func (p problem) before(status int, message string) problem {
	p.oldStatus, p.oldMessage = status, message
	return p
}

// told returns the status and the body of p in the words of one release.
func (p problem) told(has features, requestID string) (int, any) {
	if p.oauth {
		return p.status, oauthBody(object{"error": p.code, "error_description": p.message})
	}
	if !has.errorCodes {
		status, message := p.status, p.message
		if p.oldStatus != 0 {
			status = p.oldStatus
		}
		if p.oldMessage != "" {
			message = p.oldMessage
		}
		return status, map[string]any{"error": message}
	}
	body := map[string]any{"error": p.message, "code": p.code, "request_id": requestID}
	if len(p.details) > 0 {
		body["details"] = p.details
	}
	return p.status, body
}

func notSignedIn() problem {
	return problem{status: http.StatusUnauthorized, code: "not_signed_in", message: "You are not signed in"}
}

func keyNotAllowed() problem {
	return problem{status: http.StatusForbidden, code: "api_key_auth_not_allowed",
		message: "API key authentication is not allowed for this endpoint"}
}

func invalidBody() problem {
	p := problem{status: http.StatusBadRequest, code: "invalid_request_body", message: "Request body is invalid"}
	return p.before(http.StatusInternalServerError, somethingWentWrong)
}

const somethingWentWrong = "Something went wrong"

func internalError() problem {
	return problem{status: http.StatusInternalServerError, code: "internal_error", message: somethingWentWrong}
}

func notFound(resource string) problem {
	p := problem{status: http.StatusNotFound, code: "not_found", message: resource + " not found",
		details: map[string]any{"resource": resource}}
	return p.before(http.StatusNotFound, "Record not found")
}

func clientNotFound() problem { return notFound("OIDC client") }

func groupNotFound() problem { return notFound("User group") }

func userNotFound() problem {
	p := problem{status: http.StatusNotFound, code: "user_not_found", message: "User not found"}
	return p.before(http.StatusNotFound, "Record not found")
}

func clientIDTaken() problem {
	p := problem{status: http.StatusConflict, code: "client_id_already_exists", message: "Client ID is already in use"}
	return p.before(http.StatusBadRequest, "Client ID already in use")
}

// taken says that another object has this value of a property that is unique.
func taken(property string) problem {
	message := capitalized(property) + " is already in use"
	p := problem{status: http.StatusConflict, code: "already_in_use", message: message,
		details: map[string]any{"property": property}}
	return p.before(http.StatusBadRequest, message)
}

func invalidLogoURL() problem {
	p := problem{status: http.StatusBadRequest, code: "validation_failed", message: "Logo URL is not allowed",
		details: map[string]any{"fields": []fieldError{{"logoUrl", "invalid_value", "must be a public HTTP or HTTPS URL"}}}}
	return p.before(http.StatusInternalServerError, somethingWentWrong)
}

// refused is a rule that belongs to no single field.
func refused(message string) problem {
	return problem{status: http.StatusBadRequest, code: "validation_failed", message: message}
}

func reservedClaim(key string) problem {
	return claimProblem(key, "reserved_claim", fmt.Sprintf("Claim %s is reserved and can't be used", key),
		fieldError{"key", "reserved", "is reserved"})
}

func duplicateClaim(key string) problem {
	return claimProblem(key, "duplicate_claim", fmt.Sprintf("Claim %s is already defined", key),
		fieldError{"key", "duplicate", "is listed more than once"})
}

func claimProblem(key, code, message string, f fieldError) problem {
	return problem{status: http.StatusBadRequest, code: code, message: message,
		details: map[string]any{"key": key, "fields": []fieldError{f}}}
}

// fieldError is one failed rule in the details of a problem.
type fieldError struct {
	Field   string `json:"field"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

// invalid reports all failed fields at once, as the server does.
func invalid(failed []fieldError) problem {
	var now, before []string
	for _, f := range failed {
		now = append(now, f.Field+" "+f.Message)
		before = append(before, oldFieldName(f.Field)+" "+f.Message)
	}
	p := problem{status: http.StatusBadRequest, code: "validation_failed",
		message: capitalized(strings.Join(now, ", ")), details: map[string]any{"fields": failed}}
	return p.before(http.StatusBadRequest, strings.Join(before, ", "))
}

// oldFieldName is the name of a field inside the server, which older releases
// reported instead of the one the caller had sent.
func oldFieldName(name string) string {
	switch name {
	case "id":
		return "ID"
	case "ttl":
		return "TTL"
	case "homePageUrl":
		return "HomePageURL"
	case "userGroupIds":
		return "UserGroupIDs"
	case "userIds":
		return "UserIDs"
	case "oidcClientIds":
		return "OidcClientIDs"
	case "oidcClientId":
		return "OidcClientID"
	}
	return capitalized(name)
}

func capitalized(s string) string {
	runes := []rune(s)
	if len(runes) == 0 {
		return s
	}
	runes[0] = unicode.ToUpper(runes[0])
	return string(runes)
}

// oauthBody is a body as the OAuth endpoints of newer releases write it.
func oauthBody(body object) raw {
	text, err := json.Marshal(body)
	if err != nil {
		panic(err) // a map of plain values
	}
	return raw{contentType: "application/json;charset=UTF-8", cacheControl: "no-store", bytes: text}
}

func oauthProblem(status int, code, message, hint string) problem {
	if hint != "" {
		message += " " + hint
	}
	return problem{status: status, code: code, message: message, oauth: true}
}

func invalidClient(hint string) problem {
	return oauthProblem(http.StatusUnauthorized, "invalid_client", "Client authentication failed (e.g., unknown client, "+
		"no client authentication included, or unsupported authentication method).", hint)
}

func invalidRequest(hint string) problem {
	return oauthProblem(http.StatusBadRequest, "invalid_request", "The request is missing a required parameter, "+
		"includes an invalid parameter value, includes a parameter more than once, or is otherwise malformed.", hint)
}

func invalidGrant(hint string) problem {
	return oauthProblem(http.StatusBadRequest, "invalid_grant", "The provided authorization grant (e.g., authorization "+
		"code, resource owner credentials) or refresh token is invalid, expired, revoked, does not match the redirection "+
		"URI used in the authorization request, or was issued to another client.", hint)
}

func unauthorized(hint string) problem {
	return oauthProblem(http.StatusUnauthorized, "request_unauthorized", "The request could not be authorized.", hint)
}
