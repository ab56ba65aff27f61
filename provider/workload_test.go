package provider

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/stretchr/testify/require"
)

// signingKeys generates two keys once, because that is slow: the key of the issuer, and a key
// that no key set contains.
var signingKeys = sync.OnceValues(func() (trusted, untrusted *rsa.PrivateKey) {
	trusted, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	if untrusted, err = rsa.GenerateKey(rand.Reader, 2048); err != nil {
		panic(err)
	}
	return trusted, untrusted
})

// publicKeySet is the JWKS of the first of the signing keys.
func publicKeySet(t *testing.T) string {
	t.Helper()
	key, _ := signingKeys()
	document, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: key.Public(), KeyID: "k1", Algorithm: "RS256", Use: "sig"}}})
	require.NoError(t, err)
	return string(document)
}

// serveKeys serves the key set at a URL that no other test uses, because Pocket ID caches
// what it gets from a URL, including errors.
func serveKeys(t *testing.T) string {
	t.Helper()
	document := publicKeySet(t)
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(document)) }))
	t.Cleanup(web.Close)
	return web.URL + "/keys"
}

// assertion is a token like those that a platform issues, signed with key.
func assertion(t *testing.T, key *rsa.PrivateKey, iss, sub string, aud any) string {
	t.Helper()
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: jose.JSONWebKey{Key: key, KeyID: "k1"}}, (&jose.SignerOptions{}).WithType("JWT"))
	require.NoError(t, err)
	now := time.Now()
	token, err := jwt.Signed(signer).Claims(map[string]any{
		"iss": iss, "sub": sub, "aud": aud, "iat": now.Unix(), "exp": now.Add(5 * time.Minute).Unix(), "jti": rand.Text(),
	}).Serialize()
	require.NoError(t, err)
	return token
}

// acceptsAssertion reports whether the server authenticates a client with this client assertion.
func (i *testInstance) acceptsAssertion(clientID, assertion string) bool {
	i.t.Helper()
	res, err := http.PostForm(i.url+"/api/oidc/token", url.Values{
		"grant_type": {"client_credentials"}, "client_id": {clientID},
		"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"}, "client_assertion": {assertion},
	})
	require.NoError(i.t, err)
	defer res.Body.Close()
	var answer struct {
		AccessToken string `json:"access_token"`
	}
	if res.StatusCode != http.StatusOK {
		return false
	}
	require.NoError(i.t, json.NewDecoder(res.Body).Decode(&answer))
	return answer.AccessToken != ""
}

// skipWithoutSubjects skips the test on servers that support only the client's id as subject.
func (i *testInstance) skipWithoutSubjects() {
	i.t.Helper()
	if !i.atLeastMinor(4) {
		i.t.Skip("Pocket ID before 2.4 supports only the client's id as subject")
	}
}
