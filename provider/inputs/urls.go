package inputs

import (
	"net"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

const whitespace = " \t\r\n"

// WebURL requires an absolute http or https URL.
func (c *Checker) WebURL(property, value string) {
	c.Require(IsWebURL(value), property, "must be an http(s) URL such as https://app.example.com (got %s)", c.Quote(property, value))
}

// LinkURL requires a URL that a browser can open.
func (c *Checker) LinkURL(property, value string) {
	if c.forbidScriptScheme(property, value) {
		return
	}
	u, err := url.Parse(value)
	c.RequireForChanges(err == nil && u.Scheme != "" && (u.Host != "" || u.Path != "" && !isWebScheme(u.Scheme)) && !strings.ContainsAny(value, whitespace), property,
		"must be a URL such as https://app.example.com (got %s)", c.Quote(property, value))
}

// hostAndPort matches a host and a port without a scheme. url.Parse takes the host for a
// scheme.
var hostAndPort = regexp.MustCompile(`^[^/?#:]+:([0-9]+([/?#]|$)|\*/)`)

// RedirectURL requires a redirect URI: a URL, or an opaque URI such as
// urn:ietf:wg:oauth:2.0:oob, with any scheme but those that a browser runs as code. In it,
// * stands for any characters.
func (c *Checker) RedirectURL(property, value string) {
	if value == "*" || c.forbidScriptScheme(property, value) {
		return
	}
	scheme, _, ok := strings.Cut(value, ":")
	u, err := url.Parse(strings.ReplaceAll(value, "*", "1")) // a digit, because a port may be * too
	if strings.HasPrefix(scheme, "*") {
		u, err = url.Parse(strings.ReplaceAll(value, "*", "x"))
	}
	ok = ok && scheme != "" && err == nil && !hostAndPort.MatchString(value) && (u.Host != "" || !isWebScheme(scheme))
	c.RequireForChanges(ok && !strings.ContainsAny(value, whitespace), property,
		"must be a URL with a scheme, such as https://app.example.com/callback or com.example.app:/callback (got %s)", c.Quote(property, value))
}

// forbidScriptScheme refuses the schemes that a browser runs as code. It reports
// whether other rules about the property are to be skipped.
func (c *Checker) forbidScriptScheme(property, value string) bool {
	scheme, _, _ := strings.Cut(value, ":")
	scheme = strings.ToLower(scheme)
	runs := slices.Contains([]string{"javascript", "data"}, scheme)
	c.Require(!runs, property, "must not have the scheme %s, which runs code in the browser", scheme)
	return runs || c.Skips(property)
}

func isWebScheme(scheme string) bool {
	return slices.Contains([]string{"http", "https"}, strings.ToLower(scheme))
}

// IsWebURL reports whether value is an absolute http or https URL.
func IsWebURL(value string) bool {
	u, err := url.Parse(value)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && !strings.ContainsAny(value, whitespace)
}

// IsLoopback reports whether a host name or address is this machine.
func IsLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || ip != nil && ip.IsLoopback()
}
