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
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

// Releases before and after the token endpoint learned the words of RFC 6749.
func eachKindOfRelease() []string { return []string{"2.9.0", "2.12.0", "2.13.0", "2.14.0"} }

func TestAWorkloadGetsATokenForItsClient(t *testing.T) {
	t.Parallel()
	for _, version := range eachKindOfRelease() {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			for _, github := range []*issuer{newIssuer(t), newRSAIssuer(t)} {
				server := start(t, fake.Options{Version: version})
				server.clientTrusting("app", object{"issuer": github.url, "subject": "repo:acme/app", "audience": "pocket-id"})

				a := server.withAssertion("app", github.token(nil))

				require.Equal(t, 200, a.status, a.text)
				require.Equal(t, "Bearer", capitalize(a.body["token_type"].(string)))
				require.InDelta(t, 3600, a.body["expires_in"], 1)

				// The token is signed with a key that the server publishes.
				var keys jose.JSONWebKeySet
				require.NoError(t, json.Unmarshal([]byte(server.do("GET", "/.well-known/jwks.json", nil).text), &keys))
				token, err := jwt.ParseSigned(a.body["access_token"].(string), []jose.SignatureAlgorithm{jose.RS256})
				require.NoError(t, err)
				var said jwt.Claims
				require.NoError(t, token.Claims(keys.Key(token.Headers[0].KeyID)[0].Key, &said))
				require.Equal(t, "client-app", said.Subject)
				require.Equal(t, jwt.Audience{"app"}, said.Audience)
				require.Equal(t, server.url, said.Issuer)
				require.Equal(t, said.Issuer, server.ok("GET", "/.well-known/openid-configuration", nil)["issuer"])
			}
		})
	}
}

func capitalize(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

func TestATokenOfSomebodyElseIsRefused(t *testing.T) {
	t.Parallel()
	stranger := newIssuer(t)
	ago := func(d time.Duration) int64 { return time.Now().Add(-d).Unix() }
	for name, changed := range map[string]claims{
		"another subject":         {"sub": "repo:acme/other"},
		"no subject":              {"sub": nil},
		"a subject that is close": {"sub": "repo:acme/app2"},
		"another audience":        {"aud": "somebody-else"},
		"no audience":             {"aud": nil},
		"expired":                 {"exp": ago(70 * time.Second)},
		"not valid yet":           {"nbf": ago(-70 * time.Second)},
		"issued in the future":    {"iat": ago(-10 * time.Minute)},
	} {
		for _, version := range eachKindOfRelease() {
			t.Run(name+" "+version, func(t *testing.T) {
				t.Parallel()
				github := newIssuer(t)
				server := start(t, fake.Options{Version: version})
				server.clientTrusting("app", object{"issuer": github.url, "subject": "repo:acme/app", "audience": "pocket-id"})

				requireNotTheClient(t, version, server.withAssertion("app", github.token(changed)))
				requireNotTheClient(t, version, server.withAssertion("app", stranger.token(claims{"iss": github.url})))
				require.Equal(t, 200, server.withAssertion("app", github.token(nil)).status)
			})
		}
	}
}

// requireNotTheClient looks at how a release refuses an assertion that does not hold.
func requireNotTheClient(t *testing.T, version string, a answer) {
	t.Helper()
	switch version {
	case "2.9.0":
		require.Equal(t, 401, a.status, a.text)
		require.Equal(t, object{"error": "Invalid client assertion"}, a.body)
	default:
		require.Equal(t, 401, a.status, a.text)
		require.Equal(t, "invalid_client", a.body["error"])
		require.Contains(t, a.body["error_description"], "Invalid client assertion.")
	}
}

func TestClocksMayDifferALittle(t *testing.T) {
	t.Parallel()
	for version, skew := range map[string]time.Duration{"2.9.0": time.Minute, "2.12.0": 30 * time.Second, "2.14.0": 30 * time.Second} {
		github := newIssuer(t)
		now := time.Now()
		server := start(t, fake.Options{Version: version, Now: func() time.Time { return now }})
		server.clientTrusting("app", object{"issuer": github.url, "subject": "repo:acme/app", "audience": "pocket-id"})
		shows := func(claim string, in time.Duration) int {
			return server.withAssertion("app", github.token(claims{claim: now.Add(in).Unix()})).status
		}

		require.Equal(t, 200, shows("exp", 2*time.Second-skew), version)
		require.Equal(t, 401, shows("exp", -2*time.Second-skew), version)
		require.Equal(t, 200, shows("nbf", skew-2*time.Second), version)
		require.Equal(t, 401, shows("nbf", skew+2*time.Second), version)
	}
}

// Up to 2.3 a client could only be named by the subject of its token, whatever
// the form and the identity said.
func TestInOldReleasesTheSubjectIsTheClient(t *testing.T) {
	t.Parallel()
	github := newIssuer(t)
	server := start(t, fake.Options{Version: "2.3.0"})
	server.clientTrusting("app", object{"issuer": github.url, "audience": "pocket-id"})
	server.clientTrusting("other", object{"issuer": github.url, "subject": "repo:acme/app", "audience": "pocket-id"})

	require.Equal(t, 200, server.withAssertion("app", github.token(claims{"sub": "app"})).status)
	require.Equal(t, 200, server.withAssertion("ignored", github.token(claims{"sub": "app"})).status)

	refused := server.withAssertion("other", github.token(nil))
	require.Equal(t, 400, refused.status)
	require.Equal(t, object{"error": "Invalid client assertion"}, refused.body)
}

func TestATokenWithoutEndIsRefusedByNewerReleases(t *testing.T) {
	t.Parallel()
	for version, status := range map[string]int{"2.9.0": 200, "2.12.0": 401, "2.14.0": 401} {
		github := newIssuer(t)
		server := start(t, fake.Options{Version: version})
		server.clientTrusting("app", object{"issuer": github.url, "subject": "repo:acme/app", "audience": "pocket-id"})

		require.Equal(t, status, server.withAssertion("app", github.token(claims{"exp": nil})).status, version)
	}
}

func TestAnAudienceMayBeOneOfMany(t *testing.T) {
	t.Parallel()
	github := newIssuer(t)
	server := start(t, fake.Options{})
	server.clientTrusting("app", object{"issuer": github.url, "subject": "repo:acme/app", "audience": "pocket-id"})

	require.Equal(t, 200, server.withAssertion("app", github.token(claims{"aud": []string{"a", "pocket-id"}})).status)
}

func TestWhatAnIdentityLeavesOutHasADefault(t *testing.T) {
	t.Parallel()
	github := newIssuer(t)
	server := start(t, fake.Options{})
	server.clientTrusting("app", object{"issuer": github.url})

	require.Equal(t, 200, server.withAssertion("app", github.token(claims{"sub": "app", "aud": server.url})).status)
	require.Equal(t, 401, server.withAssertion("app", github.token(claims{"sub": "app"})).status)
	require.Equal(t, 401, server.withAssertion("app", github.token(claims{"sub": "app", "aud": server.url + "/"})).status)
	require.Equal(t, 401, server.withAssertion("app", github.token(claims{"aud": server.url})).status)
}

func TestTheIssuerThatTokensNameIsTheConfiguredOne(t *testing.T) {
	t.Parallel()
	github := newIssuer(t)
	server := start(t, fake.Options{Issuer: "https://id.example.com/"})
	server.clientTrusting("app", object{"issuer": github.url})

	require.Equal(t, "https://id.example.com", server.ok("GET", "/.well-known/openid-configuration", nil)["issuer"])
	require.Equal(t, 200, server.withAssertion("app", github.token(claims{"sub": "app", "aud": "https://id.example.com"})).status)
}

func TestAnIssuerMustBeTheSameToTheLastSlash(t *testing.T) {
	t.Parallel()
	for version, status := range map[string]int{"2.9.0": 401, "2.12.0": 400, "2.14.0": 400} {
		github := newIssuer(t)
		server := start(t, fake.Options{Version: version})
		server.clientTrusting("app", object{"issuer": github.url + "/", "subject": "repo:acme/app", "audience": "pocket-id"})

		require.Equal(t, status, server.withAssertion("app", github.token(nil)).status, version)
		require.Equal(t, 200, server.withAssertion("app", github.token(claims{"iss": github.url + "/"})).status, version)
	}
}

func TestOnlyTheFirstIdentityOfAnIssuerEverWorks(t *testing.T) {
	t.Parallel()
	for _, version := range eachKindOfRelease() {
		github := newIssuer(t)
		branch := object{"issuer": github.url, "subject": "branch", "audience": "pocket-id"}
		environment := object{"issuer": github.url, "subject": "environment", "audience": "pocket-id"}
		server := start(t, fake.Options{Version: version})
		server.clientTrusting("app", branch, environment)

		require.Equal(t, 200, server.withAssertion("app", github.token(claims{"sub": "branch"})).status, version)
		requireNotTheClient(t, version, server.withAssertion("app", github.token(claims{"sub": "environment"})))

		server.ok("PUT", "/api/oidc/clients/app", object{"name": "A client",
			"credentials": object{"federatedIdentities": []object{environment, branch}}})
		require.Equal(t, 200, server.withAssertion("app", github.token(claims{"sub": "environment"})).status, version)
		requireNotTheClient(t, version, server.withAssertion("app", github.token(claims{"sub": "branch"})))
	}
}

func TestAnIdentityThatIsGoneOpensNothing(t *testing.T) {
	t.Parallel()
	github := newIssuer(t)
	server := start(t, fake.Options{})
	server.clientTrusting("app", object{"issuer": github.url, "subject": "repo:acme/app", "audience": "pocket-id"})
	require.Equal(t, 200, server.withAssertion("app", github.token(nil)).status)

	server.ok("PUT", "/api/oidc/clients/app", object{"name": "A client"})

	a := server.withAssertion("app", github.token(nil))
	require.Equal(t, 400, a.status)
	require.Equal(t, "invalid_request", a.body["error"])
}

func TestKeysAreFoundByTheirName(t *testing.T) {
	t.Parallel()
	another := newIssuer(t).keys.Keys[0]
	another.KeyID = "k2"
	for name, story := range map[string]struct {
		change func(*issuer)
		status int
	}{
		"one key, and the token names none":        {func(i *issuer) { i.keyID = "" }, 200},
		"two keys, and the token names one":        {func(i *issuer) { i.keys.Keys = append(i.keys.Keys, another) }, 200},
		"two keys, and the token names none":       {func(i *issuer) { i.keyID = ""; i.keys.Keys = append(i.keys.Keys, another) }, 401},
		"the token names a key that is not there":  {func(i *issuer) { i.keyID = "k9" }, 401},
		"the token names a key and the key is not": {func(i *issuer) { i.keys.Keys[0].KeyID = "" }, 401},
		"the key does not say its algorithm":       {func(i *issuer) { i.keys.Keys[0].Algorithm = "" }, 200},
		"the key is for another algorithm":         {func(i *issuer) { i.keys.Keys[0].Algorithm = "ES512" }, 401},
		"the key is for encryption":                {func(i *issuer) { i.keys.Keys[0].Use = "enc" }, 401},
		"the key is somebody else's":               {func(i *issuer) { i.keys.Keys[0].Key = another.Key }, 401},
		"there are no keys":                        {func(i *issuer) { i.keys.Keys = nil }, 401},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			github := newIssuer(t)
			story.change(github)
			server := start(t, fake.Options{})
			server.clientTrusting("app", object{"issuer": github.url, "subject": "repo:acme/app", "audience": "pocket-id"})

			a := server.withAssertion("app", github.token(nil))
			require.Equal(t, story.status, a.status, a.text)
		})
	}
}

func TestAPublicKeyIsNoSharedSecret(t *testing.T) {
	t.Parallel()
	github := newRSAIssuer(t)
	server := start(t, fake.Options{})
	server.clientTrusting("app", object{"issuer": github.url, "subject": "repo:acme/app", "audience": "pocket-id"})
	published, err := github.keys.Keys[0].MarshalJSON()
	require.NoError(t, err)
	good := github.token(nil)
	github.signing = jose.SigningKey{Algorithm: jose.HS256, Key: published}
	header := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none","kid":"k1"}`))

	require.Equal(t, 401, server.withAssertion("app", github.token(nil)).status)
	require.Equal(t, 401, server.withAssertion("app", header+"."+strings.Split(good, ".")[1]+".").status)
	require.Equal(t, 401, server.withAssertion("app", good[:len(good)-4]+"AAAA").status)
	require.Equal(t, 401, server.withAssertion("app", "not a token").status)
}

func TestKeysThatCannotBeFetchedAreTriedAgain(t *testing.T) {
	t.Parallel()
	github := newIssuer(t)
	keys := github.keys.Keys
	github.keys.Keys = nil
	server := start(t, fake.Options{})
	server.clientTrusting("app", object{"issuer": github.url, "subject": "repo:acme/app", "audience": "pocket-id", "jwks": github.url + "/keys"})

	a := server.withAssertion("app", github.token(nil))
	require.Equal(t, 401, a.status)
	require.Contains(t, a.body["error_description"], "Unable to fetch client assertion JWKS.")

	github.keys.Keys = keys
	require.Equal(t, 200, server.withAssertion("app", github.token(nil)).status)
	require.EqualValues(t, 2, github.fetched.Load())
}

func TestOthersAreServedWhileKeysAreFetched(t *testing.T) {
	t.Parallel()
	server := start(t, fake.Options{})
	slow := newIssuer(t)
	duringFetch := 0
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		duringFetch = server.do("GET", "/api/oidc/clients", nil).status // would wait for ever behind a lock
		_ = json.NewEncoder(w).Encode(slow.keys)
	}))
	t.Cleanup(proxy.Close)
	server.clientTrusting("app", object{"issuer": slow.url, "subject": "repo:acme/app", "audience": "pocket-id", "jwks": proxy.URL})

	require.Equal(t, 200, server.withAssertion("app", slow.token(nil)).status)
	require.Equal(t, 200, duringFetch)
}

func TestReplayProtectionLetsATokenInOnce(t *testing.T) {
	t.Parallel()
	github := newIssuer(t)
	once := object{"issuer": github.url, "subject": "repo:acme/app", "audience": "pocket-id", "replayProtection": true}
	now := time.Now()
	server := start(t, fake.Options{Now: func() time.Time { return now }})
	server.clientTrusting("app", once)
	server.clientTrusting("other", once)

	require.Equal(t, 200, server.withAssertion("app", github.token(nil)).status)

	again := server.withAssertion("app", github.token(nil))
	require.Equal(t, 401, again.status)
	require.Contains(t, again.body["error_description"], "already been used")
	// One list of used tokens serves all clients.
	require.Equal(t, 401, server.withAssertion("other", github.token(nil)).status)
	require.Equal(t, 200, server.withAssertion("other", github.token(claims{"jti": "token-2"})).status)

	missing := server.withAssertion("app", github.token(claims{"jti": nil}))
	require.Equal(t, 401, missing.status)
	require.Contains(t, missing.body["error_description"], "missing jti claim")

	// When the token is over, its id is free again.
	now = now.Add(6 * time.Minute)
	require.Equal(t, 200, server.withAssertion("app", github.token(claims{"exp": now.Add(time.Minute).Unix()})).status)
}

func TestWithoutReplayProtectionATokenMayComeAgain(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"2.9.0", "2.14.0"} {
		github := newIssuer(t)
		server := start(t, fake.Options{Version: version})
		// 2.9 does not know replay protection and takes no notice.
		server.clientTrusting("app", object{"issuer": github.url, "subject": "repo:acme/app", "audience": "pocket-id", "replayProtection": version == "2.9.0"})

		for range 2 {
			require.Equal(t, 200, server.withAssertion("app", github.token(nil)).status)
		}
		require.Equal(t, 200, server.withAssertion("app", github.token(claims{"jti": nil})).status)
	}
}

func TestWithoutAClientIDTheSubjectIsTheClient(t *testing.T) {
	t.Parallel()
	github := newIssuer(t)
	for version, want := range map[string][]int{"2.9.0": {400, 400}, "2.14.0": {200, 401}} {
		server := start(t, fake.Options{Version: version})
		server.clientTrusting("app", object{"issuer": github.url, "audience": "pocket-id"})

		require.Equal(t, want[0], server.withAssertion("", github.token(claims{"sub": "app"})).status, version)
		require.Equal(t, want[1], server.withAssertion("", github.token(claims{"sub": "nobody"})).status, version)
	}
}
