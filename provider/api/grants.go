package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
)

// Grant is what a client may do with an API: on behalf of users who sign in, and
// by itself. A permission, named by its key, implies access; access without one
// gives tokens without a scope (2.14 and later).
type Grant struct {
	UserDelegatedAccess      bool
	ClientAccess             bool
	UserDelegatedPermissions []string
	ClientPermissions        []string
}

// Anything tells whether it grants anything at all.
func (g Grant) Anything() bool {
	return g.UserDelegatedAccess || g.ClientAccess || len(g.UserDelegatedPermissions) > 0 || len(g.ClientPermissions) > 0
}

// ClientGrant is a grant and whom it is for.
type ClientGrant struct {
	API      API
	ClientID string
	Grant
}

// granted is a grant as servers word it, with permissions by their ids.
type granted struct {
	UserDelegatedAccess        bool     `json:"userDelegatedAccess"`
	ClientAccess               bool     `json:"clientAccess"`
	UserDelegatedPermissionIDs []string `json:"userDelegatedPermissionIds"`
	ClientPermissionIDs        []string `json:"clientPermissionIds"`
}

func (g granted) anything() bool {
	return g.UserDelegatedAccess || g.ClientAccess || len(g.UserDelegatedPermissionIDs) > 0 || len(g.ClientPermissionIDs) > 0
}

func (g granted) is(other granted) bool {
	return g.UserDelegatedAccess == other.UserDelegatedAccess && g.ClientAccess == other.ClientAccess &&
		sameSet(g.UserDelegatedPermissionIDs, other.UserDelegatedPermissionIDs) && sameSet(g.ClientPermissionIDs, other.ClientPermissionIDs)
}

// GetGrant reads what a client may do with an API. An API, a client and a grant
// that are gone are all ErrNotFound.
func (c *Conn) GetGrant(ctx context.Context, apiID, clientID string) (Grant, error) {
	p, err := c.pair(ctx, apiID, clientID)
	if err != nil {
		return Grant{}, err
	}
	doc, err := p.read(ctx)
	if err != nil {
		return Grant{}, err
	}
	now, err := p.part(doc)
	if err == nil && !now.anything() {
		err = noGrant(apiID, clientID)
	}
	return p.api.words(now), err
}

func noGrant(apiID, clientID string) error {
	return fmt.Errorf("%w: client %s has no grant for API %s", ErrNotFound, clientID, apiID)
}

// AddGrant gives a client a grant for an API for which it has none, and returns it
// as it is then.
func (c *Conn) AddGrant(ctx context.Context, apiID, clientID string, g Grant) (Grant, error) {
	added := false
	now, err := c.setGrant(ctx, apiID, clientID, g, func(now granted) error {
		if now.anything() && !added {
			return &Exists{"grant", apiID + "/" + clientID, fmt.Sprintf("client %s has a grant for API %s already", clientID, apiID)}
		}
		added = true
		return nil
	})
	if errors.Is(err, ErrUnsure) {
		err = &Undecided{Kind: "grant", Key: apiID + "/" + clientID, Err: err}
	}
	return now, err
}

// UpdateGrant makes g all that a client may do with an API, keeps its grants for
// other APIs, and returns it as it is then. That is nothing if nothing was written.
func (c *Conn) UpdateGrant(ctx context.Context, apiID, clientID string, g Grant) (Grant, error) {
	return c.setGrant(ctx, apiID, clientID, g, func(granted) error { return nil })
}

func (c *Conn) setGrant(ctx context.Context, apiID, clientID string, g Grant, may func(now granted) error) (Grant, error) {
	p, err := c.pair(ctx, apiID, clientID)
	if err != nil {
		return Grant{}, err
	}
	wanted, err := p.api.ids(g)
	if err != nil {
		return Grant{}, err
	}
	if g.ClientAccess || len(g.ClientPermissions) > 0 {
		if err := c.confidential(ctx, clientID); err != nil {
			return Grant{}, err
		}
	}
	doc, err := c.editWhole(ctx, edit{
		apply: func(d document) error {
			now, err := p.part(d)
			if err == nil {
				err = may(now)
			}
			if err != nil {
				return err
			}
			return p.change(d, wanted)
		},
		kept: func(d document) error {
			now, err := p.part(d)
			if err == nil && !now.is(wanted) {
				err = fmt.Errorf("%w: what client %s may do with API %s did not stay as written", ErrConflict, clientID, apiID)
			}
			return err
		},
	}, p.whole)
	if doc == nil {
		return Grant{}, err
	}
	now, odd := p.part(doc)
	return p.api.words(now), errors.Join(err, odd)
}

// confidential is an error for a client that cannot prove who it is.
func (c *Conn) confidential(ctx context.Context, clientID string) error {
	client, err := c.GetClient(ctx, clientID)
	if err == nil && client.IsPublic {
		err = fmt.Errorf("client %s is public: it cannot prove who it is, so it can do nothing by itself, and Pocket ID would drop clientAccess and clientPermissions in silence", clientID)
	}
	return err
}

// DeleteGrant takes everything from a client that it may do with one API. Nothing
// happens if that is nothing already.
func (c *Conn) DeleteGrant(ctx context.Context, apiID, clientID string) error {
	version, err := c.Version(ctx)
	if err != nil {
		return err
	}
	if version.Has(GrantsPerAPI) {
		return gone(c.call(ctx, http.MethodDelete, nil, nil, "apis", apiID, "clients", clientID))
	}
	_, err = c.setGrant(ctx, apiID, clientID, Grant{}, func(now granted) error {
		if !now.anything() {
			return noGrant(apiID, clientID)
		}
		return nil
	})
	return gone(err)
}

// ListGrants reads all grants of a client.
func (c *Conn) ListGrants(ctx context.Context, clientID string) ([]ClientGrant, error) {
	version, err := c.Version(ctx)
	if err != nil {
		return nil, err
	}
	var all []ClientGrant
	add := func(a API, g granted) {
		if g.anything() {
			all = append(all, ClientGrant{a, clientID, a.words(g)})
		}
	}
	if version.Has(GrantsPerAPI) {
		var list []struct {
			API API `json:"api"`
			granted
		}
		if err := c.call(ctx, http.MethodGet, nil, &list, "api-access", clientID, "apis"); err != nil {
			return nil, err
		}
		if list == nil {
			return nil, fmt.Errorf("%w: the APIs of client %s are no list", ErrNotPocketID, clientID)
		}
		for _, of := range list {
			add(of.API, of.granted)
		}
		return all, nil
	}
	apis, err := c.ListAPIs(ctx)
	if err != nil || len(apis) == 0 {
		return nil, err
	}
	var doc document
	for _, a := range apis {
		p, err := c.pairAmongAll(a, clientID)
		if err == nil && doc == nil {
			doc, err = p.read(ctx)
		}
		if err != nil {
			return nil, err
		}
		g, err := p.part(doc)
		if err != nil {
			return nil, err
		}
		add(a, g)
	}
	return all, nil
}

// ids is a grant in the server's words. Permissions that the API does not have are an error.
func (a API) ids(g Grant) (granted, error) {
	if err := a.known(append(slices.Clone(g.UserDelegatedPermissions), g.ClientPermissions...)...); err != nil {
		return granted{}, err
	}
	have := a.PermissionIDs()
	named := func(keys []string) []string {
		ids := []string{}
		for _, key := range keys {
			ids = append(ids, have[key])
		}
		return ids
	}
	return granted{g.UserDelegatedAccess, g.ClientAccess, named(g.UserDelegatedPermissions), named(g.ClientPermissions)}, nil
}

// words is a grant with permissions by their keys, sorted.
func (a API) words(g granted) Grant {
	keys := func(ids []string) []string {
		keys := []string{}
		for _, p := range a.Permissions {
			if slices.Contains(ids, p.ID) {
				keys = append(keys, p.Key)
			}
		}
		slices.Sort(keys)
		return keys
	}
	return Grant{g.UserDelegatedAccess, g.ClientAccess, keys(g.UserDelegatedPermissionIDs), keys(g.ClientPermissionIDs)}
}

// pair is an API and a client, and where a server keeps what the one may do with
// the other.
type pair struct {
	whole
	api    API
	part   func(document) (granted, error) // what is theirs in what was read
	change func(document, granted) error   // makes it another
}

func (c *Conn) pair(ctx context.Context, apiID, clientID string) (pair, error) {
	version, err := c.Version(ctx)
	if err != nil {
		return pair{}, err
	}
	a, err := c.GetAPI(ctx, apiID)
	if err != nil {
		return pair{}, err
	}
	if version.Has(GrantsPerAPI) {
		return c.pairOfItsOwn(a, clientID)
	}
	return c.pairAmongAll(a, clientID)
}

// pairOfItsOwn is written by itself, and read among the client's (2.14 and later).
// Access that an API gives to all clients that describe themselves is no grant.
func (c *Conn) pairOfItsOwn(a API, clientID string) (pair, error) {
	address, err := path("apis", a.ID, "clients", clientID)
	if err != nil {
		return pair{}, err
	}
	read := func(ctx context.Context) (document, error) {
		var all []document
		if err := c.call(ctx, http.MethodGet, nil, &all, "api-access", clientID, "apis"); err != nil {
			return nil, err
		}
		if all == nil {
			return nil, fmt.Errorf("%w: the APIs of client %s are no list", ErrNotPocketID, clientID)
		}
		for _, d := range all {
			var of API
			if err := d.get("api", &of); err != nil {
				return nil, err
			}
			if of.ID == a.ID {
				delete(d, "api")
				return d, nil
			}
		}
		return document{}, nil
	}
	return pair{
		whole:  whole{key: address, read: read, write: func(ctx context.Context, d document) error { return c.put(ctx, address, d) }},
		api:    a,
		part:   func(d document) (g granted, err error) { err = d.into(&g); return g, err },
		change: func(d document, g granted) error { return d.set(g) },
	}, nil
}

// pairAmongAll is part of one list of the permissions that a client has of all
// APIs, which is written as a whole (before 2.14).
func (c *Conn) pairAmongAll(a API, clientID string) (pair, error) {
	address, err := path("api-access", clientID)
	if err != nil {
		return pair{}, err
	}
	type lists struct {
		UserDelegated []string `json:"userDelegatedPermissionIds"`
		Client        []string `json:"clientPermissionIds"`
	}
	ours := func(id string) bool {
		return slices.ContainsFunc(a.Permissions, func(p APIPermission) bool { return p.ID == id })
	}
	only := func(ids []string) []string {
		return slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return !ours(id) })
	}
	with := func(ids, wanted []string) []string {
		return append(slices.DeleteFunc(append([]string{}, ids...), ours), wanted...)
	}
	return pair{
		whole: whole{
			key: address,
			read: func(ctx context.Context) (doc document, err error) {
				err = c.callPath(ctx, http.MethodGet, address, nil, nil, &doc)
				if err == nil && doc["clientPermissionIds"] == nil {
					err = request{method: http.MethodGet, path: address}.lacks("clientPermissionIds")
				}
				return doc, err
			},
			write: func(ctx context.Context, d document) error { return c.put(ctx, address, d) },
		},
		api: a,
		part: func(d document) (g granted, err error) {
			var all lists
			err = d.into(&all)
			g.UserDelegatedPermissionIDs, g.ClientPermissionIDs = only(all.UserDelegated), only(all.Client)
			g.UserDelegatedAccess, g.ClientAccess = len(g.UserDelegatedPermissionIDs) > 0, len(g.ClientPermissionIDs) > 0
			return g, err
		},
		change: func(d document, g granted) error {
			var all lists
			if err := d.into(&all); err != nil {
				return err
			}
			return d.set(lists{with(all.UserDelegated, g.UserDelegatedPermissionIDs), with(all.Client, g.ClientPermissionIDs)})
		},
	}, nil
}
