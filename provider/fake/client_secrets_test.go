package fake_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

// createClientSecret creates a client and a secret for it, with the route of the version.
func (s *testServer) createClientSecret(clientID string) string {
	s.t.Helper()
	s.ok("POST", "/api/oidc/clients", object{"id": clientID, "name": "A client"})
	for _, path := range []string{"/secrets", "/secret"} {
		if got := s.do("POST", "/api/oidc/clients/"+clientID+path, nil); got.status < 300 {
			return got.body["secret"].(string)
		}
	}
	require.Fail(s.t, "the server has no route that creates a secret")
	return ""
}

func TestAClientCanBeCreatedWithASecret(t *testing.T) {
	t.Parallel()
	server := start(t, fake.Options{AutoCreateClientSecret: true})

	created := server.ok("POST", "/api/oidc/clients", object{"id": "app", "name": "App"})
	secret := created["createdSecret"].(object)
	require.Len(t, secret["secret"], 32)
	require.Equal(t, 200, server.tokenBySecret("app", secret["secret"].(string)).status)

	listed := server.ok("GET", "/api/oidc/clients/app", nil)["credentials"].(object)["secrets"].([]any)
	require.Len(t, listed, 1)
	require.Equal(t, secret["id"], listed[0].(object)["id"])
	require.NotContains(t, listed[0], "secret")
	require.NotContains(t, server.ok("GET", "/api/oidc/clients/app", nil), "createdSecret")

	require.NotContains(t, server.ok("POST", "/api/oidc/clients", object{"name": "Public", "isPublic": true}), "createdSecret")
	byDefault := start(t, fake.Options{})
	require.NotContains(t, byDefault.ok("POST", "/api/oidc/clients", object{"name": "App"}), "createdSecret")
}

func TestAClientHasAtMostTwentySecrets(t *testing.T) {
	t.Parallel()
	server := start(t, fake.Options{})
	server.ok("POST", "/api/oidc/clients", object{"id": "app", "name": "App"})
	var last object
	for range 20 {
		last = server.ok("POST", "/api/oidc/clients/app/secrets", nil)
	}

	got := server.do("POST", "/api/oidc/clients/app/secrets", nil)
	require.Equal(t, 400, got.status)
	require.Equal(t, "A client cannot have more than 20 secrets", got.body["error"])

	server.ok("DELETE", "/api/oidc/clients/app/secrets/"+last["id"].(string), nil)
	server.ok("POST", "/api/oidc/clients/app/secrets", nil)
}

func TestAnExpiredSecretIsListedButRefused(t *testing.T) {
	t.Parallel()
	now := time.Now()
	server := start(t, fake.Options{Now: func() time.Time { return now }})
	server.ok("POST", "/api/oidc/clients", object{"id": "app", "name": "App"})
	server.ok("POST", "/api/oidc/clients/app/secrets", object{"secret": "not-a-real-secret", "expiresAt": now.Add(time.Hour)})
	require.Equal(t, 200, server.tokenBySecret("app", "not-a-real-secret").status)

	now = now.Add(2 * time.Hour)

	require.Equal(t, 401, server.tokenBySecret("app", "not-a-real-secret").status)
	listed := server.ok("GET", "/api/oidc/clients/app", nil)["credentials"].(object)["secrets"].([]any)[0].(object)
	require.Equal(t, false, listed["isActive"])
	require.Equal(t, "not-", listed["prefix"])
}

func TestASecondSecretReplacesTheFirstBefore214(t *testing.T) {
	t.Parallel()
	for version, statusOfFirst := range map[string]int{"2.9.0": 401, "2.13.0": 401, "2.14.0": 200} {
		server := start(t, fake.Options{Version: version})
		first := server.createClientSecret("app")
		other := server.createClientSecret("app2")
		path := map[string]string{"2.14.0": "/secrets"}[version]
		if path == "" {
			path = "/secret"
		}
		second := server.ok("POST", "/api/oidc/clients/app"+path, nil)["secret"].(string)

		require.Equal(t, statusOfFirst, server.tokenBySecret("app", first).status, version)
		require.Equal(t, 200, server.tokenBySecret("app", second).status, version)
		require.Equal(t, 401, server.tokenBySecret("app", other).status, version)
	}
}

func TestSecretsSurviveWhileAClientIsPublic(t *testing.T) {
	t.Parallel()
	server := start(t, fake.Options{})
	secret := server.createClientSecret("app")
	server.ok("PUT", "/api/oidc/clients/app", object{"name": "App", "isPublic": true})
	require.Equal(t, 400, server.do("POST", "/api/oidc/clients/app/secrets", nil).status)
	require.Equal(t, 400, server.tokenBySecret("app", secret).status)

	server.ok("PUT", "/api/oidc/clients/app", object{"name": "App"})

	require.Equal(t, 200, server.tokenBySecret("app", secret).status)
}
