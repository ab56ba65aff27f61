package provider

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

// Each variable has the value of the output that it is named after.
func TestEnvironmentHasTheOutputsOfTheApplication(t *testing.T) {
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{}))
	s.declareApplication("immich", immich(nil))
	o := s.mustUp()
	outputs := o.outputs["immich"]
	endpoints := plainValue(outputs["endpoints"]).(map[string]any)
	require.Equal(t, map[string]any{
		"OIDC_CLIENT_ID": "immich", "OIDC_CLIENT_SECRET": plainValue(outputs["clientSecret"]),
		"OIDC_ISSUER": plainValue(outputs["issuer"]), "OIDC_DISCOVERY_URL": plainValue(outputs["discoveryUrl"]),
		"OIDC_AUTHORIZATION_URL": endpoints["authorization"], "OIDC_TOKEN_URL": endpoints["token"], "OIDC_USERINFO_URL": endpoints["userinfo"],
		"OIDC_JWKS_URL": endpoints["jwks"], "OIDC_END_SESSION_URL": endpoints["endSession"], "OIDC_SCOPES": "openid profile email",
	}, plainValue(outputs["environment"]))
}

func TestEnvironmentHasTheRedirectURLOfTheProgram(t *testing.T) {
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{}))
	s.declareApplication("feeds", map[string]any{"application": "miniflux", "url": "https://feeds.example.com", "callbackUrls": []any{"https://feeds.example.com/other", "https://feeds.example.com/second"}})
	o := s.mustUp()
	require.Equal(t, "https://feeds.example.com/other", plainValue(o.outputs["feeds"]["environment"]).(map[string]any)["OAUTH2_REDIRECT_URL"])
}

func TestApplicationHasTheParametersAndLogoutURLsOfTheCatalogue(t *testing.T) {
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{}))
	s.declareApplication("cloud", map[string]any{"application": "nextcloud", "url": "https://cloud.example.com", "clientId": "cloud", "parameters": map[string]any{"providerName": "id"}})
	s.mustUp()
	require.Equal(t, []any{"https://cloud.example.com/apps/user_oidc/backchannel-logout/id"}, s.instance.client("cloud")["logoutCallbackURLs"])
	s.declareApplication("cloud", map[string]any{"application": "nextcloud", "url": "https://cloud.example.com", "clientId": "cloud", "logoutCallbackUrls": []any{}})
	s.mustUp()
	require.Empty(t, s.instance.client("cloud")["logoutCallbackURLs"], "[] of the program has precedence")
	s.requireNoChanges()
}

// An explicit isGroupRestricted: false is not overruled: with groups, it is an error of the client.
func TestApplicationIsNotRestrictedAgainstTheProgram(t *testing.T) {
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{}))
	s.instance.mustRequest("POST", "/api/user-groups", map[string]any{"name": "family", "friendlyName": "Family"})
	s.declareApplication("immich", immich(map[string]any{"groups": []any{"family"}, "isGroupRestricted": false}))
	o := s.up()
	require.Error(t, o.err)
	require.Contains(t, o.messages+o.err.Error(), "isGroupRestricted")
	require.Nil(t, s.instance.client("immich"))
}

func TestApplicationReportsInputsThatItMustKnow(t *testing.T) {
	t.Parallel()
	unknown := func() any { return resource.MakeComputed(resource.NewProperty("")) }
	for want, more := range map[string]map[string]any{
		"federatedIdentities must be known":                    {"federatedIdentities": unknown()},
		"federatedIdentities.ci must be known":                 {"federatedIdentities": map[string]any{"ci": unknown()}},
		"secretRotation must be known":                         {"secretRotation": unknown()},
		"application must be known":                            {"application": unknown()},
		"secretRotation must not be set for a public":          {"secretRotation": map[string]any{}, "isPublic": true},
		"createSecret must not be true":                        {"secretRotation": map[string]any{}, "createSecret": true},
		"set together with secretRotationTriggers":             {"secretRotation": map[string]any{}, "secretRotationTriggers": map[string]any{"run": "1"}},
		"set together with previousSecretValidFor":             {"secretRotation": map[string]any{}, "previousSecretValidFor": "1d"},
		"must not have the key secret":                         {"federatedIdentities": map[string]any{"secret": map[string]any{"issuer": "https://i.example"}}},
		`formerNames has the key "secret", but the parts of`:   {"formerNames": map[string]any{"secret": "old"}},
		"the parts of this application are ci, client, secret": {"secretRotation": map[string]any{}, "formerNames": map[string]any{"other": "old"}, "federatedIdentities": map[string]any{"ci": map[string]any{"issuer": "https://i.example"}}},
	} {
		s := newStack(t, newFake(t, fake.Options{}))
		s.declareApplication("immich", immich(more))
		o := s.preview()
		require.Error(t, o.err, want)
		require.Contains(t, o.messages+o.err.Error(), want)
	}
}
