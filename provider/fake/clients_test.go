package fake_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

func TestAFakeMustBeTold(t *testing.T) {
	t.Parallel()
	_, err := fake.New(fake.Options{})
	require.ErrorContains(t, err, "API key")

	_, err = fake.New(fake.Options{APIKey: apiKey, Version: "1.0.0"})
	require.ErrorContains(t, err, "2.3.0, 2.9.0, 2.12.0, 2.13.0, 2.14.0")

	_, err = fake.New(fake.Options{APIKey: apiKey, Version: "2.13.0", AutoSecret: true})
	require.ErrorContains(t, err, "2.13.0")
}

func TestEveryAnswerOfNewerReleasesCanBeNamed(t *testing.T) {
	t.Parallel()
	for version, named := range map[string]bool{"2.9.0": false, "2.12.0": false, "2.13.0": true, "2.14.0": true} {
		server := start(t, fake.Options{Version: version})
		for _, path := range []string{"/healthz", "/api/oidc/clients", "/api/oidc/clients/none", "/api/no-such-route"} {
			require.Equal(t, named, server.do("GET", path, nil).header.Get("X-Request-Id") != "", version+path)
		}
	}
	server := start(t, fake.Options{})
	// but for a path with a slash too many, which comes from a place before the names
	require.Empty(t, server.do("GET", "/api/oidc/clients/", nil).header.Get("X-Request-Id"))
	a := server.do("GET", "/api/oidc/clients/none", nil)
	require.Equal(t, a.header.Get("X-Request-Id"), a.body["request_id"])
}

func TestAPutForgetsWhatItDoesNotSay(t *testing.T) {
	t.Parallel()
	server := start(t, fake.Options{FutureFields: true})
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

	// What was read can be written back, and nothing changes.
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

func TestFieldsOfTheFutureAreDroppedUnlessAskedFor(t *testing.T) {
	t.Parallel()
	server := start(t, fake.Options{})
	made := server.ok("POST", "/api/oidc/clients", object{"name": "App", "backchannelLogoutURL": "https://app.example/gone",
		"credentials": object{"federatedIdentities": []object{{"issuer": "https://a.example", "publicKeys": []object{}}}}})

	require.NotContains(t, made, "backchannelLogoutURL")
	require.Equal(t, []any{object{"issuer": "https://a.example", "replayProtection": false}},
		made["credentials"].(object)["federatedIdentities"])
}

func TestFieldsThatAreTooNewForAReleaseAreDropped(t *testing.T) {
	t.Parallel()
	for version, knows := range map[string][]string{
		"2.3.0":  {},
		"2.9.0":  {"requiresPushedAuthorizationRequests"},
		"2.12.0": {"requiresPushedAuthorizationRequests", "description", "skipConsent"},
		"2.13.0": {"requiresPushedAuthorizationRequests", "description", "skipConsent", "accessTokenDurationMinutes", "clientType"},
	} {
		// Not even a server that keeps what it does not know keeps what it should know and does not.
		server := start(t, fake.Options{Version: version, FutureFields: true})
		made := server.ok("POST", "/api/oidc/clients", object{"name": "App", "description": "d", "skipConsent": true,
			"requiresPushedAuthorizationRequests": true, "accessTokenDurationMinutes": 5})
		for _, field := range []string{"requiresPushedAuthorizationRequests", "description", "skipConsent", "accessTokenDurationMinutes", "clientType"} {
			if contains(knows, field) {
				require.Contains(t, made, field, version)
			} else {
				require.NotContains(t, made, field, version)
			}
		}
	}
}

func contains(all []string, one string) bool {
	for _, s := range all {
		if s == one {
			return true
		}
	}
	return false
}

func TestAReleaseOfTheFutureMakesASecretWithTheClient(t *testing.T) {
	t.Parallel()
	server := start(t, fake.Options{AutoSecret: true})

	made := server.ok("POST", "/api/oidc/clients", object{"id": "app", "name": "App"})
	secret := made["createdSecret"].(object)
	require.Len(t, secret["secret"], 32)
	require.Equal(t, 200, server.withSecret("app", secret["secret"].(string)).status)

	listed := server.ok("GET", "/api/oidc/clients/app", nil)["credentials"].(object)["secrets"].([]any)
	require.Len(t, listed, 1)
	require.Equal(t, secret["id"], listed[0].(object)["id"])
	require.NotContains(t, listed[0], "secret")
	require.NotContains(t, server.ok("GET", "/api/oidc/clients/app", nil), "createdSecret")

	require.NotContains(t, server.ok("POST", "/api/oidc/clients", object{"name": "Public", "isPublic": true}), "createdSecret")
	usual := start(t, fake.Options{})
	require.NotContains(t, usual.ok("POST", "/api/oidc/clients", object{"name": "App"}), "createdSecret")
}

func TestAClientHasAtMostTwentySecrets(t *testing.T) {
	t.Parallel()
	server := start(t, fake.Options{})
	server.ok("POST", "/api/oidc/clients", object{"id": "app", "name": "App"})
	var last object
	for range 20 {
		last = server.ok("POST", "/api/oidc/clients/app/secrets", nil)
	}

	a := server.do("POST", "/api/oidc/clients/app/secrets", nil)
	require.Equal(t, 400, a.status)
	require.Equal(t, "A client cannot have more than 20 secrets", a.body["error"])

	server.ok("DELETE", "/api/oidc/clients/app/secrets/"+last["id"].(string), nil)
	server.ok("POST", "/api/oidc/clients/app/secrets", nil)
}

func TestASecretThatExpiredStaysAndOpensNothing(t *testing.T) {
	t.Parallel()
	now := time.Now()
	server := start(t, fake.Options{Now: func() time.Time { return now }})
	server.ok("POST", "/api/oidc/clients", object{"id": "app", "name": "App"})
	server.ok("POST", "/api/oidc/clients/app/secrets", object{"secret": "not-a-real-secret", "expiresAt": now.Add(time.Hour)})
	require.Equal(t, 200, server.withSecret("app", "not-a-real-secret").status)

	now = now.Add(2 * time.Hour)

	require.Equal(t, 401, server.withSecret("app", "not-a-real-secret").status)
	listed := server.ok("GET", "/api/oidc/clients/app", nil)["credentials"].(object)["secrets"].([]any)[0].(object)
	require.Equal(t, false, listed["isActive"])
	require.Equal(t, "not-", listed["prefix"])
}

func TestManySecretsWorkAtOnceWhereOneReplacesTheOther(t *testing.T) {
	t.Parallel()
	for version, first := range map[string]int{"2.9.0": 401, "2.13.0": 401, "2.14.0": 200} {
		server := start(t, fake.Options{Version: version})
		old := server.newSecret("app")
		fresh := server.newSecret("app2") // another client's
		path := map[string]string{"2.14.0": "/secrets"}[version]
		if path == "" {
			path = "/secret"
		}
		second := server.ok("POST", "/api/oidc/clients/app"+path, nil)["secret"].(string)

		require.Equal(t, first, server.withSecret("app", old).status, version)
		require.Equal(t, 200, server.withSecret("app", second).status, version)
		require.Equal(t, 401, server.withSecret("app", fresh).status, version)
	}
}

func TestAPublicClientKeepsItsSecretsForLater(t *testing.T) {
	t.Parallel()
	server := start(t, fake.Options{})
	secret := server.newSecret("app")
	server.ok("PUT", "/api/oidc/clients/app", object{"name": "App", "isPublic": true})
	require.Equal(t, 400, server.do("POST", "/api/oidc/clients/app/secrets", nil).status)
	require.Equal(t, 400, server.withSecret("app", secret).status)

	server.ok("PUT", "/api/oidc/clients/app", object{"name": "App"})

	require.Equal(t, 200, server.withSecret("app", secret).status)
}

func TestListsHaveAHundredEntriesAtMost(t *testing.T) {
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
	// A page beyond the end is the last one, and not empty.
	first, _, n = names("pagination[limit]=500&pagination[page]=3")
	require.Equal(t, "App 100", first)
	require.Equal(t, 1, n)
}

func TestGroupsAreDroppedWithTheRestriction(t *testing.T) {
	t.Parallel()
	server := start(t, fake.Options{})
	devs := server.ok("POST", "/api/user-groups", object{"name": "devs", "friendlyName": "Developers"})["id"]
	server.ok("POST", "/api/oidc/clients", object{"id": "app", "name": "App", "isGroupRestricted": true})
	server.ok("PUT", "/api/oidc/clients/app/allowed-user-groups", object{"userGroupIds": []any{devs, "nobody"}})
	allowed := func() []any { return server.ok("GET", "/api/oidc/clients/app", nil)["allowedUserGroups"].([]any) }
	require.Len(t, allowed(), 1)

	server.ok("PUT", "/api/oidc/clients/app", object{"name": "App", "isGroupRestricted": true})
	require.Len(t, allowed(), 1)

	// Without its last group the client lets nobody in: it is restricted still.
	server.ok("DELETE", "/api/user-groups/"+devs.(string), nil)
	require.Empty(t, allowed())
	require.Equal(t, true, server.ok("GET", "/api/oidc/clients/app", nil)["isGroupRestricted"])

	ops := server.ok("POST", "/api/user-groups", object{"name": "ops", "friendlyName": "Operations"})["id"]
	server.ok("PUT", "/api/oidc/clients/app/allowed-user-groups", object{"userGroupIds": []any{ops}})
	server.ok("PUT", "/api/oidc/clients/app", object{"name": "App"})
	require.Empty(t, allowed())
}

func TestAGroupIsNewWhenAUserJoinsIt(t *testing.T) {
	t.Parallel()
	now := time.Date(2030, 1, 2, 3, 4, 5, 600_000_000, time.UTC)
	server := start(t, fake.Options{Now: func() time.Time { return now }})
	made := server.ok("POST", "/api/user-groups", object{"name": "devs", "friendlyName": "Developers"})
	group := "/api/user-groups/" + made["id"].(string)
	require.Equal(t, "2030-01-02T03:04:05.6Z", made["createdAt"])
	require.Equal(t, "2030-01-02T03:04:05Z", server.ok("GET", group, nil)["createdAt"])
	alice := server.ok("POST", "/api/users", object{"username": "alice", "email": "alice@example.com"})["id"].(string)

	now = now.Add(time.Hour)
	server.ok("PUT", group+"/users", object{"userIds": []string{alice}})
	require.Equal(t, "2030-01-02T03:04:05Z", server.ok("GET", group, nil)["createdAt"])
	server.ok("PUT", "/api/users/"+alice+"/user-groups", object{"userGroupIds": []any{made["id"]}})
	require.Equal(t, "2030-01-02T04:04:05Z", server.ok("GET", group, nil)["createdAt"])
}

func TestASignupTokenEndsWhenItWasToldTo(t *testing.T) {
	t.Parallel()
	now := time.Date(2030, 1, 2, 3, 4, 5, 600_000_000, time.UTC)
	server := start(t, fake.Options{Now: func() time.Time { return now }})

	made := server.ok("POST", "/api/signup-tokens", object{"ttl": "24h", "usageLimit": 1})
	require.Equal(t, "2030-01-03T03:04:05Z", made["expiresAt"])
}

func TestNobodyIsServedWithoutTheKey(t *testing.T) {
	t.Parallel()
	server := start(t, fake.Options{})
	for _, path := range []string{"/api/oidc/clients", "/api/users/me", "/api/application-configuration/all", "/api/apis"} {
		request, err := http.NewRequest("GET", server.url+path, nil)
		require.NoError(t, err)
		request.Header.Set("Authorization", "Bearer "+apiKey)
		require.Equal(t, 401, server.send(request).status, path)
	}
}

func TestTheOwnerOfTheKeyComesBack(t *testing.T) {
	t.Parallel()
	server := start(t, fake.Options{})
	me := server.ok("GET", "/api/users/me", nil)

	server.ok("DELETE", "/api/users/"+me["id"].(string), nil)

	again := server.ok("GET", "/api/users/me", nil)
	require.Equal(t, me["id"], again["id"])
	require.NotEqual(t, me["username"], again["username"])
}
