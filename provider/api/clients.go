package api

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/google/uuid"
)

// OIDCClient is an OIDC client as the server returns it.
type OIDCClient struct {
	ID string `json:"id"`
	ClientSettings
	HasLogo           bool       `json:"hasLogo"`
	HasDarkLogo       bool       `json:"hasDarkLogo"`
	ClientType        string     `json:"clientType"`    // 2.13 and later
	PKCESupported     bool       `json:"pkceSupported"` // 2.10 and later; omitted if false
	AllowedUserGroups []GroupRef `json:"allowedUserGroups"`
	Credentials       struct {
		FederatedIdentities []FederatedIdentity `json:"federatedIdentities"`
		Secrets             []ClientSecret      `json:"secrets"` // 2.14 and later
	} `json:"credentials"`

	// CreatedSecret is the secret that servers since 2.17 create together with a
	// confidential client. Only the response to the create contains it.
	CreatedSecret *ClientSecret `json:"createdSecret"`
}

// AllowedGroupIDs returns the IDs of the groups that may use the client, sorted.
func (c OIDCClient) AllowedGroupIDs() []string {
	ids := make([]string, len(c.AllowedUserGroups))
	for i, g := range c.AllowedUserGroups {
		ids[i] = g.ID
	}
	slices.Sort(ids)
	return ids
}

// ClientSettings are the writable settings of an OIDC client.
type ClientSettings struct {
	Name                                string   `json:"name"`
	Description                         string   `json:"description"`
	CallbackURLs                        []string `json:"callbackURLs"`
	LogoutCallbackURLs                  []string `json:"logoutCallbackURLs"`
	LaunchURL                           *string  `json:"launchURL"` // the server rejects ""; nil clears it
	BackchannelLogoutURL                *string  `json:"backchannelLogoutURL,omitempty"`
	IsPublic                            bool     `json:"isPublic"`
	PKCEEnabled                         bool     `json:"pkceEnabled"`
	RequiresReauthentication            bool     `json:"requiresReauthentication"`
	RequiresPushedAuthorizationRequests bool     `json:"requiresPushedAuthorizationRequests"`
	SkipConsent                         bool     `json:"skipConsent"`
	IsGroupRestricted                   bool     `json:"isGroupRestricted"`
	AccessTokenDurationMinutes          int      `json:"accessTokenDurationMinutes,omitempty"`
	RefreshTokenDurationMinutes         int      `json:"refreshTokenDurationMinutes,omitempty"`
}

// CreateClient creates a client with the given ID, which must be free. If id is empty,
// it generates one. If a response is lost, it looks for the ID, so it never creates a
// client twice and never adopts an existing one.
func (c *Conn) CreateClient(ctx context.Context, id string, s ClientSettings) (client OIDCClient, err error) {
	generated := id == ""
	if generated {
		id = uuid.NewString()
	}
	in := creation[OIDCClient]{
		path: "api/oidc/clients",
		body: struct {
			ID string `json:"id"`
			ClientSettings
		}{id, s},
		uniqueKey:  true,
		find:       func(ctx context.Context) (OIDCClient, bool, error) { return ifFound(c.GetClient(ctx, id)) },
		isComplete: func(client OIDCClient) bool { return client.ID == id },
		unknown:    OutcomeUnknownError{Kind: "client", Key: id},
	}
	if !generated {
		in.id = func(client OIDCClient) string { return client.ID }
		in.taken = func(OIDCClient) *ExistsError {
			return &ExistsError{"client", id, fmt.Sprintf("a client has the ID %s already", id)}
		}
	}
	return create(ctx, c, in)
}

// EarlierClients returns the newest clients of those that existed before this connection
// created one, at most a page. It requests them once per connection.
func (c *Conn) EarlierClients(ctx context.Context) ([]NamedRef, error) {
	before, err := c.earlier(ctx, "api/oidc/clients")
	return before.objects, err
}

// ListClients lists all clients, sorted by name, without the groups that may use them.
func (c *Conn) ListClients(ctx context.Context) ([]OIDCClient, error) {
	all, err := list[document](ctx, c, "api/oidc/clients", url.Values{"sort[column]": {"name"}})
	if err != nil {
		return nil, err
	}
	clients := make([]OIDCClient, len(all))
	for i, doc := range all {
		if err := errors.Join(doc.requireFields("id", "name", "isGroupRestricted", "credentials"), doc.decode(&clients[i])); err != nil {
			return nil, err
		}
	}
	return clients, nil
}

// GetClient reads one client.
func (c *Conn) GetClient(ctx context.Context, id string) (client OIDCClient, err error) {
	p, err := path("oidc", "clients", id)
	if err != nil {
		return client, err
	}
	return c.clientAt(ctx, p, id)
}

// GetClientOrCIMDClient reads a client, which may also be one with a client ID metadata document:
// its ID is the URL of the document (2.13 and later).
func (c *Conn) GetClientOrCIMDClient(ctx context.Context, id string) (OIDCClient, error) {
	if !strings.Contains(id, "/") {
		return c.GetClient(ctx, id)
	}
	return c.clientAt(ctx, "api/oidc/clients/~"+base64.RawURLEncoding.EncodeToString([]byte(id)), id)
}

func (c *Conn) clientAt(ctx context.Context, path, id string) (client OIDCClient, err error) {
	var doc document
	err = c.callPath(ctx, http.MethodGet, path, nil, nil, &doc)
	if err == nil {
		err = doc.decode(&client)
	}
	if err == nil && client.ID != id {
		err = fmt.Errorf("%w: asked for client %s, but the response is about %q", ErrNotPocketID, id, printable(client.ID, 128))
	}
	if err == nil && client.IsGroupRestricted { // a missing list must not read as "nobody"
		err = doc.requireFields("allowedUserGroups")
	}
	return client, err
}

// UpdateClient updates the settings of a client, keeps everything else (including
// credentials and unknown fields), and returns the client as it is afterwards. If the
// server does not accept a setting, it returns an error together with the client.
func (c *Conn) UpdateClient(ctx context.Context, id string, s ClientSettings) (client OIDCClient, err error) {
	return c.updateClient(ctx, id, s, func(document) error { return nil })
}

// updateClient is UpdateClient if allow permits it for the client as it is before.
func (c *Conn) updateClient(ctx context.Context, id string, s ClientSettings, allow func(document) error) (client OIDCClient, err error) {
	doc, err := c.edit(ctx, edit{
		apply: func(d document) error {
			// A PUT without credentials deletes the federated identities.
			_, identities, err := decodeIdentities(d)
			for _, identity := range identities {
				err = errors.Join(err, identity.requireFields("issuer"))
			}
			if err != nil {
				return err
			}
			if err := allow(d); err != nil {
				return err
			}
			if s.BackchannelLogoutURL == nil {
				delete(d, "backchannelLogoutURL")
			}
			return d.set(s)
		},
		verify: func(d document) error { return s.verifyIn(d) },
	}, completeClient, "oidc", "clients", id)
	if doc != nil {
		err = errors.Join(err, doc.decode(&client))
	}
	return client, err
}

// completeClient completes the response to a PUT of a client. Before 2.13 it shows no allowed
// groups, but the server keeps those of a client that stays restricted (measured on 2.3 and 2.9).
// A client that is not restricted loses them. One that becomes restricted is worth a read: it may
// have lost the groups that were set before, so that nobody can sign in, and another writer who
// read it before may have opened it to every user again.
func completeClient(response, before document) bool {
	var was, now OIDCClient
	if before.decode(&was) != nil || response.decode(&now) != nil {
		return false
	}
	switch {
	case now.IsGroupRestricted && !was.IsGroupRestricted:
		return false
	case now.IsGroupRestricted && len(now.AllowedUserGroups) == 0 && len(was.AllowedUserGroups) > 0:
		return keepFields("allowedUserGroups")(response, before)
	}
	return true
}

// verifyIn returns an error that names the settings which differ in d. It ignores
// settings that d lacks: the server's version does not have them, and the version
// checks of the provider have reported that.
func (s ClientSettings) verifyIn(d document) error {
	raw, err := json.Marshal(s)
	if err != nil {
		return err
	}
	var want document
	if err := json.Unmarshal(raw, &want); err != nil {
		return err
	}
	var different []string
	for field, value := range want {
		if have, ok := d[field]; ok && !equalJSON(have, value) {
			different = append(different, field)
		}
	}
	if len(different) == 0 {
		return nil
	}
	slices.Sort(different)
	return fmt.Errorf("these fields are no longer as written: %s (if there is no other writer, Pocket ID does not allow the values for this kind of client): %w",
		strings.Join(different, ", "), ErrConflict)
}

// DeleteClient deletes a client with its secrets and federated identities. It succeeds
// if the client does not exist.
func (c *Conn) DeleteClient(ctx context.Context, id string) error {
	err := ignoreNotFound(c.call(ctx, http.MethodDelete, nil, nil, "oidc", "clients", id))
	if err == nil {
		c.baselines.of("api/oidc/clients").noteDeleted(id)
	}
	return err
}

// SetAllowedGroups sets the groups whose members may use a client that is restricted to
// groups, and returns the client as it is afterwards. Pocket ID silently drops IDs that
// it does not know; SetAllowedGroups returns an error that names them.
func (c *Conn) SetAllowedGroups(ctx context.Context, clientID string, groups []string) (client OIDCClient, err error) {
	_, doc, err := c.allowedGroupList(clientID).replace(ctx, replacement{wanted: append([]string{}, groups...)})
	if doc != nil {
		err = errors.Join(err, doc.decode(&client))
	}
	return client, err
}
