package provider

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

// manyFeatures are inputs that an old server does not know, each since another version.
func manyFeatures() ClientArgs {
	text, yes, minutes := "x", true, 5
	return ClientArgs{Description: &text, SkipConsent: &yes, RequiresPushedAuthorizationRequests: &yes, AccessTokenDurationMinutes: &minutes,
		BackchannelLogoutURL: &text, ClientSecret: &text}
}

// Errors about several inputs come in the same order in each run.
func TestVersionErrorsHaveAFixedOrder(t *testing.T) {
	t.Parallel()
	instance := newFake(t, fake.Options{Version: "2.3.0"})
	conn := instance.testConfig().conn()
	first := manyFeatures().requireVersionToCreate(t.Context(), conn)
	require.ErrorContains(t, first, "backchannelLogoutUrl")
	require.ErrorContains(t, first, "clientSecret")
	for range 30 {
		require.EqualError(t, manyFeatures().requireVersionToCreate(t.Context(), conn), first.Error())
	}
}

// A version that cannot be read is reported once, not for each feature.
func TestAnUnreadableVersionIsReportedOnce(t *testing.T) {
	t.Parallel()
	instance := newFake(t, fake.Options{Version: "2.14.0"})
	instance.intercept(func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.HasSuffix(r.URL.Path, "/version/current") {
			return false
		}
		reply(w, http.StatusForbidden, "application/json", `{"error":"no version for you","code":"forbidden"}`)
		return true
	})
	config := instance.testConfig()
	err := manyFeatures().requireVersionToCreate(t.Context(), config.conn())
	require.ErrorIs(t, err, api.ErrForbidden)
	require.Equal(t, 1, strings.Count(err.Error(), "no version for you"), err)

	s := newStack(t, instance)
	s.config["maxRetries"] = "0"
	s.declare("Client", "app", map[string]any{"name": "App", "callbackUrls": []any{"https://a.example"}, "description": "x", "skipConsent": true,
		"accessTokenDurationMinutes": 5, "backchannelLogoutUrl": "https://a.example/bye", "requiresPushedAuthorizationRequests": true})
	o := s.preview()
	require.Error(t, o.err)
	require.Equal(t, 1, strings.Count(o.messages, "no version for you"), o.messages)
}
