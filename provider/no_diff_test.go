package provider

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

func TestEquivalentInputsAreNoDiff(t *testing.T) {
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{}))
	s.declare("Group", "devs", map[string]any{"name": "devs", "friendlyName": "Developers"})
	s.declare("Group", "ops", map[string]any{"name": "ops", "friendlyName": "Operations"})
	s.mustUp()
	devs, ops := string(s.state("devs").ID), string(s.state("ops").ID)
	s.declare("Client", "app", map[string]any{"name": "App", "clientId": "app", "callbackUrls": []any{"https://a.example/cb", "https://b.example/cb"},
		"logoutCallbackUrls": []any{"https://a.example/out", "https://b.example/out"}, "allowedUserGroups": []any{devs, ops}})
	s.declare("Client", "bare", map[string]any{"name": "Bare", "callbackUrls": []any{}})
	s.declare("FederatedIdentity", "ci", map[string]any{"issuer": "https://ci.example"}).from = map[string]string{"clientId": "app.clientId"}
	s.mustUp()
	s.requireNoChanges()
	s.declare("Client", "app", map[string]any{"name": "App", "clientId": "app", "callbackUrls": []any{"https://b.example/cb", "https://a.example/cb", "https://b.example/cb"},
		"logoutCallbackUrls": []any{"https://b.example/out", "https://a.example/out", "https://a.example/out"}, "allowedUserGroups": []any{ops, devs, ops}})
	s.declare("Client", "bare", map[string]any{"name": "Bare", "callbackUrls": []any{}, "clientId": "", "description": "", "launchUrl": "", "backchannelLogoutUrl": "",
		"clientSecret": "", "logoutCallbackUrls": []any{}, "allowedUserGroups": []any{}})
	s.declare("FederatedIdentity", "ci", map[string]any{"issuer": "https://ci.example", "subject": "", "audience": "", "jwksUrl": ""})
	o := s.preview()
	require.NoError(t, o.err, o.messages)
	require.Empty(t, o.steps, "%v", o.diffs)
	s.mustUp()
	s.requireNoChanges()

	t.Log("the server keeps the order of writing, which is no drift")
	s.instance.editClient("app", func(c map[string]any) {
		c["callbackURLs"] = []any{"https://b.example/cb", "https://a.example/cb"}
		c["logoutCallbackURLs"] = []any{"https://b.example/out", "https://a.example/out"}
	})
	s.instance.mustRequest("PUT", "/api/oidc/clients/app/allowed-user-groups", map[string]any{"userGroupIds": []string{ops, devs}})
	s.requireNoChanges()
}

func TestPropertiesMissingFromAnOlderStateAreNoDiff(t *testing.T) {
	t.Parallel()
	s, _ := newCreatedStack(t, newFake(t, fake.Options{}))
	for name, properties := range map[string][]resource.PropertyKey{"app": {"skipConsent", "accessTokenDurationMinutes"}, "ci": {"replayProtection"}} {
		for _, property := range properties {
			require.Contains(t, s.state(name).Outputs, property)
			delete(s.state(name).Outputs, property)
			delete(s.state(name).Inputs, property)
		}
	}
	o := s.preview()
	require.NoError(t, o.err, o.messages)
	require.Empty(t, o.steps, "%v", o.diffs)
}

// If an update changes nothing, the engine stores the new inputs but keeps the old outputs,
// so only the inputs have the triggers of the first update after an import.
func TestTheFirstUpdateAfterAnImportSetsTheRotationTriggers(t *testing.T) {
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{}))
	s.instance.mustRequest("POST", "/api/oidc/clients", map[string]any{"id": "app", "name": "App", "callbackURLs": []string{"https://a.example/cb"}, "pkceEnabled": true})
	require.NoError(t, s.importResource("Client", "app", "app").err)
	app := confidentialClient("app")
	app["secretRotationTriggers"] = map[string]any{"month": "1"}
	s.declare("Client", "app", app)
	require.Empty(t, s.mustUp().steps)
	app["secretRotationTriggers"] = map[string]any{"month": "2"}
	s.declare("Client", "app", app)
	require.True(t, s.preview().outputs["app"]["clientSecret"].ContainsUnknowns())
	s.mustUp()
	require.True(t, secretWorks(t, s.instance, "app", s.output("app", "clientSecret").(string)))
	s.requireNoChanges()
}
