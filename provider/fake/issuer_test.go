package fake_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/stretchr/testify/require"
)

// issuer is a token issuer that signs tokens for workloads and publishes its keys.
type issuer struct {
	t       *testing.T
	url     string
	fetches atomic.Int32
	keys    jose.JSONWebKeySet
	signing jose.SigningKey
	keyID   string
}

// newIssuer returns an issuer with an elliptic curve key, which is fast to generate.
func newIssuer(t *testing.T) *issuer {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	return newIssuerWith(t, jose.ES256, key)
}

func newRSAIssuer(t *testing.T) *issuer {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	return newIssuerWith(t, jose.RS256, key)
}

func newIssuerWith(t *testing.T, algorithm jose.SignatureAlgorithm, key crypto.Signer) *issuer {
	t.Helper()
	i := &issuer{t: t, signing: jose.SigningKey{Algorithm: algorithm, Key: key}, keyID: "k1"}
	i.keys.Keys = []jose.JSONWebKey{{Key: key.Public(), KeyID: "k1", Algorithm: string(algorithm), Use: "sig"}}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		i.fetches.Add(1)
		if r.URL.Path != "/.well-known/jwks.json" && r.URL.Path != "/keys" {
			http.NotFound(w, r)
			return
		}
		_ = json.NewEncoder(w).Encode(i.keys)
	}))
	t.Cleanup(server.Close)
	i.url = server.URL
	return i
}

// claims are the claims of a token. A claim that is nil is omitted.
type claims = map[string]any

// token signs a token for a workload, with changed claims.
func (i *issuer) token(changed claims) string {
	i.t.Helper()
	all := claims{
		"iss": i.url, "sub": "repo:acme/app", "aud": "pocket-id", "jti": "token-1",
		"iat": time.Now().Unix(), "exp": time.Now().Add(5 * time.Minute).Unix(),
	}
	for name, value := range changed {
		all[name] = value
		if value == nil {
			delete(all, name)
		}
	}
	options := (&jose.SignerOptions{}).WithType("JWT")
	if i.keyID != "" {
		options = options.WithHeader("kid", i.keyID)
	}
	signer, err := jose.NewSigner(i.signing, options)
	require.NoError(i.t, err)
	signed, err := jwt.Signed(signer).Claims(all).Serialize()
	require.NoError(i.t, err)
	return signed
}
