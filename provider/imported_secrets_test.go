package provider

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

// secretChangedOutside imports an object with a secret that the program never sets, changes
// the secret on the server, and updates another property.
type secretChangedOutside struct {
	typ, id, output string
	imported, next  map[string]any
	change          func(*testInstance, string)
	stored          func(*testInstance) any
}

func (c secretChangedOutside) run(t *testing.T, instance *testInstance) {
	t.Helper()
	c.change(instance, "the first secret")
	s := newStack(t, instance)
	require.NoError(t, s.importResource(c.typ, "it", c.id).err)
	s.declare(c.typ, "it", c.imported)
	s.requireNoChanges()
	c.change(instance, "the second secret")

	s.declare(c.typ, "it", c.next)
	s.mustUp()
	require.Equal(t, "the second secret", c.stored(instance), "the update wrote the imported secret back")
	require.Equal(t, "the second secret", s.output("it", c.output))
	require.True(t, s.state("it").Outputs[resource.PropertyKey(c.output)].IsSecret())
	s.requireNoChanges()

	t.Log("a program that begins to set the secret writes it")
	set := map[string]any{c.output: secretString("the first secret")}
	for name, v := range c.next {
		set[name] = v
	}
	s.declare(c.typ, "it", set)
	s.mustUp()
	require.Equal(t, "the first secret", c.stored(instance))
	s.requireNoChanges()

	t.Log("a program that no longer sets the secret clears it")
	s.declare(c.typ, "it", c.next)
	s.mustUp()
	require.Equal(t, "", c.stored(instance))
	s.requireNoChanges()
}

func TestAnUpdateKeepsPasswordsThatTheProgramNeverSet(t *testing.T) {
	t.Parallel()
	for _, password := range []string{"smtpPassword", "ldapBindPassword"} {
		instance := newFake(t, fake.Options{})
		instance.changeSettings(map[string]string{"accentColor": "red"})
		secretChangedOutside{
			typ: applicationConfiguration, id: "application-configuration", output: password,
			imported: map[string]any{"accentColor": "red"}, next: map[string]any{"accentColor": "blue"},
			change: func(i *testInstance, value string) { i.changeSettings(map[string]string{password: value}) },
			stored: func(i *testInstance) any { return i.settings()[password] },
		}.run(t, instance)
	}
}

func TestAnUpdateKeepsTheTokenThatTheProgramNeverSet(t *testing.T) {
	t.Parallel()
	instance := newFake(t, fake.Options{})
	id := instance.createClient()
	provider := instance.mustRequest("POST", "/api/scim/service-provider", map[string]any{"endpoint": "https://app.example", "token": "", "oidcClientId": id})["id"].(string)
	secretChangedOutside{
		typ: "ScimServiceProvider", id: id, output: "token",
		imported: map[string]any{"clientId": id, "endpoint": "https://app.example"}, next: map[string]any{"clientId": id, "endpoint": "https://app.example/v2"},
		change: func(i *testInstance, value string) {
			i.mustRequest("PUT", "/api/scim/service-provider/"+provider, map[string]any{"endpoint": "https://app.example", "token": value, "oidcClientId": id})
		},
		stored: func(i *testInstance) any { return i.scimProvider(id)["token"] },
	}.run(t, instance)
}

// A server that takes its configuration from the environment does not return a password. The state
// keeps the one that it has.
func TestAnUpdateKeepsAnImportedPasswordThatTheServerMasks(t *testing.T) {
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{}))
	s.instance.changeSettings(map[string]string{"smtpPassword": "a password of mails", "accentColor": "red"})
	require.NoError(t, s.importResource(applicationConfiguration, "it", "application-configuration").err)
	s.declare(applicationConfiguration, "it", map[string]any{"accentColor": "red", "onDestroy": "reset"})
	s.instance.intercept(func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != "GET" || !strings.HasPrefix(r.URL.Path, "/api/application-configuration") {
			return false
		}
		answer := httptest.NewRecorder()
		s.instance.server.ServeHTTP(answer, r)
		reply(w, answer.Code, "application/json", strings.ReplaceAll(answer.Body.String(), "a password of mails", api.MaskedValue))
		return true
	})
	require.Equal(t, []string{"onDestroy"}, s.mustUp().diffs["it"])
	require.Equal(t, "a password of mails", s.output("it", "smtpPassword"))
	require.True(t, s.state("it").Outputs["smtpPassword"].IsSecret())
}

func TestAnUpdateForgetsASecretThatWasRemovedOutsideTheProgram(t *testing.T) {
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{}))
	id := s.instance.createClient()
	wire := map[string]any{"endpoint": "https://app.example", "token": "the first secret", "oidcClientId": id}
	provider := s.instance.mustRequest("POST", "/api/scim/service-provider", wire)["id"].(string)
	s.instance.changeSettings(map[string]string{"smtpPassword": "the first secret", "accentColor": "red"})
	require.NoError(t, s.importResource("ScimServiceProvider", "scim", id).err)
	require.NoError(t, s.importResource(applicationConfiguration, "it", "application-configuration").err)
	s.instance.mustRequest("PUT", "/api/scim/service-provider/"+provider, withValue(wire, "token", ""))
	s.instance.changeSettings(map[string]string{"smtpPassword": ""})

	s.declare("ScimServiceProvider", "scim", map[string]any{"clientId": id, "endpoint": "https://app.example/v2"})
	s.declare(applicationConfiguration, "it", map[string]any{"accentColor": "blue"})
	s.mustUp()
	require.Empty(t, s.output("scim", "token"))
	require.Empty(t, s.output("it", "smtpPassword"))
	require.Empty(t, s.instance.scimProvider(id)["token"])
	s.requireNoChanges()
}

func TestAnUpdateKeepsATokenThatWasAddedOutsideTheProgram(t *testing.T) {
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{}))
	id := s.instance.createClient()
	s.declare("ScimServiceProvider", "it", map[string]any{"clientId": id, "endpoint": "https://app.example"})
	s.mustUp()
	provider := s.output("it", "serviceProviderId").(string)
	s.instance.mustRequest("PUT", "/api/scim/service-provider/"+provider, map[string]any{"endpoint": "https://app.example", "token": "theirs", "oidcClientId": id})
	s.declare("ScimServiceProvider", "it", map[string]any{"clientId": id, "endpoint": "https://app.example/v2"})
	s.mustUp()
	require.Equal(t, "theirs", s.instance.scimProvider(id)["token"])
	s.requireNoChanges()
}
