package api

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The features of each version, from the release tags of Pocket ID.
func TestEachVersionHasItsFeatures(t *testing.T) {
	t.Parallel()
	has := map[string][]Feature{
		"2.3.0":  {},
		"2.8.0":  {},
		"2.9.0":  {PushedAuthorizationRequests},
		"2.9.9":  {PushedAuthorizationRequests},
		"2.10.0": {ClientDescriptions, SkipConsent, ReplayProtection, ExplicitCallbackURLs},
		"2.11.0": {},
		"2.12.0": {CustomSecretValues},
		"2.13.0": {TokenLifetimes},
		"2.14.0": {MultipleSecrets},
		"2.15.0": {},
		"2.16.0": {},
		"2.17.0": {BackchannelLogout},
		"2.18.0": {},
		"3.0.0":  {},
	}
	all := []Feature{PushedAuthorizationRequests, ClientDescriptions, SkipConsent, ReplayProtection, ExplicitCallbackURLs, CustomSecretValues, TokenLifetimes, MultipleSecrets, BackchannelLogout}
	known := map[Feature]bool{}
	for _, version := range []string{"2.3.0", "2.8.0", "2.9.0", "2.9.9", "2.10.0", "2.11.0", "2.12.0", "2.13.0", "2.14.0", "2.15.0", "2.16.0", "2.17.0", "2.18.0", "3.0.0"} {
		for _, f := range has[version] {
			known[f] = true
		}
		// In every spelling of the version.
		for _, spelled := range []string{version, "v" + version, version + "-rc.1", version + "+build.7", " " + version, strings.TrimSuffix(version, ".0")} {
			v := ParseVersion(spelled)
			for _, f := range all {
				require.Equal(t, known[f], v.Has(f), "%q has %s", spelled, f)
			}
			require.Equal(t, spelled, v.String())
		}
	}
	for _, f := range all {
		require.True(t, known[f], f)
	}
}

func TestEveryFeatureHasAVersionAndAName(t *testing.T) {
	t.Parallel()
	require.Len(t, features, int(LoginNotificationModes)+1, "the last feature of the list")
	for f := Feature(1); int(f) < len(features); f++ {
		require.NotEmpty(t, f.String(), "feature %d", int(f))
		require.True(t, ParseVersion(f.Since()).Has(f), f)
		if f > 1 {
			require.True(t, ParseVersion(f.Since()).Has(f-1), "%s is listed after a later feature", f)
		}
	}
}

// A removed feature is gone in its first version without it, and whoever asks for it learns
// what replaces it.
func TestARemovedFeatureEndsWithAVersion(t *testing.T) {
	t.Parallel()
	for version, has := range map[string]bool{"2.3.0": true, "2.18.0": true, "2.18.9": true, "2.19.0-rc.1": false, "2.19.0": false, "3.0.0": false, "development": false} {
		v := ParseVersion(version)
		require.Equal(t, has, v.Has(LoginNotificationSwitch), version)
		require.Equal(t, !has, v.Lost(LoginNotificationSwitch), version)
		require.Equal(t, !has, v.Has(LoginNotificationModes), version)
	}
	require.Equal(t, LoginNotificationModes, LoginNotificationSwitch.Replacement())
	for f := range removals {
		require.True(t, ParseVersion(f.Until()).Has(f.Replacement()) || f.Replacement() == 0, f)
		require.False(t, ParseVersion(f.Since()).Lost(f), f)
	}
	require.False(t, ParseVersion("99.0.0").Lost(BackchannelLogout))
}

func TestReleasesAfterTheNewestKnownAreNotKnown(t *testing.T) {
	t.Parallel()
	for version, known := range map[string]bool{"1.0.0": true, "2.14.0": true, "2.18.0": true, "2.18.7": true, "2.19.0": false, "3.0.0": false, "3.0.0-rc.1": false, "development": false} {
		require.Equal(t, known, ParseVersion(version).IsKnown(), version)
	}
	require.True(t, Version{}.IsKnown())
	for version, newer := range map[string]bool{"1.0.0": false, "2.99.0": false, "3.0.0-rc.1": true, "3.0.0": true, "development": false} {
		require.Equal(t, newer, ParseVersion(version).IsNewerMajor(), version)
	}
	require.False(t, Version{}.IsNewerMajor())
}

// A version that cannot be parsed counts as newer than all known ones, the zero Version as
// older.
func TestAVersionThatCannotBeParsedHasAllFeatures(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"development", "main", "sha-1234567", "unknown", "2", "..", "2.x", "-1.0.0", "99999999999999999999.0.0", "2.14.0.1", "\x00", "🦊"} {
		v := ParseVersion(text)
		if text == "2" {
			require.False(t, v.Has(PushedAuthorizationRequests), "it is 2.0.0")
			continue
		}
		require.True(t, v.Has(BackchannelLogout), text)
		require.Equal(t, text, v.String())
	}
	var none Version
	require.False(t, none.Has(PushedAuthorizationRequests))
	require.Equal(t, "older than 2.3.0", none.String())
	require.Equal(t, "2.14.0", MultipleSecrets.Since())
}

func TestRecordedVersionsAreRead(t *testing.T) {
	t.Parallel()
	for _, version := range recordedVersions {
		recording := recordings(t, version, func(r recorded) bool { return r.Path == "/api/version/current" && r.Status == 200 })[0]
		v, err := connectHTTP(t, recording.replay).Version(t.Context())
		require.NoError(t, err)
		require.Equal(t, version, v.String())
	}
}

func TestRecordedIssuersAreRead(t *testing.T) {
	t.Parallel()
	for _, version := range recordedVersions {
		recording := recordings(t, version, func(r recorded) bool { return r.Path == "/.well-known/openid-configuration" })[0]
		issuer, err := connectHTTP(t, recording.replay).Issuer(t.Context())
		require.NoError(t, err)
		require.Equal(t, "http://pocket-id.test", issuer)
	}
}

// Servers before 2.3 have no route for the version. A server without the route is old only
// if it is a Pocket ID.
func TestAServerWithoutAVersionIsAnOldOne(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		version, discovery http.HandlerFunc
		old                bool
	}{
		"an old one":                  {responding(404, `{"error":"API endpoint not found"}`), responding(200, `{"issuer":"https://id.example.com"}`), true},
		"an old one without frontend": {responding(404, `404 page not found`), responding(200, `{"issuer":"https://id.example.com"}`), true},
		"another program":             {responding(404, `404 page not found`), responding(404, `404 page not found`), false},
		"another program with pages":  {responding(404, `<html>`), responding(200, `<html>`), false},
		"a JSON server":               {responding(404, `{}`), responding(200, `{}`), false},
		"a refused key":               {responding(401, notSignedInBody), responding(200, `{"issuer":"https://id.example.com"}`), false},
		"no version in it":            {responding(200, `{}`), responding(200, `{"issuer":"https://id.example.com"}`), false},
		"nothing at all":              {responding(200, ``), responding(200, ``), false},
	} {
		c := connectHTTP(t, func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "/openid-configuration") {
				row.discovery(w, r)
				return
			}
			row.version(w, r)
		}, noRetries)
		v, err := c.Version(t.Context())
		if row.old {
			require.NoError(t, err, name)
			require.Equal(t, "older than 2.3.0", v.String())
			continue
		}
		require.Error(t, err, name)
	}
}
