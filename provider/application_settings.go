package provider

import (
	"cmp"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi/sdk/v3/go/property"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/inputs"
)

// ApplicationSettings are the settings of an instance. Each is also in the table below. nil
// is an omitted setting. Lists are pointers as the other settings are, and can be empty.
type ApplicationSettings struct {
	OpenSettings
	SMTPPassword     *string `pulumi:"smtpPassword,optional" provider:"secret"`
	LDAPBindPassword *string `pulumi:"ldapBindPassword,optional" provider:"secret"`
}

// OpenSettings are the settings that are not secret. A function that returned secret ones
// too would make all of its results secret.
type OpenSettings struct {
	AppName                *string           `pulumi:"appName,optional"`
	HomePageURL            *string           `pulumi:"homePageUrl,optional"`
	SessionDurationMinutes *int              `pulumi:"sessionDurationMinutes,optional"`
	AccentColor            *string           `pulumi:"accentColor,optional"`
	DisableAnimations      *bool             `pulumi:"disableAnimations,optional"`
	AllowOwnAccountEdit    *bool             `pulumi:"allowOwnAccountEdit,optional"`
	EmailsVerified         *bool             `pulumi:"emailsVerified,optional"`
	AllowUserSignups       *string           `pulumi:"allowUserSignups,optional"`
	SignupUserGroupIDs     *[]string         `pulumi:"signupDefaultUserGroupIds,optional"`
	SignupCustomClaims     map[string]string `pulumi:"signupDefaultCustomClaims,optional"`

	RequireUserEmail                           *bool   `pulumi:"requireUserEmail,optional"`
	SMTPHost                                   *string `pulumi:"smtpHost,optional"`
	SMTPPort                                   *int    `pulumi:"smtpPort,optional"`
	SMTPFrom                                   *string `pulumi:"smtpFrom,optional"`
	SMTPUser                                   *string `pulumi:"smtpUser,optional"`
	SMTPTLS                                    *string `pulumi:"smtpTls,optional"`
	SMTPSkipCertVerify                         *bool   `pulumi:"smtpSkipCertVerify,optional"`
	EmailLoginNotificationEnabled              *bool   `pulumi:"emailLoginNotificationEnabled,optional"`
	EmailLoginNotificationMode                 *string `pulumi:"emailLoginNotificationMode,optional"`
	EmailOneTimeAccessAsUnauthenticatedEnabled *bool   `pulumi:"emailOneTimeAccessAsUnauthenticatedEnabled,optional"`
	EmailOneTimeAccessAsAdminEnabled           *bool   `pulumi:"emailOneTimeAccessAsAdminEnabled,optional"`
	EmailAPIKeyExpirationEnabled               *bool   `pulumi:"emailApiKeyExpirationEnabled,optional"`
	EmailVerificationEnabled                   *bool   `pulumi:"emailVerificationEnabled,optional"`

	LDAPEnabled                        *bool   `pulumi:"ldapEnabled,optional"`
	LDAPURL                            *string `pulumi:"ldapUrl,optional"`
	LDAPBindDN                         *string `pulumi:"ldapBindDn,optional"`
	LDAPBase                           *string `pulumi:"ldapBase,optional"`
	LDAPUserSearchFilter               *string `pulumi:"ldapUserSearchFilter,optional"`
	LDAPUserGroupSearchFilter          *string `pulumi:"ldapUserGroupSearchFilter,optional"`
	LDAPSkipCertVerify                 *bool   `pulumi:"ldapSkipCertVerify,optional"`
	LDAPAttributeUserUniqueIdentifier  *string `pulumi:"ldapAttributeUserUniqueIdentifier,optional"`
	LDAPAttributeUserUsername          *string `pulumi:"ldapAttributeUserUsername,optional"`
	LDAPAttributeUserEmail             *string `pulumi:"ldapAttributeUserEmail,optional"`
	LDAPAttributeUserFirstName         *string `pulumi:"ldapAttributeUserFirstName,optional"`
	LDAPAttributeUserLastName          *string `pulumi:"ldapAttributeUserLastName,optional"`
	LDAPAttributeUserDisplayName       *string `pulumi:"ldapAttributeUserDisplayName,optional"`
	LDAPAttributeUserProfilePicture    *string `pulumi:"ldapAttributeUserProfilePicture,optional"`
	LDAPAttributeGroupMember           *string `pulumi:"ldapAttributeGroupMember,optional"`
	LDAPAttributeGroupUniqueIdentifier *string `pulumi:"ldapAttributeGroupUniqueIdentifier,optional"`
	LDAPAttributeGroupName             *string `pulumi:"ldapAttributeGroupName,optional"`
	LDAPAdminGroupName                 *string `pulumi:"ldapAdminGroupName,optional"`
	LDAPSoftDeleteUsers                *bool   `pulumi:"ldapSoftDeleteUsers,optional"`

	WebauthnUserVerification        *string   `pulumi:"webauthnUserVerification,optional"`
	WebauthnAllowSyncedPasskeys     *bool     `pulumi:"webauthnAllowSyncedPasskeys,optional"`
	WebauthnAuthenticatorAttachment *string   `pulumi:"webauthnAuthenticatorAttachment,optional"`
	CIMDURLAllowlist                *[]string `pulumi:"cimdUrlAllowlist,optional"`
	AutoCreateOIDCClientSecret      *bool     `pulumi:"autoCreateOidcClientSecret,optional"`
}

// setting is a setting as the server stores it: a string with a key.
type setting struct {
	property    string
	key         string      // "" if it equals the property
	defaultText string      // Pocket ID also uses its default for ""
	since       api.Feature // also tells until when
	description string
}

// settings lists the settings. The defaults are those of getDefaultConfig in the server's
// internal/appconfig/model.go (before 2.14: internal/service/app_config_service.go).
func settings() []setting {
	ldapUser := func(what string) string { return "LDAP attribute that contains a user's " + what + "." }
	return []setting{
		{"appName", "", "Pocket ID", 0, "Name of the instance that users see, 1 to 30 characters."},
		{"homePageUrl", "", "/settings/account", 0, "Page that users see after signing in, such as `/settings/apps`."},
		{"sessionDurationMinutes", "sessionDuration", "60", 0, "Duration of a session in minutes, at least 1."},
		{"accentColor", "", "default", 0, "Accent color of the user interface in CSS notation (`#1d4ed8`, `rgb(…)`), or `default`."},
		{"disableAnimations", "", "false", 0, "Whether animations are turned off."},
		{"allowOwnAccountEdit", "", "true", 0, "Whether users can edit their own accounts."},
		{"emailsVerified", "", "false", 0, "Whether users' email addresses count as verified when they sign up or change them."},
		{"allowUserSignups", "", "disabled", 0, "Who can sign up: `disabled` (nobody), `withToken` (anyone who has a signup token) or `open` (anyone)."},
		{"signupDefaultUserGroupIds", "signupDefaultUserGroupIDs", "[]", 0, "IDs of the groups that new users join. The order does not matter."},
		{"signupDefaultCustomClaims", "", "[]", 0, "Custom claims of new users, by name. Claims that tokens use themselves, such as `sub`, `email` and `groups`, are not allowed."},

		{"requireUserEmail", "", "true", 0, "Whether every user must have an email address."},
		{"smtpHost", "", "", 0, "Host of the mail server."},
		{"smtpPort", "", "", 0, "Port of the mail server, 1 to 65535."},
		{"smtpFrom", "", "", 0, "Email address that emails are sent from."},
		{"smtpUser", "", "", 0, "Username for the mail server."},
		{"smtpPassword", "", "", 0, "Password of `smtpUser`."},
		{"smtpTls", "", "none", 0, "Encryption of the connection to the mail server: `none`, `starttls` or `tls`."},
		{"smtpSkipCertVerify", "", "false", 0, "Whether to skip verification of the mail server's TLS certificate."},
		{"emailLoginNotificationEnabled", "", "false", api.LoginNotificationSwitch, "Whether to email users when they sign in from a new device. " +
			"On a server with `emailLoginNotificationMode`, `true` stands for `browserRecognition` and matches every mode but `disabled`. Cannot be combined with `emailLoginNotificationMode`."},
		{"emailLoginNotificationMode", "", "disabled", api.LoginNotificationModes, "When to email users that they signed in: `disabled`, `always`, `ipAndUserAgent` (a new address or browser) or " +
			"`browserRecognition` (a browser that Pocket ID does not recognize). On older servers, which have only `emailLoginNotificationEnabled`, `ipAndUserAgent` and `browserRecognition` both turn it on, and `always` is an error."},
		{"emailOneTimeAccessAsUnauthenticatedEnabled", "", "false", 0, "Whether anyone can have a sign-in link emailed to a user. Anyone who reads the user's emails can then sign in without a passkey."},
		{"emailOneTimeAccessAsAdminEnabled", "", "false", 0, "Whether administrators can have a sign-in link emailed to a user."},
		{"emailApiKeyExpirationEnabled", "", "false", 0, "Whether to email users before their API keys expire."},
		{"emailVerificationEnabled", "", "false", 0, "Whether to email users to verify their email address when they sign up or change it."},

		{"ldapEnabled", "", "false", 0, "Whether to synchronize users and groups from an LDAP directory. Requires `ldapUrl`, `ldapBindDn`, `ldapBindPassword`, `ldapBase`, `ldapAttributeUserUniqueIdentifier` and `ldapAttributeUserUsername`."},
		{"ldapUrl", "", "", 0, "URL of the LDAP directory, such as `ldaps://ldap.example.com`."},
		{"ldapBindDn", "", "", 0, "Distinguished name (DN) with which Pocket ID signs in to the LDAP directory."},
		{"ldapBindPassword", "", "", 0, "Password of `ldapBindDn`."},
		{"ldapBase", "", "", 0, "Base DN under which users and groups are searched in the LDAP directory."},
		{"ldapUserSearchFilter", "", "(objectClass=person)", 0, "LDAP filter for users."},
		{"ldapUserGroupSearchFilter", "", "(objectClass=groupOfNames)", 0, "LDAP filter for groups."},
		{"ldapSkipCertVerify", "", "false", 0, "Whether to skip verification of the LDAP directory's TLS certificate."},
		{"ldapAttributeUserUniqueIdentifier", "", "", 0, ldapUser("unchanging ID")},
		{"ldapAttributeUserUsername", "", "", 0, ldapUser("username")},
		{"ldapAttributeUserEmail", "", "", 0, ldapUser("email address")},
		{"ldapAttributeUserFirstName", "", "", 0, ldapUser("first name")},
		{"ldapAttributeUserLastName", "", "", 0, ldapUser("last name")},
		{"ldapAttributeUserDisplayName", "", "cn", 0, ldapUser("display name")},
		{"ldapAttributeUserProfilePicture", "", "", 0, ldapUser("profile picture")},
		{"ldapAttributeGroupMember", "", "member", 0, "LDAP attribute that contains a group's members."},
		{"ldapAttributeGroupUniqueIdentifier", "", "", 0, "LDAP attribute that contains a group's unchanging ID."},
		{"ldapAttributeGroupName", "", "", 0, "LDAP attribute that contains a group's name."},
		{"ldapAdminGroupName", "", "", 0, "Name of the group whose members are administrators."},
		{"ldapSoftDeleteUsers", "", "true", 0, "Whether to disable users that are no longer in the LDAP directory, instead of deleting them."},

		{"webauthnUserVerification", "", "required", api.PasskeyPolicy, "Whether passkeys must ask for a PIN or biometrics: `required`, or `preferred`, which also allows passkeys that cannot."},
		{"webauthnAllowSyncedPasskeys", "", "true", api.PasskeyPolicy, "Whether new passkeys can be synchronized between devices."},
		{"webauthnAuthenticatorAttachment", "", "any", api.PasskeyPolicy, "Where new passkeys can be stored: `any`, `platform` (the user's device) or `cross-platform` (security keys)."},
		{"cimdUrlAllowlist", "", "[]", api.ClientIDMetadataDocuments, "Allowed URLs of client ID metadata documents, with the wildcards of `Client.callbackUrls`. If it is empty, no client can register itself with such a document. The order does not matter."},
		{"autoCreateOidcClientSecret", "", "true", api.AutoCreatedSecrets, "Whether Pocket ID creates a secret together with each confidential client. `Client` works with both values."},
	}
}

// serverKey is the key of the setting on the server.
func (s setting) serverKey() string { return cmp.Or(s.key, s.property) }

// describe is the description of the setting in the schema.
func (s setting) describe() string {
	sentences := []string{s.description}
	switch s.defaultText {
	case "", "[]":
		sentences = append(sentences, "Defaults to none.")
	default:
		sentences = append(sentences, fmt.Sprintf("Defaults to `%s`.", s.defaultText))
	}
	if s.since != 0 && s.alternative() == nil {
		sentences = append(sentences, fmt.Sprintf("Requires Pocket ID %s or later.", strings.TrimSuffix(s.since.Since(), ".0")))
	}
	return strings.Join(sentences, " ")
}

// defaultValue is the default of the setting as an input.
func (s setting) defaultValue() property.Value {
	var parsed ApplicationSettings
	parsed.parse(s.property, s.defaultText)
	switch v := parsed.field(s.property).Interface().(type) {
	case *string:
		return property.New(*v)
	case *bool:
		return property.New(*v)
	case *int:
		if v != nil {
			return property.New(float64(*v))
		}
		return property.New(property.Null)
	case map[string]string:
		return property.New(property.NewMap(nil))
	default:
		return property.New(property.NewArray(nil))
	}
}

// Annotate describes the secret settings.
func (a *ApplicationSettings) Annotate(as infer.Annotator) { describeSettings(as, a) }

// Annotate describes the other settings.
func (a *OpenSettings) Annotate(as infer.Annotator) { describeSettings(as, a) }

// describeSettings describes the settings that are fields of a struct, but not those of
// its embedded structs.
func describeSettings(as infer.Annotator, of any) {
	v := reflect.ValueOf(of).Elem()
	for _, f := range reflect.VisibleFields(v.Type()) {
		i := slices.IndexFunc(settings(), func(s setting) bool { return s.property == propertyOf(f) })
		if i >= 0 && len(f.Index) == 1 {
			field := v.FieldByIndex(f.Index).Addr().Interface()
			as.Describe(field, settings()[i].describe())
			if replacement := settings()[i].replacement(); replacement != "" {
				as.Deprecate(field, "Use "+replacement+" instead, which also works with older servers.")
			}
		}
	}
}

// propertyOf is the name of a field in programs.
func propertyOf(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("pulumi"), ",")
	return name
}

// field is the field of a setting.
func (a *ApplicationSettings) field(property string) reflect.Value {
	v := reflect.ValueOf(a).Elem()
	for _, f := range reflect.VisibleFields(v.Type()) {
		if propertyOf(f) == property {
			return v.FieldByIndex(f.Index)
		}
	}
	panic("there is no setting " + property)
}

// isSet reports whether a setting has a value.
func (a *ApplicationSettings) isSet(property string) bool { return !a.field(property).IsNil() }

// format is the value of a setting in the server's form.
func (a *ApplicationSettings) format(property string) string {
	switch v := a.field(property).Interface().(type) {
	case *string:
		return *v
	case *bool:
		return strconv.FormatBool(*v)
	case *int:
		return strconv.Itoa(*v)
	case *[]string:
		return asJSON(inputs.NonNil(*v))
	default:
		return asJSON(api.ClaimList(v.(map[string]string)))
	}
}

func asJSON(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err) // impossible for strings
	}
	return string(raw)
}

// parse sets a setting to a value in the server's form. A value of another type, which
// older servers accept, and an empty number leave it omitted.
func (a *ApplicationSettings) parse(property, text string) {
	switch field := a.field(property).Addr().Interface().(type) {
	case **string:
		*field = &text
	case **bool:
		// The values that the server takes for true.
		*field = inputs.Ptr(slices.Contains([]string{"true", "t", "1", "yes", "y", "on"}, strings.ToLower(text)))
	case **int:
		if n, err := strconv.Atoi(text); err == nil {
			*field = &n
		}
	case **[]string:
		if list := []string{}; json.Unmarshal([]byte(text), &list) == nil {
			*field = inputs.Ptr(inputs.SortedSet(list))
		}
	case *map[string]string:
		var claims []api.Claim
		if json.Unmarshal([]byte(text), &claims) == nil {
			*field = api.Group{CustomClaims: claims}.Claims()
		}
	}
}

// parseSettings converts all settings that the server has from the server's form.
func parseSettings(current api.Settings) ApplicationSettings {
	var all ApplicationSettings
	for _, s := range settings() {
		if text, has := current[s.serverKey()]; has {
			all.parse(s.property, text)
		}
	}
	return all
}

// settings converts the settings that are set to the server's form.
func (a *ApplicationSettings) settings() api.Settings {
	set := api.Settings{}
	for _, s := range settings() {
		if a.isSet(s.property) {
			set[s.serverKey()] = a.format(s.property)
		}
	}
	return set
}

// resets are the settings that were set before and no longer are, with their defaults.
func (a *ApplicationSettings) resets(before *ApplicationSettings) api.Settings {
	reset := api.Settings{}
	for _, s := range settings() {
		if other := s.alternative(); other != nil && a.isSet(other.property) {
			continue // that is the same setting
		}
		if before.isSet(s.property) && !a.isSet(s.property) && before.format(s.property) != s.defaultText {
			reset[s.serverKey()] = s.defaultText
		}
	}
	return reset
}

// features are the settings that are set and that not every server has, not even under
// another name, by the feature they need.
func (a *ApplicationSettings) features() map[api.Feature][]string {
	used := map[api.Feature][]string{}
	for _, s := range settings() {
		if s.since != 0 && a.isSet(s.property) && !s.hasAlternativeFor(a.format(s.property)) {
			used[s.since] = append(used[s.since], s.property)
		}
	}
	return used
}

// selectSet are the settings that are also set in other.
func (a *ApplicationSettings) selectSet(other *ApplicationSettings) ApplicationSettings {
	var out ApplicationSettings
	for _, s := range settings() {
		if other.isSet(s.property) {
			out.field(s.property).Set(a.field(s.property))
		}
	}
	return out
}

// withoutDefaults are the settings that differ from their defaults, and that the server
// returns.
func (a *ApplicationSettings) withoutDefaults(current api.Settings) ApplicationSettings {
	var out ApplicationSettings
	for _, s := range settings() {
		if text := current[s.serverKey()]; a.isSet(s.property) && text != s.defaultText && text != api.MaskedValue {
			out.field(s.property).Set(a.field(s.property))
		}
	}
	return out
}
