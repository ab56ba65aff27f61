package provider

import (
	"fmt"
	"strings"
	"sync"
)

// shares remembers who in a program says what is in a list of the server: one
// resource all of it, or several one entry each. Both at once would undo each
// other's work at every update. It lasts for one operation.
type shares struct {
	mu      sync.Mutex
	session *session
	whole   map[string]string            // list -> the resource that says all of it
	entries map[string]map[string]string // list -> entry -> the resource that says it
}

const everyEntry = "" // of a list

// takes notes that a resource says an entry of a list, or all of it. It returns the
// resource that does so already, if there is another.
func (s *shares) takes(during *session, list, entry, resource string) (other string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.session != during || s.whole == nil {
		s.session, s.whole, s.entries = during, map[string]string{}, map[string]map[string]string{}
	}
	if holder, taken := s.whole[list]; taken && holder != resource {
		return holder
	}
	if entry == everyEntry {
		for _, of := range sortedKeys(s.entries[list]) {
			return s.entries[list][of]
		}
		s.whole[list] = resource
		return ""
	}
	if holder, taken := s.entries[list][entry]; taken && holder != resource {
		return holder
	}
	if s.entries[list] == nil {
		s.entries[list] = map[string]string{}
	}
	s.entries[list][entry] = resource
	return ""
}

// listShared refuses what another resource of the program says, too.
func (c *checks) listShared(config *Config, s *shares, list, entry, typ, name string, about ...string) {
	if anyComputed(c.inputs, about...) || !c.said(about[0]) {
		return
	}
	other := s.takes(config.session, list, entry, fmt.Sprintf("%s %q", typ, name))
	c.stricterAbout(other == "", about, "is said by %s, too: leave it to one of the two, or each undoes what the other does", other)
}

// objectID wants what can be the id of a server's object.
func (c *checks) objectID(name, id, kind string) {
	c.that(id != "" && !strings.ContainsAny(id, "/\\") && strings.Trim(id, ".") != "" && id[0] != '~', name, "must be the id of a %s, is %s", kind, c.quoted(name, id))
}

// pairID is the id of what connects two objects; people can write it by hand to
// import it. No id has a slash in it.
func pairID(owner, entry string) string { return owner + "/" + entry }

func splitPairID(id, form string) (owner, entry string, err error) {
	owner, entry, ok := strings.Cut(id, "/")
	if !ok || owner == "" || entry == "" || strings.Contains(entry, "/") {
		return "", "", fmt.Errorf("%q is not of the form %s", id, form)
	}
	return owner, entry, nil
}
