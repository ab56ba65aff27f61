package fake

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// Seed has the objects that a server has from the start. Each object has the fields that the
// API of Pocket ID takes, and is created with the same rules. Fields that name other objects
// do so by name, because the IDs of groups are random.
type Seed struct {
	// Groups have the fields of POST /api/user-groups, and customClaims.
	Groups []map[string]any `json:"groups"`
	// Users have the fields of POST /api/users, groups (names) and customClaims.
	Users []map[string]any `json:"users"`
	// Clients have the fields of POST /api/oidc/clients, allowedUserGroups (names) and secrets
	// (values; at most one before version 2.14).
	Clients []map[string]any `json:"clients"`
}

// ReadSeed reads a seed in JSON. A field that a seed does not have is an error.
func ReadSeed(r io.Reader) (*Seed, error) {
	decoder := json.NewDecoder(r)
	decoder.DisallowUnknownFields()
	var seed Seed
	if err := decoder.Decode(&seed); err != nil {
		return nil, fmt.Errorf("the seed is not valid: %w", err)
	}
	if _, err := decoder.Token(); err != io.EOF {
		return nil, fmt.Errorf("the seed is not valid: text after the end of the object")
	}
	return &seed, nil
}

// decoded returns a seed with the types that JSON has: a program in Go can contain a []string.
func decoded(seed *Seed) (*Seed, error) {
	raw, err := json.Marshal(seed)
	if err != nil {
		return nil, fmt.Errorf("the seed is not valid: %w", err)
	}
	return ReadSeed(bytes.NewReader(raw))
}

// sower creates the objects of a seed through the API of a server.
type sower struct {
	server          http.Handler
	apiKey, version string
	oneSecret       bool           // the version has one secret per client
	groups          map[string]any // ID by name
}

func (sower sower) sow(in *Seed) error {
	seed, err := decoded(in)
	if err != nil {
		return err
	}
	sower.groups = map[string]any{}
	for i, group := range seed.Groups {
		if err := sower.group(group); err != nil {
			return fmt.Errorf("seed: groups[%d]: %w", i, err)
		}
	}
	for i, user := range seed.Users {
		if err := sower.user(user); err != nil {
			return fmt.Errorf("seed: users[%d]: %w", i, err)
		}
	}
	for i, client := range seed.Clients {
		if err := sower.client(client); err != nil {
			return fmt.Errorf("seed: clients[%d]: %w", i, err)
		}
	}
	return nil
}

func (s sower) group(group map[string]any) error {
	body, extra := split(group, "customClaims")
	created, err := s.create("/api/user-groups", body)
	if err != nil {
		return err
	}
	name, _ := created["name"].(string)
	s.groups[norm.NFC.String(name)] = created["id"]
	return s.sendIfSet("PUT", "/api/custom-claims/user-group/"+text(created["id"]), extra["customClaims"])
}

func (s sower) user(user map[string]any) error {
	body, extra := split(user, "customClaims", "groups")
	groups, err := s.groupIDs(extra["groups"])
	if err != nil {
		return err
	}
	created, err := s.create("/api/users", body)
	if err != nil {
		return err
	}
	path := text(created["id"])
	if groups != nil {
		if _, err := s.send("PUT", "/api/users/"+path+"/user-groups", map[string]any{"userGroupIds": groups}); err != nil {
			return err
		}
	}
	return s.sendIfSet("PUT", "/api/custom-claims/user/"+path, extra["customClaims"])
}

func (s sower) client(client map[string]any) error {
	body, extra := split(client, "allowedUserGroups", "secrets")
	groups, err := s.groupIDs(extra["allowedUserGroups"])
	if err != nil {
		return err
	}
	if _, isSet := body["isGroupRestricted"]; !isSet && groups != nil {
		body["isGroupRestricted"] = true
	}
	created, err := s.create("/api/oidc/clients", body)
	if err != nil {
		return err
	}
	path := "/api/oidc/clients/" + text(created["id"])
	if groups != nil {
		if _, err := s.send("PUT", path+"/allowed-user-groups", map[string]any{"userGroupIds": groups}); err != nil {
			return err
		}
	}
	secrets, isList := extra["secrets"].([]any)
	if extra["secrets"] != nil && !isList {
		return errors.New("secrets must be a list of values") // which must not be in the error
	}
	route := "/secrets"
	if s.oneSecret {
		route = "/secret"
	}
	if len(secrets) > 1 && s.oneSecret {
		return fmt.Errorf("version %s has one secret per client (got %d)", s.version, len(secrets))
	}
	for _, secret := range secrets {
		if _, err := s.send("POST", path+route, map[string]any{"secret": secret}); err != nil {
			return err
		}
	}
	return nil
}

// groupIDs returns the IDs of groups of the seed; nil if the field is not set.
func (s sower) groupIDs(names any) ([]any, error) {
	if names == nil {
		return nil, nil
	}
	list, ok := names.([]any)
	if !ok {
		return nil, fmt.Errorf("groups must be a list of names (got %v)", names)
	}
	ids := []any{}
	for _, name := range list {
		id, known := s.groups[norm.NFC.String(text(name))]
		if !known {
			return nil, fmt.Errorf("the seed has no group %q; it has %q", text(name), slices.Sorted(maps.Keys(s.groups)))
		}
		ids = append(ids, id)
	}
	return ids, nil
}

func (s sower) sendIfSet(method, path string, body any) error {
	if body == nil {
		return nil
	}
	_, err := s.send(method, path, body)
	return err
}

// create creates an object. Unlike the server, it does not ignore a field that a request cannot
// set.
func (s sower) create(path string, body map[string]any) (map[string]any, error) {
	created, err := s.send("POST", path, body)
	if err != nil {
		return nil, err
	}
	if id := body["id"]; id != nil && created["id"] != id {
		return nil, fmt.Errorf("version %s does not let the request choose the id", s.version)
	}
	switch field, known := ignoredIn(created, body); {
	case field != "" && known:
		return nil, fmt.Errorf("version %s ignores the field %s in the request", s.version, field)
	case field != "":
		return nil, fmt.Errorf("version %s has no field %s", s.version, field)
	}
	return created, nil
}

// ignoredIn returns a field that was sent and that is not in the created object as it was sent,
// or "". known is whether the object has the field.
func ignoredIn(created, sent any) (field string, known bool) {
	switch sent := sent.(type) {
	case map[string]any:
		has, _ := created.(map[string]any)
		fields := map[string]any{}
		for name, value := range has {
			fields[strings.ToLower(name)] = value // the server ignores the case of names
		}
		for _, name := range slices.Sorted(maps.Keys(sent)) {
			value, known := fields[strings.ToLower(name)]
			if isIgnored(value, sent[name]) {
				return name, known
			}
			if field, known := ignoredIn(value, sent[name]); field != "" {
				return strings.Replace(name+"."+field, ".[", "[", 1), known
			}
		}
	case []any:
		list, _ := created.([]any)
		for i := range sent {
			if isIgnored(list[i], sent[i]) {
				return fmt.Sprintf("[%d]", i), true
			}
			if field, known := ignoredIn(list[i], sent[i]); field != "" {
				return fmt.Sprintf("[%d].%s", i, field), known
			}
		}
	}
	return "", false
}

// isIgnored reports whether a value is not the one that was sent. The server normalizes texts, and
// can set what was sent as empty.
func isIgnored(value, sent any) bool {
	switch sent := sent.(type) {
	case nil:
		return false
	case string:
		text, _ := value.(string)
		return sent != "" && norm.NFC.String(text) != norm.NFC.String(sent)
	case []any:
		list, _ := value.([]any)
		return len(list) < len(sent)
	case map[string]any:
		_, isMap := value.(map[string]any)
		return !isMap
	}
	return sent != false && sent != 0.0 && value != sent
}

// send sends a request to the server and returns the object in the response.
func (s sower) send(method, path string, body any) (map[string]any, error) {
	content, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequest(method, path, bytes.NewReader(content))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("X-API-Key", s.apiKey)
	response := &memoryResponse{header: http.Header{}}
	s.server.ServeHTTP(response, request)
	if response.status/100 != 2 {
		return nil, fmt.Errorf("%s %s: %d %s", method, path, response.status, bytes.TrimSpace(response.body.Bytes()))
	}
	var created map[string]any
	_ = json.Unmarshal(response.body.Bytes(), &created) // claims are answered with a list
	return created, nil
}

// split separates fields that are no part of a request from the others.
func split(fields map[string]any, names ...string) (body, extra map[string]any) {
	body, extra = maps.Clone(fields), map[string]any{}
	for _, name := range names {
		if value, isSet := body[name]; isSet {
			extra[name] = value
			delete(body, name)
		}
	}
	return body, extra
}

func text(v any) string {
	s, _ := v.(string)
	return s
}

// memoryResponse is a response in memory. The recorder of httptest would add flags to every
// program.
type memoryResponse struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (r *memoryResponse) Header() http.Header { return r.header }

func (r *memoryResponse) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
}

func (r *memoryResponse) Write(content []byte) (int, error) {
	r.WriteHeader(http.StatusOK)
	return r.body.Write(content)
}
