package main

import (
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"time"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

const apiKey = "not-a-secret-key"

// server is an in-memory Pocket ID that counts what it does.
type server struct {
	web         *httptest.Server
	requests    atomic.Int64
	connections atomic.Int64
	busy        atomic.Int64 // nanoseconds in handlers, summed over concurrent requests
}

func startServer() (*server, error) {
	handler, err := fake.New(fake.Options{APIKey: apiKey})
	if err != nil {
		return nil, err
	}
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
	return s, nil
}

func (s *server) reset() {
	s.requests.Store(0)
	s.connections.Store(0)
	s.busy.Store(0)
}
