package inventory

import (
	"context"
	"errors"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/ids"
)

// APIs lists all APIs.
func APIs(ctx context.Context, conn *api.Conn, _ Filter) ([]Object, error) {
	if err := conn.Require(ctx, api.APIs, "an Api"); err != nil {
		return nil, err
	}
	all, err := conn.ListAPIs(ctx)
	var found []Object
	for _, a := range all {
		found = append(found, Object{Type: "Api", ID: a.ID, Name: a.Name})
	}
	return found, err
}

// APIGrants lists the grants of all clients, or of one, and for all APIs, or for one.
func APIGrants(ctx context.Context, conn *api.Conn, filter Filter) ([]Object, error) {
	if err := conn.Require(ctx, api.APIs, "an ApiGrant"); err != nil {
		return nil, err
	}
	all, err := clients(ctx, conn, filter)
	if err != nil {
		return nil, err
	}
	var found []Object
	for _, client := range all {
		grants, err := conn.ListGrants(ctx, client.ID)
		if errors.Is(err, api.ErrNotFound) {
			continue // deleted in the meantime
		}
		if err != nil {
			return nil, err
		}
		for _, grant := range grants {
			if filter.APIID == "" || filter.APIID == grant.API.ID {
				found = append(found, Object{Type: "ApiGrant", ID: ids.Pair(grant.API.ID, client.ID), Name: client.Name + " " + grant.API.Name})
			}
		}
	}
	return found, nil
}
