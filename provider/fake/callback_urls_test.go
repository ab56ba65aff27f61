package fake

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// callbackURLRules has the results of the validators in the sources of three releases.
var callbackURLRules = []struct {
	url               string
	v2_3, v2_9, v2_14 bool
}{
	{"https://a.example/cb", true, true, true},
	{"http://localhost:3000/cb", true, true, true},
	{"http://127.0.0.1/cb", true, true, true},
	{"http://[::1]:8080/cb", true, true, true},
	{"https://[2001:db8::1]/cb", true, true, true},
	{"https://a.example", true, true, true},
	{"https://a.example:8443", true, true, true},
	{"https://a.example/cb?next=1", true, true, true},
	{"https://a.example/cb#fragment", true, true, true},
	{"https://user:pw@a.example/cb", true, true, true},
	{"com.example.app:/cb", true, true, true},
	{"com.example.app://cb", true, true, true},
	{"com.example.app:///cb", true, true, true},
	{"com.example.app:oauth2redirect", true, false, false},
	{"com.example.app:oauth2redirect?a=b", true, false, false},
	{"com.example:opaque", true, false, false},
	{"urn:ietf:wg:oauth:2.0:oob", true, true, true},
	{"urn:ietf:wg:oauth:2.0:oob:auto", true, true, true},
	{"mailto:someone@example.com", true, false, false},
	{"tag:example.com,2024:cb", true, false, false},
	{"app:12", true, true, true},
	{"app:", true, true, true},
	{"app+dev:cb", true, false, false},
	{"myapp:call back", true, false, false},
	{"localhost:8080", true, true, true},
	{"localhost:8080/cb", true, true, true},
	{"a.example:8443/cb", true, true, true},
	{"127.0.0.1:8080/cb", false, false, false},
	{"[::1]:8080/cb", false, false, false},
	{"a.example/cb", false, false, false},
	{"/cb", false, false, false},
	{"no-scheme", false, false, false},
	{"//a.example/cb", false, false, false},
	{":cb", false, false, false},
	{"*", true, true, true},
	{"**", true, false, false},
	{"*://a.example/cb", true, true, true},
	{"https://*.example/cb", true, true, true},
	{"https://a.example/*", true, true, true},
	{"https://a.example/**/cb", true, true, true},
	{"http://localhost:*/cb", true, true, true},
	{"https://*", true, true, true},
	{"com.example.app:*", true, true, true},
	{"https://a.example:port/", false, true, false},
	{"https://a.example/a:b", true, true, true},
	{"https://a.example/with space", true, true, true},
	{"https://a.example/%zz", false, true, false},
	{"https://a.example/é", true, true, true},
	{"javascript:alert(1)", true, false, false},
	{"JavaScript:alert(1)", true, false, false},
	{"data:text/html,x", true, false, false},
	{"1app:/cb", false, false, false},
	{"app_x:/cb", false, false, false},
	{"https:a.example/cb", true, false, false},
	{"https:///cb", true, true, true},
	{"http:localhost:3000", true, false, false},
	{"https://exa mple/cb", false, false, false},
	{"https://a.example/{id}", true, true, true},
	{"https://a.example/(a)", true, true, true},
	{"https://a.example/cb?a=*", true, true, true},
}

// TestCallbackURLRules compares the fake with the validators of the server.
func TestCallbackURLRules(t *testing.T) {
	t.Parallel()
	for _, c := range callbackURLRules {
		require.Equal(t, c.v2_3, isCallbackURL(c.url), "2.3: %s", c.url)
		require.Equal(t, c.v2_9, isCallbackPattern(c.url, false), "2.9: %s", c.url)
		require.Equal(t, c.v2_14, isCallbackPattern(c.url, true), "2.14: %s", c.url)
	}
}
