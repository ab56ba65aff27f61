package provider

import (
	"net/http"
	"testing"
	"time"

	"github.com/pulumi/pulumi/pkg/v3/display"
	"github.com/pulumi/pulumi/pkg/v3/resource/deploy"
	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

func TestSynchronizationsRunWhenTriggersChange(t *testing.T) {
	t.Parallel()
	clock := time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
	s := newStack(t, newFake(t, fake.Options{}))
	s.now = func() time.Time { return clock }
	id := s.instance.createClient()
	s.instance.enableLDAP()
	s.declare("ScimServiceProvider", "scim", scimInputs(id, "https://app.example/scim"))
	declare := func(triggers map[string]any) {
		inputs := map[string]any{}
		if triggers != nil {
			inputs["triggers"] = triggers
		}
		s.declare("LdapSync", "ldap", inputs)
		s.declare("ScimSync", "sync", inputs).from = map[string]string{"clientId": "scim.clientId"}
	}
	for _, step := range []struct {
		triggers map[string]any
		runs     bool
	}{
		{nil, true},
		{map[string]any{}, false},
		{map[string]any{"n": 1}, true},
		{map[string]any{"n": "1"}, false},
		{map[string]any{"n": 2}, true},
		{nil, false},
		{map[string]any{"n": 2}, false},
	} {
		clock = clock.Add(time.Hour)
		declare(step.triggers)
		o := s.preview()
		require.NoError(t, o.err, o.messages)
		require.Equal(t, step.runs, o.outputs["ldap"]["lastSyncedAt"].ContainsUnknowns(), "%v", step.triggers)
		requests := s.instance.requestsDuring(func() { s.mustUp() })
		want := 0
		if step.runs {
			want = 1
			require.Equal(t, clock.Format(time.RFC3339), s.output("sync", "lastSyncedAt"))
			require.Equal(t, clock.Format(time.RFC3339), s.output("ldap", "lastSyncedAt"))
		}
		require.Equal(t, want, countWithPrefix(requests, "POST /api/application-configuration/sync-ldap"), "%v", step.triggers)
		require.Equal(t, want, countWithPrefix(requests, "POST /api/scim/service-provider/"+s.output("scim", "serviceProviderId").(string)+"/sync"), "%v", step.triggers)
		s.requireNoChanges()
	}
	require.NotNil(t, s.instance.scimProvider(id)["lastSyncedAt"])
	require.NoError(t, s.destroy().err)
	for typ, id := range map[string]string{"ScimSync": id, "LdapSync": "ldap-sync"} {
		o := newStack(t, s.instance).importResource(typ, "it", id)
		require.Error(t, o.err)
		require.Contains(t, o.messages+o.err.Error(), "no object on the server that could be imported")
	}
}

// enableLDAP turns LDAP on in the application configuration.
func (i *testInstance) enableLDAP() {
	i.t.Helper()
	settings := map[string]any{}
	_, all := i.request("GET", "/api/application-configuration/all", nil)
	for _, s := range all.([]any) {
		setting := s.(map[string]any)
		settings[setting["key"].(string)] = setting["value"]
	}
	settings["ldapEnabled"], settings["ldapUrl"] = "true", "ldap://directory.example"
	i.mustRequest("PUT", "/api/application-configuration", settings)
}

func TestAFailedSynchronizationIsReportedAndRetriedByTheNextUpdate(t *testing.T) {
	skipIfEngineRaces(t)
	t.Parallel()
	for _, version := range []string{"2.9.0", "2.14.0"} {
		s := newStack(t, newFake(t, fake.Options{Version: version}))
		s.config["maxRetries"] = "0"
		s.options.ContinueOnError = true
		id := s.instance.createClient()
		s.declare("LdapSync", "ldap", map[string]any{})
		s.declare("ScimSync", "sync", map[string]any{"clientId": id})
		o := s.up()
		require.Error(t, o.err)
		require.Contains(t, o.messages, "LDAP is not enabled in this Pocket ID")
		require.Contains(t, o.messages, "client "+id+" has no SCIM service provider")
		require.Nil(t, s.find("sync"))

		s.instance.enableLDAP()
		s.instance.mustRequest("POST", "/api/scim/service-provider", map[string]any{"endpoint": "https://app.example/scim", "oidcClientId": id})
		s.mustUp()
		s.instance.intercept(func(w http.ResponseWriter, r *http.Request) bool {
			if r.Method != "POST" {
				return false
			}
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusInternalServerError)
			_, _ = w.Write([]byte(`{"error":"Something went wrong"}`))
			return true
		})
		triggers := map[string]any{"n": 1}
		s.declare("LdapSync", "ldap", map[string]any{"triggers": triggers})
		s.declare("ScimSync", "sync", map[string]any{"clientId": id, "triggers": triggers})
		o = s.up()
		require.Error(t, o.err)
		require.Contains(t, o.messages, "Pocket ID could not synchronize the LDAP directory; see its log for the reason")
		require.Contains(t, o.messages, "Pocket ID could not synchronize https://app.example/scim; see its log for the reason")

		t.Log("the next update runs the failed synchronizations, even if a response is lost")
		s.config["maxRetries"] = "2"
		s.instance.intercept(oncePerPath("POST", func(_ http.ResponseWriter, r *http.Request) {
			s.instance.server.ServeHTTP(&discardedResponse{}, r)
			panic(http.ErrAbortHandler)
		}))
		o = s.mustUp()
		s.instance.intercept(nil)
		require.Equal(t, []display.StepOp{deploy.OpUpdate}, o.steps["sync"])
		require.Equal(t, []display.StepOp{deploy.OpUpdate}, o.steps["ldap"])
		s.requireNoChanges()
	}
}
