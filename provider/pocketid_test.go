package provider

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

// testInstance is an instance to test against: the fake, or the real server that
// POCKETID_TEST_BASE_URL and POCKETID_TEST_API_KEY specify. A proxy in front of it
// records requests and lets a test intercept them.
type testInstance struct {
	t    *testing.T
	url  string // of the proxy in front
	key  string
	real bool

	server   http.Handler // the instance behind the proxy
	close    func()
	inFlight sync.WaitGroup // requests in progress

	mu          sync.Mutex
	requests    []string                                          // "GET /api/…", in order of arrival
	interceptor func(w http.ResponseWriter, r *http.Request) bool // reports whether it has answered the request itself
}

// testKey is the API key of the fakes.
const testKey = "not-a-secret-key"

// newInstance returns an instance of any version. A real server is shared, so tests
// must delete what they create.
func newInstance(t *testing.T) *testInstance {
	t.Helper()
	if base := os.Getenv("POCKETID_TEST_BASE_URL"); base != "" {
		target, err := url.Parse(base)
		require.NoError(t, err)
		return newInstanceAt(t, httputil.NewSingleHostReverseProxy(target), os.Getenv("POCKETID_TEST_API_KEY"), true)
	}
	return newFake(t, fake.Options{})
}

// newFake returns a fake, for tests that a real server does not support.
func newFake(t *testing.T, o fake.Options) *testInstance {
	t.Helper()
	o.APIKey = testKey
	if o.Issuer == "" {
		o.Issuer = "https://id.example.com"
	}
	server, err := fake.New(o)
	require.NoError(t, err)
	return newInstanceAt(t, server, testKey, false)
}

// newInstanceAt returns an instance that is served by the given handler.
func newInstanceAt(t *testing.T, server http.Handler, key string, real bool) *testInstance {
	i := &testInstance{t: t, key: key, real: real, server: server}
	web := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		i.mu.Lock()
		i.requests = append(i.requests, r.Method+" "+r.URL.Path)
		meddle := i.interceptor
		i.mu.Unlock()
		i.inFlight.Add(1)
		defer i.inFlight.Done()
		if meddle == nil || !meddle(w, r) {
			server.ServeHTTP(w, r)
		}
	}))
	// Every engine operation starts its own plugin and never closes its idle connections.
	web.Config.SetKeepAlivesEnabled(false)
	web.Start()
	t.Cleanup(web.Close)
	i.url, i.close = web.URL, web.Close
	return i
}

// uniqueName returns a unique name, because tests share a real server.
func uniqueName(prefix string) string {
	const letters = "abcdefghijklmnopqrstuvwxyz"
	b := make([]byte, 6)
	for i := range b {
		b[i] = letters[rand.IntN(len(letters))]
	}
	return prefix + "-" + string(b)
}

// intercept sets the interceptor of all further requests. A nil f removes it.
func (i *testInstance) intercept(f func(w http.ResponseWriter, r *http.Request) bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.interceptor = f
}

// requestsDuring returns the requests that arrive while f runs.
func (i *testInstance) requestsDuring(f func()) []string {
	i.mu.Lock()
	i.requests = nil
	i.mu.Unlock()
	f()
	i.mu.Lock()
	defer i.mu.Unlock()
	return append([]string{}, i.requests...)
}

// mustRequest sends a request as the web UI does and returns the response. The test fails
// unless the status is 2xx.
func (i *testInstance) mustRequest(method, path string, in any) map[string]any {
	i.t.Helper()
	status, out := i.request(method, path, in)
	require.Equal(i.t, 2, status/100, "%s %s: %d %v", method, path, status, out)
	m, _ := out.(map[string]any)
	return m
}

// request sends a request and returns the status and the decoded body.
func (i *testInstance) request(method, path string, in any) (int, any) {
	i.t.Helper()
	body, err := json.Marshal(in)
	require.NoError(i.t, err)
	req, err := http.NewRequest(method, i.url+path, bytes.NewReader(body))
	require.NoError(i.t, err)
	req.Header.Set("X-API-Key", i.key)
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	require.NoError(i.t, err)
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	require.NoError(i.t, err)
	var out any
	_ = json.Unmarshal(raw, &out)
	return res.StatusCode, out
}

// client returns a client from the server, or nil if it does not exist.
func (i *testInstance) client(id string) map[string]any {
	i.t.Helper()
	status, out := i.request("GET", "/api/oidc/clients/"+id, nil)
	if status == http.StatusNotFound {
		return nil
	}
	require.Equal(i.t, 200, status, out)
	return out.(map[string]any)
}

// identities returns the federated identities of a client, in order.
func (i *testInstance) identities(clientID string) []any {
	i.t.Helper()
	list, _ := i.client(clientID)["credentials"].(map[string]any)["federatedIdentities"].([]any)
	return list
}

// editClient changes a client as the web UI does: it writes the whole client.
func (i *testInstance) editClient(clientID string, change func(map[string]any)) {
	i.t.Helper()
	c := i.client(clientID)
	change(c)
	i.mustRequest("PUT", "/api/oidc/clients/"+clientID, c)
}

// atLeastMinor reports whether the server has this minor version of 2.x or a later one.
func (i *testInstance) atLeastMinor(minor int) bool {
	i.t.Helper()
	v := i.mustRequest("GET", "/api/version/current", nil)["currentVersion"].(string)
	parts := strings.Split(v, ".")
	var m int
	for _, d := range parts[1] {
		m = m*10 + int(d-'0')
	}
	return m >= minor
}

// secondURL returns another address of the same instance.
func (i *testInstance) secondURL() string {
	target, err := url.Parse(i.url)
	require.NoError(i.t, err)
	web := httptest.NewServer(httputil.NewSingleHostReverseProxy(target))
	i.t.Cleanup(web.Close)
	return web.URL
}

// namesWithPrefix returns the values of a field of all listed objects that begin with prefix.
func (i *testInstance) namesWithPrefix(path, field, prefix string) []string {
	var out []string
	for _, o := range i.listAll(path) {
		if name := o[field].(string); strings.HasPrefix(name, prefix) {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return slices.Compact(out) // a list that changes between pages repeats objects
}

// clientsWithPrefix returns the ids of the clients that begin with prefix.
func (i *testInstance) clientsWithPrefix(prefix string) []string {
	return i.namesWithPrefix("/api/oidc/clients", "id", prefix)
}

// listAll returns the objects of all pages of a list.
func (i *testInstance) listAll(path string) []map[string]any {
	i.t.Helper()
	var out []map[string]any
	for page := 1; ; page++ {
		var res map[string]any
		for { // the server answers "not found" while an object of the list is being deleted
			status, answer := i.request("GET", fmt.Sprintf("%s?pagination[page]=%d&pagination[limit]=100&sort[column]=name", path, page), nil)
			if res, _ = answer.(map[string]any); status == http.StatusOK {
				break
			}
			require.Equal(i.t, http.StatusNotFound, status, answer)
		}
		for _, o := range res["data"].([]any) {
			out = append(out, o.(map[string]any))
		}
		if float64(page) >= res["pagination"].(map[string]any)["totalPages"].(float64) {
			return out
		}
	}
}

// createUser creates a user for the time of the test and returns the id.
func (i *testInstance) createUser() string {
	i.t.Helper()
	name := uniqueName("person")
	id := i.mustRequest("POST", "/api/users", map[string]any{"username": name, "email": name + "@example.com", "firstName": "A", "lastName": "B", "displayName": "A B"})["id"].(string)
	i.t.Cleanup(func() { i.request("DELETE", "/api/users/"+id, nil) })
	return id
}

// createGroup creates a group for the time of the test and returns the id.
func (i *testInstance) createGroup() string {
	i.t.Helper()
	id := i.mustRequest("POST", "/api/user-groups", map[string]any{"name": uniqueName("group"), "friendlyName": "Group"})["id"].(string)
	i.t.Cleanup(func() { i.request("DELETE", "/api/user-groups/"+id, nil) })
	return id
}
