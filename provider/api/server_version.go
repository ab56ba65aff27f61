package api

import (
	"context"
	"errors"
	"net/http"
	"slices"
)

// Version returns the version of the server. It requests it once per connection, and again
// after a route turned out to be missing (withVersion) or a feature (VersionWith).
func (c *Conn) Version(ctx context.Context) (Version, error) { return c.fetchVersion(ctx, c.retry) }

// VersionWith returns the version of the server for a decision that depends on features. If
// the version that is known already lacks one of them, the server may have been upgraded
// meanwhile, so it is asked again.
func (c *Conn) VersionWith(ctx context.Context, features ...Feature) (Version, error) {
	return c.versionWith(ctx, c.retry, features)
}

// VersionWithNoWait is VersionWith that does not wait for a server that is unavailable.
func (c *Conn) VersionWithNoWait(ctx context.Context, features ...Feature) (Version, error) {
	return c.versionWith(ctx, c.retry.withoutWaiting(), features)
}

func (c *Conn) versionWith(ctx context.Context, p retryPolicy, features []Feature) (Version, error) {
	c.version.forget(func(known Version) bool {
		return slices.ContainsFunc(features, func(f Feature) bool { return !known.Has(f) })
	})
	return c.fetchVersion(ctx, p)
}

// withVersion calls do with the version of the server. If do fails because a route is
// missing, the server may have been upgraded meanwhile: then withVersion asks for the
// version again, and calls do once more if it is another one.
func withVersion[T any](ctx context.Context, c *Conn, do func(Version) (T, error)) (result T, err error) {
	version, err := c.Version(ctx)
	if err != nil {
		return result, err
	}
	result, err = do(version)
	var e *Error
	if !errors.As(err, &e) || !e.routeMissing {
		return result, err
	}
	c.version.forget(func(cached Version) bool { return cached == version })
	now, versionErr := c.Version(ctx)
	if versionErr != nil || now.text == version.text {
		return result, err
	}
	return do(now)
}

func (c *Conn) fetchVersion(ctx context.Context, p retryPolicy) (Version, error) {
	return c.version.get(ctx, !p.noWait, func() (Version, error) {
		var out struct {
			CurrentVersion string `json:"currentVersion"`
		}
		r := request{method: http.MethodGet, path: "api/version/current"}
		err := c.do(ctx, p, r, &out)
		var e *Error
		if errors.As(err, &e) && e.routeMissing {
			if _, err := c.fetchEndpoints(ctx, p); err == nil {
				return Version{}, nil // a Pocket ID that is too old to have the route
			}
		}
		if err == nil && out.CurrentVersion == "" {
			err = r.missingField("currentVersion")
		}
		return ParseVersion(printable(out.CurrentVersion, 100)), err
	})
}
