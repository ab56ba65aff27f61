package provider

import (
	"testing"

	"github.com/pulumi/pulumi/pkg/v3/display"
	"github.com/pulumi/pulumi/pkg/v3/resource/deploy"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"
)

// importClientSecret imports a client and a ClientSecret that expires after 90 days,
// and lets one day pass.
func importClientSecret(t *testing.T) (s *stack, value string) {
	t.Helper()
	s, clock := newStackWithClock(t)
	s.instance.mustRequest("POST", "/api/oidc/clients", map[string]any{"id": "app", "name": "App", "callbackURLs": []string{"https://a.example/cb"}, "pkceEnabled": true})
	theirs := s.instance.mustRequest("POST", "/api/oidc/clients/app/secrets", map[string]any{"expiresAt": "2030-04-01T12:00:00Z"})
	require.NoError(t, s.importResource("Client", "app", "app").err)
	o := s.importResource("ClientSecret", "key", "app/"+theirs["id"].(string))
	require.NoError(t, o.err, o.messages)
	require.Nil(t, s.output("key", "secret"))
	require.NotContains(t, o.messages, theirs["secret"])
	clock.advanceDays(1)
	return s, theirs["secret"].(string)
}

func TestImportedClientSecretShowsNoDiff(t *testing.T) {
	t.Parallel()
	s, _ := importClientSecret(t)
	t.Log("properties that an import cannot read show no diff")
	for _, key := range []map[string]any{
		{"expiresAt": "2030-04-01T12:00:00Z"},
		{"expiresIn": "90d"},
		{"expiresIn": "90d", "rotateAfter": "60d"},
		{"expiresIn": "90d", "rotateAfter": "60d", "rotationTriggers": map[string]any{"a": "1"}},
	} {
		one, _ := newStackWithClock(t)
		one.instance, one.config, one.snap, one.now = s.instance, s.config, s.snap, s.now
		declareClientSecret(one, key)
		one.program = one.program[:2]
		one.requireNoChanges()
		one.mustUp()
		one.requireNoChanges()
	}
	require.Equal(t, 1, secretCount(s.instance, "app"))

	t.Log("another expiry shows a replacement")
	for _, key := range []map[string]any{{}, {"expiresIn": "91d"}, {"expiresAt": "2030-04-01T12:00:01Z"}} {
		declareClientSecret(s, key)
		s.program = s.program[:2]
		o := s.preview()
		require.NoError(t, o.err, o.messages)
		require.Contains(t, o.steps["key"], deploy.OpReplace, "%v", key)
	}
}

func TestImportedClientSecretAdoptsItsValue(t *testing.T) {
	t.Parallel()
	s, right := importClientSecret(t)
	t.Log("a wrong value is not adopted: another prefix, the same prefix, the value of another secret")
	other := s.instance.mustRequest("POST", "/api/oidc/clients/app/secrets", nil)
	for _, wrong := range []string{"this is not the secret", right[:4] + "and not the rest of it", other["secret"].(string)} {
		declareClientSecret(s, map[string]any{"expiresIn": "90d", "value": resource.MakeSecret(resource.NewProperty(wrong))})
		o := s.up()
		require.Error(t, o.err)
		require.Contains(t, o.messages, "value is not the value of this secret, or the secret has expired, so it was not adopted")
		require.False(t, o.mayBeChanged)
		require.NotContains(t, o.messages, wrong)
	}
	s.instance.mustRequest("DELETE", "/api/oidc/clients/app/secrets/"+other["id"].(string), nil)
	t.Log("the right value is adopted, and its consumer is updated")
	declareClientSecret(s, map[string]any{"expiresIn": "90d", "value": resource.MakeSecret(resource.NewProperty(right))})
	o := s.preview()
	require.Equal(t, []display.StepOp{deploy.OpUpdate}, o.steps["key"])
	require.True(t, o.outputs["key"]["secret"].ContainsUnknowns())
	s.mustUp()
	require.Equal(t, right, clientSecretValue(s))
	require.True(t, s.state("key").Outputs["secret"].IsSecret())
	require.Equal(t, right, s.output("user", "description"))
	require.Equal(t, 1, secretCount(s.instance, "app"))
	s.requireNoChanges()
}

func TestImportedClientSecretRotates(t *testing.T) {
	t.Parallel()
	s, clock := newStackWithClock(t)
	s.instance.mustRequest("POST", "/api/oidc/clients", map[string]any{"id": "app", "name": "App", "callbackURLs": []string{"https://a.example/cb"}, "pkceEnabled": true})
	theirs := s.instance.mustRequest("POST", "/api/oidc/clients/app/secrets", nil)
	require.NoError(t, s.importResource("Client", "app", "app").err)
	require.NoError(t, s.importResource("ClientSecret", "key", "app/"+theirs["id"].(string)).err)
	declareClientSecret(s, map[string]any{"rotationTriggers": map[string]any{"a": "1"}, "rotateAfter": "30d"})
	s.mustUp()
	require.Nil(t, s.output("key", "secret"))
	s.requireNoChanges()
	declareClientSecret(s, map[string]any{"rotationTriggers": map[string]any{"a": "2"}, "rotateAfter": "30d"})
	requireSecretReplacement(t, s, "rotationTriggers")
	clock.advanceDays(30)
	declareClientSecret(s, map[string]any{"rotationTriggers": map[string]any{"a": "1"}, "rotateAfter": "30d"})
	requireSecretReplacement(t, s, "rotateAfter")
	s.mustUp()
	require.True(t, secretWorks(t, s.instance, "app", clientSecretValue(s)))
	require.False(t, secretWorks(t, s.instance, "app", theirs["secret"].(string)))
	s.requireNoChanges()
}

func TestImportOfAMissingClientSecretFails(t *testing.T) {
	t.Parallel()
	s, _ := newStackWithClock(t)
	s.instance.mustRequest("POST", "/api/oidc/clients", map[string]any{"id": "app", "name": "App"})
	for id, want := range map[string]string{
		"app/none": "does not exist", "none/none": "does not exist",
		"app": "<clientId>/<secretId>", "app/": "<clientId>/<secretId>", "/x": "<clientId>/<secretId>",
	} {
		o := s.importResource("ClientSecret", "key", id)
		require.Error(t, o.err, id)
		require.Contains(t, o.err.Error()+o.messages, want, id)
	}
}
