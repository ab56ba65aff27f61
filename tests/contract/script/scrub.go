package script

import (
	"regexp"
	"strings"
)

// Scrubbed returns exchanges without what is no one's business: the server's
// address, and all secrets that it made. Of a secret only the four characters
// stay that the server itself shows later.
func Scrubbed(all []Exchange, server Server) []Exchange {
	scrub := scrubber{server: server}
	out := make([]Exchange, len(all))
	for i, e := range all {
		e.Path = scrub.text("", e.Path).(string)
		e.Request = scrub.value("", e.Request)
		e.Response = scrub.value("", e.Response)
		for name, value := range e.Headers {
			e.Headers[name] = scrub.text("", value).(string)
		}
		out[i] = e
	}
	return out
}

type scrubber struct{ server Server }

var madeSecret = regexp.MustCompile(`^[a-zA-Z0-9]{32}$`)

func (s scrubber) value(field string, v any) any {
	switch v := v.(type) {
	case string:
		return s.text(field, v)
	case []any:
		for i := range v {
			v[i] = s.value(field, v[i])
		}
	case map[string]any:
		for name := range v {
			v[name] = s.value(name, v[name])
		}
	}
	return v
}

func (s scrubber) text(field, text string) any {
	switch {
	case field == "access_token":
		return "scrubbed"
	case field == "secret" && madeSecret.MatchString(text):
		return text[:4] + strings.Repeat("x", len(text)-4)
	}
	text = strings.ReplaceAll(text, s.server.APIKey, "scrubbed")
	return strings.ReplaceAll(text, s.server.URL, RecordedAddress)
}
