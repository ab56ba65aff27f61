package api

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"math/big"
	"net/http"
	"slices"
	"strings"
	"time"
)

// ClientSecret is one secret of a client. The value is known only to who made it.
type ClientSecret struct {
	ID        string     `json:"id"`     // empty before 2.14: the client's only secret has no name
	Prefix    string     `json:"prefix"` // the first four characters; empty for secrets older than 2.14
	ExpiresAt *time.Time `json:"expiresAt"`
	IsActive  bool       `json:"isActive"`
	Value     string     `json:"secret"`
}

// maxSecrets is how many secrets a client may have, expired ones included (2.14).
const maxSecrets = 20

// MintSecret gives a client one more secret (2.14 and later) or another in place
// of its only one (before). An empty value means a random one. existing are the
// client's secrets as last read: by them a secret whose answer was lost is told
// from the older ones.
func (c *Conn) MintSecret(ctx context.Context, clientID, value string, existing []ClientSecret) (ClientSecret, error) {
	version, err := c.Version(ctx)
	if err != nil {
		return ClientSecret{}, err
	}
	if value == "" {
		value = randomSecret()
	}
	if !version.Has(ManySecrets) {
		return c.replaceSecret(ctx, clientID, value)
	}
	if len(existing) >= maxSecrets {
		return ClientSecret{}, fmt.Errorf("the client has %d secrets, the most Pocket ID keeps: delete one of %s", len(existing), listSecrets(existing))
	}
	p, err := path("oidc", "clients", clientID, "secrets")
	if err != nil {
		return ClientSecret{}, err
	}
	body, err := json.Marshal(map[string]string{"secret": value})
	if err != nil {
		return ClientSecret{}, err
	}
	var made ClientSecret
	r := request{method: http.MethodPost, path: p, body: body, kind: "application/json"}
	err = c.retry.do(ctx, attempts{
		settle: func(ctx context.Context) (bool, error) {
			now, err := c.ListSecrets(ctx, clientID)
			if err != nil {
				return false, err
			}
			made, err = c.oursAmong(ctx, clientID, value, existing, now)
			return made.ID != "", err
		},
		lost: func(err error) error {
			return &Undecided{Kind: "secret of client " + clientID, Key: value[:4] + "…", Err: err}
		},
	}, func() error { return c.attempt(ctx, r, &made) })
	made.Value = value
	return made, err
}

// oursAmong finds the secret that was made though its answer was lost. The
// prefix tells it from what others made meanwhile.
func (c *Conn) oursAmong(ctx context.Context, clientID, value string, before, now []ClientSecret) (ClientSecret, error) {
	for _, s := range now {
		old := slices.ContainsFunc(before, func(b ClientSecret) bool { return b.ID == s.ID })
		if !old && strings.HasPrefix(value, s.Prefix) && s.Prefix != "" {
			return s, nil
		}
	}
	return ClientSecret{}, nil
}

// replaceSecret is what servers before 2.14 have: the new secret takes the place
// of the only one. Doing it twice leaves one secret too, so a lost answer is no
// loss. Servers before 2.12 ignore the value and answer with their own.
func (c *Conn) replaceSecret(ctx context.Context, clientID, value string) (ClientSecret, error) {
	p, err := path("oidc", "clients", clientID, "secret")
	if err != nil {
		return ClientSecret{}, err
	}
	body, err := json.Marshal(map[string]string{"secret": value})
	if err != nil {
		return ClientSecret{}, err
	}
	var made ClientSecret
	r := request{method: http.MethodPost, path: p, body: body, kind: "application/json"}
	err = c.retry.do(ctx, attempts{safe: true}, func() error { return c.attempt(ctx, r, &made) })
	if err == nil && made.Value == "" {
		err = r.lacks("secret")
	}
	return made, err
}

// ListSecrets lists the secrets of a client without their values (2.14 and later).
func (c *Conn) ListSecrets(ctx context.Context, clientID string) (secrets []ClientSecret, err error) {
	err = c.call(ctx, http.MethodGet, nil, &secrets, "oidc", "clients", clientID, "secrets")
	return secrets, err
}

// DeleteSecret takes one secret from a client (2.14 and later). Nothing happens
// if it is gone already.
func (c *Conn) DeleteSecret(ctx context.Context, clientID, secretID string) error {
	return gone(c.call(ctx, http.MethodDelete, nil, nil, "oidc", "clients", clientID, "secrets", secretID))
}

func listSecrets(secrets []ClientSecret) string {
	names := make([]string, len(secrets))
	for i, s := range secrets {
		names[i] = s.ID
		if s.Prefix != "" {
			names[i] += " (" + s.Prefix + "…)"
		}
	}
	return strings.Join(names, ", ")
}

// randomSecret is a value like those that Pocket ID makes: 32 letters and digits.
func randomSecret() string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	var b strings.Builder
	for range 32 {
		n, err := rand.Int(rand.Reader, big.NewInt(int64(len(alphabet))))
		if err != nil {
			panic(err) // crypto/rand never fails: it ends the program itself
		}
		b.WriteByte(alphabet[n.Int64()])
	}
	return b.String()
}
