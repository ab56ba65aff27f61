package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
)

// SyncSCIM tells the application of a client about all users and groups now, and
// waits until that is done. Doing it twice does no harm.
func (c *Conn) SyncSCIM(ctx context.Context, clientID string) error {
	found, err := c.GetSCIMProvider(ctx, clientID)
	if errors.Is(err, ErrNotFound) {
		return fmt.Errorf("client %s has no SCIM service provider, or there is no such client: %w", clientID, err)
	}
	if err != nil {
		return err
	}
	p, err := path("scim", "service-provider", found.ID, "sync")
	if err != nil {
		return err
	}
	err = c.perform(ctx, p)
	return failedInside(err, fmt.Sprintf("Pocket ID could not bring %s up to date", clipped(found.Endpoint, 200)))
}

// SyncLDAP takes over users and groups from the LDAP directory now, and waits until
// that is done. Doing it twice does no harm.
func (c *Conn) SyncLDAP(ctx context.Context) error {
	switch on, err := c.usesLDAP(ctx); {
	case err != nil:
		return err
	case !on: // servers before 2.13 do not say why they fail
		return fmt.Errorf("LDAP is not enabled in this Pocket ID, so %w", errNotSent)
	}
	return failedInside(c.perform(ctx, "api/application-configuration/sync-ldap"), "Pocket ID could not take over the LDAP directory")
}

// perform has the server do something that may be done again.
func (c *Conn) perform(ctx context.Context, path string) error {
	r := request{method: http.MethodPost, path: path}
	return c.retry.do(ctx, attempts{safe: true}, func() error { return c.attempt(ctx, r, nil) })
}

// failedInside says where to look for what the server does not tell.
func failedInside(err error, what string) error {
	var e *Error
	if errors.As(err, &e) && e.spoken && e.Status >= http.StatusInternalServerError {
		return fmt.Errorf("%s; its log says why: %w", what, err)
	}
	return err
}
