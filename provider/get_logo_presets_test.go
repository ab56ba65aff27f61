package provider

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

// iconLibrary serves an icon library with more icons than a search returns.
func iconLibrary(t *testing.T) string {
	t.Helper()
	index := `[{"Name":"Nextcloud","Reference":"nextcloud","SVG":"Yes","Light":"Yes"},{"Name":"ownCloud","Reference":"owncloud","SVG":"No","Light":"No"}`
	for i := range 40 {
		index += fmt.Sprintf(`,{"Name":"Other %02d","Reference":"other-%02d","SVG":"Yes","Light":"No"}`, i, i)
	}
	library := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/index.json":
			reply(w, http.StatusOK, "application/json", index+"]")
		case "/svg/nextcloud.svg", "/svg/nextcloud-light.svg":
			reply(w, http.StatusOK, "image/svg+xml", circleSVG)
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(library.Close)
	return library.URL
}

func TestGetLogoPresets(t *testing.T) {
	t.Parallel()
	library := iconLibrary(t)
	instance := newFake(t, fake.Options{Version: "2.18.0", IconLibraryURL: library})
	require.Equal(t, []any{
		map[string]any{"name": "Nextcloud", "reference": "nextcloud", "logoUrl": library + "/svg/nextcloud.svg", "darkLogoUrl": library + "/svg/nextcloud-light.svg"},
		map[string]any{"name": "ownCloud", "reference": "owncloud", "logoUrl": library + "/png/owncloud.png"},
	}, mustInvoke(instance, "getLogoPresets", map[string]any{"search": "cloud"})["presets"])
	require.Len(t, mustInvoke(instance, "getLogoPresets", nil)["presets"], 30)
	require.Empty(t, mustInvoke(instance, "getLogoPresets", map[string]any{"search": "no such icon & more"})["presets"])

	t.Log("a logo is set to an icon")
	s := newStack(t, instance)
	icon := mustInvoke(instance, "getLogoPresets", map[string]any{"search": "nextcloud"})["presets"].([]any)[0].(map[string]any)
	s.declare("Client", "app", withValue(confidentialClient("app"), "logo", remoteAsset(icon["logoUrl"].(string))))
	s.mustUp()
	content, kind := instance.getImage("/api/oidc/clients/app/logo")
	require.Equal(t, []string{circleSVG, "image/svg+xml"}, []string{string(content), kind})
	s.requireNoChanges()
}

func TestLogoPresetsThatCannotBeHadAreAnError(t *testing.T) {
	t.Parallel()
	_, err := invoke(newFake(t, fake.Options{Version: "2.17.0"}), "getLogoPresets", nil)
	require.ErrorContains(t, err, "getLogoPresets requires Pocket ID 2.18.0 or later; this server is 2.17.0")
	_, err = invoke(newFake(t, fake.Options{Version: "2.18.0"}), "getLogoPresets", nil)
	require.ErrorContains(t, err, "the icon library of this Pocket ID is disabled (ICON_LIBRARY_URL)")
	instance := newFake(t, fake.Options{Version: "2.18.0", IconLibraryURL: "http://127.0.0.1:1"})
	requests := instance.requestsDuring(func() { _, err = invoke(instance, "getLogoPresets", nil) })
	require.ErrorContains(t, err, "this Pocket ID cannot reach its icon library now; try again later")
	require.LessOrEqual(t, count(requests, "GET /api/oidc/logo-presets"), 5, "it is not repeated until startupTimeout")
}
