package provider

import (
	"context"
	"errors"
	"fmt"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi/sdk/v3/go/property"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
)

// sameInstance keeps a stack from reading, changing or deleting objects of
// another Pocket ID than the one it made them in: there an id that is missing
// would mean "gone", and one that exists would be somebody else's.
func (c *Config) sameInstance(ctx context.Context, state property.Map) error {
	home := state.Get("instanceIssuer")
	if home.IsNull() {
		home = state.Get("issuer")
	}
	if !home.IsString() {
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
	if here != home.AsString() {
		return fmt.Errorf("this resource belongs to the Pocket ID %s, but %s is the Pocket ID %s: point baseUrl back, or, if it has moved, take it over in a new stack by import",
			home.AsString(), conn.Address(), here)
	}
	return nil
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
	version, err := conn.VersionAtOnce(ctx)
	if errors.Is(err, api.ErrUnreachable) {
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
