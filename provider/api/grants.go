package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
)

// Grant is what a client may do with an API, on behalf of users and by itself.
// Permissions are given by key and imply access. Access without a permission gives
// tokens without a scope (2.14 and later).
type Grant struct {
	UserDelegatedAccess      bool
	ClientAccess             bool
	UserDelegatedPermissions []string
	ClientPermissions        []string
}

// GrantsAccess reports whether g grants any access.
func (g Grant) GrantsAccess() bool {
	return g.UserDelegatedAccess || g.ClientAccess || len(g.UserDelegatedPermissions) > 0 || len(g.ClientPermissions) > 0
}

// ClientGrant is a grant with its API and client.
type ClientGrant struct {
	API      API
	ClientID string
	Grant
}

// grantDocument is a grant as the server represents it, with permissions by ID.
type grantDocument struct {
	UserDelegatedAccess        bool     `json:"userDelegatedAccess"`
	ClientAccess               bool     `json:"clientAccess"`
	UserDelegatedPermissionIDs []string `json:"userDelegatedPermissionIds"`
	ClientPermissionIDs        []string `json:"clientPermissionIds"`
}

func (g grantDocument) grantsAccess() bool {
	return g.UserDelegatedAccess || g.ClientAccess || len(g.UserDelegatedPermissionIDs) > 0 || len(g.ClientPermissionIDs) > 0
}

func (g grantDocument) equal(other grantDocument) bool {
	return g.UserDelegatedAccess == other.UserDelegatedAccess && g.ClientAccess == other.ClientAccess &&
		equalSets(g.UserDelegatedPermissionIDs, other.UserDelegatedPermissionIDs) && equalSets(g.ClientPermissionIDs, other.ClientPermissionIDs)
}

// GetGrant reads the grant of a client for an API. It returns ErrNotFound if the API, the
// client or the grant does not exist.
func (c *Conn) GetGrant(ctx context.Context, apiID, clientID string) (Grant, error) {
	ctx = withSharedReads(ctx)
	return withVersion(ctx, c, func(version Version) (Grant, error) {
		p, err := c.grantTarget(ctx, version, apiID, clientID)
		if err != nil {
			return Grant{}, err
		}
		doc, err := p.read(ctx)
		if err != nil {
			return Grant{}, err
		}
		a, err := p.api(ctx, doc)
		if err != nil {
			return Grant{}, err
		}
		now, err := p.decode(doc)
		if err == nil && !now.grantsAccess() {
			err = grantNotFound(apiID, clientID)
		}
		return a.decodeGrant(now), err
	})
}

func grantNotFound(apiID, clientID string) error {
	return fmt.Errorf("%w: client %s has no grant for API %s", ErrNotFound, clientID, apiID)
}

// AddGrant creates a grant of a client for an API and returns it as it is afterwards. It
// fails if the client has a grant for the API.
func (c *Conn) AddGrant(ctx context.Context, apiID, clientID string, g Grant) (Grant, error) {
	added := false
	check := func(now grantDocument) error {
		if now.grantsAccess() && !added {
			return &ExistsError{"grant", apiID + "/" + clientID, fmt.Sprintf("client %s has a grant for API %s already", clientID, apiID)}
		}
		added = true
		return nil
	}
	now, err := withVersion(ctx, c, func(version Version) (Grant, error) {
		return c.setGrant(ctx, version, apiID, clientID, g, check)
	})
	return now, asOutcomeUnknown(err, "grant", apiID+"/"+clientID)
}

// UpdateGrant replaces the grant of a client for an API, keeps its grants for other APIs,
// and returns it as it is afterwards. The result is empty if nothing was written.
func (c *Conn) UpdateGrant(ctx context.Context, apiID, clientID string, g Grant) (Grant, error) {
	return withVersion(ctx, c, func(version Version) (Grant, error) {
		return c.setGrant(ctx, version, apiID, clientID, g, func(grantDocument) error { return nil })
	})
}

func (c *Conn) setGrant(ctx context.Context, version Version, apiID, clientID string, g Grant, check func(current grantDocument) error) (Grant, error) {
	p, err := c.grantTarget(ctx, version, apiID, clientID)
	if err != nil {
		return Grant{}, err
	}
	if g.ClientAccess || len(g.ClientPermissions) > 0 {
		if err := c.checkConfidential(ctx, clientID); err != nil {
			return Grant{}, err
		}
	}
	var a API
	var wanted grantDocument
	doc, err := c.editTarget(ctx, edit{
		apply: func(d document) (err error) {
			if a.ID == "" { // a later round must not fail because of a permission that is gone: something was written
				if a, err = p.api(ctx, d); err != nil {
					return err
				}
				if wanted, err = a.encodeGrant(g); err != nil {
					return err
				}
			}
			now, err := p.decode(d)
			if err == nil {
				err = check(now)
			}
			if err != nil {
				return err
			}
			return p.encode(d, wanted)
		},
		verify: func(d document) error {
			now, err := p.decode(d)
			if err == nil && !now.equal(wanted) {
				err = fmt.Errorf("the grant of client %s for API %s is no longer as written: %w", clientID, apiID, ErrConflict)
			}
			return err
		},
		contended: !g.GrantsAccess(), // no resource would show a restored grant
	}, p.target)
	if doc == nil {
		return Grant{}, err
	}
	now, decodeErr := p.decode(doc)
	return a.decodeGrant(now), errors.Join(err, decodeErr)
}

// checkConfidential returns an error if the client is public.
func (c *Conn) checkConfidential(ctx context.Context, clientID string) error {
	client, err := c.GetClient(ctx, clientID)
	if err == nil && client.IsPublic {
		err = fmt.Errorf("client %s is public: it has no access of its own, and Pocket ID would silently ignore clientAccess and clientPermissions", clientID)
	}
	return err
}

// DeleteGrant deletes the grant of a client for an API. It succeeds if there is none.
func (c *Conn) DeleteGrant(ctx context.Context, apiID, clientID string) error {
	_, err := withVersion(ctx, c, func(version Version) (Grant, error) {
		if version.Has(GrantsPerAPI) {
			return Grant{}, c.call(ctx, http.MethodDelete, nil, nil, "apis", apiID, "clients", clientID)
		}
		return c.setGrant(ctx, version, apiID, clientID, Grant{}, func(now grantDocument) error {
			if !now.grantsAccess() {
				return grantNotFound(apiID, clientID)
			}
			return nil
		})
	})
	return ignoreNotFound(err)
}

// ListGrants lists all grants of a client.
func (c *Conn) ListGrants(ctx context.Context, clientID string) ([]ClientGrant, error) {
	return withVersion(ctx, c, func(version Version) ([]ClientGrant, error) {
		return c.listGrants(ctx, version, clientID)
	})
}

func (c *Conn) listGrants(ctx context.Context, version Version, clientID string) ([]ClientGrant, error) {
	list := c.grantEntriesPerClient
	if version.Has(GrantsPerAPI) {
		list = c.grantEntries
	}
	entries, err := list(ctx, clientID)
	if err != nil {
		return nil, err
	}
	var all []ClientGrant
	for _, e := range entries {
		if e.grant.grantsAccess() {
			all = append(all, ClientGrant{e.api, clientID, e.api.decodeGrant(e.grant)})
		}
	}
	return all, nil
}

// encodeGrant returns g as the server represents it. It fails if the API lacks a permission.
func (a API) encodeGrant(g Grant) (grantDocument, error) {
	if err := a.checkPermissionKeys(append(slices.Clone(g.UserDelegatedPermissions), g.ClientPermissions...)...); err != nil {
		return grantDocument{}, err
	}
	have := a.PermissionIDs()
	idsOf := func(keys []string) []string {
		ids := []string{}
		for _, key := range keys {
			ids = append(ids, have[key])
		}
		return ids
	}
	return grantDocument{g.UserDelegatedAccess, g.ClientAccess, idsOf(g.UserDelegatedPermissions), idsOf(g.ClientPermissions)}, nil
}

// decodeGrant returns a grant with its permissions by key, sorted.
func (a API) decodeGrant(g grantDocument) Grant {
	keysOf := func(ids []string) []string {
		keys := []string{}
		for _, p := range a.Permissions {
			if slices.Contains(ids, p.ID) {
				keys = append(keys, p.Key)
			}
		}
		slices.Sort(keys)
		return keys
	}
	return Grant{g.UserDelegatedAccess, g.ClientAccess, keysOf(g.UserDelegatedPermissionIDs), keysOf(g.ClientPermissionIDs)}
}
