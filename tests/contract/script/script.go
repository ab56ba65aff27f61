package script

import (
	_ "embed"
	"fmt"
	"maps"
	"strconv"
	"strings"
)

//go:embed requests.jsonl
var requests []byte

//go:embed probes.jsonl
var probes []byte

// Step is a request in which {names} stand for what earlier answers had.
type Step struct {
	Topic   string            `json:"topic"`
	Note    string            `json:"note"`
	Method  string            `json:"method"`
	Path    string            `json:"path"`
	Request any               `json:"request"`
	Needs   string            `json:"needs"` // a name without which the step makes no sense
	Keep    map[string]string `json:"keep"`  // names for later, by their place in the answer
}

// Requests are what recordings are made of. They need a server of their own.
func Requests() ([]Step, error) { return parse[Step](requests) }

// Probes are further questions about corners of the contract.
func Probes() ([]Step, error) { return parse[Step](probes) }

// Run asks a server all steps in their order. A step about something that the
// server would not make is left out.
func (s Server) Run(steps []Step) ([]Exchange, error) {
	kept := map[string]any{RecordedAddress: s.URL}
	var all []Exchange
	for i, step := range steps {
		e, ok := step.with(kept)
		if !ok {
			continue
		}
		e, err := s.Ask(e)
		if err != nil {
			return all, fmt.Errorf("line %d, %s: %w", i+1, e, err)
		}
		for name, place := range step.Keep {
			if value, ok := at(e.Response, strings.Split(place, ".")); ok && e.Status < 300 {
				kept["{"+name+"}"] = value
			}
		}
		if strings.HasSuffix(e.Path, "/application-configuration/all") {
			kept["$settings"] = e.Response
		}
		all = append(all, e)
	}
	return all, nil
}

// with returns the step as a request, unless a name in it is not known.
func (s Step) with(kept map[string]any) (Exchange, bool) {
	if _, known := kept["{"+s.Needs+"}"]; s.Needs != "" && !known {
		return Exchange{}, false
	}
	e := Exchange{Topic: s.Topic, Note: s.Note, Method: s.Method}
	path, pathOK := filledIn(s.Path, kept)
	request, requestOK := filledIn(s.Request, kept)
	e.Path, e.Request = path.(string), request
	return e, pathOK && requestOK
}

// filledIn puts what is known in place of names.
func filledIn(v any, kept map[string]any) (any, bool) {
	switch v := v.(type) {
	case string:
		for name, value := range kept {
			if text, is := value.(string); is {
				v = strings.ReplaceAll(v, name, text)
			}
		}
		return v, !strings.ContainsAny(v, "{}")
	case []any:
		out, ok := make([]any, len(v)), true
		for i := range v {
			value, is := filledIn(v[i], kept)
			out[i], ok = value, ok && is
		}
		return out, ok
	case map[string]any:
		if changed, is := v["$settings"].(map[string]any); is {
			return changedSettings(kept["$settings"], changed), true
		}
		out, ok := map[string]any{}, true
		for name := range v {
			value, is := filledIn(v[name], kept)
			out[name], ok = value, ok && is
		}
		return out, ok
	}
	return v, true
}

// changedSettings makes the body of a change of the configuration, which must
// have all of it.
func changedSettings(all any, changed map[string]any) map[string]any {
	body := map[string]any{}
	list, _ := all.([]any)
	for _, entry := range list {
		if setting, is := entry.(map[string]any); is && setting["key"] != "instanceId" {
			body[fmt.Sprint(setting["key"])] = setting["value"]
		}
	}
	maps.Copy(body, changed)
	return body
}

// at follows a path of names and numbers into a JSON value.
func at(v any, path []string) (any, bool) {
	for _, step := range path {
		switch in := v.(type) {
		case map[string]any:
			v = in[step]
		case []any:
			n, err := strconv.Atoi(step)
			if err != nil || n >= len(in) {
				return nil, false
			}
			v = in[n]
		default:
			return nil, false
		}
	}
	return v, v != nil
}
