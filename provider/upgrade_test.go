package provider

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

// upgradeWith makes the create of a group upgrade the server, as a program does that deploys
// Pocket ID itself. The resources that are declared with after come later in the same update.
func (s *stack) upgradeWith(version string) (after func(typ, name string, inputs map[string]any) *programResource) {
	s.instance.intercept(func(_ http.ResponseWriter, r *http.Request) bool {
		if r.Method == http.MethodPost && r.URL.Path == "/api/user-groups" {
			require.NoError(s.t, s.instance.server.(*fake.Server).Upgrade(version))
		}
		return false
	})
	s.declare("Group", "upgrade", map[string]any{"name": "upgrade", "friendlyName": "Upgrade"}).after = []string{"before"}
	return func(typ, name string, inputs map[string]any) *programResource {
		r := s.declare(typ, name, inputs)
		r.after = []string{"upgrade"}
		return r
	}
}

// The version of the server was read before the upgrade. What it decides is decided by the
// new version.
func TestAnUpgradeDuringAnUpdateFrom29To212(t *testing.T) {
	skipIfEngineRaces(t)
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{Version: "2.9.0"}))
	s.declare("Client", "before", confidentialClient("before"))
	after := s.upgradeWith("2.12.0")
	after("Client", "app", map[string]any{"name": "App", "clientId": "app", "callbackUrls": []any{}, "description": "An app", "skipConsent": true,
		"clientSecret": secretString("a-custom-secret-value-of-ours")})
	after("User", "user", map[string]any{"username": "ann", "email": "ann@a.example", "firstName": "Ann", "userId": exampleUUID})
	after("FederatedIdentity", "ci", map[string]any{"issuer": "https://ci.example", "replayProtection": true}).from = map[string]string{"clientId": "app.clientId"}
	after("Api", "api", map[string]any{"name": "Orders", "resource": "https://orders.example", "permissions": map[string]any{"read": map[string]any{"name": "Read"}}})
	after("ApiGrant", "grant", map[string]any{"userDelegatedPermissions": []any{"read"}}).from = map[string]string{"clientId": "app.clientId", "apiId": "api.id"}
	s.mustUp()
	s.instance.intercept(nil)

	client := s.instance.client("app")
	require.Equal(t, "An app", client["description"])
	require.Equal(t, true, client["skipConsent"])
	require.True(t, secretWorks(t, s.instance, "app", "a-custom-secret-value-of-ours"))
	require.Equal(t, true, s.instance.identities("app")[0].(map[string]any)["replayProtection"])
	require.Equal(t, "ann", s.instance.user(exampleUUID)["username"])
	s.requireNoChanges()
}

func TestAnUpgradeDuringAnUpdateFrom213To214(t *testing.T) {
	skipIfEngineRaces(t)
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{Version: "2.13.0"}))
	s.declare("ApplicationImage", "logo", imageInputs("logo", textAsset(circleSVG)))
	s.declare("Api", "early", map[string]any{"name": "Early", "resource": "https://early.example", "permissions": map[string]any{"read": map[string]any{"name": "Read"}}})
	s.declare("Client", "early-app", map[string]any{"name": "Early", "clientId": "early-app", "callbackUrls": []any{}})
	s.declare("ApiGrant", "early-grant", map[string]any{"clientPermissions": []any{"read"}}).from = map[string]string{"clientId": "early-app.clientId", "apiId": "early.id"}
	s.mustUp()

	s.drop("logo")
	s.declare("Client", "before", confidentialClient("before"))
	after := s.upgradeWith("2.14.0")
	after("Client", "app", map[string]any{"name": "App", "clientId": "app", "callbackUrls": []any{}, "previousSecretValidFor": "1h"})
	after("ClientSecret", "secret", nil).from = map[string]string{"clientId": "before.clientId"}
	after("Api", "api", map[string]any{"name": "Orders", "resource": "https://orders.example/", "cimdAccess": map[string]any{"enabled": true}, "permissions": map[string]any{"read": map[string]any{"name": "Read"}}})
	after("ApiGrant", "grant", map[string]any{"clientAccess": true}).from = map[string]string{"clientId": "app.clientId", "apiId": "api.id"}
	after("ApiGrant", "early-grant", map[string]any{"userDelegatedPermissions": []any{"read"}}).from = map[string]string{"clientId": "early-app.clientId", "apiId": "early.id"}
	s.mustUp()
	s.instance.intercept(nil)

	for _, id := range []string{"app", "before"} {
		secret, _ := s.output(id, "clientSecret").(string)
		require.NotEmpty(t, secret)
		require.True(t, secretWorks(t, s.instance, id, secret), id)
	}
	require.True(t, secretWorks(t, s.instance, "before", s.output("secret", "secret").(string)))
	require.Equal(t, map[string]string{"https://early.example": "user: read !; client: "}, s.instance.grants("early-app"))
	_, kind := s.instance.getImage("/api/application-images/logo")
	require.NotContains(t, kind, "svg", "the logo is deleted")
	s.requireNoChanges()
	require.NotEmpty(t, s.output("app", "clientSecretId"))
}

// Before 2.6 nobody sees the passkeys of a user. After an upgrade during the update they are seen.
func TestAnUpgradeDuringAnUpdateProtectsUsersWithPasskeys(t *testing.T) {
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{Version: "2.3.0"}))
	s.declare("User", "ann", userInputs("ann"))
	s.mustUp()
	id := string(s.state("ann").ID)
	s.drop("ann")
	s.declare("Client", "before", confidentialClient("before"))
	s.upgradeWith("2.9.0")
	upgrade := s.instance.interceptor
	s.instance.intercept(func(w http.ResponseWriter, r *http.Request) bool {
		if strings.HasSuffix(r.URL.Path, "/webauthn-credentials") {
			reply(w, http.StatusOK, "application/json", `[{"id":"k1","name":"Phone"}]`)
			return true
		}
		return upgrade(w, r)
	})
	o := s.up()
	s.instance.intercept(nil)
	require.Error(t, o.err)
	require.Contains(t, o.messages, "passkey")
	require.Equal(t, "ann", s.instance.user(id)["username"])
}
