package provider

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/pulumi/pulumi/pkg/v3/display"
	"github.com/pulumi/pulumi/pkg/v3/resource/deploy"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

// scim is the SCIM provider of a client as the server has it, or nil.
func (i *pocketID) scim(clientID string) map[string]any {
	i.t.Helper()
	status, out := i.try("GET", "/api/oidc/clients/"+clientID+"/scim-service-provider", nil)
	if status == http.StatusNotFound {
		return nil
	}
	require.Equal(i.t, 200, status, out)
	return out.(map[string]any)
}

// bareClient makes a client as the web page does, and returns the id.
func (i *pocketID) bareClient() string {
	i.t.Helper()
	id := named("app")
	i.ask("POST", "/api/oidc/clients", map[string]any{"id": id, "name": "App", "callbackURLs": []string{"https://a.example/cb"}})
	i.t.Cleanup(func() { i.try("DELETE", "/api/oidc/clients/"+id, nil) })
	return id
}

const scimToken = "a token that nobody may read"

func provisioned(clientID, endpoint string) map[string]any {
	return map[string]any{"clientId": clientID, "endpoint": endpoint, "token": resource.MakeSecret(resource.NewProperty(scimToken))}
}

func TestAScimServiceProviderLivesItsLife(t *testing.T) {
	t.Parallel()
	s := newStack(t, onPocketID(t))
	id := s.pocketID.bareClient()
	s.declare("ScimServiceProvider", "scim", provisioned(id, "https://app.example/scim"))
	o := s.preview()
	require.NoError(t, o.err, o.text)
	s.mustUp()
	t.Cleanup(func() { s.destroy() })
	require.Equal(t, id+"/scim-service-provider", string(s.state("scim").ID))
	require.Equal(t, s.pocketID.scim(id)["id"], s.output("scim", "serviceProviderId"))
	require.Equal(t, scimToken, s.pocketID.scim(id)["token"])
	for range 2 {
		require.True(t, s.state("scim").Outputs["token"].IsSecret())
		s.steady()
	}

	t.Log("another address keeps the token")
	s.declare("ScimServiceProvider", "scim", provisioned(id, "https://app.example/scim/v2"))
	o = s.mustUp()
	require.Equal(t, []display.StepOp{deploy.OpUpdate}, o.steps["scim"])
	require.Equal(t, "https://app.example/scim/v2", s.pocketID.scim(id)["endpoint"])
	require.Equal(t, scimToken, s.pocketID.scim(id)["token"])
	s.steady()

	t.Log("another token on the server is drift")
	mine := s.pocketID.scim(id)["id"].(string)
	s.pocketID.ask("PUT", "/api/scim/service-provider/"+mine, map[string]any{"endpoint": "https://evil.example", "token": "another one", "oidcClientId": id})
	require.NoError(t, s.refresh().err)
	require.True(t, s.state("scim").Outputs["token"].IsSecret())
	o = s.mustUp()
	require.ElementsMatch(t, []string{"endpoint", "token"}, o.diffs["scim"])
	require.Equal(t, scimToken, s.pocketID.scim(id)["token"])
	s.steady()

	t.Log("without a token the server forgets it")
	s.declare("ScimServiceProvider", "scim", map[string]any{"clientId": id, "endpoint": "https://app.example/scim/v2"})
	s.mustUp()
	require.Equal(t, "", s.pocketID.scim(id)["token"])
	s.steady()

	t.Log("deleted by somebody, it is made again")
	s.pocketID.ask("DELETE", "/api/scim/service-provider/"+mine, nil)
	require.NoError(t, s.refresh().err)
	s.mustUp()
	require.NotNil(t, s.pocketID.scim(id))
	s.steady()

	t.Log("another client has another one")
	other := s.pocketID.bareClient()
	s.declare("ScimServiceProvider", "scim", provisioned(other, "https://app.example/scim/v2"))
	s.mustUp()
	require.Nil(t, s.pocketID.scim(id))
	require.NotNil(t, s.pocketID.scim(other))
	s.steady()
	require.NoError(t, s.destroy().err)
	require.Nil(t, s.pocketID.scim(other))
}

func TestAClientHasOneScimServiceProvider(t *testing.T) {
	engineRaces(t)
	t.Parallel()
	s := newStack(t, onPocketID(t))
	id := s.pocketID.bareClient()
	theirs := s.pocketID.ask("POST", "/api/scim/service-provider", map[string]any{"endpoint": "https://theirs.example", "token": "theirs", "oidcClientId": id})["id"]
	s.declare("ScimServiceProvider", "scim", provisioned(id, "https://app.example/scim"))
	o := s.up()
	require.Error(t, o.err)
	require.Contains(t, o.text, "has a SCIM service provider already")
	require.Contains(t, o.text, "pulumi import pocketid:index:ScimServiceProvider scim '"+id+"'")
	require.NotContains(t, o.text, scimToken)
	require.Equal(t, theirs, s.pocketID.scim(id)["id"])

	t.Log("imported, it shows no change")
	s = newStack(t, s.pocketID)
	require.NoError(t, s.importing("ScimServiceProvider", "scim", id).err)
	require.True(t, s.state("scim").Outputs["token"].IsSecret())
	s.declare("ScimServiceProvider", "scim", map[string]any{"clientId": id, "endpoint": "https://theirs.example", "token": "theirs"})
	s.steady()
	require.NoError(t, s.destroy().err)
	o = newStack(t, s.pocketID).importing("ScimServiceProvider", "scim", id)
	require.Error(t, o.err)

	t.Log("a client that does not exist is named")
	s.program = nil
	s.declare("ScimServiceProvider", "scim", provisioned("nobody-"+nobody, "https://app.example/scim"))
	o = s.up()
	require.Error(t, o.err)
	require.Contains(t, o.text, "nobody-"+nobody)
}

func TestLostAnswersOfAScimServiceProviderAreSettled(t *testing.T) {
	engineRaces(t)
	t.Parallel()
	s := newStack(t, onPocketID(t))
	id := s.pocketID.bareClient()
	lost := func(_ http.ResponseWriter, r *http.Request) {
		s.pocketID.server.ServeHTTP(&deaf{header: http.Header{}}, r)
		panic(http.ErrAbortHandler)
	}
	s.declare("ScimServiceProvider", "scim", provisioned(id, "https://app.example/scim"))
	s.pocketID.meddling(onceEach("POST", lost))
	require.Equal(t, 1, count(s.pocketID.counted(func() { s.mustUp() }), "POST "), "a second one would hide behind the first")
	s.pocketID.meddling(onceEach("PUT", lost))
	s.declare("ScimServiceProvider", "scim", provisioned(id, "https://app.example/scim/v2"))
	s.mustUp()
	s.pocketID.meddling(nil)
	s.steady()
	require.NoError(t, s.destroy().err)
	require.Nil(t, s.pocketID.scim(id), "there was a second one")

	t.Log("somebody else's is not taken for ours")
	s.config["maxRetries"] = "0"
	s.pocketID.meddling(onceEach("POST", func(_ http.ResponseWriter, r *http.Request) {
		theirs, _ := http.NewRequest("POST", r.URL.Path, strings.NewReader(`{"endpoint":"https://theirs.example","oidcClientId":"`+id+`"}`))
		theirs.Header = r.Header.Clone()
		s.pocketID.server.ServeHTTP(&deaf{header: http.Header{}}, theirs)
		panic(http.ErrAbortHandler)
	}))
	o := s.up()
	s.pocketID.meddling(nil)
	require.Error(t, o.err)
	require.Contains(t, o.text, `meanwhile the client has one for "https://theirs.example"`)
	require.NotContains(t, o.text, scimToken)
	require.Nil(t, s.find("scim"))
}

func count(requests []string, beginning string) (n int) {
	for _, r := range requests {
		if strings.HasPrefix(r, beginning) {
			n++
		}
	}
	return n
}

func TestBadScimServiceProvidersAreNamed(t *testing.T) {
	t.Parallel()
	c := newChecker(t, onFake(t, fake.Options{}))
	for _, row := range []struct {
		inputs map[string]any
		want   []string
	}{
		{map[string]any{"clientId": "app", "endpoint": "app.example"}, []string{"endpoint: must be an http(s) URL"}},
		{map[string]any{"clientId": "a/b", "endpoint": "https://app.example"}, []string{"clientId: must be the id of a client"}},
		{map[string]any{"clientId": unknown, "endpoint": unknown, "token": unknown}, nil},
	} {
		got := c.failures("ScimServiceProvider", said(row.inputs))
		require.Len(t, got, len(row.want), "%v", got)
		for i, want := range row.want {
			require.Contains(t, got[i], want)
		}
	}
}

func TestSynchronizationsRunWhenTriggersChange(t *testing.T) {
	t.Parallel()
	clock := time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
	s := newStack(t, onFake(t, fake.Options{}))
	s.now = func() time.Time { return clock }
	id := s.pocketID.bareClient()
	s.pocketID.enableLDAP()
	s.declare("ScimServiceProvider", "scim", provisioned(id, "https://app.example/scim"))
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
		require.NoError(t, o.err, o.text)
		require.Equal(t, step.runs, o.new["ldap"]["lastSyncedAt"].ContainsUnknowns(), "%v", step.triggers)
		requests := s.pocketID.counted(func() { s.mustUp() })
		wanted := 0
		if step.runs {
			wanted = 1
			require.Equal(t, clock.Format(time.RFC3339), s.output("sync", "lastSyncedAt"))
			require.Equal(t, clock.Format(time.RFC3339), s.output("ldap", "lastSyncedAt"))
		}
		require.Equal(t, wanted, count(requests, "POST /api/application-configuration/sync-ldap"), "%v", step.triggers)
		require.Equal(t, wanted, count(requests, "POST /api/scim/service-provider/"+s.output("scim", "serviceProviderId").(string)+"/sync"), "%v", step.triggers)
		s.steady()
	}
	require.NotNil(t, s.pocketID.scim(id)["lastSyncedAt"])
	require.NoError(t, s.destroy().err)
	for typ, id := range map[string]string{"ScimSync": id, "LdapSync": "ldap-sync"} {
		o := newStack(t, s.pocketID).importing(typ, "it", id)
		require.Error(t, o.err)
		require.Contains(t, o.text+o.err.Error(), "no object on the server that could be imported")
	}
}

// enableLDAP names a directory in the application's settings.
func (i *pocketID) enableLDAP() {
	i.t.Helper()
	settings := map[string]any{}
	_, all := i.try("GET", "/api/application-configuration/all", nil)
	for _, s := range all.([]any) {
		setting := s.(map[string]any)
		settings[setting["key"].(string)] = setting["value"]
	}
	settings["ldapEnabled"], settings["ldapUrl"] = "true", "ldap://directory.example"
	i.ask("PUT", "/api/application-configuration", settings)
}

func TestASynchronizationThatFailsSaysWhyAndIsDoneAgain(t *testing.T) {
	engineRaces(t)
	t.Parallel()
	for _, version := range []string{"2.9.0", "2.14.0"} {
		s := newStack(t, onFake(t, fake.Options{Version: version}))
		s.config["maxRetries"] = "0"
		s.options.ContinueOnError = true
		id := s.pocketID.bareClient()
		s.declare("LdapSync", "ldap", map[string]any{})
		s.declare("ScimSync", "sync", map[string]any{"clientId": id})
		o := s.up()
		require.Error(t, o.err)
		require.Contains(t, o.text, "LDAP is not enabled in this Pocket ID")
		require.Contains(t, o.text, "client "+id+" has no SCIM service provider")
		require.Nil(t, s.find("sync"))

		s.pocketID.enableLDAP()
		s.pocketID.ask("POST", "/api/scim/service-provider", map[string]any{"endpoint": "https://app.example/scim", "oidcClientId": id})
		s.mustUp()
		s.pocketID.meddling(func(w http.ResponseWriter, r *http.Request) bool {
			if r.Method != "POST" {
				return false
			}
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusInternalServerError)
			_, _ = w.Write([]byte(`{"error":"Something went wrong"}`))
			return true
		})
		again := map[string]any{"n": 1}
		s.declare("LdapSync", "ldap", map[string]any{"triggers": again})
		s.declare("ScimSync", "sync", map[string]any{"clientId": id, "triggers": again})
		o = s.up()
		require.Error(t, o.err)
		require.Contains(t, o.text, "Pocket ID could not take over the LDAP directory; its log says why")
		require.Contains(t, o.text, "Pocket ID could not bring https://app.example/scim up to date; its log says why")

		t.Log("a lost answer does no harm, and what failed is done by the next update")
		s.config["maxRetries"] = "2"
		s.pocketID.meddling(onceEach("POST", func(_ http.ResponseWriter, r *http.Request) {
			s.pocketID.server.ServeHTTP(&deaf{header: http.Header{}}, r)
			panic(http.ErrAbortHandler)
		}))
		o = s.mustUp()
		s.pocketID.meddling(nil)
		require.Equal(t, []display.StepOp{deploy.OpUpdate}, o.steps["sync"])
		require.Equal(t, []display.StepOp{deploy.OpUpdate}, o.steps["ldap"])
		s.steady()
	}
}
