package provider

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

func TestASecretThatTheServerCreatesIsUsed(t *testing.T) {
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{AutoCreateClientSecret: true}))
	s.declare("Group", "devs", map[string]any{"name": "devs", "friendlyName": "Developers"})
	s.declare("Client", "app", confidentialClient("app")).from = map[string]string{"allowedUserGroups[]": "devs.id"}
	requests := s.instance.requestsDuring(func() { s.mustUp() })
	require.NotContains(t, requests, "POST /api/oidc/clients/app/secrets", "the server has already created one")
	require.Equal(t, 1, secretCount(s.instance, "app"))
	require.True(t, secretWorks(t, s.instance, "app", s.output("app", "clientSecret").(string)))
	s.requireNoChanges()
}

func TestARotationNamesAndKeepsOtherSecrets(t *testing.T) {
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{}))
	app := confidentialClient("app")
	app["secretRotationTriggers"] = map[string]any{"month": "1"}
	s.declare("Client", "app", app)
	s.mustUp()
	unmanaged := s.instance.mustRequest("POST", "/api/oidc/clients/app/secrets", nil)
	app["secretRotationTriggers"] = map[string]any{"month": "2"}
	s.declare("Client", "app", app)
	o := s.mustUp()
	require.Contains(t, o.messages, unmanaged["id"].(string))
	require.NotContains(t, o.messages, unmanaged["secret"].(string))
	require.True(t, secretWorks(t, s.instance, "app", unmanaged["secret"].(string)), "secrets that others created are kept")
	require.Equal(t, 2, secretCount(s.instance, "app"))
}
