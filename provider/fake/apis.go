package fake

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

func apiNotFound() apiError { return notFound("API") }

func (s *state) createAPI(r *http.Request) (int, any, error) {
	var in struct {
		Name     string `json:"name"`
		Resource string `json:"resource"`
	}
	if err := s.decode(r, &in); err != nil {
		return 0, nil, err
	}
	var v validator
	v.required("name", in.Name)
	v.maxLength("name", in.Name, 50)
	v.required("resource", in.Resource)
	v.check(isResourceURI(in.Resource), "resource", "invalid_format", "must be an absolute URI without whitespace or a fragment")
	v.maxLength("resource", in.Resource, 350)
	if err := v.err(); err != nil {
		return 0, nil, err
	}
	s.normalizeNFC(&in.Name, &in.Resource)
	if s.features.trimsResourceSlash {
		in.Resource = strings.TrimRight(in.Resource, "/")
	}
	if strings.EqualFold(strings.TrimRight(in.Resource, "/"), s.issuer(r)) {
		return 0, nil, reservedResource()
	}
	if _, exists := s.apis.find(func(a *resourceServer) bool { return a.resource == in.Resource }); exists {
		return 0, nil, alreadyInUse("resource")
	}
	a := resourceServer{id: newID(), name: in.Name, resource: in.Resource, createdAt: s.now()}
	view := s.apiView(&a)
	a.createdAt = storedTime(a.createdAt)
	s.apis.put(a.id, &a)
	return http.StatusCreated, view, nil
}

// isResourceURI reports whether s is an absolute URI without whitespace, without a
// fragment and without a scheme that runs code.
func isResourceURI(s string) bool {
	u, err := url.Parse(s)
	if err != nil || !u.IsAbs() || strings.ContainsAny(s, "# \t\r\n") {
		return false
	}
	return u.Scheme != "javascript" && u.Scheme != "data"
}

// reservedResource reports an API whose resource is the issuer.
func reservedResource() apiError {
	e := invalidFields([]fieldError{{"resource", "reserved", "is reserved by Pocket ID and cannot be used for a custom API"}})
	return e.before213(http.StatusBadRequest, "The resource is reserved by Pocket ID and cannot be used for a custom API")
}

func (s *state) getAPI(r *http.Request) (int, any, error) {
	a, ok := s.apis.get(r.PathValue("id"))
	if !ok {
		return 0, nil, apiNotFound()
	}
	return http.StatusOK, s.apiView(a), nil
}

// updateAPI changes the name. It ignores a resource in the body, because issued
// tokens contain the old one.
func (s *state) updateAPI(r *http.Request) (int, any, error) {
	var in struct {
		Name string `json:"name"`
	}
	if err := s.decode(r, &in); err != nil {
		return 0, nil, err
	}
	var v validator
	v.required("name", in.Name)
	v.maxLength("name", in.Name, 50)
	if err := v.err(); err != nil {
		return 0, nil, err
	}
	a, ok := s.apis.get(r.PathValue("id"))
	if !ok {
		return 0, nil, apiNotFound()
	}
	s.normalizeNFC(&in.Name)
	a.name = in.Name
	return http.StatusOK, s.apiView(a), nil
}

func (s *state) deleteAPI(r *http.Request) (int, any, error) {
	a, ok := s.apis.remove(r.PathValue("id"))
	if !ok {
		return 0, nil, apiNotFound()
	}
	for _, c := range s.clients.all() {
		c.setGrant(a.id, grant{})
	}
	return http.StatusNoContent, nil, nil
}

func (s *state) listAPIs(r *http.Request) (int, any, error) {
	return http.StatusOK, listPage(r, apiColumns(), s.apis.all(), s.apiView), nil
}

func apiColumns() columns[resourceServer] {
	return columns[resourceServer]{
		search: func(a *resourceServer) []string { return []string{a.name, a.resource} },
		sort: map[string]func(a, b *resourceServer) int{
			"name":      compareBy(func(a *resourceServer) string { return a.name }),
			"resource":  compareBy(func(a *resourceServer) string { return a.resource }),
			"createdAt": func(a, b *resourceServer) int { return a.createdAt.Compare(b.createdAt) },
		},
	}
}

// setPermissions replaces the permissions of an API. A permission whose key is in
// the old and the new list keeps its ID.
func (s *state) setPermissions(r *http.Request) (int, any, error) {
	var in struct {
		Permissions []permissionInput `json:"permissions"`
	}
	if err := s.decode(r, &in); err != nil {
		return 0, nil, err
	}
	if err := validatePermissions(in.Permissions); err != nil {
		return 0, nil, err
	}
	a, ok := s.apis.get(r.PathValue("id"))
	if !ok {
		return 0, nil, apiNotFound()
	}
	for i := range in.Permissions {
		s.normalizeNFC(&in.Permissions[i].Key, &in.Permissions[i].Name)
		if err := validatePermissionKey(in.Permissions, i); err != nil {
			return 0, nil, err
		}
	}
	a.permissions = a.mergePermissions(in.Permissions)
	for _, c := range s.clients.all() {
		c.dropDeletedPermissions(a)
	}
	return http.StatusOK, s.apiView(a), nil
}

// validatePermissions reports the fields of all permissions by their names, without the
// index of the permission.
func validatePermissions(all []permissionInput) error {
	var every validator
	for _, p := range all {
		var v validator
		v.required("key", p.Key)
		v.maxLength("key", p.Key, 128)
		v.required("name", p.Name)
		v.maxLength("name", p.Name, 50)
		v.maxLength("description", stringValue(p.Description), 200)
		every.failed = append(every.failed, v.failed...)
	}
	return every.err()
}

// validatePermissionKey validates the key at an index.
func validatePermissionKey(all []permissionInput, index int) error {
	key := all[index].Key
	refuse := func(code, message, messageBefore213 string) error {
		e := invalidFields([]fieldError{{fmt.Sprintf("permissions[%d].key", index), code, message}})
		return e.before213(http.StatusBadRequest, fmt.Sprintf("The permission key %q %s", key, messageBefore213))
	}
	if slices.ContainsFunc([]rune(key), func(c rune) bool { return c <= ' ' || c > '~' || c == '"' || c == '\\' }) {
		return refuse("invalid_format", "contains characters that are not valid in an OAuth scope", "contains invalid characters")
	}
	if slices.Contains([]string{"openid", "profile", "email", "email_verified", "groups", "offline_access"}, strings.ToLower(key)) {
		return refuse("reserved", "is reserved by Pocket ID", "is reserved by Pocket ID")
	}
	if slices.ContainsFunc(all[:index], func(p permissionInput) bool { return p.Key == key }) {
		return refuse("duplicate", "is listed more than once", "is listed more than once")
	}
	return nil
}

// mergePermissions returns the permissions with these inputs. Existing ones come
// first, in their old order and with their old IDs. The server adds several new ones in
// random order.
func (a *resourceServer) mergePermissions(inputs []permissionInput) []permission {
	var merged []permission
	for _, old := range a.permissions {
		index := slices.IndexFunc(inputs, func(in permissionInput) bool { return in.Key == old.Key })
		if index >= 0 {
			old.permissionInput = inputs[index]
			merged = append(merged, old)
		}
	}
	for _, in := range inputs {
		if !slices.ContainsFunc(merged, func(p permission) bool { return p.Key == in.Key }) {
			merged = append(merged, permission{permissionInput: in, id: newID()})
		}
	}
	return merged
}

// setCIMDAccess opens an API, and some of its permissions, to clients with a client
// ID metadata document.
func (s *state) setCIMDAccess(r *http.Request) (int, any, error) {
	var in struct {
		Enabled       bool     `json:"enabled"`
		PermissionIDs []string `json:"permissionIds"`
	}
	if err := s.decode(r, &in); err != nil {
		return 0, nil, err
	}
	a, ok := s.apis.get(r.PathValue("id"))
	if !ok {
		return 0, nil, apiNotFound()
	}
	a.allowsCIMDClients = in.Enabled
	for i, p := range a.permissions {
		a.permissions[i].allowsCIMDClients = slices.Contains(in.PermissionIDs, p.id)
	}
	return http.StatusOK, s.apiView(a), nil
}

func (s *state) apiView(a *resourceServer) object {
	permissions := []object{}
	for _, p := range a.permissions {
		v := object{"id": p.id, "key": p.Key, "name": p.Name}
		if p.Description != nil {
			v["description"] = p.Description
		}
		if s.features.cimdAccess {
			v["allowedForCimdClients"] = p.allowsCIMDClients
		}
		permissions = append(permissions, v)
	}
	v := object{"id": a.id, "name": a.name, "resource": a.resource, "createdAt": a.createdAt, "permissions": permissions}
	if s.features.cimdAccess {
		v["allowCimdClients"] = a.allowsCIMDClients
	}
	return v
}
