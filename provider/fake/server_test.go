package fake_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

func TestNewValidatesItsOptions(t *testing.T) {
	t.Parallel()
	_, err := fake.New(fake.Options{})
	require.ErrorContains(t, err, "API key")

	_, err = fake.New(fake.Options{APIKey: apiKey, Version: "1.0.0"})
	require.ErrorContains(t, err, "2.3.0, 2.9.0, 2.12.0, 2.13.0, 2.14.0")

	_, err = fake.New(fake.Options{APIKey: apiKey, Version: "2.13.0", AutoCreateClientSecret: true})
	require.ErrorContains(t, err, "2.13.0")
}

func TestResponsesHaveARequestIDFrom213(t *testing.T) {
	t.Parallel()
	for version, hasID := range map[string]bool{"2.9.0": false, "2.12.0": false, "2.13.0": true, "2.14.0": true} {
		server := start(t, fake.Options{Version: version})
		for _, path := range []string{"/healthz", "/api/oidc/clients", "/api/oidc/clients/none", "/api/no-such-route"} {
			require.Equal(t, hasID, server.do("GET", path, nil).header.Get("X-Request-Id") != "", version+path)
		}
	}
	server := start(t, fake.Options{})
	// A redirect has no request id: the server redirects before it assigns one.
	require.Empty(t, server.do("GET", "/api/oidc/clients/", nil).header.Get("X-Request-Id"))
	got := server.do("GET", "/api/oidc/clients/none", nil)
	require.Equal(t, got.header.Get("X-Request-Id"), got.body["request_id"])
}

func TestAdminRoutesRequireTheAPIKey(t *testing.T) {
	t.Parallel()
	server := start(t, fake.Options{})
	for _, path := range []string{"/api/oidc/clients", "/api/users/me", "/api/application-configuration/all", "/api/apis"} {
		request, err := http.NewRequest("GET", server.url+path, nil)
		require.NoError(t, err)
		request.Header.Set("Authorization", "Bearer "+apiKey)
		require.Equal(t, 401, server.send(request).status, path)
	}
}

func TestTheUserOfTheAPIKeyIsCreatedAgain(t *testing.T) {
	t.Parallel()
	server := start(t, fake.Options{})
	me := server.ok("GET", "/api/users/me", nil)

	server.ok("DELETE", "/api/users/"+me["id"].(string), nil)

	again := server.ok("GET", "/api/users/me", nil)
	require.Equal(t, me["id"], again["id"])
	require.NotEqual(t, me["username"], again["username"])
}

func TestAPageHasAtMostAHundredEntries(t *testing.T) {
	t.Parallel()
	server := start(t, fake.Options{})
	for i := range 101 {
		server.ok("POST", "/api/oidc/clients", object{"name": fmt.Sprintf("App %03d", i)})
	}
	names := func(query string) (first, last string, n int) {
		data := server.ok("GET", "/api/oidc/clients?sort[column]=name&"+query, nil)["data"].([]any)
		return data[0].(object)["name"].(string), data[len(data)-1].(object)["name"].(string), len(data)
	}

	_, last, n := names("pagination[limit]=500")
	require.Equal(t, "App 099", last)
	require.Equal(t, 100, n)
	first, _, n := names("pagination[limit]=500&pagination[page]=2")
	require.Equal(t, "App 100", first)
	require.Equal(t, 1, n)
	// A page number beyond the end returns the last page.
	first, _, n = names("pagination[limit]=500&pagination[page]=3")
	require.Equal(t, "App 100", first)
	require.Equal(t, 1, n)
}
