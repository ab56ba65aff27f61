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

// Step is a request of the script. In it, {name} is replaced by a value from an earlier
// response.
type Step struct {
	Topic   string            `json:"topic"`
	Note    string            `json:"note"`
	Method  string            `json:"method"`
	Path    string            `json:"path"`
	Request any               `json:"request"`
	Needs   string            `json:"needs"` // skip the step unless this name has a value
	Keep    map[string]string `json:"keep"`  // name -> path in the response to take its value from
}

// Requests returns the steps whose exchanges are recorded. They need a new server.
func Requests() ([]Step, error) { return parse[Step](requests) }

// Probes returns further steps about unusual requests. They run after Requests.
func Probes() ([]Step, error) { return parse[Step](probes) }

// Run sends the requests of all steps in their order. It skips a step that needs a value
// which the server did not return, for instance because an older server has no such object.
func (s Server) Run(steps []Step) ([]Exchange, error) {
	values := map[string]any{RecordedAddress: s.URL}
	var all []Exchange
	for i, step := range steps {
		e, ok := step.resolve(values)
		if !ok {
			continue
		}
		e, err := s.Do(e)
		if err != nil {
			return all, fmt.Errorf("line %d, %s: %w", i+1, e, err)
		}
		for name, path := range step.Keep {
			if value, ok := valueAt(e.Response, strings.Split(path, ".")); ok && e.Status < 300 {
				values["{"+name+"}"] = value
			}
		}
		if strings.HasSuffix(e.Path, "/application-configuration/all") {
			values["$settings"] = e.Response
		}
		all = append(all, e)
	}
	return all, nil
}

// resolve returns the request of a step. It reports false if a name in it has no value.
func (s Step) resolve(values map[string]any) (Exchange, bool) {
	if _, known := values["{"+s.Needs+"}"]; s.Needs != "" && !known {
		return Exchange{}, false
	}
	e := Exchange{Topic: s.Topic, Note: s.Note, Method: s.Method}
	path, pathOK := substitute(s.Path, values)
	request, requestOK := substitute(s.Request, values)
	e.Path, e.Request = path.(string), request
	return e, pathOK && requestOK
}

// substitute replaces names by their values in the texts of a JSON value. It reports false
// if a name has no value.
func substitute(v any, values map[string]any) (any, bool) {
	switch v := v.(type) {
	case string:
		for name, value := range values {
			if text, ok := value.(string); ok {
				v = strings.ReplaceAll(v, name, text)
			}
		}
		return v, !strings.ContainsAny(v, "{}")
	case []any:
		out, ok := make([]any, len(v)), true
		for i := range v {
			value, complete := substitute(v[i], values)
			out[i], ok = value, ok && complete
		}
		return out, ok
	case map[string]any:
		if changed, ok := v["$settings"].(map[string]any); ok {
			return completeSettings(values["$settings"], changed), true
		}
		out, ok := map[string]any{}, true
		for name := range v {
			value, complete := substitute(v[name], values)
			out[name], ok = value, ok && complete
		}
		return out, ok
	}
	return v, true
}

// completeSettings returns the body of a configuration update. The server requires all
// settings in it, not only the changed ones.
func completeSettings(all any, changed map[string]any) map[string]any {
	body := map[string]any{}
	list, _ := all.([]any)
	for _, entry := range list {
		if setting, ok := entry.(map[string]any); ok && setting["key"] != "instanceId" {
			body[fmt.Sprint(setting["key"])] = setting["value"]
		}
	}
	maps.Copy(body, changed)
	return body
}

// valueAt returns the value at a path of field names and indexes in a JSON value.
func valueAt(v any, path []string) (any, bool) {
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
