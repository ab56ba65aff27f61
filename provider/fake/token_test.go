package fake_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

// testedVersions returns versions before and after 2.10, which rewrote the token endpoint.
func testedVersions() []string { return []string{"2.9.0", "2.12.0", "2.13.0", "2.14.0"} }

func TestAWorkloadGetsATokenForItsClient(t *testing.T) {
	t.Parallel()
	for _, version := range testedVersions() {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			for _, github := range []*issuer{newIssuer(t), newRSAIssuer(t)} {
				server := start(t, fake.Options{Version: version})
				server.createClientTrusting("app", object{"issuer": github.url, "subject": "repo:acme/app", "audience": "pocket-id"})

				got := server.tokenByAssertion("app", github.token(nil))

				require.Equal(t, 200, got.status, got.text)
				require.Equal(t, "Bearer", capitalize(got.body["token_type"].(string)))
				require.InDelta(t, 3600, got.body["expires_in"], 1)

				// The token is signed with a key that the server publishes.
				var keys jose.JSONWebKeySet
				require.NoError(t, json.Unmarshal([]byte(server.do("GET", "/.well-known/jwks.json", nil).text), &keys))
				token, err := jwt.ParseSigned(got.body["access_token"].(string), []jose.SignatureAlgorithm{jose.RS256})
				require.NoError(t, err)
				var issued jwt.Claims
				require.NoError(t, token.Claims(keys.Key(token.Headers[0].KeyID)[0].Key, &issued))
				require.Equal(t, "client-app", issued.Subject)
				require.Equal(t, jwt.Audience{"app"}, issued.Audience)
				require.Equal(t, server.url, issued.Issuer)
				require.Equal(t, issued.Issuer, server.ok("GET", "/.well-known/openid-configuration", nil)["issuer"])
			}
		})
	}
}

func capitalize(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

func TestATokenRequestNeedsValidCredentials(t *testing.T) {
	t.Parallel()
	for version, want := range map[string]struct{ missing, wrong, unknownClient, publicClient int }{
		"2.3.0":  {400, 400, 404, 400},
		"2.9.0":  {400, 401, 404, 400},
		"2.12.0": {401, 401, 401, 400},
		"2.14.0": {401, 401, 401, 400},
	} {
		server := start(t, fake.Options{Version: version})
		server.ok("POST", "/api/oidc/clients", object{"id": "app", "name": "App"})
		server.ok("POST", "/api/oidc/clients", object{"id": "public", "name": "Public", "isPublic": true})

		require.Equal(t, want.missing, server.tokenBySecret("app", "").status, version)
		require.Equal(t, want.wrong, server.tokenBySecret("app", "not-the-secret-of-this-app").status, version)
		require.Equal(t, want.unknownClient, server.tokenBySecret("nobody", "not-the-secret-of-this-app").status, version)
		require.Equal(t, want.publicClient, server.tokenBySecret("public", "").status, version)
	}
}

func TestASecretIsAcceptedInTheBasicHeader(t *testing.T) {
	t.Parallel()
	for _, version := range testedVersions() {
		server := start(t, fake.Options{Version: version})
		secret := server.createClientSecret("app")
		request, err := http.NewRequest("POST", server.url, nil)
		require.NoError(t, err)
		request.SetBasicAuth("app", secret)

		got := server.post("/api/oidc/token", url.Values{"grant_type": {"client_credentials"}}, request.Header)

		require.Equal(t, 200, got.status, got.text)
		require.Equal(t, 200, server.tokenBySecret("app", secret).status)
	}
}

func TestUserGrantsAreRefused(t *testing.T) {
	t.Parallel()
	server := start(t, fake.Options{})
	secret := server.createClientSecret("app")
	form := url.Values{"grant_type": {"authorization_code"}, "code": {"stale"}, "client_id": {"app"}, "client_secret": {secret}}

	require.Equal(t, "invalid_grant", server.post("/api/oidc/token", form, nil).body["error"])

	form.Set("client_secret", "not-the-secret-of-this-app")
	require.Equal(t, "invalid_client", server.post("/api/oidc/token", form, nil).body["error"])

	form.Del("grant_type")
	require.Equal(t, "invalid_request", server.post("/api/oidc/token", form, nil).body["error"])
}

func TestTokensHaveTheConfiguredIssuer(t *testing.T) {
	t.Parallel()
	github := newIssuer(t)
	server := start(t, fake.Options{Issuer: "https://id.example.com/"})
	server.createClientTrusting("app", object{"issuer": github.url})

	require.Equal(t, "https://id.example.com", server.ok("GET", "/.well-known/openid-configuration", nil)["issuer"])
	require.Equal(t, 200, server.tokenByAssertion("app", github.token(claims{"sub": "app", "aud": "https://id.example.com"})).status)
}

func TestAClientCanIntrospectItsOwnTokens(t *testing.T) {
	t.Parallel()
	for _, version := range testedVersions() {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			github := newIssuer(t)
			server := start(t, fake.Options{Version: version})
			secret := server.createClientSecret("other")
			server.createClientTrusting("app", object{"issuer": github.url, "subject": "repo:acme/app", "audience": "pocket-id"})
			token := server.tokenByAssertion("app", github.token(nil)).body["access_token"].(string)
			introspect := func(token string, header http.Header) response {
				return server.post("/api/oidc/introspect", url.Values{"token": {token}, "client_id": {"app"}}, header)
			}
			asApp := http.Header{"Authorization": {"Bearer " + github.token(nil)}}

			require.Equal(t, true, introspect(token, asApp).body["active"])
			require.Equal(t, "client-app", introspect(token, asApp).body["sub"])
			require.Equal(t, object{"active": false}, introspect("garbage", asApp).body)

			invalid := http.Header{"Authorization": {"Bearer " + github.token(claims{"sub": "other"})}}
			require.GreaterOrEqual(t, introspect("garbage", invalid).status, 400)
			require.GreaterOrEqual(t, introspect("garbage", nil).status, 400)

			// Another client gets no information about the token.
			request, err := http.NewRequest("POST", server.url, nil)
			require.NoError(t, err)
			request.SetBasicAuth("other", secret)
			require.NotEqual(t, true, introspect(token, request.Header).body["active"])
			require.Equal(t, object{"active": false}, introspect("garbage", request.Header).body)
		})
	}
}
