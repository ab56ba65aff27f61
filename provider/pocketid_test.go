package provider

import (
	"bytes"
	"encoding/json"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

// pocketID is an instance to test against: the fake, or the real server that
// POCKETID_TEST_BASE_URL and POCKETID_TEST_API_KEY name. A front before it counts
// requests and plays what goes wrong on the way.
type pocketID struct {
	t    *testing.T
	url  string // of the front
	key  string
	real bool

	server http.Handler // what is behind the front
	close  func()
	under  sync.WaitGroup // requests that are under way

	mu       sync.Mutex
	requests []string                                          // "GET /api/…" in the order they came
	meddle   func(w http.ResponseWriter, r *http.Request) bool // true: it has answered in the server's place
}

// testKey is the API key of the fake.
const testKey = "not-a-secret-key"

// onPocketID is an instance of any version; tests leave nothing on it behind.
func onPocketID(t *testing.T) *pocketID {
	t.Helper()
	if base := os.Getenv("POCKETID_TEST_BASE_URL"); base != "" {
		target, err := url.Parse(base)
		require.NoError(t, err)
		return front(t, httputil.NewSingleHostReverseProxy(target), os.Getenv("POCKETID_TEST_API_KEY"), true)
	}
	return onFake(t, fake.Options{})
}

// onFake is an instance that a real server cannot play.
func onFake(t *testing.T, o fake.Options) *pocketID {
	t.Helper()
	o.APIKey = testKey
	if o.Issuer == "" {
		o.Issuer = "https://id.example.com"
	}
	server, err := fake.New(o)
	require.NoError(t, err)
	return front(t, server, testKey, false)
}

func front(t *testing.T, server http.Handler, key string, real bool) *pocketID {
	i := &pocketID{t: t, key: key, real: real, server: server}
	web := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		i.mu.Lock()
		i.requests = append(i.requests, r.Method+" "+r.URL.Path)
		meddle := i.meddle
		i.mu.Unlock()
		i.under.Add(1)
		defer i.under.Done()
		if meddle == nil || !meddle(w, r) {
			server.ServeHTTP(w, r)
		}
	}))
	// Each operation of the engine has a plugin of its own, whose idle connections nobody closes.
	web.Config.SetKeepAlivesEnabled(false)
	web.Start()
	t.Cleanup(web.Close)
	i.url, i.close = web.URL, web.Close
	return i
}

// named makes a name that no other test uses, for a server that many share.
func named(prefix string) string {
	const letters = "abcdefghijklmnopqrstuvwxyz"
	b := make([]byte, 6)
	for i := range b {
		b[i] = letters[rand.IntN(len(letters))]
	}
	return prefix + "-" + string(b)
}

// meddling sets what happens to requests from now on; nil for nothing.
func (i *pocketID) meddling(f func(w http.ResponseWriter, r *http.Request) bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.meddle = f
}

// counted forgets the requests so far, runs f, and returns those it made.
func (i *pocketID) counted(f func()) []string {
	i.mu.Lock()
	i.requests = nil
	i.mu.Unlock()
	f()
	i.mu.Lock()
	defer i.mu.Unlock()
	return append([]string{}, i.requests...)
}

// ask does what a person does in the web page. It fails the test unless the server answers 2xx.
func (i *pocketID) ask(method, path string, in any) map[string]any {
	i.t.Helper()
	status, out := i.try(method, path, in)
	require.Equal(i.t, 2, status/100, "%s %s: %d %v", method, path, status, out)
	m, _ := out.(map[string]any)
	return m
}

func (i *pocketID) try(method, path string, in any) (int, any) {
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

// client is a client as the server has it, or nil.
func (i *pocketID) client(id string) map[string]any {
	i.t.Helper()
	status, out := i.try("GET", "/api/oidc/clients/"+id, nil)
	if status == http.StatusNotFound {
		return nil
	}
	require.Equal(i.t, 200, status, out)
	return out.(map[string]any)
}

// identities are the federated identities of a client, in order.
func (i *pocketID) identities(clientID string) []any {
	i.t.Helper()
	list, _ := i.client(clientID)["credentials"].(map[string]any)["federatedIdentities"].([]any)
	return list
}

// edit changes a client as the web page does: it writes back all it has read.
func (i *pocketID) edit(clientID string, change func(map[string]any)) {
	i.t.Helper()
	c := i.client(clientID)
	change(c)
	i.ask("PUT", "/api/oidc/clients/"+clientID, c)
}

// has tells whether the server is of this version or later.
func (i *pocketID) has(minor int) bool {
	i.t.Helper()
	v := i.ask("GET", "/api/version/current", nil)["currentVersion"].(string)
	parts := strings.Split(v, ".")
	var m int
	for _, d := range parts[1] {
		m = m*10 + int(d-'0')
	}
	return m >= minor
}

// second is another address of the same instance.
func (i *pocketID) second() string {
	target, err := url.Parse(i.url)
	require.NoError(i.t, err)
	web := httptest.NewServer(httputil.NewSingleHostReverseProxy(target))
	i.t.Cleanup(web.Close)
	return web.URL
}
