package main

import (
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

const apiKey = "not-a-secret-key"

// server is a Pocket ID that counts what it does.
type server struct {
	web         *httptest.Server
	requests    atomic.Int64
	connections atomic.Int64
	busy        atomic.Int64 // nanoseconds in handlers, summed over concurrent requests
}

// startServer starts an in-memory Pocket ID of the newest version.
func startServer() (*server, error) { return startVersion("") }

func startVersion(version string) (*server, error) {
	handler, err := fake.New(fake.Options{APIKey: apiKey, Version: version})
	if err != nil {
		return nil, err
	}
	return serve(handler), nil
}

// startProxy starts a proxy to another server. Its clients send apiKey, and the proxy sends
// the key of the server.
func startProxy(address, key string) (*server, error) {
	target, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = 100 // as many as a tool has requests at a time, so that the proxy opens no further ones
	return serve(&httputil.ReverseProxy{Transport: transport, Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(target)
		if r.In.Header.Get("X-API-Key") == apiKey {
			r.Out.Header.Set("X-API-Key", key)
		}
	}}), nil
}

func serve(handler http.Handler) *server {
	s := &server{}
	s.web = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		s.requests.Add(1)
		handler.ServeHTTP(w, r)
		s.busy.Add(int64(time.Since(began)))
	}))
	s.web.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			s.connections.Add(1)
		}
	}
	s.web.Start()
	return s
}

func (s *server) reset() {
	s.requests.Store(0)
	s.connections.Store(0)
	s.busy.Store(0)
}
