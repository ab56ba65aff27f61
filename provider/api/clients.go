package api

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
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
	AllowedUserGroups []GroupRef `json:"allowedUserGroups"`
	Credentials       struct {
		FederatedIdentities []FederatedIdentity `json:"federatedIdentities"`
		Secrets             []ClientSecret      `json:"secrets"` // 2.14 and later
	} `json:"credentials"`

	// CreatedSecret is the secret that servers from 2.17 on make together with a
	// confidential client. It is in the answer of the create only.
	CreatedSecret *ClientSecret `json:"createdSecret"`
}

// GroupRef names a user group inside another object.
type GroupRef struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// AllowedGroupIDs are the ids of the groups that may use the client, sorted.
func (c OIDCClient) AllowedGroupIDs() []string {
	ids := make([]string, len(c.AllowedUserGroups))
	for i, g := range c.AllowedUserGroups {
		ids[i] = g.ID
	}
	slices.Sort(ids)
	return ids
}

// ClientSettings is the part of an OIDC client that its owner writes.
type ClientSettings struct {
	Name                                string   `json:"name"`
	Description                         string   `json:"description"`
	CallbackURLs                        []string `json:"callbackURLs"`
	LogoutCallbackURLs                  []string `json:"logoutCallbackURLs"`
	LaunchURL                           *string  `json:"launchURL"` // null, never ""
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

// CreateClient makes a client with the given id, which must be free; for an empty
// id it makes one up. An answer that gets lost is settled by looking for the id,
// so a client is never made twice, and never taken over from somebody else.
func (c *Conn) CreateClient(ctx context.Context, id string, s ClientSettings) (client OIDCClient, err error) {
	if id == "" {
		id = uuid.NewString()
	} else if _, err := c.GetClient(ctx, id); err == nil {
		return client, &Exists{"client", id, fmt.Sprintf("a client has the id %s already", id)}
	} else if !errors.Is(err, ErrNotFound) {
		return client, err
	}
	in := struct {
		ID string `json:"id"`
		ClientSettings
	}{id, s}
	body, err := json.Marshal(in)
	if err != nil {
		return client, err
	}
	r := request{method: http.MethodPost, path: "api/oidc/clients", body: body, kind: "application/json"}
	err = c.retry.do(ctx, attempts{
		keyed: true,
		settle: func(ctx context.Context) (bool, error) {
			found, err := c.GetClient(ctx, id)
			if errors.Is(err, ErrNotFound) {
				return false, nil
			}
			client = found
			return err == nil, err
		},
		lost: func(err error) error { return &Undecided{Kind: "client", Key: id, Err: err} },
	}, func() error { return c.make(ctx, r, &client, func() bool { return client.ID == id }) })
	return client, err
}

// ClientsNamed lists the ids of the clients with exactly this name; names need not be unique.
func (c *Conn) ClientsNamed(ctx context.Context, name string) ([]string, error) {
	all, err := list[OIDCClient](ctx, c, "api/oidc/clients", url.Values{"search": {name}, "sort[column]": {"name"}})
	var ids []string
	for _, client := range all {
		if client.Name == name {
			ids = append(ids, client.ID)
		}
	}
	return ids, err
}

// ListClients reads all clients, by name, without the groups that may use them.
func (c *Conn) ListClients(ctx context.Context) ([]OIDCClient, error) {
	return list[OIDCClient](ctx, c, "api/oidc/clients", url.Values{"sort[column]": {"name"}})
}

// GetClient reads one client.
func (c *Conn) GetClient(ctx context.Context, id string) (client OIDCClient, err error) {
	p, err := path("oidc", "clients", id)
	if err != nil {
		return client, err
	}
	return c.clientAt(ctx, p, id)
}

// LookUpClient reads any client, also one that describes itself: its id is the URL
// of its description (2.13 and later).
func (c *Conn) LookUpClient(ctx context.Context, id string) (OIDCClient, error) {
	if !strings.Contains(id, "/") {
		return c.GetClient(ctx, id)
	}
	return c.clientAt(ctx, "api/oidc/clients/~"+base64.RawURLEncoding.EncodeToString([]byte(id)), id)
}

func (c *Conn) clientAt(ctx context.Context, path, id string) (client OIDCClient, err error) {
	err = c.callPath(ctx, http.MethodGet, path, nil, nil, &client)
	if err == nil && client.ID != id {
		err = fmt.Errorf("%w: asked for client %s, the answer is about %q", ErrNotPocketID, id, clipped(client.ID, 128))
	}
	return client, err
}

// UpdateClient writes s, keeps everything else (credentials included), and
// returns the client as it is afterwards. A setting that the server did not take
// is an error, with the client as it is.
func (c *Conn) UpdateClient(ctx context.Context, id string, s ClientSettings) (client OIDCClient, err error) {
	doc, err := c.edit(ctx, edit{
		apply: func(d document) error {
			if s.BackchannelLogoutURL == nil {
				delete(d, "backchannelLogoutURL")
			}
			return d.set(s)
		},
		kept: func(d document) error { return s.keptIn(d) },
	}, "oidc", "clients", id)
	if doc != nil {
		err = errors.Join(err, doc.into(&client))
	}
	return client, err
}

// keptIn names the settings that d has otherwise. What d lacks, the server does
// not know, and version checks have spoken about.
func (s ClientSettings) keptIn(d document) error {
	raw, err := json.Marshal(s)
	if err != nil {
		return err
	}
	var want document
	if err := json.Unmarshal(raw, &want); err != nil {
		return err
	}
	var differ []string
	for field, value := range want {
		if have, ok := d[field]; ok && !sameJSON(have, value) {
			differ = append(differ, field)
		}
	}
	if len(differ) == 0 {
		return nil
	}
	slices.Sort(differ)
	return fmt.Errorf("%w: Pocket ID keeps other values of %s than were written (another writer, or a kind of client it does not let you change)",
		ErrConflict, strings.Join(differ, ", "))
}

func sameJSON(a, b json.RawMessage) bool {
	var x, y any
	return json.Unmarshal(a, &x) == nil && json.Unmarshal(b, &y) == nil && reflect.DeepEqual(x, y)
}

// DeleteClient removes a client, its secrets and its federated identities.
// Nothing happens if it is gone already.
func (c *Conn) DeleteClient(ctx context.Context, id string) error {
	return gone(c.call(ctx, http.MethodDelete, nil, nil, "oidc", "clients", id))
}

// gone takes "there is no such object" for the success of a removal.
func gone(err error) error {
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	return err
}

// SetAllowedGroups lets exactly the members of these groups use a client that is
// restricted to groups, and returns the client as it is afterwards. Pocket ID
// drops ids it does not know in silence; here they are an error.
func (c *Conn) SetAllowedGroups(ctx context.Context, clientID string, groups []string) (client OIDCClient, err error) {
	if groups == nil {
		groups = []string{}
	}
	in := map[string][]string{"userGroupIds": groups}
	if err := c.call(ctx, http.MethodPut, in, nil, "oidc", "clients", clientID, "allowed-user-groups"); err != nil {
		return client, err
	}
	if client, err = c.GetClient(ctx, clientID); err != nil {
		return client, err
	}
	return client, dropped("user groups", groups, client.AllowedGroupIDs())
}

// dropped is an error that names what was asked for and is not there.
func dropped(what string, asked, have []string) error {
	var missing []string
	for _, id := range asked {
		if !slices.Contains(have, id) {
			missing = append(missing, id)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return fmt.Errorf("%w: Pocket ID has no %s with the ids %s, and dropped them in silence", ErrNotFound, what, strings.Join(missing, ", "))
}

// VerifyClientSecret tells whether secret is one of the client's, by asking
// about a token that does not exist; that changes nothing.
func (c *Conn) VerifyClientSecret(ctx context.Context, clientID, secret string) (bool, error) {
	r := request{
		method: http.MethodPost, path: "api/oidc/introspect", kind: "application/x-www-form-urlencoded",
		body:  []byte(url.Values{"token": {"none"}}.Encode()),
		login: url.UserPassword(clientID, secret), secret: secret,
	}
	verified := false
	err := c.retry.do(ctx, attempts{safe: true}, func() error {
		var out struct {
			Active *bool `json:"active"`
		}
		err := c.make(ctx, r, &out, func() bool { return out.Active != nil })
		var e *Error
		if errors.As(err, &e) && e.refusesClient() {
			return nil // a refusal is an answer here
		}
		verified = err == nil
		return err
	})
	return verified, err
}
