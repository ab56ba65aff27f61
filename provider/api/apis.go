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

// API is what Pocket ID calls an API: a service that clients get tokens for.
type API struct {
	ID          string          `json:"id"`
	Name        string          `json:"name"`
	Resource    string          `json:"resource"` // the audience of its tokens; it never changes
	Permissions []APIPermission `json:"permissions"`

	// AllowCIMDClients says whether clients that describe themselves (by a client ID
	// metadata document) may use the API; 2.14 and later, nil before.
	AllowCIMDClients *bool `json:"allowCimdClients"`
}

// APIPermission is a scope of an API. Its key names it, and it keeps its id for as
// long as the API has the key.
type APIPermission struct {
	ID                    string  `json:"id"`
	Key                   string  `json:"key"`
	Name                  string  `json:"name"`
	Description           *string `json:"description"`
	AllowedForCIMDClients bool    `json:"allowedForCimdClients"`
}

// PermissionSettings is what people see of a permission.
type PermissionSettings struct {
	Name        string  `json:"name"`
	Description *string `json:"description"`
}

// PermissionIDs are the ids of the API's permissions by their keys.
func (a API) PermissionIDs() map[string]string {
	ids := make(map[string]string, len(a.Permissions))
	for _, p := range a.Permissions {
		ids[p.Key] = p.ID
	}
	return ids
}

// CIMDPermissions are the keys that clients which describe themselves may ask for, sorted.
func (a API) CIMDPermissions() []string {
	keys := []string{}
	for _, p := range a.Permissions {
		if p.AllowedForCIMDClients {
			keys = append(keys, p.Key)
		}
	}
	slices.Sort(keys)
	return keys
}

// keys of other permissions than the API's are an error that names those it has.
func (a API) known(keys ...string) error {
	have := a.PermissionIDs()
	var missing []string
	for _, key := range keys {
		if _, ok := have[key]; !ok && !slices.Contains(missing, fmt.Sprintf("%q", key)) {
			missing = append(missing, fmt.Sprintf("%q", key))
		}
	}
	switch {
	case len(missing) == 0:
		return nil
	case len(have) == 0:
		return fmt.Errorf("%w: API %s has no permissions, so not %s", ErrNotFound, clipped(a.Resource, 350), strings.Join(missing, ", "))
	}
	return fmt.Errorf("%w: API %s has no permission %s; it has %s",
		ErrNotFound, clipped(a.Resource, 350), strings.Join(missing, ", "), clipped(strings.Join(slices.Sorted(maps.Keys(have)), ", "), 2000))
}

// CreateAPI makes an API whose resource is free. An answer that gets lost is
// settled by looking for the resource.
func (c *Conn) CreateAPI(ctx context.Context, name, resource string) (made API, err error) {
	version, err := c.Version(ctx)
	if err != nil {
		return made, err
	}
	resource = version.Resource(resource)
	taken, err := c.FindAPI(ctx, resource)
	switch {
	case err == nil:
		return made, &Exists{"API", taken.ID, fmt.Sprintf("an API has the resource %s already; its id is %s", resource, clipped(taken.ID, 128))}
	case !errors.Is(err, ErrNotFound):
		return made, err
	}
	body, err := json.Marshal(map[string]string{"name": name, "resource": resource})
	if err != nil {
		return made, err
	}
	r := request{method: http.MethodPost, path: "api/apis", body: body, kind: "application/json"}
	err = c.retry.do(ctx, attempts{
		keyed: true,
		settle: func(ctx context.Context) (bool, error) {
			found, err := c.FindAPI(ctx, resource)
			if errors.Is(err, ErrNotFound) {
				return false, nil
			}
			made = found
			return err == nil, err
		},
		lost: func(err error) error { return &Undecided{Kind: "API", Key: resource, Import: "<id>", Err: err} },
	}, func() error { return c.make(ctx, r, &made, func() bool { return made.ID != "" }) })
	return made, err
}

// Resource is an API's resource as a server of this version keeps it.
func (v Version) Resource(resource string) string {
	if v.Has(TrimmedResources) {
		return strings.TrimRight(resource, "/")
	}
	return resource
}

// GetAPI reads one API with its permissions.
func (c *Conn) GetAPI(ctx context.Context, id string) (a API, err error) {
	err = c.call(ctx, http.MethodGet, nil, &a, "apis", id)
	if err == nil && a.ID != id {
		err = fmt.Errorf("%w: asked for API %s, the answer is about %q", ErrNotPocketID, id, clipped(a.ID, 128))
	}
	return a, err
}

// FindAPI reads the API of exactly this resource.
func (c *Conn) FindAPI(ctx context.Context, resource string) (API, error) {
	all, err := list[API](ctx, c, "api/apis", url.Values{"search": {resource}, "sort[column]": {"resource"}})
	if err != nil {
		return API{}, err
	}
	for _, a := range all {
		if a.Resource == resource {
			return a, nil
		}
	}
	return API{}, fmt.Errorf("%w: no API has the resource %s", ErrNotFound, resource)
}

// ListAPIs reads all APIs, in the order of their resources.
func (c *Conn) ListAPIs(ctx context.Context) ([]API, error) {
	return list[API](ctx, c, "api/apis", url.Values{"sort[column]": {"resource"}})
}

// RenameAPI changes the name and keeps everything else.
func (c *Conn) RenameAPI(ctx context.Context, id, name string) (API, error) {
	return apiIn(c.edit(ctx, edit{
		apply: func(d document) error { return d.set(map[string]string{"name": name}) },
		kept: func(d document) (err error) {
			var now string
			if err = d.get("name", &now); err == nil && now != name {
				err = fmt.Errorf("%w: the API is now named %q", ErrConflict, clipped(now, 50))
			}
			return err
		},
	}, "apis", id))
}

// SetPermissions makes these all the permissions of an API. A key that stays keeps
// its id, and with it what was granted; what was granted of the others is gone.
func (c *Conn) SetPermissions(ctx context.Context, id string, wanted map[string]PermissionSettings) (API, error) {
	return c.editAPI(ctx, id, "permissions", edit{
		apply: func(d document) error {
			var now []document
			if err := d.get("permissions", &now); err != nil {
				return err
			}
			next := []document{}
			for _, key := range slices.Sorted(maps.Keys(wanted)) {
				p := document{}
				if i := slices.IndexFunc(now, func(p document) bool { return keyOf(p) == key }); i >= 0 {
					p = now[i]
				}
				if err := errors.Join(p.set(map[string]string{"key": key}), p.set(wanted[key])); err != nil {
					return err
				}
				next = append(next, p)
			}
			return d.set(map[string]any{"permissions": next})
		},
		kept: func(d document) error {
			var now API
			if err := d.into(&now); err != nil {
				return err
			}
			if !maps.EqualFunc(now.permissionSettings(), wanted, PermissionSettings.is) {
				return fmt.Errorf("%w: the permissions of API %s did not stay as written", ErrConflict, id)
			}
			return nil
		},
	}, func(d document) any { return document{"permissions": d["permissions"]} })
}

// ReservedScopes are the keys that no permission may have, in any case.
func ReservedScopes() []string {
	return strings.Fields("openid profile email email_verified groups offline_access")
}

func keyOf(p document) (key string) {
	_ = json.Unmarshal(p["key"], &key)
	return key
}

func (a API) permissionSettings() map[string]PermissionSettings {
	all := map[string]PermissionSettings{}
	for _, p := range a.Permissions {
		all[p.Key] = PermissionSettings{p.Name, p.Description}
	}
	return all
}

// is tells whether two say the same. No description and an empty one are the same.
func (p PermissionSettings) is(q PermissionSettings) bool {
	said := func(d *string) string {
		if d == nil {
			return ""
		}
		return *d
	}
	return p.Name == q.Name && said(p.Description) == said(q.Description)
}

// SetCIMDAccess opens an API to clients that describe themselves, or closes it, and
// says which permissions they may ask for (2.14 and later).
func (c *Conn) SetCIMDAccess(ctx context.Context, id string, enabled bool, keys []string) (API, error) {
	return c.editAPI(ctx, id, "cimd-access", edit{
		apply: func(d document) error {
			var now API
			var permissions []document
			if err := errors.Join(d.into(&now), d.get("permissions", &permissions)); err != nil {
				return err
			}
			if err := now.known(keys...); err != nil {
				return err
			}
			for _, p := range permissions {
				if err := p.set(map[string]bool{"allowedForCimdClients": slices.Contains(keys, keyOf(p))}); err != nil {
					return err
				}
			}
			return d.set(map[string]any{"allowCimdClients": enabled, "permissions": permissions})
		},
		kept: func(d document) error {
			var now API
			if err := d.into(&now); err != nil {
				return err
			}
			if now.AllowCIMDClients == nil || *now.AllowCIMDClients != enabled || !sameSet(now.CIMDPermissions(), keys) {
				return fmt.Errorf("%w: who may use API %s did not stay as written", ErrConflict, id)
			}
			return nil
		},
	}, func(d document) any {
		var next API
		_ = d.into(&next) // it was just now
		ids := []string{}
		for _, p := range next.Permissions {
			if p.AllowedForCIMDClients {
				ids = append(ids, p.ID)
			}
		}
		return map[string]any{"enabled": next.AllowCIMDClients, "permissionIds": ids}
	})
}

func sameSet(a, b []string) bool {
	set := func(list []string) []string { return slices.Compact(slices.Sorted(slices.Values(list))) }
	return slices.Equal(set(a), set(b))
}

// editAPI changes the part of an API that is written at an address of its own.
func (c *Conn) editAPI(ctx context.Context, id, part string, e edit, body func(document) any) (API, error) {
	p, err := path("apis", id)
	if err != nil {
		return API{}, err
	}
	return apiIn(c.editWhole(ctx, e, whole{
		key:   p + "/" + part,
		read:  func(ctx context.Context) (document, error) { return c.document(ctx, p, id) },
		write: func(ctx context.Context, d document) error { return c.put(ctx, p+"/"+part, body(d)) },
	}))
}

func apiIn(doc document, err error) (a API, _ error) {
	if doc != nil {
		err = errors.Join(err, doc.into(&a))
	}
	return a, err
}

// DeleteAPI removes an API with its permissions, and what was granted of them.
// Nothing happens if it is gone already.
func (c *Conn) DeleteAPI(ctx context.Context, id string) error {
	return gone(c.call(ctx, http.MethodDelete, nil, nil, "apis", id))
}
