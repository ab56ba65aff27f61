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
    {"username": "ann", "email": "ann@example.com", "firstName": "Ann", "lastName": "A", "displayName": "Ann A", "groups": ["family", "guests"]}
  ],
  "clients": [
    {"id": "wiki", "name": "Wiki", "callbackURLs": ["https://wiki.example.com/cb"], "allowedUserGroups": ["family"], "secrets": ["not-a-secret-of-the-wiki"]},
    {"id": "open", "name": "Open", "callbackURLs": []}
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
		require.Equal(t, "ann", group["users"].([]any)[0].(map[string]any)["username"])
		require.Equal(t, "2030-01-02T03:04:05Z", group["createdAt"])
		if version == "2.14.0" {
			require.Equal(t, 200, s.tokenBySecret("wiki", "not-a-secret-of-the-wiki").status)
		}
	}
}

func TestMistakesInASeedAreErrors(t *testing.T) {
	t.Parallel()
	for want, text := range map[string]string{
		`unknown field "client"`:       `{"client": []}`,
		"text after the end":           `{} {}`,
		"EOF":                          `{"groups": [`,
		`clients[0]: the seed has no`:  `{"clients": [{"name": "Wiki", "callbackURLs": [], "allowedUserGroups": ["famly"]}]}`,
		"users[0]: groups must be":     `{"users": [{"username": "ann", "groups": "family"}]}`,
		"groups[1]: POST /api/user-gr": `{"groups": [{"name": "abc", "friendlyName": "Abc"}, {"name": "abc", "friendlyName": "Abc"}]}`,
		"clients[0]: POST /api/oidc":   `{"clients": [{"callbackURLs": []}]}`,
	} {
		seed, err := fake.ReadSeed(strings.NewReader(text))
		if err == nil {
			_, err = fake.New(fake.Options{APIKey: "any", Seed: seed})
		}
		require.ErrorContains(t, err, want)
	}
	two := readSeed(t, `{"clients": [{"name": "Wiki", "callbackURLs": [], "secrets": ["not-a-secret-0000000", "not-a-secret-1111111"]}]}`)
	_, err := fake.New(fake.Options{APIKey: "any", Version: "2.9.0", Seed: two})
	require.ErrorContains(t, err, "one secret per client (got 2)")
	_, err = fake.New(fake.Options{APIKey: "any", Seed: two})
	require.NoError(t, err)
}
