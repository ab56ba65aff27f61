package provider

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

// newCreatedStack returns a stack with a group, a client restricted to it and a federated
// identity, all created, and the id of the client.
func newCreatedStack(t *testing.T, instance *testInstance) (*stack, string) {
	t.Helper()
	s := newStack(t, instance)
	id := uniqueName("app")
	s.declare("Group", "devs", map[string]any{"name": uniqueName("devs"), "friendlyName": "Developers"})
	s.declare("Client", "app", map[string]any{"name": "App", "clientId": id, "callbackUrls": []any{"https://a.example/cb"}}).from = map[string]string{"allowedUserGroups[]": "devs.id"}
	s.declare("FederatedIdentity", "ci", map[string]any{"issuer": "https://ci.example"}).from = map[string]string{"clientId": "app.clientId"}
	s.mustUp()
	t.Cleanup(func() { s.config = map[string]string{"baseUrl": instance.url, "apiKey": instance.key}; s.destroy() })
	return s, id
}

func TestNewKeyOrAddressOfTheSameInstanceShowsNoDiff(t *testing.T) {
	t.Parallel()
	instance := newInstance(t)
	s, _ := newCreatedStack(t, instance)
	other := instance.secondURL()
	for _, config := range []map[string]string{
		{"baseUrl": instance.url, "apiKey": instance.key, "maxRetries": "2", "requestTimeout": "20", "headers": `{"X-Extra":"1"}`},
		{"baseUrl": other, "apiKey": instance.key},
		{"baseUrl": other + "/", "apiKey": instance.key},
	} {
		s.config = config
		o := s.preview()
		require.NoError(t, o.err, o.messages)
		require.Empty(t, o.steps)
		s.mustUp()
		s.requireNoChanges()
	}
}

func TestChangedAPIKeyShowsNoDiff(t *testing.T) {
	t.Parallel()
	instance := newFake(t, fake.Options{})
	s, _ := newCreatedStack(t, instance)
	s.config["apiKey"] = "another-key-that-is-not-right"
	o := s.preview()
	require.NoError(t, o.err, o.messages)
	require.Empty(t, o.steps)
	s.config["apiKey"] = instance.key
}

func TestAnotherInstanceIsAnErrorAndKeepsTheState(t *testing.T) {
	skipIfEngineRaces(t)
	t.Parallel()
	s, id := newCreatedStack(t, newInstance(t))
	s.runProgram = true
	other := newFake(t, fake.Options{Issuer: "https://another.example"})
	before := len(s.snap.Resources)
	right := s.config
	s.config = map[string]string{"baseUrl": other.url, "apiKey": other.key}
	for name, op := range map[string]func() outcome{"preview": s.preview, "up": s.up, "refresh": s.refresh, "destroy": s.destroy} {
		o := op()
		require.Error(t, o.err, name)
		require.Contains(t, o.messages, "https://another.example", name)
		require.Contains(t, o.messages, s.output("app", "issuer"), name)
		require.Len(t, s.snap.Resources, before, name)
		require.False(t, o.mayBeChanged, name)
	}
	s.declare("Client", "app", map[string]any{"name": "App 2", "clientId": id, "callbackUrls": []any{"https://a.example/cb"}})
	o := s.up()
	require.Error(t, o.err)
	require.Contains(t, o.messages, "belongs to the Pocket ID")
	s.config = right
	require.Equal(t, "App", s.instance.client(id)["name"])
}

// startServer starts an HTTP server and returns its address.
func startServer(t *testing.T, handler http.HandlerFunc) string {
	t.Helper()
	web := httptest.NewServer(handler)
	t.Cleanup(web.Close)
	return web.URL
}

func TestConnectionErrorsNameTheCauseAndKeepTheState(t *testing.T) {
	skipIfEngineRaces(t)
	t.Parallel()
	instance := newInstance(t)
	s, _ := newCreatedStack(t, instance)
	s.runProgram = true
	right := s.config
	answering := func(status int, kind, body string) string {
		return startServer(t, func(w http.ResponseWriter, r *http.Request) { reply(w, status, kind, body) })
	}
	target := startServer(t, func(w http.ResponseWriter, r *http.Request) {
		require.Empty(t, r.Header.Get("X-API-Key"), "the key was sent along with a redirect")
	})
	redirect := startServer(t, http.RedirectHandler(target+"/id", http.StatusMovedPermanently).ServeHTTP)
	hanging := startServer(t, func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	closed := httptest.NewServer(nil)
	closed.Close()

	for name, c := range map[string]struct {
		config map[string]string
		want   string
	}{
		"HTML instead of JSON": {map[string]string{"baseUrl": answering(200, "text/html", "<html><title>Log in</title></html>")}, `titled "Log in"`},
		"a proxy's 404":        {map[string]string{"baseUrl": answering(404, "text/html", "<html>nginx</html>")}, "not a Pocket ID response"},
		"a plain 404":          {map[string]string{"baseUrl": answering(404, "text/plain", "404 page not found")}, "404 page not found"},
		"another JSON server":  {map[string]string{"baseUrl": answering(200, "application/json", `{"hello":"world"}`)}, "check that baseUrl is the address of Pocket ID"},
		"a redirect":           {map[string]string{"baseUrl": redirect}, "set baseUrl to the address that does not redirect"},
		"a wrong path":         {map[string]string{"baseUrl": instance.url + "/wrong"}, "not a Pocket ID response"},
		"nothing listens":      {map[string]string{"baseUrl": closed.URL, "startupTimeout": "0"}, "no answer from"},
		"no answer in time":    {map[string]string{"baseUrl": hanging, "requestTimeout": "1", "maxRetries": "0"}, "did not answer"},
		"no such host":         {map[string]string{"baseUrl": "http://no-such-host.invalid", "startupTimeout": "0", "maxRetries": "0"}, "cannot be found"},
		"a refused key":        {map[string]string{"apiKey": "wrong-key-wrong-key"}, "refuses the API key"},
		"an invalid key":       {map[string]string{"apiKey": "wrong\nkey"}, "API key"},
	} {
		t.Run(name, func(t *testing.T) {
			s.t = t
			s.config = map[string]string{"baseUrl": instance.url, "apiKey": instance.key, "startupTimeout": "0"}
			for k, v := range c.config {
				s.config[k] = v
			}
			before := len(s.snap.Resources)
			for _, op := range []func() outcome{s.refresh, s.destroy} {
				o := op()
				require.Error(t, o.err)
				require.Contains(t, o.messages, c.want)
				require.Len(t, s.snap.Resources, before, "the state was changed")
				require.NotContains(t, o.messages, instance.key)
			}
		})
	}
	s.t, s.config = t, right
	s.requireNoChanges()
}

func TestMissingAddressOrKeyFailsTheFirstCallThatNeedsIt(t *testing.T) {
	skipIfEngineRaces(t)
	t.Setenv("POCKETID_BASE_URL", "")
	t.Setenv("POCKETID_API_KEY", "")
	t.Setenv("POCKETID_API_TOKEN", "")
	instance := newFake(t, fake.Options{})
	for want, config := range map[string]map[string]string{"baseUrl": {"apiKey": instance.key}, "apiKey": {"baseUrl": instance.url}} {
		s := newStack(t, instance)
		s.config = config
		s.declare("Client", "app", map[string]any{"name": "App", "callbackUrls": []any{}})
		o := s.preview()
		require.NoError(t, o.err, "a preview of creates needs no server")
		o = s.up()
		require.Error(t, o.err)
		require.Contains(t, o.messages, "Set "+want)
	}
}

func TestTheEnvironmentConfiguresTheProvider(t *testing.T) {
	instance := newFake(t, fake.Options{})
	for _, key := range []string{"POCKETID_API_KEY", "POCKETID_API_TOKEN"} {
		t.Run(key, func(t *testing.T) {
			t.Setenv("POCKETID_BASE_URL", instance.url)
			t.Setenv("POCKETID_API_KEY", "")
			t.Setenv(key, instance.key)
			s := newStack(t, instance)
			s.config = nil
			s.declare("Client", "app", map[string]any{"name": "App", "callbackUrls": []any{}})
			s.mustUp()
			s.requireNoChanges()
			imported := newStack(t, instance)
			imported.config = nil
			o := imported.importResource("Client", "app", s.output("app", "clientId").(string))
			require.NoError(t, o.err, o.messages)
			require.NoError(t, s.destroy().err)
		})
	}
}

func TestConfigurationErrorsContainNoSecret(t *testing.T) {
	t.Parallel()
	instance := newFake(t, fake.Options{})
	for want, config := range map[string]map[string]string{
		"baseUrl": {"baseUrl": "id.example.com"},
		"must not contain a user, a query or a fragment": {"baseUrl": "https://admin:hidden-9@id.example.com"},
		"from 1 to 600":        {"requestTimeout": "0"},
		"from 1 to 64":         {"maxConcurrentRequests": "65"},
		"no certificate in it": {"caCertificate": "-----BEGIN NONSENSE-----hidden-9"},
		"belong together":      {"clientKey": "hidden-9"},
		"proxyUrl":             {"proxyUrl": "ftp://user:hidden-9@proxy.example"},
		"apiKeyFile":           {"apiKeyFile": "/no/such/file"},
		`"X-Api-Key" cannot`:   {"headers": `{"X-Api-Key":"hidden-9"}`},
	} {
		s := newStack(t, instance)
		for k, v := range config {
			s.config[k] = v
		}
		if want == "apiKeyFile" {
			delete(s.config, "apiKey")
		}
		s.declare("Client", "app", map[string]any{"name": "App", "callbackUrls": []any{}})
		o := s.preview()
		require.Error(t, o.err, want)
		require.Contains(t, o.messages+o.err.Error(), want)
		require.NotContains(t, o.messages+o.err.Error(), "hidden-9")
	}
}

func TestPlainHTTPToAnotherHostWarns(t *testing.T) {
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{}))
	s.declare("Client", "app", map[string]any{"name": "App", "callbackUrls": []any{}})
	require.NotContains(t, s.preview().messages, "plain http")
	s.config["baseUrl"] = "http://id.example.com"
	require.Contains(t, s.preview().messages, "plain http")
	s.config["insecureSkipVerify"] = "true"
	require.Contains(t, s.preview().messages, "insecureSkipVerify is on")
}

func TestPreviewOfCreatesNeedsNoServer(t *testing.T) {
	t.Parallel()
	closed := httptest.NewServer(nil)
	closed.Close()
	s := newStack(t, newFake(t, fake.Options{}))
	s.config["baseUrl"] = closed.URL
	for _, name := range []string{"a", "b", "c"} {
		s.declare("Client", name, map[string]any{"name": "App", "callbackUrls": []any{}, "description": "gated"})
	}
	o := s.preview()
	require.NoError(t, o.err, o.messages)
	require.Equal(t, 1, strings.Count(o.messages, "so the update checks whether its version supports all inputs"), o.messages)

	t.Log("a response that is not from Pocket ID is an error")
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write([]byte("<html>")) }))
	t.Cleanup(web.Close)
	s.config["baseUrl"] = web.URL
	o = s.preview()
	require.Error(t, o.err)
	require.Contains(t, o.messages, "HTML page")
}

func TestVersionRequirementsAreCheckedAgainBeforeTheWrite(t *testing.T) {
	skipIfEngineRaces(t)
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{Version: "2.9.0"}))
	down := true
	s.instance.intercept(func(w http.ResponseWriter, r *http.Request) bool {
		if down && strings.HasSuffix(r.URL.Path, "/version/current") {
			down = false // only the request of Check fails
			dropConnection(w)
			return true
		}
		return false
	})
	s.config["maxRetries"] = "0"
	s.declare("Client", "app", map[string]any{"name": "App", "clientId": "app", "callbackUrls": []any{}, "description": "gated"})
	o := s.up()
	require.Error(t, o.err)
	require.Contains(t, o.messages, "description requires Pocket ID 2.10.0 or later")
	require.Nil(t, s.instance.client("app"))
}

func TestServerVersionIsRequestedOnceAndOnlyIfNeeded(t *testing.T) {
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{}))
	for _, name := range []string{"a", "b", "c"} {
		s.declare("Group", name, map[string]any{"name": uniqueName(name), "friendlyName": "Group"})
	}
	requests := s.instance.requestsDuring(func() { s.mustUp() })
	require.NotContains(t, requests, "GET /api/version/current")
	for _, name := range []string{"x", "y", "z"} {
		s.declare("Client", name, map[string]any{"name": "App", "callbackUrls": []any{}, "skipConsent": true, "description": "gated"})
	}
	requests = s.instance.requestsDuring(func() { s.mustUp() })
	require.Equal(t, 1, strings.Count(strings.Join(requests, "\n"), "GET /api/version/current"))
}
