package fake

import (
	"crypto/subtle"
	"net/http"
	"slices"
	"time"
)

const maxSecrets = 20 // per client, including expired ones

func (s *state) newSecret(value string, expiresAt *time.Time) secret {
	if value == "" {
		value = randomString(32)
	}
	return secret{id: newID(), value: value, createdAt: s.now(), expiresAt: expiresAt}
}

func (s *state) isActive(sec secret) bool {
	return sec.expiresAt == nil || s.now().Before(*sec.expiresAt)
}

// hasActiveSecret reports whether value is a secret of the client that has not expired.
func (s *state) hasActiveSecret(c *client, value string) bool {
	return slices.ContainsFunc(c.secrets, func(sec secret) bool {
		return s.isActive(sec) && subtle.ConstantTimeCompare([]byte(sec.value), []byte(value)) == 1
	})
}

// replaceSecret sets the only secret of a client, before 2.14.
func (s *state) replaceSecret(r *http.Request) (int, any, error) {
	var in struct {
		Secret string `json:"secret"`
	}
	if s.features.customSecret {
		if err := s.decodeOptional(r, &in); err != nil {
			return 0, nil, err
		}
		if err := validateSecret(in.Secret); err != nil {
			return 0, nil, err
		}
	}
	c, ok := s.clients.get(s.clientIDFromPath(r, "id"))
	if !ok {
		return 0, nil, clientNotFound()
	}
	if c.IsPublic && s.features.noSecretsForPublicClients {
		return 0, nil, validationFailed("Cannot create a secret for a public client")
	}
	c.secrets = []secret{s.newSecret(in.Secret, nil)}
	return http.StatusOK, object{"secret": c.secrets[0].value}, nil
}

// validateSecret accepts an empty value: the server generates a secret then.
func validateSecret(value string) error {
	if value == "" {
		return nil
	}
	var v validator
	v.minLength("secret", value, 16)
	v.rule(!slices.ContainsFunc([]rune(value), func(c rune) bool { return c < ' ' || c > '~' }), "secret", "printascii")
	return v.err()
}

// addSecret adds a secret, since 2.14.
func (s *state) addSecret(r *http.Request) (int, any, error) {
	var in struct {
		Secret    string     `json:"secret"`
		ExpiresAt *time.Time `json:"expiresAt"`
	}
	if err := s.decodeOptional(r, &in); err != nil {
		return 0, nil, err
	}
	if err := validateSecret(in.Secret); err != nil {
		return 0, nil, err
	}
	if in.ExpiresAt != nil && !in.ExpiresAt.After(s.now()) {
		return 0, nil, validationFailed("The expiration date of a client secret must be in the future")
	}
	c, ok := s.clients.get(s.clientIDFromPath(r, "id"))
	if !ok {
		return 0, nil, clientNotFound()
	}
	if c.IsPublic {
		return 0, nil, validationFailed("Cannot create a secret for a public client")
	}
	if len(c.secrets) >= maxSecrets {
		return 0, nil, validationFailed("A client cannot have more than 20 secrets")
	}
	created := s.newSecret(in.Secret, in.ExpiresAt)
	c.secrets = append(c.secrets, created)
	return http.StatusCreated, s.createdSecretView(created), nil
}

func (s *state) listSecrets(r *http.Request) (int, any, error) {
	c, ok := s.clients.get(s.clientIDFromPath(r, "id"))
	if !ok {
		return 0, nil, clientNotFound()
	}
	return http.StatusOK, s.secretViews(c), nil
}

func (s *state) deleteSecret(r *http.Request) (int, any, error) {
	c, ok := s.clients.get(s.clientIDFromPath(r, "id"))
	if !ok {
		return 0, nil, clientNotFound()
	}
	remaining := slices.DeleteFunc(slices.Clone(c.secrets), func(sec secret) bool { return sec.id == r.PathValue("secretId") })
	if len(remaining) == len(c.secrets) {
		return 0, nil, notFound("Client secret")
	}
	c.secrets = remaining
	return http.StatusNoContent, nil, nil
}

func (s *state) secretViews(c *client) []object {
	views := []object{}
	for _, sec := range c.secrets {
		views = append(views, s.secretView(sec))
	}
	return views
}

func (s *state) secretView(sec secret) object {
	return object{
		"id":        sec.id,
		"prefix":    sec.value[:min(4, len(sec.value))],
		"createdAt": sec.createdAt,
		"expiresAt": sec.expiresAt,
		"isActive":  s.isActive(sec),
	}
}

// createdSecretView returns a new secret with its value. No other response contains
// the value.
func (s *state) createdSecretView(sec secret) object {
	v := s.secretView(sec)
	v["secret"] = sec.value
	return v
}
