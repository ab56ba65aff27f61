package provider

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

// settled is a stack with one of each resource.
func settled(t *testing.T, on *pocketID) (*stack, string) {
	t.Helper()
	s := newStack(t, on)
	id := named("app")
	s.declare("Group", "devs", map[string]any{"name": named("devs"), "friendlyName": "Developers"})
	s.declare("Client", "app", map[string]any{"name": "App", "clientId": id, "callbackUrls": []any{"https://a.example/cb"}}).from = map[string]string{"allowedUserGroups[]": "devs.id"}
	s.declare("FederatedIdentity", "ci", map[string]any{"issuer": "https://ci.example"}).from = map[string]string{"clientId": "app.clientId"}
	s.mustUp()
	t.Cleanup(func() { s.config = map[string]string{"baseUrl": on.url, "apiKey": on.key}; s.destroy() })
	return s, id
}

func TestANewKeyOrAddressOfTheSameInstanceChangesNoResource(t *testing.T) {
	t.Parallel()
	on := onPocketID(t)
	s, _ := settled(t, on)
	again := on.second()
	for _, config := range []map[string]string{
		{"baseUrl": on.url, "apiKey": on.key, "maxRetries": "2", "requestTimeout": "20", "headers": `{"X-Extra":"1"}`},
		{"baseUrl": again, "apiKey": on.key},
		{"baseUrl": again + "/", "apiKey": on.key},
	} {
		s.config = config
		o := s.preview()
		require.NoError(t, o.err, o.text)
		require.Empty(t, o.steps)
		s.mustUp()
		s.steady()
	}
}

func TestRotatingTheKeyShowsNothing(t *testing.T) {
	t.Parallel()
	on := onFake(t, fake.Options{})
	s, _ := settled(t, on)
	s.config["apiKey"] = "another-key-that-is-not-right"
	o := s.preview()
	require.NoError(t, o.err, o.text)
	require.Empty(t, o.steps)
	s.config["apiKey"] = on.key
}

func TestAnotherInstanceIsAnErrorAndNotAnEmptyStack(t *testing.T) {
	engineRaces(t)
	t.Parallel()
	s, id := settled(t, onPocketID(t))
	s.withProgram = true
	other := onFake(t, fake.Options{Issuer: "https://another.example"})
	before := len(s.snap.Resources)
	right := s.config
	s.config = map[string]string{"baseUrl": other.url, "apiKey": other.key}
	for name, op := range map[string]func() outcome{"preview": s.preview, "up": s.up, "refresh": s.refresh, "destroy": s.destroy} {
		o := op()
		require.Error(t, o.err, name)
		require.Contains(t, o.text, "https://another.example", name)
		require.Contains(t, o.text, s.output("app", "issuer"), name)
		require.Len(t, s.snap.Resources, before, name)
	}
	s.declare("Client", "app", map[string]any{"name": "App 2", "clientId": id, "callbackUrls": []any{"https://a.example/cb"}})
	o := s.up()
	require.Error(t, o.err)
	require.Contains(t, o.text, "belongs to the Pocket ID")
	s.config = right
	require.Equal(t, "App", s.pocketID.client(id)["name"])
}

func TestWhatIsWrongWithTheAddressOrTheKeyIsSaidInWords(t *testing.T) {
	engineRaces(t)
	t.Parallel()
	on := onPocketID(t)
	s, _ := settled(t, on)
	s.withProgram = true
	right := s.config
	answering := func(status int, kind, body string) string {
		web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", kind)
			w.WriteHeader(status)
			_, _ = w.Write([]byte(body))
		}))
		t.Cleanup(web.Close)
		return web.URL
	}
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		require.Empty(t, r.Header.Get("X-API-Key"), "the key went along with a redirect")
	}))
	t.Cleanup(elsewhere.Close)
	redirect := httptest.NewServer(http.RedirectHandler(elsewhere.URL+"/id", http.StatusMovedPermanently))
	t.Cleanup(redirect.Close)
	hanging := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	t.Cleanup(hanging.Close)
	closed := httptest.NewServer(nil)
	closed.Close()

	for name, c := range map[string]struct {
		config map[string]string
		want   string
	}{
		"HTML in place of JSON": {map[string]string{"baseUrl": answering(200, "text/html", "<html><title>Log in</title></html>")}, `titled "Log in"`},
		"a proxy's 404":         {map[string]string{"baseUrl": answering(404, "text/html", "<html>nginx</html>")}, "not Pocket ID's answer"},
		"a plain 404":           {map[string]string{"baseUrl": answering(404, "text/plain", "404 page not found")}, "404 page not found"},
		"another JSON server":   {map[string]string{"baseUrl": answering(200, "application/json", `{"hello":"world"}`)}, "is baseUrl the address of Pocket ID?"},
		"a redirect":            {map[string]string{"baseUrl": redirect.URL}, "set baseUrl to the address that answers itself"},
		"a wrong path":          {map[string]string{"baseUrl": on.url + "/wrong"}, "not Pocket ID's answer"},
		"nothing listens":       {map[string]string{"baseUrl": closed.URL, "startupTimeout": "0"}, "no answer from"},
		"no answer in time":     {map[string]string{"baseUrl": hanging.URL, "requestTimeout": "1", "maxRetries": "0"}, "did not answer"},
		"no such host":          {map[string]string{"baseUrl": "http://no-such-host.invalid", "startupTimeout": "0", "maxRetries": "0"}, "cannot be found"},
		"a refused key":         {map[string]string{"apiKey": "wrong-key-wrong-key"}, "refuses the API key"},
		"a key that is not one": {map[string]string{"apiKey": "wrong\nkey"}, "API key"},
	} {
		t.Run(name, func(t *testing.T) {
			s.t = t
			s.config = map[string]string{"baseUrl": on.url, "apiKey": on.key}
			for k, v := range c.config {
				s.config[k] = v
			}
			before := len(s.snap.Resources)
			for _, op := range []func() outcome{s.refresh, s.destroy} {
				o := op()
				require.Error(t, o.err)
				require.Contains(t, o.text, c.want)
				require.Len(t, s.snap.Resources, before, "the state was touched")
				require.NotContains(t, o.text, on.key)
			}
		})
	}
	s.t, s.config = t, right
	s.steady()
}

func TestAMissingAddressOrKeyIsSaidByTheFirstCallThatNeedsIt(t *testing.T) {
	engineRaces(t)
	t.Setenv("POCKETID_BASE_URL", "")
	t.Setenv("POCKETID_API_KEY", "")
	t.Setenv("POCKETID_API_TOKEN", "")
	on := onFake(t, fake.Options{})
	for want, config := range map[string]map[string]string{"baseUrl": {"apiKey": on.key}, "apiKey": {"baseUrl": on.url}} {
		s := newStack(t, on)
		s.config = config
		s.declare("Client", "app", map[string]any{"name": "App", "callbackUrls": []any{}})
		o := s.preview()
		require.NoError(t, o.err, "a preview of creates needs no server")
		o = s.up()
		require.Error(t, o.err)
		require.Contains(t, o.text, "set "+want)
	}
}

func TestTheEnvironmentConfiguresTheProvider(t *testing.T) {
	on := onFake(t, fake.Options{})
	for _, key := range []string{"POCKETID_API_KEY", "POCKETID_API_TOKEN"} {
		t.Run(key, func(t *testing.T) {
			t.Setenv("POCKETID_BASE_URL", on.url)
			t.Setenv("POCKETID_API_KEY", "")
			t.Setenv(key, on.key)
			s := newStack(t, on)
			s.config = nil
			s.declare("Client", "app", map[string]any{"name": "App", "callbackUrls": []any{}})
			s.mustUp()
			s.steady()
			imported := newStack(t, on)
			imported.config = nil
			o := imported.importing("Client", "app", s.output("app", "clientId").(string))
			require.NoError(t, o.err, o.text)
			require.NoError(t, s.destroy().err)
		})
	}
}

func TestBadConfigurationIsNamedWithoutItsSecrets(t *testing.T) {
	t.Parallel()
	on := onFake(t, fake.Options{})
	for want, config := range map[string]map[string]string{
		"baseUrl":              {"baseUrl": "id.example.com"},
		"address only":         {"baseUrl": "https://admin:hidden-9@id.example.com"},
		"from 1 to 600":        {"requestTimeout": "0"},
		"from 1 to 64":         {"maxConcurrentRequests": "65"},
		"no certificate in it": {"caCertificate": "-----BEGIN NONSENSE-----hidden-9"},
		"belong together":      {"clientKey": "hidden-9"},
		"proxyUrl":             {"proxyUrl": "ftp://user:hidden-9@proxy.example"},
		"apiKeyFile":           {"apiKeyFile": "/no/such/file"},
		`"X-Api-Key" cannot`:   {"headers": `{"X-Api-Key":"hidden-9"}`},
	} {
		s := newStack(t, on)
		for k, v := range config {
			s.config[k] = v
		}
		if want == "apiKeyFile" {
			delete(s.config, "apiKey")
		}
		s.declare("Client", "app", map[string]any{"name": "App", "callbackUrls": []any{}})
		o := s.preview()
		require.Error(t, o.err, want)
		require.Contains(t, o.text+o.err.Error(), want)
		require.NotContains(t, o.text+o.err.Error(), "hidden-9")
	}
}

func TestPlainHTTPToAnotherHostWarns(t *testing.T) {
	t.Parallel()
	s := newStack(t, onFake(t, fake.Options{}))
	s.declare("Client", "app", map[string]any{"name": "App", "callbackUrls": []any{}})
	require.NotContains(t, s.preview().text, "plain http")
	s.config["baseUrl"] = "http://id.example.com"
	require.Contains(t, s.preview().text, "plain http")
	s.config["insecureSkipVerify"] = "true"
	require.Contains(t, s.preview().text, "insecureSkipVerify is on")
}

func TestAPreviewOfCreatesNeedsNoServerAndSaysWhatItCouldNotCheck(t *testing.T) {
	t.Parallel()
	closed := httptest.NewServer(nil)
	closed.Close()
	s := newStack(t, onFake(t, fake.Options{}))
	s.config["baseUrl"] = closed.URL
	for _, name := range []string{"a", "b", "c"} {
		s.declare("Client", name, map[string]any{"name": "App", "callbackUrls": []any{}, "description": "gated"})
	}
	o := s.preview()
	require.NoError(t, o.err, o.text)
	require.Equal(t, 1, strings.Count(o.text, "is checked later"), o.text)

	t.Log("but an answer that is not Pocket ID's is an error")
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write([]byte("<html>")) }))
	t.Cleanup(web.Close)
	s.config["baseUrl"] = web.URL
	o = s.preview()
	require.Error(t, o.err)
	require.Contains(t, o.text, "HTML page")
}

func TestTheGateIsShutAgainBeforeTheFirstWrite(t *testing.T) {
	engineRaces(t)
	t.Parallel()
	s := newStack(t, onFake(t, fake.Options{Version: "2.9.0"}))
	down := true
	s.pocketID.meddling(func(w http.ResponseWriter, r *http.Request) bool {
		if down && strings.HasSuffix(r.URL.Path, "/version/current") {
			down = false // away while Check asks, back when the write comes
			hijackAndClose(w)
			return true
		}
		return false
	})
	s.config["maxRetries"] = "0"
	s.declare("Client", "app", map[string]any{"name": "App", "clientId": "app", "callbackUrls": []any{}, "description": "gated"})
	o := s.up()
	require.Error(t, o.err)
	require.Contains(t, o.text, "description needs Pocket ID 2.10.0 or later")
	require.Nil(t, s.pocketID.client("app"))
}

func hijackAndClose(w http.ResponseWriter) {
	conn, _, err := w.(http.Hijacker).Hijack()
	if err == nil {
		conn.Close()
	}
}

func TestTheVersionIsAskedOnceAndOnlyIfNeeded(t *testing.T) {
	t.Parallel()
	s := newStack(t, onFake(t, fake.Options{}))
	for _, name := range []string{"a", "b", "c"} {
		s.declare("Group", name, map[string]any{"name": named(name), "friendlyName": "Group"})
	}
	requests := s.pocketID.counted(func() { s.mustUp() })
	require.NotContains(t, requests, "GET /api/version/current")
	for _, name := range []string{"x", "y", "z"} {
		s.declare("Client", name, map[string]any{"name": "App", "callbackUrls": []any{}, "skipConsent": true, "description": "gated"})
	}
	requests = s.pocketID.counted(func() { s.mustUp() })
	require.Equal(t, 1, strings.Count(strings.Join(requests, "\n"), "GET /api/version/current"))
}
