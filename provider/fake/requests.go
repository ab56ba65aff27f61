package fake

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// decode decodes the JSON body of a request. As on the server, it ignores unknown
// fields and anything that follows the first JSON value.
func (s *state) decode(r *http.Request, into any) error {
	if s.features.strictBodies && !hasJSONContentType(r) {
		return invalidBody()
	}
	if json.NewDecoder(r.Body).Decode(into) != nil {
		return invalidBody()
	}
	return nil
}

// decodeOptional is like decode, but accepts an empty body.
func (s *state) decodeOptional(r *http.Request, into any) error {
	err := json.NewDecoder(r.Body).Decode(into)
	if errors.Is(err, io.EOF) {
		return nil
	}
	if err != nil || s.features.strictBodies && !hasJSONContentType(r) {
		return invalidBody()
	}
	return nil
}

// decodeIDs decodes a body with one list of IDs. The list can be empty, but it is
// required. ids points to the list within into.
func (s *state) decodeIDs(r *http.Request, into any, field string, ids *[]string) error {
	if err := s.decode(r, into); err != nil {
		return err
	}
	var v validator
	v.present(field, *ids != nil)
	return v.err()
}

func hasJSONContentType(r *http.Request) bool {
	mediaType, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		return false
	}
	subtype, isApplication := strings.CutPrefix(mediaType, "application/")
	return isApplication && (subtype == "json" || strings.HasSuffix(subtype, "+json") && subtype != "+json")
}

// stringValue returns "" for an optional string that is not set.
func stringValue(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// normalizeNFC converts the strings to Unicode NFC if the version does so.
func (s *state) normalizeNFC(texts ...*string) {
	if !s.features.normalizesNFC {
		return
	}
	for _, text := range texts {
		*text = norm.NFC.String(*text)
	}
}

// clientIDFromPath returns the client ID in the named path parameter. Newer
// versions also accept "~" and the base64url form of the ID, because the ID of a
// client that publishes its metadata is a URL.
func (s *state) clientIDFromPath(r *http.Request, name string) string {
	id := r.PathValue(name)
	encoded, isEncoded := strings.CutPrefix(id, "~")
	if !isEncoded || !s.features.encodedClientIDs {
		return id
	}
	decoded, err := base64.RawURLEncoding.DecodeString(encoded)
	if err != nil {
		return id
	}
	return string(decoded)
}
