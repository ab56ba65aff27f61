package fake

import (
	"net/http"
	"time"
)

// scimProvider is a server that is told of users and groups on a client's behalf.
type scimProvider struct {
	scimInput
	id         string
	createdAt  time.Time
	lastSynced *time.Time
}

type scimInput struct {
	Endpoint     string `json:"endpoint"`
	Token        string `json:"token"`
	OidcClientID string `json:"oidcClientId"`
}

func (s *Server) readSCIM(r *http.Request, in *scimInput) error {
	if err := s.read(r, in); err != nil {
		return err
	}
	var rules rules
	rules.required("endpoint", in.Endpoint)
	rules.url("endpoint", in.Endpoint)
	rules.required("oidcClientId", in.OidcClientID)
	return rules.err()
}

// createSCIM never looks for another provider of the client: there can be many,
// though only the first can be read.
func (s *Server) createSCIM(r *http.Request) (int, any, error) {
	p := scimProvider{id: newID(), createdAt: s.now()}
	if err := s.readSCIM(r, &p.scimInput); err != nil {
		return 0, nil, err
	}
	if _, ok := s.clients.get(p.OidcClientID); !ok {
		return 0, nil, clientNotFound().before(http.StatusInternalServerError, somethingWentWrong)
	}
	view := s.scimView(&p)
	p.createdAt = stored(p.createdAt)
	s.scim.put(p.id, &p)
	return http.StatusCreated, view, nil
}

func (s *Server) updateSCIM(r *http.Request) (int, any, error) {
	var in scimInput
	if err := s.readSCIM(r, &in); err != nil {
		return 0, nil, err
	}
	p, ok := s.scim.get(r.PathValue("id"))
	if !ok {
		return 0, nil, scimNotFound()
	}
	if _, ok := s.clients.get(in.OidcClientID); !ok {
		return 0, nil, clientNotFound().before(http.StatusInternalServerError, somethingWentWrong)
	}
	p.scimInput = in
	return http.StatusOK, s.scimView(p), nil
}

func (s *Server) deleteSCIM(r *http.Request) (int, any, error) {
	if _, ok := s.scim.remove(r.PathValue("id")); !ok && s.has.missingIsAnError {
		return 0, nil, scimNotFound()
	}
	return http.StatusNoContent, nil, nil
}

// syncSCIM tells nobody anything.
func (s *Server) syncSCIM(r *http.Request) (int, any, error) {
	p, ok := s.scim.get(r.PathValue("id"))
	if !ok {
		return 0, nil, scimNotFound()
	}
	now := stored(s.now())
	p.lastSynced = &now
	return http.StatusOK, nil, nil
}

func (s *Server) clientSCIM(r *http.Request) (int, any, error) {
	id := s.clientID(r, "id")
	p, ok := s.scim.find(func(p *scimProvider) bool { return p.OidcClientID == id })
	if !ok {
		return 0, nil, scimNotFound()
	}
	return http.StatusOK, s.scimView(p), nil
}

func scimNotFound() problem { return notFound("SCIM service provider") }

// scimView has a stub where the client should be, and the token in clear.
func (s *Server) scimView(p *scimProvider) object {
	stub := s.metaView(&client{})
	if s.has.clientType {
		stub["clientType"] = ""
	}
	return object{
		"id":           p.id,
		"endpoint":     p.Endpoint,
		"token":        p.Token,
		"lastSyncedAt": p.lastSynced,
		"oidcClient":   stub,
		"createdAt":    p.createdAt,
	}
}
