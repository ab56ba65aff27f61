package catalog

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// Registration is an application with the values of one installation.
type Registration struct {
	Application        Application
	CallbackURLs       []string
	LogoutCallbackURLs []string
	LaunchURL          string
	values             map[string]string
}

// Register fills in the URL of an installation and the parameters. The error names everything
// that is missing or wrong.
func (a Application) Register(address string, parameters map[string]string) (Registration, error) {
	values, err := a.values(address, parameters)
	if err != nil {
		return Registration{}, err
	}
	return Registration{
		Application:        a,
		CallbackURLs:       renderAll(a.CallbackURLs, values),
		LogoutCallbackURLs: renderAll(a.LogoutCallbackURLs, values),
		LaunchURL:          render(a.LaunchURL, values),
		values:             values,
	}, nil
}

// values returns the values of the placeholders in the URLs.
func (a Application) values(address string, parameters map[string]string) (map[string]string, error) {
	values, failed := map[string]string{}, []error{}
	switch normalized, err := normalizeURL(address); {
	case address == "" && a.needsURL():
		failed = append(failed, fmt.Errorf("%s needs url, the URL at which its users open it", a.Name))
	case address != "" && err != nil:
		failed = append(failed, err)
	default:
		values["url"] = normalized
	}
	for _, name := range sortedKeys(a.Parameters) {
		value := parameters[name]
		if value == "" {
			value = a.Parameters[name].Default
		}
		switch {
		case value == "":
			failed = append(failed, fmt.Errorf("%s needs the parameter %s: %s", a.Name, name, a.Parameters[name].Description))
		case !isPathSegment(value):
			failed = append(failed, fmt.Errorf("the parameter %s must consist of letters, digits, '.', '_', '~' and '-', and not only of dots (got %q)", name, value))
		}
		values[name] = value
	}
	for _, name := range sortedKeys(parameters) {
		if _, known := a.Parameters[name]; !known {
			failed = append(failed, fmt.Errorf("%s has no parameter %s; it has %s", a.Name, name, orNone(sortedKeys(a.Parameters))))
		}
	}
	return values, errors.Join(failed...)
}

// needsURL reports whether the application's redirect URLs depend on its URL.
func (a Application) needsURL() bool {
	templates := slices.Concat(a.CallbackURLs, a.LogoutCallbackURLs, []string{a.LaunchURL})
	return slices.ContainsFunc(templates, func(t string) bool { return strings.Contains(t, "{url}") })
}

// normalizeURL returns a URL without a slash at the end. The redirect URLs are appended to it.
func normalizeURL(address string) (string, error) {
	u, err := url.Parse(address)
	switch {
	case err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "" || strings.ContainsAny(address, " \t\r\n"):
		return "", errors.New("url must be an http(s) URL such as https://app.example.com")
	case u.User != nil:
		return "", errors.New("url must not contain a user name or a password")
	case u.RawQuery != "" || u.ForceQuery || strings.Contains(address, "#"):
		return "", errors.New("url must not have a query or a fragment")
	case strings.ContainsAny(address, "*{}"):
		return "", errors.New("url must not contain '*', '{' or '}'; it is the URL of one installation")
	}
	return strings.TrimRight(address, "/"), nil
}

var pathSegment = regexp.MustCompile(`^[A-Za-z0-9._~-]+$`)

func isPathSegment(s string) bool { return pathSegment.MatchString(s) && strings.Trim(s, ".") != "" }

var placeholder = regexp.MustCompile(`\{([a-zA-Z]+)\}`)

// render replaces the placeholders that have a value.
func render(template string, values map[string]string) string {
	return placeholder.ReplaceAllStringFunc(template, func(p string) string {
		if value, known := values[p[1:len(p)-1]]; known {
			return value
		}
		return p
	})
}

func renderAll(templates []string, values map[string]string) []string {
	var out []string
	for _, t := range templates {
		out = append(out, render(t, values))
	}
	return out
}

func sortedKeys[V any](m map[string]V) []string {
	var keys []string
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

func orNone(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}
