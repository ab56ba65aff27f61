package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// ClaimOwner is a kind of object that has custom claims, as in the paths of the server.
type ClaimOwner string

// The kinds of objects that have custom claims.
const (
	UserClaims  ClaimOwner = "user"
	GroupClaims ClaimOwner = "user-group"
)

func (o ClaimOwner) String() string { return strings.ReplaceAll(string(o), "-", " ") }

// GetClaims reads the custom claims of a user or a group.
func (c *Conn) GetClaims(ctx context.Context, of ClaimOwner, id string) (map[string]string, error) {
	if of == GroupClaims {
		group, err := c.GetGroup(ctx, id)
		return group.Claims(), err
	}
	user, err := c.GetUser(ctx, id)
	return user.Claims(), err
}

// CreateClaims sets the custom claims of an owner who has none. It fails if the owner has
// custom claims, and never adopts them. If a response is lost, it reads the claims.
func (c *Conn) CreateClaims(ctx context.Context, of ClaimOwner, id string, claims map[string]string) error {
	before, err := c.GetClaims(ctx, of, id)
	if err != nil {
		return err
	}
	if len(before) > 0 {
		return &ExistsError{"custom claims", id, fmt.Sprintf("the %s %s has custom claims already: %s", of, id, quoteNames(slices.Sorted(maps.Keys(before))))}
	}
	p, err := path("custom-claims", string(of), id)
	if err != nil {
		return err
	}
	body, err := json.Marshal(ClaimList(claims))
	if err != nil {
		return err
	}
	r := request{method: http.MethodPut, path: p, body: body, contentType: "application/json"}
	return c.retry.do(ctx, operation{
		uniqueKey: true, // a repetition has no further effect
		resolve: func(ctx context.Context) (done bool, err error) {
			now, err := c.GetClaims(ctx, of, id)
			return err == nil && maps.Equal(now, claims), err
		},
		unresolved: func(err error) error {
			return &OutcomeUnknownError{Kind: "list of custom claims of the " + of.String(), Key: id, Err: err}
		},
	}, func() error { return c.attempt(ctx, r, nil) })
}

// quoteNames lists names that come from the server, at most 20 of them.
func quoteNames(names []string) string {
	const limit = 20
	var list []string
	for _, name := range names[:min(limit, len(names))] {
		list = append(list, strconv.Quote(printable(name, 50)))
	}
	if more := len(names) - limit; more > 0 {
		list = append(list, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(list, ", ")
}

// PutClaims replaces all custom claims of an owner. It does not check that the owner exists.
func (c *Conn) PutClaims(ctx context.Context, of ClaimOwner, id string, claims map[string]string) error {
	return c.call(ctx, http.MethodPut, ClaimList(claims), nil, "custom-claims", string(of), id)
}

// UpdateClaims replaces all custom claims of an owner. It reads the owner first, because
// older servers report a missing owner as an internal error or not at all.
func (c *Conn) UpdateClaims(ctx context.Context, of ClaimOwner, id string, claims map[string]string) error {
	if _, err := c.GetClaims(ctx, of, id); err != nil {
		return err
	}
	return c.PutClaims(ctx, of, id, claims)
}

// DeleteClaims removes all custom claims of an owner. It succeeds if the owner does not exist.
func (c *Conn) DeleteClaims(ctx context.Context, of ClaimOwner, id string) error {
	err := c.UpdateClaims(ctx, of, id, nil)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	return err
}
