package fake

import (
	"net/http"
	"regexp"
	"strconv"
)

// validateAndNormalize validates a body and sets the defaults and implied values,
// as the server does before it stores a client.
func (s *state) validateAndNormalize(in *clientInput) error {
	if err := s.validateClient(in); err != nil {
		return err
	}
	s.normalizeNFC(&in.Name, &in.Description)
	in.PkceEnabled = in.PkceEnabled || in.IsPublic
	in.RequiresPAR = in.RequiresPAR && !(in.IsPublic && s.features.noPARForPublicClients)
	if in.CallbackURLs == nil {
		in.CallbackURLs = []string{}
	}
	if in.LogoutCallbackURLs == nil {
		in.LogoutCallbackURLs = []string{}
	}
	if in.AccessTokenDurationMinutes == 0 || !s.features.tokenLifetimes {
		in.AccessTokenDurationMinutes = 60
	}
	if in.RefreshTokenDurationMinutes == 0 || !s.features.tokenLifetimes {
		in.RefreshTokenDurationMinutes = 30 * 24 * 60
	}
	return nil
}

func (s *state) validateClient(in *clientInput) error {
	var v validator
	v.required("name", in.Name)
	v.maxLength("name", in.Name, 50)
	if s.features.description {
		v.maxLength("description", in.Description, 150)
	}
	s.validateCallbackURLs(&v, "callbackURLs", in.CallbackURLs)
	s.validateCallbackURLs(&v, "logoutCallbackURLs", in.LogoutCallbackURLs)
	if in.LaunchURL != nil {
		v.url("launchURL", *in.LaunchURL)
	}
	if s.features.backchannelLogout && in.BackchannelLogoutURL != nil {
		v.url("backchannelLogoutURL", *in.BackchannelLogoutURL)
	}
	if s.features.tokenLifetimes {
		v.rule(isTokenDuration(in.AccessTokenDurationMinutes), "accessTokenDurationMinutes", "token_duration")
		v.rule(isTokenDuration(in.RefreshTokenDurationMinutes), "refreshTokenDurationMinutes", "token_duration")
	}
	if in.ID != "" {
		v.rule(clientIDPattern.MatchString(in.ID), "id", "client_id")
		v.minLength("id", in.ID, 2)
		v.maxLength("id", in.ID, 128)
	}
	return v.err()
}

var clientIDPattern = regexp.MustCompile(`^[a-zA-Z0-9._-]+$`)

// isTokenDuration accepts a minute to a year, and 0 for a duration that is not set.
func isTokenDuration(minutes int) bool { return 0 <= minutes && minutes <= 365*24*60 }

func (s *state) createClient(r *http.Request) (int, any, error) {
	c := client{createdAt: storedTime(s.now())}
	if err := s.decode(r, &c.clientInput); err != nil {
		return 0, nil, err
	}
	if err := s.validateAndNormalize(&c.clientInput); err != nil {
		return 0, nil, err
	}
	if err := s.validatePublicKeys(&c.clientInput); err != nil {
		return 0, nil, err
	}
	if c.ID == "" {
		c.ID = newID()
	}
	if _, ok := s.clients.get(c.ID); ok {
		return 0, nil, clientIDTaken()
	}
	s.clients.put(c.ID, &c)
	view := s.clientWithGroups(&c)
	if s.createsSecrets() && !c.IsPublic {
		created := s.newSecret("", nil)
		c.secrets = append(c.secrets, created)
		view["createdSecret"] = s.createdSecretView(created)
	}
	// The server downloads the logos after it stored the client. If that fails, the
	// response is an error although the client exists.
	if err := downloadLogos(&c.clientInput); err != nil {
		return 0, nil, err
	}
	return http.StatusCreated, view, nil
}

// createsSecrets reports whether a confidential client is created with a secret.
func (s *state) createsSecrets() bool {
	return s.options.AutoCreateClientSecret || s.features.autoCreateSecretSetting && s.setting("autoCreateOidcClientSecret") == "true"
}

// downloadLogos fails for every URL: the fake downloads nothing. A server answers
// the same for a URL that is not public.
func downloadLogos(in *clientInput) error {
	if in.LogoURL != nil || in.DarkLogoURL != nil {
		return invalidLogoURL()
	}
	return nil
}

// updateClient replaces all settings of a client: a field that the body omits is
// reset to its default. A client that is not restricted to groups afterwards loses its
// allowed groups. One that becomes restricted keeps those that it was given before.
func (s *state) updateClient(r *http.Request) (int, any, error) {
	var in clientInput
	if err := s.decode(r, &in); err != nil {
		return 0, nil, err
	}
	in.ID = "" // not even validated
	if err := s.validateAndNormalize(&in); err != nil {
		return 0, nil, err
	}
	c, ok := s.clients.get(s.clientIDFromPath(r, "id"))
	if !ok {
		return 0, nil, clientNotFound()
	}
	if err := s.validatePublicKeys(&in); err != nil {
		return 0, nil, err
	}
	in.ID = c.ID
	c.clientInput = in
	if !c.IsGroupRestricted {
		c.allowedGroups = nil
	}
	if err := downloadLogos(&in); err != nil {
		return 0, nil, err
	}
	return http.StatusOK, s.updatedClientView(c), nil
}

func (s *state) getClient(r *http.Request) (int, any, error) {
	c, ok := s.clients.get(s.clientIDFromPath(r, "id"))
	if !ok {
		return 0, nil, clientNotFound()
	}
	return http.StatusOK, s.clientWithGroups(c), nil
}

func (s *state) getClientMeta(r *http.Request) (int, any, error) {
	c, ok := s.clients.get(s.clientIDFromPath(r, "id"))
	if !ok {
		return 0, nil, clientNotFound()
	}
	return http.StatusOK, s.metaView(c), nil
}

func (s *state) deleteClient(r *http.Request) (int, any, error) {
	id := s.clientIDFromPath(r, "id")
	if _, ok := s.clients.remove(id); !ok && s.features.missingIsError {
		return 0, nil, clientNotFound()
	}
	for _, p := range s.scimProviders.all() {
		if p.OidcClientID == id {
			s.scimProviders.remove(p.id)
		}
	}
	return http.StatusNoContent, nil, nil
}

// setAllowedGroups replaces the allowed groups. As on the server, the response
// does not contain them.
func (s *state) setAllowedGroups(r *http.Request) (int, any, error) {
	var in struct {
		UserGroupIDs []string `json:"userGroupIds"`
	}
	if err := s.decodeIDs(r, &in, "userGroupIds", &in.UserGroupIDs); err != nil {
		return 0, nil, err
	}
	c, ok := s.clients.get(s.clientIDFromPath(r, "id"))
	if !ok {
		return 0, nil, clientNotFound()
	}
	c.allowedGroups = s.groups.existing(in.UserGroupIDs)
	return http.StatusOK, s.clientView(c), nil
}

func (s *state) listClients(r *http.Request) (int, any, error) {
	return http.StatusOK, listPage(r, clientColumns(), s.clients.all(), s.listedClientView), nil
}

func clientColumns() columns[client] {
	flags := map[string]func(*client) bool{
		"pkceEnabled":                         func(c *client) bool { return c.PkceEnabled },
		"requiresReauthentication":            func(c *client) bool { return c.RequiresReauthentication },
		"requiresPushedAuthorizationRequests": func(c *client) bool { return c.RequiresPAR },
		"skipConsent":                         func(c *client) bool { return c.SkipConsent },
		"isGroupRestricted":                   func(c *client) bool { return c.IsGroupRestricted },
	}
	all := columns[client]{
		search: func(c *client) []string { return []string{c.Name} },
		sort: map[string]func(a, b *client) int{
			"name":                   compareBy(func(c *client) string { return c.Name }),
			"allowedUserGroupsCount": compareBy(func(c *client) int { return len(c.allowedGroups) }),
			"createdAt":              func(a, b *client) int { return a.createdAt.Compare(b.createdAt) },
		},
		filters: map[string]func(*client) string{},
	}
	for name, flag := range flags {
		all.sort[name] = compareByFlag(flag)
		all.filters[name] = func(c *client) string { return strconv.FormatBool(flag(c)) }
	}
	return all
}
