package api

import (
	"fmt"
	"net/url"
	"strings"
)

// path joins segments under /api and escapes each one. It rejects a segment that
// would address another object: an empty one turns the URL of an object into that of
// its list, and servers since 2.13 decode one that begins with ~ into another ID.
func path(segments ...string) (string, error) {
	escaped := make([]string, len(segments))
	for i, s := range segments {
		if s == "" || s == "." || s == ".." || s[0] == '~' || strings.ContainsAny(s, "/\\") {
			return "", fmt.Errorf("%w: %q is not an ID that Pocket ID accepts", ErrInvalidID, s)
		}
		escaped[i] = url.PathEscape(s)
	}
	return "api/" + strings.Join(escaped, "/"), nil
}

// IsPathSegment reports whether an ID can be part of a path. The ID of a client with a
// client ID metadata document cannot: it is a URL.
func IsPathSegment(id string) bool {
	_, err := path(id)
	return err == nil
}

// request is one HTTP request. It carries the API key unless noAuth or basicAuth is set.
type request struct {
	method      string
	path        string // relative to the base URL, escaped
	query       url.Values
	body        []byte
	contentType string // of body
	basicAuth   *url.Userinfo
	noAuth      bool   // no credentials at all
	secret      string // part of the request that no error may repeat
	wantImage   bool   // the response is an image, not JSON
	wholeImage  bool   // the content of the image matters, not only its existence
}

func (r request) usesAPIKey() bool { return !r.noAuth && r.basicAuth == nil }

func (r request) maxResponseBytes() int {
	switch {
	case r.wantImage && !r.wholeImage:
		return 1 << 16 // users upload larger images than this provider does
	case strings.HasPrefix(r.path, "api/user-groups/"):
		return maxGroupBytes
	}
	return maxResponseBytes
}

// missingField is the error for a response that is JSON but lacks an expected field.
func (r request) missingField(field string) error {
	return fmt.Errorf("%w: the response to %s /%s has no %s; check that baseUrl is the address of Pocket ID", ErrNotPocketID, r.method, r.path, field)
}
