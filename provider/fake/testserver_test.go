package fake_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

const apiKey = "the-key-of-these-tests"

// testServer is a fake that listens for HTTP requests.
type testServer struct {
	t   *testing.T
	url string
}

// start starts a fake that stops at the end of the test.
func start(t *testing.T, o fake.Options) *testServer {
	t.Helper()
	o.APIKey = apiKey
	handler, err := fake.New(o)
	require.NoError(t, err)
	listening := httptest.NewServer(handler)
	t.Cleanup(listening.Close)
	return &testServer{t: t, url: listening.URL}
}

type object = map[string]any

// response is an HTTP response of the fake.
type response struct {
	status int
	header http.Header
	text   string
	body   object // nil if the body is not a JSON object
}

func (s *testServer) do(method, path string, body any) response {
	s.t.Helper()
	var text []byte
	if body != nil {
		var err error
		text, err = json.Marshal(body)
		require.NoError(s.t, err)
	}
	request, err := http.NewRequest(method, s.url+path, bytes.NewReader(text))
	require.NoError(s.t, err)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("X-API-Key", apiKey)
	return s.send(request)
}

// ok is like do, but fails the test unless the request succeeds.
func (s *testServer) ok(method, path string, body any) object {
	s.t.Helper()
	a := s.do(method, path, body)
	require.Less(s.t, a.status, 300, a.text)
	return a.body
}

func (s *testServer) post(path string, form url.Values, header http.Header) response {
	s.t.Helper()
	request, err := http.NewRequest(http.MethodPost, s.url+path, strings.NewReader(form.Encode()))
	require.NoError(s.t, err)
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for name, values := range header {
		request.Header[name] = values
	}
	return s.send(request)
}

func (s *testServer) send(request *http.Request) response {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), 20*time.Second) // so that a deadlock in the fake fails the test
	defer cancel()
	got, err := http.DefaultTransport.RoundTrip(request.WithContext(ctx))
	require.NoError(s.t, err)
	defer got.Body.Close()
	text, err := io.ReadAll(got.Body)
	require.NoError(s.t, err)
	result := response{status: got.StatusCode, header: got.Header, text: string(text)}
	_ = json.Unmarshal(text, &result.body) // fails for a body that is not an object
	return result
}

// tokenByAssertion requests a token with the token of another issuer as the client's
// credential.
func (s *testServer) tokenByAssertion(clientID, assertion string) response {
	s.t.Helper()
	return s.post("/api/oidc/token", url.Values{
		"grant_type":            {"client_credentials"},
		"client_id":             {clientID},
		"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
		"client_assertion":      {assertion},
	}, nil)
}

// tokenBySecret requests a token with a client secret.
func (s *testServer) tokenBySecret(clientID, secret string) response {
	s.t.Helper()
	return s.post("/api/oidc/token", url.Values{
		"grant_type": {"client_credentials"}, "client_id": {clientID}, "client_secret": {secret},
	}, nil)
}

// createClientTrusting creates a client with federated identities.
func (s *testServer) createClientTrusting(id string, identities ...object) {
	s.t.Helper()
	s.ok("POST", "/api/oidc/clients", object{"id": id, "name": "A client",
		"credentials": object{"federatedIdentities": identities}})
}
