package contract

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"
	"time"

	"github.com/blang/semver"
	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/tests/contract/script"
)

// The test presents tokens of workloads to a real server and to the fake, and compares
// which tokens they accept.
func TestFakeAcceptsTheSameTokensAsRealServer(t *testing.T) {
	base, key := os.Getenv("POCKETID_TEST_BASE_URL"), os.Getenv("POCKETID_TEST_API_KEY")
	if base == "" {
		t.Skip("set POCKETID_TEST_BASE_URL and POCKETID_TEST_API_KEY to run this test against a real server")
	}
	live := script.Server{URL: base, APIKey: key}
	version := versionOf(t, live)
	fakeServer := startFake(t, version)
	issuer := newIssuer(t)
	cases := tokenCases()
	if semver.MustParse(version).GE(semver.MustParse("2.15.0")) {
		maps.Copy(cases, publicKeyCases())
	}
	for name, test := range cases {
		t.Run(name, func(t *testing.T) {
			expected, got := test.run(t, live, issuer), test.run(t, fakeServer, issuer)
			for i := range expected {
				for _, difference := range newGeneratedValues(live.URL, fakeServer.URL).differences(expected[i], got[i]) {
					t.Errorf("request %d: %s\n%s", i+1, expected[i], difference)
				}
			}
		})
	}
}

// tokenCase describes a client and the tokens that a workload presents for it, as
// differences from valid ones. A null value removes a field.
type tokenCase struct {
	client          map[string]any
	identity        map[string]any
	tokens          []map[string]any // presented one after another
	form            map[string]any
	keyID           string // "none" omits the kid header; "" is the id of the right key
	subjectIsClient bool   // the client id is the subject of the token
	keys            func([]jose.JSONWebKey) []jose.JSONWebKey
	publicKeys      bool // the identity contains the keys
}

func tokenCases() map[string]tokenCase {
	one := func(changed map[string]any) []map[string]any { return []map[string]any{changed} }
	in := func(d time.Duration) int64 { return time.Now().Add(d).Unix() }
	return map[string]tokenCase{
		"valid":                               {tokens: one(nil)},
		"one of many audiences":               {tokens: one(map[string]any{"aud": []string{"a", "pocket-id"}})},
		"another audience":                    {tokens: one(map[string]any{"aud": "other"})},
		"no audience":                         {tokens: one(map[string]any{"aud": nil})},
		"another subject":                     {tokens: one(map[string]any{"sub": "other"})},
		"no subject":                          {tokens: one(map[string]any{"sub": nil})},
		"another issuer":                      {tokens: one(map[string]any{"iss": "https://other.example"})},
		"no issuer":                           {tokens: one(map[string]any{"iss": nil})},
		"expired":                             {tokens: one(map[string]any{"exp": in(-2 * time.Minute)})},
		"expired a while ago":                 {tokens: one(map[string]any{"exp": in(-45 * time.Second)})},
		"just expired":                        {tokens: one(map[string]any{"exp": in(-15 * time.Second)})},
		"no expiry":                           {tokens: one(map[string]any{"exp": nil})},
		"not yet valid":                       {tokens: one(map[string]any{"nbf": in(2 * time.Minute)})},
		"valid soon":                          {tokens: one(map[string]any{"nbf": in(45 * time.Second)})},
		"valid almost now":                    {tokens: one(map[string]any{"nbf": in(15 * time.Second)})},
		"issued in the future":                {tokens: one(map[string]any{"iat": in(2 * time.Minute)})},
		"no time of issue":                    {tokens: one(map[string]any{"iat": nil})},
		"twice":                               {tokens: []map[string]any{nil, nil}},
		"twice, protected":                    {tokens: []map[string]any{nil, nil}, identity: map[string]any{"replayProtection": true}},
		"no id, protected":                    {tokens: one(map[string]any{"jti": nil}), identity: map[string]any{"replayProtection": true}},
		"client is the subject":               {tokens: one(nil), subjectIsClient: true},
		"client is the subject, no client id": {tokens: one(nil), subjectIsClient: true, form: map[string]any{"client_id": nil}},
		"client is the subject, another audience": {tokens: one(map[string]any{"aud": "other"}), subjectIsClient: true},
		"public client":           {tokens: one(nil), client: map[string]any{"isPublic": true}},
		"no kid":                  {tokens: one(nil), keyID: "none"},
		"unknown kid":             {tokens: one(nil), keyID: "k9"},
		"key without kid":         {tokens: one(nil), keys: changeFirstKey(func(k *jose.JSONWebKey) { k.KeyID = "" })},
		"no kid in token and key": {tokens: one(nil), keyID: "none", keys: changeFirstKey(func(k *jose.JSONWebKey) { k.KeyID = "" })},
		"key without algorithm":   {tokens: one(nil), keys: changeFirstKey(func(k *jose.JSONWebKey) { k.Algorithm = "" })},
		"key for encryption":      {tokens: one(nil), keys: changeFirstKey(func(k *jose.JSONWebKey) { k.Use = "enc" })},
		"key without a use":       {tokens: one(nil), keys: changeFirstKey(func(k *jose.JSONWebKey) { k.Use = "" })},
		"two keys":                {tokens: one(nil), keys: addSecondKey},
		"two keys and no kid":     {tokens: one(nil), keyID: "none", keys: addSecondKey},
		"unknown client":          {tokens: one(nil), form: map[string]any{"client_id": "none"}},
		"no client id":            {tokens: one(nil), form: map[string]any{"client_id": nil}},
		"unknown assertion type":  {tokens: one(nil), form: map[string]any{"client_assertion_type": "nonsense"}},
		"no assertion type":       {tokens: one(nil), form: map[string]any{"client_assertion_type": nil}},
		"no assertion":            {tokens: one(nil), form: map[string]any{"client_assertion": nil}},
		"garbage":                 {tokens: one(nil), form: map[string]any{"client_assertion": "garbage"}},
		"invalid code":            {tokens: one(nil), form: map[string]any{"grant_type": "authorization_code", "code": "stale", "redirect_uri": "https://app.example/cb"}},
	}
}

// publicKeyCases are those whose identities contain the public keys, since 2.15. An older
// server ignores the keys and fetches those of the issuer.
func publicKeyCases() map[string]tokenCase {
	one := []map[string]any{nil}
	return map[string]tokenCase{
		"public keys":                        {tokens: one, publicKeys: true},
		"public keys, another subject":       {tokens: []map[string]any{{"sub": "other"}}, publicKeys: true},
		"public keys, unknown kid":           {tokens: one, publicKeys: true, keyID: "k9"},
		"public keys, no kid":                {tokens: one, publicKeys: true, keyID: "none"},
		"public keys, two":                   {tokens: one, publicKeys: true, keys: addSecondKey},
		"public keys, two and no kid":        {tokens: one, publicKeys: true, keyID: "none", keys: addSecondKey},
		"public keys, without an algorithm":  {tokens: one, publicKeys: true, keys: changeFirstKey(func(k *jose.JSONWebKey) { k.Algorithm = "" })},
		"public keys, without a use":         {tokens: one, publicKeys: true, keys: changeFirstKey(func(k *jose.JSONWebKey) { k.Use = "" })},
		"public keys of somebody else":       {tokens: one, publicKeys: true, keys: replaceKey},
		"public keys of somebody, right kid": {tokens: one, publicKeys: true, keyID: "k2", keys: replaceKey},
	}
}

func changeFirstKey(change func(*jose.JSONWebKey)) func([]jose.JSONWebKey) []jose.JSONWebKey {
	return func(keys []jose.JSONWebKey) []jose.JSONWebKey {
		change(&keys[0])
		return keys
	}
}

func addSecondKey(keys []jose.JSONWebKey) []jose.JSONWebKey {
	other, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	return append(keys, jose.JSONWebKey{Key: other.Public(), KeyID: "k2", Algorithm: "ES256", Use: "sig"})
}

func replaceKey(keys []jose.JSONWebKey) []jose.JSONWebKey { return addSecondKey(keys)[1:] }

// issuer signs tokens and publishes its keys at a new path for each test case, because real
// servers cache the keys that they fetch.
type issuer struct {
	url     string
	key     *ecdsa.PrivateKey
	keySets map[string][]jose.JSONWebKey // by path
}

func newIssuer(t *testing.T) *issuer {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	i := &issuer{key: key, keySets: map[string][]jose.JSONWebKey{}}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = json.NewEncoder(w).Encode(jose.JSONWebKeySet{Keys: i.keySets[r.URL.Path]})
	}))
	t.Cleanup(server.Close)
	i.url = server.URL
	return i
}

// run creates the client on a server, requests an access token with each of the workload's
// tokens, and returns the exchanges.
func (s tokenCase) run(t *testing.T, server script.Server, i *issuer) []script.Exchange {
	t.Helper()
	path := "/" + rand.Text()
	keys := []jose.JSONWebKey{{Key: i.key.Public(), KeyID: "k1", Algorithm: "ES256", Use: "sig"}}
	if s.keys != nil {
		keys = s.keys(keys)
	}
	i.keySets[path] = keys

	id, subject := "fed-"+rand.Text(), "workload"
	if s.subjectIsClient {
		subject = id
	}
	identity := map[string]any{"issuer": i.url, "subject": subject, "audience": "pocket-id", "jwks": i.url + path}
	if s.publicKeys {
		delete(identity, "jwks")
		identity["publicKeys"] = keys
	}
	maps.Copy(identity, s.identity)
	client := map[string]any{"id": id, "name": "Federated", "callbackURLs": []string{"https://app.example/cb"},
		"credentials": map[string]any{"federatedIdentities": []any{identity}}}
	maps.Copy(client, s.client)
	created, err := server.Do(script.Exchange{Method: "POST", Path: "/api/oidc/clients", Request: client})
	require.NoError(t, err)
	require.Equal(t, 201, created.Status, created.Response)
	defer func() {
		_, err := server.Do(script.Exchange{Method: "DELETE", Path: "/api/oidc/clients/" + id})
		require.NoError(t, err)
	}()

	jti := rand.Text() // new for each case, because real servers remember used ids
	var exchanges []script.Exchange
	for _, token := range s.tokens {
		form := map[string]any{
			"grant_type": "client_credentials", "client_id": id,
			"client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
			"client_assertion":      s.sign(t, i, subject, jti, token),
		}
		exchange, err := server.Do(script.Exchange{Method: "POST", Path: "/api/oidc/token", Request: override(form, s.form)})
		require.NoError(t, err)
		exchanges = append(exchanges, exchange)
	}
	return exchanges
}

func (s tokenCase) sign(t *testing.T, i *issuer, subject, jti string, changed map[string]any) string {
	t.Helper()
	options := (&jose.SignerOptions{}).WithType("JWT")
	switch s.keyID {
	case "none":
	case "":
		options = options.WithHeader("kid", "k1")
	default:
		options = options.WithHeader("kid", s.keyID)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: i.key}, options)
	require.NoError(t, err)
	claims := map[string]any{"iss": i.url, "sub": subject, "aud": "pocket-id", "jti": jti,
		"iat": time.Now().Unix(), "exp": time.Now().Add(5 * time.Minute).Unix()}
	signed, err := jwt.Signed(signer).Claims(override(claims, changed)).Serialize()
	require.NoError(t, err)
	return signed
}

// override returns values with changes applied. A null change removes a value.
func override(values, changed map[string]any) map[string]any {
	maps.Copy(values, changed)
	maps.DeleteFunc(values, func(_ string, v any) bool { return v == nil })
	return values
}
