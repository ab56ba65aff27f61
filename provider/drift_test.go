package provider

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

// driftedSetting is a field that somebody changes on the server.
type driftedSetting struct {
	property, field string
	value           any
}

func TestDriftOfClientSettingsIsCorrected(t *testing.T) {
	t.Parallel()
	s := newStack(t, onNewestServer(t))
	instance, devs := s.instance, declareEverySetting(s)
	before := instance.client("app")
	for _, drift := range []driftedSetting{
		{"description", "description", ""},
		{"skipConsent", "skipConsent", false},
		{"requiresPushedAuthorizationRequests", "requiresPushedAuthorizationRequests", false},
		{"accessTokenDurationMinutes", "accessTokenDurationMinutes", 60},
		{"refreshTokenDurationMinutes", "refreshTokenDurationMinutes", 1},
		{"backchannelLogoutUrl", "backchannelLogoutURL", "https://evil.example"},
		{"isPublic", "isPublic", true},
		{"logoutCallbackUrls", "logoutCallbackURLs", []any{"https://a.example/out", "https://z.example"}},
	} {
		instance.editClient("app", func(c map[string]any) { c[drift.field] = drift.value })
		requireDriftCorrected(s, "app", drift.property)
		require.Equal(t, before[drift.field], instance.client("app")[drift.field], drift.property)
	}
	instance.mustRequest("PUT", "/api/oidc/clients/app/allowed-user-groups", map[string]any{"userGroupIds": []string{}})
	requireDriftCorrected(s, "app", "allowedUserGroups")
	require.Equal(t, []string{devs}, allowedGroupIDs(instance.client("app")))

	t.Log("removing the settings from the program resets them")
	s.declare("Client", "app", map[string]any{"name": "App", "clientId": "app", "callbackUrls": []any{}})
	s.mustUp()
	s.requireNoChanges()
	require.NotContains(t, instance.client("app"), "backchannelLogoutURL")
}

func TestDriftOfIdentitySettingsIsCorrected(t *testing.T) {
	t.Parallel()
	s := newStack(t, onNewestServer(t))
	instance := s.instance
	declareEverySetting(s)
	for _, drift := range []driftedSetting{
		{"subject", "subject", "evil"},
		{"audience", "audience", "evil"},
		{"jwksUrl", "jwks", "https://evil.example/keys"},
		{"replayProtection", "replayProtection", false},
	} {
		before := instance.identities("app")[0].(map[string]any)[drift.field]
		instance.editClient("app", func(c map[string]any) {
			c["credentials"].(map[string]any)["federatedIdentities"].([]any)[0].(map[string]any)[drift.field] = drift.value
		})
		requireDriftCorrected(s, "ci", drift.property)
		require.Equal(t, before, instance.identities("app")[0].(map[string]any)[drift.field], drift.property)
	}

	t.Log("removing the settings from the program resets them")
	s.declare("FederatedIdentity", "ci", map[string]any{"issuer": "https://ci.example"})
	s.mustUp()
	s.requireNoChanges()
	require.Equal(t, false, instance.identities("app")[0].(map[string]any)["replayProtection"])
}

// onNewestServer is an instance that supports every property of a client.
func onNewestServer(t *testing.T) *testInstance {
	instance := newFake(t, fake.Options{StoreUnknownFields: true}) // the fake stores backchannelLogoutURL, which Pocket ID has from 2.17 on
	instance.intercept(func(w http.ResponseWriter, r *http.Request) bool {
		if strings.HasSuffix(r.URL.Path, "/version/current") {
			reply(w, http.StatusOK, "application/json", `{"currentVersion":"2.17.0"}`)
			return true
		}
		return false
	})
	return instance
}

// declareEverySetting runs an update with a client and an identity that set every property
// which newer servers support. It returns the id of the group that the client allows.
func declareEverySetting(s *stack) string {
	s.t.Helper()
	s.declare("Group", "devs", map[string]any{"name": "devs", "friendlyName": "Developers"})
	s.mustUp()
	devs := string(s.state("devs").ID)
	s.declare("Client", "app", map[string]any{"name": "App", "clientId": "app", "callbackUrls": []any{}, "description": "What it is for", "skipConsent": true,
		"requiresPushedAuthorizationRequests": true, "accessTokenDurationMinutes": 30, "refreshTokenDurationMinutes": 600,
		"backchannelLogoutUrl": "https://a.example/bye", "logoutCallbackUrls": []any{"https://a.example/out"}, "allowedUserGroups": []any{devs}})
	s.declare("FederatedIdentity", "ci", map[string]any{"issuer": "https://ci.example", "subject": "s", "audience": "a", "jwksUrl": "https://ci.example/keys", "replayProtection": true}).
		from = map[string]string{"clientId": "app.clientId"}
	s.mustUp()
	s.requireNoChanges()
	require.Equal(s.t, "https://a.example/bye", s.instance.client("app")["backchannelLogoutURL"])
	require.Equal(s.t, true, s.instance.identities("app")[0].(map[string]any)["replayProtection"])
	return devs
}

// requireDriftCorrected requires that the next update shows the drift of one property of a
// resource and corrects it.
func requireDriftCorrected(s *stack, name, property string) {
	s.t.Helper()
	require.NoError(s.t, s.refresh().err)
	o := s.mustUp()
	require.Len(s.t, o.diffs[name], 1, property)
	require.True(s.t, strings.HasPrefix(o.diffs[name][0], property), "%s: %v", property, o.diffs[name])
	s.requireNoChanges()
}

func TestALogoUploadedElsewhereShowsInTheOutputs(t *testing.T) {
	t.Parallel()
	instance := newFake(t, fake.Options{})
	s := newStack(t, instance)
	s.declare("Client", "app", confidentialClient("app"))
	s.mustUp()
	instance.intercept(func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != "GET" || r.URL.Path != "/api/oidc/clients/app" {
			return false
		}
		answer := httptest.NewRecorder()
		instance.server.ServeHTTP(answer, r)
		var client map[string]any
		require.NoError(t, json.Unmarshal(answer.Body.Bytes(), &client))
		client["hasLogo"], client["hasDarkLogo"] = true, true
		body, _ := json.Marshal(client)
		reply(w, answer.Code, "application/json", string(body))
		return true
	})
	require.NoError(t, s.refresh().err)
	require.Equal(t, true, s.output("app", "hasLogo"))
	require.Equal(t, true, s.output("app", "hasDarkLogo"))
	require.Empty(t, s.preview().steps)
}
