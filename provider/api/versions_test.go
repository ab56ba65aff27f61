package api

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// When each thing came, as the tags of Pocket ID have it.
func TestWhatEachVersionHas(t *testing.T) {
	t.Parallel()
	has := map[string][]Feature{
		"2.3.0":  {},
		"2.8.0":  {},
		"2.9.0":  {PushedAuthorizationRequests},
		"2.9.9":  {PushedAuthorizationRequests},
		"2.10.0": {Descriptions, SkipConsent, ReplayProtection, NoLearnedCallbacks},
		"2.11.0": {},
		"2.12.0": {OwnSecretValue},
		"2.13.0": {TokenLifetimes},
		"2.14.0": {ManySecrets},
		"2.15.0": {},
		"2.16.0": {},
		"2.17.0": {BackchannelLogout},
		"2.18.0": {},
		"3.0.0":  {},
	}
	all := []Feature{PushedAuthorizationRequests, Descriptions, SkipConsent, ReplayProtection, NoLearnedCallbacks, OwnSecretValue, TokenLifetimes, ManySecrets, BackchannelLogout}
	known := map[Feature]bool{}
	for _, version := range []string{"2.3.0", "2.8.0", "2.9.0", "2.9.9", "2.10.0", "2.11.0", "2.12.0", "2.13.0", "2.14.0", "2.15.0", "2.16.0", "2.17.0", "2.18.0", "3.0.0"} {
		for _, f := range has[version] {
			known[f] = true
		}
		// However the version is written.
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

// A version that says nothing is newer than all that is known; none is older.
func TestAVersionThatSaysNothing(t *testing.T) {
	t.Parallel()
	for _, odd := range []string{"development", "main", "sha-1234567", "unknown", "2", "..", "2.x", "-1.0.0", "99999999999999999999.0.0", "2.14.0.1", "\x00", "🦊"} {
		v := ParseVersion(odd)
		if odd == "2" {
			require.False(t, v.Has(PushedAuthorizationRequests), "it is 2.0.0")
			continue
		}
		require.True(t, v.Has(BackchannelLogout), odd)
		require.Equal(t, odd, v.String())
	}
	var none Version
	require.False(t, none.Has(PushedAuthorizationRequests))
	require.Equal(t, "older than 2.3.0", none.String())
	require.Equal(t, "2.14.0", ManySecrets.Since())
}

func TestTheVersionIsTheServers(t *testing.T) {
	t.Parallel()
	for _, version := range recordedVersions {
		said := recordings(t, version, func(r recorded) bool { return r.Path == "/api/version/current" && r.Status == 200 })[0]
		v, err := over(t, said.replay).Version(t.Context())
		require.NoError(t, err)
		require.Equal(t, version, v.String())
	}
}

func TestTheIssuerIsWhatTheServerCallsItself(t *testing.T) {
	t.Parallel()
	for _, version := range recordedVersions {
		said := recordings(t, version, func(r recorded) bool { return r.Path == "/.well-known/openid-configuration" })[0]
		issuer, err := over(t, said.replay).Issuer(t.Context())
		require.NoError(t, err)
		require.Equal(t, "http://pocket-id.test", issuer)
	}
}

// Before 2.3 there is no route for the version. That this is why it is missing is
// known only of what is a Pocket ID.
func TestAServerWithoutAVersionIsAnOldOne(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		version, discovery http.HandlerFunc
		old                bool
	}{
		"an old one":           {saying(404, `{"error":"API endpoint not found"}`), saying(200, `{"issuer":"https://id.example.com"}`), true},
		"an old one, headless": {saying(404, `404 page not found`), saying(200, `{"issuer":"https://id.example.com"}`), true},
		"another program":      {saying(404, `404 page not found`), saying(404, `404 page not found`), false},
		"another with pages":   {saying(404, `<html>`), saying(200, `<html>`), false},
		"a JSON server":        {saying(404, `{}`), saying(200, `{}`), false},
		"a refused key":        {saying(401, strange), saying(200, `{"issuer":"https://id.example.com"}`), false},
		"no version in it":     {saying(200, `{}`), saying(200, `{"issuer":"https://id.example.com"}`), false},
		"nothing at all":       {saying(200, ``), saying(200, ``), false},
	} {
		c := over(t, func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "/openid-configuration") {
				row.discovery(w, r)
				return
			}
			row.version(w, r)
		}, never)
		v, err := c.Version(t.Context())
		if row.old {
			require.NoError(t, err, name)
			require.Equal(t, "older than 2.3.0", v.String())
			continue
		}
		require.Error(t, err, name)
	}
}
