// Package contract holds the fake to what real servers answered.
package contract

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// exchange is one request to a real server and what it answered. The server's
// own address reads http://pocket-id.test.
type exchange struct {
	Topic       string            `json:"topic"`
	Note        string            `json:"note"`
	Method      string            `json:"method"`
	Path        string            `json:"path"`
	Request     any               `json:"request"`
	Status      int               `json:"status"`
	ContentType string            `json:"contentType"`
	Headers     map[string]string `json:"headers"`
	Response    any               `json:"response"`
}

const recordedAddress = "http://pocket-id.test"

func (e exchange) String() string {
	return fmt.Sprintf("%s, %q: %s %s", e.Topic, e.Note, e.Method, e.Path)
}

// recorded reads the exchanges with one release.
func recorded(t *testing.T, version string) []exchange {
	t.Helper()
	file, err := os.Open("../testdata/" + version + "/recordings.jsonl")
	require.NoError(t, err)
	defer file.Close()
	var all []exchange
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var e exchange
		require.NoError(t, json.Unmarshal(lines.Bytes(), &e))
		all = append(all, e)
	}
	require.NoError(t, lines.Err())
	return all
}

// request makes the request of an exchange anew. Bodies that are not JSON are
// only described in a recording, by their type and length.
func (e exchange) request(t *testing.T, base, key string) *http.Request {
	t.Helper()
	body, contentType := e.body(t)
	path, query, _ := strings.Cut(e.Path, "?")
	target := base + path
	if query != "" {
		target += "?" + url.PathEscape(query)
		target = strings.NewReplacer("%3D", "=", "%26", "&").Replace(target)
	}
	request, err := http.NewRequest(e.Method, target, body)
	require.NoError(t, err)
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	switch e.Note {
	case "no key":
	case "wrong key":
		request.Header.Set("X-API-Key", "not-the-key-of-anyone")
	default:
		request.Header.Set("X-API-Key", key)
	}
	return request
}

func (e exchange) body(t *testing.T) (io.Reader, string) {
	t.Helper()
	described, isObject := e.Request.(map[string]any)
	kind, isDescribed := described["contentType"].(string)
	switch {
	case e.Request == nil:
		return nil, ""
	case isObject && e.Topic == "token":
		form := url.Values{}
		for name, value := range described {
			form.Set(name, value.(string))
		}
		return strings.NewReader(form.Encode()), "application/x-www-form-urlencoded"
	case isDescribed && kind == "multipart/form-data":
		return e.picture(t, int(described["bytes"].(float64)))
	case isDescribed:
		return strings.NewReader(map[string]string{"malformed": `{`, "wrong content type": `{"name":"T"}`}[e.Note]), kind
	}
	text, err := json.Marshal(e.Request)
	require.NoError(t, err)
	return bytes.NewReader(text), "application/json"
}

// picture is an upload of a small PNG, or of one that fills a body of so many bytes.
func (e exchange) picture(t *testing.T, size int) (io.Reader, string) {
	t.Helper()
	name := "logo.png"
	if e.Note == "bad type" {
		name = "logo.bmp"
	}
	content := tinyPNG()
	if size > 1<<20 {
		content = append(content, make([]byte, size-len(content))...)
	}
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreatePart(textproto.MIMEHeader{
		"Content-Disposition": {`form-data; name="file"; filename="` + name + `"`},
		"Content-Type":        {"application/octet-stream"},
	})
	require.NoError(t, err)
	_, err = part.Write(content)
	require.NoError(t, err)
	require.NoError(t, form.Close())
	return &body, form.FormDataContentType()
}

// tinyPNG is a picture of one pixel, 70 bytes long.
func tinyPNG() []byte {
	return []byte("\x89PNG\r\n\x1a\n" +
		"\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89" +
		"\x00\x00\x00\rIDATx\x9cc\xf8\xcf\xc0\xf0\x1f\x00\x05\x00\x01\xff\x89\x99=\x1d" +
		"\x00\x00\x00\x00IEND\xaeB`\x82")
}

// answered reads an answer into the shape of a recorded one.
func answered(t *testing.T, response *http.Response) exchange {
	t.Helper()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	e := exchange{
		Status:      response.StatusCode,
		ContentType: response.Header.Get("Content-Type"),
		Headers:     map[string]string{},
	}
	for _, name := range []string{"Cache-Control", "Location", "Retry-After"} {
		if value := response.Header.Get(name); value != "" {
			e.Headers[name] = value
		}
	}
	switch {
	case len(body) == 0:
	case strings.HasPrefix(e.ContentType, "application/json"):
		require.NoError(t, json.Unmarshal(body, &e.Response), "%s", body)
	case strings.HasPrefix(e.ContentType, "text/"):
		e.Response = string(body)
	default:
		e.Response = map[string]any{"bytes": float64(len(body))}
	}
	return e
}
