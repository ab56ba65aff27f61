package api

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
)

// TransportOptions say how to get to the server through proxies and private CAs.
type TransportOptions struct {
	CACertificate      string            // PEM, or the path of a PEM file; trusted beside the system's
	ClientCertificate  string            // PEM, or the path of a PEM file
	ClientKey          string            // PEM, or the path of a PEM file
	InsecureSkipVerify bool              // believe any certificate
	ProxyURL           string            // http, https or socks5; default: the usual environment variables
	Headers            map[string]string // added to every request
}

// NewTransport makes an HTTP transport from o. Errors never repeat a key.
func NewTransport(o TransportOptions) (http.RoundTripper, error) {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConnsPerHost = 16
	t.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: o.InsecureSkipVerify}
	if o.CACertificate != "" {
		ca, err := pem(o.CACertificate)
		if err != nil {
			return nil, fmt.Errorf("caCertificate: %w", err)
		}
		roots, err := x509.SystemCertPool()
		if err != nil {
			roots = x509.NewCertPool()
		}
		if !roots.AppendCertsFromPEM(ca) {
			return nil, errors.New("caCertificate: no certificate in it; expected PEM (-----BEGIN CERTIFICATE-----)")
		}
		t.TLSClientConfig.RootCAs = roots
	}
	if (o.ClientCertificate == "") != (o.ClientKey == "") {
		return nil, errors.New("clientCertificate and clientKey belong together: set both or none")
	}
	if o.ClientCertificate != "" {
		cert, err := pem(o.ClientCertificate)
		if err != nil {
			return nil, fmt.Errorf("clientCertificate: %w", err)
		}
		key, err := pem(o.ClientKey)
		if err != nil {
			return nil, errors.New("clientKey: it is neither PEM nor the path of a file that can be read")
		}
		pair, err := tls.X509KeyPair(cert, key)
		if err != nil {
			return nil, fmt.Errorf("clientCertificate and clientKey: %w", err)
		}
		t.TLSClientConfig.Certificates = []tls.Certificate{pair}
	}
	if o.ProxyURL != "" {
		proxy, err := url.Parse(o.ProxyURL)
		if err != nil || proxy.Host == "" || !strings.Contains(" http https socks5 socks5h ", " "+proxy.Scheme+" ") {
			return nil, errors.New("proxyUrl: it is not a URL such as http://proxy.example:3128 (http, https, socks5 or socks5h)")
		}
		t.Proxy = http.ProxyURL(proxy)
	}
	if len(o.Headers) == 0 {
		return t, nil
	}
	add := headers{http.Header{}, t}
	for name, value := range o.Headers {
		canonical := http.CanonicalHeaderKey(name)
		switch {
		case slices.Contains(ours, canonical), strings.ContainsFunc(name, notInName), name == "":
			return nil, fmt.Errorf("headers: %q cannot be set", name)
		case add.values[canonical] != nil:
			return nil, fmt.Errorf("headers: %q is there twice, in other letters", name)
		case strings.ContainsFunc(value, notInValue):
			return nil, fmt.Errorf("headers: the value of %q has a line break or another control character in it", name)
		}
		add.values.Set(canonical, value)
	}
	return add, nil
}

// Secrets are what of o no error may repeat.
func (o TransportOptions) Secrets() (secrets []string) {
	for _, value := range o.Headers {
		secrets = append(secrets, value)
		if _, credentials, ok := strings.Cut(value, " "); ok { // Bearer, Basic
			secrets = append(secrets, credentials)
		}
	}
	if proxy, err := url.Parse(o.ProxyURL); err == nil {
		if password, has := proxy.User.Password(); has {
			secrets = append(secrets, password, base64.StdEncoding.EncodeToString([]byte(proxy.User.Username()+":"+password)))
		}
	}
	return secrets
}

// ours are the headers that requests need as they are.
var ours = []string{"X-Api-Key", "Host", "Accept", "Accept-Encoding", "Connection", "Content-Length", "Content-Type", "Proxy-Authorization", "Te", "Trailer", "Transfer-Encoding", "Upgrade"}

func notInName(r rune) bool {
	return r <= ' ' || r > '~' || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, r)
}

func notInValue(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }

func pem(textOrPath string) ([]byte, error) {
	if strings.Contains(textOrPath, "-----BEGIN ") {
		return []byte(textOrPath), nil
	}
	return os.ReadFile(textOrPath)
}

// headers adds what an access proxy in front of the server wants to see.
type headers struct {
	values http.Header
	next   http.RoundTripper
}

func (h headers) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	for name, values := range h.values {
		// Where a client's own secret is tried, the server must see that one.
		if name != "Authorization" || r.Header.Get(name) == "" {
			r.Header[name] = values
		}
	}
	return h.next.RoundTrip(r)
}

// CloseIdleConnections lets http.Client close those of the transport within.
func (h headers) CloseIdleConnections() {
	if c, ok := h.next.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}
