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
)

func TestClientLivesItsLife(t *testing.T) {
	t.Parallel()
	s := newStack(t, onPocketID(t))
	id := named("app")
	s.declare("Client", "app", map[string]any{"name": "App", "clientId": id, "callbackUrls": []any{"https://b.example/cb", "https://a.example/cb"}})

	o := s.preview()
	require.NoError(t, o.err, o.text)
	require.Equal(t, []display.StepOp{deploy.OpCreate}, o.steps["app"])
	require.Nil(t, s.pocketID.client(id), "a preview has made the client")

	s.mustUp()
	require.True(t, s.state("app").Outputs["clientSecret"].IsSecret())
	require.Len(t, s.output("app", "clientSecret"), 32)
	require.Equal(t, id, string(s.state("app").ID))
	require.Equal(t, true, s.pocketID.client(id)["pkceEnabled"])
	require.Equal(t, s.output("app", "issuer").(string)+"/.well-known/openid-configuration", s.output("app", "discoveryUrl"))
	s.steady()
	secret := s.output("app", "clientSecret")

	s.declare("Client", "app", map[string]any{"name": "App 2", "clientId": id, "callbackUrls": []any{"https://a.example/cb"}, "isPublic": false})
	o = s.mustUp()
	require.Equal(t, []display.StepOp{deploy.OpUpdate}, o.steps["app"])
	require.Equal(t, "App 2", s.pocketID.client(id)["name"])
	require.Equal(t, secret, s.output("app", "clientSecret"))
	s.steady()

	o = s.destroy()
	require.NoError(t, o.err, o.text)
	require.Nil(t, s.pocketID.client(id))
	require.Empty(t, s.snap.Resources)
}

// everySetting is a client with nothing left at its default that every server knows.
func everySetting(id string) map[string]any {
	return map[string]any{
		"name": "App", "clientId": id, "callbackUrls": []any{"https://a.example/cb", "com.example.app:/cb", "http://localhost:*/cb"},
		"logoutCallbackUrls": []any{"https://a.example/out"}, "launchUrl": "https://a.example", "pkceEnabled": false,
		"requiresReauthentication": true, "isGroupRestricted": true,
	}
}

func TestEverySettingArrivesIsReadBackAndGoes(t *testing.T) {
	t.Parallel()
	s := newStack(t, onPocketID(t))
	id := named("app")
	full := everySetting(id)
	if s.pocketID.has(9) {
		full["requiresPushedAuthorizationRequests"] = true
	}
	if s.pocketID.has(10) {
		full["description"], full["skipConsent"] = "What it is for", true
	}
	if s.pocketID.has(13) {
		full["accessTokenDurationMinutes"], full["refreshTokenDurationMinutes"] = 30, 600
	}
	s.declare("Client", "app", full)
	s.mustUp()
	t.Cleanup(func() { s.destroy() })
	s.steady()
	c := s.pocketID.client(id)
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
	s.steady()
	c = s.pocketID.client(id)
	require.Nil(t, c["launchURL"])
	require.Empty(t, c["logoutCallbackURLs"])
	require.Equal(t, false, c["requiresReauthentication"])
	require.Equal(t, true, c["pkceEnabled"])
	if s.pocketID.has(13) {
		require.EqualValues(t, 60, c["accessTokenDurationMinutes"])
		require.Equal(t, "", c["description"])
	}
}

func TestDriftOfEverySettingShowsAndIsMended(t *testing.T) {
	t.Parallel()
	s := newStack(t, onPocketID(t))
	id := named("app")
	s.declare("Client", "app", everySetting(id))
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
		before := s.pocketID.client(id)[d.field]
		s.pocketID.edit(id, func(c map[string]any) { c[d.field] = d.to })
		require.NoError(t, s.refresh().err)
		o := s.mustUp()
		require.Contains(t, strings.Join(o.diffs["app"], " "), property)
		require.Equal(t, before, s.pocketID.client(id)[d.field], property)
	}
	s.steady()
}

func TestClientWithoutAnIDGetsOneThatIsUnknownInThePreview(t *testing.T) {
	t.Parallel()
	s := newStack(t, onPocketID(t))
	s.declare("Client", "app", map[string]any{"name": "App", "callbackUrls": []any{"https://a.example/cb"}})
	o := s.preview()
	require.NoError(t, o.err, o.text)
	require.True(t, o.new["app"]["clientId"].IsComputed(), "%v", o.new["app"]["clientId"])
	for name, v := range o.new["app"] {
		require.False(t, v.IsString() && v.StringValue() == "", "%s is made up", name)
	}
	s.mustUp()
	t.Cleanup(func() { s.destroy() })
	require.True(t, isUUID(s.output("app", "clientId").(string)))
	s.steady()
}

func TestNamingTheIDThatAClientHasIsNoChangeAndAnotherReplaces(t *testing.T) {
	t.Parallel()
	s := newStack(t, onPocketID(t))
	s.declare("Client", "app", map[string]any{"name": "App", "callbackUrls": []any{"https://a.example/cb"}})
	s.mustUp()
	t.Cleanup(func() { s.destroy() })
	id := s.output("app", "clientId").(string)
	s.declare("Client", "app", map[string]any{"name": "App", "callbackUrls": []any{"https://a.example/cb"}, "clientId": id})
	s.steady()
	s.declare("Client", "app", map[string]any{"name": "App", "callbackUrls": []any{"https://a.example/cb"}})
	s.steady()

	other := named("other")
	s.declare("Client", "app", map[string]any{"name": "App", "callbackUrls": []any{"https://a.example/cb"}, "clientId": other})
	o := s.mustUp()
	require.Equal(t, []display.StepOp{deploy.OpCreateReplacement, deploy.OpReplace, deploy.OpDeleteReplaced}, o.steps["app"], "the new one comes first")
	require.NotNil(t, s.pocketID.client(other))
	require.Nil(t, s.pocketID.client(id))
	s.steady()
}

func TestAClientThatExistsIsNeverTakenOver(t *testing.T) {
	engineRaces(t)
	t.Parallel()
	s := newStack(t, onPocketID(t))
	id := named("app")
	s.pocketID.ask("POST", "/api/oidc/clients", map[string]any{"id": id, "name": "Somebody's", "callbackURLs": []string{"https://s.example"}})
	t.Cleanup(func() { s.pocketID.try("DELETE", "/api/oidc/clients/"+id, nil) })
	s.declare("Client", "app", map[string]any{"name": "App", "callbackUrls": []any{"https://a.example/cb"}, "clientId": id})
	o := s.up()
	require.Error(t, o.err)
	require.Contains(t, o.text, "a client has the id "+id+" already")
	require.Contains(t, o.text, "deleteBeforeReplace: true")
	require.Equal(t, "Somebody's", s.pocketID.client(id)["name"])
	require.Nil(t, s.find("app"))
}

func TestReplacingOnDemandNeedsDeleteBeforeReplace(t *testing.T) {
	engineRaces(t)
	t.Parallel()
	s := newStack(t, onPocketID(t))
	id := named("app")
	s.declare("Client", "app", map[string]any{"name": "App", "callbackUrls": []any{"https://a.example/cb"}, "clientId": id})
	s.declare("FederatedIdentity", "ci", map[string]any{"issuer": "https://ci.example"}).from = map[string]string{"clientId": "app.clientId"}
	s.mustUp()
	t.Cleanup(func() { s.destroy() })
	s.options.ReplaceTargets = deploy.NewUrnTargets([]string{string(s.state("app").URN)})
	o := s.up()
	require.Error(t, o.err, "the replacement would take the id of the old one")
	require.Contains(t, o.text, "set the resource option deleteBeforeReplace: true")
	require.NotNil(t, s.pocketID.client(id))

	s.program[0].options.DeleteBeforeReplace = new(bool)
	*s.program[0].options.DeleteBeforeReplace = true
	s.mustUp()
	s.options.ReplaceTargets = deploy.UrnTargets{}
	require.Len(t, s.pocketID.identities(id), 1, "the identity of a replaced client is lost")
	s.steady()
}

func TestClientIsRestrictedToGroups(t *testing.T) {
	t.Parallel()
	s := newStack(t, onPocketID(t))
	id := named("app")
	s.declare("Group", "devs", map[string]any{"name": named("devs"), "friendlyName": "Developers"})
	s.declare("Group", "ops", map[string]any{"name": named("ops"), "friendlyName": "Operations"})
	app := map[string]any{"name": "App", "clientId": id, "callbackUrls": []any{"https://a.example/cb"}}
	s.declare("Client", "app", app).from = map[string]string{"allowedUserGroups[]": "devs.id"}
	s.mustUp()
	t.Cleanup(func() { s.destroy() })
	s.steady()
	require.Equal(t, []string{string(s.state("devs").ID)}, allowed(s.pocketID.client(id)))

	t.Log("another group in place of the first")
	s.declare("Client", "app", app).from = map[string]string{"allowedUserGroups[]": "ops.id"}
	s.mustUp()
	s.steady()
	require.Equal(t, []string{string(s.state("ops").ID)}, allowed(s.pocketID.client(id)))

	t.Log("no groups at all: everybody, with a warning")
	s.declare("Client", "app", app).from = nil
	o := s.preview()
	require.Contains(t, o.text, "opens the client to every user")
	s.mustUp()
	require.Equal(t, false, s.pocketID.client(id)["isGroupRestricted"])
	s.steady()

	t.Log("restricted to no groups: nobody")
	closed := map[string]any{"name": "App", "clientId": id, "callbackUrls": []any{"https://a.example/cb"}, "isGroupRestricted": true}
	s.declare("Client", "app", closed)
	s.mustUp()
	require.Equal(t, true, s.pocketID.client(id)["isGroupRestricted"])
	require.Empty(t, allowed(s.pocketID.client(id)))
	s.steady()
}

func allowed(client map[string]any) []string {
	ids := []string{}
	for _, g := range client["allowedUserGroups"].([]any) {
		ids = append(ids, g.(map[string]any)["id"].(string))
	}
	return ids
}

func TestAGroupThatDoesNotExistIsNamedAndTheClientKept(t *testing.T) {
	engineRaces(t)
	t.Parallel()
	s := newStack(t, onPocketID(t))
	id := named("app")
	const nobody = "00000000-0000-4000-8000-000000000000"
	app := map[string]any{"name": "App", "clientId": id, "callbackUrls": []any{"https://a.example/cb"}, "allowedUserGroups": []any{nobody}}
	s.declare("Client", "app", app)
	o := s.up()
	require.Error(t, o.err)
	require.Contains(t, o.text, nobody)
	require.Equal(t, id, string(s.state("app").ID), "the client exists and is not in the state")
	require.Equal(t, true, s.pocketID.client(id)["isGroupRestricted"], "it must stay closed")
	require.NotEmpty(t, s.output("app", "clientSecret"))
	t.Cleanup(func() { s.destroy() })

	delete(app, "allowedUserGroups")
	app["isGroupRestricted"] = true
	s.declare("Client", "app", app)
	s.mustUp()
	s.steady()
}

func TestImportedClientShowsNoChange(t *testing.T) {
	t.Parallel()
	on := onPocketID(t)
	group := on.ask("POST", "/api/user-groups", map[string]any{"name": named("devs"), "friendlyName": "Devs"})["id"].(string)
	t.Cleanup(func() { on.try("DELETE", "/api/user-groups/"+group, nil) })
	for _, c := range []struct {
		name    string
		made    map[string]any
		program map[string]any
	}{
		{"defaults left out", map[string]any{"pkceEnabled": true}, map[string]any{}},
		{"defaults spelled out", map[string]any{"pkceEnabled": true}, map[string]any{"isPublic": false, "pkceEnabled": true, "requiresReauthentication": false,
			"skipConsent": false, "accessTokenDurationMinutes": 60, "refreshTokenDurationMinutes": 43200, "isGroupRestricted": false, "description": "", "allowedUserGroups": []any{}}},
		{"created without a secret of ours", map[string]any{"pkceEnabled": true}, map[string]any{"createSecret": false}},
		{"rotation triggers from now on", map[string]any{"pkceEnabled": true}, map[string]any{"secretRotationTriggers": map[string]any{"year": "2026"}}},
		{"public", map[string]any{"isPublic": true}, map[string]any{"isPublic": true}},
		{"without PKCE", map[string]any{}, map[string]any{"pkceEnabled": false}},
		{"URLs in another order", map[string]any{"pkceEnabled": true, "callbackURLs": []string{"https://z.example", "https://a.example"}},
			map[string]any{"callbackUrls": []any{"https://z.example", "https://a.example"}}},
		{"decomposed letters", map[string]any{"pkceEnabled": true, "name": "Caf\u00e9"}, map[string]any{"name": "Cafe\u0301"}},
		{"decomposed letters on the server", map[string]any{"pkceEnabled": true, "name": "Cafe\u0301"}, map[string]any{"name": "Caf\u00e9"}},
		{"no callback URLs", map[string]any{"pkceEnabled": true, "callbackURLs": []string{}}, map[string]any{"callbackUrls": []any{}}},
		{"restricted", map[string]any{"pkceEnabled": true, "isGroupRestricted": true}, map[string]any{"allowedUserGroups": []any{group}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			id := named("app")
			made := map[string]any{"id": id, "name": "App", "callbackURLs": []string{"https://a.example"}}
			program := map[string]any{"name": "App", "callbackUrls": []any{"https://a.example"}}
			for k, v := range c.made {
				made[k] = v
			}
			for k, v := range c.program {
				program[k] = v
			}
			on.ask("POST", "/api/oidc/clients", made)
			t.Cleanup(func() { on.try("DELETE", "/api/oidc/clients/"+id, nil) })
			if made["isGroupRestricted"] == true {
				on.ask("PUT", "/api/oidc/clients/"+id+"/allowed-user-groups", map[string]any{"userGroupIds": []string{group}})
			}
			s := newStack(t, on)
			o := s.importing("Client", "app", id)
			require.NoError(t, o.err, o.text)
			require.NotContains(t, o.text, "failed to validate")
			for range 2 {
				s.declare("Client", "app", program)
				o = s.preview()
				require.NoError(t, o.err, o.text)
				require.Empty(t, o.steps, "%v", o.diffs)
				s.mustUp()
				s.steady()
				program["clientId"] = id // named or not
			}
		})
	}
}

func TestImportOfWhatIsNotThereIsAnErrorAndNoGhost(t *testing.T) {
	t.Parallel()
	on := onPocketID(t)
	for typ, id := range map[string]string{"Client": "no-such-client", "Group": "00000000-0000-4000-8000-000000000000", "FederatedIdentity": "no-such-client#https://i.example"} {
		s := newStack(t, on)
		o := s.importing(typ, "it", id)
		require.Error(t, o.err, typ)
		require.Contains(t, o.err.Error()+o.text, "does not exist")
		require.Nil(t, s.find("it"))
	}
	for typ, ids := range map[string][]string{"Client": {"a/b", "..", "."}, "Group": {"../users", ".."}, "FederatedIdentity": {"app", "#https://i.example", "app#", "../x#https://i.example"}} {
		for _, id := range ids {
			s := newStack(t, on)
			o := s.importing(typ, "it", id)
			require.Error(t, o.err, "%s %s", typ, id)
			require.Contains(t, o.err.Error()+o.text, "not", "%s %s", typ, id)
			require.Nil(t, s.find("it"))
		}
	}
}

func TestAClientDeletedByHandIsMadeAgain(t *testing.T) {
	t.Parallel()
	s := newStack(t, onPocketID(t))
	id := named("app")
	s.declare("Client", "app", map[string]any{"name": "App", "clientId": id, "callbackUrls": []any{"https://a.example/cb"}})
	s.declare("FederatedIdentity", "ci", map[string]any{"issuer": "https://ci.example"}).from = map[string]string{"clientId": "app.clientId"}
	s.mustUp()
	t.Cleanup(func() { s.destroy() })
	s.pocketID.ask("DELETE", "/api/oidc/clients/"+id, nil)
	require.NoError(t, s.refresh().err)
	require.Nil(t, s.find("app"))
	require.Nil(t, s.find("ci"))
	s.mustUp()
	require.Len(t, s.pocketID.identities(id), 1)
	s.steady()
}

func TestDeletingWhatIsGoneIsDone(t *testing.T) {
	t.Parallel()
	s := newStack(t, onPocketID(t))
	id := named("app")
	s.declare("Group", "devs", map[string]any{"name": named("devs"), "friendlyName": "Developers"})
	s.declare("Client", "app", map[string]any{"name": "App", "clientId": id, "callbackUrls": []any{"https://a.example/cb"}})
	s.declare("FederatedIdentity", "ci", map[string]any{"issuer": "https://ci.example"}).from = map[string]string{"clientId": "app.clientId"}
	s.mustUp()
	s.pocketID.ask("DELETE", "/api/oidc/clients/"+id, nil)
	s.pocketID.ask("DELETE", "/api/user-groups/"+string(s.state("devs").ID), nil)
	o := s.destroy()
	require.NoError(t, o.err, o.text)
	require.Empty(t, s.snap.Resources)
}

func TestWhatOnlyAFutureServerKnowsSurvives(t *testing.T) {
	t.Parallel()
	s := newStack(t, onFake(t, fake.Options{FutureFields: true}))
	s.declare("Client", "app", map[string]any{"name": "App", "clientId": "app", "callbackUrls": []any{"https://a.example/cb"}})
	s.declare("FederatedIdentity", "ci", map[string]any{"issuer": "https://ci.example"}).from = map[string]string{"clientId": "app.clientId"}
	s.mustUp()
	s.pocketID.edit("app", func(c map[string]any) {
		c["fromTheFuture"] = map[string]any{"deep": []any{1.0, "x"}}
		c["credentials"].(map[string]any)["federatedIdentities"].([]any)[0].(map[string]any)["alsoNew"] = "kept"
	})
	s.declare("Client", "app", map[string]any{"name": "App 2", "clientId": "app", "callbackUrls": []any{"https://a.example/cb"}})
	s.declare("FederatedIdentity", "ci", map[string]any{"issuer": "https://ci.example", "subject": "changed"})
	s.mustUp()
	c := s.pocketID.client("app")
	require.Equal(t, "App 2", c["name"])
	require.Equal(t, map[string]any{"deep": []any{1.0, "x"}}, c["fromTheFuture"])
	fi := s.pocketID.identities("app")[0].(map[string]any)
	require.Equal(t, "changed", fi["subject"])
	require.Equal(t, "kept", fi["alsoNew"])
}

func TestAPartialCreateIsFinishedAfterARefresh(t *testing.T) {
	engineRaces(t)
	t.Parallel()
	for _, refused := range []string{"/secret", "/allowed-user-groups"} {
		for _, refresh := range []bool{true, false} {
			s := newStack(t, onPocketID(t))
			s.config["maxRetries"] = "0"
			id := named("app")
			s.declare("Group", "devs", map[string]any{"name": named("devs"), "friendlyName": "Developers"})
			s.declare("Client", "app", map[string]any{"name": "App", "clientId": id, "callbackUrls": []any{"https://a.example/cb"}}).
				from = map[string]string{"allowedUserGroups[]": "devs.id"}
			s.pocketID.meddling(func(w http.ResponseWriter, r *http.Request) bool {
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
			require.Contains(t, o.text, "Not today")
			require.Equal(t, id, string(s.state("app").ID))
			s.pocketID.meddling(nil)
			if refresh {
				require.NoError(t, s.refresh().err)
				require.Empty(t, s.state("app").InitErrors, "a refresh is known to clear them")
			}
			o = s.mustUp()
			require.Equal(t, []display.StepOp{deploy.OpUpdate}, o.steps["app"], "%s, refresh %v", refused, refresh)
			require.Len(t, s.output("app", "clientSecret"), 32)
			require.True(t, s.state("app").Outputs["clientSecret"].IsSecret())
			require.Equal(t, []string{string(s.state("devs").ID)}, allowed(s.pocketID.client(id)))
			s.steady()
			require.NoError(t, s.destroy().err)
		}
	}
}

func TestIgnoredChangesShowNoStep(t *testing.T) {
	t.Parallel()
	s := newStack(t, onPocketID(t))
	id := named("app")
	s.declare("Client", "app", map[string]any{"name": "App", "clientId": id, "callbackUrls": []any{"https://a.example/cb"}}).options.IgnoreChanges = []string{"clientId", "clientSecret"}
	s.mustUp()
	t.Cleanup(func() { s.destroy() })
	s.steady()
	d := s.declare("Client", "app", map[string]any{"name": "App", "clientId": named("other"), "callbackUrls": []any{"https://a.example/cb"}})
	o := s.preview()
	require.NoError(t, o.err, o.text)
	require.Empty(t, o.steps)
	d.inputs["name"] = resource.NewProperty("App 2")
	o = s.mustUp()
	require.Equal(t, []display.StepOp{deploy.OpUpdate}, o.steps["app"])
	require.Equal(t, "App 2", s.pocketID.client(id)["name"])
}

func TestPreviewOfAnUpdateKnowsWhatStays(t *testing.T) {
	t.Parallel()
	s := newStack(t, onPocketID(t))
	id := named("app")
	app := map[string]any{"name": "App", "clientId": id, "callbackUrls": []any{"https://a.example/cb"}}
	s.declare("Client", "app", app)
	s.mustUp()
	t.Cleanup(func() { s.destroy() })
	app["name"] = "App 2"
	s.declare("Client", "app", app)
	s.declare("FederatedIdentity", "ci", map[string]any{"issuer": "https://ci.example"}).from = map[string]string{"clientId": "app.clientId", "audience": "app.issuer"}
	o := s.preview()
	require.NoError(t, o.err, o.text)
	for name, v := range o.new["app"] {
		require.False(t, v.ContainsUnknowns(), "%s will not change, and is unknown", name)
	}
	require.Equal(t, "App 2", o.new["app"]["name"].StringValue())
	require.True(t, o.new["app"]["clientSecret"].IsSecret())
}
