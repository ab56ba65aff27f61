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

	"github.com/google/uuid"
)

// User is a user as the server returns it.
type User struct {
	ID            string     `json:"id"`
	Username      string     `json:"username"`
	Email         string     `json:"email"` // null and "" are none
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

// Claims is the user's own custom claims as the map they are.
func (u User) Claims() map[string]string { return claimMap(u.CustomClaims) }

// GroupIDs are the ids of the groups that the user is in, sorted.
func (u User) GroupIDs() []string {
	ids := make([]string, len(u.UserGroups))
	for i, g := range u.UserGroups {
		ids[i] = g.ID
	}
	slices.Sort(ids)
	return ids
}

// StaticKeyUserID is the id of the user whom the server invents for the static
// API key of its configuration, and makes again if somebody deletes them.
const StaticKeyUserID = "00000000-0000-0000-0000-000000000000"

// UserSettings is the part of a user that is written. What is nil is left to the
// server in a create and kept in an update; "" is none.
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

// fields is what s says, in the server's words.
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

// otherIn names the fields that d has otherwise than s says, sorted.
func (s UserSettings) otherIn(d document) ([]string, error) {
	var other []string
	for field, value := range s.fields() {
		want, err := json.Marshal(value)
		if err != nil {
			return nil, err
		}
		if have, ok := d[field]; !ok || !sameJSON(have, want) {
			other = append(other, field)
		}
	}
	slices.Sort(other)
	return other, nil
}

// CreateUser makes a user whose name is free (upper and lower case are the same).
// An id can be chosen from 2.12 on; then one is always chosen, and an answer that
// gets lost is settled by looking for it, before by looking for the name.
func (c *Conn) CreateUser(ctx context.Context, id string, s UserSettings) (user User, err error) {
	version, err := c.Version(ctx)
	if err != nil {
		return user, err
	}
	if err := c.userIsNew(ctx, id, s.Username); err != nil {
		return user, err
	}
	fields, key := s.fields(), s.Username
	if id == "" && version.Has(OwnUserID) {
		id = uuid.NewString()
	}
	if id != "" {
		fields["id"], key = id, id
	}
	body, err := json.Marshal(fields)
	if err != nil {
		return user, err
	}
	r := request{method: http.MethodPost, path: "api/users", body: body, kind: "application/json"}
	err = c.retry.do(ctx, attempts{
		keyed: id == "", // of an id that is taken the server says that something went wrong
		settle: func(ctx context.Context) (done bool, err error) {
			if id != "" {
				user, err = c.GetUser(ctx, id)
			} else {
				user, err = c.FindUser(ctx, s.Username)
			}
			if errors.Is(err, ErrNotFound) {
				return false, nil
			}
			return err == nil, err
		},
		lost: func(err error) error {
			lost := &Undecided{Kind: "user", Key: key, Err: err}
			if id == "" {
				lost.Import = "<id>"
			}
			return lost
		},
	}, func() error {
		return c.make(ctx, r, &user, func() bool { return user.ID != "" && (id == "" || strings.EqualFold(user.ID, id)) })
	})
	return user, c.userRefused(ctx, s, err)
}

// userIsNew is an error if a user has the id, which may be empty, or the name.
func (c *Conn) userIsNew(ctx context.Context, id, name string) error {
	if id != "" {
		switch _, err := c.GetUser(ctx, id); {
		case err == nil:
			return &Exists{"user", id, "a user has the id " + id + " already"}
		case !errors.Is(err, ErrNotFound):
			return err
		}
	}
	switch taken, err := c.FindUser(ctx, name); {
	case err == nil:
		return &Exists{"user", taken.ID, fmt.Sprintf("a user has the username %q already; their id is %s", clipped(taken.Username, 50), clipped(taken.ID, 128))}
	case !errors.Is(err, ErrNotFound):
		return err
	}
	return nil
}

// userRefused words a refusal to write a user so that one sees what to do.
func (c *Conn) userRefused(ctx context.Context, s UserSettings, err error) error {
	var e *Error
	if !errors.As(err, &e) || !e.spoken || e.Method == http.MethodGet {
		return err
	}
	wantsEmail := e.Message == "The user does not have an email address set" || // before 2.13
		slices.ContainsFunc(e.Fields, func(f FieldError) bool { return f.Field == "email" && f.Code == "required" })
	switch {
	case wantsEmail:
		return fmt.Errorf("email must be set: this Pocket ID wants every user to have one (its setting requireUserEmail): %w", err)
	case errors.Is(err, ErrExists):
		byEmail := strings.HasPrefix(e.Message, "Email")
		all, failed := c.ListUsers(ctx)
		i := slices.IndexFunc(all, func(u User) bool {
			if byEmail {
				return s.Email != nil && u.Email == *s.Email
			}
			return strings.EqualFold(u.Username, s.Username)
		})
		if failed == nil && i >= 0 {
			return &Exists{"user", all[i].ID, fmt.Sprintf("%s: the user %q has it, with the id %s", e.Message, clipped(all[i].Username, 50), clipped(all[i].ID, 128))}
		}
	}
	return err
}

// GetUser reads one user.
func (c *Conn) GetUser(ctx context.Context, id string) (user User, err error) {
	err = c.call(ctx, http.MethodGet, nil, &user, "users", id)
	if err == nil && !strings.EqualFold(user.ID, id) { // Postgres takes an id in any case
		err = fmt.Errorf("%w: asked for user %s, the answer is about %q", ErrNotPocketID, id, clipped(user.ID, 128))
	}
	return user, err
}

// FindUser reads the user of this name; upper and lower case are the same.
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

// ListUsers lists all users with their groups and claims, by name, but for the
// one whom the server invents for its static API key.
func (c *Conn) ListUsers(ctx context.Context) ([]User, error) { return c.SearchUsers(ctx, "") }

// SearchUsers is ListUsers of those who have text in their names or their address.
// It is the server's search, which may find more, and on Postgres fewer where upper
// and lower case differ.
func (c *Conn) SearchUsers(ctx context.Context, text string) ([]User, error) {
	query := url.Values{"sort[column]": {"username"}}
	if text != "" {
		query.Set("search", text)
	}
	all, err := list[User](ctx, c, "api/users", query)
	return slices.DeleteFunc(all, func(u User) bool { return u.ID == StaticKeyUserID }), err
}

// KeyUser is the id of the user whose API key this connection uses, asked once.
func (c *Conn) KeyUser(ctx context.Context) (id string, err error) {
	return c.keyUser.get(ctx, func() (string, error) {
		var me User
		err := c.call(ctx, http.MethodGet, nil, &me, "users", "me")
		if err == nil && me.ID == "" {
			err = request{method: http.MethodGet, path: "api/users/me"}.lacks("id")
		}
		return me.ID, err
	})
}

// UpdateUser writes what s says and keeps everything else, groups and claims
// included. What the server would ignore of it, because the user comes from LDAP,
// is an error before anything is written.
func (c *Conn) UpdateUser(ctx context.Context, id string, s UserSettings) (user User, err error) {
	doc, err := c.edit(ctx, edit{
		apply: func(d document) error {
			if err := c.changeable(ctx, s, d); err != nil {
				return err
			}
			return d.set(s.fields())
		},
		kept: func(d document) error {
			other, err := s.otherIn(d)
			if err == nil && len(other) > 0 {
				err = fmt.Errorf("%w: Pocket ID keeps other values of %s than were written", ErrConflict, strings.Join(other, ", "))
			}
			return err
		},
	}, "users", id)
	if doc != nil {
		err = errors.Join(err, doc.into(&user))
	}
	return user, c.userRefused(ctx, s, err)
}

// changeable is an error if the server would take s and ignore it: of a user from
// LDAP, while LDAP is in use, it changes the locale only.
func (c *Conn) changeable(ctx context.Context, s UserSettings, d document) error {
	var ldapID *string
	if err := d.get("ldapId", &ldapID); err != nil || ldapID == nil {
		return err
	}
	ignored, err := s.otherIn(d)
	ignored = slices.DeleteFunc(ignored, func(field string) bool { return field == "locale" })
	if err != nil || len(ignored) == 0 {
		return err
	}
	if on, err := c.usesLDAP(ctx); err != nil || !on {
		return err
	}
	return fmt.Errorf("%w: the user comes from LDAP, and Pocket ID would ignore a change of %s: make it in the directory, or leave it out here",
		ErrForbidden, strings.Join(ignored, ", "))
}

// usesLDAP tells whether the server reads users and groups from a directory.
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
	return false, request{method: http.MethodGet, path: "api/application-configuration"}.lacks("ldapEnabled")
}

// DeleteUser removes a user with their passkeys, claims and API keys, and from
// their groups. Nothing happens if they are gone already.
func (c *Conn) DeleteUser(ctx context.Context, id string) error {
	err := gone(c.call(ctx, http.MethodDelete, nil, nil, "users", id))
	if errors.Is(err, ErrForbidden) {
		if user, failed := c.GetUser(ctx, id); failed == nil && user.LDAPID != nil {
			return fmt.Errorf("the user comes from LDAP, and Pocket ID deletes such users only when they are disabled: remove them from the directory: %w", err)
		}
	}
	return err
}

// Passkey is what a user signs in with.
type Passkey struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Passkeys are the passkeys of a user. Servers before 2.6 do not show them, and
// seem to have none.
func (c *Conn) Passkeys(ctx context.Context, userID string) (keys []Passkey, err error) {
	if version, err := c.Version(ctx); err != nil || !version.Has(ShownPasskeys) {
		return nil, err
	}
	err = c.call(ctx, http.MethodGet, nil, &keys, "users", userID, "webauthn-credentials")
	return keys, err
}
