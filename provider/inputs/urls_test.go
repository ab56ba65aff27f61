package inputs

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/property"
	"github.com/stretchr/testify/require"
)

// refused returns whether a rule refuses a value.
func refused(t *testing.T, rule func(check *Checker, property, value string), value string) bool {
	t.Helper()
	check := NewChecker(t.Context(), property.NewMap(map[string]property.Value{"url": property.New(value)}), property.Map{}, nil)
	rule(check, "url", value)
	return len(check.Failures) > 0
}

func TestURLsThatAreAccepted(t *testing.T) {
	t.Parallel()
	const web, link, redirect = 1, 2, 4
	rules := map[int]func(*Checker, string, string){web: (*Checker).WebURL, link: (*Checker).LinkURL, redirect: (*Checker).RedirectURL}
	for value, accepts := range map[string]int{
		"https://app.example.com/path":            web | link | redirect,
		"http://localhost:8080":                   web | link | redirect,
		"HTTPS://app.example.com":                 web | link | redirect,
		"mailto:support@example.com":              redirect,
		"com.example.app:/callback":               link | redirect,
		"com.example.app://callback":              link | redirect,
		"urn:ietf:wg:oauth:2.0:oob":               redirect,
		"https://*.example.com/**":                web | link | redirect,
		"http://localhost:*/callback":             redirect,
		"*://app.example.com":                     redirect,
		"*":                                       redirect,
		"app.example.com":                         0,
		"app.example.com:8080/callback":           0,
		"localhost:*/callback":                    0,
		"/callback":                               0,
		"https:app.example.com":                   0,
		"https://":                                0,
		"https:///callback":                       0,
		"com.example.app:///callback":             link | redirect,
		"https://app.example.com/a b":             0,
		"https://app.example.com\n":               0,
		"://app.example.com":                      0,
		"javascript:alert(1)":                     0,
		"JavaScript://app.example.com/%0aalert()": 0,
		"data:text/html,x":                        0,
		"":                                        0,
	} {
		for rule, check := range rules {
			require.Equal(t, accepts&rule == 0, refused(t, check, value), "%q, rule %d", value, rule)
		}
	}
}

func TestLoopbackHosts(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]bool{
		"localhost": true, "app.localhost": true, "127.0.0.1": true, "127.1.2.3": true, "::1": true,
		"localhost.example.com": false, "10.0.0.1": false, "example.com": false, "": false, "notlocalhost": false,
	} {
		require.Equal(t, want, IsLoopback(host), host)
	}
}
