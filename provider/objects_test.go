package provider

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/lifecycle"
)

// A database may compare UUIDs without regard to case. Client IDs are compared exactly.
func TestAUserOrGroupIsTheSameObjectInAnyCase(t *testing.T) {
	t.Parallel()
	const lower, upper = "0f3a1c52-7f54-4f0e-9b1d-6f2f0c5d8a11", "0F3A1C52-7F54-4F0E-9B1D-6F2F0C5D8A11"
	for name, object := range map[string]func(id string) lifecycle.Object{
		"members":         groupMembers,
		"claims of users": func(id string) lifecycle.Object { return customClaims(api.UserClaims, id) },
		"claims of groups": func(id string) lifecycle.Object {
			return customClaims(api.GroupClaims, id)
		},
		"profile picture": profilePicture,
	} {
		require.Equal(t, object(lower), object(upper), name)
	}
	require.NotEqual(t, customClaims(api.UserClaims, lower), customClaims(api.GroupClaims, lower))
	require.NotEqual(t, clientGroups("app"), clientGroups("App"))
	require.NotEqual(t, federatedIdentities("app", "https://ci.example"), federatedIdentities("App", "https://ci.example"))
}
