package api

import (
	"context"
	"errors"
	"net/http"
)

// Version returns the version of the server. It requests it once per connection.
func (c *Conn) Version(ctx context.Context) (Version, error) { return c.fetchVersion(ctx, c.retry) }

// VersionNoWait returns the version of the server, but does not wait for a server
// that is unavailable.
func (c *Conn) VersionNoWait(ctx context.Context) (Version, error) {
	return c.fetchVersion(ctx, c.retry.withoutWaiting())
}

func (c *Conn) fetchVersion(ctx context.Context, p retryPolicy) (Version, error) {
	return c.version.get(ctx, func() (Version, error) {
		var out struct {
			CurrentVersion string `json:"currentVersion"`
		}
		r := request{method: http.MethodGet, path: "api/version/current"}
		err := c.do(ctx, p, r, &out)
		var e *Error
		if errors.As(err, &e) && e.routeMissing {
			if _, err := c.fetchIssuer(ctx, p); err == nil {
				return Version{}, nil // a Pocket ID that is too old to have the route
			}
		}
		if err == nil && out.CurrentVersion == "" {
			err = r.missingField("currentVersion")
		}
		return ParseVersion(printable(out.CurrentVersion, 100)), err
	})
}
