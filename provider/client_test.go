package provider

import (
	"net/http"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/pkg/v3/display"
	"github.com/pulumi/pulumi/pkg/v3/resource/deploy"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/ids"
)

func TestClientLifecycle(t *testing.T) {
	t.Parallel()
	s := newStack(t, newInstance(t))
	id := uniqueName("app")
	s.declare("Client", "app", map[string]any{"name": "App", "clientId": id, "callbackUrls": []any{"https://b.example/cb", "https://a.example/cb"}})

	o := s.preview()
	require.NoError(t, o.err, o.messages)
	require.Equal(t, []display.StepOp{deploy.OpCreate}, o.steps["app"])
	require.Nil(t, s.instance.client(id), "a preview has created the client")

	s.mustUp()
	require.True(t, s.state("app").Outputs["clientSecret"].IsSecret())
	require.Len(t, s.output("app", "clientSecret"), 32)
	require.Equal(t, id, string(s.state("app").ID))
	require.Equal(t, true, s.instance.client(id)["pkceEnabled"])
	require.Equal(t, s.output("app", "issuer").(string)+"/.well-known/openid-configuration", s.output("app", "discoveryUrl"))
	s.requireNoChanges()
	secret := s.output("app", "clientSecret")

	s.declare("Client", "app", map[string]any{"name": "App 2", "clientId": id, "callbackUrls": []any{"https://a.example/cb"}, "isPublic": false})
	o = s.mustUp()
	require.Equal(t, []display.StepOp{deploy.OpUpdate}, o.steps["app"])
	require.Equal(t, "App 2", s.instance.client(id)["name"])
	require.Equal(t, secret, s.output("app", "clientSecret"))
	s.requireNoChanges()

	o = s.destroy()
	require.NoError(t, o.err, o.messages)
	require.Nil(t, s.instance.client(id))
	require.Empty(t, s.snap.Resources)
}

// clientWithAllSettings returns inputs where no setting has its default. They
// include only settings that every server version supports.
func clientWithAllSettings(id string) map[string]any {
	return map[string]any{
		"name": "App", "clientId": id, "callbackUrls": []any{"https://a.example/cb", "com.example.app:/cb", "http://localhost:*/cb"},
		"logoutCallbackUrls": []any{"https://a.example/out"}, "launchUrl": "https://a.example", "pkceEnabled": false,
		"requiresReauthentication": true, "isGroupRestricted": true,
	}
}

func TestEveryClientSettingIsWrittenReadAndReset(t *testing.T) {
	t.Parallel()
	s := newStack(t, newInstance(t))
	id := uniqueName("app")
	full := clientWithAllSettings(id)
	if s.instance.atLeastMinor(9) {
		full["requiresPushedAuthorizationRequests"] = true
	}
	if s.instance.atLeastMinor(10) {
		full["description"], full["skipConsent"] = "What it is for", true
	}
	if s.instance.atLeastMinor(13) {
		full["accessTokenDurationMinutes"], full["refreshTokenDurationMinutes"] = 30, 600
	}
	s.declare("Client", "app", full)
	s.mustUp()
	t.Cleanup(func() { s.destroy() })
	s.requireNoChanges()
	c := s.instance.client(id)
	require.Equal(t, "https://a.example", c["launchURL"])
	require.Equal(t, []any{"https://a.example/out"}, c["logoutCallbackURLs"])
	for property, value := range full {
		if _, has := c[property]; has && property != "name" {
			require.EqualValues(t, value, c[property], property)
		}
	}
	require.Equal(t, false, c["pkceEnabled"])

	s.declare("Client", "app", map[string]any{"name": "App", "callbackUrls": []any{"https://a.example/cb"}})
	s.mustUp()
	s.requireNoChanges()
	c = s.instance.client(id)
	require.Nil(t, c["launchURL"])
	require.Empty(t, c["logoutCallbackURLs"])
	require.Equal(t, false, c["requiresReauthentication"])
	require.Equal(t, true, c["pkceEnabled"])
	if s.instance.atLeastMinor(13) {
		require.EqualValues(t, 60, c["accessTokenDurationMinutes"])
		require.Equal(t, "", c["description"])
	}
}

func TestClientDriftIsDetectedAndCorrected(t *testing.T) {
	t.Parallel()
	s := newStack(t, newInstance(t))
	id := uniqueName("app")
	s.declare("Client", "app", clientWithAllSettings(id))
	s.mustUp()
	t.Cleanup(func() { s.destroy() })
	drifts := map[string]struct {
		field string
		to    any
	}{
		"name": {"name", "Other"}, "callbackUrls": {"callbackURLs", []any{"https://evil.example"}}, "logoutCallbackUrls": {"logoutCallbackURLs", []any{}},
		"launchUrl": {"launchURL", nil}, "pkceEnabled": {"pkceEnabled", true}, "requiresReauthentication": {"requiresReauthentication", false},
		"isGroupRestricted": {"isGroupRestricted", false},
	}
	for property, d := range drifts {
		before := s.instance.client(id)[d.field]
		s.instance.editClient(id, func(c map[string]any) { c[d.field] = d.to })
		require.NoError(t, s.refresh().err)
		o := s.mustUp()
		require.Contains(t, strings.Join(o.diffs["app"], " "), property)
		require.Equal(t, before, s.instance.client(id)[d.field], property)
	}
	s.requireNoChanges()
}

func TestGeneratedClientIDIsUnknownInThePreview(t *testing.T) {
	t.Parallel()
	s := newStack(t, newInstance(t))
	s.declare("Client", "app", map[string]any{"name": "App", "callbackUrls": []any{"https://a.example/cb"}})
	o := s.preview()
	require.NoError(t, o.err, o.messages)
	require.True(t, o.outputs["app"]["clientId"].IsComputed(), "%v", o.outputs["app"]["clientId"])
	for name, v := range o.outputs["app"] {
		require.False(t, v.IsString() && v.StringValue() == "", "%s has an invented value in the preview", name)
	}
	s.mustUp()
	t.Cleanup(func() { s.destroy() })
	require.True(t, ids.IsGenerated(s.output("app", "clientId").(string)))
	s.requireNoChanges()
}

func TestSettingTheCurrentClientIDShowsNoDiffAndAnotherReplaces(t *testing.T) {
	t.Parallel()
	s := newStack(t, newInstance(t))
	s.declare("Client", "app", map[string]any{"name": "App", "callbackUrls": []any{"https://a.example/cb"}})
	s.mustUp()
	t.Cleanup(func() { s.destroy() })
	id := s.output("app", "clientId").(string)
	s.declare("Client", "app", map[string]any{"name": "App", "callbackUrls": []any{"https://a.example/cb"}, "clientId": id})
	s.requireNoChanges()
	s.declare("Client", "app", map[string]any{"name": "App", "callbackUrls": []any{"https://a.example/cb"}})
	s.requireNoChanges()

	other := uniqueName("other")
	s.declare("Client", "app", map[string]any{"name": "App", "callbackUrls": []any{"https://a.example/cb"}, "clientId": other})
	o := s.mustUp()
	require.Equal(t, []display.StepOp{deploy.OpCreateReplacement, deploy.OpReplace, deploy.OpDeleteReplaced}, o.steps["app"], "the replacement must be created first")
	require.NotNil(t, s.instance.client(other))
	require.Nil(t, s.instance.client(id))
	s.requireNoChanges()
}

func TestCreateClientFailsIfItExists(t *testing.T) {
	skipIfEngineRaces(t)
	t.Parallel()
	s := newStack(t, newInstance(t))
	id := uniqueName("app")
	s.instance.mustRequest("POST", "/api/oidc/clients", map[string]any{"id": id, "name": "Somebody's", "callbackURLs": []string{"https://s.example"}})
	t.Cleanup(func() { s.instance.request("DELETE", "/api/oidc/clients/"+id, nil) })
	s.declare("Client", "app", map[string]any{"name": "App", "callbackUrls": []any{"https://a.example/cb"}, "clientId": id})
	o := s.up()
	require.Error(t, o.err)
	require.Contains(t, o.messages, "a client has the ID "+id+" already")
	require.Contains(t, o.messages, "deleteBeforeReplace: true")
	require.Equal(t, "Somebody's", s.instance.client(id)["name"])
	require.Nil(t, s.find("app"))
}

func TestTargetedReplaceOfClientNeedsDeleteBeforeReplace(t *testing.T) {
	skipIfEngineRaces(t)
	t.Parallel()
	s := newStack(t, newInstance(t))
	id := uniqueName("app")
	s.declare("Client", "app", map[string]any{"name": "App", "callbackUrls": []any{"https://a.example/cb"}, "clientId": id})
	s.declare("FederatedIdentity", "ci", map[string]any{"issuer": "https://ci.example"}).from = map[string]string{"clientId": "app.clientId"}
	s.mustUp()
	t.Cleanup(func() { s.destroy() })
	s.options.ReplaceTargets = deploy.NewUrnTargets([]string{string(s.state("app").URN)})
	o := s.up()
	require.Error(t, o.err, "the replacement has the ID of the old client")
	require.Contains(t, o.messages, "set the resource option deleteBeforeReplace: true")
	require.NotNil(t, s.instance.client(id))

	s.program[0].options.DeleteBeforeReplace = new(bool)
	*s.program[0].options.DeleteBeforeReplace = true
	s.mustUp()
	s.options.ReplaceTargets = deploy.UrnTargets{}
	require.Len(t, s.instance.identities(id), 1, "the identity of a replaced client is lost")
	s.requireNoChanges()
}

func TestDeletedClientIsRecreated(t *testing.T) {
	t.Parallel()
	s := newStack(t, newInstance(t))
	id := uniqueName("app")
	s.declare("Client", "app", map[string]any{"name": "App", "clientId": id, "callbackUrls": []any{"https://a.example/cb"}})
	s.declare("FederatedIdentity", "ci", map[string]any{"issuer": "https://ci.example"}).from = map[string]string{"clientId": "app.clientId"}
	s.mustUp()
	t.Cleanup(func() { s.destroy() })
	s.instance.mustRequest("DELETE", "/api/oidc/clients/"+id, nil)
	require.NoError(t, s.refresh().err)
	require.Nil(t, s.find("app"))
	require.Nil(t, s.find("ci"))
	s.mustUp()
	require.Len(t, s.instance.identities(id), 1)
	s.requireNoChanges()
}

func TestDeleteSucceedsIfTheObjectIsGone(t *testing.T) {
	t.Parallel()
	s := newStack(t, newInstance(t))
	id := uniqueName("app")
	s.declare("Group", "devs", map[string]any{"name": uniqueName("devs"), "friendlyName": "Developers"})
	s.declare("Client", "app", map[string]any{"name": "App", "clientId": id, "callbackUrls": []any{"https://a.example/cb"}})
	s.declare("FederatedIdentity", "ci", map[string]any{"issuer": "https://ci.example"}).from = map[string]string{"clientId": "app.clientId"}
	s.mustUp()
	s.instance.mustRequest("DELETE", "/api/oidc/clients/"+id, nil)
	s.instance.mustRequest("DELETE", "/api/user-groups/"+string(s.state("devs").ID), nil)
	o := s.destroy()
	require.NoError(t, o.err, o.messages)
	require.Empty(t, s.snap.Resources)
}

func TestUnknownFieldsOfAClientAreKept(t *testing.T) {
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{StoreUnknownFields: true}))
	s.declare("Client", "app", map[string]any{"name": "App", "clientId": "app", "callbackUrls": []any{"https://a.example/cb"}})
	s.declare("FederatedIdentity", "ci", map[string]any{"issuer": "https://ci.example"}).from = map[string]string{"clientId": "app.clientId"}
	s.mustUp()
	s.instance.editClient("app", func(c map[string]any) {
		c["fromTheFuture"] = map[string]any{"deep": []any{1.0, "x"}}
		c["credentials"].(map[string]any)["federatedIdentities"].([]any)[0].(map[string]any)["alsoNew"] = "kept"
	})
	s.declare("Client", "app", map[string]any{"name": "App 2", "clientId": "app", "callbackUrls": []any{"https://a.example/cb"}})
	s.declare("FederatedIdentity", "ci", map[string]any{"issuer": "https://ci.example", "subject": "changed"})
	s.mustUp()
	c := s.instance.client("app")
	require.Equal(t, "App 2", c["name"])
	require.Equal(t, map[string]any{"deep": []any{1.0, "x"}}, c["fromTheFuture"])
	fi := s.instance.identities("app")[0].(map[string]any)
	require.Equal(t, "changed", fi["subject"])
	require.Equal(t, "kept", fi["alsoNew"])
}

func TestPartialCreateIsCompletedAfterARefresh(t *testing.T) {
	skipIfEngineRaces(t)
	t.Parallel()
	for _, refused := range []string{"/secret", "/allowed-user-groups"} {
		for _, refresh := range []bool{true, false} {
			s := newStack(t, newInstance(t))
			s.config["maxRetries"] = "0"
			id := uniqueName("app")
			s.declare("Group", "devs", map[string]any{"name": uniqueName("devs"), "friendlyName": "Developers"})
			s.declare("Client", "app", map[string]any{"name": "App", "clientId": id, "callbackUrls": []any{"https://a.example/cb"}}).
				from = map[string]string{"allowedUserGroups[]": "devs.id"}
			s.instance.intercept(func(w http.ResponseWriter, r *http.Request) bool {
				if r.Method == "GET" || !strings.Contains(r.URL.Path, refused) {
					return false
				}
				w.Header().Set("Content-Type", "application/json")
				w.WriteHeader(http.StatusForbidden)
				_, _ = w.Write([]byte(`{"error":"Not today","code":"forbidden"}`))
				return true
			})
			o := s.up()
			require.Error(t, o.err)
			require.Contains(t, o.messages, "Not today")
			require.Equal(t, id, string(s.state("app").ID))
			s.instance.intercept(nil)
			if refresh {
				require.NoError(t, s.refresh().err)
				require.Empty(t, s.state("app").InitErrors, "the engine clears them in a refresh")
			}
			o = s.mustUp()
			require.Equal(t, []display.StepOp{deploy.OpUpdate}, o.steps["app"], "%s, refresh %v", refused, refresh)
			require.Len(t, s.output("app", "clientSecret"), 32)
			require.True(t, s.state("app").Outputs["clientSecret"].IsSecret())
			require.Equal(t, []string{string(s.state("devs").ID)}, allowedGroupIDs(s.instance.client(id)))
			s.requireNoChanges()
			require.NoError(t, s.destroy().err)
		}
	}
}

func TestIgnoreChangesShowsNoStep(t *testing.T) {
	t.Parallel()
	s := newStack(t, newInstance(t))
	id := uniqueName("app")
	s.declare("Client", "app", map[string]any{"name": "App", "clientId": id, "callbackUrls": []any{"https://a.example/cb"}}).options.IgnoreChanges = []string{"clientId", "clientSecret"}
	s.mustUp()
	t.Cleanup(func() { s.destroy() })
	s.requireNoChanges()
	d := s.declare("Client", "app", map[string]any{"name": "App", "clientId": uniqueName("other"), "callbackUrls": []any{"https://a.example/cb"}})
	o := s.preview()
	require.NoError(t, o.err, o.messages)
	require.Empty(t, o.steps)
	d.inputs["name"] = resource.NewProperty("App 2")
	o = s.mustUp()
	require.Equal(t, []display.StepOp{deploy.OpUpdate}, o.steps["app"])
	require.Equal(t, "App 2", s.instance.client(id)["name"])
}

func TestPreviewOfAnUpdateKeepsUnchangedOutputsKnown(t *testing.T) {
	t.Parallel()
	s := newStack(t, newInstance(t))
	id := uniqueName("app")
	app := map[string]any{"name": "App", "clientId": id, "callbackUrls": []any{"https://a.example/cb"}}
	s.declare("Client", "app", app)
	s.mustUp()
	t.Cleanup(func() { s.destroy() })
	app["name"] = "App 2"
	s.declare("Client", "app", app)
	s.declare("FederatedIdentity", "ci", map[string]any{"issuer": "https://ci.example"}).from = map[string]string{"clientId": "app.clientId", "audience": "app.issuer"}
	o := s.preview()
	require.NoError(t, o.err, o.messages)
	for name, v := range o.outputs["app"] {
		require.False(t, v.ContainsUnknowns(), "%s is unknown although it will not change", name)
	}
	require.Equal(t, "App 2", o.outputs["app"]["name"].StringValue())
	require.True(t, o.outputs["app"]["clientSecret"].IsSecret())
}
