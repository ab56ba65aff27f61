package fake_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

func TestSettingTheGroupsOfAUserResetsTheirCreationTime(t *testing.T) {
	t.Parallel()
	now := time.Date(2030, 1, 2, 3, 4, 5, 600_000_000, time.UTC)
	server := start(t, fake.Options{Now: func() time.Time { return now }})
	created := server.ok("POST", "/api/user-groups", object{"name": "devs", "friendlyName": "Developers"})
	group := "/api/user-groups/" + created["id"].(string)
	require.Equal(t, "2030-01-02T03:04:05.6Z", created["createdAt"])
	require.Equal(t, "2030-01-02T03:04:05Z", server.ok("GET", group, nil)["createdAt"])
	alice := server.ok("POST", "/api/users", object{"username": "alice", "email": "alice@example.com"})["id"].(string)

	now = now.Add(time.Hour)
	server.ok("PUT", group+"/users", object{"userIds": []string{alice}})
	require.Equal(t, "2030-01-02T03:04:05Z", server.ok("GET", group, nil)["createdAt"])
	server.ok("PUT", "/api/users/"+alice+"/user-groups", object{"userGroupIds": []any{created["id"]}})
	require.Equal(t, "2030-01-02T04:04:05Z", server.ok("GET", group, nil)["createdAt"])
}

func TestASignupTokenExpiresAfterItsTTL(t *testing.T) {
	t.Parallel()
	now := time.Date(2030, 1, 2, 3, 4, 5, 600_000_000, time.UTC)
	server := start(t, fake.Options{Now: func() time.Time { return now }})

	created := server.ok("POST", "/api/signup-tokens", object{"ttl": "24h", "usageLimit": 1})
	require.Equal(t, "2030-01-03T03:04:05Z", created["expiresAt"])
}
