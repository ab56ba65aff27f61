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
)

// ApplicationSettings are the settings of an instance. Each is in the table below,
// too; nil is what is not said. (infer reads an empty list as nil, so lists have a
// pointer of their own.)
type ApplicationSettings struct {
	OpenSettings
	SMTPPassword     *string `pulumi:"smtpPassword,optional" provider:"secret"`
	LDAPBindPassword *string `pulumi:"ldapBindPassword,optional" provider:"secret"`
}

// OpenSettings are those that are no secrets. A function that returned one with them
// would make secrets of them all.
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

// setting is one of them, as the server keeps it: a text under a key.
type setting struct {
	property string
	key      string // empty if it is the property's name
	standard string // Pocket ID's default, which it also takes for ""
	since    api.Feature
	about    string
}

// settingTable has the defaults of getDefaultConfig in the server's
// internal/appconfig/model.go (2.14; before, internal/service/app_config_service.go,
// where they are the same).
func settingTable() []setting {
	ldapUser := func(what string) string { return "LDAP attribute that has a user's " + what + "." }
	return []setting{
		{"appName", "", "Pocket ID", "", "Name of the instance, 1 to 30 characters, as people see it."},
		{"homePageUrl", "", "/settings/account", "", "Where users come to after signing in, such as `/settings/apps`."},
		{"sessionDurationMinutes", "sessionDuration", "60", "", "How long a session lasts, in minutes; at least 1."},
		{"accentColor", "", "default", "", "Color of the interface in CSS (`#1d4ed8`, `rgb(…)`), or `default`."},
		{"disableAnimations", "", "false", "", "Turn off animations."},
		{"allowOwnAccountEdit", "", "true", "", "Let users edit their own accounts."},
		{"emailsVerified", "", "false", "", "Take users' addresses for verified when they sign up or change them."},
		{"allowUserSignups", "", "disabled", "", "Who can sign up: `disabled` (nobody), `withToken` (who has a signup token) or `open` (everybody)."},
		{"signupDefaultUserGroupIds", "signupDefaultUserGroupIDs", "[]", "", "Ids of the groups that new users come into. The order means nothing."},
		{"signupDefaultCustomClaims", "", "[]", "", "Custom claims that new users get. Names that tokens use themselves (`sub`, `email`, `groups` …) are refused."},

		{"requireUserEmail", "", "true", "", "Whether each user must have an address."},
		{"smtpHost", "", "", "", "Mail server."},
		{"smtpPort", "", "", "", "Its port, 1 to 65535."},
		{"smtpFrom", "", "", "", "Address that mails come from."},
		{"smtpUser", "", "", "", "User at the mail server."},
		{"smtpPassword", "", "", "", "The user's password."},
		{"smtpTls", "", "none", "", "Encryption to the mail server: `none`, `starttls` or `tls`."},
		{"smtpSkipCertVerify", "", "false", "", "Trust any certificate of the mail server."},
		{"emailLoginNotificationEnabled", "", "false", "", "Mail users when they sign in from a new device."},
		{"emailOneTimeAccessAsUnauthenticatedEnabled", "", "false", "", "Let anybody have a sign-in link mailed to a user; whoever reads the user's mail can then sign in without a passkey."},
		{"emailOneTimeAccessAsAdminEnabled", "", "false", "", "Let administrators have a sign-in link mailed to a user."},
		{"emailApiKeyExpirationEnabled", "", "false", "", "Mail users before their API keys expire."},
		{"emailVerificationEnabled", "", "false", "", "Mail users to verify their address when they sign up or change it."},

		{"ldapEnabled", "", "false", "", "Take users and groups from an LDAP directory. Needs `ldapUrl`, `ldapBindDn`, `ldapBindPassword`, `ldapBase`, `ldapAttributeUserUniqueIdentifier` and `ldapAttributeUserUsername`."},
		{"ldapUrl", "", "", "", "The directory, such as `ldaps://ldap.example.com`."},
		{"ldapBindDn", "", "", "", "Who Pocket ID signs in as."},
		{"ldapBindPassword", "", "", "", "The password for that."},
		{"ldapBase", "", "", "", "Where in the directory users and groups are looked for."},
		{"ldapUserSearchFilter", "", "(objectClass=person)", "", "Filter for users."},
		{"ldapUserGroupSearchFilter", "", "(objectClass=groupOfNames)", "", "Filter for groups."},
		{"ldapSkipCertVerify", "", "false", "", "Trust any certificate of the directory."},
		{"ldapAttributeUserUniqueIdentifier", "", "", "", ldapUser("unchanging id")},
		{"ldapAttributeUserUsername", "", "", "", ldapUser("username")},
		{"ldapAttributeUserEmail", "", "", "", ldapUser("address")},
		{"ldapAttributeUserFirstName", "", "", "", ldapUser("first name")},
		{"ldapAttributeUserLastName", "", "", "", ldapUser("last name")},
		{"ldapAttributeUserDisplayName", "", "cn", "", ldapUser("display name")},
		{"ldapAttributeUserProfilePicture", "", "", "", ldapUser("picture")},
		{"ldapAttributeGroupMember", "", "member", "", "LDAP attribute that has a group's members."},
		{"ldapAttributeGroupUniqueIdentifier", "", "", "", "LDAP attribute that has a group's unchanging id."},
		{"ldapAttributeGroupName", "", "", "", "LDAP attribute that has a group's name."},
		{"ldapAdminGroupName", "", "", "", "Name of the group whose members are administrators."},
		{"ldapSoftDeleteUsers", "", "true", "", "Disable users that are gone from the directory, and do not delete them."},

		{"webauthnUserVerification", "", "required", api.PasskeyPolicy, "Whether passkeys must ask for a PIN or a biometric: `required`, or `preferred`, which lets in keys that cannot."},
		{"webauthnAllowSyncedPasskeys", "", "true", api.PasskeyPolicy, "Allow new passkeys that are synced between devices."},
		{"webauthnAuthenticatorAttachment", "", "any", api.PasskeyPolicy, "What new passkeys can be on: `any`, `platform` (the user's device) or `cross-platform` (security keys)."},
		{"cimdUrlAllowlist", "", "[]", api.ClientDocuments, "URLs of client ID metadata documents that are accepted, `*` standing for any characters; with none, no client can register itself so. The order means nothing."},
		{"autoCreateOidcClientSecret", "", "true", api.SecretsWithClients, "Make a secret together with each confidential client. `Client` does right either way."},
	}
}

// serverKey is the setting's key on the server.
func (s setting) serverKey() string { return cmp.Or(s.key, s.property) }

// words describe a setting.
func (s setting) words() string {
	words := []string{s.about}
	switch s.standard {
	case "", "[]":
		words = append(words, "Default: none.")
	default:
		words = append(words, fmt.Sprintf("Default: `%s`.", s.standard))
	}
	if s.since != "" {
		words = append(words, fmt.Sprintf("Pocket ID %s or later.", strings.TrimSuffix(s.since.Since(), ".0")))
	}
	return strings.Join(words, " ")
}

// Annotate describes the secret settings.
func (a *ApplicationSettings) Annotate(as infer.Annotator) { describeSettings(as, a) }

// Annotate describes the others.
func (a *OpenSettings) Annotate(as infer.Annotator) { describeSettings(as, a) }

// describeSettings describes those that a struct has itself.
func describeSettings(as infer.Annotator, of any) {
	v := reflect.ValueOf(of).Elem()
	for _, f := range reflect.VisibleFields(v.Type()) {
		i := slices.IndexFunc(settingTable(), func(s setting) bool { return s.property == propertyOf(f) })
		if i >= 0 && len(f.Index) == 1 {
			as.Describe(v.FieldByIndex(f.Index).Addr().Interface(), settingTable()[i].words())
		}
	}
}

// propertyOf is the name that a field has in programs.
func propertyOf(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("pulumi"), ",")
	return name
}

// field is the field of a property.
func (a *ApplicationSettings) field(property string) reflect.Value {
	v := reflect.ValueOf(a).Elem()
	for _, f := range reflect.VisibleFields(v.Type()) {
		if propertyOf(f) == property {
			return v.FieldByIndex(f.Index)
		}
	}
	panic("no setting is called " + property)
}

// says tells whether a setting has a value here.
func (a *ApplicationSettings) says(property string) bool { return !a.field(property).IsNil() }

// text is the value of a setting as the server keeps it.
func (a *ApplicationSettings) text(property string) string {
	switch v := a.field(property).Interface().(type) {
	case *string:
		return *v
	case *bool:
		return strconv.FormatBool(*v)
	case *int:
		return strconv.Itoa(*v)
	case *[]string:
		return asJSON(listed(*v))
	default:
		return asJSON(api.ClaimsOf(v.(map[string]string)))
	}
}

func asJSON(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err) // of texts there is no such
	}
	return string(raw)
}

// learn takes the value of a setting from the server's text. What is no value of
// its type (older servers take any text) stays unsaid, as does an empty number.
func (a *ApplicationSettings) learn(property, text string) {
	switch field := a.field(property).Addr().Interface().(type) {
	case **string:
		*field = &text
	case **bool:
		// As the server reads them.
		*field = ptr(slices.Contains([]string{"true", "t", "1", "yes", "y", "on"}, strings.ToLower(text)))
	case **int:
		if n, err := strconv.Atoi(text); err == nil {
			*field = &n
		}
	case **[]string:
		if list := []string{}; json.Unmarshal([]byte(text), &list) == nil {
			*field = ptr(sorted(list))
		}
	case *map[string]string:
		var claims []api.Claim
		if json.Unmarshal([]byte(text), &claims) == nil {
			*field = api.Group{CustomClaims: claims}.Claims()
		}
	}
}

// said is what the program says, in the server's words.
func (a *ApplicationSettings) said() api.Settings {
	said := api.Settings{}
	for _, s := range settingTable() {
		if a.says(s.property) {
			said[s.serverKey()] = a.text(s.property)
		}
	}
	return said
}

// reset is what was said before, is not said now, and goes back to its default.
func (a *ApplicationSettings) reset(before *ApplicationSettings) api.Settings {
	back := api.Settings{}
	for _, s := range settingTable() {
		if before.says(s.property) && !a.says(s.property) && before.text(s.property) != s.standard {
			back[s.serverKey()] = s.standard
		}
	}
	return back
}

// gated is what is said that not every server knows, by what it takes.
func (a *ApplicationSettings) gated() map[api.Feature][]string {
	used := map[api.Feature][]string{}
	for _, s := range settingTable() {
		if s.since != "" && a.says(s.property) {
			used[s.since] = append(used[s.since], s.property)
		}
	}
	return used
}

// settingsInForce are all settings, in the program's words.
func settingsInForce(now api.Settings) ApplicationSettings {
	var all ApplicationSettings
	for _, s := range settingTable() {
		if text, has := now[s.serverKey()]; has {
			all.learn(s.property, text)
		}
	}
	return all
}

// standardOf is the default of a setting as a property.
func standardOf(s setting) property.Value {
	var one ApplicationSettings
	one.learn(s.property, s.standard)
	switch v := one.field(s.property).Interface().(type) {
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
