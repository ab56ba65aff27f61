package contract

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/pulumi-pocketid/pulumi-pocketid/tests/contract/script"
)

// generatedValues maps the values that one server generated, such as ids and secrets, to
// those that another server generated in the same places of its responses.
type generatedValues struct {
	current map[string]string // recorded value -> value of the server under test
}

func newGeneratedValues(recordedAddress, address string) *generatedValues {
	return &generatedValues{current: map[string]string{recordedAddress: address}}
}

func (c *generatedValues) translateRequest(e script.Exchange) script.Exchange {
	e.Path = c.translateText(e.Path)
	e.Request = c.translate(e.Request)
	return e
}

// translateText replaces the recorded values in a text.
func (c *generatedValues) translateText(s string) string {
	for recorded, now := range c.current {
		s = strings.ReplaceAll(s, recorded, now)
	}
	return s
}

func (c *generatedValues) translate(v any) any {
	switch v := v.(type) {
	case string:
		return c.translateText(v)
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = c.translate(v[i])
		}
		return out
	case map[string]any:
		out := map[string]any{}
		for name := range v {
			out[name] = c.translate(v[name])
		}
		return out
	}
	return v
}

// reportFunc is called with the place of a difference, such as body.data[0].name.
type reportFunc func(place string, want, got any)

// differences compares a recorded exchange with one of the server under test.
func (c *generatedValues) differences(want, got script.Exchange) []string {
	var all []string
	report := func(what string, want, got any) {
		all = append(all, fmt.Sprintf("\t%s: recorded %s, now %s", what, abbreviate(want), abbreviate(got)))
	}
	if want.Status != got.Status {
		report(fmt.Sprintf("status %d, now %d, with body", want.Status, got.Status), want.Response, got.Response)
		return all
	}
	if want.ContentType != got.ContentType {
		report("content type", want.ContentType, got.ContentType)
	}
	c.compare("headers", toAny(want.Headers), toAny(got.Headers), report)
	body := "body"
	if strings.HasSuffix(want.Path, "/groups") {
		body = "groups"
	}
	c.compare(body, want.Response, got.Response, report)
	return all
}

// compare walks through two JSON values and reports where they differ.
func (c *generatedValues) compare(at string, want, got any, report reportFunc) {
	switch want := want.(type) {
	case map[string]any:
		if got, ok := got.(map[string]any); ok {
			c.compareObjects(at, want, got, report)
			return
		}
	case []any:
		if got, ok := got.([]any); ok && len(got) == len(want) {
			if slices.Contains(fieldsOrderedByID(), at[strings.LastIndex(at, ".")+1:]) {
				got = c.sortLike(want, got)
			}
			for i := range want {
				c.compare(fmt.Sprintf("%s[%d]", at, i), want[i], got[i], report)
			}
			return
		}
	case string:
		if got, ok := got.(string); ok && c.equalText(at, want, got) {
			return
		}
	default:
		if want == got {
			return
		}
	}
	report(at, want, got)
}

// fieldsOrderedByID returns the lists that the server sorts by their random ids, so that
// their order differs between servers.
func fieldsOrderedByID() []string {
	return []string{"userDelegatedPermissionIds", "clientPermissionIds", "allowedUserGroups", "groups", "userGroups", "users"}
}

// sortLike sorts ids, or objects with ids, in the order of the recorded ones.
func (c *generatedValues) sortLike(want, got []any) []any {
	id := func(v any) any {
		if object, ok := v.(map[string]any); ok {
			return object["id"]
		}
		return v
	}
	position := func(v any) int {
		return slices.IndexFunc(want, func(w any) bool { return c.translate(id(w)) == id(v) })
	}
	got = slices.Clone(got)
	slices.SortStableFunc(got, func(a, b any) int { return position(a) - position(b) })
	return got
}

// missing is printed in place of a field that does not exist.
type missing struct{}

func (missing) MarshalText() ([]byte, error) { return []byte("nothing"), nil }

func (c *generatedValues) compareObjects(at string, want, got map[string]any, report reportFunc) {
	names := map[string]bool{}
	for name := range want {
		names[name] = true
	}
	for name := range got {
		names[name] = true
	}
	for name := range names {
		w, inWant := want[name]
		g, inGot := got[name]
		switch {
		case !inWant:
			report(at+"."+name, missing{}, g)
		case !inGot:
			report(at+"."+name, w, missing{})
		default:
			c.compare(at+"."+name, w, g, report)
		}
	}
}

// equalText reports whether two texts are equal, or are values that the two servers
// generated in the same place. A pair of generated values is remembered when it is first
// seen.
func (c *generatedValues) equalText(at, want, got string) bool {
	if c.translateText(want) == got {
		return true
	}
	field := at[strings.LastIndex(at, ".")+1:]
	shape, generated := generatedFields()[field]
	if !generated || !shape.MatchString(want) || !shape.MatchString(got) {
		return false
	}
	if slices.Contains(unreferencedFields(), field) {
		return hasFraction(want) == hasFraction(got)
	}
	if _, known := c.current[want]; known {
		return false
	}
	c.current[want] = got
	return true
}

// generatedFields returns the fields in which two servers may differ, with the format that
// their values must have on both.
func generatedFields() map[string]*regexp.Regexp {
	id := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	time := regexp.MustCompile(`^20[2-8]\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$`)
	return map[string]*regexp.Regexp{
		"id":           id,
		"request_id":   id,
		"createdAt":    time,
		"expiresAt":    time,
		"value":        regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`), // the instance's id in its configuration
		"secret":       regexp.MustCompile(`^[a-zA-Z0-9]{32}$`),
		"prefix":       regexp.MustCompile(`^[a-zA-Z0-9]{4}$`),
		"token":        regexp.MustCompile(`^([a-zA-Z0-9]{6}|[a-zA-Z0-9]{12}|[a-zA-Z0-9]{16})$`),
		"username":     regexp.MustCompile(`^static-api-user-[a-zA-Z0-9]{6}$`),
		"access_token": regexp.MustCompile(`^.+$`),
	}
}

// unreferencedFields returns the fields whose values no other request refers to. The same
// recorded value may correspond to several values of the server under test.
func unreferencedFields() []string {
	return []string{"createdAt", "expiresAt", "request_id", "access_token"}
}

// hasFraction reports whether a time has fractions of a second. The server's times have
// them in the response to a write, but not in later reads.
func hasFraction(time string) bool {
	return strings.Contains(time, ".") && strings.HasSuffix(time, "Z")
}

func toAny(headers map[string]string) any {
	out := map[string]any{}
	for name, value := range headers {
		out[name] = value
	}
	return out
}

func abbreviate(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(text[:min(len(text), 600)])
}
