package fake

import (
	"crypto/rand"
	"crypto/rsa"
	"net/http"

	"github.com/go-jose/go-jose/v4"
)

// signingKey is what the server's own tokens are signed with.
type signingKey = *jose.JSONWebKey

// newSigningKey makes a key. That takes a moment, so it waits until one is needed.
func newSigningKey() signingKey {
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err) // no randomness, no server
	}
	return &jose.JSONWebKey{Key: private, KeyID: alphanumeric(11), Algorithm: string(jose.RS256), Use: "sig"}
}

func (s *Server) ownKeys(*http.Request) (int, any, error) {
	return http.StatusOK, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{s.key().Public()}}, nil
}
