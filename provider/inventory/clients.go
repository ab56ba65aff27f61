package inventory

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/ids"
)

// Clients lists all clients.
func Clients(ctx context.Context, conn *api.Conn, _ Filter) ([]Object, error) {
	all, err := clients(ctx, conn, Filter{})
	var found []Object
	for _, client := range all {
		found = append(found, Object{Type: "Client", ID: client.ID, Name: client.Name})
	}
	return found, err
}

// clients returns one client if the filter names it, or else all that can be imported.
func clients(ctx context.Context, conn *api.Conn, filter Filter) ([]api.OIDCClient, error) {
	if filter.ClientID != "" {
		client, err := conn.GetClient(ctx, filter.ClientID)
		return []api.OIDCClient{client}, err
	}
	all, err := conn.ListClients(ctx)
	return importable(all), err
}

// importable returns the clients that can have an import ID.
func importable(clients []api.OIDCClient) []api.OIDCClient {
	return slices.DeleteFunc(clients, func(c api.OIDCClient) bool { return !isImportable(c) })
}

// isImportable reports whether a client can have an import ID, as its parts can. The ID of a
// client from a client ID metadata document is a URL, which is no part of one.
func isImportable(c api.OIDCClient) bool { return ids.IsClient(c.ID) && api.IsPathSegment(c.ID) }

// ClientSecrets lists the secrets of all clients, or of one. Their names contain the prefix
// that Pocket ID shows.
func ClientSecrets(ctx context.Context, conn *api.Conn, filter Filter) ([]Object, error) {
	if err := conn.Require(ctx, api.MultipleSecrets, "a ClientSecret"); err != nil {
		return nil, err
	}
	all, err := clients(ctx, conn, filter)
	if err != nil {
		return nil, err
	}
	var found []Object
	for _, client := range all {
		if client.Credentials.Secrets == nil {
			return nil, fmt.Errorf("Pocket ID did not list the secrets of client %s", client.ID)
		}
		for _, secret := range client.Credentials.Secrets {
			found = append(found, Object{Type: "ClientSecret", ID: ids.ClientSecret(client.ID, secret.ID), Name: strings.TrimSpace(client.Name + " " + secret.Prefix)})
		}
	}
	return found, nil
}

// FederatedIdentities lists the federated identities of all clients, or of one. Of each
// issuer on a client, it lists the one that Pocket ID uses.
func FederatedIdentities(ctx context.Context, conn *api.Conn, filter Filter) ([]Object, error) {
	all, err := clients(ctx, conn, filter)
	if err != nil {
		return nil, err
	}
	var found []Object
	for _, client := range all {
		seen := map[string]bool{"": true} // an identity without issuer matches no token and has no ID
		for _, identity := range client.Credentials.FederatedIdentities {
			if !seen[identity.Issuer] {
				found = append(found, Object{Type: "FederatedIdentity", ID: ids.FederatedIdentity(client.ID, identity.Issuer), Name: client.Name + " " + identity.Issuer})
			}
			seen[identity.Issuer] = true
		}
	}
	return found, nil
}

// ClientGroupAccess lists the allowed groups of all restricted clients, or of one.
func ClientGroupAccess(ctx context.Context, conn *api.Conn, filter Filter) ([]Object, error) {
	all, err := conn.ListClientsWithAllowedGroups(ctx)
	if err != nil {
		return nil, err
	}
	var found []Object
	for _, client := range importable(all) {
		if filter.ClientID != "" && filter.ClientID != client.ID {
			continue
		}
		client, err := conn.GetClient(ctx, client.ID)
		if errors.Is(err, api.ErrNotFound) {
			continue // deleted in the meantime
		}
		if err != nil {
			return nil, err
		}
		for _, group := range client.AllowedUserGroups {
			found = append(found, Object{Type: "ClientGroupAccess", ID: ids.Pair(client.ID, group.ID), Name: client.Name + " " + group.Name})
		}
	}
	return found, nil
}

// SCIMServiceProviders lists the service providers of all clients.
func SCIMServiceProviders(ctx context.Context, conn *api.Conn, _ Filter) ([]Object, error) {
	all, err := conn.ListSCIMProviders(ctx)
	var found []Object
	for _, p := range all {
		if isImportable(p.Client) {
			found = append(found, Object{Type: "ScimServiceProvider", ID: ids.Subresource(p.Client.ID, ids.SCIMServiceProvider), Name: p.Client.Name})
		}
	}
	return found, err
}
