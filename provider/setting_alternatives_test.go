package provider

import (
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/ids"
)

// withMail returns settings that emails need, and one more.
func withMail(name string, value any) map[string]any {
	return map[string]any{"smtpHost": "mail.example", "smtpPort": 25, "smtpFrom": "id@example.com", name: value}
}

// The switch works on a server that has modes, and does not change a mode that it matches.
func TestARenamedSettingWorksUnderItsOldName(t *testing.T) {
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{Version: "2.19.0"}))
	s.declare(applicationConfiguration, "it", withMail("emailLoginNotificationEnabled", true))
	require.Contains(t, s.preview().messages, "emailLoginNotificationEnabled is deprecated: Pocket ID 2.19.0 and later have emailLoginNotificationMode instead")
	s.mustUp()
	require.Equal(t, "browserRecognition", s.instance.settings()["emailLoginNotificationMode"])
	s.requireNoChanges()

	t.Log("a mode that an administrator chose is kept")
	s.instance.changeSettings(map[string]string{"emailLoginNotificationMode": "always"})
	s.requireNoChanges()
	s.declare(applicationConfiguration, "it", withValue(withMail("emailLoginNotificationEnabled", true), "appName", "Ours"))
	s.mustUp()
	require.Equal(t, "always", s.instance.settings()["emailLoginNotificationMode"])

	t.Log("a mode that does not match is drift")
	s.instance.changeSettings(map[string]string{"emailLoginNotificationMode": "disabled"})
	require.NoError(t, s.refresh().err)
	require.Equal(t, []string{"emailLoginNotificationEnabled"}, s.mustUp().diffs["it"])
	require.Equal(t, "browserRecognition", s.instance.settings()["emailLoginNotificationMode"])

	t.Log("without the property, the mode is reset")
	s.declare(applicationConfiguration, "it", withMail("appName", "Ours"))
	s.mustUp()
	require.Equal(t, "disabled", s.instance.settings()["emailLoginNotificationMode"])
	s.requireNoChanges()
}

func TestARenamedSettingWorksOnAnOlderServer(t *testing.T) {
	t.Parallel()
	old := newFake(t, fake.Options{Version: "2.18.0"})
	s := newStack(t, old)
	for _, row := range [][2]string{{"browserRecognition", "true"}, {"disabled", "false"}, {"ipAndUserAgent", "true"}} {
		s.declare(applicationConfiguration, "it", withMail("emailLoginNotificationMode", row[0]))
		require.NotContains(t, s.preview().messages, "deprecated")
		s.mustUp()
		require.Equal(t, row[1], old.settings()["emailLoginNotificationEnabled"], row[0])
		require.Equal(t, row[0], s.output("it", "emailLoginNotificationMode"))
		s.requireNoChanges()
	}
	always := withMail("emailLoginNotificationMode", "always")
	require.Equal(t, []string{"emailLoginNotificationMode: requires Pocket ID 2.19.0 or later; this server is 2.18.0 and would silently ignore it"},
		newChecker(t, old).failures(applicationConfiguration, toProps(always)))
	require.Empty(t, newChecker(t, newFake(t, fake.Options{Version: "2.19.0"})).failures(applicationConfiguration, toProps(always)))
}

// A program changes from the old name to the new one on either server.
func TestAProgramMovesToTheNewNameOfASetting(t *testing.T) {
	t.Parallel()
	for version, want := range map[string]map[string]string{
		"2.18.0": {"emailLoginNotificationEnabled": "true"}, "2.19.0": {"emailLoginNotificationMode": "ipAndUserAgent"},
	} {
		s := newStack(t, newFake(t, fake.Options{Version: version}))
		s.declare(applicationConfiguration, "it", withMail("emailLoginNotificationEnabled", true))
		s.mustUp()
		s.declare(applicationConfiguration, "it", withMail("emailLoginNotificationMode", "ipAndUserAgent"))
		s.mustUp()
		require.Subset(t, s.instance.settings(), want, version)
		s.requireNoChanges()
		both := withValue(withMail("emailLoginNotificationMode", "always"), "emailLoginNotificationEnabled", true)
		require.Contains(t, newChecker(t, s.instance).failures(applicationConfiguration, toProps(both)),
			"emailLoginNotificationEnabled: cannot be combined with emailLoginNotificationMode, which replaces it; omit it", version)
	}
}

// The server converts the setting when it is upgraded, which is no diff.
func TestAnUpgradeThatRenamesASettingIsNoDiff(t *testing.T) {
	t.Parallel()
	older, newer := newFake(t, fake.Options{Version: "2.18.0"}), newFake(t, fake.Options{Version: "2.19.0"})
	newer.changeSettings(map[string]string{"emailLoginNotificationMode": "browserRecognition", "smtpHost": "mail.example", "smtpPort": "25", "smtpFrom": "id@example.com"})
	var upgraded atomic.Bool
	s := newStack(t, newInstanceAt(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if upgraded.Load() {
			newer.server.ServeHTTP(w, r)
		} else {
			older.server.ServeHTTP(w, r)
		}
	}), testKey, false))
	s.declare(applicationConfiguration, "old", withMail("emailLoginNotificationEnabled", true))
	s.mustUp()
	upgraded.Store(true)
	s.requireNoChanges()
}

func TestARenamedSettingIsImportedUnderTheNameOfTheServer(t *testing.T) {
	t.Parallel()
	for version, row := range map[string]struct{ key, value, missing string }{
		"2.18.0": {"emailLoginNotificationEnabled", "true", "emailLoginNotificationMode"},
		"2.19.0": {"emailLoginNotificationMode", "always", "emailLoginNotificationEnabled"},
	} {
		s := newStack(t, newFake(t, fake.Options{Version: version}))
		s.instance.changeSettings(map[string]string{row.key: row.value, "smtpHost": "mail.example", "smtpPort": "25", "smtpFrom": "id@example.com"})
		require.NoError(t, s.importResource(applicationConfiguration, "it", ids.ApplicationConfiguration).err)
		inputs := s.state("it").Inputs.Mappable()
		require.NotContains(t, inputs, row.missing, version)
		require.Contains(t, inputs, row.key, version)
		s.declare(applicationConfiguration, "it", inputs)
		s.requireNoChanges()
		found := mustInvoke(s.instance, "getApplicationConfiguration", nil)
		require.Equal(t, true, found["emailLoginNotificationEnabled"], version)
		require.Equal(t, map[string]string{"2.18.0": "ipAndUserAgent", "2.19.0": "always"}[version], found["emailLoginNotificationMode"])
	}
}

// A server newer than all known ones decides with its list of settings, in the preview.
func TestASettingThatANewerServerDoesNotListIsRefused(t *testing.T) {
	t.Parallel()
	instance := newFake(t, fake.Options{Version: "2.19.0"})
	instance.intercept(func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != "/api/version/current" {
			return false
		}
		reply(w, http.StatusOK, "application/json", `{"currentVersion":"3.1.0"}`)
		return true
	})
	c := newChecker(t, instance)
	require.Empty(t, c.failures(applicationConfiguration, toProps(withMail("emailLoginNotificationEnabled", true))))
	instance.intercept(func(w http.ResponseWriter, r *http.Request) bool {
		switch r.URL.Path {
		case "/api/version/current":
			reply(w, http.StatusOK, "application/json", `{"currentVersion":"3.1.0"}`)
		case "/api/application-configuration/all":
			reply(w, http.StatusOK, "application/json", `[{"key":"appName","value":"Pocket ID"},{"key":"emailLoginNotificationEnabled","value":"false"}]`)
		default:
			return false
		}
		return true
	})
	c = newChecker(t, instance)
	require.Equal(t, []string{"accentColor: cannot be set: this Pocket ID has no setting accentColor (version 3.1.0)"},
		c.failures(applicationConfiguration, toProps(map[string]any{"appName": "Ours", "accentColor": "red", "emailLoginNotificationMode": "browserRecognition"})))
	require.Contains(t, c.failures(applicationConfiguration, toProps(map[string]any{"emailLoginNotificationMode": "always"}))[0],
		`emailLoginNotificationMode "always" is not possible: this Pocket ID has only emailLoginNotificationEnabled`)
}
