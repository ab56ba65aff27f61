package provider

import (
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/pkg/v3/display"
	"github.com/pulumi/pulumi/pkg/v3/resource/deploy"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

// settings returns the effective settings of the server.
func (i *testInstance) settings() map[string]string {
	i.t.Helper()
	status, out := i.request("GET", "/api/application-configuration/all", nil)
	require.Equal(i.t, 200, status, out)
	settings := map[string]string{}
	for _, s := range out.([]any) {
		settings[s.(map[string]any)["key"].(string)] = s.(map[string]any)["value"].(string)
	}
	return settings
}

// changeSettings changes settings as the web UI does: it writes all of them.
func (i *testInstance) changeSettings(change map[string]string) {
	i.t.Helper()
	settings := i.settings()
	for key, value := range change {
		settings[key] = value
	}
	status, out := i.request("PUT", "/api/application-configuration", settings)
	require.Equal(i.t, 200, status, out)
}

const applicationConfiguration = "ApplicationConfiguration"

func TestApplicationConfigurationLifecycle(t *testing.T) {
	t.Parallel()
	s := newStack(t, newInstance(t))
	before := s.instance.settings()
	s.declare(applicationConfiguration, "it", map[string]any{"accentColor": "#1d4ed8", "sessionDurationMinutes": 90, "disableAnimations": true, "onDestroy": "reset"})
	o := s.preview()
	require.NoError(t, o.err, o.messages)
	require.Equal(t, []display.StepOp{deploy.OpCreate}, o.steps["it"])
	require.Equal(t, before, s.instance.settings(), "a preview has written")
	s.mustUp()
	require.Equal(t, "application-configuration", string(s.state("it").ID))
	now := s.instance.settings()
	require.Equal(t, "#1d4ed8", now["accentColor"])
	require.Equal(t, "90", now["sessionDuration"])
	require.Equal(t, "true", now["disableAnimations"])
	s.requireNoChanges()
	require.NotContains(t, s.state("it").Outputs, resource.PropertyKey("appName"), "omitted settings must not be in the state")

	t.Log("removing a setting resets it to its default")
	s.declare(applicationConfiguration, "it", map[string]any{"accentColor": "#0f766e", "onDestroy": "reset"})
	o = s.mustUp()
	require.Equal(t, []display.StepOp{deploy.OpUpdate}, o.steps["it"])
	require.ElementsMatch(t, []string{"accentColor", "sessionDurationMinutes", "disableAnimations"}, o.diffs["it"])
	now = s.instance.settings()
	require.Equal(t, "#0f766e", now["accentColor"])
	require.Equal(t, "60", now["sessionDuration"])
	require.Equal(t, "false", now["disableAnimations"])
	s.requireNoChanges()

	require.NoError(t, s.destroy().err)
	require.Equal(t, before, s.instance.settings(), "settings must be reset on destroy")
}

// allSettings returns program inputs where no setting has its default, and the
// values that the server stores for them.
func allSettings(minor int) (program map[string]any, stored map[string]string) {
	program = map[string]any{
		"appName": "Cafe\u0301", "homePageUrl": "/settings/apps", "sessionDurationMinutes": 120, "accentColor": "red", "disableAnimations": true,
		"allowOwnAccountEdit": false, "emailsVerified": true, "allowUserSignups": "withToken", "signupDefaultCustomClaims": map[string]any{"team": "a", "area": "b"}, "requireUserEmail": false, "smtpHost": "mail.example.com", "smtpPort": 587,
		"smtpFrom": "id@example.com", "smtpUser": "id", "smtpPassword": secretString("a password of mails"), "smtpTls": "starttls", "smtpSkipCertVerify": true,
		"emailLoginNotificationEnabled": true, "emailOneTimeAccessAsUnauthenticatedEnabled": true, "emailOneTimeAccessAsAdminEnabled": true,
		"emailApiKeyExpirationEnabled": true, "emailVerificationEnabled": true, "ldapEnabled": true, "ldapUrl": "ldaps://ldap.example.com",
		"ldapBindDn": "cn=id", "ldapBindPassword": secretString("a password of ldap"), "ldapBase": "dc=example", "ldapUserSearchFilter": "(objectClass=user)",
		"ldapUserGroupSearchFilter": "(objectClass=group)", "ldapSkipCertVerify": true, "ldapAttributeUserUniqueIdentifier": "uid", "ldapAttributeUserUsername": "name",
		"ldapAttributeUserEmail": "mail", "ldapAttributeUserFirstName": "givenName", "ldapAttributeUserLastName": "sn", "ldapAttributeUserDisplayName": "dn",
		"ldapAttributeUserProfilePicture": "photo", "ldapAttributeGroupMember": "uniqueMember", "ldapAttributeGroupUniqueIdentifier": "gid",
		"ldapAttributeGroupName": "cn", "ldapAdminGroupName": "admins", "ldapSoftDeleteUsers": false,
	}
	if minor >= 13 {
		program["webauthnUserVerification"], program["webauthnAllowSyncedPasskeys"] = "preferred", false
		program["webauthnAuthenticatorAttachment"], program["cimdUrlAllowlist"] = "cross-platform", []any{"https://b.example/*", "https://a.example/*"}
	}
	stored = map[string]string{}
	for property, value := range program {
		switch v := value.(type) {
		case string:
			stored[property] = v
		case bool:
			stored[property] = map[bool]string{true: "true", false: "false"}[v]
		}
	}
	stored["appName"], stored["sessionDuration"], stored["smtpPort"] = "Caf\u00e9", "120", "587"
	stored["smtpPassword"], stored["ldapBindPassword"] = "a password of mails", "a password of ldap"
	stored["signupDefaultCustomClaims"] = `[{"key":"area","value":"b"},{"key":"team","value":"a"}]`
	if minor >= 13 {
		stored["cimdUrlAllowlist"] = `["https://a.example/*","https://b.example/*"]`
	}
	return program, stored
}

func TestEveryApplicationSettingIsWrittenReadAndReset(t *testing.T) {
	t.Parallel()
	for version, minor := range map[string]int{"2.3.0": 3, "2.9.0": 9, "2.12.0": 12, "2.13.0": 13, "2.14.0": 14} {
		s := newStack(t, newFake(t, fake.Options{Version: version}))
		before := s.instance.settings()
		program, stored := allSettings(minor)
		groups := []string{s.instance.createGroup(), s.instance.createGroup()}
		slices.Sort(groups)
		program["signupDefaultUserGroupIds"] = []any{groups[1], groups[0], groups[1]}
		stored["signupDefaultUserGroupIDs"] = `["` + strings.Join(groups, `","`) + `"]`
		require.Len(t, stored, len(before)-map[bool]int{true: 1}[before["instanceId"] != ""], "a setting of %s is missing in this test", version)
		s.declare(applicationConfiguration, "it", program)
		s.mustUp()
		now := s.instance.settings()
		for key, value := range stored {
			require.Equal(t, value, now[key], "%s: %s", version, key)
			require.NotEqual(t, before[key], now[key], "%s is at its default in this test", key)
		}
		for _, password := range []resource.PropertyKey{"smtpPassword", "ldapBindPassword"} {
			require.True(t, s.state("it").Outputs[password].IsSecret())
			require.True(t, s.state("it").Inputs[password].IsSecret())
		}
		s.requireNoChanges()

		t.Log("an import reads all settings, and a matching program shows no diff")
		other := newStack(t, s.instance)
		o := other.importResource(applicationConfiguration, "it", "application-configuration")
		require.NoError(t, o.err, o.messages)
		require.NotContains(t, o.messages, "failed to validate")
		require.Len(t, other.state("it").Inputs, len(program)-2+1, "without the passwords, with onDestroy")
		require.True(t, other.state("it").Outputs["smtpPassword"].IsSecret())
		other.declare(applicationConfiguration, "it", program)
		other.requireNoChanges()

		t.Log("drift of every setting is detected")
		s.instance.changeSettings(before)
		require.NoError(t, s.refresh().err)
		o = s.preview()
		for property := range program {
			require.Contains(t, strings.Join(o.diffs["it"], " "), property)
		}
		s.mustUp()
		require.Equal(t, now, s.instance.settings())

		t.Log("removing all settings resets them")
		s.declare(applicationConfiguration, "it", nil)
		s.mustUp()
		require.Equal(t, before, s.instance.settings())
		s.requireNoChanges()
	}
}

func TestOmittedApplicationSettingsAreKept(t *testing.T) {
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{}))
	s.instance.changeSettings(map[string]string{"accentColor": "red", "smtpPassword": "theirs"})
	s.declare(applicationConfiguration, "it", map[string]any{"appName": "Ours"})
	s.mustUp()
	s.instance.changeSettings(map[string]string{"accentColor": "blue"})
	s.requireNoChanges()
	s.declare(applicationConfiguration, "it", map[string]any{"appName": "Ours too"})
	s.mustUp()
	require.Equal(t, "blue", s.instance.settings()["accentColor"])
	require.Equal(t, "theirs", s.instance.settings()["smtpPassword"])
	require.NoError(t, s.destroy().err)
	require.Equal(t, "Ours too", s.instance.settings()["appName"], "settings must be kept on destroy")
}

// TestImportedApplicationConfigurationShowsNoDiffForExplicitDefaults imports a
// configuration: only settings that differ from their defaults become inputs. A
// default that is changed later outside Pulumi is not managed.
func TestImportedApplicationConfigurationShowsNoDiffForExplicitDefaults(t *testing.T) {
	t.Parallel()
	instance := newFake(t, fake.Options{})
	instance.changeSettings(map[string]string{"accentColor": "red"})
	for _, program := range []map[string]any{
		{"accentColor": "red"},
		{"accentColor": "red", "appName": "Pocket ID", "smtpHost": "", "allowOwnAccountEdit": true, "sessionDurationMinutes": 60, "signupDefaultUserGroupIds": []any{}, "signupDefaultCustomClaims": map[string]any{}},
	} {
		s := newStack(t, instance)
		o := s.importResource(applicationConfiguration, "it", "application-configuration")
		require.NoError(t, o.err, o.messages)
		require.Len(t, s.state("it").Inputs, 2, "%v", s.state("it").Inputs)
		s.declare(applicationConfiguration, "it", program)
		s.requireNoChanges()
		s.mustUp()
		s.requireNoChanges()
	}
	s := newStack(t, instance)
	require.NoError(t, s.importResource(applicationConfiguration, "it", "application-configuration").err)
	s.declare(applicationConfiguration, "it", map[string]any{"accentColor": "red"})
	instance.changeSettings(map[string]string{"homePageUrl": "/settings/apps"})
	require.Empty(t, s.preview().steps)
	require.NoError(t, s.refresh().err)
	require.Empty(t, s.preview().steps)
	s.declare(applicationConfiguration, "it", map[string]any{"accentColor": "blue"})
	s.mustUp()
	require.Equal(t, "/settings/apps", instance.settings()["homePageUrl"])
	s.requireNoChanges()

	require.ErrorContains(t, newStack(t, instance).importResource(applicationConfiguration, "it", "something").err, "")
}

// TestResetKeepsPasswordsThatNoProgramSet matters because an import reads the
// passwords, although no program has set them.
func TestDeletionKeepsTheSettingsByDefault(t *testing.T) {
	t.Parallel()
	for _, program := range []map[string]any{{"accentColor": "red"}, {"accentColor": "red", "onDestroy": "retain"}} {
		s := newStack(t, newFake(t, fake.Options{}))
		s.declare(applicationConfiguration, "it", program)
		s.mustUp()
		require.NoError(t, s.destroy().err)
		require.Equal(t, "red", s.instance.settings()["accentColor"])
	}
}

func TestResetKeepsPasswordsThatNoProgramSet(t *testing.T) {
	t.Parallel()
	instance := newFake(t, fake.Options{})
	instance.changeSettings(map[string]string{"accentColor": "red", "smtpPassword": "a password of mails", "ldapBindPassword": "a password of ldap"})
	s := newStack(t, instance)
	require.NoError(t, s.importResource(applicationConfiguration, "it", "application-configuration").err)
	s.declare(applicationConfiguration, "it", map[string]any{"accentColor": "red", "ldapBindPassword": secretString("a password of ldap"), "onDestroy": "reset"})
	s.mustUp()
	require.NoError(t, s.destroy().err)
	require.Equal(t, "default", instance.settings()["accentColor"])
	require.Equal(t, "", instance.settings()["ldapBindPassword"])
	require.Equal(t, "a password of mails", instance.settings()["smtpPassword"])
}

func TestSignupDefaultGroupsMustExist(t *testing.T) {
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{}))
	s.declare("Group", "devs", map[string]any{"name": "devs", "friendlyName": "Developers"})
	s.declare(applicationConfiguration, "it", map[string]any{}).from = map[string]string{"signupDefaultUserGroupIds[]": "devs.id"}
	o := s.preview()
	require.NoError(t, o.err, o.messages)
	require.True(t, o.outputs["it"]["signupDefaultUserGroupIds"].ContainsUnknowns())
	s.mustUp()
	require.Equal(t, `["`+string(s.state("devs").ID)+`"]`, s.instance.settings()["signupDefaultUserGroupIDs"])
	s.requireNoChanges()

	t.Log("a missing group is an error, a group that is deleted later is not")
	s.declare(applicationConfiguration, "it", map[string]any{"signupDefaultUserGroupIds": []any{"nobody"}}).from = nil
	o = s.up()
	require.Error(t, o.err)
	require.Contains(t, o.messages, "there is no user group with the ID nobody; Pocket ID would ignore it")
	gone := s.instance.createGroup()
	s.declare(applicationConfiguration, "it", map[string]any{"signupDefaultUserGroupIds": []any{gone}})
	s.mustUp()
	s.instance.mustRequest("DELETE", "/api/user-groups/"+gone, nil)
	s.declare(applicationConfiguration, "it", map[string]any{"signupDefaultUserGroupIds": []any{gone}, "appName": "Ours"})
	s.mustUp()
	s.requireNoChanges()
}

func TestEmptyApplicationSettingsAreWritten(t *testing.T) {
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{}))
	s.instance.changeSettings(map[string]string{"signupDefaultUserGroupIDs": `["a"]`, "signupDefaultCustomClaims": `[{"key":"a","value":"b"}]`, "smtpUser": "someone"})
	s.declare(applicationConfiguration, "it", map[string]any{"signupDefaultUserGroupIds": []any{}, "signupDefaultCustomClaims": map[string]any{}, "smtpUser": ""})
	s.mustUp()
	require.Equal(t, "[]", s.instance.settings()["signupDefaultUserGroupIDs"])
	require.Equal(t, "[]", s.instance.settings()["signupDefaultCustomClaims"])
	require.Equal(t, "", s.instance.settings()["smtpUser"])
	s.requireNoChanges()
	s.instance.changeSettings(map[string]string{"signupDefaultUserGroupIDs": `["a"]`})
	require.NoError(t, s.refresh().err)
	s.mustUp()
	require.Equal(t, "[]", s.instance.settings()["signupDefaultUserGroupIDs"])
	s.requireNoChanges()
}

func TestApplicationConfigurationValidation(t *testing.T) {
	t.Parallel()
	c := newChecker(t, newFake(t, fake.Options{}))
	for _, row := range []struct {
		inputs map[string]any
		want   []string
	}{
		{map[string]any{}, nil},
		{map[string]any{"appName": unknown, "smtpPort": unknown, "allowUserSignups": unknown, "signupDefaultUserGroupIds": unknown, "onDestroy": unknown}, nil},
		{map[string]any{"appName": ""}, []string{`appName: must not be empty; Pocket ID would use its default, "Pocket ID"`}},
		{map[string]any{"appName": strings.Repeat("a", 31)}, []string{"appName: must be at most 30 characters (got 31)"}},
		{map[string]any{"sessionDurationMinutes": 0}, []string{"sessionDurationMinutes: must be at least 1 minute (got 0)"}},
		{map[string]any{"sessionDurationMinutes": 1.5}, []string{"sessionDurationMinutes: must be an integer"}},
		{map[string]any{"smtpPort": 70000}, []string{"smtpPort: must be from 1 to 65535 (got 70000)"}},
		{map[string]any{"smtpFrom": "Me <me@example.com>"}, []string{"smtpFrom: must be an email address such as id@example.com"}},
		{map[string]any{"smtpFrom": ""}, nil},
		{map[string]any{"smtpTls": "ssl"}, []string{`smtpTls: must be none, starttls or tls (got "ssl")`}},
		{map[string]any{"allowUserSignups": ""}, []string{"allowUserSignups: must not be empty"}},
		{map[string]any{"allowUserSignups": "true"}, []string{"allowUserSignups: must be disabled, withToken or open"}},
		{map[string]any{"webauthnUserVerification": "discouraged"}, []string{"webauthnUserVerification: must be required or preferred"}},
		{map[string]any{"webauthnAuthenticatorAttachment": "none"}, []string{"webauthnAuthenticatorAttachment: must be any, platform or cross-platform"}},
		{map[string]any{"ldapUrl": "ldap.example.com"}, []string{"ldapUrl: must be a URL such as ldaps://"}},
		{map[string]any{"ldapUserSearchFilter": ""}, []string{"ldapUserSearchFilter: must not be empty"}},
		{map[string]any{"signupDefaultUserGroupIds": []any{""}}, []string{"signupDefaultUserGroupIds[0]: must be the ID of a user group"}},
		{map[string]any{"signupDefaultCustomClaims": map[string]any{"sub": "me"}}, []string{`signupDefaultCustomClaims["sub"]: must have another name`}},
		{map[string]any{"cimdUrlAllowlist": []any{"nothing"}}, []string{"cimdUrlAllowlist[0]: must be a URL with a scheme"}},
		{map[string]any{"onDestroy": "delete"}, []string{"onDestroy: must be retain or reset"}},
	} {
		got := c.failures(applicationConfiguration, toProps(row.inputs))
		require.Len(t, got, len(row.want), "%v: %v", row.inputs, got)
		for i, want := range row.want {
			require.True(t, strings.HasPrefix(got[i], want), "%s", got[i])
		}
	}
}

func TestEnabledApplicationSettingsRequireTheirDependencies(t *testing.T) {
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{}))
	s.declare(applicationConfiguration, "it", map[string]any{"emailLoginNotificationEnabled": true, "smtpHost": "mail.example.com"})
	o := s.up()
	require.Error(t, o.err)
	require.Contains(t, o.messages, "emailLoginNotificationEnabled requires smtpPort and smtpFrom to be set")
	require.False(t, o.mayBeChanged)
	require.Equal(t, "", s.instance.settings()["smtpHost"], "nothing was written")
	s.declare(applicationConfiguration, "it", map[string]any{"ldapEnabled": true, "ldapUrl": "ldaps://ldap.example.com"})
	o = s.up()
	require.Error(t, o.err)
	require.Contains(t, o.messages, "ldapEnabled requires ldapBindDn and ldapBindPassword and ldapBase")

	t.Log("the other settings may be set outside Pulumi, and existing settings are not checked")
	s.instance.changeSettings(map[string]string{"smtpPort": "25", "smtpFrom": "id@example.com", "ldapEnabled": "true"})
	s.declare(applicationConfiguration, "it", map[string]any{"emailLoginNotificationEnabled": true, "smtpHost": "mail.example.com"})
	s.mustUp()
	s.requireNoChanges()
}

func TestRenamedApplicationConfigurationIsKept(t *testing.T) {
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{}))
	s.declare(applicationConfiguration, "it", map[string]any{"appName": "Ours", "onDestroy": "reset"})
	s.mustUp()
	s.drop("it")
	s.declare(applicationConfiguration, "renamed", map[string]any{"appName": "Ours", "onDestroy": "reset"})
	s.mustUp()
	require.Equal(t, "Ours", s.instance.settings()["appName"])
	require.NoError(t, s.destroy().err)
	require.Equal(t, "Pocket ID", s.instance.settings()["appName"])
}
