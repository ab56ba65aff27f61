package provider

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

func TestApplicationSettingsOfNewerServersAreRefused(t *testing.T) {
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
		old := newFakeVersion(t, row.before)
		got := newChecker(t, old).failures(applicationConfiguration, toProps(inputs))
		require.Len(t, got, 1)
		require.True(t, strings.HasPrefix(got[0], property+": requires Pocket ID 2."), "%s", got[0])
		s := newStack(t, old)
		old.failFirstVersionRequest()
		s.config["maxRetries"] = "0"
		s.declare(applicationConfiguration, "it", inputs)
		o := s.up()
		require.Error(t, o.err)
		require.Contains(t, o.messages, property+" requires Pocket ID")
		require.NotContains(t, old.settings(), property)
		require.Empty(t, newChecker(t, newFakeVersion(t, row.since)).failures(applicationConfiguration, toProps(inputs)))
	}
}

// TestSettingsListDecidesIfTheVersionIsUnknown: a server that is newer, or that
// reports no version, supports the settings that it lists.
func TestSettingsListDecidesIfTheVersionIsUnknown(t *testing.T) {
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{}))
	s.instance.intercept(func(w http.ResponseWriter, r *http.Request) bool {
		if strings.HasSuffix(r.URL.Path, "/version/current") {
			reply(w, http.StatusOK, "application/json", `{"currentVersion":"development"}`)
			return true
		}
		return false
	})
	s.declare(applicationConfiguration, "it", map[string]any{"appName": "Ours", "autoCreateOidcClientSecret": false})
	o := s.up()
	require.Error(t, o.err)
	require.Contains(t, o.messages, "this Pocket ID has no setting autoCreateOidcClientSecret")
	require.Equal(t, "Pocket ID", s.instance.settings()["appName"], "nothing was written")
	require.Nil(t, s.find("it"))
}

// TestUnknownApplicationSettingsAreKept also sets a setting that only a newer
// server supports.
func TestUnknownApplicationSettingsAreKept(t *testing.T) {
	t.Parallel()
	instance := newFake(t, fake.Options{})
	more := map[string]string{"autoCreateOidcClientSecret": "true", "fromTheFuture": "kept"}
	instance.intercept(func(w http.ResponseWriter, r *http.Request) bool {
		switch {
		case strings.HasSuffix(r.URL.Path, "/version/current"):
			reply(w, http.StatusOK, "application/json", `{"currentVersion":"2.17.0"}`)
			return true
		case r.URL.Path == "/api/application-configuration/all":
			answer := httptest.NewRecorder()
			instance.server.ServeHTTP(answer, r)
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
	s := newStack(t, instance)
	s.declare(applicationConfiguration, "it", map[string]any{"autoCreateOidcClientSecret": false})
	s.mustUp()
	require.Equal(t, map[string]string{"autoCreateOidcClientSecret": "false", "fromTheFuture": "kept"}, more)
	s.requireNoChanges()
}

// TestRemovedApplicationSettingNeedsNoReset upgrades to a server without a setting:
// removing that setting from the program must succeed.
func TestRemovedApplicationSettingNeedsNoReset(t *testing.T) {
	t.Parallel()
	instance := newFake(t, fake.Options{})
	s := newStack(t, instance)
	s.declare(applicationConfiguration, "it", map[string]any{"appName": "Ours", "accentColor": "red", "disableAnimations": true, "onDestroy": "reset"})
	s.mustUp()
	instance.intercept(func(w http.ResponseWriter, r *http.Request) bool {
		switch {
		case r.URL.Path == "/api/application-configuration/all":
			answer := httptest.NewRecorder()
			instance.server.ServeHTTP(answer, r)
			var list []map[string]any
			_ = json.Unmarshal(answer.Body.Bytes(), &list)
			body, _ := json.Marshal(slices.DeleteFunc(list, func(s map[string]any) bool { return s["key"] == "disableAnimations" || s["key"] == "accentColor" }))
			reply(w, answer.Code, "application/json", string(body))
			return true
		case r.Method == "PUT" && r.URL.Path == "/api/application-configuration":
			var in map[string]string
			_ = json.NewDecoder(r.Body).Decode(&in)
			require.NotContains(t, in, "disableAnimations")
			in["disableAnimations"], in["accentColor"] = "true", "red" // the fake still requires them
			body, _ := json.Marshal(in)
			r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
		}
		return false
	})
	o := s.up()
	require.NoError(t, o.err, o.messages)
	s.declare(applicationConfiguration, "it", map[string]any{"appName": "Theirs", "accentColor": "red", "onDestroy": "reset"})
	o = s.up()
	require.Error(t, o.err)
	require.Contains(t, o.messages, "this Pocket ID has no setting accentColor")
	s.declare(applicationConfiguration, "it", map[string]any{"appName": "Theirs", "onDestroy": "reset"})
	s.mustUp()
	s.requireNoChanges()
	s.instance.changeSettings(map[string]string{"appName": "Theirs"})
	o = s.destroy()
	require.NoError(t, o.err, o.messages)
	require.Equal(t, "Pocket ID", s.instance.settings()["appName"])
}
