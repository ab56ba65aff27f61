package fake

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
)

// setting is one value of the application's configuration. All are texts.
type setting struct {
	key, standard string
	public        bool
}

// settings lists what a release has, in the order in which it is answered.
func (s *Server) settings() []setting {
	all := []setting{
		{"appName", "Pocket ID", true},
		{"sessionDuration", "60", false},
		{"homePageUrl", "/settings/account", true},
		{"emailsVerified", "false", false},
		{"accentColor", "default", true},
		{"disableAnimations", "false", true},
		{"allowOwnAccountEdit", "true", true},
		{"allowUserSignups", "disabled", true},
		{"signupDefaultUserGroupIDs", "[]", false},
		{"signupDefaultCustomClaims", "[]", false},
	}
	if s.has.instanceID {
		all = append(all, setting{"instanceId", s.instanceID, false})
	}
	all = append(all, []setting{
		{"requireUserEmail", "true", true},
		{"smtpHost", "", false},
		{"smtpPort", "", false},
		{"smtpFrom", "", false},
		{"smtpUser", "", false},
		{"smtpPassword", "", false},
		{"smtpTls", "none", false},
		{"smtpSkipCertVerify", "false", false},
		{"emailLoginNotificationEnabled", "false", false},
		{"emailOneTimeAccessAsUnauthenticatedEnabled", "false", true},
		{"emailOneTimeAccessAsAdminEnabled", "false", true},
		{"emailApiKeyExpirationEnabled", "false", false},
		{"emailVerificationEnabled", "false", true},
		{"ldapEnabled", "false", true},
		{"ldapUrl", "", false},
		{"ldapBindDn", "", false},
		{"ldapBindPassword", "", false},
		{"ldapBase", "", false},
		{"ldapUserSearchFilter", "(objectClass=person)", false},
		{"ldapUserGroupSearchFilter", "(objectClass=groupOfNames)", false},
		{"ldapSkipCertVerify", "false", false},
		{"ldapAttributeUserUniqueIdentifier", "", false},
		{"ldapAttributeUserUsername", "", false},
		{"ldapAttributeUserEmail", "", false},
		{"ldapAttributeUserFirstName", "", false},
		{"ldapAttributeUserLastName", "", false},
		{"ldapAttributeUserDisplayName", "cn", false},
		{"ldapAttributeUserProfilePicture", "", false},
		{"ldapAttributeGroupMember", "member", false},
		{"ldapAttributeGroupUniqueIdentifier", "", false},
		{"ldapAttributeGroupName", "", false},
		{"ldapAdminGroupName", "", false},
		{"ldapSoftDeleteUsers", "true", false},
	}...)
	if s.has.passkeyPolicy {
		all = append(all, []setting{
			{"webauthnUserVerification", "required", false},
			{"webauthnAllowSyncedPasskeys", "true", false},
			{"webauthnAuthenticatorAttachment", "any", false},
			{"cimdUrlAllowlist", "[]", false},
		}...)
	}
	return all
}

// setting returns the value in force: an empty one stands for the standard.
func (s *Server) setting(key string) string {
	if value := s.configuration[key]; value != "" {
		return value
	}
	for _, setting := range s.settings() {
		if setting.key == key {
			return setting.standard
		}
	}
	return ""
}

func (s *Server) publicConfiguration(*http.Request) (int, any, error) {
	views := []object{}
	for _, setting := range s.settings() {
		if setting.public {
			views = append(views, object{"key": setting.key, "type": "", "value": s.setting(setting.key)})
		}
	}
	views = append(views, object{"key": "uiConfigDisabled", "type": "boolean", "value": "false"})
	if s.has.tracing {
		kind := ""
		if s.has.tracingTyped {
			kind = "boolean"
		}
		views = append(views, object{"key": "tracingEnabled", "type": kind, "value": "false"})
	}
	return http.StatusOK, views, nil
}

func (s *Server) wholeConfiguration(*http.Request) (int, any, error) {
	return http.StatusOK, s.configurationViews(), nil
}

// configurationViews says of every value that it is not public, as the server does.
func (s *Server) configurationViews() []object {
	views := []object{}
	for _, setting := range s.settings() {
		views = append(views, object{"key": setting.key, "type": "", "value": s.setting(setting.key), "isPublic": false})
	}
	return views
}

// setConfiguration replaces everything: what is left out gets its standard.
func (s *Server) setConfiguration(r *http.Request) (int, any, error) {
	var in map[string]string
	if err := s.read(r, &in); err != nil {
		return 0, nil, err
	}
	if err := s.checkConfiguration(in); err != nil {
		return 0, nil, err
	}
	name := in["appName"]
	s.normalize(&name)
	in["appName"] = name
	delete(in, "instanceId")
	s.configuration = in
	return http.StatusOK, s.configurationViews(), nil
}

func (s *Server) checkConfiguration(in map[string]string) error {
	var r rules
	for _, key := range s.checkedSettings() {
		value := in[key]
		if s.isRequired(key) {
			r.required(key, value)
		}
		if value == "" {
			continue
		}
		switch key {
		case "appName":
			r.atMost(key, value, 30)
		case "sessionDuration":
			_, err := strconv.Atoi(value)
			r.check(err == nil || !s.has.typedSettings, key, "invalid_format", "must be an integer")
		case "smtpFrom":
			r.email(key, value)
		case "signupDefaultUserGroupIDs", "signupDefaultCustomClaims", "cimdUrlAllowlist":
			s.checkJSONSetting(&r, key, value)
		default:
			s.checkChoice(&r, key, value)
		}
	}
	return r.err()
}

func (s *Server) checkChoice(r *rules, key, value string) {
	choices := map[string][]string{
		"allowUserSignups":                {"disabled", "withToken", "open"},
		"smtpTls":                         {"none", "starttls", "tls"},
		"webauthnUserVerification":        {"required", "preferred"},
		"webauthnAuthenticatorAttachment": {"any", "platform", "cross-platform"},
	}
	if allowed, ok := choices[key]; ok {
		r.is(slices.Contains(allowed, value), key, "oneof")
		return
	}
	if s.isRequired(key) && key != "homePageUrl" && s.has.typedSettings {
		r.check(value == "true" || value == "false", key, "invalid_format", "must be either true or false")
	}
}

func (s *Server) checkJSONSetting(r *rules, key, value string) {
	if !s.has.typedSettings {
		r.is(json.Valid([]byte(value)), key, "json")
		return
	}
	var texts []string
	var claims []struct{ Key, Value *string }
	switch key {
	case "signupDefaultUserGroupIDs":
		err := json.Unmarshal([]byte(value), &texts)
		r.check(err == nil && texts != nil, key, "invalid_format", "must be a JSON array of strings")
	case "signupDefaultCustomClaims":
		err := json.Unmarshal([]byte(value), &claims)
		for _, c := range claims {
			r.check(c.Key != nil && c.Value != nil, key, "invalid_format", notClaims)
		}
		r.check(err == nil && claims != nil, key, "invalid_format", notClaims)
	default:
		err := json.Unmarshal([]byte(value), &texts)
		bad := slices.ContainsFunc(texts, func(text string) bool { return !looksLikeCallback(text, true) })
		r.check(err == nil && texts != nil && !bad, key, "invalid_format", "must be a JSON array of valid callback URL patterns")
	}
}

const notClaims = `must be a JSON array of objects with string "key" and "value" properties`

// isRequired tells what a PUT must have. The list grows with the releases, so a
// body that was made for an older one is refused.
func (s *Server) isRequired(key string) bool {
	switch key {
	case "appName", "sessionDuration", "homePageUrl", "emailsVerified", "disableAnimations", "allowOwnAccountEdit",
		"allowUserSignups", "requireUserEmail", "smtpTls", "ldapEnabled", "emailOneTimeAccessAsAdminEnabled",
		"emailOneTimeAccessAsUnauthenticatedEnabled", "emailLoginNotificationEnabled", "emailApiKeyExpirationEnabled",
		"emailVerificationEnabled":
		return true
	case "webauthnUserVerification", "webauthnAllowSyncedPasskeys", "webauthnAuthenticatorAttachment":
		return s.has.passkeyPolicy
	case "smtpSkipCertVerify", "ldapSkipCertVerify", "ldapSoftDeleteUsers":
		return s.has.typedSettings
	}
	return false
}

// checkedSettings lists what is looked at, in the order in which failures are told.
func (s *Server) checkedSettings() []string {
	keys := []string{"appName", "sessionDuration", "homePageUrl", "emailsVerified", "disableAnimations",
		"allowOwnAccountEdit", "allowUserSignups", "signupDefaultUserGroupIDs", "signupDefaultCustomClaims",
		"requireUserEmail", "smtpFrom", "smtpTls", "smtpSkipCertVerify", "ldapEnabled", "ldapSkipCertVerify",
		"ldapSoftDeleteUsers"}
	if s.has.passkeyPolicy {
		keys = append(keys, "webauthnUserVerification", "webauthnAllowSyncedPasskeys", "webauthnAuthenticatorAttachment")
	}
	keys = append(keys, "emailOneTimeAccessAsAdminEnabled", "emailOneTimeAccessAsUnauthenticatedEnabled",
		"emailLoginNotificationEnabled", "emailApiKeyExpirationEnabled", "emailVerificationEnabled")
	if s.has.passkeyPolicy {
		keys = append(keys, "cimdUrlAllowlist")
	}
	return keys
}
