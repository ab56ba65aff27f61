package api

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
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
	for name := range o.Headers {
		if strings.EqualFold(name, "X-API-Key") || strings.EqualFold(name, "Host") || strings.ContainsAny(name, " :\r\n\t") || name == "" {
			return nil, fmt.Errorf("headers: %q cannot be set", name)
		}
	}
	return headers{o.Headers, t}, nil
}

func pem(textOrPath string) ([]byte, error) {
	if strings.Contains(textOrPath, "-----BEGIN ") {
		return []byte(textOrPath), nil
	}
	return os.ReadFile(textOrPath)
}

// headers adds what an access proxy in front of the server wants to see.
type headers struct {
	add  map[string]string
	next http.RoundTripper
}

func (h headers) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	for name, value := range h.add {
		r.Header.Set(name, value)
	}
	return h.next.RoundTrip(r)
}
