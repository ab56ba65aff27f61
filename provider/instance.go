package provider

import (
	"context"
	"errors"
	"fmt"

	p "github.com/pulumi/pulumi-go-provider"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
)

// sameInstance keeps a stack from reading, changing or deleting objects of
// another Pocket ID than the one it made them in: there an id that is missing
// would mean "gone", and one that exists would be somebody else's.
func (c *Config) sameInstance(ctx context.Context, home string) error {
	if home == "" {
		return nil // an import
	}
	conn, err := c.connection()
	if err != nil {
		return err
	}
	here, err := conn.Issuer(ctx)
	if err != nil {
		return err
	}
	return sameIssuer(home, here, conn)
}

// sameInstanceAtOnce is sameInstance for a preview, which may have no server:
// then it asks once, and says nothing.
func (c *Config) sameInstanceAtOnce(ctx context.Context, home string) error {
	conn, err := c.connection()
	if home == "" || err != nil || c.away.Load() {
		return nil // the first call that needs the server says what is missing
	}
	here, err := conn.IssuerAtOnce(ctx)
	if errors.Is(err, api.ErrUnreachable) {
		c.away.Store(true)
		return nil
	}
	if err != nil {
		return err
	}
	return sameIssuer(home, here, conn)
}

func sameIssuer(home, here string, conn *api.Conn) error {
	if home == here {
		return nil
	}
	at := conn.Address()
	if at == here {
		at = "baseUrl"
	}
	return fmt.Errorf("this resource belongs to the Pocket ID %s, but %s is the Pocket ID %s: point baseUrl back, or, if it has moved, take it over in a new stack by import",
		home, at, here)
}

// errNoVersion means that the server's version cannot be learned now.
var errNoVersion = errors.New("the server's version is not known now")

// versionAtOnce is the server's version for a check, which must not wait for a
// server that is away: errNoVersion, after one warning, if it is.
func (c *Config) versionAtOnce(ctx context.Context) (api.Version, error) {
	conn, err := c.connection()
	if err != nil {
		return api.Version{}, errNoVersion // the first call that needs the server says so
	}
	if c.away.Load() {
		return api.Version{}, errNoVersion
	}
	version, err := conn.VersionAtOnce(ctx)
	if errors.Is(err, api.ErrUnreachable) {
		c.away.Store(true)
		c.warnOnce.Do(func() {
			p.GetLogger(ctx).Warningf("whether this Pocket ID is new enough for all inputs is checked later: %v", err)
		})
		return api.Version{}, errNoVersion
	}
	return version, err
}

// shut is the gate before a write: what the server does not know must not reach
// it, for it would drop it in silence.
func shut(ctx context.Context, conn *api.Conn, used map[api.Feature][]string) error {
	if len(used) == 0 {
		return nil
	}
	version, err := conn.Version(ctx)
	if err != nil {
		return err
	}
	var failed error
	for feature, names := range used {
		for _, name := range names {
			if !version.Has(feature) {
				failed = errors.Join(failed, fmt.Errorf("%s needs Pocket ID %s or later; this server is %s, and would drop it in silence", name, feature.Since(), version))
			}
		}
	}
	return failed
}

// offered is nil if the server has a feature; otherwise it is ErrTooOld, and says
// what it is that needs it.
func offered(ctx context.Context, conn *api.Conn, feature api.Feature, what string) error {
	version, err := conn.Version(ctx)
	if err != nil {
		return err
	}
	return offeredBy(version, feature, what)
}

func offeredBy(version api.Version, feature api.Feature, what string) error {
	if version.Has(feature) {
		return nil
	}
	return tooOld(fmt.Sprintf("%s needs Pocket ID %s or later; this server is %s", what, feature.Since(), version))
}

// ErrTooOld is what the server's version does not have.
var ErrTooOld = errors.New("not in this version of Pocket ID")

type tooOld string

func (t tooOld) Error() string        { return string(t) }
func (t tooOld) Is(target error) bool { return target == ErrTooOld }
