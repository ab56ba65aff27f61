package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
)

// grantTarget is the document in which a server stores the grant of a client for an API.
type grantTarget struct {
	target
	api    func(context.Context, document) (API, error) // returns the API, which the document may contain
	decode func(document) (grantDocument, error)        // returns the grant in the document
	encode func(document, grantDocument) error          // replaces the grant in the document
}

func (c *Conn) grantTarget(ctx context.Context, version Version, apiID, clientID string) (grantTarget, error) {
	if version.Has(GrantsPerAPI) {
		return c.perAPIGrantTarget(apiID, clientID)
	}
	a, err := c.GetAPI(ctx, apiID)
	if err != nil {
		return grantTarget{}, err
	}
	return c.perClientGrantTarget(a, clientID)
}

// grantEntry is an entry of the list of a client's grants.
type grantEntry struct {
	api   API
	grant grantDocument
	doc   document // as the server returned it (2.14 and later)
}

// grantEntries lists the grants of a client (2.14 and later). It fails if an entry is
// incomplete.
func (c *Conn) grantEntries(ctx context.Context, clientID string) ([]grantEntry, error) {
	var list []document
	if err := c.call(ctx, http.MethodGet, nil, &list, "api-access", clientID, "apis"); err != nil {
		return nil, err
	}
	entries := make([]grantEntry, len(list))
	for i, d := range list {
		e := grantEntry{doc: d}
		if err := errors.Join(d.require("api", &e.api), d.requireFields("userDelegatedPermissionIds", "clientPermissionIds"), d.decode(&e.grant)); err != nil {
			return nil, err
		}
		if e.api.ID == "" {
			return nil, fmt.Errorf("%w: a grant of client %s has no API", ErrNotPocketID, clientID)
		}
		entries[i] = e
	}
	return entries, nil
}

// grantEntriesPerClient lists the grants of a client on servers before 2.14, with an entry
// for every API. It reads the client's document once.
func (c *Conn) grantEntriesPerClient(ctx context.Context, clientID string) ([]grantEntry, error) {
	apis, err := c.ListAPIs(ctx)
	if err != nil {
		return nil, err
	}
	entries := make([]grantEntry, len(apis))
	var doc document
	for i, a := range apis {
		p, err := c.perClientGrantTarget(a, clientID)
		if err == nil && doc == nil {
			doc, err = p.read(ctx)
		}
		if err != nil {
			return nil, err
		}
		entries[i] = grantEntry{api: a}
		if entries[i].grant, err = p.decode(doc); err != nil {
			return nil, err
		}
	}
	return entries, nil
}

// perAPIGrantTarget returns the target of a server that writes each grant by itself and
// reads it in a list of all grants of the client (2.14 and later). An entry contains its API.
// The access that an API gives to all CIMD clients is not a grant.
func (c *Conn) perAPIGrantTarget(apiID, clientID string) (grantTarget, error) {
	address, err := path("apis", apiID, "clients", clientID)
	if err != nil {
		return grantTarget{}, err
	}
	read := func(ctx context.Context) (document, error) {
		all, err := c.grantEntries(ctx, clientID)
		for _, entry := range all {
			if entry.api.ID == apiID {
				return entry.doc, nil
			}
		}
		return document{}, err
	}
	return grantTarget{
		target: target{
			key: address, read: read,
			write: func(ctx context.Context, d document) (document, error) {
				body := maps.Clone(d)
				delete(body, "api")
				return c.putGrant(ctx, address, body, "userDelegatedAccess", "clientAccess", "userDelegatedPermissionIds", "clientPermissionIds")
			},
			complete: keepFields("api", "cimdGrantedAccess", "cimdGrantedPermissionIds"),
		},
		api: func(ctx context.Context, d document) (a API, err error) {
			if _, ok := d["api"]; !ok { // the client has no grant yet
				return c.GetAPI(ctx, apiID)
			}
			err = d.get("api", &a)
			return a, err
		},
		decode: func(d document) (g grantDocument, err error) { err = d.decode(&g); return g, err },
		encode: func(d document, g grantDocument) error { return d.set(g) },
	}, nil
}

// putGrant writes a grant, and returns the grant in the response, or nil if the response lacks one
// of the fields. Neither of its forms names the API and the client.
func (c *Conn) putGrant(ctx context.Context, address string, d document, fields ...string) (document, error) {
	response, err := c.put(ctx, address, d)
	if err != nil {
		return nil, err
	}
	var doc document
	if json.Unmarshal(response, &doc) != nil || doc.requireFields(fields...) != nil {
		return nil, nil
	}
	return doc, nil
}

// perClientGrantTarget returns the target of a server that stores the permissions of a
// client for all APIs in one document (before 2.14).
func (c *Conn) perClientGrantTarget(a API, clientID string) (grantTarget, error) {
	address, err := path("api-access", clientID)
	if err != nil {
		return grantTarget{}, err
	}
	type lists struct {
		UserDelegated []string `json:"userDelegatedPermissionIds"`
		Client        []string `json:"clientPermissionIds"`
	}
	ofThisAPI := func(id string) bool {
		return slices.ContainsFunc(a.Permissions, func(p APIPermission) bool { return p.ID == id })
	}
	pick := func(ids []string) []string {
		return slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return !ofThisAPI(id) })
	}
	replace := func(ids, wanted []string) []string {
		return append(slices.DeleteFunc(append([]string{}, ids...), ofThisAPI), wanted...)
	}
	return grantTarget{
		target: target{
			key: address,
			read: func(ctx context.Context) (doc document, err error) {
				err = c.callPath(ctx, http.MethodGet, address, nil, nil, &doc)
				if err == nil {
					err = doc.requireFields("userDelegatedPermissionIds", "clientPermissionIds")
				}
				return doc, err
			},
			write: func(ctx context.Context, d document) (document, error) {
				return c.putGrant(ctx, address, d, "userDelegatedPermissionIds", "clientPermissionIds")
			},
		},
		api: func(context.Context, document) (API, error) { return a, nil },
		decode: func(d document) (g grantDocument, err error) {
			var all lists
			err = d.decode(&all)
			g.UserDelegatedPermissionIDs, g.ClientPermissionIDs = pick(all.UserDelegated), pick(all.Client)
			g.UserDelegatedAccess, g.ClientAccess = len(g.UserDelegatedPermissionIDs) > 0, len(g.ClientPermissionIDs) > 0
			return g, err
		},
		encode: func(d document, g grantDocument) error {
			var all lists
			if err := d.decode(&all); err != nil {
				return err
			}
			return d.set(lists{replace(all.UserDelegated, g.UserDelegatedPermissionIDs), replace(all.Client, g.ClientPermissionIDs)})
		},
	}, nil
}
