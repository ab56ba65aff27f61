package provider

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

// immich returns the inputs of an application with a client ID, and more inputs.
func immich(more map[string]any) map[string]any {
	all := map[string]any{"application": "immich", "url": "https://photos.example.com", "clientId": "immich"}
	for name, value := range more {
		all[name] = value
	}
	return all
}

func TestApplicationLooksGroupsUpByName(t *testing.T) {
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{}))
	family := s.instance.mustRequest("POST", "/api/user-groups", map[string]any{"name": "family", "friendlyName": "Family"})["id"]
	s.declare("Group", "guests", map[string]any{"name": "guests", "friendlyName": "Guests"})
	s.declareApplication("immich", immich(map[string]any{"groups": []any{"family"}})).from = map[string]string{"allowedUserGroups[]": "guests.id"}
	o := s.preview()
	require.NoError(t, o.err, o.messages)
	s.mustUp()
	client := s.instance.client("immich")
	require.Equal(t, true, client["isGroupRestricted"])
	var ids []any
	for _, g := range client["allowedUserGroups"].([]any) {
		ids = append(ids, g.(map[string]any)["id"])
	}
	require.ElementsMatch(t, []any{family, string(s.state("guests").ID)}, ids)
	s.requireNoChanges()
}

func TestApplicationWithAnUnknownGroupCreatesNothing(t *testing.T) {
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{}))
	s.declareApplication("immich", immich(map[string]any{"groups": []any{"famly"}}))
	for _, run := range []func() outcome{s.preview, s.up} {
		o := run()
		require.Error(t, o.err)
		require.Contains(t, o.messages+o.err.Error(), "famly")
	}
	require.Nil(t, s.instance.client("immich"))
}

// An application for which the program sets any list of groups never opens to everyone.
func TestApplicationWithAnEmptyListOfGroupsAllowsNobody(t *testing.T) {
	t.Parallel()
	for _, input := range []string{"groups", "allowedUserGroups"} {
		s := newStack(t, newFake(t, fake.Options{}))
		s.declareApplication("immich", immich(map[string]any{input: []any{}}))
		s.mustUp()
		client := s.instance.client("immich")
		require.Equal(t, true, client["isGroupRestricted"], input)
		require.Empty(t, client["allowedUserGroups"], input)
		s.requireNoChanges()
	}
}

func TestApplicationWithARotatedSecret(t *testing.T) {
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{}))
	s.declareApplication("immich", immich(map[string]any{"secretRotation": map[string]any{"rotationTriggers": map[string]any{"run": "1"}}}))
	o := s.mustUp()
	first := plainValue(o.outputs["immich"]["clientSecret"])
	require.True(t, o.outputs["immich"]["clientSecret"].IsSecret())
	require.Equal(t, plainValue(s.child("ClientSecret", "immich-secret")["secret"]), first)
	require.Equal(t, "none", plainValue(s.child("Client", "immich")["secretStatus"]))
	require.Equal(t, first, plainValue(o.outputs["immich"]["environment"]).(map[string]any)["OIDC_CLIENT_SECRET"])
	s.requireNoChanges()

	s.declareApplication("immich", immich(map[string]any{"secretRotation": map[string]any{"rotationTriggers": map[string]any{"run": "2"}}}))
	o = s.mustUp()
	require.NotEqual(t, first, plainValue(o.outputs["immich"]["clientSecret"]))
	s.requireNoChanges()
}

func TestApplicationWithFederatedIdentities(t *testing.T) {
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{}))
	s.declareApplication("immich", immich(map[string]any{"federatedIdentities": map[string]any{
		"ci":      map[string]any{"githubActions": map[string]any{"owner": "acme", "repository": "app", "branch": "main"}},
		"cluster": map[string]any{"issuer": "https://k.example", "subject": secretString("hidden-subject"), "jwksUrl": "https://k.example/keys"},
	}}))
	o := s.mustUp()
	require.NotContains(t, o.messages, "hidden-subject")
	subjects := map[string]string{}
	for _, identity := range s.instance.identities("immich") {
		i := identity.(map[string]any)
		subjects[i["issuer"].(string)] = i["subject"].(string)
	}
	require.Equal(t, map[string]string{github: "repo:acme/app:ref:refs/heads/main", "https://k.example": "hidden-subject"}, subjects)
	require.True(t, s.child("FederatedIdentity", "immich-cluster")["subject"].IsSecret())
	require.False(t, s.child("FederatedIdentity", "immich-ci")["subject"].IsSecret(), "a secret of another identity makes this one secret")
	s.requireNoChanges()
}

// A secret in a block stays secret, and an unknown value in one identity makes no other unknown.
func TestApplicationKeepsNestedSecretsAndUnknowns(t *testing.T) {
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{}))
	identities := func(namespace any) map[string]any {
		return immich(map[string]any{"federatedIdentities": map[string]any{
			"cluster": map[string]any{"kubernetes": map[string]any{"issuer": "https://k.example", "namespace": namespace, "serviceAccount": "web"}},
			"ci":      map[string]any{"issuer": "https://ci.example", "subject": "ci", "jwksUrl": "https://ci.example/keys"},
		}})
	}
	s.declareApplication("immich", identities(secretString("hidden-namespace")))
	s.mustUp()
	require.True(t, s.child("FederatedIdentity", "immich-cluster")["effectiveSubject"].IsSecret())
	s.requireNoChanges()
	s.declareApplication("immich", identities(resource.MakeComputed(resource.NewProperty(""))))
	o := s.preview()
	require.NoError(t, o.err, o.messages)
	require.NotContains(t, o.steps, "immich-ci", "%v", o.diffs)
	require.Contains(t, o.steps, "immich-cluster")
}

// A program that declared the parts as single resources can change to the component.
func TestApplicationAdoptsFormerResources(t *testing.T) {
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{}))
	callbacks := []any{"https://photos.example.com/auth/login", "https://photos.example.com/user-settings", "app.immich:///oauth-callback"}
	s.declare("Client", "photos", map[string]any{"name": "Immich", "clientId": "immich", "callbackUrls": callbacks, "launchUrl": "https://photos.example.com", "pkceEnabled": false})
	s.declare("FederatedIdentity", "deploy", map[string]any{"issuer": "https://ci.example", "subject": "ci"}).from = map[string]string{"clientId": "photos.clientId"}
	s.mustUp()
	secret := s.output("photos", "clientSecret")
	urn := s.state("deploy").URN

	s.drop("photos")
	s.drop("deploy")
	s.declareApplication("immich", immich(map[string]any{
		"federatedIdentities": map[string]any{"ci": map[string]any{"issuer": "https://ci.example", "subject": "ci"}},
		"formerNames":         map[string]any{"client": "photos", "ci": string(urn)},
	}))
	o := s.preview()
	require.NoError(t, o.err, o.messages)
	require.Equal(t, map[string][]string{"immich": {"create"}}, stepsAsStrings(o), "only the component itself is new: %v", o.diffs)
	requests := s.instance.requestsDuring(func() { o = s.mustUp() })
	for _, method := range []string{"POST", "PUT", "DELETE"} {
		require.Zero(t, countRequests(requests, method), "%v", requests)
	}
	require.Equal(t, secret, plainValue(o.outputs["immich"]["clientSecret"]))
	s.requireNoChanges()
}

func stepsAsStrings(o outcome) map[string][]string {
	out := map[string][]string{}
	for name, steps := range o.steps {
		out[name] = toStrings(steps)
	}
	return out
}

func TestApplicationImportsExistingParts(t *testing.T) {
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{}))
	s.instance.mustRequest("POST", "/api/oidc/clients", map[string]any{"id": "immich", "name": "Immich", "launchURL": "https://photos.example.com", "pkceEnabled": false,
		"callbackURLs": []string{"https://photos.example.com/auth/login", "https://photos.example.com/user-settings", "app.immich:///oauth-callback"},
		"credentials":  map[string]any{"federatedIdentities": []any{map[string]any{"issuer": "https://ci.example", "subject": "ci"}}}})
	s.declareApplication("immich", immich(map[string]any{
		"federatedIdentities": map[string]any{"ci": map[string]any{"issuer": "https://ci.example", "subject": "ci"}},
		"importIds":           map[string]any{"client": "immich", "ci": "immich#https://ci.example"},
	}))
	var o outcome
	requests := s.instance.requestsDuring(func() { o = s.mustUp() })
	for _, method := range []string{"POST", "PUT", "DELETE"} {
		require.Zero(t, countRequests(requests, method), "%v", requests)
	}
	require.Equal(t, "immich", plainValue(o.outputs["immich"]["clientId"]))
	s.requireNoChanges()
	require.NoError(t, s.destroy().err)
	require.Nil(t, s.instance.client("immich"))
}

// The engine imports the client, and updates it in the same deployment.
func TestApplicationUpdatesWhatDiffersAfterAnImport(t *testing.T) {
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{}))
	s.instance.mustRequest("POST", "/api/oidc/clients", map[string]any{"id": "immich", "name": "Photos", "pkceEnabled": false,
		"callbackURLs": []string{"https://photos.example.com/auth/login"}})
	s.declareApplication("immich", immich(map[string]any{"importIds": map[string]any{"client": "immich"}}))
	s.mustUp()
	require.Equal(t, "Immich", s.instance.client("immich")["name"])
	require.Len(t, s.instance.client("immich")["callbackURLs"], 3)
	s.requireNoChanges()
}

// The stack configuration has no connection: the parts work only with the component's provider.
func TestPartsOfAnApplicationHaveItsProvider(t *testing.T) {
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{}))
	s.config = map[string]string{}
	s.instance.mustRequest("POST", "/api/user-groups", map[string]any{"name": "family", "friendlyName": "Family"})
	s.declare(explicitProvider, "own", map[string]any{"baseUrl": s.instance.url, "apiKey": s.instance.key})
	d := s.declareApplication("immich", immich(map[string]any{"groups": []any{"family"}, "secretRotation": map[string]any{},
		"federatedIdentities": map[string]any{"ci": map[string]any{"issuer": "https://ci.example", "subject": "ci"}}}))
	d.provider = "own"
	s.mustUp()
	require.Len(t, s.instance.client("immich")["allowedUserGroups"], 1)
	for _, r := range s.snap.Resources {
		if r.Custom && r.Parent != "" {
			require.Contains(t, r.Provider, "::own::", r.URN)
		}
	}
	s.requireNoChanges()
}
