package fake

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
)

func (s *state) validateCallbackURLs(v *validator, field string, urls []string) {
	for i, u := range urls {
		name := fmt.Sprintf("%s[%d]", field, i)
		if s.features.callbackPatterns {
			v.rule(isCallbackPattern(u, s.features.parsedCallbacks), name, "callback_url_pattern")
		} else {
			v.rule(isCallbackURL(u), name, "callback_url")
		}
	}
}

// isCallbackPattern is the rule for callback URLs since 2.4. An asterisk may
// stand for any part of the URL, or for the whole URL.
//
// mustParse is true in versions that parse the pattern as a URL. The others also
// accept a name in place of the port, such as https://app.example:port/.
func isCallbackPattern(s string, mustParse bool) bool {
	if s == "*" {
		return true
	}
	scheme, rest, found := strings.Cut(s, ":")
	if !found || !isPathOrOpaque(scheme, rest) || !callbackSchemePattern.MatchString(scheme) {
		return false
	}
	switch strings.ToLower(scheme) {
	case "javascript", "data":
		return false
	}
	if !mustParse {
		rest = strings.ReplaceAll(namedParameter.ReplaceAllString(rest, ""), "%", "")
	}
	_, err := url.Parse("x:" + strings.ReplaceAll(rest, "*", "1")) // 1 is a valid host, port and path segment
	return err == nil
}

// isPathOrOpaque reports whether a pattern has a path after its scheme, or is an opaque
// URI that the server can distinguish from a name. In a pattern, a colon and a letter begin a
// name, so that the server finds no scheme in com.example.app:callback. It finds one in
// urn:ietf:wg:oauth:2.0:oob, where a digit follows a colon.
func isPathOrOpaque(scheme, rest string) bool {
	if rest == "" || rest[0] == '/' {
		return true
	}
	base, _, _ := strings.Cut(":"+rest, "/")
	return !webSchemePattern.MatchString(scheme) && colonWithoutName.MatchString(base)
}

var (
	webSchemePattern = regexp.MustCompile(`(?i)^https?$`)
	colonWithoutName = regexp.MustCompile(`:([^a-zA-Z_]|$)`)

	callbackSchemePattern = regexp.MustCompile(`^[a-zA-Z*][a-zA-Z0-9+.*-]*$`)
	namedParameter        = regexp.MustCompile(`:[a-zA-Z_]\w*`)
)

// isCallbackURL is the rule for callback URLs before 2.4.
func isCallbackURL(s string) bool {
	u, err := url.Parse(s)
	return strings.Contains(s, "*") || err == nil && u.IsAbs()
}
