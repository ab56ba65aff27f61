// Package script contains the requests of the contract tests. They are sent to real servers
// to record their responses, and to compare a real server with the fake.
package script

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"strings"
)

// RecordedAddress replaces the address of the server in recordings.
const RecordedAddress = "http://pocket-id.test"

// Exchange is a request to a server and its response.
type Exchange struct {
	Topic       string            `json:"topic"`
	Note        string            `json:"note"`
	Method      string            `json:"method"`
	Path        string            `json:"path"`
	Request     any               `json:"request"`
	Status      int               `json:"status"`
	ContentType string            `json:"contentType"`
	Response    any               `json:"response"`
	Headers     map[string]string `json:"headers"`
}

func (e Exchange) String() string {
	return fmt.Sprintf("%s, %q: %s %s", e.Topic, e.Note, e.Method, e.Path)
}

// ReadRecording reads a file with one exchange per line.
func ReadRecording(name string) ([]Exchange, error) {
	content, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	return parse[Exchange](content)
}

func parse[T any](lines []byte) ([]T, error) {
	var all []T
	scanner := bufio.NewScanner(bytes.NewReader(lines))
	scanner.Buffer(nil, 1<<20)
	for scanner.Scan() {
		var value T
		if err := json.Unmarshal(scanner.Bytes(), &value); err != nil {
			return nil, fmt.Errorf("line %d: %w", len(all)+1, err)
		}
		all = append(all, value)
	}
	return all, scanner.Err()
}

// Server is a Pocket ID server and an API key for it.
type Server struct{ URL, APIKey string }

// Do sends the request of an exchange and returns the exchange with the new response. It
// does not follow redirects but returns them.
func (s Server) Do(e Exchange) (Exchange, error) {
	request, err := s.request(e)
	if err != nil {
		return e, err
	}
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		return e, err
	}
	defer response.Body.Close()
	return e, e.readResponse(response)
}

func (s Server) request(e Exchange) (*http.Request, error) {
	body, contentType, err := e.body()
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequest(e.Method, s.URL+e.Path, body)
	if err != nil {
		return nil, err
	}
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	switch e.Note {
	case "no key":
	case "wrong key":
		request.Header.Set("X-API-Key", "not-the-key-of-anyone")
	default:
		request.Header.Set("X-API-Key", s.APIKey)
	}
	return request, nil
}

// body returns the body of a request and its content type. An exchange has JSON bodies as
// they are; it describes other bodies by their fields, or by their type and length.
func (e Exchange) body() (io.Reader, string, error) {
	description, isObject := e.Request.(map[string]any)
	kind, isDescribed := description["contentType"].(string)
	switch {
	case e.Request == nil:
		return nil, "", nil
	case isObject && strings.HasPrefix(e.Path, "/api/oidc/token"), isObject && strings.HasPrefix(e.Path, "/api/oidc/introspect"):
		form := url.Values{}
		for name, value := range description {
			form.Set(name, fmt.Sprint(value))
		}
		return strings.NewReader(form.Encode()), "application/x-www-form-urlencoded", nil
	case isDescribed && kind == "multipart/form-data":
		return multipartImage(e.fileName(), int(description["bytes"].(float64)))
	case isDescribed && kind == "text/plain":
		return strings.NewReader(`{"name":"T"}`), kind, nil
	case isDescribed:
		return strings.NewReader(`{`), kind, nil
	}
	text, err := json.Marshal(e.Request)
	return bytes.NewReader(text), "application/json", err
}

func (e Exchange) fileName() string {
	if e.Note == "bad type" {
		return "logo.bmp"
	}
	return "logo.png"
}

// multipartImage returns a form with a small image, padded if a large body is described.
func multipartImage(name string, size int) (io.Reader, string, error) {
	content := tinyPNG()
	if size > 1<<20 {
		content = append(content, make([]byte, size-len(content))...)
	}
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	file, err := form.CreateFormFile("file", name)
	if err != nil {
		return nil, "", err
	}
	if _, err := file.Write(content); err != nil {
		return nil, "", err
	}
	return &body, form.FormDataContentType(), form.Close()
}

// tinyPNG returns an image of one pixel.
func tinyPNG() []byte {
	return []byte("\x89PNG\r\n\x1a\n" +
		"\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89" +
		"\x00\x00\x00\rIDATx\x9cc\xf8\xcf\xc0\xf0\x1f\x00\x05\x00\x01\xff\x89\x99=\x1d" +
		"\x00\x00\x00\x00IEND\xaeB`\x82")
}

// readResponse stores the response of a server in the exchange.
func (e *Exchange) readResponse(response *http.Response) error {
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	e.Status = response.StatusCode
	e.ContentType = response.Header.Get("Content-Type")
	e.Headers = map[string]string{}
	for _, name := range []string{"Cache-Control", "Location", "Retry-After"} {
		if value := response.Header.Get(name); value != "" {
			e.Headers[name] = value
		}
	}
	e.Response = nil
	switch {
	case len(body) == 0:
	case strings.HasPrefix(e.ContentType, "application/json"):
		return json.Unmarshal(body, &e.Response)
	case strings.HasPrefix(e.ContentType, "text/"):
		e.Response = string(body)
	default:
		e.Response = map[string]any{"bytes": float64(len(body))}
	}
	return nil
}
