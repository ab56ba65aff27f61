package provider

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	p "github.com/pulumi/pulumi-go-provider"
)

// shares remembers who in a program says what is in a list of the server: one
// resource all of it, or several one entry each. Both at once would undo each
// other's work at every update. It lasts for one operation.
type shares struct {
	mu      sync.Mutex
	session *session
	whole   map[string]share            // list -> who says all of it
	entries map[string]map[string]share // list -> entry -> who says it
	made    map[string]bool             // lists that were filled as a whole
}

// share is a resource that says something of a list. What a program has said before
// may be there already, and be kept.
type share struct {
	resource string
	isNew    bool
	entries  []string // of one that says all of the list
}

const everyEntry = "" // of a list

// takes notes that a resource says an entry of a list, or all of it. It returns
// another that does so already, if there is one.
func (s *shares) takes(during *session, list, entry string, by share) (other *share) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.begin(during)
	if holder, taken := s.whole[list]; taken && holder.resource != by.resource {
		return &holder
	}
	if entry == everyEntry {
		for _, of := range sortedKeys(s.entries[list]) {
			return ptr(s.entries[list][of])
		}
		s.whole[list] = by
		return nil
	}
	if holder, taken := s.entries[list][entry]; taken && holder.resource != by.resource {
		return &holder
	}
	if s.entries[list] == nil {
		s.entries[list] = map[string]share{}
	}
	s.entries[list][entry] = by
	return nil
}

// begin forgets what was before this operation.
func (s *shares) begin(during *session) {
	if s.session != during || s.whole == nil {
		s.session, s.whole, s.entries, s.made = during, map[string]share{}, map[string]map[string]share{}, map[string]bool{}
	}
}

// fills notes that a resource has come into being that says all of a list.
func (s *shares) fills(during *session, list string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.begin(during)
	s.made[list] = true
}

// filled tells whether one has in this operation: then one that goes was replaced,
// and what the list has is the other's.
func (s *shares) filled(during *session, list string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.begin(during)
	return s.made[list]
}

// inherited tells whether another resource of the program says now what one that goes
// has said: an entry of a list, or all of it. It is the other's, then, and stays.
func (s *shares) inherited(ctx context.Context, during *session, list, entry, typ string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.begin(during)
	own := saidBy(typ, nameOf(ctx))
	heir, said := s.whole[list]
	if entry != everyEntry && (!said || !slices.Contains(heir.entries, entry)) {
		heir, said = s.entries[list][entry]
	}
	if !said || heir.resource == own {
		return false
	}
	p.GetLogger(ctx).Infof("the %s stay as they are: %s says them now", list, heir.resource)
	return true
}

// single are the entries of a list that the program says one by one.
func (s *shares) single(during *session, list string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.begin(during)
	return sortedKeys(s.entries[list])
}

func saidBy(typ, name string) string { return fmt.Sprintf("%s %q", typ, name) }

// withName lets a resource know its name in the program.
func withName(ctx context.Context, name string) context.Context {
	return context.WithValue(ctx, nameKey{}, name)
}

type nameKey struct{}

func nameOf(ctx context.Context) string {
	name, _ := ctx.Value(nameKey{}).(string)
	return name
}

const saidTwice = "is said by %s, too: leave it to one of the two, or each undoes what the other does"

// listShared is the one of checks for what only the state knows the list of.
func (c *change) listShared(config *Config, s *shares, list, typ, name string) {
	now := c.Inputs.Get(name)
	if now.IsNull() {
		return
	}
	by := share{resource: saidBy(typ, c.Name), isNew: !same(c.OldInputs.Get(name), now)}
	if now.IsArray() {
		for _, entry := range now.AsArray().All {
			by.entries = append(by.entries, text(entry))
		}
	}
	switch other := s.takes(config.session, list, everyEntry, by); {
	case other == nil:
	case by.isNew || other.isNew:
		c.refusal = fmt.Errorf(name+" "+saidTwice, other.resource)
	default:
		c.warn(name+" "+saidTwice, other.resource)
	}
}

// listShared refuses what another resource of the program says, too. It blames the
// first of the properties that this is about.
func (c *checks) listShared(config *Config, s *shares, list, entry string, all []string, typ, name string, about ...string) {
	if anyComputed(c.inputs, about...) {
		return
	}
	by := share{resource: saidBy(typ, name), entries: all}
	for _, property := range about {
		by.isNew = by.isNew || !same(c.old.Get(property), c.inputs.Get(property))
	}
	switch other := s.takes(config.session, list, entry, by); {
	case other == nil:
	case by.isNew || other.isNew:
		c.that(false, about[0], saidTwice, other.resource)
	default:
		c.warn(about[0]+" "+saidTwice, other.resource)
	}
}

// onlyOne refuses a second resource of the program for what an instance has one of.
func (c *checks) onlyOne(config *Config, s *shares, what, typ, name, about string) {
	if about != "" && anyComputed(c.inputs, about) {
		return
	}
	if other := s.takes(config.session, what, everyEntry, share{resource: saidBy(typ, name)}); other != nil {
		c.that(false, about, "%s is the same, and Pocket ID has it once: leave it to one of the two", other.resource)
	}
}

// objectID wants what can be the id of a server's object.
func (c *checks) objectID(name, id, kind string) {
	ok := id != "" && id[0] != '~' && !strings.ContainsAny(id, "/\\") && strings.Trim(id, ".") != ""
	c.that(ok, name, "must be the id of a %s, is %s", kind, c.quoted(name, id))
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
