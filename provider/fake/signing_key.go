package fake

import (
	"crypto/rand"
	"crypto/rsa"

	"github.com/go-jose/go-jose/v4"
)

// newSigningKey generates the key that signs this server's tokens. Generating an
// RSA key is slow, so the server does it when the key is first used.
func newSigningKey() *jose.JSONWebKey {
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err) // crypto/rand does not fail
	}
	return &jose.JSONWebKey{Key: private, KeyID: randomString(11), Algorithm: string(jose.RS256), Use: "sig"}
}
