package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
)

// SyncSCIM sends all users and groups to the application of a client now and waits for
// the end. It is idempotent.
func (c *Conn) SyncSCIM(ctx context.Context, clientID string) error {
	found, err := c.GetSCIMProvider(ctx, clientID)
	if errors.Is(err, ErrNotFound) {
		return fmt.Errorf("client %s has no SCIM service provider or does not exist: %w", clientID, err)
	}
	if err != nil {
		return err
	}
	p, err := path("scim", "service-provider", found.ID, "sync")
	if err != nil {
		return err
	}
	err = c.trigger(ctx, p)
	return explainServerFailure(err, fmt.Sprintf("Pocket ID could not synchronize %s", printable(found.Endpoint, 200)))
}

// SyncLDAP imports users and groups from the LDAP directory now and waits for the end.
// It is idempotent.
func (c *Conn) SyncLDAP(ctx context.Context) error {
	switch on, err := c.usesLDAP(ctx); {
	case err != nil:
		return err
	case !on: // servers before 2.13 fail without a reason
		return fmt.Errorf("LDAP is not enabled in this Pocket ID: %w", errNotSent)
	}
	return explainServerFailure(c.trigger(ctx, "api/application-configuration/sync-ldap"), "Pocket ID could not synchronize the LDAP directory")
}

// trigger starts an idempotent action of the server. It does not start it again after a
// timeout, because the server goes on with it.
func (c *Conn) trigger(ctx context.Context, path string) error {
	r := request{method: http.MethodPost, path: path}
	err := c.retry.do(ctx, operation{idempotent: true, runsOn: true}, func() error { return c.attempt(ctx, r, nil) })
	if timedOut(err) && ctx.Err() == nil {
		return fmt.Errorf("the synchronization takes longer than the timeout of a request and may still be running; set requestTimeout of the provider, and that of any proxy, to a longer time: %w", err)
	}
	return err
}

// explainServerFailure adds to a failure of the server what it was about, and that the
// reason is only in its log.
func explainServerFailure(err error, what string) error {
	var e *Error
	if errors.As(err, &e) && e.fromPocketID && e.Status >= http.StatusInternalServerError {
		return fmt.Errorf("%s; see its log for the reason: %w", what, err)
	}
	return err
}
