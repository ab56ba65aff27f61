package provider

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/pkg/v3/display"
	"github.com/pulumi/pulumi/pkg/v3/resource/deploy"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

// secretString makes a secret from a string.
func secretString(v string) resource.PropertyValue {
	return resource.MakeSecret(resource.NewProperty(v))
}

func TestMarkingInputsSecretUpdatesInPlace(t *testing.T) {
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{}))
	s.instance.enableLDAP()
	ann, group, id := s.instance.createUser(), s.instance.createGroup(), s.instance.createClient()
	triggers := map[string]any{"n": "1"}
	s.declare("Client", "app", restrictedClient("app"))
	s.declare("Client", "rotated", map[string]any{"name": "App", "callbackUrls": []any{"https://a.example/cb"}, "secretRotationTriggers": triggers})
	s.declare("ClientGroupAccess", "access", map[string]any{"clientId": "app", "groupId": group}).from = map[string]string{"clientId": "app.clientId"}
	s.declare("FederatedIdentity", "identity", map[string]any{"clientId": id, "issuer": "https://i.example", "subject": "s"})
	s.declare("Api", "api", map[string]any{"name": "Backend", "resource": "https://api.example"})
	s.declare("ApiGrant", "grant", map[string]any{"clientId": id, "clientAccess": true}).from = map[string]string{"apiId": "api.id"}
	s.declare("ClientSecret", "key", map[string]any{"clientId": id, "rotationTriggers": triggers})
	s.declare("GroupMember", "member", map[string]any{"groupId": group, "userId": ann})
	s.declare("UserCustomClaims", "claims", map[string]any{"userId": ann, "claims": map[string]any{"team": "a"}})
	s.declare("GroupCustomClaims", "group-claims", map[string]any{"groupId": group, "claims": map[string]any{"team": "a"}})
	s.declare("SignupToken", "signup", map[string]any{"userGroupIds": anySlice(group), "triggers": triggers})
	s.declare("SignupToken", "open", map[string]any{"triggers": triggers})
	s.declare("OneTimeAccessToken", "token", map[string]any{"userId": ann, "triggers": triggers})
	s.declare("ScimServiceProvider", "scim", scimInputs(id, "https://app.example/scim"))
	s.declare("ScimSync", "scim-sync", map[string]any{"triggers": triggers}).from = map[string]string{"clientId": "scim.clientId"}
	s.declare("LdapSync", "ldap-sync", map[string]any{"triggers": triggers})
	s.mustUp()
	ids := map[string]resource.ID{}
	for _, d := range s.program {
		ids[d.name] = s.state(d.name).ID
		for name, v := range d.inputs {
			d.inputs[name] = resource.MakeSecret(v)
		}
	}
	var o outcome
	requests := s.instance.requestsDuring(func() { o = s.mustUp() })
	for name, id := range ids {
		require.Equal(t, []display.StepOp{deploy.OpUpdate}, o.steps[name], name)
		require.Equal(t, id, s.state(name).ID, name)
	}
	for _, r := range requests {
		require.NotRegexp(t, "^(DELETE|POST) ", r, "nothing is created, deleted or run")
	}
	for range 2 { // before and after a refresh
		for _, d := range s.program {
			for name := range d.inputs {
				require.True(t, s.state(d.name).Outputs[name].ContainsSecrets(), "%s of %s", name, d.name)
			}
		}
		s.requireNoChanges()
	}
}

func TestAnUnknownSecretListIsUnknownAndSecretInAPreview(t *testing.T) {
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{}))
	ann, group := s.instance.createUser(), s.instance.createGroup()
	unknown := resource.MakeSecret(resource.MakeComputed(resource.NewProperty("")))
	for range 2 { // a new and an existing resource
		s.declare("GroupMembers", "members", map[string]any{"groupId": group, "userIds": unknown})
		o := s.preview()
		require.NoError(t, o.err, o.messages)
		require.True(t, o.outputs["members"]["userIds"].IsSecret())
		require.True(t, o.outputs["members"]["userIds"].ContainsUnknowns())
		s.declare("GroupMembers", "members", map[string]any{"groupId": group, "userIds": anySlice(ann)})
		s.mustUp()
	}
}

func TestOutputsThatDeriveFromSecretsAreSecret(t *testing.T) {
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{}))
	s.declare("Client", "ci", map[string]any{"name": "CI", "clientId": secretString("ci"), "callbackUrls": []any{}})
	s.declare("FederatedIdentity", "it", map[string]any{"clientId": secretString("ci"), "issuer": "https://i.example", "audience": secretString("hidden audience"), "jwksUrl": secretString("https://hidden.example/keys")}).
		from = map[string]string{"clientId": "ci.clientId"}
	s.declare("FederatedIdentity", "derived", map[string]any{"issuer": secretString("https://hidden.example"), "subject": "s"}).from = map[string]string{"clientId": "ci.clientId"}
	s.mustUp()
	for range 2 {
		for name, outputs := range map[string][]resource.PropertyKey{
			"ci": {"clientId", "clientSecret"}, "it": {"clientId", "audience", "jwksUrl", "effectiveSubject", "effectiveAudience", "effectiveJwksUrl"},
			"derived": {"issuer", "effectiveJwksUrl"},
		} {
			for _, output := range outputs {
				require.True(t, s.state(name).Outputs[output].IsSecret(), "%s.%s", name, output)
			}
		}
		s.requireNoChanges()
	}
}

func TestAnInputMarkedSecretBecomesSecretInTheState(t *testing.T) {
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{}))
	group := map[string]any{"name": "devs", "friendlyName": "Hidden", "customClaims": map[string]any{"team": "hidden"}}
	s.declare("Group", "devs", group)
	s.mustUp()
	require.False(t, s.state("devs").Outputs["friendlyName"].IsSecret())
	group["friendlyName"] = secretString("Hidden")
	s.declare("Group", "devs", group)
	o := s.preview()
	require.Equal(t, []display.StepOp{deploy.OpUpdate}, o.steps["devs"])
	require.True(t, o.outputs["devs"]["friendlyName"].IsSecret())
	s.mustUp()
	require.True(t, s.state("devs").Outputs["friendlyName"].IsSecret())
	s.requireNoChanges()
}

func TestTheSchemaMarksSecrets(t *testing.T) {
	t.Parallel()
	server, err := NewServer(nil)
	require.NoError(t, err)
	res, err := server.GetSchema(t.Context(), &rpc.GetSchemaRequest{})
	require.NoError(t, err)
	var spec struct {
		Config struct {
			Variables map[string]struct{ Secret bool }
		}
		Provider struct {
			InputProperties map[string]struct{ Secret bool }
		}
		Resources map[string]struct {
			InputProperties, Properties map[string]struct{ Secret bool }
		}
	}
	require.NoError(t, json.Unmarshal([]byte(res.Schema), &spec))
	for _, name := range []string{"apiKey", "clientKey", "headers", "proxyUrl"} {
		require.True(t, spec.Provider.InputProperties[name].Secret, name)
		require.True(t, spec.Config.Variables[name].Secret, name)
	}
	require.True(t, spec.Resources["pocketid:index:Client"].InputProperties["clientSecret"].Secret)
	require.True(t, spec.Resources["pocketid:index:Client"].Properties["clientSecret"].Secret)
}

// `pulumi import` generates a program from the inputs, with secrets in plain text.
func TestAnImportPutsNoSecretIntoTheProgram(t *testing.T) {
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{}))
	s.instance.mustRequest("POST", "/api/oidc/clients", map[string]any{"id": "wiki", "name": "Wiki", "callbackURLs": []string{}})
	s.instance.mustRequest("POST", "/api/scim/service-provider", map[string]any{"endpoint": "https://scim.example", "token": "an existing token", "oidcClientId": "wiki"})
	serverToken := func() any {
		return s.instance.mustRequest("GET", "/api/oidc/clients/wiki/scim-service-provider", nil)["token"]
	}
	require.NoError(t, s.importResource("ScimServiceProvider", "wiki", "wiki").err)
	require.NotContains(t, s.state("wiki").Inputs, resource.PropertyKey("token"))
	require.True(t, s.state("wiki").Outputs["token"].IsSecret(), "without the token in the state, its drift would not show")

	withoutToken := map[string]any{"clientId": "wiki", "endpoint": "https://scim.example"}
	withToken := func(token string) map[string]any {
		return map[string]any{"clientId": "wiki", "endpoint": "https://scim.example", "token": secretString(token)}
	}
	s.declare("ScimServiceProvider", "wiki", withoutToken)
	s.requireNoChanges()
	withoutToken["endpoint"] = "https://scim.example/v2"
	s.declare("ScimServiceProvider", "wiki", withoutToken)
	s.mustUp()
	require.Equal(t, "an existing token", serverToken(), "a token that the program never set is kept")
	s.requireNoChanges()

	withoutToken["endpoint"] = "https://scim.example"
	s.declare("ScimServiceProvider", "wiki", withToken("an existing token"))
	s.mustUp()
	s.requireNoChanges()
	s.declare("ScimServiceProvider", "wiki", withToken("a declared token"))
	s.mustUp()
	require.Equal(t, "a declared token", serverToken())
	s.declare("ScimServiceProvider", "wiki", withoutToken)
	o := s.mustUp()
	require.Contains(t, o.steps, "wiki", "removing the token from the program removes it from the server")
	require.Empty(t, serverToken())
	s.requireNoChanges()
}

func TestErrorsOfReadAndDeleteDoNotContainSecrets(t *testing.T) {
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{}))
	s.config["maxRetries"] = "0"
	s.declare("Client", "wiki", confidentialClient("wiki"))
	s.declare("ScimServiceProvider", "wiki-scim", map[string]any{"endpoint": "https://scim.example", "token": secretString("an existing token")}).from = map[string]string{"clientId": "wiki.clientId"}
	s.mustUp()
	s.instance.intercept(func(w http.ResponseWriter, r *http.Request) bool {
		if strings.Contains(r.URL.Path, "scim") {
			reply(w, http.StatusBadRequest, "application/json", `{"error":"no good: an existing token","code":"validation_failed"}`)
			return true
		}
		return false
	})
	for operation, o := range map[string]outcome{"refresh": s.refresh(), "destroy": s.destroy()} {
		require.Error(t, o.err, operation)
		require.Contains(t, o.messages, "no good: [secret]", operation)
		require.NotContains(t, o.messages, "an existing token", operation)
	}
	s.instance.intercept(nil)
	require.NoError(t, s.destroy().err)
}

// Servers may quote what they refuse. An error must repeat neither the new nor the old value.
func TestErrorsOfCreateAndUpdateDoNotContainSecrets(t *testing.T) {
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{}))
	s.config["maxRetries"] = "0"
	refuse := func(w http.ResponseWriter, r *http.Request) bool {
		quoted := ""
		switch {
		case r.Method == http.MethodPost && strings.Contains(r.URL.Path, "scim"):
			quoted = "a first token"
		case r.Method == http.MethodPut && strings.Contains(r.URL.Path, "scim"):
			quoted = "a first token, not a second token"
		case r.Method == http.MethodPut && strings.Contains(r.URL.Path, "claims"):
			quoted = "a hidden claim"
		default:
			return false
		}
		reply(w, http.StatusBadRequest, "application/json", `{"error":"no good: `+quoted+`","code":"validation_failed"}`)
		return true
	}
	client := s.instance.createClient()
	alice := userInputs("alice")
	alice["customClaims"] = map[string]any{"team": secretString("a hidden claim")}
	requireRedacted := func(operation string, o outcome) {
		require.Error(t, o.err, operation)
		require.Contains(t, o.messages, "no good: ", operation)
		require.NotContains(t, o.messages, "a hidden claim", operation)
		require.NotEmpty(t, s.state("alice").InitErrors, operation)
		require.NotContains(t, strings.Join(s.state("alice").InitErrors, " "), "a hidden claim", operation)
	}
	scim := func(token string) map[string]any {
		return map[string]any{"clientId": client, "endpoint": "https://scim.example", "token": secretString(token)}
	}
	s.declare("User", "alice", alice)
	s.declare("ScimServiceProvider", "scim", scim("a first token"))
	s.options.ContinueOnError = true
	s.instance.intercept(refuse)
	o := s.up()
	requireRedacted("create", o)
	require.NotContains(t, o.messages, "a first token")

	s.instance.intercept(nil)
	s.mustUp()
	alice["customClaims"] = map[string]any{"team": secretString("a hidden claim"), "level": "1"}
	s.declare("User", "alice", alice)
	s.declare("ScimServiceProvider", "scim", scim("a second token"))
	s.instance.intercept(refuse)
	o = s.up()
	requireRedacted("update", o)
	require.NotContains(t, o.messages, "a first token", "the old value still works")
	require.NotContains(t, o.messages, "a second token")
}
