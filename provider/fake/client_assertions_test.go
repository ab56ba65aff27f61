package fake_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

func TestAnAssertionWithWrongClaimsIsRefused(t *testing.T) {
	t.Parallel()
	otherIssuer := newIssuer(t)
	ago := func(d time.Duration) int64 { return time.Now().Add(-d).Unix() }
	for name, changed := range map[string]claims{
		"another subject":      {"sub": "repo:acme/other"},
		"no subject":           {"sub": nil},
		"a longer subject":     {"sub": "repo:acme/app2"},
		"another audience":     {"aud": "somebody-else"},
		"no audience":          {"aud": nil},
		"expired":              {"exp": ago(70 * time.Second)},
		"not valid yet":        {"nbf": ago(-10 * time.Minute)},
		"issued in the future": {"iat": ago(-10 * time.Minute)},
	} {
		for _, version := range testedVersions() {
			t.Run(name+" "+version, func(t *testing.T) {
				t.Parallel()
				github := newIssuer(t)
				server := start(t, fake.Options{Version: version})
				server.createClientTrusting("app", object{"issuer": github.url, "subject": "repo:acme/app", "audience": "pocket-id"})

				requireInvalidAssertion(t, version, server.tokenByAssertion("app", github.token(changed)))
				requireInvalidAssertion(t, version, server.tokenByAssertion("app", otherIssuer.token(claims{"iss": github.url})))
				require.Equal(t, 200, server.tokenByAssertion("app", github.token(nil)).status)
			})
		}
	}
}

// requireInvalidAssertion requires the error of the version for an invalid assertion.
func requireInvalidAssertion(t *testing.T, version string, got response) {
	t.Helper()
	switch version {
	case "2.9.0":
		require.Equal(t, 401, got.status, got.text)
		require.Equal(t, object{"error": "Invalid client assertion"}, got.body)
	default:
		require.Equal(t, 401, got.status, got.text)
		require.Equal(t, "invalid_client", got.body["error"])
		require.Contains(t, got.body["error_description"], "Invalid client assertion.")
	}
}

func TestClockSkewIsTolerated(t *testing.T) {
	t.Parallel()
	for version, skew := range map[string]time.Duration{"2.9.0": time.Minute, "2.12.0": 30 * time.Second, "2.14.0": 30 * time.Second} {
		github := newIssuer(t)
		now := time.Now()
		server := start(t, fake.Options{Version: version, Now: func() time.Time { return now }})
		server.createClientTrusting("app", object{"issuer": github.url, "subject": "repo:acme/app", "audience": "pocket-id"})
		statusWith := func(claim string, in time.Duration) int {
			return server.tokenByAssertion("app", github.token(claims{claim: now.Add(in).Unix()})).status
		}

		require.Equal(t, 200, statusWith("exp", 2*time.Second-skew), version)
		require.Equal(t, 401, statusWith("exp", -2*time.Second-skew), version)
		require.Equal(t, 200, statusWith("nbf", skew-2*time.Second), version)
		require.Equal(t, 401, statusWith("nbf", skew+2*time.Second), version)
	}
}

// Version 2.3 takes the client id from the subject of the token. It ignores the
// client id in the form and the subject of the identity.
func TestIn23TheSubjectIsTheClientID(t *testing.T) {
	t.Parallel()
	github := newIssuer(t)
	server := start(t, fake.Options{Version: "2.3.0"})
	server.createClientTrusting("app", object{"issuer": github.url, "audience": "pocket-id"})
	server.createClientTrusting("other", object{"issuer": github.url, "subject": "repo:acme/app", "audience": "pocket-id"})

	require.Equal(t, 200, server.tokenByAssertion("app", github.token(claims{"sub": "app"})).status)
	require.Equal(t, 200, server.tokenByAssertion("ignored", github.token(claims{"sub": "app"})).status)

	refused := server.tokenByAssertion("other", github.token(nil))
	require.Equal(t, 400, refused.status)
	require.Equal(t, object{"error": "Invalid client assertion"}, refused.body)
}

func TestAnAssertionWithoutExpiryIsRefusedFrom210(t *testing.T) {
	t.Parallel()
	for version, status := range map[string]int{"2.9.0": 200, "2.12.0": 401, "2.14.0": 401} {
		github := newIssuer(t)
		server := start(t, fake.Options{Version: version})
		server.createClientTrusting("app", object{"issuer": github.url, "subject": "repo:acme/app", "audience": "pocket-id"})

		require.Equal(t, status, server.tokenByAssertion("app", github.token(claims{"exp": nil})).status, version)
	}
}

func TestAnAssertionCanHaveSeveralAudiences(t *testing.T) {
	t.Parallel()
	github := newIssuer(t)
	server := start(t, fake.Options{})
	server.createClientTrusting("app", object{"issuer": github.url, "subject": "repo:acme/app", "audience": "pocket-id"})

	require.Equal(t, 200, server.tokenByAssertion("app", github.token(claims{"aud": []string{"a", "pocket-id"}})).status)
}

func TestSubjectAndAudienceOfAnIdentityHaveDefaults(t *testing.T) {
	t.Parallel()
	github := newIssuer(t)
	server := start(t, fake.Options{})
	server.createClientTrusting("app", object{"issuer": github.url})

	require.Equal(t, 200, server.tokenByAssertion("app", github.token(claims{"sub": "app", "aud": server.url})).status)
	require.Equal(t, 401, server.tokenByAssertion("app", github.token(claims{"sub": "app"})).status)
	require.Equal(t, 401, server.tokenByAssertion("app", github.token(claims{"sub": "app", "aud": server.url + "/"})).status)
	require.Equal(t, 401, server.tokenByAssertion("app", github.token(claims{"aud": server.url})).status)
}

func TestTheTrailingSlashOfAnIssuerMatters(t *testing.T) {
	t.Parallel()
	for version, status := range map[string]int{"2.9.0": 401, "2.12.0": 400, "2.14.0": 400} {
		github := newIssuer(t)
		server := start(t, fake.Options{Version: version})
		server.createClientTrusting("app", object{"issuer": github.url + "/", "subject": "repo:acme/app", "audience": "pocket-id"})

		require.Equal(t, status, server.tokenByAssertion("app", github.token(nil)).status, version)
		require.Equal(t, 200, server.tokenByAssertion("app", github.token(claims{"iss": github.url + "/"})).status, version)
	}
}

func TestOnlyTheFirstIdentityOfAnIssuerIsUsed(t *testing.T) {
	t.Parallel()
	for _, version := range testedVersions() {
		github := newIssuer(t)
		branch := object{"issuer": github.url, "subject": "branch", "audience": "pocket-id"}
		environment := object{"issuer": github.url, "subject": "environment", "audience": "pocket-id"}
		server := start(t, fake.Options{Version: version})
		server.createClientTrusting("app", branch, environment)

		require.Equal(t, 200, server.tokenByAssertion("app", github.token(claims{"sub": "branch"})).status, version)
		requireInvalidAssertion(t, version, server.tokenByAssertion("app", github.token(claims{"sub": "environment"})))

		server.ok("PUT", "/api/oidc/clients/app", object{"name": "A client",
			"credentials": object{"federatedIdentities": []object{environment, branch}}})
		require.Equal(t, 200, server.tokenByAssertion("app", github.token(claims{"sub": "environment"})).status, version)
		requireInvalidAssertion(t, version, server.tokenByAssertion("app", github.token(claims{"sub": "branch"})))
	}
}

func TestADeletedIdentityIsRefused(t *testing.T) {
	t.Parallel()
	github := newIssuer(t)
	server := start(t, fake.Options{})
	server.createClientTrusting("app", object{"issuer": github.url, "subject": "repo:acme/app", "audience": "pocket-id"})
	require.Equal(t, 200, server.tokenByAssertion("app", github.token(nil)).status)

	server.ok("PUT", "/api/oidc/clients/app", object{"name": "A client"})

	got := server.tokenByAssertion("app", github.token(nil))
	require.Equal(t, 400, got.status)
	require.Equal(t, "invalid_request", got.body["error"])
}

func TestKeysAreSelectedByKeyID(t *testing.T) {
	t.Parallel()
	another := newIssuer(t).keys.Keys[0]
	another.KeyID = "k2"
	for name, test := range map[string]struct {
		change func(*issuer)
		status int
	}{
		"one key, token without a key id":      {func(i *issuer) { i.keyID = "" }, 200},
		"two keys, token with a key id":        {func(i *issuer) { i.keys.Keys = append(i.keys.Keys, another) }, 200},
		"two keys, token without a key id":     {func(i *issuer) { i.keyID = ""; i.keys.Keys = append(i.keys.Keys, another) }, 401},
		"token with an unknown key id":         {func(i *issuer) { i.keyID = "k9" }, 401},
		"token with a key id, key without one": {func(i *issuer) { i.keys.Keys[0].KeyID = "" }, 401},
		"key without an algorithm":             {func(i *issuer) { i.keys.Keys[0].Algorithm = "" }, 200},
		"key for another algorithm":            {func(i *issuer) { i.keys.Keys[0].Algorithm = "ES512" }, 401},
		"key for encryption":                   {func(i *issuer) { i.keys.Keys[0].Use = "enc" }, 401},
		"key of another issuer":                {func(i *issuer) { i.keys.Keys[0].Key = another.Key }, 401},
		"empty key set":                        {func(i *issuer) { i.keys.Keys = nil }, 401},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			github := newIssuer(t)
			test.change(github)
			server := start(t, fake.Options{})
			server.createClientTrusting("app", object{"issuer": github.url, "subject": "repo:acme/app", "audience": "pocket-id"})

			got := server.tokenByAssertion("app", github.token(nil))
			require.Equal(t, test.status, got.status, got.text)
		})
	}
}

func TestUnsignedAndSymmetricAssertionsAreRefused(t *testing.T) {
	t.Parallel()
	github := newRSAIssuer(t)
	server := start(t, fake.Options{})
	server.createClientTrusting("app", object{"issuer": github.url, "subject": "repo:acme/app", "audience": "pocket-id"})
	publicKey, err := github.keys.Keys[0].MarshalJSON()
	require.NoError(t, err)
	valid := github.token(nil)
	github.signing = jose.SigningKey{Algorithm: jose.HS256, Key: publicKey}
	header := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none","kid":"k1"}`))

	require.Equal(t, 401, server.tokenByAssertion("app", github.token(nil)).status)
	require.Equal(t, 401, server.tokenByAssertion("app", header+"."+strings.Split(valid, ".")[1]+".").status)
	require.Equal(t, 401, server.tokenByAssertion("app", valid[:len(valid)-4]+"AAAA").status)
	require.Equal(t, 401, server.tokenByAssertion("app", "not a token").status)
}

func TestFailedKeyFetchesAreRetried(t *testing.T) {
	t.Parallel()
	github := newIssuer(t)
	keys := github.keys.Keys
	github.keys.Keys = nil
	server := start(t, fake.Options{})
	server.createClientTrusting("app", object{"issuer": github.url, "subject": "repo:acme/app", "audience": "pocket-id", "jwks": github.url + "/keys"})

	got := server.tokenByAssertion("app", github.token(nil))
	require.Equal(t, 401, got.status)
	require.Contains(t, got.body["error_description"], "Unable to fetch client assertion JWKS.")

	github.keys.Keys = keys
	require.Equal(t, 200, server.tokenByAssertion("app", github.token(nil)).status)
	require.EqualValues(t, 2, github.fetches.Load())
}

func TestFetchingKeysDoesNotBlockOtherRequests(t *testing.T) {
	t.Parallel()
	server := start(t, fake.Options{})
	slow := newIssuer(t)
	duringFetch := 0
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		duringFetch = server.do("GET", "/api/oidc/clients", nil).status // would deadlock if the fake held its lock
		_ = json.NewEncoder(w).Encode(slow.keys)
	}))
	t.Cleanup(proxy.Close)
	server.createClientTrusting("app", object{"issuer": slow.url, "subject": "repo:acme/app", "audience": "pocket-id", "jwks": proxy.URL})

	require.Equal(t, 200, server.tokenByAssertion("app", slow.token(nil)).status)
	require.Equal(t, 200, duringFetch)
}

func TestReplayProtectionAcceptsATokenOnce(t *testing.T) {
	t.Parallel()
	github := newIssuer(t)
	protected := object{"issuer": github.url, "subject": "repo:acme/app", "audience": "pocket-id", "replayProtection": true}
	now := time.Now()
	server := start(t, fake.Options{Now: func() time.Time { return now }})
	server.createClientTrusting("app", protected)
	server.createClientTrusting("other", protected)

	require.Equal(t, 200, server.tokenByAssertion("app", github.token(nil)).status)

	reused := server.tokenByAssertion("app", github.token(nil))
	require.Equal(t, 401, reused.status)
	require.Contains(t, reused.body["error_description"], "already been used")
	// All clients share the list of used tokens.
	require.Equal(t, 401, server.tokenByAssertion("other", github.token(nil)).status)
	require.Equal(t, 200, server.tokenByAssertion("other", github.token(claims{"jti": "token-2"})).status)

	missing := server.tokenByAssertion("app", github.token(claims{"jti": nil}))
	require.Equal(t, 401, missing.status)
	require.Contains(t, missing.body["error_description"], "missing jti claim")

	// The jti can be used again after the token expired.
	now = now.Add(6 * time.Minute)
	require.Equal(t, 200, server.tokenByAssertion("app", github.token(claims{"exp": now.Add(time.Minute).Unix()})).status)
}

func TestWithoutReplayProtectionATokenCanBeReused(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"2.9.0", "2.14.0"} {
		github := newIssuer(t)
		server := start(t, fake.Options{Version: version})
		// Version 2.9 ignores replayProtection.
		server.createClientTrusting("app", object{"issuer": github.url, "subject": "repo:acme/app", "audience": "pocket-id", "replayProtection": version == "2.9.0"})

		for range 2 {
			require.Equal(t, 200, server.tokenByAssertion("app", github.token(nil)).status)
		}
		require.Equal(t, 200, server.tokenByAssertion("app", github.token(claims{"jti": nil})).status)
	}
}

func TestWithoutAClientIDTheSubjectIsUsed(t *testing.T) {
	t.Parallel()
	github := newIssuer(t)
	for version, want := range map[string][]int{"2.9.0": {400, 400}, "2.14.0": {200, 401}} {
		server := start(t, fake.Options{Version: version})
		server.createClientTrusting("app", object{"issuer": github.url, "audience": "pocket-id"})

		require.Equal(t, want[0], server.tokenByAssertion("", github.token(claims{"sub": "app"})).status, version)
		require.Equal(t, want[1], server.tokenByAssertion("", github.token(claims{"sub": "nobody"})).status, version)
	}
}
