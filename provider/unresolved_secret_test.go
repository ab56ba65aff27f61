package provider

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
)

const createSecretOfApp = "POST /api/oidc/clients/app/secrets"

// dropIntrospection breaks the connection of each request that verifies a client secret.
func (i *testInstance) dropIntrospection() {
	i.intercept(func(w http.ResponseWriter, r *http.Request) bool {
		hit := strings.HasSuffix(r.URL.Path, "/introspect")
		if hit {
			dropConnection(w)
		}
		return hit
	})
}

// addSecret adds a secret to the client, as a person does in the web page.
func (i *testInstance) addSecret(value string) {
	i.mustRequest("POST", "/api/oidc/clients/app/secrets", map[string]any{"secret": value})
}

// The server may have created a secret whose creation got no response, or not. The next update
// finds out, and uses the value in either case.
func TestAnUnresolvedSecretIsResolvedByTheNextUpdate(t *testing.T) {
	skipIfEngineRaces(t)
	t.Parallel()
	similar := func(value string) string { return value[:4] + " is how another one begins" }
	for name, row := range map[string]struct {
		meanwhile      func(i *testInstance, value string)
		posts, secrets int
		identified     bool
	}{
		"created":                      {func(*testInstance, string) {}, 0, 1, true},
		"not created":                  {func(i *testInstance, _ string) { i.deleteSecrets() }, 1, 1, true},
		"created beside a similar one": {func(i *testInstance, value string) { i.addSecret(similar(value)) }, 0, 2, false},
		"not created, but a similar one": {func(i *testInstance, value string) {
			i.deleteSecrets()
			i.addSecret(similar(value))
		}, 1, 2, true},
	} {
		for _, app := range []map[string]any{confidentialClient("app"), clientWithSecret("a custom value of it")} {
			s := newStackWithUnresolvedSecret(t, app)
			value := s.output("app", "clientSecret").(string)
			row.meanwhile(s.instance, value)
			requests := s.instance.requestsDuring(func() { s.mustUp() })
			require.Equal(t, row.posts, countRequests(requests, createSecretOfApp), name)
			require.Equal(t, secretManaged, s.output("app", "secretStatus"), name)
			require.Equal(t, value, s.output("app", "clientSecret"), name)
			require.Equal(t, row.identified, s.output("app", "clientSecretId") != nil, name)
			require.True(t, secretWorks(t, s.instance, "app", value), name)
			require.Equal(t, row.secrets, secretCount(s.instance, "app"), "%s: a secret of somebody else must stay", name)
			s.requireNoChanges()
		}
	}
}

// Another secret would leave the first one valid, and unknown to the state.
func TestAnUnresolvedSecretThatCannotBeVerifiedIsNotCreatedAgain(t *testing.T) {
	skipIfEngineRaces(t)
	t.Parallel()
	for _, next := range []map[string]any{confidentialClient("app"), clientWithSecret("a custom value of it")} {
		s := newStackWithUnresolvedSecret(t, confidentialClient("app"))
		value := s.output("app", "clientSecret").(string)
		s.declare("Client", "app", next)
		s.instance.dropIntrospection()
		requests := s.instance.requestsDuring(func() {
			o := s.up()
			require.Error(t, o.err)
			require.NotContains(t, o.messages, value)
		})
		require.Zero(t, countRequests(requests, createSecretOfApp))
		require.Equal(t, secretMissing, s.output("app", "secretStatus"))
		require.Equal(t, value, s.output("app", "clientSecret"))
		s.instance.intercept(nil)
		s.mustUp()
		require.True(t, secretWorks(t, s.instance, "app", s.output("app", "clientSecret").(string)))
		require.Equal(t, 1, secretCount(s.instance, "app"), "an orphaned secret is valid")
		s.requireNoChanges()
	}
}

// A secret that was created before an upgrade to 2.14 has no ID in the state. If its ID cannot be
// determined, it is neither replaced nor given up: it would stay valid.
func TestASecretThatCannotBeIdentifiedStays(t *testing.T) {
	skipIfEngineRaces(t)
	t.Parallel()
	for secrets, next := range []map[string]any{
		withValue(confidentialClient("app"), "createSecret", false),
		withValue(confidentialClient("app"), "secretRotationTriggers", map[string]any{"month": "2"}),
	} {
		s, secret := newStackAfterUpgrade(t)
		s.config["maxRetries"], s.config["startupTimeout"] = "0", "0"
		s.declare("Client", "app", next)
		s.instance.dropIntrospection()
		o := s.up()
		require.Error(t, o.err)
		require.Contains(t, o.messages, "cannot determine which of the client's secrets to replace")
		require.Equal(t, secret, s.output("app", "clientSecret"))
		require.True(t, s.instance.secretIsOnlyOne(t, secret))
		s.instance.hidePrefix(secret)
		s.mustUp()
		require.False(t, secretWorks(t, s.instance, "app", secret), "the old secret still works")
		require.Equal(t, secrets, secretCount(s.instance, "app"))
		s.requireNoChanges()
	}
}

// secretIsOnlyOne reports whether the client has only this secret, and whether it works.
func (i *testInstance) secretIsOnlyOne(t *testing.T, secret string) bool {
	i.intercept(nil)
	return secretCount(i, "app") == 1 && secretWorks(t, i, "app", secret)
}

func TestASecretIsIdentifiedIfOnlyOneCanHaveTheValue(t *testing.T) {
	t.Parallel()
	past := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	one, other := api.ClientSecret{ID: "one", Prefix: "abcd", IsActive: true}, api.ClientSecret{ID: "other", Prefix: "wxyz", IsActive: true}
	similar, expired := one, api.ClientSecret{ID: "expired", Prefix: "abcd", ExpiresAt: &past}
	similar.ID = "similar"
	older := api.ClientSecret{ID: "older", IsActive: true} // than 2.14: the server does not know its prefix
	for _, row := range []struct {
		secrets []api.ClientSecret
		want    string
	}{
		{nil, ""},
		{[]api.ClientSecret{one}, "one"},
		{[]api.ClientSecret{other, one}, "one"},
		{[]api.ClientSecret{other}, ""},
		{[]api.ClientSecret{one, similar}, ""},
		{[]api.ClientSecret{expired, one}, "one"},
		{[]api.ClientSecret{expired}, ""},
		{[]api.ClientSecret{older}, "older"},
		{[]api.ClientSecret{older, one}, ""},
	} {
		require.Equal(t, row.want, idOfSecret(row.secrets, "abcd-and-more"), "%v", row.secrets)
	}
}

// An import knows that a public client has no secret.
func TestAnImportedPublicClientGetsASecretWhenItBecomesConfidential(t *testing.T) {
	t.Parallel()
	s := newStack(t, newInstance(t))
	id := uniqueName("app")
	public := withValue(confidentialClient(id), "isPublic", true)
	s.instance.mustRequest("POST", "/api/oidc/clients", map[string]any{"id": id, "name": "App", "callbackURLs": []string{"https://a.example/cb"}, "isPublic": true, "pkceEnabled": true})
	require.NoError(t, s.importResource("Client", "app", id).err)
	t.Cleanup(func() { s.destroy() })
	require.Equal(t, secretNone, s.output("app", "secretStatus"))
	s.declare("Client", "app", public)
	s.requireNoChanges()
	s.declare("Client", "app", confidentialClient(id))
	s.mustUp()
	require.True(t, secretWorks(t, s.instance, id, s.output("app", "clientSecret").(string)))
	s.requireNoChanges()
}

func TestRemovingAllRotationTriggersRotatesNothing(t *testing.T) {
	t.Parallel()
	s := newStack(t, newInstance(t))
	id := uniqueName("app")
	s.declare("Client", "app", withValue(confidentialClient(id), "secretRotationTriggers", map[string]any{"month": "1"}))
	s.mustUp()
	t.Cleanup(func() { s.destroy() })
	secret := s.output("app", "clientSecret")
	s.declare("Client", "app", confidentialClient(id))
	s.mustUp()
	require.Equal(t, secret, s.output("app", "clientSecret"))
	s.requireNoChanges()
}
