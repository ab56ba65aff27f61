package fake

import (
	"encoding/json"
	"net/http"
	"time"
)

const (
	maxTTL   = 31 * 24 * time.Hour
	shortTTL = 15 * time.Minute // tokens up to this lifetime are short enough to type
)

// ttl is a time to live. In JSON it is a duration such as "24h", or a number of
// seconds.
type ttl time.Duration

// UnmarshalJSON implements json.Unmarshaler.
func (t *ttl) UnmarshalJSON(data []byte) error {
	var seconds float64
	if json.Unmarshal(data, &seconds) == nil {
		*t = ttl(time.Duration(seconds) * time.Second)
		return nil
	}
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return err
	}
	parsed, err := time.ParseDuration(text)
	*t = ttl(parsed)
	return err
}

// isValid accepts up to 31 days, and 0 for a time to live that is not set.
func (t ttl) isValid() bool {
	return t == 0 || time.Duration(t) > time.Second && time.Duration(t) <= maxTTL
}

// createOneTimeAccessToken returns a token that signs a user in once. The fake does
// not store it, because nobody can sign in.
func (s *state) createOneTimeAccessToken(r *http.Request) (int, any, error) {
	var in struct {
		UserID string `json:"userId"`
		TTL    ttl    `json:"ttl"`
	}
	if err := s.decode(r, &in); err != nil {
		return 0, nil, err
	}
	var v validator
	v.rule(in.TTL.isValid(), "ttl", "ttl")
	if err := v.err(); err != nil {
		return 0, nil, err
	}
	id := r.PathValue("id")
	if !s.features.oneTimeAccessUserInPath {
		id = in.UserID
	}
	if _, ok := s.users.get(id); !ok {
		return 0, nil, userNotFound().before213(http.StatusInternalServerError, somethingWentWrong)
	}
	length := 16
	switch {
	case time.Duration(in.TTL) <= shortTTL:
		length = 6
	case s.features.shortOneTimeTokens:
		length = 12
	}
	return http.StatusCreated, object{"token": randomString(length)}, nil
}
