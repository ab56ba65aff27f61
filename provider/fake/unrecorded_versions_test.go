package fake_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"hash/crc32"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

// Versions since 2.15 are not recorded. These tests state what the fake knows of them.

func TestListOfClientsHasTheGroupsFrom216(t *testing.T) {
	t.Parallel()
	for version, hasGroups := range map[string]bool{"2.14.0": false, "2.15.0": false, "2.16.0": true, "2.18.0": true} {
		server := start(t, fake.Options{Version: version})
		group := server.ok("POST", "/api/user-groups", object{"name": "devs", "friendlyName": "Devs"})["id"].(string)
		server.ok("POST", "/api/oidc/clients", object{"id": "wiki", "name": "Wiki", "isGroupRestricted": true})
		server.ok("PUT", "/api/oidc/clients/wiki/allowed-user-groups", object{"userGroupIds": []string{group}})
		item := server.ok("GET", "/api/oidc/clients", nil)["data"].([]any)[0].(object)
		_, counted := item["allowedUserGroupsCount"]
		require.Equal(t, !hasGroups, counted, version)
		if hasGroups {
			require.Equal(t, group, item["allowedUserGroups"].([]any)[0].(object)["id"], version)
		} else {
			require.NotContains(t, item, "allowedUserGroups", version)
		}
	}
}

func TestBackchannelLogoutURLIsStoredFrom217(t *testing.T) {
	t.Parallel()
	body := object{"id": "wiki", "name": "Wiki", "backchannelLogoutURL": "https://wiki.example/logout"}
	server := start(t, fake.Options{Version: "2.16.0"})
	server.ok("POST", "/api/oidc/clients", body)
	require.NotContains(t, server.ok("GET", "/api/oidc/clients/wiki", nil), "backchannelLogoutURL")
	server = start(t, fake.Options{Version: "2.17.0"})
	server.ok("POST", "/api/oidc/clients", body)
	require.Equal(t, "https://wiki.example/logout", server.ok("GET", "/api/oidc/clients/wiki", nil)["backchannelLogoutURL"])
	server.ok("PUT", "/api/oidc/clients/wiki", object{"name": "Wiki"})
	require.Nil(t, server.ok("GET", "/api/oidc/clients/wiki", nil)["backchannelLogoutURL"], "a PUT that omits it clears it")
}

func TestSettingDecidesWhetherAClientIsCreatedWithASecret(t *testing.T) {
	t.Parallel()
	server := start(t, fake.Options{Version: "2.17.0"})
	require.NotEmpty(t, server.ok("POST", "/api/oidc/clients", object{"name": "A"})["createdSecret"])
	require.NotContains(t, server.ok("POST", "/api/oidc/clients", object{"name": "B", "isPublic": true}), "createdSecret")
	settings := server.settings()
	require.Equal(t, "true", settings["autoCreateOidcClientSecret"])
	settings["autoCreateOidcClientSecret"] = "false"
	require.Equal(t, http.StatusOK, server.do("PUT", "/api/application-configuration", settings).status)
	require.NotContains(t, server.ok("POST", "/api/oidc/clients", object{"name": "C"}), "createdSecret")
	delete(settings, "autoCreateOidcClientSecret")
	require.Equal(t, http.StatusBadRequest, server.do("PUT", "/api/application-configuration", settings).status, "it is required")
}

func TestLoginNotificationModeReplacesTheSwitchAfter218(t *testing.T) {
	t.Parallel()
	require.Equal(t, "false", start(t, fake.Options{Version: "2.18.0"}).settings()["emailLoginNotificationEnabled"])
	server := start(t, fake.Options{Version: "2.19.0"})
	settings := server.settings()
	require.NotContains(t, settings, "emailLoginNotificationEnabled")
	require.Equal(t, "disabled", settings["emailLoginNotificationMode"])
	for mode, status := range map[string]int{"always": 200, "ipAndUserAgent": 200, "browserRecognition": 200, "true": 400, "": 400} {
		settings["emailLoginNotificationMode"] = mode
		require.Equal(t, status, server.do("PUT", "/api/application-configuration", settings).status, mode)
	}
}

// settings returns the whole application configuration.
func (s *testServer) settings() map[string]string {
	s.t.Helper()
	var list []struct{ Key, Value string }
	require.NoError(s.t, json.Unmarshal([]byte(s.do("GET", "/api/application-configuration/all", nil).text), &list))
	all := map[string]string{}
	for _, item := range list {
		all[item.Key] = item.Value
	}
	return all
}

func TestLogoPresetsAreSearchedFrom218(t *testing.T) {
	t.Parallel()
	search := func(s *testServer, query string) (references []string) {
		var list []struct{ Reference string }
		require.NoError(t, json.Unmarshal([]byte(s.do("GET", "/api/oidc/logo-presets?search="+query, nil).text), &list))
		for _, item := range list {
			references = append(references, item.Reference)
		}
		return references
	}
	library := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`[{"Name":"Nextcloud Talk","Reference":"nextcloud-talk","SVG":"Yes","Light":"No"},` +
			`{"Name":"ownCloud","Reference":"owncloud","SVG":"No","Light":"Yes"},{"Name":"Bad","Reference":"../cloud"},` +
			`{"Name":"Nextcloud","Reference":"nextcloud","SVG":"Yes","Light":"Yes"},{"Name":"Box","Reference":"box","Tags":"Cloud, files"}]`))
	}))
	t.Cleanup(library.Close)
	server := start(t, fake.Options{Version: "2.18.0", IconLibraryURL: library.URL})
	require.Equal(t, []string{"nextcloud", "nextcloud-talk"}, search(server, "next+cloud"))
	require.Equal(t, []string{"nextcloud", "nextcloud-talk", "owncloud", "box"}, search(server, "cloud"))
	require.Equal(t, []string{"box", "nextcloud", "nextcloud-talk", "owncloud"}, search(server, ""))
	require.JSONEq(t, `[{"name":"ownCloud","reference":"owncloud","logoUrl":"`+library.URL+`/png/owncloud.png","darkLogoUrl":"`+library.URL+`/png/owncloud-light.png"}]`,
		server.do("GET", "/api/oidc/logo-presets?search=owncloud", nil).text)
	library.Close()
	broken := server.do("GET", "/api/oidc/logo-presets", nil)
	require.Equal(t, []any{502, "logo_presets_unavailable"}, []any{broken.status, broken.body["code"]})
	disabled := start(t, fake.Options{Version: "2.18.0"}).do("GET", "/api/oidc/logo-presets", nil)
	require.Equal(t, []any{403, "logo_presets_disabled"}, []any{disabled.status, disabled.body["code"]})
	require.Equal(t, 404, start(t, fake.Options{Version: "2.17.0"}).do("GET", "/api/oidc/logo-presets", nil).status)
}

func TestImagesWithTooManyPixelsAreRefusedFrom215(t *testing.T) {
	t.Parallel()
	for version, refused := range map[string]bool{"2.14.0": false, "2.15.0": true} {
		server := start(t, fake.Options{Version: version})
		server.ok("POST", "/api/oidc/clients", object{"id": "wiki", "name": "Wiki"})
		user := server.ok("POST", "/api/users", object{"username": "ada", "firstName": "Ada", "displayName": "Ada", "email": "ada@example.com"})["id"].(string)
		for path, method := range map[string]string{
			"/api/oidc/clients/wiki/logo": "POST", "/api/application-images/background": "PUT", "/api/users/" + user + "/profile-picture": "PUT",
		} {
			require.Equal(t, 204, server.upload(method, path, pngHeader(4000, 4000)).status, path)
			got := server.upload(method, path, pngHeader(4001, 4000))
			require.Equal(t, refused, got.status == 400, "%s on %s: %s", path, version, got.text)
		}
	}
}

// pngHeader returns the beginning of a PNG image of this size.
func pngHeader(width, height uint32) []byte {
	header := append([]byte("IHDR"), make([]byte, 13)...)
	binary.BigEndian.PutUint32(header[4:], width)
	binary.BigEndian.PutUint32(header[8:], height)
	header[12] = 8
	content := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d"), header...)
	return binary.BigEndian.AppendUint32(content, crc32.ChecksumIEEE(header))
}

// upload sends a PNG image.
func (s *testServer) upload(method, path string, content []byte) response {
	s.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("file", "image.png")
	require.NoError(s.t, err)
	_, _ = part.Write(content)
	require.NoError(s.t, form.Close())
	request, err := http.NewRequest(method, s.url+path, &body)
	require.NoError(s.t, err)
	request.Header.Set("Content-Type", form.FormDataContentType())
	request.Header.Set("X-API-Key", apiKey)
	return s.send(request)
}
