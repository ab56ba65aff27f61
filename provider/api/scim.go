package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
)

// SCIMProvider is an application that Pocket ID tells of users and groups on behalf
// of a client. The server tells its token in clear.
type SCIMProvider struct {
	ID string `json:"id"`
	SCIMSettings
}

// SCIMSettings is the part of it that its owner writes.
type SCIMSettings struct {
	Endpoint string `json:"endpoint"`
	Token    string `json:"token"`
}

// GetSCIMProvider reads the SCIM provider of a client. The server has no other way
// to read one, and where a client has several it tells the first. A client that is
// gone and a provider that is gone are both ErrNotFound.
func (c *Conn) GetSCIMProvider(ctx context.Context, clientID string) (found SCIMProvider, err error) {
	err = c.call(ctx, http.MethodGet, nil, &found, "oidc", "clients", clientID, "scim-service-provider")
	if err == nil && found.ID == "" {
		err = request{method: http.MethodGet, path: "api/oidc/clients/" + url.PathEscape(clientID) + "/scim-service-provider"}.lacks("id")
	}
	return found, err
}

// CreateSCIMProvider gives a client a SCIM provider; it must have none, for the
// server would keep a second one that nobody can read. An answer that gets lost is
// settled by reading the client's.
func (c *Conn) CreateSCIMProvider(ctx context.Context, clientID string, s SCIMSettings) (made SCIMProvider, err error) {
	if _, err := c.GetClient(ctx, clientID); err != nil {
		return made, err
	}
	switch found, err := c.GetSCIMProvider(ctx, clientID); {
	case err == nil:
		return made, &Exists{"SCIM service provider", clientID, fmt.Sprintf("client %s has a SCIM service provider already, for %q", clientID, clipped(found.Endpoint, 200))}
	case !errors.Is(err, ErrNotFound):
		return made, err
	}
	body, err := json.Marshal(struct {
		SCIMSettings
		ClientID string `json:"oidcClientId"`
	}{s, clientID})
	if err != nil {
		return made, err
	}
	r := request{method: http.MethodPost, path: "api/scim/service-provider", body: body, kind: "application/json", secret: s.Token}
	err = c.retry.do(ctx, attempts{
		settle: func(ctx context.Context) (bool, error) {
			found, err := c.GetSCIMProvider(ctx, clientID)
			switch {
			case errors.Is(err, ErrNotFound):
				return false, nil
			case err == nil && found.SCIMSettings != s:
				err = fmt.Errorf("meanwhile the client has one for %q", clipped(found.Endpoint, 200))
			}
			made = found
			return err == nil, err
		},
		lost: func(err error) error { return &Undecided{Kind: "SCIM service provider", Key: clientID, Err: err} },
	}, func() error { return c.make(ctx, r, &made, func() bool { return made.ID != "" }) })
	return made, err
}

// UpdateSCIMProvider writes s over the SCIM provider of a client, keeps what else the
// server has there, and returns the provider as it is afterwards. The token is always
// written: without one the server would forget it.
func (c *Conn) UpdateSCIMProvider(ctx context.Context, clientID string, s SCIMSettings) (now SCIMProvider, err error) {
	found, err := c.GetSCIMProvider(ctx, clientID)
	if err != nil {
		return now, err
	}
	read, err := path("oidc", "clients", clientID, "scim-service-provider")
	if err != nil {
		return now, err
	}
	write, err := path("scim", "service-provider", found.ID)
	if err != nil {
		return now, err
	}
	doc, err := c.editWhole(ctx, edit{
		apply: func(d document) error {
			return errors.Join(d.set(s), d.set(map[string]string{"oidcClientId": clientID})) // which it does not tell
		},
		kept: func(d document) error {
			var have SCIMSettings
			if err := d.into(&have); err != nil {
				return err
			}
			if have != s {
				return fmt.Errorf("%w: the SCIM service provider of client %s did not stay as written", ErrConflict, clientID)
			}
			return nil
		},
	}, whole{
		key:   write,
		read:  func(ctx context.Context) (document, error) { return c.document(ctx, read, found.ID) },
		write: func(ctx context.Context, d document) error { return c.put(ctx, write, d) },
	})
	if doc != nil {
		err = errors.Join(err, doc.into(&now))
	}
	return now, err
}

// DeleteSCIMProvider removes a SCIM provider; what it told the application stays
// there. Nothing happens if it is gone already.
func (c *Conn) DeleteSCIMProvider(ctx context.Context, id string) error {
	return gone(c.call(ctx, http.MethodDelete, nil, nil, "scim", "service-provider", id))
}

// ProvisionedClients are the clients that have a SCIM provider, by name.
func (c *Conn) ProvisionedClients(ctx context.Context) ([]OIDCClient, error) {
	all, err := list[OIDCClient](ctx, c, "api/oidc/clients", url.Values{"sort[column]": {"name"}})
	if err != nil {
		return nil, err
	}
	var clients []OIDCClient
	for _, client := range all {
		switch _, err := c.GetSCIMProvider(ctx, client.ID); {
		case err == nil:
			clients = append(clients, client)
		case !errors.Is(err, ErrNotFound):
			return nil, err
		}
	}
	return clients, nil
}
