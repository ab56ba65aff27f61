package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// User is a user as the server returns it.
type User struct {
	ID            string     `json:"id"`
	Username      string     `json:"username"`
	Email         string     `json:"email"` // "" for null
	EmailVerified bool       `json:"emailVerified"`
	FirstName     string     `json:"firstName"`
	LastName      string     `json:"lastName"`
	DisplayName   string     `json:"displayName"`
	IsAdmin       bool       `json:"isAdmin"`
	Disabled      bool       `json:"disabled"`
	Locale        string     `json:"locale"`
	CustomClaims  []Claim    `json:"customClaims"`
	UserGroups    []GroupRef `json:"userGroups"`
	LDAPID        *string    `json:"ldapId"`
}

// Claims returns the user's own custom claims by name.
func (u User) Claims() map[string]string { return claimMap(u.CustomClaims) }

// GroupIDs returns the IDs of the groups of which the user is a member, sorted.
func (u User) GroupIDs() []string {
	ids := make([]string, len(u.UserGroups))
	for i, g := range u.UserGroups {
		ids[i] = g.ID
	}
	slices.Sort(ids)
	return ids
}

// StaticAPIKeyUserID is the ID of the user whom the server creates for the static API key
// of its configuration. The server creates the user again after a deletion.
const StaticAPIKeyUserID = "00000000-0000-0000-0000-000000000000"

// UserSettings are the writable settings of a user. A nil field gets the server's default
// in a create and is kept in an update. "" clears a field.
type UserSettings struct {
	Username      string
	Email         *string
	EmailVerified *bool
	FirstName     *string
	LastName      *string
	DisplayName   *string
	IsAdmin       *bool
	Disabled      *bool
	Locale        *string
}

// fields returns the fields of s that are set, by their JSON names.
func (s UserSettings) fields() map[string]any {
	fields := map[string]any{"username": s.Username}
	for field, v := range map[string]*string{"firstName": s.FirstName, "lastName": s.LastName, "displayName": s.DisplayName} {
		if v != nil {
			fields[field] = *v
		}
	}
	for field, v := range map[string]*string{"email": s.Email, "locale": s.Locale} {
		switch {
		case v != nil && *v == "":
			fields[field] = nil // the server refuses an empty address
		case v != nil:
			fields[field] = *v
		}
	}
	for field, v := range map[string]*bool{"emailVerified": s.EmailVerified, "isAdmin": s.IsAdmin, "disabled": s.Disabled} {
		if v != nil {
			fields[field] = *v
		}
	}
	return fields
}

// userFields returns the names of the fields that a PUT of a user replaces, by their JSON names.
func userFields() []string {
	return []string{"username", "email", "emailVerified", "firstName", "lastName", "displayName", "isAdmin", "disabled", "locale"}
}

// differingFields returns the names of the fields of s that differ in d, sorted.
func (s UserSettings) differingFields(d document) ([]string, error) {
	var different []string
	for field, value := range s.fields() {
		want, err := json.Marshal(value)
		if err != nil {
			return nil, err
		}
		if have, ok := d[field]; !ok || !equalJSON(have, want) {
			different = append(different, field)
		}
	}
	slices.Sort(different)
	return different, nil
}

// CreateUser creates a user, whose name must be free (case-insensitive). Since 2.12 the
// caller can set the ID, and CreateUser generates one if id is empty. If a response is
// lost, it looks for the ID, or before 2.12 for the name.
func (c *Conn) CreateUser(ctx context.Context, id string, s UserSettings) (user User, err error) {
	version, err := c.Version(ctx)
	if err != nil {
		return user, err
	}
	generated := id == "" && version.Has(CustomUserIDs)
	if generated {
		id = uuid.NewString()
	}
	fields := s.fields()
	in := creation[User]{
		path:       "api/users",
		body:       fields,
		uniqueKey:  true,
		find:       func(ctx context.Context) (User, bool, error) { return ifFound(c.FindUser(ctx, s.Username)) },
		isComplete: func(u User) bool { return u.ID != "" },
		unknown:    OutcomeUnknownError{Kind: "user", Key: s.Username, ImportID: "<id>"},
	}
	if id != "" {
		fields["id"] = id
		in.uniqueKey = false // for an existing ID the server reports only an internal error
		in.find = func(ctx context.Context) (User, bool, error) { return ifFound(c.GetUser(ctx, id)) }
		in.isComplete = func(u User) bool { return strings.EqualFold(u.ID, id) }
		in.unknown = OutcomeUnknownError{Kind: "user", Key: id}
	}
	if !generated {
		in.id = func(u User) string { return u.ID }
		in.taken = func(u User) *ExistsError { return userExists(u, id) }
	}
	user, err = create(ctx, c, in)
	return user, c.explainUserError(ctx, s, err)
}

// userExists is the error of a create if u has the id, or the name if id is empty.
func userExists(u User, id string) *ExistsError {
	if id != "" {
		return &ExistsError{"user", u.ID, "a user has the ID " + printable(u.ID, 128) + " already"}
	}
	return &ExistsError{"user", u.ID, fmt.Sprintf("a user has the username %q already; their ID is %s", printable(u.Username, 50), printable(u.ID, 128))}
}

// explainUserError adds to a rejected write of a user what to do about it.
func (c *Conn) explainUserError(ctx context.Context, s UserSettings, err error) error {
	var e *Error
	if !errors.As(err, &e) || !e.fromPocketID || e.Method == http.MethodGet {
		return err
	}
	wantsEmail := e.Message == "The user does not have an email address set" || // before 2.13
		slices.ContainsFunc(e.Fields, func(f FieldError) bool { return f.Field == "email" && f.Code == "required" })
	switch {
	case wantsEmail:
		return fmt.Errorf("email must be set: this Pocket ID requires it for every user (setting requireUserEmail): %w", err)
	case errors.Is(err, ErrExists):
		byEmail := strings.HasPrefix(e.Message, "Email")
		u, found := c.findSimilarUser(ctx, s, byEmail)
		switch {
		case found && e.Method == http.MethodPost && !byEmail:
			return userExists(u, "")
		case found:
			return &ExistsError{"user", u.ID, fmt.Sprintf("%s: the user %q has it, with the ID %s", e.Message, printable(u.Username, 50), printable(u.ID, 128))}
		}
	}
	return err
}

// findSimilarUser looks for the user who has the email address, or the name in any case, of s.
// The search of the server is case-sensitive on Postgres, so it may have to list all users.
func (c *Conn) findSimilarUser(ctx context.Context, s UserSettings, byEmail bool) (User, bool) {
	text := s.Username
	if byEmail {
		if s.Email == nil {
			return User{}, false
		}
		text = *s.Email
	}
	for _, search := range []string{text, ""} {
		all, err := c.SearchUsers(ctx, search)
		i := slices.IndexFunc(all, func(u User) bool {
			return byEmail && u.Email == text || !byEmail && strings.EqualFold(u.Username, text)
		})
		if err == nil && i >= 0 {
			return all[i], true
		}
	}
	return User{}, false
}

// GetCurrentUser reads the user that the API key belongs to.
func (c *Conn) GetCurrentUser(ctx context.Context) (user User, err error) {
	r := request{method: http.MethodGet, path: "api/users/me"}
	if err = c.do(ctx, c.retry, r, &user); err == nil && user.ID == "" {
		err = r.missingField("id")
	}
	return user, err
}

// GetUser reads one user.
func (c *Conn) GetUser(ctx context.Context, id string) (user User, err error) {
	err = c.call(ctx, http.MethodGet, nil, &user, "users", id)
	if err == nil && !strings.EqualFold(user.ID, id) { // on Postgres, IDs are case-insensitive
		err = fmt.Errorf("%w: asked for user %s, but the response is about %q", ErrNotPocketID, id, printable(user.ID, 128))
	}
	return user, err
}

// FindUser reads the user with this name (case-insensitive).
func (c *Conn) FindUser(ctx context.Context, username string) (User, error) {
	all, err := c.SearchUsers(ctx, username)
	if err != nil {
		return User{}, err
	}
	for _, u := range all {
		if strings.EqualFold(u.Username, username) {
			return u, nil
		}
	}
	return User{}, fmt.Errorf("%w: no user has the username %q", ErrNotFound, username)
}

// ListUsers lists all users with their groups and claims, sorted by name. It omits the
// user whom the server creates for its static API key.
func (c *Conn) ListUsers(ctx context.Context) ([]User, error) { return c.SearchUsers(ctx, "") }

// SearchUsers lists the users with text in their names or email address, like ListUsers.
// The search of the server may find more users. On Postgres it is case-sensitive.
func (c *Conn) SearchUsers(ctx context.Context, text string) ([]User, error) {
	query := url.Values{"sort[column]": {"username"}}
	if text != "" {
		query.Set("search", text)
	}
	all, err := list[User](ctx, c, "api/users", query)
	return slices.DeleteFunc(all, func(u User) bool { return u.ID == StaticAPIKeyUserID }), err
}

// CurrentUserID returns the ID of the user whose API key this connection uses. It requests it
// once per connection.
func (c *Conn) CurrentUserID(ctx context.Context) (id string, err error) {
	return c.currentUserID.get(ctx, true, func() (string, error) {
		var me User
		err := c.call(ctx, http.MethodGet, nil, &me, "users", "me")
		if err == nil && me.ID == "" {
			err = request{method: http.MethodGet, path: "api/users/me"}.missingField("id")
		}
		return me.ID, err
	})
}

// UpdateUser updates the settings of a user and keeps everything else, including groups
// and claims. For a user from LDAP, it writes nothing and returns an error that names the
// settings which the server would ignore.
func (c *Conn) UpdateUser(ctx context.Context, id string, s UserSettings) (user User, err error) {
	doc, err := c.edit(ctx, edit{
		apply: func(d document) error {
			if err := c.checkUserEditable(ctx, s, d); err != nil {
				return err
			}
			fields := s.fields()
			for _, field := range userFields() {
				// A PUT without a field resets it.
				if _, isSet := fields[field]; !isSet {
					if err := d.requireFields(field); err != nil {
						return err
					}
				}
			}
			return d.set(fields)
		},
		verify: func(d document) error {
			different, err := s.differingFields(d)
			if err == nil && len(different) > 0 {
				err = fmt.Errorf("these fields are no longer as written: %s: %w", strings.Join(different, ", "), ErrConflict)
			}
			return err
		},
	}, keepFields("userGroups", "customClaims"), "users", id) // the response shows both as empty
	if doc != nil {
		err = errors.Join(err, doc.decode(&user))
	}
	return user, c.explainUserError(ctx, s, err)
}

// checkUserEditable returns an error if the server would silently ignore a setting of s:
// while LDAP is enabled, it only updates the locale of a user from LDAP.
func (c *Conn) checkUserEditable(ctx context.Context, s UserSettings, d document) error {
	var ldapID *string
	if err := d.get("ldapId", &ldapID); err != nil || ldapID == nil {
		return err
	}
	ignored, err := s.differingFields(d)
	ignored = slices.DeleteFunc(ignored, func(field string) bool { return field == "locale" })
	if err != nil || len(ignored) == 0 {
		return err
	}
	if on, err := c.usesLDAP(ctx); err != nil || !on {
		return err
	}
	return fmt.Errorf("%w: the user comes from LDAP, and Pocket ID would ignore a change of %s: make it in the directory, or omit it here",
		ErrForbidden, strings.Join(ignored, ", "))
}

// usesLDAP reports whether the server imports users and groups from an LDAP directory.
func (c *Conn) usesLDAP(ctx context.Context) (bool, error) {
	var settings []struct {
		Key   string `json:"key"`
		Value string `json:"value"`
	}
	if err := c.call(ctx, http.MethodGet, nil, &settings, "application-configuration"); err != nil {
		return false, err
	}
	for _, s := range settings {
		if s.Key == "ldapEnabled" {
			return s.Value == "true", nil
		}
	}
	return false, request{method: http.MethodGet, path: "api/application-configuration"}.missingField("ldapEnabled")
}

// DeleteUser deletes a user with their passkeys, claims, API keys and group memberships.
// It succeeds if the user does not exist.
func (c *Conn) DeleteUser(ctx context.Context, id string) error {
	err := ignoreNotFound(c.call(ctx, http.MethodDelete, nil, nil, "users", id))
	if err == nil {
		c.baselines.of("api/users").noteDeleted(id)
	}
	if errors.Is(err, ErrForbidden) {
		if user, readErr := c.GetUser(ctx, id); readErr == nil && user.LDAPID != nil {
			return fmt.Errorf("the user comes from LDAP, and Pocket ID deletes such users only when they are disabled: remove them from the directory: %w", err)
		}
	}
	return err
}

// Passkey is a WebAuthn credential of a user.
type Passkey struct {
	ID             string    `json:"id"`
	Name           string    `json:"name"`
	CreatedAt      time.Time `json:"createdAt"`
	BackupEligible bool      `json:"backupEligible"`
	BackupState    bool      `json:"backupState"`
	Transports     []string  `json:"transport"`
}

// ListPasskeys lists the passkeys of a user. It returns none for a server before 2.6, which
// does not show the passkeys of other users.
func (c *Conn) ListPasskeys(ctx context.Context, userID string) (keys []Passkey, err error) {
	if version, err := c.VersionWith(ctx, PasskeyListing); err != nil || !version.Has(PasskeyListing) {
		return nil, err
	}
	err = c.call(ctx, http.MethodGet, nil, &keys, "users", userID, "webauthn-credentials")
	return keys, err
}
