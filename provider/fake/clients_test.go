package fake_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

func TestAClientPutResetsOmittedFields(t *testing.T) {
	t.Parallel()
	server := start(t, fake.Options{StoreUnknownFields: true})
	server.ok("POST", "/api/oidc/clients", object{
		"id": "app", "name": "App", "description": "An app", "callbackURLs": []string{"https://app.example/cb"},
		"logoutCallbackURLs": []string{"https://app.example/out"}, "launchURL": "https://app.example", "pkceEnabled": true,
		"requiresReauthentication": true, "requiresPushedAuthorizationRequests": true, "skipConsent": true,
		"isGroupRestricted": true, "accessTokenDurationMinutes": 5, "refreshTokenDurationMinutes": 6,
		"credentials":          object{"federatedIdentities": []object{{"issuer": "https://a.example", "publicKeys": []object{{"kid": "1"}}}}},
		"backchannelLogoutURL": "https://app.example/gone",
	})
	before := server.ok("GET", "/api/oidc/clients/app", nil)
	require.Equal(t, "https://app.example/gone", before["backchannelLogoutURL"])
	identity := before["credentials"].(object)["federatedIdentities"].([]any)[0].(object)
	require.Equal(t, []any{object{"kid": "1"}}, identity["publicKeys"])

	// Writing back what was read changes nothing.
	require.Equal(t, before, server.ok("PUT", "/api/oidc/clients/app", before))
	require.Equal(t, before, server.ok("GET", "/api/oidc/clients/app", nil))

	server.ok("PUT", "/api/oidc/clients/app", object{"name": "App"})

	after := server.ok("GET", "/api/oidc/clients/app", nil)
	server.ok("POST", "/api/oidc/clients", object{"id": "new", "name": "App"})
	fresh := server.ok("GET", "/api/oidc/clients/new", nil)
	fresh["id"] = "app"
	require.Equal(t, fresh, after)
	require.NotContains(t, after, "backchannelLogoutURL")
}

func TestUnknownFieldsAreDroppedByDefault(t *testing.T) {
	t.Parallel()
	server := start(t, fake.Options{})
	created := server.ok("POST", "/api/oidc/clients", object{"name": "App", "backchannelLogoutURL": "https://app.example/gone",
		"credentials": object{"federatedIdentities": []object{{"issuer": "https://a.example", "publicKeys": []object{}}}}})

	require.NotContains(t, created, "backchannelLogoutURL")
	require.Equal(t, []any{object{"issuer": "https://a.example", "replayProtection": false}},
		created["credentials"].(object)["federatedIdentities"])
}

func TestFieldsOfLaterVersionsAreDropped(t *testing.T) {
	t.Parallel()
	for version, fields := range map[string][]string{
		"2.3.0":  {},
		"2.9.0":  {"requiresPushedAuthorizationRequests"},
		"2.12.0": {"requiresPushedAuthorizationRequests", "description", "skipConsent"},
		"2.13.0": {"requiresPushedAuthorizationRequests", "description", "skipConsent", "accessTokenDurationMinutes", "clientType"},
	} {
		// Even if unknown fields are stored, because these fields are known to a later version.
		server := start(t, fake.Options{Version: version, StoreUnknownFields: true})
		created := server.ok("POST", "/api/oidc/clients", object{"name": "App", "description": "d", "skipConsent": true,
			"requiresPushedAuthorizationRequests": true, "accessTokenDurationMinutes": 5})
		for _, field := range []string{"requiresPushedAuthorizationRequests", "description", "skipConsent", "accessTokenDurationMinutes", "clientType"} {
			if slices.Contains(fields, field) {
				require.Contains(t, created, field, version)
			} else {
				require.NotContains(t, created, field, version)
			}
		}
	}
}

func TestRemovingTheRestrictionClearsTheAllowedGroups(t *testing.T) {
	t.Parallel()
	server := start(t, fake.Options{})
	devs := server.ok("POST", "/api/user-groups", object{"name": "devs", "friendlyName": "Developers"})["id"]
	server.ok("POST", "/api/oidc/clients", object{"id": "app", "name": "App", "isGroupRestricted": true})
	server.ok("PUT", "/api/oidc/clients/app/allowed-user-groups", object{"userGroupIds": []any{devs, "nobody"}})
	allowed := func() []any { return server.ok("GET", "/api/oidc/clients/app", nil)["allowedUserGroups"].([]any) }
	require.Len(t, allowed(), 1)

	server.ok("PUT", "/api/oidc/clients/app", object{"name": "App", "isGroupRestricted": true})
	require.Len(t, allowed(), 1)

	// The client stays restricted without its last group.
	server.ok("DELETE", "/api/user-groups/"+devs.(string), nil)
	require.Empty(t, allowed())
	require.Equal(t, true, server.ok("GET", "/api/oidc/clients/app", nil)["isGroupRestricted"])

	ops := server.ok("POST", "/api/user-groups", object{"name": "ops", "friendlyName": "Operations"})["id"]
	server.ok("PUT", "/api/oidc/clients/app/allowed-user-groups", object{"userGroupIds": []any{ops}})
	server.ok("PUT", "/api/oidc/clients/app", object{"name": "App"})
	require.Empty(t, allowed())
}
