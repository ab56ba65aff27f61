package provider

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

// newStackWithUnresolvedSecret returns a stack whose client has a secret that no response
// has confirmed: its creation got no response, and the list of secrets was not available.
func newStackWithUnresolvedSecret(t *testing.T, app map[string]any) *stack {
	t.Helper()
	s := newStack(t, newFake(t, fake.Options{}))
	s.config["maxRetries"], s.config["startupTimeout"] = "0", "0"
	s.declare("Client", "app", app)
	s.instance.intercept(func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.HasSuffix(r.URL.Path, "/secrets") {
			return false
		}
		if r.Method == "POST" {
			s.instance.server.ServeHTTP(httptest.NewRecorder(), r)
		}
		dropConnection(w)
		return true
	})
	require.Error(t, s.up().err)
	s.instance.intercept(nil)
	require.Equal(t, secretMissing, s.output("app", "secretStatus"))
	require.Equal(t, 1, secretCount(s.instance, "app"))
	return s
}

func TestUnresolvedSecretIsDeletedWhenTheClientShallHaveNone(t *testing.T) {
	skipIfEngineRaces(t)
	t.Parallel()
	for _, refresh := range []bool{false, true} {
		app := confidentialClient("app")
		s := newStackWithUnresolvedSecret(t, app)
		value := s.output("app", "clientSecret").(string)
		require.True(t, secretWorks(t, s.instance, "app", value))
		if refresh {
			require.NoError(t, s.refresh().err)
		}
		app["createSecret"] = false
		s.declare("Client", "app", app)

		t.Log("while it cannot be verified, the state keeps it")
		s.instance.intercept(func(w http.ResponseWriter, r *http.Request) bool {
			hit := strings.HasSuffix(r.URL.Path, "/introspect")
			if hit {
				dropConnection(w)
			}
			return hit
		})
		o := s.up()
		require.Error(t, o.err)
		require.NotContains(t, o.messages, value)
		s.instance.intercept(nil)
		if refresh {
			require.NoError(t, s.refresh().err)
		}

		s.mustUp()
		require.Equal(t, 0, secretCount(s.instance, "app"), "an orphaned secret is valid")
		require.False(t, secretWorks(t, s.instance, "app", value))
		require.Equal(t, secretNone, s.output("app", "secretStatus"))
		s.requireNoChanges()
	}
}

func TestUnresolvedSecretIsReplacedByACustomValue(t *testing.T) {
	skipIfEngineRaces(t)
	t.Parallel()
	app := confidentialClient("app")
	s := newStackWithUnresolvedSecret(t, app)
	value := s.output("app", "clientSecret").(string)
	app["clientSecret"] = secretString("a custom value of it")
	s.declare("Client", "app", app)
	s.mustUp()
	require.True(t, secretWorks(t, s.instance, "app", "a custom value of it"))
	require.False(t, secretWorks(t, s.instance, "app", value), "an orphaned secret is valid")
	require.Equal(t, 1, secretCount(s.instance, "app"))
	s.requireNoChanges()
}

// TestUnresolvedSecretOfAClientThatBecomesPublicIsNamed matters because a secret of a public
// client cannot be verified, but works again once the client is confidential.
func TestUnresolvedSecretOfAClientThatBecomesPublicIsNamed(t *testing.T) {
	skipIfEngineRaces(t)
	t.Parallel()
	app := confidentialClient("app")
	s := newStackWithUnresolvedSecret(t, app)
	app["isPublic"] = true
	s.declare("Client", "app", app)
	o := s.mustUp()
	if secretCount(s.instance, "app") > 0 {
		require.Contains(t, o.messages, "the client has other secrets")
	}
	s.requireNoChanges()
}
