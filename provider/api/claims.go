package api

import (
	"context"
	"fmt"
	"maps"
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

// ownerSegment returns the segment of the path below which the owners are.
func (o ClaimOwner) ownerSegment() string {
	if o == GroupClaims {
		return "user-groups"
	}
	return "users"
}

func (o ClaimOwner) String() string { return strings.ReplaceAll(string(o), "-", " ") }

// GetClaims reads the custom claims of a user or a group.
func (c *Conn) GetClaims(ctx context.Context, of ClaimOwner, id string) (map[string]string, error) {
	owner, err := c.claimOwner(ctx, of, id)
	if err != nil {
		return nil, err
	}
	return decodeClaims(owner)
}

// claimOwner reads the user or the group that has the claims.
func (c *Conn) claimOwner(ctx context.Context, of ClaimOwner, id string) (document, error) {
	p, err := path(of.ownerSegment(), id)
	if err != nil {
		return nil, err
	}
	return c.document(ctx, p, id)
}

func decodeClaims(owner document) (map[string]string, error) {
	var list []Claim
	if err := owner.require("customClaims", &list); err != nil {
		return nil, err
	}
	return claimMap(list), nil
}

// CreateClaims sets the custom claims of an owner who has none. It fails if the owner has
// custom claims, and never adopts them. If a response is lost, it reads the claims.
func (c *Conn) CreateClaims(ctx context.Context, of ClaimOwner, id string, claims map[string]string) error {
	checked := false // in later rounds the owner may have the claims that this edit has written
	err := c.editClaims(ctx, of, id, claims, func(current map[string]string) error {
		if len(current) > 0 && !checked {
			return &ExistsError{"custom claims", id, fmt.Sprintf("the %s %s has custom claims already: %s", of, id, quoteNames(slices.Sorted(maps.Keys(current))))}
		}
		checked = true
		return nil
	})
	return asOutcomeUnknown(err, "list of custom claims of the "+of.String(), id)
}

// editClaims replaces all custom claims of an owner, if allow permits it for the current
// ones. A nil allow permits it for any, without a read. It joins concurrent edits of the
// same claims, and verifies them.
func (c *Conn) editClaims(ctx context.Context, of ClaimOwner, id string, claims map[string]string, allow func(current map[string]string) error) error {
	p, err := path("custom-claims", string(of), id)
	if err != nil {
		return err
	}
	_, err = c.editTarget(ctx, edit{
		apply: func(owner document) error {
			current, err := decodeClaims(owner)
			if err == nil && allow != nil {
				err = allow(current)
			}
			if err != nil {
				return err
			}
			return owner.set(map[string]any{"customClaims": ClaimList(claims)})
		},
		verify: func(owner document) error {
			now, err := decodeClaims(owner)
			if err == nil && !maps.Equal(now, claims) {
				err = fmt.Errorf("the custom claims of the %s %s are no longer as written: %w", of, id, ErrConflict)
			}
			return err
		},
		overwrites: allow == nil,
	}, target{
		key:   p,
		read:  func(ctx context.Context) (document, error) { return c.claimOwner(ctx, of, id) },
		write: func(ctx context.Context, owner document) (document, error) { return c.putClaims(ctx, p, owner) },
		empty: document{"customClaims": []byte("[]")},
	})
	return err
}

// putClaims writes the claims of an owner, and returns the owner with the claims in the response,
// or nil if it contains no list.
func (c *Conn) putClaims(ctx context.Context, path string, owner document) (document, error) {
	response, err := c.put(ctx, path, owner["customClaims"])
	if err != nil {
		return nil, err
	}
	after := maps.Clone(owner)
	after["customClaims"] = response
	if _, err := decodeClaims(after); err != nil {
		return nil, nil
	}
	return after, nil
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
	return c.editClaims(ctx, of, id, claims, nil)
}

// UpdateClaims replaces all custom claims of an owner. It reads the owner first, because
// older servers report a missing owner as an internal error or not at all.
func (c *Conn) UpdateClaims(ctx context.Context, of ClaimOwner, id string, claims map[string]string) error {
	return c.editClaims(ctx, of, id, claims, func(map[string]string) error { return nil })
}

// DeleteClaims removes all custom claims of an owner. It succeeds if the owner does not exist.
func (c *Conn) DeleteClaims(ctx context.Context, of ClaimOwner, id string) error {
	return ignoreNotFound(c.UpdateClaims(ctx, of, id, nil))
}
