package api

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// The server goes on with a synchronization whose caller has stopped to wait. A second
// one would run beside it.
func TestALongSynchronizationIsStartedOnce(t *testing.T) {
	t.Parallel()
	for what, run := range map[string]http.HandlerFunc{
		"timeout of this client": func(http.ResponseWriter, *http.Request) { time.Sleep(5 * time.Minute) },
		"timeout of a proxy":     responding(504, "<html>gateway timeout</html>"),
	} {
		synctest.Test(t, func(t *testing.T) {
			defer time.Sleep(10 * time.Minute) // until the handlers end
			var requests requestLog
			c := connectInProcess(t, func(w http.ResponseWriter, r *http.Request) {
				requests.record(r)
				if r.Method == http.MethodPost {
					run(w, r)
					return
				}
				respond(w, 200, `[{"key":"ldapEnabled","value":"true"}]`)
			})
			err := c.SyncLDAP(t.Context())
			require.ErrorContains(t, err, "may still be running", what)
			require.ErrorContains(t, err, "requestTimeout", what)
			require.Equal(t, 1, requests.count("POST /api/application-configuration/sync-ldap"), what)
		})
	}
}

// A synchronization that has certainly not started is tried again.
func TestASynchronizationThatDidNotStartIsTriedAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var requests requestLog
		c := connectInProcess(t, func(w http.ResponseWriter, r *http.Request) {
			requests.record(r)
			switch {
			case r.Method != http.MethodPost:
				respond(w, 200, `[{"key":"ldapEnabled","value":"true"}]`)
			case requests.count("POST /api/application-configuration/sync-ldap") == 1:
				refusing(w, r)
			default:
				w.WriteHeader(http.StatusNoContent)
			}
		})
		require.NoError(t, c.SyncLDAP(t.Context()))
	})
}
