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

// FederatedIdentity lets tokens of an outside issuer authenticate a client. The
// server keeps them as a list inside the client and only ever uses the first
// entry of an issuer; these methods pretend that an identity is an object of its
// own, named by client and issuer.
type FederatedIdentity struct {
	Issuer           string       `json:"issuer"`
	Subject          string       `json:"subject"`
	Audience         string       `json:"audience"`
	JWKS             string       `json:"jwks"` // the URL of the issuer's keys
	ReplayProtection bool         `json:"replayProtection"`
	PublicKeys       []JSONWebKey `json:"publicKeys"` // the keys themselves, in place of their URL; 2.15 and later
}

// JSONWebKey is a key with all its members, known or not.
type JSONWebKey map[string]any

// GetFederatedIdentity reads a client's identity for issuer. A client that is
// gone and an identity that is gone are both ErrNotFound.
func (c *Conn) GetFederatedIdentity(ctx context.Context, clientID, issuer string) (FederatedIdentity, error) {
	client, err := c.GetClient(ctx, clientID)
	if err != nil {
		return FederatedIdentity{}, err
	}
	for _, fi := range client.Credentials.FederatedIdentities {
		if fi.Issuer == issuer {
			return fi, nil
		}
	}
	return FederatedIdentity{}, noIdentity(clientID, issuer)
}

// AddFederatedIdentity gives a confidential client one more identity; its issuer
// must be new.
func (c *Conn) AddFederatedIdentity(ctx context.Context, clientID string, fi FederatedIdentity) error {
	added := false
	err := c.editIdentities(ctx, clientID, fi.Issuer, &fi, func(client document, list []document) ([]document, error) {
		if i := indexOfIssuer(list, fi.Issuer); i >= 0 {
			// After a round of our own it is what we wrote, or what somebody else made of it.
			if added && fi.is(list[i]) {
				return list, nil
			}
			return nil, &Exists{"federated identity", clientID + "#" + fi.Issuer, fmt.Sprintf(
				"client %s has a federated identity for %s already, and Pocket ID only ever uses the first of an issuer", clientID, fi.Issuer)}
		}
		var public bool
		if err := client.get("isPublic", &public); err != nil {
			return nil, err
		} else if public {
			return nil, fmt.Errorf("client %s is public: Pocket ID never asks it to prove who it is, and would ignore the identity", clientID)
		}
		added = true
		entry := document{}
		return append(list, entry), fi.writeTo(entry)
	})
	if errors.Is(err, ErrUnsure) {
		return &Undecided{Kind: "federated identity", Key: clientID + "#" + fi.Issuer, Err: err}
	}
	return err
}

// UpdateFederatedIdentity writes fi over the identity for its issuer and keeps
// what else the server has there.
func (c *Conn) UpdateFederatedIdentity(ctx context.Context, clientID string, fi FederatedIdentity) error {
	return c.editIdentities(ctx, clientID, fi.Issuer, &fi, func(_ document, list []document) ([]document, error) {
		i := indexOfIssuer(list, fi.Issuer)
		if i < 0 {
			return nil, noIdentity(clientID, fi.Issuer)
		}
		return list, fi.writeTo(list[i])
	})
}

// DeleteFederatedIdentity takes every entry for issuer away from a client: one
// that stayed behind would come alive. Nothing happens if there is none.
func (c *Conn) DeleteFederatedIdentity(ctx context.Context, clientID, issuer string) error {
	err := c.editIdentities(ctx, clientID, issuer, nil, func(_ document, list []document) ([]document, error) {
		if indexOfIssuer(list, issuer) < 0 {
			return nil, noIdentity(clientID, issuer)
		}
		return slices.DeleteFunc(list, func(d document) bool { return issuerOf(d) == issuer }), nil
	})
	return gone(err)
}

// editIdentities changes the identities in a client's credentials, leaves its
// secrets and every other field as they are, and sees that afterwards the entry
// for issuer is want (nil: that there is none).
func (c *Conn) editIdentities(ctx context.Context, clientID, issuer string, want *FederatedIdentity, change func(client document, list []document) ([]document, error)) error {
	_, err := c.edit(ctx, edit{
		apply: func(client document) error {
			credentials, list, err := identitiesIn(client)
			if err != nil {
				return err
			}
			if list, err = change(client, list); err != nil {
				return err
			}
			return errors.Join(
				credentials.set(map[string]any{"federatedIdentities": list}),
				client.set(map[string]any{"credentials": credentials}),
			)
		},
		kept: func(client document) error {
			_, list, err := identitiesIn(client)
			if err != nil {
				return err
			}
			i := indexOfIssuer(list, issuer)
			if want == nil && i < 0 || want != nil && i >= 0 && want.is(list[i]) {
				return nil
			}
			return fmt.Errorf("%w: the federated identity of client %s for %s did not stay as written", ErrConflict, clientID, issuer)
		},
	}, "oidc", "clients", clientID)
	return err
}

func identitiesIn(client document) (credentials document, list []document, err error) {
	err = client.get("credentials", &credentials)
	if credentials == nil {
		credentials = document{}
	}
	return credentials, list, errors.Join(err, credentials.get("federatedIdentities", &list))
}

func indexOfIssuer(list []document, issuer string) int {
	return slices.IndexFunc(list, func(d document) bool { return issuerOf(d) == issuer })
}

func issuerOf(d document) (issuer string) {
	_ = json.Unmarshal(d["issuer"], &issuer)
	return issuer
}

// writeTo sets fi's fields in entry; an empty one goes, as the server has it.
func (fi FederatedIdentity) writeTo(entry document) error {
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

// is tells whether entry says what fi says. A server that does not know replay
// protection has none.
func (fi FederatedIdentity) is(entry document) bool {
	var have FederatedIdentity
	if err := entry.into(&have); err != nil {
		return false
	}
	same := reflect.DeepEqual(sortedKeys(have.PublicKeys), sortedKeys(fi.PublicKeys))
	have.PublicKeys, fi.PublicKeys = nil, nil
	return same && reflect.DeepEqual(have, fi)
}

// sortedKeys has the keys by their ids; their order means nothing.
func sortedKeys(keys []JSONWebKey) []JSONWebKey {
	return slices.SortedFunc(slices.Values(keys), func(a, b JSONWebKey) int { return strings.Compare(a.ID(), b.ID()) })
}

// ID is the key's name among the keys of its issuer.
func (k JSONWebKey) ID() string {
	id, _ := k["kid"].(string)
	return id
}

func noIdentity(clientID, issuer string) error {
	return fmt.Errorf("%w: client %s has no federated identity for %s", ErrNotFound, clientID, issuer)
}
