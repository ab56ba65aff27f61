package provider

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

func TestAPartialUpdateIsReportedAndCompletedByTheNextUpdate(t *testing.T) {
	t.Parallel()
	for _, refresh := range []bool{true, false} {
		s := newStack(t, newFake(t, fake.Options{}))
		s.config["maxRetries"] = "0"
		s.declare("Group", "devs", map[string]any{"name": "devs", "friendlyName": "Developers", "customClaims": map[string]any{"team": "a"}})
		s.declare("Group", "ops", map[string]any{"name": "ops", "friendlyName": "Operations"})
		s.declare("Client", "app", confidentialClient("app")).from = map[string]string{"allowedUserGroups[]": "devs.id"}
		s.mustUp()
		devs, ops := string(s.state("devs").ID), string(s.state("ops").ID)

		s.declare("Group", "devs", map[string]any{"name": "devs", "friendlyName": "Devs", "customClaims": map[string]any{"team": "b"}})
		s.instance.forbidRequests("PUT", "/custom-claims")
		o := s.up()
		require.Error(t, o.err)
		require.Contains(t, o.messages, "Not today")
		require.Equal(t, "Devs", s.output("devs", "friendlyName"), "the state has what was written")
		require.Equal(t, map[string]any{"team": "a"}, s.output("devs", "customClaims"), "the state does not have what was rejected")

		s.declare("Client", "app", confidentialClient("app")).from = map[string]string{"allowedUserGroups[]": "ops.id"}
		s.declare("Group", "devs", map[string]any{"name": "devs", "friendlyName": "Devs", "customClaims": map[string]any{"team": "a"}})
		s.instance.forbidRequests("PUT", "/allowed-user-groups")
		o = s.up()
		require.Error(t, o.err)
		require.Contains(t, o.messages, "Not today")
		require.Equal(t, []any{devs}, s.output("app", "allowedUserGroups"))

		s.instance.intercept(nil)
		s.declare("Group", "devs", map[string]any{"name": "devs", "friendlyName": "Devs", "customClaims": map[string]any{"team": "b"}})
		if refresh {
			require.NoError(t, s.refresh().err)
		}
		s.mustUp()
		require.Equal(t, map[string]string{"team": "b"}, s.instance.groupClaims(devs))
		require.Equal(t, []string{ops}, allowedGroupIDs(s.instance.client("app")))
		s.requireNoChanges()
	}
}

// The state of an object must have the issuer, so it is read before the first write.
func TestNothingIsCreatedIfTheIssuerCannotBeRead(t *testing.T) {
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{}))
	s.config["maxRetries"] = "0"
	s.instance.mustRequest("POST", "/api/oidc/clients", map[string]any{"id": "existing", "name": "Existing", "callbackURLs": []string{}})
	s.declare("Group", "devs", map[string]any{"name": "devs", "friendlyName": "Developers"})
	s.declare("Client", "app", confidentialClient("app"))
	s.declare("FederatedIdentity", "ci", map[string]any{"clientId": "existing", "issuer": "https://ci.example"})
	s.options.ContinueOnError = true
	s.instance.forbidRequests("GET", "/openid-configuration")
	require.Error(t, s.up().err)
	require.Len(t, s.instance.listAll("/api/oidc/clients"), 1)
	require.Empty(t, s.instance.listAll("/api/user-groups"))
	require.Empty(t, s.instance.identities("existing"))
}

func TestAnUpdateThatCannotReadTheIssuerHasChangedNothing(t *testing.T) {
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{}))
	s.config["maxRetries"], s.config["startupTimeout"] = "0", "0"
	s.declare("Group", "devs", map[string]any{"name": "devs", "friendlyName": "Developers"})
	s.mustUp()
	s.declare("Group", "devs", map[string]any{"name": "devs", "friendlyName": "Devs"})
	s.instance.intercept(func(w http.ResponseWriter, r *http.Request) bool {
		hit := strings.HasSuffix(r.URL.Path, "/openid-configuration")
		if hit {
			dropConnection(w)
		}
		return hit
	})
	o := s.up()
	require.Error(t, o.err)
	require.False(t, o.mayBeChanged)
	s.instance.intercept(nil)
	require.Equal(t, "Developers", s.instance.group(string(s.state("devs").ID))["friendlyName"])
	s.mustUp()
	s.requireNoChanges()
}
