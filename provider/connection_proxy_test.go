package provider

import (
	"bufio"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

// testProxy is an HTTP proxy that forwards everything to one address.
type testProxy struct {
	url  string
	to   string
	deny bool

	mu  sync.Mutex
	log []string // "CONNECT host", "GET http://…", each with the credentials
}

func newTestProxy(t *testing.T, to string) *testProxy {
	p := &testProxy{}
	target, err := url.Parse(to)
	require.NoError(t, err)
	p.to = target.Host
	web := httptest.NewServer(p)
	t.Cleanup(web.Close)
	p.url = web.URL
	return p
}

func (p *testProxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, credentials, _ := strings.Cut(r.Header.Get("Proxy-Authorization"), " ")
	user, _ := base64.StdEncoding.DecodeString(credentials)
	p.mu.Lock()
	p.log = append(p.log, fmt.Sprintf("%s %s %s", r.Method, strings.SplitN(r.RequestURI, "/api/", 2)[0], user))
	p.mu.Unlock()
	switch {
	case p.deny:
		w.Header().Set("Proxy-Authenticate", "Basic")
		reply(w, http.StatusProxyAuthRequired, "text/html", "<title>no entry for "+string(user)+", "+credentials+"</title>")
	case r.Method == http.MethodConnect:
		p.tunnel(w)
	default:
		r.Header.Del("Proxy-Authorization")
		(&httputil.ReverseProxy{Rewrite: func(pr *httputil.ProxyRequest) { pr.Out.URL.Host = p.to }}).ServeHTTP(w, r)
	}
}

func (p *testProxy) tunnel(w http.ResponseWriter) {
	there, err := net.Dial("tcp", p.to)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	defer there.Close()
	here, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer here.Close()
	_, _ = io.WriteString(here, "HTTP/1.1 200 OK\r\n\r\n")
	go func() { _, _ = io.Copy(there, bufio.NewReader(buffered)); there.Close() }()
	_, _ = io.Copy(here, there)
}

func (p *testProxy) requests() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string{}, p.log...)
}

func TestProxyWithPassword(t *testing.T) {
	t.Parallel()
	const password = "pass/word-9"
	instance, a := newFake(t, fake.Options{}), newTestCA(t)
	address := serveTLS(t, instance, a, nil, nil)
	withPassword := func(p *testProxy) string {
		return strings.Replace(p.url, "http://", "http://user:"+url.QueryEscape(password)+"@", 1)
	}

	tunnel := newTestProxy(t, address)
	newConnectedStack(t, instance, map[string]string{"baseUrl": "https://pocket-id.invalid", "caCertificate": a.pem(), "proxyUrl": withPassword(tunnel)}).requireLifecycle()
	require.NotEmpty(t, tunnel.requests())
	for _, line := range tunnel.requests() {
		require.Equal(t, "CONNECT pocket-id.invalid:443 user:"+password, line)
	}

	plain := newTestProxy(t, instance.url)
	newConnectedStack(t, instance, map[string]string{"baseUrl": "http://pocket-id.invalid:8080/", "proxyUrl": withPassword(plain)}).requireLifecycle()
	require.NotEmpty(t, plain.requests())
	for _, line := range plain.requests() {
		require.Regexp(t, `^[A-Z]+ http://pocket-id.invalid:8080(/.well-known/openid-configuration)? user:`+password+`$`, line)
	}

	// No error contains the password or an encoding of it.
	denying, closed := newTestProxy(t, address), httptest.NewServer(nil)
	denying.deny = true
	closed.Close()
	for _, base := range []string{"https://pocket-id.invalid", "http://pocket-id.invalid"} {
		for _, proxy := range []string{withPassword(denying), strings.Replace(closed.URL, "http://", "http://user:"+url.QueryEscape(password)+"@", 1),
			strings.Replace(closed.URL, "http://", "socks5://user:"+url.QueryEscape(password)+"@", 1), "http://user:" + url.QueryEscape(password) + "@no-such-proxy.invalid:3128",
			"ftp://user:" + url.QueryEscape(password) + "@proxy.invalid", "http://user:" + password + "@proxy.invalid", "user:" + url.QueryEscape(password) + "@proxy.invalid"} {
			text := newConnectedStack(t, instance, map[string]string{"baseUrl": base, "proxyUrl": proxy, "maxRetries": "0", "startupTimeout": "0"}).requireCreateFails()
			for _, secret := range []string{"word-9", url.QueryEscape(password), base64.StdEncoding.EncodeToString([]byte("user:" + password))} {
				require.NotContains(t, text, secret)
			}
		}
	}
}

// TestProxyEnvironmentVariables runs itself in child processes, because net/http
// reads the variables once per process.
func TestProxyEnvironmentVariables(t *testing.T) {
	t.Parallel()
	if address := os.Getenv("POCKETID_TEST_THROUGH_PROXY"); address != "" {
		s := newConnectedStack(t, &testInstance{t: t, url: address, key: testKey}, map[string]string{"caCertificate": os.Getenv("POCKETID_TEST_CA"), "maxRetries": "0", "startupTimeout": "0"})
		s.requireLifecycle()
		return
	}
	instance, a := newFake(t, fake.Options{}), newTestCA(t)
	secure, plain := newTestProxy(t, serveTLS(t, instance, a, nil, nil)), newTestProxy(t, instance.url)
	runChild := func(env ...string) (string, error) {
		child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestProxyEnvironmentVariables$", "-test.count=1")
		for _, kv := range os.Environ() { // without the proxy of the machine and the server of these tests
			if name, _, _ := strings.Cut(strings.ToUpper(kv), "="); !strings.HasSuffix(name, "_PROXY") && !strings.HasPrefix(name, "POCKETID_") {
				child.Env = append(child.Env, kv)
			}
		}
		child.Env = append(child.Env, "POCKETID_TEST_CA="+a.pem())
		child.Env = append(child.Env, env...)
		out, err := child.CombinedOutput()
		return string(out), err
	}
	userinfo := "http://user:password-9@"
	proxies := []string{"HTTPS_PROXY=" + strings.Replace(secure.url, "http://", userinfo, 1), "http_proxy=" + strings.Replace(plain.url, "http://", userinfo, 1)}

	out, err := runChild(append(proxies, "POCKETID_TEST_THROUGH_PROXY=https://pocket-id.invalid")...)
	require.NoError(t, err, out)
	require.Contains(t, secure.requests(), "CONNECT pocket-id.invalid:443 user:password-9")
	require.Empty(t, plain.requests())

	out, err = runChild(append(proxies, "POCKETID_TEST_THROUGH_PROXY=http://pocket-id.invalid")...)
	require.NoError(t, err, out)
	require.Contains(t, plain.requests(), "GET http://pocket-id.invalid/.well-known/openid-configuration user:password-9")

	before := len(secure.requests())
	out, err = runChild(append(proxies, "NO_PROXY=pocket-id.invalid", "POCKETID_TEST_THROUGH_PROXY=https://pocket-id.invalid")...)
	require.Error(t, err)
	require.Contains(t, out, "the host of https://pocket-id.invalid cannot be found")
	require.Len(t, secure.requests(), before, "NO_PROXY")
	require.NotContains(t, out, "password-9")
}
