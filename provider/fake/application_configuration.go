package fake

import "net/http"

// setting is one value of the application configuration. All values are strings.
type setting struct {
	key, defaultValue string
	public            bool // readable without an API key
}

// settings returns the settings of the version, in the order of the response.
func (s *state) settings() []setting {
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
	if s.features.instanceIDSetting {
		all = append(all, setting{"instanceId", s.instanceID, false})
	}
	all = append(all, s.emailSettings()...)
	all = append(all, ldapSettings()...)
	if s.features.webauthnSettings {
		all = append(all, webauthnSettings()...)
	}
	if s.features.autoCreateSecretSetting {
		all = append(all, setting{"autoCreateOidcClientSecret", "true", false})
	}
	return all
}

func (s *state) emailSettings() []setting {
	notification := setting{"emailLoginNotificationEnabled", "false", false}
	if s.features.loginNotificationMode {
		notification = setting{"emailLoginNotificationMode", "disabled", false}
	}
	return []setting{
		{"requireUserEmail", "true", true},
		{"smtpHost", "", false},
		{"smtpPort", "", false},
		{"smtpFrom", "", false},
		{"smtpUser", "", false},
		{"smtpPassword", "", false},
		{"smtpTls", "none", false},
		{"smtpSkipCertVerify", "false", false},
		notification,
		{"emailOneTimeAccessAsUnauthenticatedEnabled", "false", true},
		{"emailOneTimeAccessAsAdminEnabled", "false", true},
		{"emailApiKeyExpirationEnabled", "false", false},
		{"emailVerificationEnabled", "false", true},
	}
}

func ldapSettings() []setting {
	return []setting{
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
	}
}

func webauthnSettings() []setting {
	return []setting{
		{"webauthnUserVerification", "required", false},
		{"webauthnAllowSyncedPasskeys", "true", false},
		{"webauthnAuthenticatorAttachment", "any", false},
		{"cimdUrlAllowlist", "[]", false},
	}
}

// setting returns the current value of a setting. As on the server, an empty value
// stands for the default.
func (s *state) setting(key string) string {
	if value := s.configuration[key]; value != "" {
		return value
	}
	for _, setting := range s.settings() {
		if setting.key == key {
			return setting.defaultValue
		}
	}
	return ""
}

func (s *state) getPublicConfiguration(*http.Request) (int, any, error) {
	views := []object{}
	for _, setting := range s.settings() {
		if setting.public {
			views = append(views, object{"key": setting.key, "type": "", "value": s.setting(setting.key)})
		}
	}
	views = append(views, object{"key": "uiConfigDisabled", "type": "boolean", "value": "false"})
	if s.features.tracingSetting {
		settingType := ""
		if s.features.typedTracingSetting {
			settingType = "boolean"
		}
		views = append(views, object{"key": "tracingEnabled", "type": settingType, "value": "false"})
	}
	if s.features.logoPresets {
		views = append(views, object{"key": "iconLibrary", "type": "string", "value": s.iconLibrary()})
	}
	return http.StatusOK, views, nil
}

func (s *state) getFullConfiguration(*http.Request) (int, any, error) {
	return http.StatusOK, s.configurationViews(), nil
}

// configurationViews returns all settings. As on the server, isPublic is false even
// for the public ones.
func (s *state) configurationViews() []object {
	views := []object{}
	for _, setting := range s.settings() {
		views = append(views, object{"key": setting.key, "type": "", "value": s.setting(setting.key), "isPublic": false})
	}
	return views
}

// setConfiguration replaces all settings. A setting that the body omits gets its
// default.
func (s *state) setConfiguration(r *http.Request) (int, any, error) {
	var in map[string]string
	if err := s.decode(r, &in); err != nil {
		return 0, nil, err
	}
	if err := s.validateConfiguration(in); err != nil {
		return 0, nil, err
	}
	name := in["appName"]
	s.normalizeNFC(&name)
	in["appName"] = name
	delete(in, "instanceId")
	s.configuration = in
	return http.StatusOK, s.configurationViews(), nil
}
