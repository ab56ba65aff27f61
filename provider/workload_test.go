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

// signingKeys are made once: they take long, and nothing depends on them.
var signingKeys = sync.OnceValues(func() (ours, anothers *rsa.PrivateKey) {
	ours, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	if anothers, err = rsa.GenerateKey(rand.Reader, 2048); err != nil {
		panic(err)
	}
	return ours, anothers
})

// keySetOf is the JWKS of the key that tokens are signed with here.
func keySetOf(t *testing.T) string {
	t.Helper()
	key, _ := signingKeys()
	document, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: key.Public(), KeyID: "k1", Algorithm: "RS256", Use: "sig"}}})
	require.NoError(t, err)
	return string(document)
}

// serveKeys has the key set at an address that no test used before: a server
// remembers what it found at one, and what it did not find.
func serveKeys(t *testing.T) string {
	t.Helper()
	document := keySetOf(t)
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(document)) }))
	t.Cleanup(web.Close)
	return web.URL + "/keys"
}

// assertion is a token as a platform would issue it, signed here.
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

// accepts tells whether the server takes a token as proof of being the client.
func (i *pocketID) accepts(clientID, assertion string) bool {
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

// knowsSubjects skips a test of subjects that are not the client's id on a server
// that takes them for one.
func (i *pocketID) knowsSubjects() {
	i.t.Helper()
	if !i.has(4) {
		i.t.Skip("before 2.4, only the client's id is a subject")
	}
}
