package provider

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strconv"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
)

// claimOwners are users or groups, as UserCustomClaims and GroupCustomClaims see
// them: somebody whose claims can be read and written as a whole.
type claimOwners struct {
	kind  string
	read  func(c *api.Conn, ctx context.Context, id string) (map[string]string, error)
	write func(c *api.Conn, ctx context.Context, id string, claims map[string]string) error
}

func usersWithClaims() claimOwners {
	return claimOwners{"user", (*api.Conn).UserClaims, (*api.Conn).SetUserClaims}
}

func groupsWithClaims() claimOwners {
	return claimOwners{"user group", (*api.Conn).GroupClaims, (*api.Conn).SetGroupClaims}
}

// first gives claims to an owner who has none. Those that somebody has already
// are never taken over.
func (o claimOwners) first(ctx context.Context, conn *api.Conn, id string, claims map[string]string) error {
	before, err := o.read(conn, ctx, id)
	if err != nil {
		return err
	}
	if len(before) > 0 {
		return &api.Exists{Kind: "custom claims", ID: id, Why: fmt.Sprintf("the %s %s has custom claims already: %s", o.kind, id, enumerated(sortedKeys(before), strconv.Quote))}
	}
	wrote := o.write(conn, ctx, id, claims)
	if wrote == nil || api.CertainlyNotDone(wrote) {
		return wrote
	}
	switch now, err := o.read(conn, context.WithoutCancel(ctx), id); {
	case err != nil:
		return &api.Undecided{Kind: "custom claims of the " + o.kind, Key: id, Err: errors.Join(wrote, err)}
	case maps.Equal(composedClaims(now), claims):
		return nil // only the answer was lost
	}
	return wrote
}

// replace makes claims all that an owner has. Older servers say of an owner who is
// gone that something went wrong, or nothing: the first look tells.
func (o claimOwners) replace(ctx context.Context, conn *api.Conn, id string, claims map[string]string) error {
	if _, err := o.read(conn, ctx, id); err != nil {
		return err
	}
	return o.write(conn, ctx, id, claims)
}

// remove takes all claims from an owner. One who is gone has none.
func (o claimOwners) remove(ctx context.Context, conn *api.Conn, id string) error {
	err := o.replace(ctx, conn, id, nil)
	if errors.Is(err, api.ErrNotFound) {
		return nil
	}
	return err
}

// composedClaims are claims as a program says them: before 2.13 the server stores
// strings as they come.
func composedClaims(claims map[string]string) map[string]string {
	out := make(map[string]string, len(claims))
	for key, value := range claims {
		out[composed(key)] = composed(value)
	}
	return out
}
