package contract

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/pulumi-pocketid/pulumi-pocketid/tests/contract/script"
)

// choices knows, for everything that the recorded server chose, what the
// server that is asked now chose instead.
type choices struct {
	now map[string]string // by what was recorded
}

func newChoices(recordedAddress, address string) *choices {
	return &choices{now: map[string]string{recordedAddress: address}}
}

func (c *choices) translatedRequest(e script.Exchange) script.Exchange {
	e.Path = c.translated(e.Path)
	e.Request = c.translate(e.Request)
	return e
}

// translated puts today's choices in place of the recorded ones.
func (c *choices) translated(s string) string {
	for recorded, now := range c.now {
		s = strings.ReplaceAll(s, recorded, now)
	}
	return s
}

func (c *choices) translate(v any) any {
	switch v := v.(type) {
	case string:
		return c.translated(v)
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

func (c *choices) differences(want, got script.Exchange) []string {
	var all []string
	say := func(what string, want, got any) {
		all = append(all, fmt.Sprintf("\t%s: recorded %s, now %s", what, short(want), short(got)))
	}
	if want.Status != got.Status {
		say(fmt.Sprintf("status %d, now %d, with body", want.Status, got.Status), want.Response, got.Response)
		return all
	}
	if want.ContentType != got.ContentType {
		say("content type", want.ContentType, got.ContentType)
	}
	c.compare("headers", toAny(want.Headers), toAny(got.Headers), say)
	body := "body"
	if strings.HasSuffix(want.Path, "/groups") {
		body = "groups"
	}
	c.compare(body, want.Response, got.Response, say)
	return all
}

// compare walks through two JSON values and says where they differ.
func (c *choices) compare(at string, want, got any, say func(at string, want, got any)) {
	switch want := want.(type) {
	case map[string]any:
		if got, same := got.(map[string]any); same {
			c.compareObjects(at, want, got, say)
			return
		}
	case []any:
		if got, same := got.([]any); same && len(got) == len(want) {
			if slices.Contains(orderedByID(), at[strings.LastIndex(at, ".")+1:]) {
				got = c.inOrderOf(want, got)
			}
			for i := range want {
				c.compare(fmt.Sprintf("%s[%d]", at, i), want[i], got[i], say)
			}
			return
		}
	case string:
		if got, same := got.(string); same && c.sameText(at, want, got) {
			return
		}
	default:
		if want == got {
			return
		}
	}
	say(at, want, got)
}

// orderedByID lists the fields whose order is that of random ids, and so no
// order that can be repeated.
func orderedByID() []string {
	return []string{"userDelegatedPermissionIds", "clientPermissionIds", "allowedUserGroups", "groups", "userGroups", "users"}
}

// inOrderOf puts ids, or objects that have them, in the order of those they stand for.
func (c *choices) inOrderOf(want, got []any) []any {
	id := func(v any) any {
		if object, is := v.(map[string]any); is {
			return object["id"]
		}
		return v
	}
	place := func(v any) int {
		return slices.IndexFunc(want, func(w any) bool { return c.translate(id(w)) == id(v) })
	}
	got = slices.Clone(got)
	slices.SortStableFunc(got, func(a, b any) int { return place(a) - place(b) })
	return got
}

type missing struct{}

func (missing) MarshalText() ([]byte, error) { return []byte("nothing"), nil }

func (c *choices) compareObjects(at string, want, got map[string]any, say func(at string, want, got any)) {
	names := map[string]bool{}
	for name := range want {
		names[name] = true
	}
	for name := range got {
		names[name] = true
	}
	for name := range names {
		w, wanted := want[name]
		g, is := got[name]
		switch {
		case !wanted:
			say(at+"."+name, missing{}, g)
		case !is:
			say(at+"."+name, w, missing{})
		default:
			c.compare(at+"."+name, w, g, say)
		}
	}
}

// sameText tells whether a text is the recorded one, or the server's own choice
// in the same place. A choice is learned where it is first seen.
func (c *choices) sameText(at, want, got string) bool {
	if c.translated(want) == got {
		return true
	}
	field := at[strings.LastIndex(at, ".")+1:]
	shape, free := chosenByTheServer()[field]
	if !free || !shape.MatchString(want) || !shape.MatchString(got) {
		return false
	}
	if slices.Contains(neverTheSame(), field) {
		return fraction(want) == fraction(got)
	}
	if _, known := c.now[want]; known {
		return false
	}
	c.now[want] = got
	return true
}

// chosenByTheServer lists the fields in which two servers may differ, and what
// they must look like all the same.
func chosenByTheServer() map[string]*regexp.Regexp {
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

// neverTheSame lists the fields whose values are not names for anything, so
// that one recorded value may stand for several.
func neverTheSame() []string { return []string{"createdAt", "expiresAt", "request_id", "access_token"} }

// fraction tells whether a time has fractions of a second, as the server's
// times have right after a write and not later.
func fraction(time string) bool { return strings.Contains(time, ".") && strings.HasSuffix(time, "Z") }

func toAny(headers map[string]string) any {
	out := map[string]any{}
	for name, value := range headers {
		out[name] = value
	}
	return out
}

func short(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(text[:min(len(text), 600)])
}
