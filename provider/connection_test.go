package provider

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

// writeTempFile writes text to a temporary file and returns its path.
func writeTempFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

// newConnectedStack returns a stack with one client that is not yet created. The
// configuration overrides the connection; "" removes a key.
func newConnectedStack(t *testing.T, instance *testInstance, config map[string]string) *stack {
	s := newStack(t, instance)
	for k, v := range config {
		s.config[k] = v
		if v == "" {
			delete(s.config, k)
		}
	}
	s.declare("Client", "app", map[string]any{"name": "App", "callbackUrls": []any{}})
	return s
}

// requireLifecycle requires that the stack can be created, shows no diff and can be destroyed.
// It returns the messages of the update.
func (s *stack) requireLifecycle() (text string) {
	s.t.Helper()
	text = s.mustUp().messages
	s.requireNoChanges()
	o := s.destroy()
	require.NoError(s.t, o.err, o.messages)
	return text
}

// requireCreateFails requires that an update fails with the given texts and leaves
// no client in the state. It returns all messages.
func (s *stack) requireCreateFails(want ...string) (text string) {
	s.t.Helper()
	o := s.up()
	require.Error(s.t, o.err)
	text = o.messages + o.err.Error()
	for _, w := range want {
		require.Contains(s.t, text, w)
	}
	require.Nil(s.t, s.find("app"))
	return text
}

func TestHeadersAreSentWithEveryRequest(t *testing.T) {
	t.Parallel()
	instance, a := newFake(t, fake.Options{}), newTestCA(t)
	const id, secret = "access-id-9", "access-secret-9"
	asked := 0
	var mu sync.Mutex
	address := serveTLS(t, instance, a, func(w http.ResponseWriter, r *http.Request) bool {
		mu.Lock()
		asked++
		mu.Unlock()
		if r.Header.Get("CF-Access-Client-Id") == id && r.Header.Get("Cf-Access-Client-Secret") == secret {
			return true
		}
		reply(w, http.StatusForbidden, "text/plain", "who are you, "+r.Header.Get("Cf-Access-Client-Secret"))
		return false
	}, nil)
	s := newConnectedStack(t, instance, map[string]string{"baseUrl": address, "caCertificate": a.pem(), "headers": `{"CF-Access-Client-Id":"` + id + `","cf-access-client-secret":"` + secret + `"}`})
	s.declare("Client", "app", map[string]any{"name": "App", "callbackUrls": []any{}, "description": "of a version"})
	s.requireLifecycle()
	require.Greater(t, asked, 5)

	s.mustUp()
	for _, r := range s.snap.Resources {
		if r.Type == "pulumi:providers:pocketid" {
			require.True(t, r.Inputs["headers"].ContainsSecrets(), "headers must be secret in the state")
			require.True(t, r.Outputs["headers"].ContainsSecrets())
		}
	}
	s.config["headers"] = `{"CF-Access-Client-Id":"` + id + `","Cf-Access-Client-Secret":"wrong-` + secret + `"}`
	s.declare("Client", "app", map[string]any{"name": "App 2", "callbackUrls": []any{}})
	o := s.up()
	require.Error(t, o.err)
	require.Contains(t, o.messages, "who are you, [secret]")
	require.NotContains(t, o.messages, secret)
}

func TestHeaderValidation(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"X-API-Key", "x-api-key", "HOST", "Content-Length", "Transfer-Encoding", "Connection", "", " ", "a b", "a:b", "a\nb", "é", "X-API-Key ", "Proxy-Authorization"} {
		headers, err := json.Marshal(map[string]string{name: "hidden-9"})
		require.NoError(t, err)
		text := newConnectedStack(t, newFake(t, fake.Options{}), map[string]string{"headers": string(headers)}).requireCreateFails("headers: ", "cannot be set")
		require.NotContains(t, text, "hidden-9")
	}
	newConnectedStack(t, newFake(t, fake.Options{}), map[string]string{"headers": `{"X-Extra":"1","x-extra":"2"}`}).requireCreateFails("is set twice")
	text := newConnectedStack(t, newFake(t, fake.Options{}), map[string]string{"headers": `{"X-Extra":"hidden-9\r\nX-API-Key: x"}`}).requireCreateFails("control character")
	require.NotContains(t, text, "hidden-9")
}

func TestRequestTimeout(t *testing.T) {
	t.Parallel()
	instance, a := newFake(t, fake.Options{}), newTestCA(t)
	hanging := serveTLS(t, instance, a, func(_ http.ResponseWriter, r *http.Request) bool { <-r.Context().Done(); return false }, nil)
	began := time.Now()
	newConnectedStack(t, instance, map[string]string{"baseUrl": hanging, "caCertificate": a.pem(), "requestTimeout": "1", "maxRetries": "0"}).requireCreateFails("did not answer", "in time")
	require.GreaterOrEqual(t, time.Since(began), time.Second)
	require.Less(t, time.Since(began), 20*time.Second)
}

func TestMaxRetries(t *testing.T) {
	t.Parallel()
	for _, retries := range []int{0, 1, 3} {
		t.Run(strconv.Itoa(retries), func(t *testing.T) {
			t.Parallel()
			instance, a := newFake(t, fake.Options{}), newTestCA(t)
			asked := 0
			var mu sync.Mutex
			address := serveTLS(t, instance, a, func(w http.ResponseWriter, r *http.Request) bool {
				if r.URL.Path != "/api/user-groups" {
					return true
				}
				mu.Lock()
				defer mu.Unlock()
				asked++
				reply(w, http.StatusInternalServerError, "application/json", `{"error":"Something went wrong"}`)
				return false
			}, nil)
			s := newStack(t, instance)
			s.config["baseUrl"], s.config["caCertificate"], s.config["maxRetries"] = address, a.pem(), strconv.Itoa(retries)
			s.declare("Group", "devs", map[string]any{"name": "devs", "friendlyName": "Developers"})
			o := s.up()
			require.Error(t, o.err)
			require.Contains(t, o.messages, "Something went wrong")
			require.Equal(t, 1+retries, asked)
		})
	}
}

// TestMaxConcurrentRequests measures the concurrent requests; the default is 8.
func TestMaxConcurrentRequests(t *testing.T) {
	t.Parallel()
	for setting, want := range map[string]int{"": 8, "1": 1, "3": 3, "20": 20} {
		t.Run("setting "+setting, func(t *testing.T) {
			t.Parallel()
			instance, a := newFake(t, fake.Options{}), newTestCA(t)
			var mu sync.Mutex
			now, most := 0, 0
			full := make(chan struct{})
			address := serveTLS(t, instance, a, func(http.ResponseWriter, *http.Request) bool {
				mu.Lock()
				now++
				if most = max(most, now); now == want {
					select {
					case <-full:
					default:
						close(full)
					}
				}
				mu.Unlock()
				select { // wait until the limit is reached; some rounds have fewer requests
				case <-full:
				case <-time.After(time.Second):
				}
				mu.Lock()
				now--
				mu.Unlock()
				return true
			}, nil)
			s := newConnectedStack(t, instance, map[string]string{"baseUrl": address, "caCertificate": a.pem(), "maxConcurrentRequests": setting})
			s.options.Parallel = 64
			for n := range 40 {
				s.declare("Group", fmt.Sprint("group", n), map[string]any{"name": uniqueName("group"), "friendlyName": "Group"})
			}
			s.mustUp()
			require.Equal(t, want, most)
		})
	}
}

func TestAPIKeyFile(t *testing.T) {
	t.Parallel()
	instance, a := newFake(t, fake.Options{}), newTestCA(t)
	address := serveTLS(t, instance, a, nil, nil)
	path := writeTempFile(t, "\n  "+instance.key+" \r\n")
	s := newConnectedStack(t, instance, map[string]string{"baseUrl": address, "caCertificate": a.pem(), "apiKey": "", "apiKeyFile": path})
	s.requireLifecycle()
	s.mustUp()
	for _, r := range s.snap.Resources {
		raw, err := json.Marshal(r.Outputs.Mappable())
		require.NoError(t, err)
		require.NotContains(t, string(raw), instance.key, "the state of %s contains the key", r.URN)
	}
	t.Log("a new key in the file is used")
	require.NoError(t, os.WriteFile(path, []byte("another-key-which-is-wrong"), 0o600))
	o := s.refresh()
	require.Error(t, o.err)
	require.Contains(t, o.messages, "refuses the API key")
	require.NotContains(t, o.messages, "another-key-which-is-wrong")
	require.NoError(t, os.WriteFile(path, []byte(instance.key), 0o600))
	s.requireNoChanges()

	newConnectedStack(t, instance, map[string]string{"apiKey": "", "apiKeyFile": writeTempFile(t, " \n")}).requireCreateFails("apiKeyFile", "is empty")
	newConnectedStack(t, instance, map[string]string{"apiKey": "", "apiKeyFile": t.TempDir()}).requireCreateFails("apiKeyFile", "cannot be read")
	newConnectedStack(t, instance, map[string]string{"apiKeyFile": path}).requireCreateFails("cannot be set together with apiKey")
}

// TestSecretConfigurationIsSecretInTheState passes the secrets as plain values.
func TestSecretConfigurationIsSecretInTheState(t *testing.T) {
	t.Parallel()
	instance, a := newFake(t, fake.Options{}), newTestCA(t)
	cert, key := a.issue()
	s := newConnectedStack(t, instance, map[string]string{"headers": `{"X-Extra":"hidden-9"}`, "clientCertificate": cert, "clientKey": key, "proxyUrl": strings.Replace(newTestProxy(t, instance.url).url, "http://", "http://user:hidden-9@", 1)})
	s.mustUp()
	seen := 0
	for _, r := range s.snap.Resources {
		if r.Type != "pulumi:providers:pocketid" {
			continue
		}
		for _, name := range []resource.PropertyKey{"apiKey", "headers", "clientKey", "proxyUrl"} {
			for _, m := range []resource.PropertyMap{r.Inputs, r.Outputs} {
				require.True(t, m[name].ContainsSecrets(), name)
				seen++
			}
		}
	}
	require.Equal(t, 8, seen)
	require.NoError(t, s.destroy().err)
}
