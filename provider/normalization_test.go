package provider

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

// Servers before 2.13 do not normalize strings. No server normalizes URLs and the values that
// it compares with tokens.
func TestStringsAreNormalizedAndURLsAreNot(t *testing.T) {
	t.Parallel()
	const decomposed, composed = "Cafe\u0301", "Caf\u00e9"
	for _, version := range []string{"2.3.0", "2.12.0", "2.14.0"} {
		instance := newFake(t, fake.Options{Version: version})
		s := newStack(t, instance)
		group := map[string]any{"name": decomposed, "friendlyName": decomposed, "customClaims": map[string]any{decomposed: decomposed}}
		s.declare("Group", "devs", group)
		client := map[string]any{"name": decomposed, "clientId": "app", "callbackUrls": []any{"https://a.example/" + decomposed}, "launchUrl": "https://a.example/" + decomposed}
		if instance.atLeastMinor(10) {
			client["description"] = decomposed
		}
		s.declare("Client", "app", client)
		identity := map[string]any{"clientId": "app", "issuer": "https://ci.example/" + decomposed, "audience": decomposed}
		if instance.atLeastMinor(9) {
			identity["subject"] = decomposed
		}
		s.declare("FederatedIdentity", "ci", identity).from = map[string]string{"clientId": "app.clientId"}
		s.mustUp()
		s.requireNoChanges()
		id := string(s.state("devs").ID)
		require.Equal(t, composed, instance.group(id)["name"])
		require.Equal(t, composed, instance.group(id)["friendlyName"])
		require.Equal(t, map[string]string{composed: composed}, instance.groupClaims(id))
		app := instance.client("app")
		require.Equal(t, composed, app["name"])
		require.Equal(t, "https://a.example/"+decomposed, app["launchURL"])
		require.Equal(t, []any{"https://a.example/" + decomposed}, app["callbackURLs"])
		fi := instance.identities("app")[0].(map[string]any)
		require.Equal(t, "https://ci.example/"+decomposed, fi["issuer"])
		require.Equal(t, decomposed, fi["audience"])

		t.Log("a decomposed string that was written by hand is no drift")
		instance.mustRequest("PUT", "/api/user-groups/"+id, map[string]any{"name": decomposed, "friendlyName": decomposed})
		instance.mustRequest("PUT", "/api/custom-claims/user-group/"+id, []any{map[string]any{"key": decomposed, "value": decomposed}})
		instance.editClient("app", func(c map[string]any) {
			c["name"] = decomposed
			if instance.atLeastMinor(10) {
				c["description"] = decomposed
			}
		})
		s.requireNoChanges()
	}
}
