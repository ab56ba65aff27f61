package script

import (
	"regexp"
	"strings"
)

// Scrub removes the address of the server, the API key and all generated secrets from
// exchanges. It keeps the first four characters of a client secret, because the server
// itself shows them later.
func Scrub(all []Exchange, server Server) []Exchange {
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

var generatedSecret = regexp.MustCompile(`^[a-zA-Z0-9]{32}$`)

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
	case field == "secret" && generatedSecret.MatchString(text):
		return text[:4] + strings.Repeat("x", len(text)-4)
	}
	text = strings.ReplaceAll(text, s.server.APIKey, "scrubbed")
	return strings.ReplaceAll(text, s.server.URL, RecordedAddress)
}
