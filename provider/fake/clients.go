package fake

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"
)

// client is an OIDC client. What a caller can set is in clientInput; a PUT
// replaces all of that and nothing else.
type client struct {
	clientInput
	createdAt      time.Time // told nowhere, but lists can be sorted by it
	secrets        []secret
	logo, darkLogo *image
	allowedGroups  []string         // ids; without effect unless the client is restricted
	grants         map[string]grant // by the id of an API
}

// clientInput is what POST and PUT take.
type clientInput struct {
	ID                         string   `json:"id"` // only POST looks at it
	Name                       string   `json:"name"`
	Description                string   `json:"description"`
	CallbackURLs               []string `json:"callbackURLs"`
	LogoutCallbackURLs         []string `json:"logoutCallbackURLs"`
	IsPublic                   bool     `json:"isPublic"`
	PkceEnabled                bool     `json:"pkceEnabled"`
	RequiresReauthentication   bool     `json:"requiresReauthentication"`
	RequiresPAR                bool     `json:"requiresPushedAuthorizationRequests"`
	SkipConsent                bool     `json:"skipConsent"`
	LaunchURL                  *string  `json:"launchURL"`
	LogoURL                    *string  `json:"logoUrl"`
	DarkLogoURL                *string  `json:"darkLogoUrl"`
	IsGroupRestricted          bool     `json:"isGroupRestricted"`
	AccessTokenDurationMinutes int      `json:"accessTokenDurationMinutes"`
	RefreshTokenDuration       int      `json:"refreshTokenDurationMinutes"`
	Credentials                struct {
		FederatedIdentities []identity `json:"federatedIdentities"`
	} `json:"credentials"`

	future object // fields that no release here knows
}

// object is a JSON object whose fields depend on the release.
type object = map[string]any

func (c *clientInput) UnmarshalJSON(data []byte) error {
	type plain clientInput
	if err := json.Unmarshal(data, (*plain)(c)); err != nil {
		return err
	}
	c.future = unknownFields(data, "id", "name", "description", "callbackURLs", "logoutCallbackURLs", "isPublic",
		"pkceEnabled", "requiresReauthentication", "requiresPushedAuthorizationRequests", "skipConsent", "launchURL",
		"logoUrl", "darkLogoUrl", "isGroupRestricted", "accessTokenDurationMinutes", "refreshTokenDurationMinutes",
		"credentials", "clientType", "pkceSupported", "hasLogo", "hasDarkLogo", "allowedUserGroups",
		"allowedUserGroupsCount", "createdSecret")
	return nil
}

// unknownFields returns the fields of a JSON object that are not among known.
func unknownFields(data []byte, known ...string) object {
	all := object{}
	_ = json.Unmarshal(data, &all) // null and lists have no fields
	maps.DeleteFunc(all, func(name string, _ any) bool {
		return slices.ContainsFunc(known, func(k string) bool { return strings.EqualFold(k, name) })
	})
	return all
}

// accept applies the server's rules to what a caller wrote.
func (s *Server) accept(in *clientInput) error {
	if err := s.checkClient(in); err != nil {
		return err
	}
	s.normalize(&in.Name, &in.Description)
	in.PkceEnabled = in.PkceEnabled || in.IsPublic
	in.RequiresPAR = in.RequiresPAR && !(in.IsPublic && s.has.parOffWhenPublic)
	if in.CallbackURLs == nil {
		in.CallbackURLs = []string{}
	}
	if in.LogoutCallbackURLs == nil {
		in.LogoutCallbackURLs = []string{}
	}
	if in.AccessTokenDurationMinutes == 0 || !s.has.tokenLifetimes {
		in.AccessTokenDurationMinutes = 60
	}
	if in.RefreshTokenDuration == 0 || !s.has.tokenLifetimes {
		in.RefreshTokenDuration = 30 * 24 * 60
	}
	return nil
}

func (s *Server) checkClient(in *clientInput) error {
	var r rules
	r.required("name", in.Name)
	r.atMost("name", in.Name, 50)
	if s.has.description {
		r.atMost("description", in.Description, 150)
	}
	s.checkCallbacks(&r, "callbackURLs", in.CallbackURLs)
	s.checkCallbacks(&r, "logoutCallbackURLs", in.LogoutCallbackURLs)
	if in.LaunchURL != nil {
		r.url("launchURL", *in.LaunchURL)
	}
	if s.has.tokenLifetimes {
		r.is(isTokenDuration(in.AccessTokenDurationMinutes), "accessTokenDurationMinutes", "token_duration")
		r.is(isTokenDuration(in.RefreshTokenDuration), "refreshTokenDurationMinutes", "token_duration")
	}
	if in.ID != "" {
		r.is(clientIDShape.MatchString(in.ID), "id", "client_id")
		r.atLeast("id", in.ID, 2)
		r.atMost("id", in.ID, 128)
	}
	return r.err()
}

var clientIDShape = regexp.MustCompile(`^[a-zA-Z0-9._-]+$`)

// isTokenDuration is true for a minute to a year, and for 0, which is "not said".
func isTokenDuration(minutes int) bool { return 0 <= minutes && minutes <= 365*24*60 }

func (s *Server) checkCallbacks(r *rules, field string, urls []string) {
	for i, url := range urls {
		name := fmt.Sprintf("%s[%d]", field, i)
		if s.has.callbackPatterns {
			r.is(looksLikeCallback(url, s.has.callbacksParsed), name, "callback_url_pattern")
		} else {
			r.is(looksLikeOldCallback(url), name, "callback_url")
		}
	}
}

func (s *Server) createClient(r *http.Request) (int, any, error) {
	c := client{createdAt: stored(s.now())}
	if err := s.read(r, &c.clientInput); err != nil {
		return 0, nil, err
	}
	if err := s.accept(&c.clientInput); err != nil {
		return 0, nil, err
	}
	if c.ID == "" {
		c.ID = newID()
	}
	if _, taken := s.clients.get(c.ID); taken {
		return 0, nil, clientIDTaken()
	}
	s.clients.put(c.ID, &c)
	view := s.clientWithGroups(&c)
	if s.options.AutoSecret && !c.IsPublic {
		made := s.newSecret("", nil)
		c.secrets = append(c.secrets, made)
		view["createdSecret"] = s.createdSecretView(made)
	}
	// A logo that cannot be fetched is an error after the client exists.
	if err := fetchLogos(&c.clientInput); err != nil {
		return 0, nil, err
	}
	return http.StatusCreated, view, nil
}

// fetchLogos fails, for a fake fetches no pictures, just as the server fails
// on an address that is not public.
func fetchLogos(in *clientInput) error {
	if in.LogoURL != nil || in.DarkLogoURL != nil {
		return invalidLogoURL()
	}
	return nil
}

func (s *Server) updateClient(r *http.Request) (int, any, error) {
	var in clientInput // what is not sent is reset
	if err := s.read(r, &in); err != nil {
		return 0, nil, err
	}
	in.ID = "" // an id in the body is not even looked at
	if err := s.accept(&in); err != nil {
		return 0, nil, err
	}
	c, ok := s.clients.get(s.clientID(r, "id"))
	if !ok {
		return 0, nil, clientNotFound()
	}
	in.ID = c.ID
	c.clientInput = in
	if !c.IsGroupRestricted {
		c.allowedGroups = nil
	}
	if err := fetchLogos(&in); err != nil {
		return 0, nil, err
	}
	return http.StatusOK, s.updatedClientView(c), nil
}

func (s *Server) getClient(r *http.Request) (int, any, error) {
	c, ok := s.clients.get(s.clientID(r, "id"))
	if !ok {
		return 0, nil, clientNotFound()
	}
	return http.StatusOK, s.clientWithGroups(c), nil
}

func (s *Server) clientMeta(r *http.Request) (int, any, error) {
	c, ok := s.clients.get(s.clientID(r, "id"))
	if !ok {
		return 0, nil, clientNotFound()
	}
	return http.StatusOK, s.metaView(c), nil
}

func (s *Server) deleteClient(r *http.Request) (int, any, error) {
	id := s.clientID(r, "id")
	if _, ok := s.clients.remove(id); !ok && s.has.missingIsAnError {
		return 0, nil, clientNotFound()
	}
	for _, p := range s.scim.all() {
		if p.OidcClientID == id {
			s.scim.remove(p.id)
		}
	}
	return http.StatusNoContent, nil, nil
}

func (s *Server) setAllowedGroups(r *http.Request) (int, any, error) {
	var in struct {
		UserGroupIDs []string `json:"userGroupIds"`
	}
	if err := s.readIDs(r, &in, "userGroupIds", &in.UserGroupIDs); err != nil {
		return 0, nil, err
	}
	c, ok := s.clients.get(s.clientID(r, "id"))
	if !ok {
		return 0, nil, clientNotFound()
	}
	c.allowedGroups = s.groups.known(in.UserGroupIDs)
	return http.StatusOK, s.clientView(c), nil // the groups are not among what it answers
}

// readIDs reads a body with one list of ids, which may be empty but not absent.
func (s *Server) readIDs(r *http.Request, into any, field string, ids *[]string) error {
	if err := s.read(r, into); err != nil {
		return err
	}
	var rules rules
	rules.given(field, *ids != nil)
	return rules.err()
}

func (s *Server) listClients(r *http.Request) (int, any, error) {
	return http.StatusOK, listOf(r, clientListing(), s.clients.all(), s.clientWithGroupCount), nil
}

func clientListing() listing[client] {
	flags := map[string]func(*client) bool{
		"pkceEnabled":                         func(c *client) bool { return c.PkceEnabled },
		"requiresReauthentication":            func(c *client) bool { return c.RequiresReauthentication },
		"requiresPushedAuthorizationRequests": func(c *client) bool { return c.RequiresPAR },
		"skipConsent":                         func(c *client) bool { return c.SkipConsent },
		"isGroupRestricted":                   func(c *client) bool { return c.IsGroupRestricted },
	}
	l := listing[client]{
		search: func(c *client) []string { return []string{c.Name} },
		sort: map[string]func(a, b *client) int{
			"name":                   by(func(c *client) string { return c.Name }),
			"allowedUserGroupsCount": by(func(c *client) int { return len(c.allowedGroups) }),
			"createdAt":              func(a, b *client) int { return a.createdAt.Compare(b.createdAt) },
		},
		filters: map[string]func(*client) string{},
	}
	for name, flag := range flags {
		l.sort[name] = byFlag(flag)
		l.filters[name] = func(c *client) string { return yesNo(flag(c)) }
	}
	return l
}

func yesNo(is bool) string {
	if is {
		return "true"
	}
	return "false"
}
