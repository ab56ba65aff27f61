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

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/tests/contract/script"
)

// What a workload says of itself, and what a real server and the fake think of it.
func TestTheFakeTrustsTheSameTokensAsARealServer(t *testing.T) {
	base, key := os.Getenv("POCKETID_TEST_BASE_URL"), os.Getenv("POCKETID_TEST_API_KEY")
	if base == "" {
		t.Skip("POCKETID_TEST_BASE_URL and POCKETID_TEST_API_KEY name no server")
	}
	live := script.Server{URL: base, APIKey: key}
	played := play(t, versionOf(t, live))
	issuer := newIssuer(t)
	for name, story := range tokenStories() {
		t.Run(name, func(t *testing.T) {
			wanted, now := story.told(t, live, issuer), story.told(t, played, issuer)
			for i := range wanted {
				for _, difference := range newChoices(live.URL, played.URL).differences(wanted[i], now[i]) {
					t.Errorf("time %d: %s\n%s", i+1, wanted[i], difference)
				}
			}
		})
	}
}

// tokenStory is a client, and the tokens that it shows one after another.
type tokenStory struct {
	client   map[string]any   // what is unlike the usual client
	identity map[string]any   // what is unlike the usual identity
	tokens   []map[string]any // what is unlike the usual token; null leaves out
	form     map[string]any   // what is unlike the usual form; null leaves out
	keyID    string
	itself   bool // the subject is the client
	keys     func([]jose.JSONWebKey) []jose.JSONWebKey
}

func tokenStories() map[string]tokenStory {
	once := func(changed map[string]any) []map[string]any { return []map[string]any{changed} }
	in := func(d time.Duration) int64 { return time.Now().Add(d).Unix() }
	return map[string]tokenStory{
		"as it should be":           {tokens: once(nil)},
		"one of many audiences":     {tokens: once(map[string]any{"aud": []string{"a", "pocket-id"}})},
		"another audience":          {tokens: once(map[string]any{"aud": "other"})},
		"no audience":               {tokens: once(map[string]any{"aud": nil})},
		"another subject":           {tokens: once(map[string]any{"sub": "other"})},
		"no subject":                {tokens: once(map[string]any{"sub": nil})},
		"another issuer":            {tokens: once(map[string]any{"iss": "https://other.example"})},
		"no issuer":                 {tokens: once(map[string]any{"iss": nil})},
		"expired":                   {tokens: once(map[string]any{"exp": in(-2 * time.Minute)})},
		"expired a while ago":       {tokens: once(map[string]any{"exp": in(-45 * time.Second)})},
		"just expired":              {tokens: once(map[string]any{"exp": in(-15 * time.Second)})},
		"no end":                    {tokens: once(map[string]any{"exp": nil})},
		"not yet":                   {tokens: once(map[string]any{"nbf": in(2 * time.Minute)})},
		"soon":                      {tokens: once(map[string]any{"nbf": in(45 * time.Second)})},
		"almost":                    {tokens: once(map[string]any{"nbf": in(15 * time.Second)})},
		"issued in the future":      {tokens: once(map[string]any{"iat": in(2 * time.Minute)})},
		"not issued":                {tokens: once(map[string]any{"iat": nil})},
		"twice":                     {tokens: []map[string]any{nil, nil}},
		"twice, protected":          {tokens: []map[string]any{nil, nil}, identity: map[string]any{"replayProtection": true}},
		"no id, protected":          {tokens: once(map[string]any{"jti": nil}), identity: map[string]any{"replayProtection": true}},
		"the client itself":         {tokens: once(nil), itself: true},
		"itself and no client id":   {tokens: once(nil), itself: true, form: map[string]any{"client_id": nil}},
		"itself to another":         {tokens: once(map[string]any{"aud": "other"}), itself: true},
		"public client":             {tokens: once(nil), client: map[string]any{"isPublic": true}},
		"no kid":                    {tokens: once(nil), keyID: "none"},
		"unknown kid":               {tokens: once(nil), keyID: "k9"},
		"key without kid":           {tokens: once(nil), keys: changed(func(k *jose.JSONWebKey) { k.KeyID = "" })},
		"neither has a kid":         {tokens: once(nil), keyID: "none", keys: changed(func(k *jose.JSONWebKey) { k.KeyID = "" })},
		"key without algorithm":     {tokens: once(nil), keys: changed(func(k *jose.JSONWebKey) { k.Algorithm = "" })},
		"key for encryption":        {tokens: once(nil), keys: changed(func(k *jose.JSONWebKey) { k.Use = "enc" })},
		"key of no said use":        {tokens: once(nil), keys: changed(func(k *jose.JSONWebKey) { k.Use = "" })},
		"two keys":                  {tokens: once(nil), keys: twice},
		"two keys and no kid":       {tokens: once(nil), keyID: "none", keys: twice},
		"unknown client":            {tokens: once(nil), form: map[string]any{"client_id": "none"}},
		"no client id":              {tokens: once(nil), form: map[string]any{"client_id": nil}},
		"unknown kind of assertion": {tokens: once(nil), form: map[string]any{"client_assertion_type": "nonsense"}},
		"no kind of assertion":      {tokens: once(nil), form: map[string]any{"client_assertion_type": nil}},
		"no assertion":              {tokens: once(nil), form: map[string]any{"client_assertion": nil}},
		"garbage":                   {tokens: once(nil), form: map[string]any{"client_assertion": "garbage"}},
		"a stale code":              {tokens: once(nil), form: map[string]any{"grant_type": "authorization_code", "code": "stale", "redirect_uri": "https://app.example/cb"}},
	}
}

func changed(change func(*jose.JSONWebKey)) func([]jose.JSONWebKey) []jose.JSONWebKey {
	return func(keys []jose.JSONWebKey) []jose.JSONWebKey {
		change(&keys[0])
		return keys
	}
}

func twice(keys []jose.JSONWebKey) []jose.JSONWebKey {
	other, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	return append(keys, jose.JSONWebKey{Key: other.Public(), KeyID: "k2", Algorithm: "ES256", Use: "sig"})
}

// issuer signs tokens and publishes a key under a new address for each story,
// because real servers remember what they fetched.
type issuer struct {
	url   string
	key   *ecdsa.PrivateKey
	pages map[string][]jose.JSONWebKey
}

func newIssuer(t *testing.T) *issuer {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	i := &issuer{key: key, pages: map[string][]jose.JSONWebKey{}}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = json.NewEncoder(w).Encode(jose.JSONWebKeySet{Keys: i.pages[r.URL.Path]})
	}))
	t.Cleanup(server.Close)
	i.url = server.URL
	return i
}

// told makes the story's client on a server and shows its tokens.
func (s tokenStory) told(t *testing.T, server script.Server, i *issuer) []script.Exchange {
	t.Helper()
	page := "/" + rand.Text()
	keys := []jose.JSONWebKey{{Key: i.key.Public(), KeyID: "k1", Algorithm: "ES256", Use: "sig"}}
	if s.keys != nil {
		keys = s.keys(keys)
	}
	i.pages[page] = keys

	id, subject := "fed-"+rand.Text(), "workload"
	if s.itself {
		subject = id
	}
	identity := map[string]any{"issuer": i.url, "subject": subject, "audience": "pocket-id", "jwks": i.url + page}
	maps.Copy(identity, s.identity)
	client := map[string]any{"id": id, "name": "Federated", "callbackURLs": []string{"https://app.example/cb"},
		"credentials": map[string]any{"federatedIdentities": []any{identity}}}
	maps.Copy(client, s.client)
	made, err := server.Ask(script.Exchange{Method: "POST", Path: "/api/oidc/clients", Request: client})
	require.NoError(t, err)
	require.Equal(t, 201, made.Status, made.Response)
	defer func() {
		_, err := server.Ask(script.Exchange{Method: "DELETE", Path: "/api/oidc/clients/" + id})
		require.NoError(t, err)
	}()

	jti := rand.Text() // the server remembers those, too
	var answers []script.Exchange
	for _, token := range s.tokens {
		form := map[string]any{
			"grant_type": "client_credentials", "client_id": id,
			"client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
			"client_assertion":      s.signed(t, i, subject, jti, token),
		}
		answer, err := server.Ask(script.Exchange{Method: "POST", Path: "/api/oidc/token", Request: with(form, s.form)})
		require.NoError(t, err)
		answers = append(answers, answer)
	}
	return answers
}

func (s tokenStory) signed(t *testing.T, i *issuer, subject, jti string, changed map[string]any) string {
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
	signed, err := jwt.Signed(signer).Claims(with(claims, changed)).Serialize()
	require.NoError(t, err)
	return signed
}

// with returns values with changes; null takes one out.
func with(values, changed map[string]any) map[string]any {
	maps.Copy(values, changed)
	maps.DeleteFunc(values, func(_ string, v any) bool { return v == nil })
	return values
}
