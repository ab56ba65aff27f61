package provider

import (
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

// declareApplication adds the component to the program.
func (s *stack) declareApplication(name string, inputs map[string]any) *programResource {
	d := s.declare("Application", name, inputs)
	d.options.Remote = true
	return d
}

// child returns the state of a resource by its type and name; several may have the same name.
func (s *stack) child(typ, name string) props {
	s.t.Helper()
	for _, r := range s.snap.Resources {
		if string(r.Type) == Name+":index:"+typ && r.URN.Name() == name && !r.Delete {
			return r.Outputs
		}
	}
	s.t.Fatalf("there is no %s %q", typ, name)
	return nil
}

func TestApplicationLifecycle(t *testing.T) {
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{}))
	s.declareApplication("feeds", map[string]any{"application": "miniflux", "url": "https://feeds.example.com/", "clientId": "feeds"})
	o := s.preview()
	require.NoError(t, o.err, o.messages)
	require.Nil(t, s.instance.client("feeds"), "a preview has created the client")
	require.True(t, o.outputs["feeds"]["clientSecret"].ContainsUnknowns(), "%v", o.outputs["feeds"])

	o = s.mustUp()
	client := s.instance.client("feeds")
	require.Equal(t, "Miniflux", client["name"])
	require.Equal(t, []any{"https://feeds.example.com/oauth2/oidc/callback"}, client["callbackURLs"])
	require.Equal(t, "https://feeds.example.com", client["launchURL"])
	require.Equal(t, false, client["pkceEnabled"])
	require.Equal(t, false, client["isGroupRestricted"])
	outputs, secret := o.outputs["feeds"], plainValue(s.child("Client", "feeds")["clientSecret"])
	require.True(t, outputs["clientSecret"].IsSecret())
	require.Equal(t, secret, plainValue(outputs["clientSecret"]))
	require.True(t, outputs["environment"].IsSecret())
	require.Equal(t, map[string]any{
		"OAUTH2_PROVIDER": "oidc", "OAUTH2_CLIENT_ID": "feeds", "OAUTH2_CLIENT_SECRET": secret,
		"OAUTH2_REDIRECT_URL": "https://feeds.example.com/oauth2/oidc/callback", "OAUTH2_OIDC_DISCOVERY_ENDPOINT": "https://id.example.com",
	}, plainValue(outputs["environment"]))
	require.Equal(t, "https://id.example.com/api/oidc/token", plainValue(outputs["endpoints"].ObjectValue()["token"]))
	require.Equal(t, "https://id.example.com", plainValue(outputs["issuer"]))
	s.requireNoChanges()

	s.declareApplication("feeds", map[string]any{"application": "miniflux", "url": "https://news.example.com", "clientId": "feeds", "name": "News"})
	o = s.mustUp()
	require.Equal(t, []string{"update"}, toStrings(o.steps["feeds"]))
	require.Equal(t, "News", s.instance.client("feeds")["name"])
	require.Equal(t, secret, plainValue(o.outputs["feeds"]["clientSecret"]))
	s.requireNoChanges()

	require.NoError(t, s.destroy().err)
	require.Nil(t, s.instance.client("feeds"))
}

func TestApplicationPassesEveryInputOfClientOn(t *testing.T) {
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{}))
	full := clientWithAllSettings("app")
	full["description"], full["skipConsent"], full["accessTokenDurationMinutes"] = "What it is for", true, 30
	full["logo"], full["clientSecret"] = textAsset(circleSVG), secretString("a-secret-of-the-program-0")
	full["application"], full["url"] = "portainer", "https://ops.example.com"
	s.declareApplication("app", full)
	o := s.mustUp()
	client := s.instance.client("app")
	require.ElementsMatch(t, full["callbackUrls"], client["callbackURLs"], "the callbackUrls of the program have precedence")
	require.Equal(t, "https://a.example", client["launchURL"])
	require.Equal(t, "What it is for", client["description"])
	require.Equal(t, true, client["hasLogo"])
	require.EqualValues(t, 30, client["accessTokenDurationMinutes"])
	require.Equal(t, "a-secret-of-the-program-0", plainValue(o.outputs["app"]["environment"].SecretValue().Element.ObjectValue()["OIDC_CLIENT_SECRET"]))
	s.requireNoChanges()
	require.NotContains(t, o.messages, "a-secret-of-the-program-0")
}

func TestPublicApplicationHasNoSecret(t *testing.T) {
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{}))
	s.declareApplication("desktop", map[string]any{"application": "opencloud-desktop"})
	o := s.mustUp()
	client := s.instance.client("OpenCloudDesktop")
	require.Equal(t, true, client["isPublic"])
	require.Equal(t, true, client["pkceEnabled"])
	require.True(t, o.outputs["desktop"]["clientSecret"].IsNull(), "%v", o.outputs["desktop"])
	require.False(t, o.outputs["desktop"]["environment"].ContainsSecrets())
	require.NotContains(t, plainValue(o.outputs["desktop"]["environment"]), "OIDC_CLIENT_SECRET")
	s.requireNoChanges()
}

func TestApplicationWithoutCatalogue(t *testing.T) {
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{}))
	s.declareApplication("own", map[string]any{"name": "Own", "callbackUrls": []any{"https://own.example.com/cb"}, "clientId": "own"})
	o := s.mustUp()
	require.Equal(t, true, s.instance.client("own")["pkceEnabled"])
	require.Equal(t, "own", plainValue(o.outputs["own"]["environment"].SecretValue().Element.ObjectValue()["OIDC_CLIENT_ID"]))
	s.requireNoChanges()
}

func TestApplicationReportsMistakesBeforeItCreatesAnything(t *testing.T) {
	t.Parallel()
	for want, inputs := range map[string]map[string]any{
		`no application "imich"`:                         {"application": "imich", "url": "https://a.example"},
		"omit application and set name and callbackUrls": {"application": "imich", "url": "https://a.example"},
		"immich needs url":                               {"application": "immich"},
		"needs the parameter providerId":                 {"application": "dbackup", "url": "https://a.example"},
		"name is required without application":           {"callbackUrls": []any{}},
		"callbackUrls is required without application":   {"name": "Own"},
		"url has no effect without application":          {"name": "Own", "callbackUrls": []any{}, "url": "https://a.example"},
		"cannot be set together with clientSecret":       {"application": "immich", "url": "https://a.example", "clientSecret": secretString("hidden-hidden-hidden"), "secretRotation": map[string]any{}},
		`has the key "other", but the parts`:             {"application": "immich", "url": "https://a.example", "importIds": map[string]any{"other": "x"}},
		"must not have the key client":                   {"application": "immich", "url": "https://a.example", "federatedIdentities": map[string]any{"client": map[string]any{"issuer": "https://i.example"}}},
	} {
		s := newStack(t, newFake(t, fake.Options{}))
		s.declareApplication("app", inputs)
		for _, run := range []func() outcome{s.preview, s.up} {
			o := run()
			require.Error(t, o.err, want)
			require.Contains(t, o.messages+o.err.Error(), want)
			require.NotContains(t, o.messages+o.err.Error(), "hidden-hidden")
		}
		require.Empty(t, s.instance.listAll("/api/oidc/clients"))
	}
}

func TestApplicationURLCanBeUnknownInThePreview(t *testing.T) {
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{}))
	s.declareApplication("app", map[string]any{"application": "immich", "url": resource.MakeComputed(resource.NewProperty("")),
		"federatedIdentities": map[string]any{"ci": map[string]any{"issuer": "https://ci.example", "subject": resource.MakeComputed(resource.NewProperty(""))}}})
	o := s.preview()
	require.NoError(t, o.err, o.messages)
	require.Contains(t, o.steps, "app-ci")
}

// The inputs of Client are those of Application too, but the child applies the defaults.
func TestApplicationSchemaHasEveryInputOfClient(t *testing.T) {
	t.Parallel()
	spec := embeddedSchema()
	component := spec.Resources[Name+":index:Application"]
	for name, property := range spec.Resources[Name+":index:Client"].InputProperties {
		own, has := component.InputProperties[name]
		require.True(t, has, name)
		require.Nil(t, own.Default, "%s: the SDK would set the default, and hide what the catalogue has", name)
		require.Equal(t, property.Secret, own.Secret, name)
	}
	for _, name := range applicationOnlyInputs() {
		require.Contains(t, component.InputProperties, name)
		require.NotContains(t, spec.Resources[Name+":index:Client"].InputProperties, name)
	}
	for name := range applicationDescriptions() {
		require.Contains(t, spec.Resources[Name+":index:Client"].InputProperties, name)
	}
	for name, property := range component.InputProperties {
		require.False(t, strings.Contains(property.Description, "replaces the resource"), "%s describes what the component does not do", name)
	}
}
