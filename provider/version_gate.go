package provider

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	p "github.com/pulumi/pulumi-go-provider"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/inputs"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/lifecycle"
)

// An older Pocket ID ignores the inputs that it does not know. So each of them is
// checked against the version of the server: at preview, if the server can be reached,
// and again before the first write.

// anySupportedVersion ends the description of what every supported server has.
const anySupportedVersion = "\n\nRequires Pocket ID 2.3 or later."

// errVersionUnknown means that the version of the server cannot be determined now.
var errVersionUnknown = errors.New("the version of Pocket ID is not known")

// previewVersion is the version of the server for a check, which must not wait for a
// server that is down. In that case it warns once and returns errVersionUnknown. The user
// can assume another version, for a program that also upgrades Pocket ID. The features are
// those that the check depends on (api.Conn.VersionWith).
func (c *Config) previewVersion(ctx context.Context, features ...api.Feature) (api.Version, error) {
	if c.AssumeVersion != "" {
		version, _ := api.AssumedVersion(c.AssumeVersion) // checked already
		return version, nil
	}
	if (backend{c}).Connect() != nil || c.session.unreachable.Load() {
		return api.Version{}, errVersionUnknown // the first call that needs the server reports what is missing
	}
	version, err := c.conn().VersionWithNoWait(ctx, features...)
	if errors.Is(err, api.ErrUnreachable) {
		c.session.unreachable.Store(true)
		c.session.warnUnreachable.Do(func() {
			p.GetLogger(ctx).Warningf("Pocket ID cannot be reached, so the update checks whether its version supports all inputs: %v", err)
		})
		return api.Version{}, errVersionUnknown
	}
	if err == nil && version.IsNewerMajor() {
		c.session.warnNewerMajor.Do(func() { p.GetLogger(ctx).Warningf(newerMajorWarning, version) })
	}
	return version, err
}

// newerMajorWarning names what a pull request for the next major version of Pocket ID
// changes: custom fields replace custom claims.
const newerMajorWarning = "Pocket ID %s is a newer major version than this provider knows. Pocket ID 3 is expected to replace custom claims by custom fields, so " +
	"GroupCustomClaims, UserCustomClaims, customClaims of Group and User, and signupDefaultCustomClaims of ApplicationConfiguration may not work. " +
	"Everything else is used as in Pocket ID 2. Check for a newer version of the provider"

// warnNewerMajor warns, once per operation, if the server has a newer major version than
// this provider knows. It is for inputs that such a version may not have.
func warnNewerMajor(check *inputs.Checker, config *Config) {
	_, _ = config.previewVersion(check.Context()) // which warns; an error is reported where the version is needed
}

// checkFeatures records a failure for each input that needs a feature which the server
// does not have.
func checkFeatures(check *inputs.Checker, config *Config, feature api.Feature, properties ...string) {
	if len(properties) > 0 {
		checkUsedFeatures(check, config, map[api.Feature][]string{feature: properties})
	}
}

// checkUsedFeatures is checkFeatures for the inputs by the feature that they need. It
// reports a version that cannot be read only once.
func checkUsedFeatures(check *inputs.Checker, config *Config, used map[api.Feature][]string) {
	if len(used) == 0 {
		return
	}
	features := slices.Sorted(maps.Keys(used))
	version, err := config.previewVersion(check.Context(), features...)
	if errors.Is(err, errVersionUnknown) {
		return
	}
	for _, feature := range features {
		for _, name := range used[feature] {
			switch {
			case err != nil && check.Skips(name):
				continue
			case err != nil:
				check.Require(false, name, "cannot be checked against the version of Pocket ID: %v", err)
				return
			}
			check.Require(version.Has(feature), name, "%s", ignoredInput(feature, version))
		}
	}
}

// warnReplaced warns about an input whose feature the server has replaced by another one,
// which the input replacement controls. Such an input still works.
func warnReplaced(check *inputs.Checker, config *Config, feature api.Feature, property, replacement string) {
	version, err := config.previewVersion(check.Context())
	if err == nil && version.Lost(feature) && version.Has(feature.Replacement()) {
		check.Warn("%s is deprecated: Pocket ID %s and later have %s instead; set that", property, feature.Until(), replacement)
	}
}

// checkFeature records a failure if the server does not have such an object at all.
func checkFeature(check *inputs.Checker, config *Config, feature api.Feature, what string) {
	version, err := config.previewVersion(check.Context(), feature)
	if err == nil {
		err = version.Require(feature, what)
	}
	check.Require(err == nil || errors.Is(err, errVersionUnknown), "", "%v", err)
}

// requireFeatures is checkFeatures before a write: the inputs by the feature that they
// need.
func requireFeatures(ctx context.Context, conn *api.Conn, used map[api.Feature][]string) error {
	if len(used) == 0 {
		return nil
	}
	features := slices.Sorted(maps.Keys(used)) // a fixed order of the errors
	version, err := conn.VersionWith(ctx, features...)
	if err != nil {
		return err
	}
	var failed error
	for _, feature := range features {
		for _, name := range used[feature] {
			if !version.Has(feature) {
				failed = errors.Join(failed, fmt.Errorf("%s %s", name, ignoredInput(feature, version)))
			}
		}
	}
	return lifecycle.Unchanged(failed)
}

func ignoredInput(feature api.Feature, version api.Version) string {
	if version.Lost(feature) {
		return fmt.Sprintf("exists only before Pocket ID %s; this server is %s and no longer has it", feature.Until(), version)
	}
	return fmt.Sprintf("requires Pocket ID %s or later; this server is %s and would silently ignore it", feature.Since(), version)
}
