package api

import (
	"context"
	"encoding/json"
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

	Users              []Ref `json:"users"`              // not in a list
	AllowedOIDCClients []Ref `json:"allowedOidcClients"` // 2.0 and later, not in a list
	UserCount          int   `json:"userCount"`          // in a list only
}

// Ref is an object that another names by its id.
type Ref struct {
	ID string `json:"id"`
}

// GroupSettings is the part of a group that PUT writes.
type GroupSettings struct {
	Name         string `json:"name"`
	FriendlyName string `json:"friendlyName"`
}

// Claim is one custom claim. A group's claims are a map: their order is the
// database's, and a key comes once.
type Claim struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// Claims is the group's custom claims as the map they are.
func (g Group) Claims() map[string]string { return claimMap(g.CustomClaims) }

func claimMap(list []Claim) map[string]string {
	claims := make(map[string]string, len(list))
	for _, c := range list {
		claims[c.Key] = c.Value
	}
	return claims
}

// CreateGroup makes a group whose name is free. An answer that gets lost is
// settled by looking for the name.
func (c *Conn) CreateGroup(ctx context.Context, s GroupSettings) (group Group, err error) {
	taken, err := c.FindGroup(ctx, s.Name)
	switch {
	case err == nil:
		return group, &Exists{"user group", taken.ID, fmt.Sprintf("a user group is named %q already; its id is %s", s.Name, clipped(taken.ID, 128))}
	case !errors.Is(err, ErrNotFound):
		return group, err
	}
	body, err := json.Marshal(s)
	if err != nil {
		return group, err
	}
	r := request{method: http.MethodPost, path: "api/user-groups", body: body, kind: "application/json"}
	err = c.retry.do(ctx, attempts{
		keyed: true,
		settle: func(ctx context.Context) (bool, error) {
			found, err := c.FindGroup(ctx, s.Name)
			if errors.Is(err, ErrNotFound) {
				return false, nil
			}
			group = found
			return err == nil, err
		},
		lost: func(err error) error { return &Undecided{Kind: "user group", Key: s.Name, Import: "<id>", Err: err} },
	}, func() error { return c.make(ctx, r, &group, func() bool { return group.ID != "" }) })
	return group, err
}

// GetGroup reads one group.
func (c *Conn) GetGroup(ctx context.Context, id string) (group Group, err error) {
	err = c.call(ctx, http.MethodGet, nil, &group, "user-groups", id)
	if err == nil && group.ID != id {
		err = fmt.Errorf("%w: asked for user group %s, the answer is about %q", ErrNotPocketID, id, clipped(group.ID, 128))
	}
	return group, err
}

// ListGroups reads all groups, by name, without their members.
func (c *Conn) ListGroups(ctx context.Context) ([]Group, error) {
	return list[Group](ctx, c, "api/user-groups", url.Values{"sort[column]": {"name"}})
}

// FindGroup reads the group of exactly this name.
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

// UpdateGroup writes s and keeps everything else, members included. What the server
// would refuse of it, because the group comes from LDAP, is named before anything is
// written; of a group that is as s says, nothing is.
func (c *Conn) UpdateGroup(ctx context.Context, id string, s GroupSettings) (group Group, err error) {
	doc, err := c.edit(ctx, edit{
		apply: func(d document) error {
			if err := c.groupChangeable(ctx, s, d); err != nil {
				return err
			}
			return d.set(s)
		},
		kept: func(d document) error {
			var now GroupSettings
			if err := d.into(&now); err != nil {
				return err
			}
			if now != s {
				return fmt.Errorf("%w: the group is now named %q (%q)", ErrConflict, clipped(now.Name, 255), clipped(now.FriendlyName, 50))
			}
			return nil
		},
	}, "user-groups", id)
	if errors.Is(err, errAsItIs) {
		return c.GetGroup(ctx, id)
	}
	if doc != nil {
		err = errors.Join(err, doc.into(&group))
	}
	return group, err
}

// errAsItIs means that there is nothing to write.
var errAsItIs = errors.New("it is so already")

// groupChangeable is an error if there is no way, or no need, to write s: the server
// writes no group that comes from LDAP, while LDAP is in use.
func (c *Conn) groupChangeable(ctx context.Context, s GroupSettings, d document) error {
	var group Group
	if err := d.into(&group); err != nil || group.LDAPID == nil {
		return err
	}
	var refused []string
	for field, differs := range map[string]bool{"name": group.Name != s.Name, "friendlyName": group.FriendlyName != s.FriendlyName} {
		if differs {
			refused = append(refused, field)
		}
	}
	if len(refused) == 0 {
		return errAsItIs
	}
	if on, err := c.usesLDAP(ctx); err != nil || !on {
		return err
	}
	slices.Sort(refused)
	return fmt.Errorf("%w: the group comes from LDAP, and Pocket ID refuses a change of %s (it is %q, %q): make it in the directory, and say here what is there",
		ErrForbidden, strings.Join(refused, ", "), clipped(group.Name, 255), clipped(group.FriendlyName, 50))
}

// DeleteGroup removes a group. Clients restricted to it stay restricted. Nothing
// happens if it is gone already.
func (c *Conn) DeleteGroup(ctx context.Context, id string) error {
	err := gone(c.call(ctx, http.MethodDelete, nil, nil, "user-groups", id))
	if errors.Is(err, ErrForbidden) {
		if group, failed := c.GetGroup(ctx, id); failed == nil && group.LDAPID != nil {
			return fmt.Errorf("the group comes from LDAP, and Pocket ID does not delete such groups: remove it from the directory, or let the stack forget it with `pulumi state delete`: %w", err)
		}
	}
	return err
}

// ReservedClaims are the names that tokens use themselves; Pocket ID refuses them
// in exactly this spelling.
func ReservedClaims() []string {
	return strings.Fields("sub iss aud exp iat nbf jti email email_verified name given_name family_name display_name " +
		"preferred_username groups type auth_time nonce acr amr azp client_id")
}

// ClaimsOf is a map of claims as the list that the server keeps.
func ClaimsOf(claims map[string]string) []Claim {
	list := make([]Claim, 0, len(claims))
	for _, key := range slices.Sorted(maps.Keys(claims)) {
		list = append(list, Claim{key, claims[key]})
	}
	return list
}
