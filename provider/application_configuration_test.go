package provider

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/pulumi/pulumi/pkg/v3/display"
	"github.com/pulumi/pulumi/pkg/v3/resource/deploy"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

// settings are those that the server has in force.
func (i *pocketID) settings() map[string]string {
	i.t.Helper()
	status, out := i.try("GET", "/api/application-configuration/all", nil)
	require.Equal(i.t, 200, status, out)
	settings := map[string]string{}
	for _, s := range out.([]any) {
		settings[s.(map[string]any)["key"].(string)] = s.(map[string]any)["value"].(string)
	}
	return settings
}

// configures changes settings as the web page does: it writes back all it has read.
func (i *pocketID) configures(change map[string]string) {
	i.t.Helper()
	settings := i.settings()
	for key, value := range change {
		settings[key] = value
	}
	status, out := i.try("PUT", "/api/application-configuration", settings)
	require.Equal(i.t, 200, status, out)
}

const configuration = "ApplicationConfiguration"

func TestAConfigurationLivesItsLife(t *testing.T) {
	t.Parallel()
	s := newStack(t, onPocketID(t))
	before := s.pocketID.settings()
	s.declare(configuration, "it", map[string]any{"accentColor": "#1d4ed8", "sessionDurationMinutes": 90, "disableAnimations": true, "onDestroy": "reset"})
	o := s.preview()
	require.NoError(t, o.err, o.text)
	require.Equal(t, []display.StepOp{deploy.OpCreate}, o.steps["it"])
	require.Equal(t, before, s.pocketID.settings(), "a preview has written")
	s.mustUp()
	require.Equal(t, "application-configuration", string(s.state("it").ID))
	now := s.pocketID.settings()
	require.Equal(t, "#1d4ed8", now["accentColor"])
	require.Equal(t, "90", now["sessionDuration"])
	require.Equal(t, "true", now["disableAnimations"])
	s.steady()
	require.NotContains(t, s.state("it").Outputs, resource.PropertyKey("appName"), "what the program does not say is nobody's")

	t.Log("what is taken out goes back to its default")
	s.declare(configuration, "it", map[string]any{"accentColor": "#0f766e", "onDestroy": "reset"})
	o = s.mustUp()
	require.Equal(t, []display.StepOp{deploy.OpUpdate}, o.steps["it"])
	require.ElementsMatch(t, []string{"accentColor", "sessionDurationMinutes", "disableAnimations"}, o.diffs["it"])
	now = s.pocketID.settings()
	require.Equal(t, "#0f766e", now["accentColor"])
	require.Equal(t, "60", now["sessionDuration"])
	require.Equal(t, "false", now["disableAnimations"])
	s.steady()

	require.NoError(t, s.destroy().err)
	require.Equal(t, before, s.pocketID.settings(), "reset")
}

// allSettings is a configuration with nothing at its default, and how the server keeps it.
func allSettings(minor int) (program map[string]any, kept map[string]string) {
	program = map[string]any{
		"appName": "Cafe\u0301", "homePageUrl": "/settings/apps", "sessionDurationMinutes": 120, "accentColor": "red", "disableAnimations": true,
		"allowOwnAccountEdit": false, "emailsVerified": true, "allowUserSignups": "withToken", "signupDefaultCustomClaims": map[string]any{"team": "a", "area": "b"}, "requireUserEmail": false, "smtpHost": "mail.example.com", "smtpPort": 587,
		"smtpFrom": "id@example.com", "smtpUser": "id", "smtpPassword": concealed("a password of mails"), "smtpTls": "starttls", "smtpSkipCertVerify": true,
		"emailLoginNotificationEnabled": true, "emailOneTimeAccessAsUnauthenticatedEnabled": true, "emailOneTimeAccessAsAdminEnabled": true,
		"emailApiKeyExpirationEnabled": true, "emailVerificationEnabled": true, "ldapEnabled": true, "ldapUrl": "ldaps://ldap.example.com",
		"ldapBindDn": "cn=id", "ldapBindPassword": concealed("a password of ldap"), "ldapBase": "dc=example", "ldapUserSearchFilter": "(objectClass=user)",
		"ldapUserGroupSearchFilter": "(objectClass=group)", "ldapSkipCertVerify": true, "ldapAttributeUserUniqueIdentifier": "uid", "ldapAttributeUserUsername": "name",
		"ldapAttributeUserEmail": "mail", "ldapAttributeUserFirstName": "givenName", "ldapAttributeUserLastName": "sn", "ldapAttributeUserDisplayName": "dn",
		"ldapAttributeUserProfilePicture": "photo", "ldapAttributeGroupMember": "uniqueMember", "ldapAttributeGroupUniqueIdentifier": "gid",
		"ldapAttributeGroupName": "cn", "ldapAdminGroupName": "admins", "ldapSoftDeleteUsers": false,
	}
	if minor >= 13 {
		program["webauthnUserVerification"], program["webauthnAllowSyncedPasskeys"] = "preferred", false
		program["webauthnAuthenticatorAttachment"], program["cimdUrlAllowlist"] = "cross-platform", []any{"https://b.example/*", "https://a.example/*"}
	}
	kept = map[string]string{}
	for property, value := range program {
		switch v := value.(type) {
		case string:
			kept[property] = v
		case bool:
			kept[property] = map[bool]string{true: "true", false: "false"}[v]
		}
	}
	kept["appName"], kept["sessionDuration"], kept["smtpPort"] = "Caf\u00e9", "120", "587"
	kept["smtpPassword"], kept["ldapBindPassword"] = "a password of mails", "a password of ldap"
	kept["signupDefaultCustomClaims"] = `[{"key":"area","value":"b"},{"key":"team","value":"a"}]`
	if minor >= 13 {
		kept["cimdUrlAllowlist"] = `["https://a.example/*","https://b.example/*"]`
	}
	return program, kept
}

func TestEverySettingOfTheInstanceArrivesIsReadBackAndGoes(t *testing.T) {
	t.Parallel()
	for version, minor := range map[string]int{"2.3.0": 3, "2.9.0": 9, "2.12.0": 12, "2.13.0": 13, "2.14.0": 14} {
		s := newStack(t, onFake(t, fake.Options{Version: version}))
		before := s.pocketID.settings()
		program, kept := allSettings(minor)
		groups := []string{s.pocketID.emptyGroup(), s.pocketID.emptyGroup()}
		slices.Sort(groups)
		program["signupDefaultUserGroupIds"] = []any{groups[1], groups[0], groups[1]}
		kept["signupDefaultUserGroupIDs"] = `["` + strings.Join(groups, `","`) + `"]`
		require.Len(t, kept, len(before)-map[bool]int{true: 1}[before["instanceId"] != ""], "a setting of %s is missing in this test", version)
		s.declare(configuration, "it", program)
		s.mustUp()
		now := s.pocketID.settings()
		for key, value := range kept {
			require.Equal(t, value, now[key], "%s: %s", version, key)
			require.NotEqual(t, before[key], now[key], "%s is at its default in this test", key)
		}
		for _, password := range []resource.PropertyKey{"smtpPassword", "ldapBindPassword"} {
			require.True(t, s.state("it").Outputs[password].IsSecret())
			require.True(t, s.state("it").Inputs[password].IsSecret())
		}
		s.steady()

		t.Log("an import knows them all, and a program that says the same shows nothing")
		other := newStack(t, s.pocketID)
		o := other.importing(configuration, "it", "application-configuration")
		require.NoError(t, o.err, o.text)
		require.NotContains(t, o.text, "failed to validate")
		require.Len(t, other.state("it").Inputs, len(program)-2+1, "without the passwords, with onDestroy")
		require.True(t, other.state("it").Outputs["smtpPassword"].IsSecret())
		other.declare(configuration, "it", program)
		other.steady()

		t.Log("all drift shows")
		s.pocketID.configures(before)
		require.NoError(t, s.refresh().err)
		o = s.preview()
		for property := range program {
			require.Contains(t, strings.Join(o.diffs["it"], " "), property)
		}
		s.mustUp()
		require.Equal(t, now, s.pocketID.settings())

		t.Log("left out, all go back")
		s.declare(configuration, "it", nil)
		s.mustUp()
		require.Equal(t, before, s.pocketID.settings())
		s.steady()
	}
}

func TestASettingThatNobodySaysIsLeftAlone(t *testing.T) {
	t.Parallel()
	s := newStack(t, onFake(t, fake.Options{}))
	s.pocketID.configures(map[string]string{"accentColor": "red", "smtpPassword": "theirs"})
	s.declare(configuration, "it", map[string]any{"appName": "Ours"})
	s.mustUp()
	s.pocketID.configures(map[string]string{"accentColor": "blue"})
	s.steady()
	s.declare(configuration, "it", map[string]any{"appName": "Ours too"})
	s.mustUp()
	require.Equal(t, "blue", s.pocketID.settings()["accentColor"])
	require.Equal(t, "theirs", s.pocketID.settings()["smtpPassword"])
	require.NoError(t, s.destroy().err)
	require.Equal(t, "Ours too", s.pocketID.settings()["appName"], "retained")
}

// An import takes over what differs from the defaults. A default that the program
// spells out is no change, and one that somebody changes later is nobody's.
func TestADefaultSpelledOutIsNoChangeAfterAnImport(t *testing.T) {
	t.Parallel()
	on := onFake(t, fake.Options{})
	on.configures(map[string]string{"accentColor": "red"})
	for _, program := range []map[string]any{
		{"accentColor": "red"},
		{"accentColor": "red", "appName": "Pocket ID", "smtpHost": "", "allowOwnAccountEdit": true, "sessionDurationMinutes": 60, "signupDefaultUserGroupIds": []any{}, "signupDefaultCustomClaims": map[string]any{}},
	} {
		s := newStack(t, on)
		o := s.importing(configuration, "it", "application-configuration")
		require.NoError(t, o.err, o.text)
		require.Len(t, s.state("it").Inputs, 2, "%v", s.state("it").Inputs)
		s.declare(configuration, "it", program)
		s.steady()
		s.mustUp()
		s.steady()
	}
	s := newStack(t, on)
	require.NoError(t, s.importing(configuration, "it", "application-configuration").err)
	s.declare(configuration, "it", map[string]any{"accentColor": "red"})
	on.configures(map[string]string{"homePageUrl": "/settings/apps"})
	require.Empty(t, s.preview().steps)
	require.NoError(t, s.refresh().err)
	require.Empty(t, s.preview().steps)
	s.declare(configuration, "it", map[string]any{"accentColor": "blue"})
	s.mustUp()
	require.Equal(t, "/settings/apps", on.settings()["homePageUrl"])
	s.steady()

	require.ErrorContains(t, newStack(t, on).importing(configuration, "it", "something").err, "")
}

// An import knows the passwords, which no program has said.
func TestAResetLeavesPasswordsThatNoProgramHasSaid(t *testing.T) {
	t.Parallel()
	on := onFake(t, fake.Options{})
	on.configures(map[string]string{"accentColor": "red", "smtpPassword": "a password of mails", "ldapBindPassword": "a password of ldap"})
	s := newStack(t, on)
	require.NoError(t, s.importing(configuration, "it", "application-configuration").err)
	s.declare(configuration, "it", map[string]any{"accentColor": "red", "ldapBindPassword": concealed("a password of ldap"), "onDestroy": "reset"})
	s.mustUp()
	require.NoError(t, s.destroy().err)
	require.Equal(t, "default", on.settings()["accentColor"])
	require.Equal(t, "", on.settings()["ldapBindPassword"])
	require.Equal(t, "a password of mails", on.settings()["smtpPassword"])
}

func TestNewUsersGetGroupsThatAreThere(t *testing.T) {
	t.Parallel()
	s := newStack(t, onFake(t, fake.Options{}))
	s.declare("Group", "devs", map[string]any{"name": "devs", "friendlyName": "Developers"})
	s.declare(configuration, "it", map[string]any{}).from = map[string]string{"signupDefaultUserGroupIds[]": "devs.id"}
	o := s.preview()
	require.NoError(t, o.err, o.text)
	require.True(t, o.new["it"]["signupDefaultUserGroupIds"].ContainsUnknowns())
	s.mustUp()
	require.Equal(t, `["`+string(s.state("devs").ID)+`"]`, s.pocketID.settings()["signupDefaultUserGroupIDs"])
	s.steady()

	t.Log("one that is not there is an error, and one that goes later is not")
	s.declare(configuration, "it", map[string]any{"signupDefaultUserGroupIds": []any{"nobody"}}).from = nil
	o = s.up()
	require.Error(t, o.err)
	require.Contains(t, o.text, "there is no user group with the id nobody")
	gone := s.pocketID.emptyGroup()
	s.declare(configuration, "it", map[string]any{"signupDefaultUserGroupIds": []any{gone}})
	s.mustUp()
	s.pocketID.ask("DELETE", "/api/user-groups/"+gone, nil)
	s.declare(configuration, "it", map[string]any{"signupDefaultUserGroupIds": []any{gone}, "appName": "Ours"})
	s.mustUp()
	s.steady()
}

func TestEmptyListsAndTextsAreSaid(t *testing.T) {
	t.Parallel()
	s := newStack(t, onFake(t, fake.Options{}))
	s.pocketID.configures(map[string]string{"signupDefaultUserGroupIDs": `["a"]`, "signupDefaultCustomClaims": `[{"key":"a","value":"b"}]`, "smtpUser": "someone"})
	s.declare(configuration, "it", map[string]any{"signupDefaultUserGroupIds": []any{}, "signupDefaultCustomClaims": map[string]any{}, "smtpUser": ""})
	s.mustUp()
	require.Equal(t, "[]", s.pocketID.settings()["signupDefaultUserGroupIDs"])
	require.Equal(t, "[]", s.pocketID.settings()["signupDefaultCustomClaims"])
	require.Equal(t, "", s.pocketID.settings()["smtpUser"])
	s.steady()
	s.pocketID.configures(map[string]string{"signupDefaultUserGroupIDs": `["a"]`})
	require.NoError(t, s.refresh().err)
	s.mustUp()
	require.Equal(t, "[]", s.pocketID.settings()["signupDefaultUserGroupIDs"])
	s.steady()
}

func TestWhatIsNoSettingIsRefused(t *testing.T) {
	t.Parallel()
	c := newChecker(t, onFake(t, fake.Options{}))
	for _, row := range []struct {
		inputs map[string]any
		want   []string
	}{
		{map[string]any{}, nil},
		{map[string]any{"appName": unknown, "smtpPort": unknown, "allowUserSignups": unknown, "signupDefaultUserGroupIds": unknown, "onDestroy": unknown}, nil},
		{map[string]any{"appName": ""}, []string{`appName: must not be empty: Pocket ID would take its default, "Pocket ID"`}},
		{map[string]any{"appName": strings.Repeat("a", 31)}, []string{"appName: must be at most 30 characters, has 31"}},
		{map[string]any{"sessionDurationMinutes": 0}, []string{"sessionDurationMinutes: must be at least 1 minute, is 0"}},
		{map[string]any{"sessionDurationMinutes": 1.5}, []string{"sessionDurationMinutes: must be a whole number"}},
		{map[string]any{"smtpPort": 70000}, []string{"smtpPort: must be from 1 to 65535, is 70000"}},
		{map[string]any{"smtpFrom": "Me <me@example.com>"}, []string{"smtpFrom: must be an address such as id@example.com"}},
		{map[string]any{"smtpFrom": ""}, nil},
		{map[string]any{"smtpTls": "ssl"}, []string{`smtpTls: must be none, starttls or tls, is "ssl"`}},
		{map[string]any{"allowUserSignups": ""}, []string{"allowUserSignups: must not be empty"}},
		{map[string]any{"allowUserSignups": "true"}, []string{"allowUserSignups: must be disabled, withToken or open"}},
		{map[string]any{"webauthnUserVerification": "discouraged"}, []string{"webauthnUserVerification: must be required or preferred"}},
		{map[string]any{"webauthnAuthenticatorAttachment": "none"}, []string{"webauthnAuthenticatorAttachment: must be any, platform or cross-platform"}},
		{map[string]any{"ldapUrl": "ldap.example.com"}, []string{"ldapUrl: must be a URL such as ldaps://"}},
		{map[string]any{"ldapUserSearchFilter": ""}, []string{"ldapUserSearchFilter: must not be empty"}},
		{map[string]any{"signupDefaultUserGroupIds": []any{""}}, []string{"signupDefaultUserGroupIds[0]: must be the id of a user group"}},
		{map[string]any{"signupDefaultCustomClaims": map[string]any{"sub": "me"}}, []string{`signupDefaultCustomClaims["sub"]: must have another name`}},
		{map[string]any{"cimdUrlAllowlist": []any{"nothing"}}, []string{"cimdUrlAllowlist[0]: must be a URL with a scheme"}},
		{map[string]any{"onDestroy": "delete"}, []string{"onDestroy: must be retain or reset"}},
	} {
		got := c.failures(configuration, said(row.inputs))
		require.Len(t, got, len(row.want), "%v: %v", row.inputs, got)
		for i, want := range row.want {
			require.True(t, strings.HasPrefix(got[i], want), "%s", got[i])
		}
	}
}

func TestSettingsThatAServerDoesNotHaveAreRefused(t *testing.T) {
	t.Parallel()
	for property, row := range map[string]struct {
		value         any
		before, since string
	}{
		"webauthnUserVerification":        {"preferred", "2.12.0", "2.13.0"},
		"webauthnAllowSyncedPasskeys":     {false, "2.12.0", "2.13.0"},
		"webauthnAuthenticatorAttachment": {"platform", "2.12.0", "2.13.0"},
		"cimdUrlAllowlist":                {[]any{"https://a.example/*"}, "2.12.0", "2.13.0"},
		"autoCreateOidcClientSecret":      {false, "2.16.0", "2.17.0"},
	} {
		inputs := map[string]any{property: row.value}
		old := onVersion(t, row.before)
		got := newChecker(t, old).failures(configuration, said(inputs))
		require.Len(t, got, 1)
		require.True(t, strings.HasPrefix(got[0], property+": needs Pocket ID 2."), "%s", got[0])
		s := newStack(t, old)
		old.awayForTheCheck()
		s.config["maxRetries"] = "0"
		s.declare(configuration, "it", inputs)
		o := s.up()
		require.Error(t, o.err)
		require.Contains(t, o.text, property+" needs Pocket ID")
		require.NotContains(t, old.settings(), property)
		require.Empty(t, newChecker(t, onVersion(t, row.since)).failures(configuration, said(inputs)))
	}
}

// A server that is newer, or of no version, has what it lists.
func TestTheListOfSettingsDecidesWhereTheVersionDoesNot(t *testing.T) {
	t.Parallel()
	s := newStack(t, onFake(t, fake.Options{}))
	s.pocketID.meddling(func(w http.ResponseWriter, r *http.Request) bool {
		if strings.HasSuffix(r.URL.Path, "/version/current") {
			reply(w, http.StatusOK, "application/json", `{"currentVersion":"development"}`)
			return true
		}
		return false
	})
	s.declare(configuration, "it", map[string]any{"appName": "Ours", "autoCreateOidcClientSecret": false})
	o := s.up()
	require.Error(t, o.err)
	require.Contains(t, o.text, "this Pocket ID has no setting autoCreateOidcClientSecret")
	require.Equal(t, "Pocket ID", s.pocketID.settings()["appName"], "nothing was written")
	require.Nil(t, s.find("it"))
}

// What this provider does not know survives, and what a newer server knows can be said.
func TestSettingsOfANewerServer(t *testing.T) {
	t.Parallel()
	on := onFake(t, fake.Options{})
	more := map[string]string{"autoCreateOidcClientSecret": "true", "fromTheFuture": "kept"}
	on.meddling(func(w http.ResponseWriter, r *http.Request) bool {
		switch {
		case strings.HasSuffix(r.URL.Path, "/version/current"):
			reply(w, http.StatusOK, "application/json", `{"currentVersion":"2.17.0"}`)
			return true
		case r.URL.Path == "/api/application-configuration/all":
			answer := httptest.NewRecorder()
			on.server.ServeHTTP(answer, r)
			var list []any
			_ = json.Unmarshal(answer.Body.Bytes(), &list)
			for key, value := range more {
				list = append(list, map[string]any{"key": key, "type": "", "value": value})
			}
			body, _ := json.Marshal(list)
			reply(w, answer.Code, "application/json", string(body))
			return true
		case r.Method == "PUT" && r.URL.Path == "/api/application-configuration":
			body, _ := io.ReadAll(r.Body)
			var in map[string]string
			_ = json.Unmarshal(body, &in)
			for key := range more {
				more[key] = in[key]
			}
			r.Body = io.NopCloser(bytes.NewReader(body))
		}
		return false
	})
	s := newStack(t, on)
	s.declare(configuration, "it", map[string]any{"autoCreateOidcClientSecret": false})
	s.mustUp()
	require.Equal(t, map[string]string{"autoCreateOidcClientSecret": "false", "fromTheFuture": "kept"}, more)
	s.steady()
}

// A setting may go with an upgrade. A program that says it no longer must get rid of it.
func TestASettingThatANewerServerNoLongerHasNeedNotBePutBack(t *testing.T) {
	t.Parallel()
	on := onFake(t, fake.Options{})
	s := newStack(t, on)
	s.declare(configuration, "it", map[string]any{"appName": "Ours", "accentColor": "red", "disableAnimations": true, "onDestroy": "reset"})
	s.mustUp()
	on.meddling(func(w http.ResponseWriter, r *http.Request) bool {
		switch {
		case r.URL.Path == "/api/application-configuration/all":
			answer := httptest.NewRecorder()
			on.server.ServeHTTP(answer, r)
			var list []map[string]any
			_ = json.Unmarshal(answer.Body.Bytes(), &list)
			body, _ := json.Marshal(slices.DeleteFunc(list, func(s map[string]any) bool { return s["key"] == "disableAnimations" || s["key"] == "accentColor" }))
			reply(w, answer.Code, "application/json", string(body))
			return true
		case r.Method == "PUT" && r.URL.Path == "/api/application-configuration":
			var in map[string]string
			_ = json.NewDecoder(r.Body).Decode(&in)
			require.NotContains(t, in, "disableAnimations")
			in["disableAnimations"], in["accentColor"] = "true", "red" // which the fake still wants
			body, _ := json.Marshal(in)
			r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
		}
		return false
	})
	o := s.up()
	require.NoError(t, o.err, o.text)
	s.declare(configuration, "it", map[string]any{"appName": "Theirs", "accentColor": "red", "onDestroy": "reset"})
	o = s.up()
	require.Error(t, o.err)
	require.Contains(t, o.text, "this Pocket ID has no setting accentColor")
	s.declare(configuration, "it", map[string]any{"appName": "Theirs", "onDestroy": "reset"})
	s.mustUp()
	s.steady()
	s.pocketID.configures(map[string]string{"appName": "Theirs"})
	o = s.destroy()
	require.NoError(t, o.err, o.text)
	require.Equal(t, "Pocket ID", s.pocketID.settings()["appName"])
}

func TestWhatIsTurnedOnHasWhatItNeeds(t *testing.T) {
	t.Parallel()
	s := newStack(t, onFake(t, fake.Options{}))
	s.declare(configuration, "it", map[string]any{"emailLoginNotificationEnabled": true, "smtpHost": "mail.example.com"})
	o := s.up()
	require.Error(t, o.err)
	require.Contains(t, o.text, "emailLoginNotificationEnabled needs smtpPort and smtpFrom, which has no value")
	require.Equal(t, "", s.pocketID.settings()["smtpHost"], "nothing was written")
	s.declare(configuration, "it", map[string]any{"ldapEnabled": true, "ldapUrl": "ldaps://ldap.example.com"})
	o = s.up()
	require.Error(t, o.err)
	require.Contains(t, o.text, "ldapEnabled needs ldapBindDn and ldapBindPassword and ldapBase")

	t.Log("somebody else may have said the rest, and what was there before is not ours to judge")
	s.pocketID.configures(map[string]string{"smtpPort": "25", "smtpFrom": "id@example.com", "ldapEnabled": "true"})
	s.declare(configuration, "it", map[string]any{"emailLoginNotificationEnabled": true, "smtpHost": "mail.example.com"})
	s.mustUp()
	s.steady()
}

func TestAnInstanceThatIsConfiguredByItsEnvironment(t *testing.T) {
	t.Parallel()
	on := onFake(t, fake.Options{})
	on.configures(map[string]string{"smtpPassword": "a password of mails", "appName": "Ours"})
	s := newStack(t, on)
	s.declare(configuration, "it", map[string]any{"smtpPassword": "a password of mails"})
	s.mustUp()
	on.meddling(func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.HasPrefix(r.URL.Path, "/api/application-configuration") {
			return false
		}
		if r.Method == "PUT" {
			reply(w, http.StatusForbidden, "application/json", `{"error":"The configuration can't be changed since the UI configuration is disabled","code":"ui_config_disabled"}`)
			return true
		}
		answer := httptest.NewRecorder()
		on.server.ServeHTTP(answer, r)
		reply(w, answer.Code, "application/json", strings.ReplaceAll(answer.Body.String(), "a password of mails", "XXXXXXXXXX"))
		return true
	})
	s.steady()
	require.Equal(t, "a password of mails", s.output("it", "smtpPassword"))
	s.declare(configuration, "it", map[string]any{"smtpPassword": "another password"})
	o := s.up()
	require.Error(t, o.err)
	require.Contains(t, o.text, "takes its configuration from its environment (UI_CONFIG_DISABLED)")
	require.NotContains(t, o.text, "another password")

	other := newStack(t, on)
	require.NoError(t, other.importing(configuration, "it", "application-configuration").err)
	require.NotContains(t, other.state("it").Inputs, resource.PropertyKey("smtpPassword"))
	require.NotContains(t, other.state("it").Outputs, resource.PropertyKey("smtpPassword"))
	other.declare(configuration, "it", map[string]any{"appName": "Ours"})
	other.steady()
}

func TestALostAnswerToAConfigurationIsLookedInto(t *testing.T) {
	t.Parallel()
	s := newStack(t, onFake(t, fake.Options{}))
	var puts atomic.Int32
	s.pocketID.meddling(func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != "PUT" || puts.Add(1) > 1 {
			return false
		}
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		s.pocketID.server.ServeHTTP(httptest.NewRecorder(), r)
		hijackAndClose(w)
		return true
	})
	s.declare(configuration, "it", map[string]any{"appName": "Ours"})
	s.mustUp()
	require.Equal(t, "Ours", s.pocketID.settings()["appName"])
	require.EqualValues(t, 1, puts.Load())
	s.steady()
}

// Another writes between our read and our write; whoever loses writes again.
func TestAConfigurationThatSomebodyElseWritesMeanwhile(t *testing.T) {
	t.Parallel()
	s := newStack(t, onFake(t, fake.Options{}))
	var looks atomic.Int32
	s.pocketID.meddling(func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method == "GET" && r.URL.Path == "/api/application-configuration/all" && looks.Add(1) == 2 { // after the write
			in, _ := json.Marshal(map[string]string{"appName": "Theirs", "sessionDuration": "60", "homePageUrl": "/", "emailsVerified": "false", "disableAnimations": "false",
				"allowOwnAccountEdit": "true", "allowUserSignups": "open", "requireUserEmail": "true", "smtpTls": "none", "smtpSkipCertVerify": "false", "ldapEnabled": "false",
				"ldapSkipCertVerify": "false", "ldapSoftDeleteUsers": "true", "webauthnUserVerification": "required", "webauthnAllowSyncedPasskeys": "true",
				"webauthnAuthenticatorAttachment": "any", "emailOneTimeAccessAsAdminEnabled": "false", "emailOneTimeAccessAsUnauthenticatedEnabled": "false",
				"emailLoginNotificationEnabled": "false", "emailApiKeyExpirationEnabled": "false", "emailVerificationEnabled": "false"})
			theirs := httptest.NewRequest("PUT", "/api/application-configuration", bytes.NewReader(in))
			theirs.Header.Set("X-API-Key", testKey)
			theirs.Header.Set("Content-Type", "application/json")
			answer := httptest.NewRecorder()
			s.pocketID.server.ServeHTTP(answer, theirs)
			require.Equal(t, 200, answer.Code, answer.Body.String())
		}
		return false
	})
	s.declare(configuration, "it", map[string]any{"appName": "Ours"})
	s.mustUp()
	require.Equal(t, "Ours", s.pocketID.settings()["appName"])
	require.Equal(t, "open", s.pocketID.settings()["allowUserSignups"], "and what they wrote stays")
	s.steady()
}

func TestAConfigurationSurvivesAnotherName(t *testing.T) {
	t.Parallel()
	s := newStack(t, onFake(t, fake.Options{}))
	s.declare(configuration, "it", map[string]any{"appName": "Ours", "onDestroy": "reset"})
	s.mustUp()
	s.drop("it")
	s.declare(configuration, "renamed", map[string]any{"appName": "Ours", "onDestroy": "reset"})
	s.mustUp()
	require.Equal(t, "Ours", s.pocketID.settings()["appName"])
	require.NoError(t, s.destroy().err)
	require.Equal(t, "Pocket ID", s.pocketID.settings()["appName"])
}

func TestOnlySettingsAreSettings(t *testing.T) {
	t.Parallel()
	s := newStack(t, onFake(t, fake.Options{}))
	s.config["maxRetries"] = "0"
	s.declare(configuration, "it", map[string]any{"appName": "Ours"})
	s.mustUp()
	for _, page := range []string{"<html>Sign in</html>", "[]", `{}`, `[{"key":"appName"}]`, `[{"key":"smtpHost","value":""}]`} {
		s.pocketID.meddling(func(w http.ResponseWriter, r *http.Request) bool {
			if !strings.Contains(r.URL.Path, "application-configuration") {
				return false
			}
			reply(w, http.StatusOK, "application/json", page)
			return true
		})
		require.Error(t, s.refresh().err, page)
		require.Equal(t, "Ours", s.output("it", "appName"))
	}
}
