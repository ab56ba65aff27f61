package provider

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

// requireNoWrites requires that an update sends no request that changes the server.
func (s *stack) requireNoWrites() outcome {
	s.t.Helper()
	var o outcome
	requests := s.instance.requestsDuring(func() { o = s.mustUp() })
	for _, method := range []string{"POST", "PUT", "PATCH", "DELETE"} {
		require.Zero(s.t, countRequests(requests, method), "%v", requests)
	}
	return o
}

// A ClientSecret becomes the part secret, and a ClientGroupAccess an entry of allowedUserGroups.
func TestApplicationAdoptsASecretAndGroupAccess(t *testing.T) {
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{}))
	s.declare("Group", "family", map[string]any{"name": "family", "friendlyName": "Family"})
	s.declare("Client", "photos", map[string]any{"name": "Immich", "clientId": "immich", "launchUrl": "https://photos.example.com", "pkceEnabled": false, "createSecret": false, "isGroupRestricted": true,
		"callbackUrls": []any{"https://photos.example.com/auth/login", "https://photos.example.com/user-settings", "app.immich:///oauth-callback"}})
	s.declare("ClientSecret", "key", map[string]any{"expiresIn": "90d"}).from = map[string]string{"clientId": "photos.clientId"}
	s.declare("ClientGroupAccess", "access", map[string]any{}).from = map[string]string{"clientId": "photos.clientId", "groupId": "family.id"}
	s.mustUp()
	secret := s.output("key", "secret")

	s.drop("photos")
	s.drop("key")
	s.drop("access")
	s.declareApplication("immich", immich(map[string]any{
		"secretRotation": map[string]any{"expiresIn": "90d"},
		"formerNames":    map[string]any{"client": "photos", "secret": "key"},
	})).from = map[string]string{"allowedUserGroups[]": "family.id"}
	o := s.preview()
	require.NoError(t, o.err, o.messages)
	steps := stepsAsStrings(o)
	require.ElementsMatch(t, []string{"create", "update", "create"}, steps["immich"], "the component is new, and the client gets allowedUserGroups")
	require.Equal(t, map[string][]string{"immich": {"allowedUserGroups"}}, o.diffs)
	delete(steps, "immich")
	require.Equal(t, map[string][]string{"access": {"delete"}}, steps)
	before := s.instance.client("immich")
	o = s.mustUp()
	require.Equal(t, before, s.instance.client("immich"), "the client was changed")
	require.Equal(t, secret, plainValue(o.outputs["immich"]["clientSecret"]))
	require.Len(t, before["allowedUserGroups"], 1)
	s.requireNoChanges()
}

// With the option aliases, a renamed component keeps its parts.
func TestARenamedApplicationKeepsItsParts(t *testing.T) {
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{}))
	parts := immich(map[string]any{
		"secretRotation":      map[string]any{},
		"federatedIdentities": map[string]any{"ci": map[string]any{"issuer": "https://ci.example", "subject": "ci"}},
	})
	s.declareApplication("immich", parts)
	s.mustUp()
	var former resource.URN
	for _, r := range s.snap.Resources {
		if r.Type == Name+":index:Application" {
			former = r.URN
		}
	}
	require.NotEmpty(t, former)

	s.drop("immich")
	s.declareApplication("photos", parts).options.AliasURNs = []resource.URN{former}
	o := s.preview()
	require.NoError(t, o.err, o.messages)
	require.Empty(t, stepsAsStrings(o), "%v", o.diffs)
	s.requireNoWrites()
	s.requireNoChanges()
	require.NotNil(t, s.find("photos-secret"))
	require.NotNil(t, s.find("photos-ci"))
}
