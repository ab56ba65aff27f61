package provider

import (
	"testing"

	"github.com/pulumi/pulumi/pkg/v3/display"
	"github.com/pulumi/pulumi/pkg/v3/resource/deploy"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"
)

func TestAnImportedClientSecret(t *testing.T) {
	t.Parallel()
	s, calendar := inTime(t)
	s.pocketID.ask("POST", "/api/oidc/clients", map[string]any{"id": "app", "name": "App", "callbackURLs": []string{"https://a.example/cb"}, "pkceEnabled": true})
	theirs := s.pocketID.ask("POST", "/api/oidc/clients/app/secrets", map[string]any{"expiresAt": "2030-04-01T12:00:00Z"})
	require.NoError(t, s.importing("Client", "app", "app").err)
	o := s.importing("ClientSecret", "key", "app/"+theirs["id"].(string))
	require.NoError(t, o.err, o.text)
	require.Nil(t, s.output("key", "secret"))
	require.NotContains(t, o.text, theirs["secret"])
	calendar.days(1)

	t.Log("what an import cannot know is no difference, however the program words it")
	for _, key := range []map[string]any{
		{"expiresAt": "2030-04-01T12:00:00Z"},
		{"expiresIn": "90d"},
		{"expiresIn": "90d", "rotateAfter": "60d"},
		{"expiresIn": "90d", "rotateAfter": "60d", "rotationTriggers": map[string]any{"a": "1"}},
	} {
		one, _ := inTime(t)
		one.pocketID, one.config, one.snap, one.now = s.pocketID, s.config, s.snap, s.now
		keyed(one, key)
		one.program = one.program[:2]
		one.steady()
		one.mustUp()
		one.steady()
	}
	require.Equal(t, 1, secretsOf(s.pocketID, "app"))

	t.Log("but another life is")
	for _, key := range []map[string]any{{}, {"expiresIn": "91d"}, {"expiresAt": "2030-04-01T12:00:01Z"}} {
		keyed(s, key)
		s.program = s.program[:2]
		o = s.preview()
		require.NoError(t, o.err, o.text)
		require.Contains(t, o.steps["key"], deploy.OpReplace, "%v", key)
	}

	t.Log("a wrong value is not adopted, whether it begins wrong, or only ends wrong, or is that of another secret")
	right := theirs["secret"].(string)
	other := s.pocketID.ask("POST", "/api/oidc/clients/app/secrets", nil)
	for _, wrong := range []string{"this is not the secret", right[:4] + "and not the rest of it", other["secret"].(string)} {
		keyed(s, map[string]any{"expiresIn": "90d", "value": resource.MakeSecret(resource.NewProperty(wrong))})
		o = s.up()
		require.Error(t, o.err)
		require.Contains(t, o.text, "not that of this secret")
		require.NotContains(t, o.text, wrong)
	}
	s.pocketID.ask("DELETE", "/api/oidc/clients/app/secrets/"+other["id"].(string), nil)
	t.Log("the right one is, and who uses it sees that")
	keyed(s, map[string]any{"expiresIn": "90d", "value": resource.MakeSecret(resource.NewProperty(right))})
	o = s.preview()
	require.Equal(t, []display.StepOp{deploy.OpUpdate}, o.steps["key"])
	require.True(t, o.new["key"]["secret"].ContainsUnknowns())
	s.mustUp()
	require.Equal(t, right, secretOfKey(s))
	require.True(t, s.state("key").Outputs["secret"].IsSecret())
	require.Equal(t, right, s.output("user", "description"))
	require.Equal(t, 1, secretsOf(s.pocketID, "app"))
	s.steady()
}

func TestAnImportedSecretRotatesWhenItsTimeComes(t *testing.T) {
	t.Parallel()
	s, calendar := inTime(t)
	s.pocketID.ask("POST", "/api/oidc/clients", map[string]any{"id": "app", "name": "App", "callbackURLs": []string{"https://a.example/cb"}, "pkceEnabled": true})
	theirs := s.pocketID.ask("POST", "/api/oidc/clients/app/secrets", nil)
	require.NoError(t, s.importing("Client", "app", "app").err)
	require.NoError(t, s.importing("ClientSecret", "key", "app/"+theirs["id"].(string)).err)
	keyed(s, map[string]any{"rotationTriggers": map[string]any{"a": "1"}, "rotateAfter": "30d"})
	s.mustUp()
	require.Nil(t, s.output("key", "secret"))
	s.steady()
	keyed(s, map[string]any{"rotationTriggers": map[string]any{"a": "2"}, "rotateAfter": "30d"})
	requireReplacement(t, s, "rotationTriggers")
	calendar.days(30)
	keyed(s, map[string]any{"rotationTriggers": map[string]any{"a": "1"}, "rotateAfter": "30d"})
	requireReplacement(t, s, "rotateAfter")
	s.mustUp()
	require.True(t, signsIn(t, s.pocketID, "app", secretOfKey(s)))
	require.False(t, signsIn(t, s.pocketID, "app", theirs["secret"].(string)))
	s.steady()
}

func TestImportsOfWhatIsNotThere(t *testing.T) {
	t.Parallel()
	s, _ := inTime(t)
	s.pocketID.ask("POST", "/api/oidc/clients", map[string]any{"id": "app", "name": "App"})
	for id, want := range map[string]string{
		"app/none": "does not exist", "none/none": "does not exist",
		"app": "<clientId>/<secretId>", "app/": "<clientId>/<secretId>", "/x": "<clientId>/<secretId>",
	} {
		o := s.importing("ClientSecret", "key", id)
		require.Error(t, o.err, id)
		require.Contains(t, o.err.Error()+o.text, want, id)
	}
}
