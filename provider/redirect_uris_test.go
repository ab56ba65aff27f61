package provider

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

func TestRedirectURIsThatTheProviderRefuses(t *testing.T) {
	t.Parallel()
	c := newChecker(t, newFake(t, fake.Options{}))
	check := func(url string) []string {
		return c.failures("Client", toProps(map[string]any{"name": "App", "callbackUrls": []any{url}, "logoutCallbackUrls": []any{url}}))
	}
	for _, accepted := range []string{
		"urn:ietf:wg:oauth:2.0:oob", "urn:ietf:wg:oauth:2.0:oob:auto", "com.example.app:oauth2redirect", "com.example.app:oauth2redirect?a=b",
		"com.example.app:/cb", "com.example.app://cb", "app:", "app+dev:cb", "mailto:someone@example.com", "tag:example.com,2024:cb", "com.example.app:*",
		"https://a.example:8443", "http://localhost:3000/cb", "http://localhost:*/cb", "http://[::1]:8080/cb", "https://*.example/cb", "*://a.example/cb", "*",
	} {
		require.Empty(t, check(accepted), accepted)
	}
	for _, refused := range []string{
		"localhost:8080", "localhost:8080/cb", "a.example:8443/cb", "a.example:443?x=y", "127.0.0.1:8080/cb", "[::1]:8080/cb", "localhost:*/cb", "app:12",
		"a.example/cb", "/cb", "no-scheme", "//a.example/cb", ":cb", "https:a.example/cb", "http:localhost:3000", "https://a.example/with space",
		"javascript:alert(1)", "data:text/html,x",
	} {
		require.Len(t, check(refused), 2, refused)
	}
}

func TestClientWithAnOpaqueRedirectURI(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"2.3.0", "2.9.0", "2.14.0"} {
		s := newStack(t, newFake(t, fake.Options{Version: version}))
		s.declare("Client", "app", map[string]any{"name": "App", "clientId": "app", "callbackUrls": []any{"urn:ietf:wg:oauth:2.0:oob"}})
		s.mustUp()
		require.Equal(t, []any{"urn:ietf:wg:oauth:2.0:oob"}, s.instance.client("app")["callbackURLs"])
		s.requireNoChanges()
	}
}

// Each page that a redirect URL matches can receive the codes of a sign-in.
func TestRedirectURLsThatMatchMuchGetAWarning(t *testing.T) {
	t.Parallel()
	broad := []any{"https://a.example", "http://b.example:8080", "https://*.c.example", "*"}
	narrow := []any{"https://a.example/", "https://a.example/cb", "http://localhost:3000", "http://127.0.0.1", "com.example.app:/cb", "urn:ietf:wg:oauth:2.0:oob"}
	s := newStack(t, newFake(t, fake.Options{}))
	declare := func(urls []any, description string) {
		s.declare("Client", "app", map[string]any{"name": "App", "callbackUrls": urls, "description": description})
	}
	declare(append(narrow, broad...), "A")
	o := s.preview()
	require.Equal(t, 3, strings.Count(o.messages, "has no path. Pocket ID 2.4 and later accept every path of this host"), o.messages)
	require.Equal(t, 1, strings.Count(o.messages, "* accepts every URL"), o.messages)
	s.mustUp()

	declare(append(narrow, broad...), "B")
	require.NotContains(t, s.preview().messages, "accept", "the state has them already")
	declare(append(narrow, append(broad, "https://d.example")...), "B")
	o = s.preview()
	require.Equal(t, 1, strings.Count(o.messages, "has no path"), o.messages)
	require.Contains(t, o.messages, `"https://d.example" has no path`)
}
