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
	"strconv"
	"strings"
)

// ClaimOwner is a kind of those who have custom claims, as the server's paths name it.
type ClaimOwner string

// Those who have custom claims.
const (
	UserClaims  ClaimOwner = "user"
	GroupClaims ClaimOwner = "user-group"
)

func (o ClaimOwner) String() string { return strings.ReplaceAll(string(o), "-", " ") }

// Claims are the custom claims of a user or a group.
func (c *Conn) Claims(ctx context.Context, of ClaimOwner, id string) (map[string]string, error) {
	if of == GroupClaims {
		group, err := c.GetGroup(ctx, id)
		return group.Claims(), err
	}
	user, err := c.GetUser(ctx, id)
	return user.Claims(), err
}

// FirstClaims gives claims to an owner who has none. Those that somebody has
// already are never taken over. An answer that gets lost is settled by reading.
func (c *Conn) FirstClaims(ctx context.Context, of ClaimOwner, id string, claims map[string]string) error {
	before, err := c.Claims(ctx, of, id)
	if err != nil {
		return err
	}
	if len(before) > 0 {
		return &Exists{"custom claims", id, fmt.Sprintf("the %s %s has custom claims already: %s", of, id, quotedNames(slices.Sorted(maps.Keys(before))))}
	}
	p, err := path("custom-claims", string(of), id)
	if err != nil {
		return err
	}
	body, err := json.Marshal(ClaimsOf(claims))
	if err != nil {
		return err
	}
	r := request{method: http.MethodPut, path: p, body: body, kind: "application/json"}
	return c.retry.do(ctx, attempts{
		keyed: true, // twice is once
		settle: func(ctx context.Context) (done bool, err error) {
			now, err := c.Claims(ctx, of, id)
			return err == nil && maps.Equal(now, claims), err
		},
		lost: func(err error) error {
			return &Undecided{Kind: "list of custom claims of the " + of.String(), Key: id, Err: err}
		},
	}, func() error { return c.attempt(ctx, r, nil) })
}

// quotedNames lists the first of many names that a server says.
func quotedNames(names []string) string {
	const most = 20
	var list []string
	for _, name := range names[:min(most, len(names))] {
		list = append(list, strconv.Quote(clipped(name, 50)))
	}
	if more := len(names) - most; more > 0 {
		list = append(list, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(list, ", ")
}

// SetClaims makes claims all the custom claims of an owner who is there.
func (c *Conn) SetClaims(ctx context.Context, of ClaimOwner, id string, claims map[string]string) error {
	return c.call(ctx, http.MethodPut, ClaimsOf(claims), nil, "custom-claims", string(of), id)
}

// ReplaceClaims makes claims all the custom claims of an owner. Older servers say
// of one who is gone that something went wrong, or nothing: a first look tells.
func (c *Conn) ReplaceClaims(ctx context.Context, of ClaimOwner, id string, claims map[string]string) error {
	if _, err := c.Claims(ctx, of, id); err != nil {
		return err
	}
	return c.SetClaims(ctx, of, id, claims)
}

// RemoveClaims takes all custom claims from an owner. One who is gone has none.
func (c *Conn) RemoveClaims(ctx context.Context, of ClaimOwner, id string) error {
	err := c.ReplaceClaims(ctx, of, id, nil)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	return err
}

// GroupsWithClaims lists the groups that have custom claims, by name.
func (c *Conn) GroupsWithClaims(ctx context.Context) ([]Group, error) {
	all, err := list[Group](ctx, c, "api/user-groups", url.Values{"sort[column]": {"name"}})
	return slices.DeleteFunc(all, func(g Group) bool { return len(g.CustomClaims) == 0 }), err
}
