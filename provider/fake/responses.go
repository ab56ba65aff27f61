package fake

import (
	"encoding/json"
	"net/http"
)

// object is a JSON object whose fields depend on the version.
type object = map[string]any

// rawBody is a response body with its own headers: an image, or the JSON of an
// OAuth endpoint.
type rawBody struct {
	contentType, cacheControl string
	content                   []byte
}

// oauthBody returns a body as the OAuth endpoints write it since 2.10.
func oauthBody(body object) rawBody {
	text, err := json.Marshal(body)
	if err != nil {
		panic(err) // the bodies contain only strings, numbers and booleans
	}
	return rawBody{contentType: "application/json;charset=UTF-8", cacheControl: "no-store", content: text}
}

func writeResponse(w http.ResponseWriter, status int, body any) {
	switch b := body.(type) {
	case nil:
		w.WriteHeader(status)
	case rawBody:
		w.Header().Set("Content-Type", b.contentType)
		w.Header().Set("Cache-Control", b.cacheControl)
		w.WriteHeader(status)
		_, _ = w.Write(b.content)
	default:
		text, err := json.Marshal(body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.WriteHeader(status)
		_, _ = w.Write(text)
	}
}
