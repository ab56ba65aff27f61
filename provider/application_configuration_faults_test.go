package provider

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

func TestApplicationConfigurationOfAnInstanceConfiguredByEnvironment(t *testing.T) {
	t.Parallel()
	instance := newFake(t, fake.Options{})
	instance.changeSettings(map[string]string{"smtpPassword": "a password of mails", "appName": "Ours"})
	s := newStack(t, instance)
	s.declare(applicationConfiguration, "it", map[string]any{"smtpPassword": "a password of mails"})
	s.mustUp()
	instance.intercept(func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.HasPrefix(r.URL.Path, "/api/application-configuration") {
			return false
		}
		if r.Method == "PUT" {
			reply(w, http.StatusForbidden, "application/json", `{"error":"The configuration can't be changed since the UI configuration is disabled","code":"ui_config_disabled"}`)
			return true
		}
		answer := httptest.NewRecorder()
		instance.server.ServeHTTP(answer, r)
		reply(w, answer.Code, "application/json", strings.ReplaceAll(answer.Body.String(), "a password of mails", "XXXXXXXXXX"))
		return true
	})
	s.requireNoChanges()
	require.Equal(t, "a password of mails", s.output("it", "smtpPassword"))
	s.declare(applicationConfiguration, "it", map[string]any{"smtpPassword": "another password"})
	o := s.up()
	require.Error(t, o.err)
	require.Contains(t, o.messages, "takes its configuration from its environment (UI_CONFIG_DISABLED)")
	require.NotContains(t, o.messages, "another password")

	other := newStack(t, instance)
	require.NoError(t, other.importResource(applicationConfiguration, "it", "application-configuration").err)
	require.NotContains(t, other.state("it").Inputs, resource.PropertyKey("smtpPassword"))
	require.NotContains(t, other.state("it").Outputs, resource.PropertyKey("smtpPassword"))
	other.declare(applicationConfiguration, "it", map[string]any{"appName": "Ours"})
	other.requireNoChanges()
}

func TestLostResponseToApplicationConfigurationIsResolved(t *testing.T) {
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{}))
	var puts atomic.Int32
	s.instance.intercept(func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != "PUT" || puts.Add(1) > 1 {
			return false
		}
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		s.instance.server.ServeHTTP(httptest.NewRecorder(), r)
		dropConnection(w)
		return true
	})
	s.declare(applicationConfiguration, "it", map[string]any{"appName": "Ours"})
	s.mustUp()
	require.Equal(t, "Ours", s.instance.settings()["appName"])
	require.EqualValues(t, 1, puts.Load())
	s.requireNoChanges()
}

// TestApplicationConfigurationWrittenConcurrently lets another writer write after
// the provider's write. The provider repeats its own write then.
func TestApplicationConfigurationWrittenConcurrently(t *testing.T) {
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{}))
	var reads, writes atomic.Int32
	s.instance.intercept(func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method == "PUT" && writes.Add(1) == 1 {
			s.instance.hideResponse(w, r)
			return true
		}
		if r.Method == "GET" && r.URL.Path == "/api/application-configuration/all" && reads.Add(1) == 2 { // the read that verifies the write
			in, _ := json.Marshal(map[string]string{"appName": "Theirs", "sessionDuration": "60", "homePageUrl": "/", "emailsVerified": "false", "disableAnimations": "false",
				"allowOwnAccountEdit": "true", "allowUserSignups": "open", "requireUserEmail": "true", "smtpTls": "none", "smtpSkipCertVerify": "false", "ldapEnabled": "false",
				"ldapSkipCertVerify": "false", "ldapSoftDeleteUsers": "true", "webauthnUserVerification": "required", "webauthnAllowSyncedPasskeys": "true",
				"webauthnAuthenticatorAttachment": "any", "emailOneTimeAccessAsAdminEnabled": "false", "emailOneTimeAccessAsUnauthenticatedEnabled": "false",
				"emailLoginNotificationEnabled": "false", "emailApiKeyExpirationEnabled": "false", "emailVerificationEnabled": "false"})
			theirs := httptest.NewRequest("PUT", "/api/application-configuration", bytes.NewReader(in))
			theirs.Header.Set("X-API-Key", testKey)
			theirs.Header.Set("Content-Type", "application/json")
			answer := httptest.NewRecorder()
			s.instance.server.ServeHTTP(answer, theirs)
			require.Equal(t, 200, answer.Code, answer.Body.String())
		}
		return false
	})
	s.declare(applicationConfiguration, "it", map[string]any{"appName": "Ours"})
	s.mustUp()
	require.Equal(t, "Ours", s.instance.settings()["appName"])
	require.Equal(t, "open", s.instance.settings()["allowUserSignups"], "the change of the other writer is kept")
	s.requireNoChanges()
}

func TestInvalidSettingsResponseFailsTheRefresh(t *testing.T) {
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{}))
	s.config["maxRetries"] = "0"
	s.declare(applicationConfiguration, "it", map[string]any{"appName": "Ours"})
	s.mustUp()
	for _, page := range []string{"<html>Sign in</html>", "[]", `{}`, `[{"key":"appName"}]`, `[{"key":"smtpHost","value":""}]`} {
		s.instance.intercept(func(w http.ResponseWriter, r *http.Request) bool {
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
