package fake

import (
	"encoding/json"
	"net/http"
	"time"
)

// Pictures of users, and the ways in which an administrator lets them in.

// getProfilePicture shows the initials of users who have no picture.
func (s *Server) getProfilePicture(r *http.Request) (int, any, error) {
	u, ok := s.users.get(r.PathValue("id"))
	if !ok {
		return 0, nil, userNotFound()
	}
	picture := image{extension: "png", bytes: []byte("initials")}
	if u.picture != nil {
		picture = *u.picture
	}
	return http.StatusOK, picture.answer("public, max-age=900, stale-while-revalidate=3600"), nil
}

// setProfilePicture keeps a picture as it came; the server draws it anew.
func (s *Server) setProfilePicture(r *http.Request) (int, any, error) {
	picture, err := readImage(r)
	if err != nil {
		return 0, nil, err
	}
	if !isPicture(picture.bytes) {
		p := problem{status: http.StatusBadRequest, code: "invalid_image", message: "File is not a valid image"}
		return 0, nil, p.before(http.StatusInternalServerError, somethingWentWrong)
	}
	u, ok := s.users.get(r.PathValue("id"))
	switch {
	case ok:
		u.picture = &image{extension: "png", bytes: picture.bytes}
	case s.has.missingIsAnError:
		return 0, nil, userNotFound()
	}
	return http.StatusNoContent, nil, nil
}

// isPicture tells whether a file begins as pictures do; unlike logos, these are
// drawn anew by the server.
func isPicture(content []byte) bool {
	switch http.DetectContentType(content) {
	case "image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp":
		return true
	}
	return false
}

func (s *Server) deleteProfilePicture(r *http.Request) (int, any, error) {
	u, ok := s.users.get(r.PathValue("id"))
	switch {
	case ok:
		u.picture = nil
	case s.has.missingIsAnError:
		return 0, nil, userNotFound()
	}
	return http.StatusNoContent, nil, nil
}

// passkeys are what users log in with. Nobody logs in here, so there are none.
func (s *Server) passkeys(r *http.Request) (int, any, error) {
	if _, ok := s.users.get(r.PathValue("id")); !ok {
		return 0, nil, userNotFound()
	}
	return http.StatusOK, []object{}, nil
}

const (
	maxTTL   = 31 * 24 * time.Hour
	shortTTL = 15 * time.Minute
)

// ttl is a time to live: a text such as "24h", or a number of seconds.
type ttl time.Duration

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

// ok is true for times up to a month, and for 0, which is "not said".
func (t ttl) ok() bool {
	return t == 0 || time.Duration(t) > time.Second && time.Duration(t) <= maxTTL
}

func (s *Server) createOneTimeAccess(r *http.Request) (int, any, error) {
	var in struct {
		UserID string `json:"userId"`
		TTL    ttl    `json:"ttl"`
	}
	if err := s.read(r, &in); err != nil {
		return 0, nil, err
	}
	var rules rules
	rules.is(in.TTL.ok(), "ttl", "ttl")
	if err := rules.err(); err != nil {
		return 0, nil, err
	}
	id := r.PathValue("id")
	if !s.has.oneTimeAccessByPath {
		id = in.UserID // and the one in the path is not looked at
	}
	if _, ok := s.users.get(id); !ok {
		return 0, nil, userNotFound().before(http.StatusInternalServerError, somethingWentWrong)
	}
	length := 16
	switch {
	case time.Duration(in.TTL) <= shortTTL:
		length = 6
	case s.has.shorterAccessToken:
		length = 12
	}
	return http.StatusCreated, object{"token": alphanumeric(length)}, nil
}
