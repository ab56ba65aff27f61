package provider

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

func TestGetUserPasskeys(t *testing.T) {
	t.Parallel()
	instance := newFake(t, fake.Options{})
	user := instance.createUser()
	require.Equal(t, []any{}, mustInvoke(instance, "getUserPasskeys", map[string]any{"userId": user})["passkeys"])
	instance.simulatePasskeys(`[{"id":"k1","name":"Phone","credentialID":"Y3JlZA","attestationType":"none","transport":["internal","hybrid"],"backupEligible":true,"backupState":true,"createdAt":"2026-01-02T03:04:05+01:00"},` +
		`{"id":"k2","name":"Key","credentialID":"Mg","transport":null,"backupEligible":false,"backupState":false}]`)
	require.Equal(t, []any{
		map[string]any{"id": "k1", "name": "Phone", "createdAt": "2026-01-02T02:04:05Z", "backupEligible": true, "backupState": true, "transports": []any{"hybrid", "internal"}},
		map[string]any{"id": "k2", "name": "Key", "backupEligible": false, "backupState": false, "transports": []any{}},
	}, mustInvoke(instance, "getUserPasskeys", map[string]any{"userId": user})["passkeys"])
	_, err := invoke(instance, "getUserPasskeys", map[string]any{"userId": missingID})
	require.ErrorContains(t, err, "User not found", "a user that does not exist has no empty list")
	_, err = invoke(newFake(t, fake.Options{Version: "2.3.0"}), "getUserPasskeys", map[string]any{"userId": user})
	require.ErrorContains(t, err, "getUserPasskeys requires Pocket ID 2.6.0 or later; this server is 2.3.0")
}

func TestGetCurrentUser(t *testing.T) {
	t.Parallel()
	instance := newInstance(t)
	me := instance.mustRequest("GET", "/api/users/me", nil)
	found := mustInvoke(instance, "getCurrentUser", nil)
	require.Equal(t, []any{me["id"], me["username"], true}, []any{found["userId"], found["username"], found["isAdmin"]})
	require.NotContains(t, found, "apiKey")
}

// The list of clients has secrets without values, and groups since 2.16.
func TestFunctionsReturnMetadataOfSecretsAndGroups(t *testing.T) {
	t.Parallel()
	for version, listsGroups := range map[string]bool{"2.13.0": false, "2.14.0": false, "2.16.0": true} {
		instance := newFake(t, fake.Options{Version: version})
		s := newStack(t, instance)
		s.declare("Group", "devs", map[string]any{"name": "devs", "friendlyName": "Developers"})
		s.declare("Client", "app", confidentialClient("app")).from = map[string]string{"allowedUserGroups[]": "devs.id"}
		s.mustUp()
		group := string(s.state("devs").ID)
		one := mustInvoke(instance, "getClient", map[string]any{"clientId": "app"})
		listed := findByKey(t, mustInvoke(instance, "getClients", nil)["clients"], "clientId", "app")
		require.Equal(t, []any{group}, one["allowedUserGroups"], version)
		if listsGroups {
			require.Equal(t, []any{group}, listed["allowedUserGroups"], version)
		} else {
			require.NotContains(t, listed, "allowedUserGroups", version)
		}
		for _, found := range []map[string]any{one, listed} {
			require.Equal(t, "standard", found["clientType"])
			require.Equal(t, false, found["pkceSupported"])
			if version == "2.13.0" {
				require.NotContains(t, found, "secrets")
				continue
			}
			secret := s.output("app", "clientSecret").(string)
			require.Len(t, found["secrets"], 1)
			meta := found["secrets"].([]any)[0].(map[string]any)
			require.Equal(t, []any{s.output("app", "clientSecretId"), secret[:4], true}, []any{meta["secretId"], meta["prefix"], meta["isActive"]})
			require.NotContains(t, meta, "value")
			require.NotContains(t, meta, "expiresAt")
		}
	}
}
