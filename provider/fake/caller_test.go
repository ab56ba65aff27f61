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

// caller is somebody who uses a fake over HTTP.
type caller struct {
	t   *testing.T
	url string
}

// start runs a fake for one test.
func start(t *testing.T, o fake.Options) *caller {
	t.Helper()
	o.APIKey = apiKey
	server, err := fake.New(o)
	require.NoError(t, err)
	listening := httptest.NewServer(server)
	t.Cleanup(listening.Close)
	return &caller{t: t, url: listening.URL}
}

type object = map[string]any

// answer is what a fake answered.
type answer struct {
	status int
	header http.Header
	text   string
	body   object // if it is a JSON object
}

func (c *caller) do(method, path string, body any) answer {
	c.t.Helper()
	var text []byte
	if body != nil {
		var err error
		text, err = json.Marshal(body)
		require.NoError(c.t, err)
	}
	request, err := http.NewRequest(method, c.url+path, bytes.NewReader(text))
	require.NoError(c.t, err)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("X-API-Key", apiKey)
	return c.send(request)
}

// ok is do for what must work.
func (c *caller) ok(method, path string, body any) object {
	c.t.Helper()
	a := c.do(method, path, body)
	require.Less(c.t, a.status, 300, a.text)
	return a.body
}

func (c *caller) post(path string, form url.Values, header http.Header) answer {
	c.t.Helper()
	request, err := http.NewRequest(http.MethodPost, c.url+path, strings.NewReader(form.Encode()))
	require.NoError(c.t, err)
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for name, values := range header {
		request.Header[name] = values
	}
	return c.send(request)
}

func (c *caller) send(request *http.Request) answer {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.t.Context(), 20*time.Second) // or a lock held too long would hold the test
	defer cancel()
	response, err := http.DefaultTransport.RoundTrip(request.WithContext(ctx))
	require.NoError(c.t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	require.NoError(c.t, err)
	a := answer{status: response.StatusCode, header: response.Header, text: string(text)}
	_ = json.Unmarshal(text, &a.body) // lists and texts have no fields
	return a
}

// withAssertion asks for a token as a client that shows another issuer's token.
func (c *caller) withAssertion(clientID, assertion string) answer {
	c.t.Helper()
	return c.post("/api/oidc/token", url.Values{
		"grant_type":            {"client_credentials"},
		"client_id":             {clientID},
		"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
		"client_assertion":      {assertion},
	}, nil)
}

// withSecret asks for a token as a client that knows a secret.
func (c *caller) withSecret(clientID, secret string) answer {
	c.t.Helper()
	return c.post("/api/oidc/token", url.Values{
		"grant_type": {"client_credentials"}, "client_id": {clientID}, "client_secret": {secret},
	}, nil)
}

// clientTrusting makes a client with these federated identities.
func (c *caller) clientTrusting(id string, identities ...object) {
	c.t.Helper()
	c.ok("POST", "/api/oidc/clients", object{"id": id, "name": "A client",
		"credentials": object{"federatedIdentities": identities}})
}
