package api

import (
	"fmt"
	"net/url"
	"strings"
)

// parseBaseURL parses the base URL of an instance. Its errors quote no credentials.
func parseBaseURL(s string) (*url.URL, error) {
	base, err := url.Parse(strings.TrimSpace(s))
	if err != nil || base.Hostname() == "" || (base.Scheme != "http" && base.Scheme != "https") {
		return nil, fmt.Errorf("%q is not an http(s) URL such as https://id.example.com", redactURL(s))
	}
	if base.User != nil || base.RawQuery != "" || base.Fragment != "" {
		return nil, fmt.Errorf("%q must not contain a user, a query or a fragment", redactURL(s))
	}
	return base, nil
}

// redactURL returns s without its user, query and fragment, where some people put
// a password or a token.
func redactURL(s string) string {
	u, err := url.Parse(s)
	if err != nil {
		return "(not a URL)"
	}
	u.User, u.RawQuery, u.Fragment, u.RawFragment = nil, "", "", ""
	return u.String()
}
