package api

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// ClientSecret is one secret of a client. Only the response to its creation contains the
// value.
type ClientSecret struct {
	ID        string     `json:"id"`     // empty before 2.14: the client's only secret has no ID
	Prefix    string     `json:"prefix"` // the first four characters; empty for secrets older than 2.14
	CreatedAt time.Time  `json:"createdAt"`
	ExpiresAt *time.Time `json:"expiresAt"`
	IsActive  bool       `json:"isActive"`
	Value     string     `json:"secret"`
}

// PrefixMatches reports whether value begins with the prefix of the secret.
func (s ClientSecret) PrefixMatches(value string) bool { return strings.HasPrefix(value, s.Prefix) }

// SecretRequest are the settings of a secret that is to be created.
type SecretRequest struct {
	Value     string     `json:"secret"` // empty: a random value
	ExpiresAt *time.Time `json:"expiresAt,omitempty"`
}

// maxSecrets is the maximum number of secrets per client, including expired ones (2.14).
const maxSecrets = 20

// CreateSecret adds a secret to a client (2.14 and later) or replaces its only one (before).
// existing are the client's secrets as last read. If a response is lost, they tell the
// new secret from the older ones.
func (c *Conn) CreateSecret(ctx context.Context, clientID string, wanted SecretRequest, existing []ClientSecret) (ClientSecret, error) {
	if wanted.Value != "" {
		if _, err := c.VersionWith(ctx, CustomSecretValues); err != nil {
			return ClientSecret{}, err
		}
	}
	return withVersion(ctx, c, func(version Version) (ClientSecret, error) {
		return c.createSecret(ctx, version, clientID, wanted, existing)
	})
}

func (c *Conn) createSecret(ctx context.Context, version Version, clientID string, wanted SecretRequest, existing []ClientSecret) (ClientSecret, error) {
	if wanted.Value != "" && !version.Has(CustomSecretValues) {
		return ClientSecret{}, fmt.Errorf("a custom secret value requires Pocket ID %s or later; this server is %s", CustomSecretValues.Since(), version)
	}
	if wanted.Value == "" {
		wanted.Value = randomSecret()
	}
	if !version.Has(MultipleSecrets) {
		return c.replaceSecret(ctx, clientID, wanted)
	}
	if len(existing) >= maxSecrets {
		return ClientSecret{}, fmt.Errorf("client %s has %d secrets, the maximum of Pocket ID: delete one of %s", clientID, len(existing), describeSecrets(existing))
	}
	p, err := path("oidc", "clients", clientID, "secrets")
	if err != nil {
		return ClientSecret{}, err
	}
	created, err := create(ctx, c, creation[ClientSecret]{
		path:   p,
		body:   wanted,
		secret: wanted.Value,
		find: func(ctx context.Context) (ClientSecret, bool, error) {
			return c.findCreatedSecret(ctx, clientID, wanted.Value, existing)
		},
		isComplete: func(s ClientSecret) bool { return s.ID != "" },
		unknown:    OutcomeUnknownError{Kind: "secret of client " + clientID, Key: "the newest of them", ImportID: clientID + "/<id>"},
	})
	created.Value = wanted.Value // with an error too: if the outcome is unknown, the secret may exist
	return created, err
}

// findCreatedSecret looks for a secret whose creation got no response. Others may have
// created secrets with the same prefix meanwhile.
func (c *Conn) findCreatedSecret(ctx context.Context, clientID, value string, before []ClientSecret) (found ClientSecret, exists bool, err error) {
	now, err := c.ListSecrets(ctx, clientID)
	if err != nil {
		return found, false, err
	}
	candidates := slices.DeleteFunc(now, func(s ClientSecret) bool {
		old := slices.ContainsFunc(before, func(b ClientSecret) bool { return b.ID == s.ID })
		return old || s.Prefix == "" || !s.PrefixMatches(value)
	})
	if len(candidates) == 0 {
		return found, false, nil
	}
	works, err := c.VerifyClientSecret(ctx, clientID, value)
	switch {
	case err != nil:
		return found, false, err
	case !works:
		return found, false, nil // others have created these secrets
	case len(candidates) > 1:
		return found, false, fmt.Errorf("it may be one of these secrets: %s", describeSecrets(candidates))
	}
	return candidates[0], true, nil
}

// maxServerDelay is longer than Pocket ID waits for its database before a request fails (2.5 s).
const maxServerDelay = 3 * time.Second

// replaceSecret replaces the only secret of a client, on servers before 2.14. Servers
// before 2.12 ignore the value and return a random one.
//
// It repeats a request whose response was lost, because a client has one secret in any
// case. But the server may still process the earlier request and apply it after the
// later one: then nobody knows the client's secret. So after a lost response it checks
// that the new secret works, and replaces it again if it does not.
func (c *Conn) replaceSecret(ctx context.Context, clientID string, wanted SecretRequest) (created ClientSecret, err error) {
	if wanted.ExpiresAt != nil {
		return created, errors.New("before Pocket ID 2.14 a secret cannot expire")
	}
	p, err := path("oidc", "clients", clientID, "secret")
	if err != nil {
		return created, err
	}
	body, err := json.Marshal(wanted)
	if err != nil {
		return created, err
	}
	r := request{method: http.MethodPost, path: p, body: body, contentType: "application/json", secret: wanted.Value}
	for range 3 {
		lost := false
		err := c.retry.do(ctx, operation{idempotent: true}, func() error {
			err := c.attemptCreate(ctx, r, &created, func() bool { return created.Value != "" })
			lost = lost || err != nil && mayBeApplied(err)
			return err
		})
		if err != nil || !lost || created.Value == wanted.Value || sleep(ctx, maxServerDelay) != nil {
			return created, err
		}
		if works, err := c.VerifyClientSecret(ctx, clientID, created.Value); works || err != nil {
			return created, nil // an error here does not mean that the secret is wrong
		}
	}
	return created, fmt.Errorf("the new secret of client %s does not work: %w", clientID, ErrConflict)
}

// ListSecrets lists the secrets of a client, without their values (2.14 and later).
func (c *Conn) ListSecrets(ctx context.Context, clientID string) (secrets []ClientSecret, err error) {
	err = c.call(ctx, http.MethodGet, nil, &secrets, "oidc", "clients", clientID, "secrets")
	if err == nil && secrets == nil {
		err = fmt.Errorf("%w: the secrets of client %s are not a list", ErrNotPocketID, clientID)
	}
	return secrets, err
}

// DeleteSecret deletes one secret of a client (2.14 and later). It succeeds if the secret
// does not exist.
func (c *Conn) DeleteSecret(ctx context.Context, clientID, secretID string) error {
	return ignoreNotFound(c.call(ctx, http.MethodDelete, nil, nil, "oidc", "clients", clientID, "secrets", secretID))
}

// describeSecrets describes secrets as the web page of Pocket ID shows them.
func describeSecrets(secrets []ClientSecret) string {
	names := make([]string, len(secrets))
	for i, s := range secrets {
		names[i] = printable(s.ID, 128)
		if s.Prefix != "" {
			names[i] += " (" + printable(s.Prefix, 4) + "…)"
		}
		if s.ExpiresAt != nil && !s.IsActive {
			names[i] += " (expired)"
		}
	}
	return strings.Join(names, ", ")
}

// randomSecret returns a value like those of Pocket ID: 32 letters and digits.
func randomSecret() string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	var b strings.Builder
	for range 32 {
		n, err := rand.Int(rand.Reader, big.NewInt(int64(len(alphabet))))
		if err != nil {
			panic(err) // unreachable: crypto/rand ends the program itself if it fails
		}
		b.WriteByte(alphabet[n.Int64()])
	}
	return b.String()
}

// VerifyClientSecret reports whether secret is a valid secret of the client. It
// introspects a token that does not exist, which has no side effect.
func (c *Conn) VerifyClientSecret(ctx context.Context, clientID, secret string) (bool, error) {
	r := request{
		method: http.MethodPost, path: "api/oidc/introspect", contentType: "application/x-www-form-urlencoded",
		body:      []byte(url.Values{"token": {"none"}}.Encode()),
		basicAuth: url.UserPassword(clientID, secret), secret: secret,
	}
	verified := false
	err := c.retry.do(ctx, operation{idempotent: true}, func() error {
		var out struct {
			Active *bool `json:"active"`
		}
		err := c.attemptCreate(ctx, r, &out, func() bool { return out.Active != nil })
		var e *Error
		if errors.As(err, &e) && e.rejectsClientSecret() {
			return nil // verified stays false
		}
		verified = err == nil
		return err
	})
	return verified, err
}
