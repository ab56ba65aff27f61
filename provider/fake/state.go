package fake

import (
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// state is the state of a server: its options and the objects that it stores. The
// handlers are methods of state, each in the file of its objects.
type state struct {
	options    Options
	features   features
	signingKey func() *jose.JSONWebKey // of the tokens that this server issues

	mu                sync.Mutex // guards the fields below
	clients           *table[client]
	groups            *table[group]
	users             *table[user]
	apis              *table[resourceServer]
	scimProviders     *table[scimProvider]
	signupTokens      *table[signupToken]
	applicationImages map[string]image     // by imageKey
	usedJTIs          map[string]time.Time // expiry of the assertions that replay protection has seen, by jti
	configuration     map[string]string    // settings of the last PUT, by key
	instanceID        string
}

func newState(o Options, f features) *state {
	return &state{
		options:           o,
		features:          f,
		signingKey:        sync.OnceValue(newSigningKey),
		clients:           newTable[client](),
		groups:            newTable[group](),
		users:             newTable[user](),
		apis:              newTable[resourceServer](),
		scimProviders:     newTable[scimProvider](),
		signupTokens:      newTable[signupToken](),
		applicationImages: defaultApplicationImages(f),
		usedJTIs:          map[string]time.Time{},
		configuration:     map[string]string{},
		instanceID:        newID(),
	}
}

// defaultApplicationImages returns the images of a new server by imageKey.
func defaultApplicationImages(f features) map[string]image {
	images := map[string]image{
		"background": {extension: "webp", content: []byte("a background")},
		"favicon":    {extension: "ico", content: []byte("a favicon")},
		"logoEmail":  {extension: "png", content: []byte("a logo for mails")},
	}
	if !f.logoDeletion {
		images["logoLight"] = image{extension: "svg", content: []byte("<svg/>")}
		images["logoDark"] = image{extension: "svg", content: []byte("<svg/>")}
	}
	return images
}

// issuer returns the URL that this server has in its tokens and in its discovery
// document.
func (s *state) issuer(r *http.Request) string {
	if s.options.Issuer != "" {
		return s.options.Issuer
	}
	return "http://" + r.Host
}

func (s *state) now() time.Time { return s.options.Now().UTC() }

// storedTime returns t as the server's database returns it: the response to a
// POST has fractions of a second, a later GET does not.
func storedTime(t time.Time) time.Time { return t.Truncate(time.Second) }

// clientSnapshot returns a copy of a client, which can be used without the lock
// while the keys of an issuer are fetched. The copy is shallow: handlers must replace
// the slices and maps of a client and never change them in place.
func (s *state) clientSnapshot(id string) (client, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, ok := s.clients.get(id)
	if !ok {
		return client{}, false
	}
	return *c, true
}

// groupsByID returns the groups with these IDs, sorted by ID. Unknown IDs are ignored.
func (s *state) groupsByID(ids []string) []*group {
	var groups []*group
	for _, id := range slices.Sorted(slices.Values(ids)) {
		if g, ok := s.groups.get(id); ok {
			groups = append(groups, g)
		}
	}
	return groups
}

// usersByID returns the users with these IDs, sorted by ID. Unknown IDs are ignored.
func (s *state) usersByID(ids []string) []*user {
	var users []*user
	for _, id := range slices.Sorted(slices.Values(ids)) {
		if u, ok := s.users.get(id); ok {
			users = append(users, u)
		}
	}
	return users
}
