package fake_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

const seedText = `{
  "groups": [
    {"name": "family", "friendlyName": "Family", "customClaims": [{"key": "tier", "value": "gold"}]},
    {"name": "guests", "friendlyName": "Guests"}
  ],
  "users": [
    {"username": "ann", "email": "ann@example.com", "emailVerified": true, "firstName": "Ann", "lastName": "A", "displayName": "Ann A", "isAdmin": true, "locale": "en", "disabled": false,
     "groups": ["family", "guests"], "customClaims": [{"key": "room", "value": "7"}]}
  ],
  "clients": [
    {"id": "wiki", "name": "Wiki", "callbackURLs": ["https://wiki.example.com/cb"], "allowedUserGroups": ["family"], "secrets": ["not-a-secret-of-the-wiki"]},
    {"id": "open", "name": "Open", "callbackURLs": [], "logoutCallbackURLs": [], "launchURL": "https://open.example.com", "isPublic": false, "pkceEnabled": true,
     "requiresReauthentication": true, "credentials": {"federatedIdentities": [{"issuer": "https://ci.example.com", "subject": "ci", "audience": "", "jwks": "https://ci.example.com/keys"}]}}
  ]
}`

func readSeed(t *testing.T, text string) *fake.Seed {
	t.Helper()
	seed, err := fake.ReadSeed(strings.NewReader(text))
	require.NoError(t, err)
	return seed
}

func TestServerHasTheObjectsOfItsSeed(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"2.9.0", "2.14.0"} {
		now := time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
		s := start(t, fake.Options{Version: version, Seed: readSeed(t, seedText), Now: func() time.Time { return now }})
		wiki := s.ok("GET", "/api/oidc/clients/wiki", nil)
		require.Equal(t, true, wiki["isGroupRestricted"])
		groups := wiki["allowedUserGroups"].([]any)
		require.Len(t, groups, 1)
		require.Equal(t, "family", groups[0].(map[string]any)["name"])
		require.Equal(t, false, s.ok("GET", "/api/oidc/clients/open", nil)["isGroupRestricted"])

		group := s.ok("GET", "/api/user-groups/"+groups[0].(map[string]any)["id"].(string), nil)
		require.Equal(t, []any{map[string]any{"key": "tier", "value": "gold"}}, group["customClaims"])
		ann := group["users"].([]any)[0].(map[string]any)
		require.Equal(t, "ann", ann["username"])
		user := s.ok("GET", "/api/users/"+ann["id"].(string), nil)
		require.Equal(t, []any{map[string]any{"key": "room", "value": "7"}}, user["customClaims"])
		require.Len(t, user["userGroups"], 2)
		require.Equal(t, "2030-01-02T03:04:05Z", group["createdAt"])
		if version == "2.14.0" {
			require.Equal(t, 200, s.tokenBySecret("wiki", "not-a-secret-of-the-wiki").status)
		}
	}
}

// A program in Go writes lists of texts, and may spell a name in another Unicode form.
func TestASeedMayBeWrittenInGo(t *testing.T) {
	t.Parallel()
	s := start(t, fake.Options{Seed: &fake.Seed{
		Groups: []map[string]any{{"name": "cafe\u0301", "friendlyName": "Cafe\u0301"}},
		Clients: []map[string]any{{
			"id": "wiki", "name": "Wiki", "callbackURLs": []string{"https://wiki.example.com/cb"}, "isPublic": false, "allowedUserGroups": []string{"cafe\u0301"}, "secrets": []string{"not-a-secret-of-the-wiki"},
			"accessTokenDurationMinutes": 5, "refreshTokenDurationMinutes": 0,
		}},
	}})
	require.Len(t, s.ok("GET", "/api/oidc/clients/wiki", nil)["allowedUserGroups"], 1)
	require.Equal(t, 200, s.tokenBySecret("wiki", "not-a-secret-of-the-wiki").status)
	_, err := fake.New(fake.Options{APIKey: "any", Seed: &fake.Seed{Groups: []map[string]any{{"name": func() {}}}}})
	require.ErrorContains(t, err, "the seed is not valid")
}

func TestMistakesInASeedAreErrors(t *testing.T) {
	t.Parallel()
	for want, text := range map[string]string{
		`unknown field "client"`: `{"client": []}`,
		"text after the end":     `{} {}`,
		"EOF":                    `{"groups": [`,
		`clients[0]: version 2.14.0 has no field callbackUrl`:  `{"clients": [{"name": "Wiki", "callbackURLs": [], "callbackUrl": "https://wiki.example.com"}]}`,
		`no field credentials.federatedIdentities[0].subjekt`:  `{"clients": [{"name": "Wiki", "callbackURLs": [], "credentials": {"federatedIdentities": [{"issuer": "https://ci.example.com", "subjekt": "ci"}]}}]}`,
		`groups[0]: version 2.14.0 has no field members`:       `{"groups": [{"name": "abc", "friendlyName": "Abc", "members": ["ann"]}]}`,
		`users[0]: version 2.14.0 has no field admin`:          `{"users": [{"username": "ann", "firstName": "Ann", "lastName": "A", "displayName": "Ann", "email": "ann@example.com", "admin": true}]}`,
		`groups[0]: version 2.14.0 ignores the field users`:    `{"groups": [{"name": "abc", "friendlyName": "Abc", "users": ["ann"]}]}`,
		`users[0]: version 2.14.0 ignores the field ldapId`:    `{"users": [{"username": "ann", "firstName": "Ann", "lastName": "A", "displayName": "Ann", "email": "ann@example.com", "ldapId": "ann"}]}`,
		`users[0]: version 2.14.0 ignores the field userGroup`: `{"users": [{"username": "ann", "firstName": "Ann", "lastName": "A", "displayName": "Ann", "email": "ann@example.com", "userGroups": ["family"]}]}`,
		`clients[0]: version 2.14.0 ignores the field hasLogo`: `{"clients": [{"name": "Wiki", "callbackURLs": [], "hasLogo": true}]}`,
		`ignores the field credentials.secrets`:                `{"clients": [{"name": "Wiki", "callbackURLs": [], "credentials": {"secrets": ["not-a-secret-0000000"]}}]}`,
		`groups[0]: version 2.14.0 ignores the field created`:  `{"groups": [{"name": "abc", "friendlyName": "Abc", "createdAt": "2020-01-01T00:00:00Z"}]}`,
		`clients[0]: the seed has no`:                          `{"clients": [{"name": "Wiki", "callbackURLs": [], "allowedUserGroups": ["famly"]}]}`,
		"users[0]: groups must be":                             `{"users": [{"username": "ann", "groups": "family"}]}`,
		"groups[1]: POST /api/user-gr":                         `{"groups": [{"name": "abc", "friendlyName": "Abc"}, {"name": "abc", "friendlyName": "Abc"}]}`,
		"clients[0]: POST /api/oidc":                           `{"clients": [{"callbackURLs": []}]}`,
	} {
		seed, err := fake.ReadSeed(strings.NewReader(text))
		if err == nil {
			_, err = fake.New(fake.Options{APIKey: "any", Seed: seed})
		}
		require.ErrorContains(t, err, want)
	}
	text := readSeed(t, `{"clients": [{"name": "Wiki", "callbackURLs": [], "secrets": "not-a-secret-0000000"}]}`)
	_, err := fake.New(fake.Options{APIKey: "any", Seed: text})
	require.EqualError(t, err, "seed: clients[0]: secrets must be a list of values")
	two := readSeed(t, `{"clients": [{"name": "Wiki", "callbackURLs": [], "secrets": ["not-a-secret-0000000", "not-a-secret-1111111"]}]}`)
	_, err = fake.New(fake.Options{APIKey: "any", Version: "2.9.0", Seed: two})
	require.ErrorContains(t, err, "one secret per client (got 2)")
	_, err = fake.New(fake.Options{APIKey: "any", Seed: two})
	require.NoError(t, err)
	withID := readSeed(t, `{"users": [{"id": "7b0c8a52-6d6c-4c9e-9d0e-2f6a3c1b5e4d", "username": "ann", "firstName": "Ann", "lastName": "A", "displayName": "Ann", "email": "ann@example.com"}]}`)
	_, err = fake.New(fake.Options{APIKey: "any", Version: "2.9.0", Seed: withID})
	require.ErrorContains(t, err, "version 2.9.0 does not let the request choose the id")
	_, err = fake.New(fake.Options{APIKey: "any", Seed: withID})
	require.NoError(t, err)
}
