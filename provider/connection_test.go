package provider

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
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

// authority issues certificates that nobody else trusts.
type authority struct {
	t    *testing.T
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	ca := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Authority"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true}
	raw, err := x509.CreateCertificate(rand.Reader, ca, ca, key.Public(), key)
	require.NoError(t, err)
	cert, err := x509.ParseCertificate(raw)
	require.NoError(t, err)
	return &authority{t, cert, key}
}

// pem is the authority's certificate.
func (a *authority) pem() string { return inPEM("CERTIFICATE", a.cert.Raw) }

// issue makes a certificate and its key, as PEM.
func (a *authority) issue(names ...string) (cert, key string) {
	a.t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(a.t, err)
	c := &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "somebody"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		DNSNames: names, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}}
	raw, err := x509.CreateCertificate(rand.Reader, c, a.cert, private.Public(), a.key)
	require.NoError(a.t, err)
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	require.NoError(a.t, err)
	return inPEM("CERTIFICATE", raw), inPEM("PRIVATE KEY", pkcs8)
}

func inPEM(kind string, raw []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: raw}))
}

// file writes text to a file of its own.
func file(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

// withTLS puts a TLS listener before an instance; see may refuse a request.
func withTLS(t *testing.T, on *pocketID, a *authority, see func(w http.ResponseWriter, r *http.Request) bool, change func(*tls.Config)) (address string) {
	t.Helper()
	pair, err := tls.X509KeyPair(bytesOf(a.issue("pocket-id.invalid")))
	require.NoError(t, err)
	web := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if see == nil || see(w, r) {
			on.server.ServeHTTP(w, r)
		}
	}))
	web.TLS = &tls.Config{Certificates: []tls.Certificate{pair}}
	web.Config.ErrorLog = log.New(io.Discard, "", 0) // of handshakes that are to fail
	if change != nil {
		change(web.TLS)
	}
	web.StartTLS()
	t.Cleanup(web.Close)
	return web.URL
}

func bytesOf(cert, key string) ([]byte, []byte) { return []byte(cert), []byte(key) }

// connected is a stack of one client that is to be made over a connection of its own.
func connected(t *testing.T, on *pocketID, config map[string]string) *stack {
	s := newStack(t, on)
	for k, v := range config {
		s.config[k] = v
		if v == "" {
			delete(s.config, k)
		}
	}
	s.declare("Client", "app", map[string]any{"name": "App", "callbackUrls": []any{}})
	return s
}

// lives requires that the stack can be made, is steady, and can be destroyed.
func (s *stack) lives() (text string) {
	s.t.Helper()
	text = s.mustUp().text
	s.steady()
	o := s.destroy()
	require.NoError(s.t, o.err, o.text)
	return text
}

// fails requires that it cannot be made, and that the error says so.
func (s *stack) fails(want ...string) (text string) {
	s.t.Helper()
	o := s.up()
	require.Error(s.t, o.err)
	text = o.text + o.err.Error()
	for _, w := range want {
		require.Contains(s.t, text, w)
	}
	require.Nil(s.t, s.find("app"))
	return text
}

func TestACertificateOfAPrivateAuthority(t *testing.T) {
	t.Parallel()
	on, a, other := onFake(t, fake.Options{}), newAuthority(t), newAuthority(t)
	address := withTLS(t, on, a, nil, nil)
	connected(t, on, map[string]string{"baseUrl": address, "caCertificate": a.pem()}).lives()
	connected(t, on, map[string]string{"baseUrl": address, "caCertificate": file(t, "Subject: Authority\n"+other.pem()+a.pem())}).lives()

	text := connected(t, on, map[string]string{"baseUrl": address, "maxRetries": "0"}).fails("certificate signed by unknown authority")
	require.NotContains(t, text, "unknown whether", "nothing was sent")
	connected(t, on, map[string]string{"baseUrl": address, "caCertificate": other.pem(), "maxRetries": "0"}).fails("certificate signed by unknown authority")
	connected(t, on, map[string]string{"baseUrl": address, "caCertificate": "-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n"}).fails("caCertificate: no certificate in it")
	connected(t, on, map[string]string{"baseUrl": address, "caCertificate": filepath.Join(t.TempDir(), "none.pem")}).fails("caCertificate: ", "none.pem")
}

func TestACertificateOfOnesOwn(t *testing.T) {
	t.Parallel()
	on, servers, clients := onFake(t, fake.Options{}), newAuthority(t), newAuthority(t)
	address := withTLS(t, on, servers, nil, func(c *tls.Config) {
		c.ClientAuth, c.ClientCAs = tls.RequireAndVerifyClientCert, x509.NewCertPool()
		c.ClientCAs.AddCert(clients.cert)
	})
	cert, key := clients.issue()
	connected(t, on, map[string]string{"baseUrl": address, "caCertificate": servers.pem(), "clientCertificate": cert, "clientKey": key}).lives()
	s := connected(t, on, map[string]string{"baseUrl": address, "caCertificate": servers.pem(), "clientCertificate": file(t, cert), "clientKey": file(t, key)})
	s.lives()

	connected(t, on, map[string]string{"baseUrl": address, "caCertificate": servers.pem(), "maxRetries": "0"}).fails("certificate required")
	strange, strangeKey := servers.issue()
	connected(t, on, map[string]string{"baseUrl": address, "caCertificate": servers.pem(), "clientCertificate": strange, "clientKey": strangeKey, "maxRetries": "0"}).fails("tls: ")
	for want, config := range map[string]map[string]string{
		"belong together":                {"clientCertificate": cert},
		"clientKey":                      {"clientCertificate": cert, "clientKey": "/no/such/hidden-9"},
		"clientCertificate and clientKe": {"clientCertificate": cert, "clientKey": strangeKey},
	} {
		config["baseUrl"] = address
		text := connected(t, on, config).fails(want)
		require.NotContains(t, text, "hidden-9")
		require.NotContains(t, text, strings.Split(strangeKey, "\n")[1], "the key")
	}
}

func TestACertificateThatIsNotVerified(t *testing.T) {
	t.Parallel()
	on := onFake(t, fake.Options{})
	s := connected(t, on, map[string]string{"baseUrl": withTLS(t, on, newAuthority(t), nil, nil), "insecureSkipVerify": "true"})
	require.Contains(t, s.lives(), "insecureSkipVerify is on")
}

func TestHeadersArriveOnEveryRequest(t *testing.T) {
	t.Parallel()
	on, a := onFake(t, fake.Options{}), newAuthority(t)
	const id, secret = "access-id-9", "access-secret-9"
	asked := 0
	var mu sync.Mutex
	address := withTLS(t, on, a, func(w http.ResponseWriter, r *http.Request) bool {
		mu.Lock()
		asked++
		mu.Unlock()
		if r.Header.Get("CF-Access-Client-Id") == id && r.Header.Get("Cf-Access-Client-Secret") == secret {
			return true
		}
		reply(w, http.StatusForbidden, "text/plain", "who are you, "+r.Header.Get("Cf-Access-Client-Secret"))
		return false
	}, nil)
	s := connected(t, on, map[string]string{"baseUrl": address, "caCertificate": a.pem(), "headers": `{"CF-Access-Client-Id":"` + id + `","cf-access-client-secret":"` + secret + `"}`})
	s.declare("Client", "app", map[string]any{"name": "App", "callbackUrls": []any{}, "description": "of a version"})
	s.lives()
	require.Greater(t, asked, 5)

	s.mustUp()
	for _, r := range s.snap.Resources {
		if r.Type == "pulumi:providers:pocketid" {
			require.True(t, r.Inputs["headers"].ContainsSecrets(), "in the state they are secret")
			require.True(t, r.Outputs["headers"].ContainsSecrets())
		}
	}
	s.config["headers"] = `{"CF-Access-Client-Id":"` + id + `","Cf-Access-Client-Secret":"wrong-` + secret + `"}`
	s.declare("Client", "app", map[string]any{"name": "App 2", "callbackUrls": []any{}})
	o := s.up()
	require.Error(t, o.err)
	require.Contains(t, o.text, "who are you, [secret]")
	require.NotContains(t, o.text, secret)
}

func TestHeadersThatCannotBeSet(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"X-API-Key", "x-api-key", "HOST", "Content-Length", "Transfer-Encoding", "Connection", "", " ", "a b", "a:b", "a\nb", "é", "X-API-Key ", "Proxy-Authorization"} {
		headers, err := json.Marshal(map[string]string{name: "hidden-9"})
		require.NoError(t, err)
		text := connected(t, onFake(t, fake.Options{}), map[string]string{"headers": string(headers)}).fails("headers: ", "cannot be set")
		require.NotContains(t, text, "hidden-9")
	}
	connected(t, onFake(t, fake.Options{}), map[string]string{"headers": `{"X-Extra":"1","x-extra":"2"}`}).fails("is there twice")
	text := connected(t, onFake(t, fake.Options{}), map[string]string{"headers": `{"X-Extra":"hidden-9\r\nX-API-Key: x"}`}).fails("control character")
	require.NotContains(t, text, "hidden-9")
}

// proxy is an HTTP proxy that leads everything to one address.
type proxy struct {
	url  string
	to   string
	deny bool

	mu   sync.Mutex
	seen []string // "CONNECT host", "GET http://…", each with the credentials
}

func newProxy(t *testing.T, to string) *proxy {
	p := &proxy{}
	target, err := url.Parse(to)
	require.NoError(t, err)
	p.to = target.Host
	web := httptest.NewServer(p)
	t.Cleanup(web.Close)
	p.url = web.URL
	return p
}

func (p *proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, credentials, _ := strings.Cut(r.Header.Get("Proxy-Authorization"), " ")
	user, _ := base64.StdEncoding.DecodeString(credentials)
	p.mu.Lock()
	p.seen = append(p.seen, fmt.Sprintf("%s %s %s", r.Method, strings.SplitN(r.RequestURI, "/api/", 2)[0], user))
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

func (p *proxy) tunnel(w http.ResponseWriter) {
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

func (p *proxy) saw() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string{}, p.seen...)
}

func TestAProxyWithAPassword(t *testing.T) {
	t.Parallel()
	const password = "pass/word-9"
	on, a := onFake(t, fake.Options{}), newAuthority(t)
	address := withTLS(t, on, a, nil, nil)
	named := func(p *proxy) string {
		return strings.Replace(p.url, "http://", "http://user:"+url.QueryEscape(password)+"@", 1)
	}

	tunnel := newProxy(t, address)
	connected(t, on, map[string]string{"baseUrl": "https://pocket-id.invalid", "caCertificate": a.pem(), "proxyUrl": named(tunnel)}).lives()
	require.NotEmpty(t, tunnel.saw())
	for _, line := range tunnel.saw() {
		require.Equal(t, "CONNECT pocket-id.invalid:443 user:"+password, line)
	}

	plain := newProxy(t, on.url)
	connected(t, on, map[string]string{"baseUrl": "http://pocket-id.invalid:8080/", "proxyUrl": named(plain)}).lives()
	require.NotEmpty(t, plain.saw())
	for _, line := range plain.saw() {
		require.Regexp(t, `^[A-Z]+ http://pocket-id.invalid:8080(/.well-known/openid-configuration)? user:`+password+`$`, line)
	}

	// Whatever goes wrong, nobody learns the password, nor what it is encoded as.
	denying, closed := newProxy(t, address), httptest.NewServer(nil)
	denying.deny = true
	closed.Close()
	for _, base := range []string{"https://pocket-id.invalid", "http://pocket-id.invalid"} {
		for _, proxy := range []string{named(denying), strings.Replace(closed.URL, "http://", "http://user:"+url.QueryEscape(password)+"@", 1),
			strings.Replace(closed.URL, "http://", "socks5://user:"+url.QueryEscape(password)+"@", 1), "http://user:" + url.QueryEscape(password) + "@no-such-proxy.invalid:3128",
			"ftp://user:" + url.QueryEscape(password) + "@proxy.invalid", "http://user:" + password + "@proxy.invalid", "user:" + url.QueryEscape(password) + "@proxy.invalid"} {
			text := connected(t, on, map[string]string{"baseUrl": base, "proxyUrl": proxy, "maxRetries": "0", "startupTimeout": "0"}).fails()
			for _, secret := range []string{"word-9", url.QueryEscape(password), base64.StdEncoding.EncodeToString([]byte("user:" + password))} {
				require.NotContains(t, text, secret)
			}
		}
	}
}

// The proxy variables are read once in the life of a process, so this one has children.
func TestTheProxyVariables(t *testing.T) {
	t.Parallel()
	if address := os.Getenv("POCKETID_TEST_THROUGH_PROXY"); address != "" {
		s := connected(t, &pocketID{t: t, url: address, key: testKey}, map[string]string{"caCertificate": os.Getenv("POCKETID_TEST_CA"), "maxRetries": "0", "startupTimeout": "0"})
		s.lives()
		return
	}
	on, a := onFake(t, fake.Options{}), newAuthority(t)
	secure, plain := newProxy(t, withTLS(t, on, a, nil, nil)), newProxy(t, on.url)
	through := func(env ...string) (string, error) {
		child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestTheProxyVariables$", "-test.count=1")
		for _, kv := range os.Environ() { // but nobody's own proxy, nor the server of these tests
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

	out, err := through(append(proxies, "POCKETID_TEST_THROUGH_PROXY=https://pocket-id.invalid")...)
	require.NoError(t, err, out)
	require.Contains(t, secure.saw(), "CONNECT pocket-id.invalid:443 user:password-9")
	require.Empty(t, plain.saw())

	out, err = through(append(proxies, "POCKETID_TEST_THROUGH_PROXY=http://pocket-id.invalid")...)
	require.NoError(t, err, out)
	require.Contains(t, plain.saw(), "GET http://pocket-id.invalid/.well-known/openid-configuration user:password-9")

	before := len(secure.saw())
	out, err = through(append(proxies, "NO_PROXY=pocket-id.invalid", "POCKETID_TEST_THROUGH_PROXY=https://pocket-id.invalid")...)
	require.Error(t, err)
	require.Contains(t, out, "the host of https://pocket-id.invalid cannot be found")
	require.Len(t, secure.saw(), before, "NO_PROXY")
	require.NotContains(t, out, "password-9")
}

func TestARequestHasItsTime(t *testing.T) {
	t.Parallel()
	on, a := onFake(t, fake.Options{}), newAuthority(t)
	hanging := withTLS(t, on, a, func(_ http.ResponseWriter, r *http.Request) bool { <-r.Context().Done(); return false }, nil)
	began := time.Now()
	connected(t, on, map[string]string{"baseUrl": hanging, "caCertificate": a.pem(), "requestTimeout": "1", "maxRetries": "0"}).fails("did not answer", "in time")
	require.GreaterOrEqual(t, time.Since(began), time.Second)
	require.Less(t, time.Since(began), 20*time.Second)
}

func TestAFaultIsTriedAgainAsOftenAsSaid(t *testing.T) {
	t.Parallel()
	for _, retries := range []int{0, 1, 3} {
		t.Run(strconv.Itoa(retries), func(t *testing.T) {
			t.Parallel()
			on, a := onFake(t, fake.Options{}), newAuthority(t)
			asked := 0
			var mu sync.Mutex
			address := withTLS(t, on, a, func(w http.ResponseWriter, r *http.Request) bool {
				if r.URL.Path != "/api/user-groups" {
					return true
				}
				mu.Lock()
				defer mu.Unlock()
				asked++
				reply(w, http.StatusInternalServerError, "application/json", `{"error":"Something went wrong"}`)
				return false
			}, nil)
			s := newStack(t, on)
			s.config["baseUrl"], s.config["caCertificate"], s.config["maxRetries"] = address, a.pem(), strconv.Itoa(retries)
			s.declare("Group", "devs", map[string]any{"name": "devs", "friendlyName": "Developers"})
			o := s.up()
			require.Error(t, o.err)
			require.Contains(t, o.text, "Something went wrong")
			require.Equal(t, 1+retries, asked)
		})
	}
}

// How many requests are under way is what is said, and eight where nothing is.
func TestRequestsUnderWayAreAsManyAsSaid(t *testing.T) {
	t.Parallel()
	for setting, want := range map[string]int{"": 8, "1": 1, "3": 3, "20": 20} {
		t.Run("setting "+setting, func(t *testing.T) {
			t.Parallel()
			on, a := onFake(t, fake.Options{}), newAuthority(t)
			var mu sync.Mutex
			now, most := 0, 0
			full := make(chan struct{})
			address := withTLS(t, on, a, func(http.ResponseWriter, *http.Request) bool {
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
				select { // until all that may come have come; some rounds have fewer
				case <-full:
				case <-time.After(time.Second):
				}
				mu.Lock()
				now--
				mu.Unlock()
				return true
			}, nil)
			s := connected(t, on, map[string]string{"baseUrl": address, "caCertificate": a.pem(), "maxConcurrentRequests": setting})
			s.options.Parallel = 64
			for n := range 40 {
				s.declare("Group", fmt.Sprint("group", n), map[string]any{"name": named("group"), "friendlyName": "Group"})
			}
			s.mustUp()
			require.Equal(t, want, most)
		})
	}
}

func TestAKeyInAFile(t *testing.T) {
	t.Parallel()
	on, a := onFake(t, fake.Options{}), newAuthority(t)
	address := withTLS(t, on, a, nil, nil)
	path := file(t, "\n  "+on.key+" \r\n")
	s := connected(t, on, map[string]string{"baseUrl": address, "caCertificate": a.pem(), "apiKey": "", "apiKeyFile": path})
	s.lives()
	s.mustUp()
	for _, r := range s.snap.Resources {
		raw, err := json.Marshal(r.Outputs.Mappable())
		require.NoError(t, err)
		require.NotContains(t, string(raw), on.key, "%s has the key in its state", r.URN)
	}
	t.Log("a new key is one in the file")
	require.NoError(t, os.WriteFile(path, []byte("another-key-which-is-wrong"), 0o600))
	o := s.refresh()
	require.Error(t, o.err)
	require.Contains(t, o.text, "refuses the API key")
	require.NotContains(t, o.text, "another-key-which-is-wrong")
	require.NoError(t, os.WriteFile(path, []byte(on.key), 0o600))
	s.steady()

	connected(t, on, map[string]string{"apiKey": "", "apiKeyFile": file(t, " \n")}).fails("apiKeyFile", "is empty")
	connected(t, on, map[string]string{"apiKey": "", "apiKeyFile": t.TempDir()}).fails("apiKeyFile", "cannot be read")
	connected(t, on, map[string]string{"apiKeyFile": path}).fails("cannot be set together with apiKey")
}

// withKeys plays a server whose list of API keys is this.
func withKeys(t *testing.T, body string) (*pocketID, *[]string) {
	on := onFake(t, fake.Options{})
	asked := &[]string{}
	var mu sync.Mutex
	on.meddling(func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != "/api/api-keys" {
			return false
		}
		mu.Lock()
		*asked = append(*asked, r.Method)
		mu.Unlock()
		reply(w, http.StatusOK, "application/json", body)
		return true
	})
	return on, asked
}

// keys is a list of API keys as the server answers it: name, days until it
// expires, and seconds since it was used (none if negative).
func keys(list ...any) string {
	data := []string{}
	now := time.Now().UTC()
	for i := 0; i < len(list); i += 3 {
		used := "null"
		if ago := list[i+2].(int); ago >= 0 {
			used = strconv.Quote(now.Add(-time.Duration(ago) * time.Second).Format(time.RFC3339))
		}
		data = append(data, fmt.Sprintf(`{"id":"%d","name":%q,"description":null,"expiresAt":%q,"lastUsedAt":%s,"createdAt":"2026-01-01T00:00:00Z","expirationEmailSent":false}`,
			i, list[i], now.Add(time.Duration(list[i+1].(int))*24*time.Hour+time.Hour).Format(time.RFC3339), used))
	}
	return fmt.Sprintf(`{"data":[%s],"pagination":{"totalPages":1,"totalItems":%d,"currentPage":1,"itemsPerPage":100}}`, strings.Join(data, ","), len(data))
}

func TestAKeyThatExpiresSoonWarns(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		keys string
		want string // of the warning; none if empty
	}{
		"the static key":                 {keys(), ""},
		"a key of three days":            {keys("ci", 3, 0, "laptop", 300, 5000), `the API key "ci" expires on `},
		"a key of fourteen days":         {keys("ci", 13, 0), `(in 13 days): make a new one`},
		"a key of fifteen days":          {keys("ci", 15, 0), ""},
		"another key of three days":      {keys("ci", 300, 0, "laptop", 3, 5000), ""},
		"one that was never used":        {keys("ci", 300, 0, "laptop", 3, -1), ""},
		"a key of today":                 {keys("ci", 0, 0), "(in less than a day)"},
		"two in use, one of three days":  {keys("ci", 300, 1, "laptop", 3, 0), `one of 2 API keys of the same user is in use here, and the API key "laptop" expires on `},
		"two in use, both of three days": {keys("ci", 1, 1, "laptop", 3, 0), `"ci" expires on`},
		"no list":                        {`{}`, ""},
		"an answer of somebody else's":   {`<html>`, ""},
		"odd times":                      {`{"data":[{"name":"ci","expiresAt":"soon","lastUsedAt":7}],"pagination":{"totalPages":1}}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			on, asked := withKeys(t, row.keys)
			s := newStack(t, on)
			for n := range 10 {
				s.declare("Group", fmt.Sprint("group", n), map[string]any{"name": named("group"), "friendlyName": "Group"})
			}
			require.Empty(t, s.preview().text)
			require.Empty(t, *asked, "a preview of creates asks for nothing")
			for _, operation := range []func() outcome{s.up, s.refresh, s.destroy} {
				*asked = nil
				o := operation()
				require.NoError(t, o.err, o.text)
				if row.want == "" {
					require.NotContains(t, o.text, "expires")
				} else {
					require.Equal(t, 1, strings.Count(o.text, row.want), o.text)
				}
				if name == "the static key" {
					require.Len(t, *asked, 1, "once in the life of the plugin")
				}
			}
		})
	}
}

func TestNothingFailsForTheSakeOfAWarning(t *testing.T) {
	t.Parallel()
	for _, status := range []int{401, 403, 404, 429, 500, 503} {
		on := onFake(t, fake.Options{})
		on.meddling(func(w http.ResponseWriter, r *http.Request) bool {
			if r.URL.Path != "/api/api-keys" {
				return false
			}
			reply(w, status, "application/json", `{"error":"no"}`)
			return true
		})
		s := newStack(t, on)
		s.declare("Group", "devs", map[string]any{"name": named("devs"), "friendlyName": "Developers"})
		s.mustUp()
		require.NoError(t, s.destroy().err)
	}
}

// A secret that the program gives in plain is one all the same.
func TestSecretsOfTheConfigurationAreSecretInTheState(t *testing.T) {
	t.Parallel()
	on, a := onFake(t, fake.Options{}), newAuthority(t)
	cert, key := a.issue()
	s := connected(t, on, map[string]string{"headers": `{"X-Extra":"hidden-9"}`, "clientCertificate": cert, "clientKey": key, "proxyUrl": strings.Replace(newProxy(t, on.url).url, "http://", "http://user:hidden-9@", 1)})
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
