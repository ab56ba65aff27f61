package api

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// store is a server of JSON objects with GET, PUT, POST to a list and DELETE.
type store struct {
	requestLog
	objects map[string]document // by path
}

func newStore(objects map[string]string) *store {
	s := &store{objects: map[string]document{}}
	for path, text := range objects {
		var d document
		if err := json.Unmarshal([]byte(text), &d); err != nil {
			panic(err)
		}
		s.objects[path] = d
	}
	return s
}

func (s *store) handle(w http.ResponseWriter, r *http.Request) {
	s.record(r)
	s.mu.Lock()
	defer s.mu.Unlock()
	var in document
	if body, _ := io.ReadAll(r.Body); len(body) > 0 {
		if err := json.Unmarshal(body, &in); err != nil {
			respond(w, 400, `{"error":"Invalid request body","code":"invalid_request_body"}`)
			return
		}
	}
	stored, exists := s.objects[r.URL.Path]
	switch {
	case r.Method == http.MethodPost:
		var id string
		_ = in.get("id", &id)
		at := r.URL.Path + "/" + id
		if _, taken := s.objects[at]; taken {
			respond(w, 409, conflictBody)
			return
		}
		s.objects[at] = in
		respond(w, 201, toJSON(in))
	case !exists && r.Method == http.MethodGet && r.URL.Query().Has("pagination[page]"):
		respond(w, 200, toJSON(map[string]any{"data": s.listed(r.URL.Path), "pagination": map[string]int{"totalPages": 1}}))
	case !exists:
		respond(w, 404, notFoundBody)
	case r.Method == http.MethodGet:
		respond(w, 200, toJSON(stored))
	case r.Method == http.MethodPut:
		in["id"] = stored["id"]
		s.objects[r.URL.Path] = in
		respond(w, 200, toJSON(in))
	case r.Method == http.MethodDelete:
		delete(s.objects, r.URL.Path)
		w.WriteHeader(http.StatusNoContent)
	}
}

// listed returns the objects below a path.
func (s *store) listed(path string) []document {
	all := []document{}
	for _, at := range slices.Sorted(maps.Keys(s.objects)) {
		if strings.HasPrefix(at, path+"/") {
			all = append(all, s.objects[at])
		}
	}
	return all
}

// get returns a field of an object on the server.
func (s *store) get(path, field string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return string(s.objects[path][field])
}

// put changes a field like another writer.
func (s *store) put(path, field, value string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.objects[path][field] = json.RawMessage(value)
}
