package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
)

// SCIMProvider is a SCIM service provider: the application of a client to which Pocket ID
// sends users and groups. The server returns its token in clear text.
type SCIMProvider struct {
	ID string `json:"id"`
	SCIMSettings
}

// SCIMSettings are the writable settings of a SCIM provider.
type SCIMSettings struct {
	Endpoint string `json:"endpoint"`
	Token    string `json:"token"`
}

// GetSCIMProvider reads the SCIM provider of a client. The server has no other route to
// read one, and returns the first if a client has several. It returns ErrNotFound if the
// client or the provider does not exist.
func (c *Conn) GetSCIMProvider(ctx context.Context, clientID string) (found SCIMProvider, err error) {
	err = c.call(ctx, http.MethodGet, nil, &found, "oidc", "clients", clientID, "scim-service-provider")
	if err == nil && found.ID == "" {
		err = request{method: http.MethodGet, path: "api/oidc/clients/" + url.PathEscape(clientID) + "/scim-service-provider"}.missingField("id")
	}
	return found, err
}

// CreateSCIMProvider creates the SCIM provider of a client. It fails if the client has
// one, because the server would store a second one that nobody can read. If a response
// is lost, it reads the provider of the client.
func (c *Conn) CreateSCIMProvider(ctx context.Context, clientID string, s SCIMSettings) (created SCIMProvider, err error) {
	if _, err := c.GetClient(ctx, clientID); err != nil {
		return created, err
	}
	existing, exists, err := ifFound(c.GetSCIMProvider(ctx, clientID))
	if err != nil {
		return created, err
	}
	if exists {
		return created, &ExistsError{"SCIM service provider", clientID, fmt.Sprintf("client %s has a SCIM service provider already, for %q", clientID, printable(existing.Endpoint, 200))}
	}
	return create(ctx, c, creation[SCIMProvider]{
		path: "api/scim/service-provider",
		body: struct {
			SCIMSettings
			ClientID string `json:"oidcClientId"`
		}{s, clientID},
		secret: s.Token,
		find: func(ctx context.Context) (SCIMProvider, bool, error) {
			found, exists, err := ifFound(c.GetSCIMProvider(ctx, clientID))
			if exists && found.SCIMSettings != s {
				return found, false, fmt.Errorf("the client now has a SCIM service provider with the endpoint %q", printable(found.Endpoint, 200))
			}
			return found, exists, err
		},
		isComplete: func(created SCIMProvider) bool { return created.ID != "" },
		unknown:    OutcomeUnknownError{Kind: "SCIM service provider", Key: clientID},
	})
}

// SCIMChange is a change of a SCIM provider. A nil token keeps the token that the server has.
type SCIMChange struct {
	Endpoint string  `json:"endpoint"`
	Token    *string `json:"token,omitempty"`
}

// UpdateSCIMProvider updates the SCIM provider of a client, keeps unknown fields, and
// returns the provider as it is afterwards. The server clears an omitted token, so a token
// that is kept is written as it was just read.
func (c *Conn) UpdateSCIMProvider(ctx context.Context, clientID string, s SCIMChange) (now SCIMProvider, err error) {
	address, err := path("oidc", "clients", clientID, "scim-service-provider")
	if err != nil {
		return now, err
	}
	doc, err := c.editTarget(ctx, edit{
		apply: func(d document) error {
			return errors.Join(d.set(s), d.set(map[string]string{"oidcClientId": clientID})) // a read does not return it
		},
		verify: func(d document) error {
			var have SCIMSettings
			if err := d.decode(&have); err != nil {
				return err
			}
			if have.Endpoint != s.Endpoint || s.Token != nil && have.Token != *s.Token {
				return fmt.Errorf("the SCIM service provider of client %s is no longer as written: %w", clientID, ErrConflict)
			}
			return nil
		},
	}, target{
		key: address,
		read: func(ctx context.Context) (doc document, err error) {
			if err = c.callPath(ctx, http.MethodGet, address, nil, nil, &doc); err == nil {
				err = doc.requireFields("id", "endpoint", "token")
			}
			return doc, err
		},
		write: c.putSCIMProvider,
	})
	if doc != nil {
		err = errors.Join(err, doc.decode(&now))
	}
	return now, err
}

// putSCIMProvider writes a SCIM provider at the path of its ID, and returns the provider in the
// response, or nil if it contains none.
func (c *Conn) putSCIMProvider(ctx context.Context, provider document) (document, error) {
	var id string
	if err := provider.require("id", &id); err != nil {
		return nil, err
	}
	address, err := path("scim", "service-provider", id)
	if err != nil {
		return nil, err
	}
	return c.putDocument(ctx, address, id, provider)
}

// DeleteSCIMProvider deletes a SCIM provider. The users and groups that were sent stay in
// the application. It succeeds if the provider does not exist.
func (c *Conn) DeleteSCIMProvider(ctx context.Context, id string) error {
	return ignoreNotFound(c.call(ctx, http.MethodDelete, nil, nil, "scim", "service-provider", id))
}

// ClientSCIMProvider is a SCIM provider with its client.
type ClientSCIMProvider struct {
	Client OIDCClient
	SCIMProvider
}

// ListSCIMProviders lists the SCIM providers of all clients, sorted by the name of the client.
// It omits clients whose ID is a URL. It reads each client, because the server has no list.
func (c *Conn) ListSCIMProviders(ctx context.Context) ([]ClientSCIMProvider, error) {
	all, err := c.ListClients(ctx)
	if err != nil {
		return nil, err
	}
	var providers []ClientSCIMProvider
	for _, client := range all {
		if !IsPathSegment(client.ID) {
			continue
		}
		switch found, err := c.GetSCIMProvider(ctx, client.ID); {
		case err == nil:
			providers = append(providers, ClientSCIMProvider{client, found})
		case !errors.Is(err, ErrNotFound):
			return nil, err
		}
	}
	return providers, nil
}
