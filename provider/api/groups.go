package api

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Group is a user group as the server returns it.
type Group struct {
	ID string `json:"id"`
	GroupSettings
	CustomClaims []Claim `json:"customClaims"`
	LDAPID       *string `json:"ldapId"`

	Users              []Ref `json:"users"`              // empty in a list
	AllowedOIDCClients []Ref `json:"allowedOidcClients"` // 2.0 and later, empty in a list
	UserCount          *int  `json:"userCount"`          // only in a list
}

// Ref refers to an object by its ID.
type Ref struct {
	ID string `json:"id"`
}

// GroupRef refers to a user group inside another object.
type GroupRef struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// GroupSettings are the writable settings of a group.
type GroupSettings struct {
	Name         string `json:"name"`
	FriendlyName string `json:"friendlyName"`
}

// Claim is one custom claim. A list of claims is in fact a map: its order is the
// database's, and each key is unique.
type Claim struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// Claims returns the group's custom claims by name.
func (g Group) Claims() map[string]string { return claimMap(g.CustomClaims) }

func claimMap(list []Claim) map[string]string {
	claims := make(map[string]string, len(list))
	for _, c := range list {
		claims[c.Key] = c.Value
	}
	return claims
}

// CreateGroup creates a group, whose name must be free. If a response is lost, it looks
// for the name.
func (c *Conn) CreateGroup(ctx context.Context, s GroupSettings) (group Group, err error) {
	return create(ctx, c, creation[Group]{
		path:       "api/user-groups",
		body:       s,
		uniqueKey:  true,
		id:         func(g Group) string { return g.ID },
		taken:      groupExists,
		find:       func(ctx context.Context) (Group, bool, error) { return ifFound(c.FindGroup(ctx, s.Name)) },
		isComplete: func(g Group) bool { return g.ID != "" },
		unknown:    OutcomeUnknownError{Kind: "user group", Key: s.Name, ImportID: "<id>"},
	})
}

func groupExists(g Group) *ExistsError {
	return &ExistsError{"user group", g.ID, fmt.Sprintf("a user group is named %q already; its ID is %s", printable(g.Name, 255), printable(g.ID, 128))}
}

// GetGroup reads one group.
func (c *Conn) GetGroup(ctx context.Context, id string) (group Group, err error) {
	err = c.call(ctx, http.MethodGet, nil, &group, "user-groups", id)
	if err == nil && group.ID != id {
		err = fmt.Errorf("%w: asked for user group %s, but the response is about %q", ErrNotPocketID, id, printable(group.ID, 128))
	}
	return group, err
}

// FindGroup reads the group with exactly this name.
func (c *Conn) FindGroup(ctx context.Context, name string) (Group, error) {
	all, err := list[Group](ctx, c, "api/user-groups", url.Values{"search": {name}, "sort[column]": {"name"}})
	if err != nil {
		return Group{}, err
	}
	for _, g := range all {
		if g.Name == name {
			return g, nil
		}
	}
	return Group{}, fmt.Errorf("%w: no user group is named %q", ErrNotFound, name)
}

// UpdateGroup updates the settings of a group and keeps everything else, including its
// members. For a group from LDAP, whose settings the server does not change, it writes
// nothing: it succeeds if the settings are the same, and else names those that differ.
func (c *Conn) UpdateGroup(ctx context.Context, id string, s GroupSettings) (group Group, err error) {
	doc, err := c.edit(ctx, edit{
		apply: func(d document) error {
			if err := c.checkGroupEditable(ctx, s, d); err != nil {
				return err
			}
			return d.set(s)
		},
		verify: func(d document) error {
			var now GroupSettings
			if err := d.decode(&now); err != nil {
				return err
			}
			if now != s {
				return fmt.Errorf("the group is now named %q (%q): %w", printable(now.Name, 255), printable(now.FriendlyName, 50), ErrConflict)
			}
			return nil
		},
	}, nil, "user-groups", id)
	if errors.Is(err, errUnchanged) {
		return c.GetGroup(ctx, id)
	}
	if doc != nil {
		err = errors.Join(err, doc.decode(&group))
	}
	return group, err
}

// errUnchanged ends an edit that has nothing to write.
var errUnchanged = errors.New("nothing to change")

// checkGroupEditable returns an error if s cannot or need not be written: while LDAP is
// enabled, the server rejects every update of a group from LDAP.
func (c *Conn) checkGroupEditable(ctx context.Context, s GroupSettings, d document) error {
	var group Group
	if err := d.decode(&group); err != nil || group.LDAPID == nil {
		return err
	}
	var rejected []string
	for field, differs := range map[string]bool{"name": group.Name != s.Name, "friendlyName": group.FriendlyName != s.FriendlyName} {
		if differs {
			rejected = append(rejected, field)
		}
	}
	if len(rejected) == 0 {
		return errUnchanged
	}
	if on, err := c.usesLDAP(ctx); err != nil || !on {
		return err
	}
	slices.Sort(rejected)
	return fmt.Errorf("%w: the group comes from LDAP, and Pocket ID refuses a change of %s (it is %q, %q): make it in the directory, and set the same values here",
		ErrForbidden, strings.Join(rejected, ", "), printable(group.Name, 255), printable(group.FriendlyName, 50))
}

// DeleteGroup deletes a group. Clients restricted to it stay restricted. It succeeds if
// the group does not exist.
func (c *Conn) DeleteGroup(ctx context.Context, id string) error {
	err := ignoreNotFound(c.call(ctx, http.MethodDelete, nil, nil, "user-groups", id))
	if err == nil {
		c.baselines.of("api/user-groups").noteDeleted(id)
	}
	if errors.Is(err, ErrForbidden) {
		if group, readErr := c.GetGroup(ctx, id); readErr == nil && group.LDAPID != nil {
			return fmt.Errorf("the group comes from LDAP, and Pocket ID does not delete such groups: remove it from the directory, or remove it from the state with `pulumi state delete`: %w", err)
		}
	}
	return err
}

// ReservedClaims returns the claims that Pocket ID issues itself. It rejects custom claims
// with these names, but not in another case.
func ReservedClaims() []string {
	return strings.Fields("sub iss aud exp iat nbf jti email email_verified name given_name family_name display_name " +
		"preferred_username groups type auth_time nonce acr amr azp client_id")
}

// ClaimList returns claims as a list sorted by name, the form of the server.
func ClaimList(claims map[string]string) []Claim {
	list := make([]Claim, 0, len(claims))
	for _, key := range slices.Sorted(maps.Keys(claims)) {
		list = append(list, Claim{key, claims[key]})
	}
	return list
}
