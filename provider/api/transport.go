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

// TransportOptions configure how to reach the server through proxies and private CAs.
type TransportOptions struct {
	CACertificate      string            // PEM, or the path of a PEM file; trusted in addition to the system's
	ClientCertificate  string            // PEM, or the path of a PEM file
	ClientKey          string            // PEM, or the path of a PEM file
	InsecureSkipVerify bool              // skips the verification of TLS certificates
	ProxyURL           string            // http, https or socks5; default: the usual environment variables
	Headers            map[string]string // added to every request
	MaxConnections     int               // to the server at a time; default 8
}

// NewTransport returns an HTTP transport for o. Its errors never quote the client key.
func NewTransport(o TransportOptions) (http.RoundTripper, error) {
	t := http.DefaultTransport.(*http.Transport).Clone()
	limitConnections(t, o.MaxConnections)
	t.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: o.InsecureSkipVerify}
	if err := o.setAuthorities(t.TLSClientConfig); err != nil {
		return nil, err
	}
	if err := o.setClientCertificate(t.TLSClientConfig); err != nil {
		return nil, err
	}
	if o.ProxyURL != "" {
		proxy, err := url.Parse(o.ProxyURL)
		if err != nil || proxy.Host == "" || !strings.Contains(" http https socks5 socks5h ", " "+proxy.Scheme+" ") {
			return nil, errors.New("proxyUrl: is not a URL such as http://proxy.example:3128 (http, https, socks5 or socks5h)")
		}
		t.Proxy = http.ProxyURL(proxy)
	}
	if len(o.Headers) == 0 {
		return t, nil
	}
	values, err := canonicalHeaders(o.Headers)
	if err != nil {
		return nil, err
	}
	return headerTransport{values, t}, nil
}

// setAuthorities adds the certificate authorities of o to those of the system.
func (o TransportOptions) setAuthorities(config *tls.Config) error {
	if o.CACertificate == "" {
		return nil
	}
	ca, err := readPEM(o.CACertificate)
	if err != nil {
		return fmt.Errorf("caCertificate: %w", err)
	}
	roots, err := x509.SystemCertPool()
	if err != nil {
		roots = x509.NewCertPool()
	}
	if !roots.AppendCertsFromPEM(ca) {
		return errors.New("caCertificate: no certificate in it; expected PEM (-----BEGIN CERTIFICATE-----)")
	}
	config.RootCAs = roots
	return nil
}

func (o TransportOptions) setClientCertificate(config *tls.Config) error {
	switch {
	case (o.ClientCertificate == "") != (o.ClientKey == ""):
		return errors.New("clientCertificate and clientKey belong together: set both or none")
	case o.ClientCertificate == "":
		return nil
	}
	cert, err := readPEM(o.ClientCertificate)
	if err != nil {
		return fmt.Errorf("clientCertificate: %w", err)
	}
	key, err := readPEM(o.ClientKey)
	if err != nil { // the error may quote the key
		return errors.New("clientKey: is neither PEM nor the path of a readable file")
	}
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		return fmt.Errorf("clientCertificate and clientKey: %w", err)
	}
	config.Certificates = []tls.Certificate{pair}
	return nil
}

func canonicalHeaders(headers map[string]string) (http.Header, error) {
	values := http.Header{}
	for name, value := range headers {
		canonical := http.CanonicalHeaderKey(name)
		switch {
		case slices.Contains(reservedHeaders, canonical), strings.ContainsFunc(name, invalidInHeaderName), name == "":
			return nil, fmt.Errorf("headers: %q cannot be set", name)
		case values[canonical] != nil:
			return nil, fmt.Errorf("headers: %q is set twice, in different case", name)
		case strings.ContainsFunc(value, invalidInHeaderValue):
			return nil, fmt.Errorf("headers: the value of %q contains a line break or another control character", name)
		}
		values.Set(canonical, value)
	}
	return values, nil
}

// Secrets returns the parts of o that no error may repeat.
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

// reservedHeaders are the headers that this package or net/http sets.
var reservedHeaders = []string{"X-Api-Key", "Host", "Accept", "Accept-Encoding", "Connection", "Content-Length", "Content-Type", "Proxy-Authorization", "Te", "Trailer", "Transfer-Encoding", "Upgrade"}

func invalidInHeaderName(r rune) bool {
	return r <= ' ' || r > '~' || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, r)
}

func invalidInHeaderValue(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }

func readPEM(textOrPath string) ([]byte, error) {
	if strings.Contains(textOrPath, "-----BEGIN ") {
		return []byte(textOrPath), nil
	}
	return os.ReadFile(textOrPath)
}

// headerTransport adds headers for an access proxy in front of the server.
type headerTransport struct {
	values http.Header
	next   http.RoundTripper
}

func (h headerTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	for name, values := range h.values {
		// A request that checks a client secret has its own Authorization header.
		if name != "Authorization" || r.Header.Get(name) == "" {
			r.Header[name] = values
		}
	}
	return h.next.RoundTrip(r)
}

// CloseIdleConnections closes the idle connections of the wrapped transport, for
// http.Client.
func (h headerTransport) CloseIdleConnections() {
	if c, ok := h.next.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}
