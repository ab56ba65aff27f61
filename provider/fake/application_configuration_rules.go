package fake

import (
	"encoding/json"
	"slices"
	"strconv"
)

func (s *state) validateConfiguration(in map[string]string) error {
	var v validator
	for _, key := range s.validatedSettings() {
		value := in[key]
		if s.isRequired(key) {
			v.required(key, value)
		}
		if value == "" {
			continue
		}
		switch key {
		case "appName":
			v.maxLength(key, value, 30)
		case "sessionDuration":
			_, err := strconv.Atoi(value)
			v.check(err == nil || !s.features.typedSettings, key, "invalid_format", "must be an integer")
		case "smtpFrom":
			v.email(key, value)
		case "signupDefaultUserGroupIDs", "signupDefaultCustomClaims", "cimdUrlAllowlist":
			s.validateJSONSetting(&v, key, value)
		default:
			s.validateChoice(&v, key, value)
		}
	}
	return v.err()
}

// validateChoice validates settings with a fixed set of values, including booleans.
func (s *state) validateChoice(v *validator, key, value string) {
	choices := map[string][]string{
		"allowUserSignups":                {"disabled", "withToken", "open"},
		"smtpTls":                         {"none", "starttls", "tls"},
		"webauthnUserVerification":        {"required", "preferred"},
		"webauthnAuthenticatorAttachment": {"any", "platform", "cross-platform"},
		"emailLoginNotificationMode":      {"disabled", "always", "ipAndUserAgent", "browserRecognition"},
	}
	if allowed, ok := choices[key]; ok {
		v.rule(slices.Contains(allowed, value), key, "oneof")
		return
	}
	if s.isRequired(key) && key != "homePageUrl" && s.features.typedSettings {
		v.check(value == "true" || value == "false", key, "invalid_format", "must be either true or false")
	}
}

// validateJSONSetting validates settings whose value is JSON. That 2.14 refuses
// invalid claims and callback URL patterns inside them is not recorded.
func (s *state) validateJSONSetting(v *validator, key, value string) {
	if !s.features.typedSettings {
		v.rule(json.Valid([]byte(value)), key, "json")
		return
	}
	var items []string
	var claims []struct{ Key, Value *string }
	switch key {
	case "signupDefaultUserGroupIDs":
		err := json.Unmarshal([]byte(value), &items)
		v.check(err == nil && items != nil, key, "invalid_format", "must be a JSON array of strings")
	case "signupDefaultCustomClaims":
		err := json.Unmarshal([]byte(value), &claims)
		for _, c := range claims {
			v.check(c.Key != nil && c.Value != nil, key, "invalid_format", invalidClaimsSetting)
		}
		v.check(err == nil && claims != nil, key, "invalid_format", invalidClaimsSetting)
	default:
		err := json.Unmarshal([]byte(value), &items)
		hasInvalid := slices.ContainsFunc(items, func(item string) bool { return !isCallbackPattern(item, true) })
		v.check(err == nil && items != nil && !hasInvalid, key, "invalid_format", "must be a JSON array of valid callback URL patterns")
	}
}

const invalidClaimsSetting = `must be a JSON array of objects with string "key" and "value" properties`

// isRequired reports whether a PUT must contain the setting. Newer versions require
// more settings, so they refuse a body that was written for an older version.
func (s *state) isRequired(key string) bool {
	switch key {
	case "appName", "sessionDuration", "homePageUrl", "emailsVerified", "disableAnimations", "allowOwnAccountEdit",
		"allowUserSignups", "requireUserEmail", "smtpTls", "ldapEnabled", "emailOneTimeAccessAsAdminEnabled",
		"emailOneTimeAccessAsUnauthenticatedEnabled", "emailLoginNotificationEnabled", "emailLoginNotificationMode",
		"emailApiKeyExpirationEnabled", "emailVerificationEnabled":
		return true
	case "autoCreateOidcClientSecret":
		return s.features.autoCreateSecretSetting
	case "webauthnUserVerification", "webauthnAllowSyncedPasskeys", "webauthnAuthenticatorAttachment":
		return s.features.webauthnSettings
	case "smtpSkipCertVerify", "ldapSkipCertVerify", "ldapSoftDeleteUsers":
		return s.features.typedSettings
	}
	return false
}

// validatedSettings returns the settings that are validated, in the order in which
// errors are reported.
func (s *state) validatedSettings() []string {
	keys := []string{"appName", "sessionDuration", "homePageUrl", "emailsVerified", "disableAnimations",
		"allowOwnAccountEdit", "allowUserSignups", "signupDefaultUserGroupIDs", "signupDefaultCustomClaims",
		"requireUserEmail", "smtpFrom", "smtpTls", "smtpSkipCertVerify", "ldapEnabled", "ldapSkipCertVerify",
		"ldapSoftDeleteUsers"}
	if s.features.webauthnSettings {
		keys = append(keys, "webauthnUserVerification", "webauthnAllowSyncedPasskeys", "webauthnAuthenticatorAttachment")
	}
	notification := "emailLoginNotificationEnabled"
	if s.features.loginNotificationMode {
		notification = "emailLoginNotificationMode"
	}
	keys = append(keys, "emailOneTimeAccessAsAdminEnabled", "emailOneTimeAccessAsUnauthenticatedEnabled",
		notification, "emailApiKeyExpirationEnabled", "emailVerificationEnabled")
	if s.features.webauthnSettings {
		keys = append(keys, "cimdUrlAllowlist")
	}
	if s.features.autoCreateSecretSetting {
		keys = append(keys, "autoCreateOidcClientSecret")
	}
	return keys
}
