package fake

import "net/http"

func (s *state) decodeSCIM(r *http.Request, in *scimInput) error {
	if err := s.decode(r, in); err != nil {
		return err
	}
	var v validator
	v.required("endpoint", in.Endpoint)
	v.url("endpoint", in.Endpoint)
	v.required("oidcClientId", in.OidcClientID)
	return v.err()
}

// createSCIM does not check whether the client has a provider. As on the server, a
// client can have several, of which only the first can be read.
func (s *state) createSCIM(r *http.Request) (int, any, error) {
	p := scimProvider{id: newID(), createdAt: s.now()}
	if err := s.decodeSCIM(r, &p.scimInput); err != nil {
		return 0, nil, err
	}
	if _, ok := s.clients.get(p.OidcClientID); !ok {
		return 0, nil, clientNotFound().before213(http.StatusInternalServerError, somethingWentWrong)
	}
	view := s.scimView(&p)
	p.createdAt = storedTime(p.createdAt)
	s.scimProviders.put(p.id, &p)
	return http.StatusCreated, view, nil
}

func (s *state) updateSCIM(r *http.Request) (int, any, error) {
	var in scimInput
	if err := s.decodeSCIM(r, &in); err != nil {
		return 0, nil, err
	}
	p, ok := s.scimProviders.get(r.PathValue("id"))
	if !ok {
		return 0, nil, scimNotFound()
	}
	if _, ok := s.clients.get(in.OidcClientID); !ok {
		return 0, nil, clientNotFound().before213(http.StatusInternalServerError, somethingWentWrong)
	}
	p.scimInput = in
	return http.StatusOK, s.scimView(p), nil
}

func (s *state) deleteSCIM(r *http.Request) (int, any, error) {
	if _, ok := s.scimProviders.remove(r.PathValue("id")); !ok && s.features.missingIsError {
		return 0, nil, scimNotFound()
	}
	return http.StatusNoContent, nil, nil
}

// syncSCIM sends nothing and sets only lastSyncedAt. Not recorded.
func (s *state) syncSCIM(r *http.Request) (int, any, error) {
	p, ok := s.scimProviders.get(r.PathValue("id"))
	if !ok {
		return 0, nil, scimNotFound()
	}
	now := storedTime(s.now())
	p.lastSynced = &now
	return http.StatusOK, nil, nil
}

func (s *state) getClientSCIM(r *http.Request) (int, any, error) {
	id := s.clientIDFromPath(r, "id")
	p, ok := s.scimProviders.find(func(p *scimProvider) bool { return p.OidcClientID == id })
	if !ok {
		return 0, nil, scimNotFound()
	}
	return http.StatusOK, s.scimView(p), nil
}

func scimNotFound() apiError { return notFound("SCIM service provider") }

// scimView returns, as the server does, an empty client in place of the provider's
// client, and the token in plain text.
func (s *state) scimView(p *scimProvider) object {
	emptyClient := s.metaView(&client{})
	if s.features.clientType {
		emptyClient["clientType"] = ""
	}
	return object{
		"id":           p.id,
		"endpoint":     p.Endpoint,
		"token":        p.Token,
		"lastSyncedAt": p.lastSynced,
		"oidcClient":   emptyClient,
		"createdAt":    p.createdAt,
	}
}
