package fake

import (
	"crypto/subtle"
	"net/http"
	"slices"
	"time"
)

const maxSecrets = 20 // of one client, those that expired included

type secret struct {
	id, value string
	createdAt time.Time
	expiresAt *time.Time
}

func (s *Server) newSecret(value string, expiresAt *time.Time) secret {
	if value == "" {
		value = alphanumeric(32)
	}
	return secret{id: newID(), value: value, createdAt: s.now(), expiresAt: expiresAt}
}

func (s *Server) isActive(sec secret) bool {
	return sec.expiresAt == nil || s.now().Before(*sec.expiresAt)
}

// secretIs tells whether value is one of the client's secrets that still count.
func (s *Server) secretIs(c *client, value string) bool {
	return slices.ContainsFunc(c.secrets, func(sec secret) bool {
		return s.isActive(sec) && subtle.ConstantTimeCompare([]byte(sec.value), []byte(value)) == 1
	})
}

// replaceSecret is how a client got its only secret before it could have many.
func (s *Server) replaceSecret(r *http.Request) (int, any, error) {
	var in struct {
		Secret string `json:"secret"`
	}
	if s.has.ownSecret {
		if err := s.readIfAny(r, &in); err != nil {
			return 0, nil, err
		}
		if err := checkSecret(in.Secret); err != nil {
			return 0, nil, err
		}
	}
	c, ok := s.clients.get(s.clientID(r, "id"))
	if !ok {
		return 0, nil, clientNotFound()
	}
	if c.IsPublic && s.has.noPublicSecrets {
		return 0, nil, refused("Cannot create a secret for a public client")
	}
	c.secrets = []secret{s.newSecret(in.Secret, nil)}
	return http.StatusOK, object{"secret": c.secrets[0].value}, nil
}

func checkSecret(value string) error {
	if value == "" {
		return nil // one will be made
	}
	var r rules
	r.atLeast("secret", value, 16)
	r.is(!slices.ContainsFunc([]rune(value), func(c rune) bool { return c < ' ' || c > '~' }), "secret", "printascii")
	return r.err()
}

func (s *Server) addSecret(r *http.Request) (int, any, error) {
	var in struct {
		Secret    string     `json:"secret"`
		ExpiresAt *time.Time `json:"expiresAt"`
	}
	if err := s.readIfAny(r, &in); err != nil {
		return 0, nil, err
	}
	if err := checkSecret(in.Secret); err != nil {
		return 0, nil, err
	}
	if in.ExpiresAt != nil && !in.ExpiresAt.After(s.now()) {
		return 0, nil, refused("The expiration date of a client secret must be in the future")
	}
	c, ok := s.clients.get(s.clientID(r, "id"))
	if !ok {
		return 0, nil, clientNotFound()
	}
	if c.IsPublic {
		return 0, nil, refused("Cannot create a secret for a public client")
	}
	if len(c.secrets) >= maxSecrets {
		return 0, nil, refused("A client cannot have more than 20 secrets")
	}
	made := s.newSecret(in.Secret, in.ExpiresAt)
	c.secrets = append(c.secrets, made)
	return http.StatusCreated, s.createdSecretView(made), nil
}

func (s *Server) listSecrets(r *http.Request) (int, any, error) {
	c, ok := s.clients.get(s.clientID(r, "id"))
	if !ok {
		return 0, nil, clientNotFound()
	}
	return http.StatusOK, s.secretViews(c), nil
}

func (s *Server) deleteSecret(r *http.Request) (int, any, error) {
	c, ok := s.clients.get(s.clientID(r, "id"))
	if !ok {
		return 0, nil, clientNotFound()
	}
	left := slices.DeleteFunc(slices.Clone(c.secrets), func(sec secret) bool { return sec.id == r.PathValue("secretId") })
	if len(left) == len(c.secrets) {
		return 0, nil, notFound("Client secret")
	}
	c.secrets = left
	return http.StatusNoContent, nil, nil
}

func (s *Server) secretViews(c *client) []object {
	views := []object{}
	for _, sec := range c.secrets {
		views = append(views, s.secretView(sec))
	}
	return views
}

func (s *Server) secretView(sec secret) object {
	return object{
		"id":        sec.id,
		"prefix":    sec.value[:min(4, len(sec.value))],
		"createdAt": sec.createdAt,
		"expiresAt": sec.expiresAt,
		"isActive":  s.isActive(sec),
	}
}

// createdSecretView is the only answer that has the secret itself.
func (s *Server) createdSecretView(sec secret) object {
	v := s.secretView(sec)
	v["secret"] = sec.value
	return v
}
