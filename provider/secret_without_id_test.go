package provider

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

// hidePrefix makes the server return no prefix of a secret, as for one that was created
// before 2.14.
func (i *testInstance) hidePrefix(secret string) {
	i.intercept(func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != "GET" || r.URL.Path != "/api/oidc/clients/app" {
			return false
		}
		answer := httptest.NewRecorder()
		i.server.ServeHTTP(answer, r)
		reply(w, answer.Code, "application/json", strings.Replace(answer.Body.String(), `"prefix":"`+secret[:4], `"prefix":"`, 1))
		return true
	})
}

// newStackAfterUpgrade returns a stack whose client was created before its server was
// upgraded to 2.14: the state has no ID of the secret.
func newStackAfterUpgrade(t *testing.T) (s *stack, secret string) {
	t.Helper()
	s = newStack(t, newFake(t, fake.Options{}))
	s.declare("Client", "app", confidentialClient("app"))
	s.mustUp()
	secret = s.output("app", "clientSecret").(string)
	delete(s.state("app").Outputs, "clientSecretId")
	s.instance.hidePrefix(secret)
	return s, secret
}

// deleteSecrets deletes all secrets of the client, as a person does in the web page.
func (i *testInstance) deleteSecrets() {
	for _, one := range i.client("app")["credentials"].(map[string]any)["secrets"].([]any) {
		i.mustRequest("DELETE", "/api/oidc/clients/app/secrets/"+one.(map[string]any)["id"].(string), nil)
	}
}

func TestARefreshLearnsTheIDOfASecretAfterAServerUpgrade(t *testing.T) {
	t.Parallel()
	s, secret := newStackAfterUpgrade(t)
	require.NoError(t, s.refresh().err)
	require.NotEmpty(t, s.output("app", "clientSecretId"))
	require.Equal(t, secret, s.output("app", "clientSecret"))
	requests := s.instance.requestsDuring(func() { s.requireNoChanges() })
	require.NotContains(t, strings.Join(requests, "\n"), "/introspect", "a known ID needs no verification")

	t.Log("deleted in the web page, it is created again")
	s.instance.deleteSecrets()
	require.NoError(t, s.refresh().err)
	s.mustUp()
	require.True(t, secretWorks(t, s.instance, "app", s.output("app", "clientSecret").(string)))
}

func TestASecretDeletedAfterAServerUpgradeIsCreatedAgain(t *testing.T) {
	t.Parallel()
	for _, replaced := range []bool{false, true} {
		s, secret := newStackAfterUpgrade(t)
		s.instance.deleteSecrets()
		if replaced {
			s.instance.mustRequest("POST", "/api/oidc/clients/app/secrets", map[string]any{"secret": "somebody else's secret"})
		}
		require.NoError(t, s.refresh().err)
		require.Equal(t, secretMissing, s.output("app", "secretStatus"))
		s.mustUp()
		now := s.output("app", "clientSecret").(string)
		require.NotEqual(t, secret, now)
		require.True(t, secretWorks(t, s.instance, "app", now))
		s.requireNoChanges()
	}
}

func TestASecretReplacedInTheWebPageIsNoticedBeforeVersion214(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"2.3.0", "2.9.0", "2.13.0"} {
		s := newStack(t, newFake(t, fake.Options{Version: version}))
		s.declare("Client", "app", confidentialClient("app"))
		s.mustUp()
		requests := s.instance.requestsDuring(func() { require.NoError(t, s.refresh().err) })
		require.Equal(t, 1, strings.Count(strings.Join(requests, "\n"), "/introspect"), version)
		s.requireNoChanges()

		t.Log("a server that cannot verify it changes nothing")
		s.instance.intercept(func(w http.ResponseWriter, r *http.Request) bool {
			hit := strings.HasSuffix(r.URL.Path, "/introspect")
			if hit {
				reply(w, http.StatusForbidden, "text/html", "<html>blocked by a proxy</html>")
			}
			return hit
		})
		o := s.refresh()
		require.NoError(t, o.err, o.messages)
		require.Equal(t, secretManaged, s.output("app", "secretStatus"))
		s.instance.intercept(nil)

		s.instance.mustRequest("POST", "/api/oidc/clients/app/secret", nil)
		require.NoError(t, s.refresh().err)
		require.Equal(t, secretMissing, s.output("app", "secretStatus"), version)
		o = s.preview()
		require.NotEmpty(t, o.steps, "the lost secret is drift")
		s.mustUp()
		require.True(t, secretWorks(t, s.instance, "app", s.output("app", "clientSecret").(string)))
		s.requireNoChanges()
	}
}
