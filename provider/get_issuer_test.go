package provider

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"
)

// testIssuer is an OpenID Connect issuer. "{here}" in its documents is its own address.
type testIssuer struct {
	*httptest.Server
	mu        sync.Mutex
	documents map[string]string // keyed by path
	headers   []http.Header     // of all requests
}

func newTestIssuer(t *testing.T, documents map[string]string) *testIssuer {
	i := &testIssuer{documents: documents}
	i.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		i.mu.Lock()
		i.headers = append(i.headers, r.Header)
		i.mu.Unlock()
		document, ok := documents[r.URL.Path]
		switch {
		case !ok:
			http.NotFound(w, r)
		case strings.HasPrefix(document, "/"):
			http.Redirect(w, r, document, http.StatusFound)
		case strings.HasPrefix(document, "<"):
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			_, _ = io.WriteString(w, document)
		default:
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, strings.ReplaceAll(document, "{here}", i.URL))
		}
	}))
	t.Cleanup(i.Close)
	return i
}

// getIssuer calls the function over gRPC with the given provider configuration.
func getIssuer(t *testing.T, config props, issuer string) (resource.PropertyMap, error) {
	server, err := NewServer(nil)
	require.NoError(t, err)
	c := &checker{t, server}
	_, err = server.Configure(t.Context(), &rpc.ConfigureRequest{Args: c.marshal(config), AcceptSecrets: true})
	require.NoError(t, err)
	res, err := server.Invoke(t.Context(), &rpc.InvokeRequest{Tok: "pocketid:index:getIssuer", Args: c.marshal(toProps(map[string]any{"issuer": issuer}))})
	if err != nil {
		return nil, err
	}
	require.Empty(t, res.Failures)
	out, err := plugin.UnmarshalProperties(res.Return, plugin.MarshalOptions{KeepSecrets: true, KeepUnknowns: true})
	require.NoError(t, err)
	return out, nil
}

const (
	wellKnown       = "/.well-known/openid-configuration"
	twoKeysDocument = `{"keys":[{"kty":"RSA","kid":"b","alg":"RS256"},{"kty":"RSA","kid":"a","alg":"RS256"},{"kty":"RSA"}]}`
)

func TestGetIssuerFindsTheKeys(t *testing.T) {
	t.Parallel()
	i := newTestIssuer(t, map[string]string{
		wellKnown:            `{"issuer":"{here}","jwks_uri":"{here}/elsewhere/keys","id_token_signing_alg_values_supported":["RS256","ES256"]}`,
		"/sub/x" + wellKnown: `{"issuer":"{here}/sub/x","jwks_uri":"{here}/moved"}`,
		"/slash" + wellKnown: `{"issuer":"{here}/slash/","jwks_uri":"{here}/empty"}`,
		"/elsewhere/keys":    twoKeysDocument, "/moved": "/moved/again", "/moved/again": "/elsewhere/keys", "/empty": `{"keys":[]}`,
	})
	// The function needs neither the address nor the key of Pocket ID, and sends no key.
	for _, config := range []props{{}, {"baseUrl": resource.NewProperty(i.URL), "apiKey": resource.MakeSecret(resource.NewProperty(testKey))}} {
		out, err := getIssuer(t, config, i.URL)
		require.NoError(t, err)
		require.Equal(t, map[string]any{"issuer": i.URL, "jwksUri": i.URL + "/elsewhere/keys", "algorithms": []any{"ES256", "RS256"}, "keyIds": []any{"a", "b"}}, out.Mappable())
	}
	out, err := getIssuer(t, props{}, i.URL+"/sub/x")
	require.NoError(t, err)
	require.Equal(t, map[string]any{"issuer": i.URL + "/sub/x", "jwksUri": i.URL + "/moved", "algorithms": []any{"RS256"}, "keyIds": []any{"a", "b"}}, out.Mappable())
	out, err = getIssuer(t, props{}, i.URL+"/slash/")
	require.NoError(t, err)
	require.Equal(t, map[string]any{"issuer": i.URL + "/slash/", "jwksUri": i.URL + "/empty", "algorithms": []any{}, "keyIds": []any{}}, out.Mappable())
	i.mu.Lock()
	defer i.mu.Unlock()
	for _, h := range i.headers {
		require.NotContains(t, h, "X-Api-Key")
	}
}

func TestGetIssuerErrorsNameTheCause(t *testing.T) {
	t.Parallel()
	i := newTestIssuer(t, map[string]string{
		"/html" + wellKnown:     "<html>Log in</html>",
		"/none" + wellKnown:     `{"hello":"world"}`,
		"/slash" + wellKnown:    `{"issuer":"{here}/slash/","jwks_uri":"{here}/keys"}`,
		"/nokeys" + wellKnown:   `{"issuer":"{here}/nokeys"}`,
		"/odd" + wellKnown:      `{"issuer":"{here}/odd","jwks_uri":"file:///etc/keys"}`,
		"/htmlkeys" + wellKnown: `{"issuer":"{here}/htmlkeys","jwks_uri":"{here}/page"}`, "/page": "<html>",
		"/lost" + wellKnown:  `{"issuer":"{here}/lost","jwks_uri":"{here}/nowhere"}`,
		"/noset" + wellKnown: `{"issuer":"{here}/noset","jwks_uri":"{here}/object"}`, "/object": `{"kty":"RSA"}`,
		"/huge" + wellKnown: `{"issuer":"` + strings.Repeat("x", 1<<20) + `"}`,
		"/loop" + wellKnown: "/loop" + wellKnown,
	})
	closed := httptest.NewServer(nil)
	closed.Close()
	for issuer, want := range map[string]string{
		"not a url":                   "must be an http(s) URL",
		i.URL + wellKnown:             "must be the issuer itself, not the URL of its configuration",
		closed.URL:                    "cannot be reached",
		i.URL + "/missing":            "answered 404 Not Found",
		i.URL + "/html":               `/html/.well-known/openid-configuration did not answer with valid JSON (content type "text/html")`,
		i.URL + "/none":               "has no issuer",
		i.URL + "/slash":              `has the issuer "` + i.URL + `/slash/", not "` + i.URL + `/slash"; set issuer to the former`,
		i.URL + "/nokeys":             "has no jwks_uri",
		i.URL + "/odd":                "has a jwks_uri that is not an http(s) URL",
		i.URL + "/htmlkeys":           "the keys of " + i.URL + "/htmlkeys: " + i.URL + "/page did not answer with valid JSON (content type \"text/html\")",
		i.URL + "/lost":               "/nowhere answered 404",
		i.URL + "/noset":              "has no keys",
		i.URL + "/huge":               "is larger than 1048576 bytes",
		i.URL + "/loop":               "more than 3 redirects",
		"http://no-such-host.invalid": "cannot be reached",
	} {
		_, err := getIssuer(t, props{}, issuer)
		require.ErrorContains(t, err, want, issuer)
	}
}

func TestGetIssuerRefusesRedirectsFromHTTPSToHTTP(t *testing.T) {
	t.Parallel()
	plain, secure := httptest.NewRequest("GET", "http://a.example/", nil), httptest.NewRequest("GET", "https://a.example/", nil)
	require.ErrorContains(t, limitRedirects(plain, []*http.Request{secure}), "redirected from https to http://a.example")
	require.NoError(t, limitRedirects(secure, []*http.Request{plain}))
	require.NoError(t, limitRedirects(plain, []*http.Request{plain}))
}
