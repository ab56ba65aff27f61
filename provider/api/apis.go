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

// API is an API in the sense of Pocket ID: a service that clients request tokens for.
type API struct {
	ID          string          `json:"id"`
	Name        string          `json:"name"`
	Resource    string          `json:"resource"` // the audience of its tokens; cannot be changed
	Permissions []APIPermission `json:"permissions"`

	// AllowCIMDClients is whether clients with a client ID metadata document (CIMD) may
	// use the API. It is nil before 2.14.
	AllowCIMDClients *bool `json:"allowCimdClients"`
}

// APIPermission is a scope of an API. Its key is unique in the API. It keeps its ID as
// long as the API has the key.
type APIPermission struct {
	ID                    string  `json:"id"`
	Key                   string  `json:"key"`
	Name                  string  `json:"name"`
	Description           *string `json:"description"`
	AllowedForCIMDClients bool    `json:"allowedForCimdClients"`
}

// PermissionSettings are the writable settings of a permission.
type PermissionSettings struct {
	Name        string  `json:"name"`
	Description *string `json:"description"`
}

// PermissionIDs returns the IDs of the API's permissions by key.
func (a API) PermissionIDs() map[string]string {
	ids := make(map[string]string, len(a.Permissions))
	for _, p := range a.Permissions {
		ids[p.Key] = p.ID
	}
	return ids
}

// CIMDPermissionKeys returns the keys of the permissions that CIMD clients may request, sorted.
func (a API) CIMDPermissionKeys() []string {
	keys := []string{}
	for _, p := range a.Permissions {
		if p.AllowedForCIMDClients {
			keys = append(keys, p.Key)
		}
	}
	slices.Sort(keys)
	return keys
}

// checkPermissionKeys returns an error if the API lacks one of the keys.
func (a API) checkPermissionKeys(keys ...string) error {
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
		return fmt.Errorf("%w: API %s has no permission %s; it has none", ErrNotFound, printable(a.Resource, 350), strings.Join(missing, ", "))
	}
	return fmt.Errorf("%w: API %s has no permission %s; it has %s",
		ErrNotFound, printable(a.Resource, 350), strings.Join(missing, ", "), printable(strings.Join(slices.Sorted(maps.Keys(have)), ", "), 2000))
}

// CreateAPI creates an API, whose resource must be free. If a response is lost, it looks
// for the resource.
func (c *Conn) CreateAPI(ctx context.Context, name, resource string) (created API, err error) {
	resource, err = c.NormalizeResource(ctx, resource)
	if err != nil {
		return created, err
	}
	return create(ctx, c, creation[API]{
		path:       "api/apis",
		body:       map[string]string{"name": name, "resource": resource},
		uniqueKey:  true,
		id:         func(a API) string { return a.ID },
		taken:      apiExists,
		find:       func(ctx context.Context) (API, bool, error) { return ifFound(c.FindAPI(ctx, resource)) },
		isComplete: func(a API) bool { return a.ID != "" },
		unknown:    OutcomeUnknownError{Kind: "API", Key: resource, ImportID: "<id>"},
	})
}

func apiExists(a API) *ExistsError {
	return &ExistsError{"API", a.ID, fmt.Sprintf("an API has the resource %s already; its ID is %s", printable(a.Resource, 350), printable(a.ID, 128))}
}

// NormalizeResource is Version.NormalizeResource for the version of the server.
func (c *Conn) NormalizeResource(ctx context.Context, resource string) (string, error) {
	if !strings.HasSuffix(resource, "/") {
		return resource, nil
	}
	version, err := c.VersionWith(ctx, TrimmedResources)
	return version.NormalizeResource(resource), err
}

// NormalizeResource returns an API's resource in the form in which a server of version v stores it.
func (v Version) NormalizeResource(resource string) string {
	if v.Has(TrimmedResources) {
		return strings.TrimRight(resource, "/")
	}
	return resource
}

// GetAPI reads one API with its permissions.
func (c *Conn) GetAPI(ctx context.Context, id string) (a API, err error) {
	err = c.call(ctx, http.MethodGet, nil, &a, "apis", id)
	if err == nil && a.ID != id {
		err = fmt.Errorf("%w: asked for API %s, but the response is about %q", ErrNotPocketID, id, printable(a.ID, 128))
	}
	return a, err
}

// FindAPI reads the API with exactly this resource.
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

// ListAPIs lists all APIs, sorted by resource.
func (c *Conn) ListAPIs(ctx context.Context) ([]API, error) {
	return list[API](ctx, c, "api/apis", url.Values{"sort[column]": {"resource"}})
}

// RenameAPI changes the name of an API and keeps everything else.
func (c *Conn) RenameAPI(ctx context.Context, id, name string) (API, error) {
	return decodeAPI(c.edit(ctx, edit{
		apply: func(d document) error { return d.set(map[string]string{"name": name}) },
		verify: func(d document) (err error) {
			var now string
			if err = d.get("name", &now); err == nil && now != name {
				err = fmt.Errorf("the API is now named %q: %w", printable(now, 50), ErrConflict)
			}
			return err
		},
	}, nil, "apis", id))
}

// SetPermissions replaces the permissions of an API. A permission whose key remains keeps
// its ID and its grants. The grants of the removed permissions are lost.
func (c *Conn) SetPermissions(ctx context.Context, id string, wanted map[string]PermissionSettings) (API, error) {
	return c.editAPI(ctx, id, "permissions", edit{
		apply: func(d document) error {
			var now []document
			if err := d.require("permissions", &now); err != nil {
				return err
			}
			next := []document{}
			for _, key := range slices.Sorted(maps.Keys(wanted)) {
				p := document{}
				if i := slices.IndexFunc(now, func(p document) bool { return permissionKey(p) == key }); i >= 0 {
					p = now[i]
				}
				if err := errors.Join(p.set(map[string]string{"key": key}), p.set(wanted[key])); err != nil {
					return err
				}
				next = append(next, p)
			}
			return d.set(map[string]any{"permissions": next})
		},
		verify: func(d document) error {
			var now API
			if err := d.decode(&now); err != nil {
				return err
			}
			if !maps.EqualFunc(now.permissionSettings(), wanted, PermissionSettings.equal) {
				return fmt.Errorf("the permissions of API %s are no longer as written: %w", id, ErrConflict)
			}
			return nil
		},
	}, func(d document) any { return document{"permissions": d["permissions"]} })
}

// ReservedScopes returns the keys that no permission may have, in upper or lower case.
func ReservedScopes() []string {
	return strings.Fields("openid profile email email_verified groups offline_access")
}

func permissionKey(p document) (key string) {
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

// equal reports whether p and q are equal. No description equals an empty one.
func (p PermissionSettings) equal(q PermissionSettings) bool {
	text := func(d *string) string {
		if d == nil {
			return ""
		}
		return *d
	}
	return p.Name == q.Name && text(p.Description) == text(q.Description)
}

// editAPI changes a part of an API that is written at a path of its own.
func (c *Conn) editAPI(ctx context.Context, id, part string, e edit, body func(document) any) (API, error) {
	p, err := path("apis", id)
	if err != nil {
		return API{}, err
	}
	return decodeAPI(c.editTarget(ctx, e, target{
		key:  p + "/" + part,
		read: func(ctx context.Context) (document, error) { return c.document(ctx, p, id) },
		write: func(ctx context.Context, d document) (document, error) {
			return c.putDocument(ctx, p+"/"+part, id, body(d))
		},
	}))
}

func decodeAPI(doc document, err error) (a API, _ error) {
	if doc != nil {
		err = errors.Join(err, doc.decode(&a))
	}
	return a, err
}

// DeleteAPI deletes an API with its permissions and their grants. It succeeds if the API
// does not exist.
func (c *Conn) DeleteAPI(ctx context.Context, id string) error {
	err := ignoreNotFound(c.call(ctx, http.MethodDelete, nil, nil, "apis", id))
	if err == nil {
		c.baselines.of("api/apis").noteDeleted(id)
	}
	return err
}
