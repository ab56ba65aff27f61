package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// FederatedIdentity allows tokens of another issuer to authenticate a client. The server
// stores identities as a list inside the client and only uses the first entry of an
// issuer. The methods of Conn treat an identity as an object of its own, with the client
// and the issuer as its key.
type FederatedIdentity struct {
	Issuer           string       `json:"issuer"`
	Subject          string       `json:"subject"`
	Audience         string       `json:"audience"`
	JWKS             string       `json:"jwks"` // the URL of the issuer's public keys
	ReplayProtection bool         `json:"replayProtection"`
	PublicKeys       []JSONWebKey `json:"publicKeys"` // an alternative to the URL; 2.15 and later
}

// JSONWebKey is a public key with all its members, including unknown ones.
type JSONWebKey map[string]any

// GetFederatedIdentity reads a client's identity for issuer. It returns ErrNotFound if
// the client or the identity does not exist.
func (c *Conn) GetFederatedIdentity(ctx context.Context, clientID, issuer string) (FederatedIdentity, error) {
	p, err := path("oidc", "clients", clientID)
	if err != nil {
		return FederatedIdentity{}, err
	}
	client, err := c.document(withSharedReads(ctx), p, clientID)
	if err != nil {
		return FederatedIdentity{}, err
	}
	_, list, err := decodeIdentities(client)
	if err != nil {
		return FederatedIdentity{}, err
	}
	i := indexOfIssuer(list, issuer)
	if i < 0 {
		return FederatedIdentity{}, identityNotFound(clientID, issuer)
	}
	var found FederatedIdentity
	err = list[i].decode(&found)
	return found, err
}

// AddFederatedIdentity adds an identity to a confidential client. It fails if the client
// has an identity for the same issuer.
func (c *Conn) AddFederatedIdentity(ctx context.Context, clientID string, fi FederatedIdentity) error {
	added := false
	err := c.editIdentities(ctx, clientID, fi.Issuer, &fi, func(client document, list []document) ([]document, error) {
		if i := indexOfIssuer(list, fi.Issuer); i >= 0 {
			// After the first round the entry may be there because this edit wrote it.
			if added && fi.matches(list[i]) {
				return list, nil
			}
			return nil, &ExistsError{"federated identity", clientID + "#" + fi.Issuer, fmt.Sprintf(
				"client %s has a federated identity for %s already, and Pocket ID only uses the first one of an issuer", clientID, fi.Issuer)}
		}
		var public bool
		if err := client.get("isPublic", &public); err != nil {
			return nil, err
		} else if public {
			return nil, fmt.Errorf("client %s is public: Pocket ID does not authenticate public clients and would ignore the identity", clientID)
		}
		added = true
		entry := document{}
		return append(list, entry), fi.encodeTo(entry)
	})
	return asOutcomeUnknown(err, "federated identity", clientID+"#"+fi.Issuer)
}

// UpdateFederatedIdentity updates the identity for fi's issuer and keeps unknown fields.
func (c *Conn) UpdateFederatedIdentity(ctx context.Context, clientID string, fi FederatedIdentity) error {
	return c.editIdentities(ctx, clientID, fi.Issuer, &fi, func(_ document, list []document) ([]document, error) {
		i := indexOfIssuer(list, fi.Issuer)
		if i < 0 {
			return nil, identityNotFound(clientID, fi.Issuer)
		}
		return list, fi.encodeTo(list[i])
	})
}

// DeleteFederatedIdentity removes every entry for issuer from a client, because Pocket ID
// would start to use a remaining one. It succeeds if there is none.
func (c *Conn) DeleteFederatedIdentity(ctx context.Context, clientID, issuer string) error {
	err := c.editIdentities(ctx, clientID, issuer, nil, func(_ document, list []document) ([]document, error) {
		if indexOfIssuer(list, issuer) < 0 {
			return nil, identityNotFound(clientID, issuer)
		}
		return slices.DeleteFunc(list, func(d document) bool { return issuerOf(d) == issuer }), nil
	})
	return ignoreNotFound(err)
}

// editIdentities changes the list of identities in a client's credentials and keeps all
// other fields, including the secrets. It verifies that the entry for issuer matches
// want afterwards, or that there is none if want is nil.
func (c *Conn) editIdentities(ctx context.Context, clientID, issuer string, want *FederatedIdentity, change func(client document, list []document) ([]document, error)) error {
	_, err := c.edit(ctx, edit{
		apply: func(client document) error {
			credentials, list, err := decodeIdentities(client)
			if err != nil {
				return err
			}
			if version, known := c.version.peek(); known {
				if err := client.requireSettings(version); err != nil {
					return err
				}
			}
			if list, err = change(client, list); err != nil {
				return err
			}
			return errors.Join(
				credentials.set(map[string]any{"federatedIdentities": list}),
				client.set(map[string]any{"credentials": credentials}),
			)
		},
		verify: func(client document) error {
			_, list, err := decodeIdentities(client)
			if err != nil {
				return err
			}
			i := indexOfIssuer(list, issuer)
			if want == nil && i < 0 || want != nil && i >= 0 && want.matches(list[i]) {
				return nil
			}
			return fmt.Errorf("the federated identity of client %s for %s is no longer as written: %w", clientID, issuer, ErrConflict)
		},
		contended: true,
	}, nil, "oidc", "clients", clientID)
	return err
}

// requireSettings returns an error if a server of an unknown version does not return a setting of
// clients. A PUT of the client without it could reset it. The resource asks for the version before
// it changes an identity.
func (d document) requireSettings(version Version) error {
	if version.IsKnown() {
		return nil
	}
	for _, field := range jsonFields(reflect.TypeFor[ClientSettings]()) {
		if d.requireFields(field) != nil {
			return fmt.Errorf("this version of Pocket ID (%s) does not return the setting %s of a client, so a change of its federated identities could reset it; use a version of the provider that supports it", version, field)
		}
	}
	return nil
}

func decodeIdentities(client document) (credentials document, list []document, err error) {
	if err := errors.Join(client.requireFields("credentials"), client.get("credentials", &credentials)); err != nil {
		return nil, nil, err
	}
	if credentials == nil {
		credentials = document{}
	}
	err = credentials.get("federatedIdentities", &list) // a client without identities lacks the field
	return credentials, list, err
}

func indexOfIssuer(list []document, issuer string) int {
	return slices.IndexFunc(list, func(d document) bool { return issuerOf(d) == issuer })
}

func issuerOf(d document) (issuer string) {
	_ = json.Unmarshal(d["issuer"], &issuer)
	return issuer
}

// encodeTo sets fi's fields in entry and removes empty ones, as the server does.
func (fi FederatedIdentity) encodeTo(entry document) error {
	if err := entry.set(fi); err != nil {
		return err
	}
	for field, empty := range map[string]bool{
		"subject": fi.Subject == "", "audience": fi.Audience == "", "jwks": fi.JWKS == "", "publicKeys": len(fi.PublicKeys) == 0,
	} {
		if empty {
			delete(entry, field)
		}
	}
	return nil
}

// matches reports whether entry has the settings of fi. Without replayProtection in entry
// it is off.
func (fi FederatedIdentity) matches(entry document) bool {
	var have FederatedIdentity
	if err := entry.decode(&have); err != nil {
		return false
	}
	same := reflect.DeepEqual(sortJSONWebKeys(have.PublicKeys), sortJSONWebKeys(fi.PublicKeys))
	have.PublicKeys, fi.PublicKeys = nil, nil
	return same && reflect.DeepEqual(have, fi)
}

// sortJSONWebKeys sorts keys by ID, because their order has no meaning.
func sortJSONWebKeys(keys []JSONWebKey) []JSONWebKey {
	return slices.SortedFunc(slices.Values(keys), func(a, b JSONWebKey) int { return strings.Compare(a.ID(), b.ID()) })
}

// ID returns the key ID (kid).
func (k JSONWebKey) ID() string {
	id, _ := k["kid"].(string)
	return id
}

func identityNotFound(clientID, issuer string) error {
	return fmt.Errorf("%w: client %s has no federated identity for %s", ErrNotFound, clientID, issuer)
}
