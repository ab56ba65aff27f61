package provider

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

// testCA is a certificate authority that only the tests trust.
type testCA struct {
	t    *testing.T
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newTestCA(t *testing.T) *testCA {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	ca := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Authority"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true}
	raw, err := x509.CreateCertificate(rand.Reader, ca, ca, key.Public(), key)
	require.NoError(t, err)
	cert, err := x509.ParseCertificate(raw)
	require.NoError(t, err)
	return &testCA{t, cert, key}
}

// pem returns the certificate of the authority.
func (a *testCA) pem() string { return encodePEM("CERTIFICATE", a.cert.Raw) }

// issue returns a new certificate for the names and its key, both as PEM.
func (a *testCA) issue(names ...string) (cert, key string) {
	a.t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(a.t, err)
	c := &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "somebody"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		DNSNames: names, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}}
	raw, err := x509.CreateCertificate(rand.Reader, c, a.cert, private.Public(), a.key)
	require.NoError(a.t, err)
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	require.NoError(a.t, err)
	return encodePEM("CERTIFICATE", raw), encodePEM("PRIVATE KEY", pkcs8)
}

func encodePEM(kind string, raw []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: raw}))
}

// serveTLS serves an instance over TLS and returns the address. A request that see
// rejects does not reach the instance.
func serveTLS(t *testing.T, instance *testInstance, a *testCA, see func(w http.ResponseWriter, r *http.Request) bool, change func(*tls.Config)) (address string) {
	t.Helper()
	pair, err := tls.X509KeyPair(pemBytes(a.issue("pocket-id.invalid")))
	require.NoError(t, err)
	web := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if see == nil || see(w, r) {
			instance.server.ServeHTTP(w, r)
		}
	}))
	web.TLS = &tls.Config{Certificates: []tls.Certificate{pair}}
	web.Config.ErrorLog = log.New(io.Discard, "", 0) // some handshakes fail on purpose
	if change != nil {
		change(web.TLS)
	}
	web.StartTLS()
	t.Cleanup(web.Close)
	return web.URL
}

func pemBytes(cert, key string) ([]byte, []byte) { return []byte(cert), []byte(key) }

func TestPrivateCertificateAuthority(t *testing.T) {
	t.Parallel()
	instance, a, other := newFake(t, fake.Options{}), newTestCA(t), newTestCA(t)
	address := serveTLS(t, instance, a, nil, nil)
	newConnectedStack(t, instance, map[string]string{"baseUrl": address, "caCertificate": a.pem()}).requireLifecycle()
	newConnectedStack(t, instance, map[string]string{"baseUrl": address, "caCertificate": writeTempFile(t, "Subject: Authority\n"+other.pem()+a.pem())}).requireLifecycle()

	text := newConnectedStack(t, instance, map[string]string{"baseUrl": address, "maxRetries": "0"}).requireCreateFails("certificate signed by unknown authority")
	require.NotContains(t, text, "unknown whether", "nothing was sent")
	newConnectedStack(t, instance, map[string]string{"baseUrl": address, "caCertificate": other.pem(), "maxRetries": "0"}).requireCreateFails("certificate signed by unknown authority")
	newConnectedStack(t, instance, map[string]string{"baseUrl": address, "caCertificate": "-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n"}).requireCreateFails("caCertificate: no certificate in it")
	newConnectedStack(t, instance, map[string]string{"baseUrl": address, "caCertificate": filepath.Join(t.TempDir(), "none.pem")}).requireCreateFails("caCertificate: ", "none.pem")
}

func TestClientCertificate(t *testing.T) {
	t.Parallel()
	instance, servers, clients := newFake(t, fake.Options{}), newTestCA(t), newTestCA(t)
	address := serveTLS(t, instance, servers, nil, func(c *tls.Config) {
		c.ClientAuth, c.ClientCAs = tls.RequireAndVerifyClientCert, x509.NewCertPool()
		c.ClientCAs.AddCert(clients.cert)
	})
	cert, key := clients.issue()
	newConnectedStack(t, instance, map[string]string{"baseUrl": address, "caCertificate": servers.pem(), "clientCertificate": cert, "clientKey": key}).requireLifecycle()
	s := newConnectedStack(t, instance, map[string]string{"baseUrl": address, "caCertificate": servers.pem(), "clientCertificate": writeTempFile(t, cert), "clientKey": writeTempFile(t, key)})
	s.requireLifecycle()

	newConnectedStack(t, instance, map[string]string{"baseUrl": address, "caCertificate": servers.pem(), "maxRetries": "0"}).requireCreateFails("certificate required")
	strange, strangeKey := servers.issue()
	newConnectedStack(t, instance, map[string]string{"baseUrl": address, "caCertificate": servers.pem(), "clientCertificate": strange, "clientKey": strangeKey, "maxRetries": "0"}).requireCreateFails("tls: ")
	for want, config := range map[string]map[string]string{
		"belong together":                {"clientCertificate": cert},
		"clientKey":                      {"clientCertificate": cert, "clientKey": "/no/such/hidden-9"},
		"clientCertificate and clientKe": {"clientCertificate": cert, "clientKey": strangeKey},
	} {
		config["baseUrl"] = address
		text := newConnectedStack(t, instance, config).requireCreateFails(want)
		require.NotContains(t, text, "hidden-9")
		require.NotContains(t, text, strings.Split(strangeKey, "\n")[1], "the error contains the private key")
	}
}

func TestInsecureSkipVerify(t *testing.T) {
	t.Parallel()
	instance := newFake(t, fake.Options{})
	s := newConnectedStack(t, instance, map[string]string{"baseUrl": serveTLS(t, instance, newTestCA(t), nil, nil), "insecureSkipVerify": "true"})
	require.Contains(t, s.requireLifecycle(), "insecureSkipVerify is on")
}
