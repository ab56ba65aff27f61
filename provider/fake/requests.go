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

// read decodes a request's body. As on the server, fields it does not know and
// whatever follows the first value are ignored.
func (s *Server) read(r *http.Request, into any) error {
	if s.has.strictBodies && !declaredJSON(r) {
		return invalidBody()
	}
	if json.NewDecoder(r.Body).Decode(into) != nil {
		return invalidBody()
	}
	return nil
}

// readIfAny is read for a body that may be left out.
func (s *Server) readIfAny(r *http.Request, into any) error {
	err := json.NewDecoder(r.Body).Decode(into)
	if errors.Is(err, io.EOF) {
		return nil
	}
	if err != nil || s.has.strictBodies && !declaredJSON(r) {
		return invalidBody()
	}
	return nil
}

func declaredJSON(r *http.Request) bool {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		return false
	}
	sub, isApplication := strings.CutPrefix(kind, "application/")
	return isApplication && (sub == "json" || strings.HasSuffix(sub, "+json") && sub != "+json")
}

// normalize puts texts into NFC where the release does.
func (s *Server) normalize(texts ...*string) {
	if !s.has.normalizes {
		return
	}
	for _, text := range texts {
		*text = norm.NFC.String(*text)
	}
}

// clientID returns the client id of a path, which newer releases also take
// encoded, because a client's id can be a URL.
func (s *Server) clientID(r *http.Request, name string) string {
	id := r.PathValue(name)
	encoded, is := strings.CutPrefix(id, "~")
	if !is || !s.has.encodedClientIDs {
		return id
	}
	decoded, err := base64.RawURLEncoding.DecodeString(encoded)
	if err != nil {
		return id
	}
	return string(decoded)
}
