package fake_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

func TestWhoHasNoCredentialsGetsNoToken(t *testing.T) {
	t.Parallel()
	for version, want := range map[string]struct{ nothing, wrong, unknown, public int }{
		"2.3.0":  {400, 400, 404, 400},
		"2.9.0":  {400, 401, 404, 400},
		"2.12.0": {401, 401, 401, 400},
		"2.14.0": {401, 401, 401, 400},
	} {
		server := start(t, fake.Options{Version: version})
		server.ok("POST", "/api/oidc/clients", object{"id": "app", "name": "App"})
		server.ok("POST", "/api/oidc/clients", object{"id": "public", "name": "Public", "isPublic": true})

		require.Equal(t, want.nothing, server.withSecret("app", "").status, version)
		require.Equal(t, want.wrong, server.withSecret("app", "not-the-secret-of-this-app").status, version)
		require.Equal(t, want.unknown, server.withSecret("nobody", "not-the-secret-of-this-app").status, version)
		require.Equal(t, want.public, server.withSecret("public", "").status, version)
	}
}

func TestASecretMayComeInTheHeader(t *testing.T) {
	t.Parallel()
	for _, version := range eachKindOfRelease() {
		server := start(t, fake.Options{Version: version})
		secret := server.newSecret("app")
		request, err := http.NewRequest("POST", server.url, nil)
		require.NoError(t, err)
		request.SetBasicAuth("app", secret)

		a := server.post("/api/oidc/token", url.Values{"grant_type": {"client_credentials"}}, request.Header)

		require.Equal(t, 200, a.status, a.text)
		require.Equal(t, 200, server.withSecret("app", secret).status)
	}
}

// newSecret makes a client and a secret for it, in the way of the release.
func (c *caller) newSecret(clientID string) string {
	c.t.Helper()
	c.ok("POST", "/api/oidc/clients", object{"id": clientID, "name": "A client"})
	for _, path := range []string{"/secrets", "/secret"} {
		if a := c.do("POST", "/api/oidc/clients/"+clientID+path, nil); a.status < 300 {
			return a.body["secret"].(string)
		}
	}
	require.Fail(c.t, "no secret")
	return ""
}

func TestOtherGrantsNeedAPerson(t *testing.T) {
	t.Parallel()
	server := start(t, fake.Options{})
	secret := server.newSecret("app")
	form := url.Values{"grant_type": {"authorization_code"}, "code": {"stale"}, "client_id": {"app"}, "client_secret": {secret}}

	require.Equal(t, "invalid_grant", server.post("/api/oidc/token", form, nil).body["error"])

	form.Set("client_secret", "not-the-secret-of-this-app")
	require.Equal(t, "invalid_client", server.post("/api/oidc/token", form, nil).body["error"])

	form.Del("grant_type")
	require.Equal(t, "invalid_request", server.post("/api/oidc/token", form, nil).body["error"])
}

func TestAClientMayAskAboutItsTokens(t *testing.T) {
	t.Parallel()
	for _, version := range eachKindOfRelease() {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			github := newIssuer(t)
			server := start(t, fake.Options{Version: version})
			secret := server.newSecret("other")
			server.clientTrusting("app", object{"issuer": github.url, "subject": "repo:acme/app", "audience": "pocket-id"})
			token := server.withAssertion("app", github.token(nil)).body["access_token"].(string)
			ask := func(about string, header http.Header) answer {
				return server.post("/api/oidc/introspect", url.Values{"token": {about}, "client_id": {"app"}}, header)
			}
			asApp := http.Header{"Authorization": {"Bearer " + github.token(nil)}}

			require.Equal(t, true, ask(token, asApp).body["active"])
			require.Equal(t, "client-app", ask(token, asApp).body["sub"])
			require.Equal(t, object{"active": false}, ask("garbage", asApp).body)

			stranger := http.Header{"Authorization": {"Bearer " + github.token(claims{"sub": "stranger"})}}
			require.GreaterOrEqual(t, ask("garbage", stranger).status, 400)
			require.GreaterOrEqual(t, ask("garbage", nil).status, 400)

			// Another client learns nothing of it.
			request, err := http.NewRequest("POST", server.url, nil)
			require.NoError(t, err)
			request.SetBasicAuth("other", secret)
			require.NotEqual(t, true, ask(token, request.Header).body["active"])
			require.Equal(t, object{"active": false}, ask("garbage", request.Header).body)
		})
	}
}
