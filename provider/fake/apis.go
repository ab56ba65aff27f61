package fake

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// resourceServer is what Pocket ID calls an API: something that clients get
// tokens for.
type resourceServer struct {
	id, name, resource string
	createdAt          time.Time
	permissions        []permission
	openToCIMD         bool // clients that describe themselves may use it
}

type permission struct {
	permissionInput
	id         string
	openToCIMD bool
}

type permissionInput struct {
	Key         string  `json:"key"`
	Name        string  `json:"name"`
	Description *string `json:"description"`
}

func apiNotFound() problem { return notFound("API") }

func (s *Server) createAPI(r *http.Request) (int, any, error) {
	var in struct {
		Name     string `json:"name"`
		Resource string `json:"resource"`
	}
	if err := s.read(r, &in); err != nil {
		return 0, nil, err
	}
	var rules rules
	rules.required("name", in.Name)
	rules.atMost("name", in.Name, 50)
	rules.required("resource", in.Resource)
	rules.check(isResourceURI(in.Resource), "resource", "invalid_format", "must be an absolute URI without whitespace or a fragment")
	rules.atMost("resource", in.Resource, 350)
	if err := rules.err(); err != nil {
		return 0, nil, err
	}
	s.normalize(&in.Name, &in.Resource)
	if s.has.trimsResources {
		in.Resource = strings.TrimRight(in.Resource, "/")
	}
	if strings.EqualFold(strings.TrimRight(in.Resource, "/"), s.issuer(r)) {
		return 0, nil, reservedResource()
	}
	if _, same := s.apis.find(func(a *resourceServer) bool { return a.resource == in.Resource }); same {
		return 0, nil, taken("resource")
	}
	a := resourceServer{id: newID(), name: in.Name, resource: in.Resource, createdAt: s.now()}
	view := s.apiView(&a)
	a.createdAt = stored(a.createdAt)
	s.apis.put(a.id, &a)
	return http.StatusCreated, view, nil
}

func isResourceURI(s string) bool {
	u, err := url.Parse(s)
	if err != nil || !u.IsAbs() || strings.ContainsAny(s, "# \t\r\n") {
		return false
	}
	return u.Scheme != "javascript" && u.Scheme != "data"
}

func reservedResource() problem {
	p := invalid([]fieldError{{"resource", "reserved", "is reserved by Pocket ID and cannot be used for a custom API"}})
	return p.before(http.StatusBadRequest, "The resource is reserved by Pocket ID and cannot be used for a custom API")
}

func (s *Server) getAPI(r *http.Request) (int, any, error) {
	a, ok := s.apis.get(r.PathValue("id"))
	if !ok {
		return 0, nil, apiNotFound()
	}
	return http.StatusOK, s.apiView(a), nil
}

// updateAPI changes the name. A resource in the body is not even looked at: it
// is in tokens that are out already.
func (s *Server) updateAPI(r *http.Request) (int, any, error) {
	var in struct {
		Name string `json:"name"`
	}
	if err := s.read(r, &in); err != nil {
		return 0, nil, err
	}
	var rules rules
	rules.required("name", in.Name)
	rules.atMost("name", in.Name, 50)
	if err := rules.err(); err != nil {
		return 0, nil, err
	}
	a, ok := s.apis.get(r.PathValue("id"))
	if !ok {
		return 0, nil, apiNotFound()
	}
	s.normalize(&in.Name)
	a.name = in.Name
	return http.StatusOK, s.apiView(a), nil
}

func (s *Server) deleteAPI(r *http.Request) (int, any, error) {
	a, ok := s.apis.remove(r.PathValue("id"))
	if !ok {
		return 0, nil, apiNotFound()
	}
	for _, c := range s.clients.all() {
		c.setGrant(a.id, grant{})
	}
	return http.StatusNoContent, nil, nil
}

func (s *Server) listAPIs(r *http.Request) (int, any, error) {
	return http.StatusOK, listOf(r, apiListing(), s.apis.all(), s.apiView), nil
}

func apiListing() listing[resourceServer] {
	return listing[resourceServer]{
		search: func(a *resourceServer) []string { return []string{a.name, a.resource} },
		sort: map[string]func(a, b *resourceServer) int{
			"name":      by(func(a *resourceServer) string { return a.name }),
			"resource":  by(func(a *resourceServer) string { return a.resource }),
			"createdAt": func(a, b *resourceServer) int { return a.createdAt.Compare(b.createdAt) },
		},
	}
}

// setPermissions replaces an API's permissions. Those whose key stays keep their ids.
func (s *Server) setPermissions(r *http.Request) (int, any, error) {
	var in struct {
		Permissions []permissionInput `json:"permissions"`
	}
	if err := s.read(r, &in); err != nil {
		return 0, nil, err
	}
	if err := checkPermissions(in.Permissions); err != nil {
		return 0, nil, err
	}
	a, ok := s.apis.get(r.PathValue("id"))
	if !ok {
		return 0, nil, apiNotFound()
	}
	for i := range in.Permissions {
		s.normalize(&in.Permissions[i].Key, &in.Permissions[i].Name)
		if err := checkPermissionKey(in.Permissions, i); err != nil {
			return 0, nil, err
		}
	}
	a.permissions = a.withPermissions(in.Permissions)
	for _, c := range s.clients.all() {
		c.forgetPermissions(a)
	}
	return http.StatusOK, s.apiView(a), nil
}

func checkPermissions(all []permissionInput) error {
	var r rules
	for i, p := range all {
		at := fmt.Sprintf("permissions[%d].", i)
		r.required(at+"key", p.Key)
		r.atMost(at+"key", p.Key, 128)
		r.required(at+"name", p.Name)
		r.atMost(at+"name", p.Name, 50)
		r.atMost(at+"description", value(p.Description), 200)
	}
	return r.err()
}

func checkPermissionKey(all []permissionInput, i int) error {
	key := all[i].Key
	refuse := func(code, message, oldMessage string) error {
		p := invalid([]fieldError{{fmt.Sprintf("permissions[%d].key", i), code, message}})
		return p.before(http.StatusBadRequest, fmt.Sprintf("The permission key %q %s", key, oldMessage))
	}
	if slices.ContainsFunc([]rune(key), func(c rune) bool { return c <= ' ' || c > '~' || c == '"' || c == '\\' }) {
		return refuse("invalid_format", "contains characters that are not valid in an OAuth scope", "contains invalid characters")
	}
	if slices.Contains([]string{"openid", "profile", "email", "email_verified", "groups", "offline_access"}, strings.ToLower(key)) {
		return refuse("reserved", "is reserved by Pocket ID", "is reserved by Pocket ID")
	}
	if slices.ContainsFunc(all[:i], func(p permissionInput) bool { return p.Key == key }) {
		return refuse("duplicate", "is listed more than once", "is listed more than once")
	}
	return nil
}

// withPermissions keeps the old ones that are wanted in their place and adds the new ones.
func (a *resourceServer) withPermissions(wanted []permissionInput) []permission {
	var all []permission
	for _, old := range a.permissions {
		at := slices.IndexFunc(wanted, func(w permissionInput) bool { return w.Key == old.Key })
		if at >= 0 {
			old.permissionInput = wanted[at]
			all = append(all, old)
		}
	}
	for _, w := range wanted {
		if !slices.ContainsFunc(all, func(p permission) bool { return p.Key == w.Key }) {
			all = append(all, permission{permissionInput: w, id: newID()})
		}
	}
	return all
}

// setCIMDAccess opens an API to clients that describe themselves.
func (s *Server) setCIMDAccess(r *http.Request) (int, any, error) {
	var in struct {
		Enabled       bool     `json:"enabled"`
		PermissionIDs []string `json:"permissionIds"`
	}
	if err := s.read(r, &in); err != nil {
		return 0, nil, err
	}
	a, ok := s.apis.get(r.PathValue("id"))
	if !ok {
		return 0, nil, apiNotFound()
	}
	a.openToCIMD = in.Enabled
	for i, p := range a.permissions {
		a.permissions[i].openToCIMD = slices.Contains(in.PermissionIDs, p.id)
	}
	return http.StatusOK, s.apiView(a), nil
}

func (s *Server) apiView(a *resourceServer) object {
	permissions := []object{}
	for _, p := range a.permissions {
		v := object{"id": p.id, "key": p.Key, "name": p.Name}
		if p.Description != nil {
			v["description"] = p.Description
		}
		if s.has.metadataClients {
			v["allowedForCimdClients"] = p.openToCIMD
		}
		permissions = append(permissions, v)
	}
	v := object{"id": a.id, "name": a.name, "resource": a.resource, "createdAt": a.createdAt, "permissions": permissions}
	if s.has.metadataClients {
		v["allowCimdClients"] = a.openToCIMD
	}
	return v
}
