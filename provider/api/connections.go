package api

import (
	"net/http"
	"time"
)

const defaultMaxConcurrent = 8

// limitConnections makes t keep every connection that it opens, and open no more than there
// are concurrent requests. By default, it opens more when requests follow each other closely,
// and closes all but two when they end.
func limitConnections(t *http.Transport, n int) {
	t.MaxConnsPerHost = positiveOr(n, defaultMaxConcurrent)
	t.MaxIdleConnsPerHost = t.MaxConnsPerHost
	t.MaxIdleConns = max(t.MaxIdleConns, t.MaxConnsPerHost)
}

func positiveOr[T int | time.Duration](v, fallback T) T {
	if v <= 0 {
		return fallback
	}
	return v
}
