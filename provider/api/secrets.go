package api

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
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
	CreatedAt time.Time  `json:"createdAt"`
	ExpiresAt *time.Time `json:"expiresAt"`
	IsActive  bool       `json:"isActive"`
	Value     string     `json:"secret"`
}

// MayBe tells whether value may be this secret's, by what the server shows of it.
func (s ClientSecret) MayBe(value string) bool { return strings.HasPrefix(value, s.Prefix) }

// NewSecret is what may be said of a secret before it is made.
type NewSecret struct {
	Value     string     `json:"secret"` // empty for a random one
	ExpiresAt *time.Time `json:"expiresAt,omitempty"`
}

// maxSecrets is how many secrets a client may have, expired ones included (2.14).
const maxSecrets = 20

// MintSecret gives a client one more secret (2.14 and later) or another in place
// of its only one (before). existing are the client's secrets as last read: by
// them a secret whose answer was lost is told from the older ones.
func (c *Conn) MintSecret(ctx context.Context, clientID string, wanted NewSecret, existing []ClientSecret) (ClientSecret, error) {
	version, err := c.Version(ctx)
	if err != nil {
		return ClientSecret{}, err
	}
	if wanted.Value != "" && !version.Has(OwnSecretValue) {
		return ClientSecret{}, fmt.Errorf("before Pocket ID %s a client cannot be given a value of one's own for its secret; this server is %s", OwnSecretValue.Since(), version)
	}
	if wanted.Value == "" {
		wanted.Value = randomSecret()
	}
	if !version.Has(ManySecrets) {
		return c.replaceSecret(ctx, clientID, wanted)
	}
	if len(existing) >= maxSecrets {
		return ClientSecret{}, fmt.Errorf("client %s has %d secrets, the most that Pocket ID keeps: delete one of %s", clientID, len(existing), listSecrets(existing))
	}
	p, err := path("oidc", "clients", clientID, "secrets")
	if err != nil {
		return ClientSecret{}, err
	}
	body, err := json.Marshal(wanted)
	if err != nil {
		return ClientSecret{}, err
	}
	var made ClientSecret
	r := request{method: http.MethodPost, path: p, body: body, kind: "application/json", secret: wanted.Value}
	err = c.retry.do(ctx, attempts{
		settle: func(ctx context.Context) (done bool, err error) {
			made, err = c.findMade(ctx, clientID, wanted.Value, existing)
			return made.ID != "", err
		},
		lost: func(err error) error {
			return &Undecided{Kind: "secret of client " + clientID, Key: "the newest of them", Import: clientID + "/<id>", Err: err}
		},
	}, func() error { return c.make(ctx, r, &made, func() bool { return made.ID != "" }) })
	made.Value = wanted.Value
	return made, err
}

// findMade finds the secret that was made though its answer was lost, if it was.
// Others may have made some meanwhile, with values that begin alike.
func (c *Conn) findMade(ctx context.Context, clientID, value string, before []ClientSecret) (found ClientSecret, err error) {
	now, err := c.ListSecrets(ctx, clientID)
	if err != nil {
		return found, err
	}
	alike := slices.DeleteFunc(now, func(s ClientSecret) bool {
		old := slices.ContainsFunc(before, func(b ClientSecret) bool { return b.ID == s.ID })
		return old || s.Prefix == "" || !s.MayBe(value)
	})
	if len(alike) == 0 {
		return found, nil
	}
	works, err := c.VerifyClientSecret(ctx, clientID, value)
	switch {
	case err != nil:
		return found, err
	case !works:
		return found, nil // somebody else made those
	case len(alike) > 1:
		return found, fmt.Errorf("it is one of %s", listSecrets(alike))
	}
	return alike[0], nil
}

// overtaking is longer than Pocket ID waits for its database before it gives a request up (2.5 s).
const overtaking = 3 * time.Second

// replaceSecret is what servers before 2.14 have: the new secret takes the place
// of the only one. Doing it twice leaves one secret too, so a lost answer is no
// loss. But a request whose answer was lost may be under way in the server still,
// and be done after the next one: then the client's secret is one that nobody
// knows. So what was made after a lost answer is tried, and made once more if it
// does not work. Servers before 2.12 ignore the value and answer with their own.
func (c *Conn) replaceSecret(ctx context.Context, clientID string, wanted NewSecret) (made ClientSecret, err error) {
	if wanted.ExpiresAt != nil {
		return made, errors.New("before Pocket ID 2.14 a secret cannot expire")
	}
	p, err := path("oidc", "clients", clientID, "secret")
	if err != nil {
		return made, err
	}
	body, err := json.Marshal(wanted)
	if err != nil {
		return made, err
	}
	r := request{method: http.MethodPost, path: p, body: body, kind: "application/json", secret: wanted.Value}
	for range 3 {
		lost := false
		err := c.retry.do(ctx, attempts{safe: true}, func() error {
			err := c.make(ctx, r, &made, func() bool { return made.Value != "" })
			lost = lost || err != nil && maybeDone(err)
			return err
		})
		if err != nil || !lost || made.Value == wanted.Value || sleep(ctx, overtaking) != nil {
			return made, err
		}
		if works, err := c.VerifyClientSecret(ctx, clientID, made.Value); works || err != nil {
			return made, nil // or there is no telling
		}
	}
	return made, fmt.Errorf("%w: the new secret of client %s does not work: others replace it at the same time", ErrConflict, clientID)
}

// ListSecrets lists the secrets of a client without their values (2.14 and later).
func (c *Conn) ListSecrets(ctx context.Context, clientID string) (secrets []ClientSecret, err error) {
	err = c.call(ctx, http.MethodGet, nil, &secrets, "oidc", "clients", clientID, "secrets")
	if err == nil && secrets == nil {
		err = fmt.Errorf("%w: the secrets of client %s are no list", ErrNotPocketID, clientID)
	}
	return secrets, err
}

// DeleteSecret takes one secret from a client (2.14 and later). Nothing happens
// if it is gone already.
func (c *Conn) DeleteSecret(ctx context.Context, clientID, secretID string) error {
	return gone(c.call(ctx, http.MethodDelete, nil, nil, "oidc", "clients", clientID, "secrets", secretID))
}

// listSecrets names secrets as the web page shows them.
func listSecrets(secrets []ClientSecret) string {
	names := make([]string, len(secrets))
	for i, s := range secrets {
		names[i] = clipped(s.ID, 128)
		if s.Prefix != "" {
			names[i] += " (" + clipped(s.Prefix, 4) + "…)"
		}
		if s.ExpiresAt != nil && !s.IsActive {
			names[i] += " (expired)"
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
