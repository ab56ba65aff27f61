package fake

import (
	"fmt"
	"net/http"
	"strings"
	"unicode"
)

// apiError is an error as Pocket ID reports it. Version 2.13 added error codes and
// changed the message, and sometimes the status, of many errors. So an apiError
// holds both forms, and only response chooses between them.
type apiError struct {
	status  int
	code    string
	message string
	details map[string]any

	oauth bool // an error of RFC 6749: the body has code as "error" and message as "error_description"

	statusBefore213  int    // if 0, the same as status
	messageBefore213 string // if empty, the same as message
}

func (e apiError) Error() string { return e.message }

// before213 returns e with the status and the message of versions before 2.13.
func (e apiError) before213(status int, message string) apiError {
	e.statusBefore213, e.messageBefore213 = status, message
	return e
}

// response returns the status and the body of e in a version with these features.
func (e apiError) response(f features, requestID string) (int, any) {
	if e.oauth {
		return e.status, oauthBody(object{"error": e.code, "error_description": e.message})
	}
	if !f.errorCodes {
		status, message := e.status, e.message
		if e.statusBefore213 != 0 {
			status = e.statusBefore213
		}
		if e.messageBefore213 != "" {
			message = e.messageBefore213
		}
		return status, object{"error": message}
	}
	body := object{"error": e.message, "code": e.code, "request_id": requestID}
	if len(e.details) > 0 {
		body["details"] = e.details
	}
	return e.status, body
}

func notSignedIn() apiError {
	return apiError{status: http.StatusUnauthorized, code: "not_signed_in", message: "You are not signed in"}
}

func apiKeyNotAllowed() apiError {
	return apiError{status: http.StatusForbidden, code: "api_key_auth_not_allowed",
		message: "API key authentication is not allowed for this endpoint"}
}

func invalidBody() apiError {
	e := apiError{status: http.StatusBadRequest, code: "invalid_request_body", message: "Request body is invalid"}
	return e.before213(http.StatusInternalServerError, somethingWentWrong)
}

const somethingWentWrong = "Something went wrong"

func internalError() apiError {
	return apiError{status: http.StatusInternalServerError, code: "internal_error", message: somethingWentWrong}
}

func notFound(resource string) apiError {
	e := apiError{status: http.StatusNotFound, code: "not_found", message: resource + " not found",
		details: map[string]any{"resource": resource}}
	return e.before213(http.StatusNotFound, "Record not found")
}

func clientNotFound() apiError { return notFound("OIDC client") }

func groupNotFound() apiError { return notFound("User group") }

func userNotFound() apiError {
	e := apiError{status: http.StatusNotFound, code: "user_not_found", message: "User not found"}
	return e.before213(http.StatusNotFound, "Record not found")
}

func clientIDTaken() apiError {
	e := apiError{status: http.StatusConflict, code: "client_id_already_exists", message: "Client ID is already in use"}
	return e.before213(http.StatusBadRequest, "Client ID already in use")
}

// alreadyInUse reports that another object has the same value of a unique property.
func alreadyInUse(property string) apiError {
	message := capitalize(property) + " is already in use"
	e := apiError{status: http.StatusConflict, code: "already_in_use", message: message,
		details: map[string]any{"property": property}}
	return e.before213(http.StatusBadRequest, message)
}

func invalidLogoURL() apiError {
	e := apiError{status: http.StatusBadRequest, code: "validation_failed", message: "Logo URL is not allowed",
		details: map[string]any{"fields": []fieldError{{"logoUrl", "invalid_value", "must be a public HTTP or HTTPS URL"}}}}
	return e.before213(http.StatusInternalServerError, somethingWentWrong)
}

// validationFailed reports a violated rule that does not belong to a single field.
func validationFailed(message string) apiError {
	return apiError{status: http.StatusBadRequest, code: "validation_failed", message: message}
}

func reservedClaim(key string) apiError {
	return claimError(key, "reserved_claim", fmt.Sprintf("Claim %s is reserved and can't be used", key),
		fieldError{"key", "reserved", "is reserved"})
}

func duplicateClaim(key string) apiError {
	return claimError(key, "duplicate_claim", fmt.Sprintf("Claim %s is already defined", key),
		fieldError{"key", "duplicate", "is listed more than once"})
}

func claimError(key, code, message string, f fieldError) apiError {
	return apiError{status: http.StatusBadRequest, code: code, message: message,
		details: map[string]any{"key": key, "fields": []fieldError{f}}}
}

// fieldError is a violated rule of one field, in the details of an apiError.
type fieldError struct {
	Field   string `json:"field"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

// invalidFields reports all invalid fields in one error.
func invalidFields(failed []fieldError) apiError {
	var messages, messagesBefore213 []string
	for _, f := range failed {
		messages = append(messages, f.Field+" "+f.Message)
		messagesBefore213 = append(messagesBefore213, fieldNameBefore213(f.Field)+" "+f.Message)
	}
	e := apiError{status: http.StatusBadRequest, code: "validation_failed",
		message: capitalize(strings.Join(messages, ", ")), details: map[string]any{"fields": failed}}
	return e.before213(http.StatusBadRequest, strings.Join(messagesBefore213, ", "))
}

// fieldNameBefore213 returns the name that versions before 2.13 report for a
// field: the name in the server's Go code in place of the name in the JSON.
func fieldNameBefore213(name string) string {
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
	return capitalize(name)
}

func capitalize(s string) string {
	runes := []rune(s)
	if len(runes) == 0 {
		return s
	}
	runes[0] = unicode.ToUpper(runes[0])
	return string(runes)
}
