package api

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// startingFailures are what a client sees while an instance is being deployed.
var startingFailures = map[string]http.HandlerFunc{
	"no such host": func(http.ResponseWriter, *http.Request) {
		panic(&net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", Name: "id.example", IsNotFound: true}})
	},
	"a certificate that is not issued yet": func(http.ResponseWriter, *http.Request) {
		panic(&tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}})
	},
	"a connection reset": func(http.ResponseWriter, *http.Request) {
		panic(&net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET})
	},
	"a broken connection":     dropping,
	"the 404 page of nginx":   responding(404, `<html><title>404 Not Found</title>`, "Content-Type: text/html"),
	"the 404 text of Traefik": responding(404, "404 page not found"),
}

func TestTheFirstCallWaitsForAnInstanceThatIsBeingDeployed(t *testing.T) {
	t.Parallel()
	for name, failure := range startingFailures {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				steps := repeat(7, failure, responding(200, `{"issuer":"https://id.example.com"}`))
				c := connectInProcess(t, inSequence(&requestLog{}, steps...))
				issuer, err := c.Issuer(t.Context())
				require.NoError(t, err)
				require.Equal(t, "https://id.example.com", issuer)
			})
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				_, err := connectInProcess(t, failure).Issuer(t.Context())
				require.Error(t, err)
				require.InDelta(t, 30, time.Since(start).Seconds(), 6, "startupTimeout")

				start = time.Now()
				_, err = connectInProcess(t, failure, func(o *Options) { o.StartupTimeout, o.MaxRetries = -1, -1 }).Issuer(t.Context())
				require.Error(t, err)
				require.Zero(t, time.Since(start), "without a startupTimeout")

				start = time.Now()
				_, err = connectInProcess(t, failure).IssuerNoWait(t.Context())
				require.Error(t, err)
				require.Less(t, time.Since(start), time.Second, "a preview does not wait")
			})
		})
	}
}

func TestNoCallWaitsAfterPocketIDHasAnswered(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		notFound := startingFailures["the 404 page of nginx"]
		c := connectInProcess(t, inSequence(&requestLog{}, respondClient, notFound), func(o *Options) { o.MaxRetries = -1 })
		_, err := c.GetClient(t.Context(), "my-app")
		require.NoError(t, err)
		start := time.Now()
		_, err = c.Issuer(t.Context())
		require.ErrorIs(t, err, ErrNotPocketID)
		require.Zero(t, time.Since(start))
	})
}
