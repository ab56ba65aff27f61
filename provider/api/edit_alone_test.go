package api

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
)

// refuseContaining refuses each PUT whose body contains text, and passes on everything else.
func refuseContaining(text string, status int, body string, next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		sent, _ := io.ReadAll(r.Body)
		if r.Method == http.MethodPut && strings.Contains(string(sent), text) {
			respond(w, status, body)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(sent))
		next(w, r)
	}
}

// The content of one edit is refused. The others are not its victims.
func TestARefusedEditFailsAlone(t *testing.T) {
	t.Parallel()
	for status, body := range map[int]string{
		400: `{"error":"Validation failed","code":"validation_failed"}`,
		409: `{"error":"Name is already in use","code":"already_in_use"}`,
		413: `{"error":"too large","code":"too_large"}`,
		422: `{"error":"not processable","code":"unprocessable"}`,
	} {
		synctest.Test(t, func(t *testing.T) {
			defer waitForQueues()
			s := newApp("https://i0.example")
			c := connectInProcess(t, refuseContaining("https://i7.example", status, body, s.handle))
			errs := edits(
				func() error { return c.AddFederatedIdentity(t.Context(), "my-app", identity(1)) },
				func() error { return c.AddFederatedIdentity(t.Context(), "my-app", identity(7)) },
				func() error { return c.DeleteFederatedIdentity(t.Context(), "my-app", "https://i0.example") },
				func() error { return errorOf(c.UpdateClient(t.Context(), "my-app", ClientSettings{Name: "Renamed"})) },
			)
			var e *Error
			require.ErrorAs(t, errs[1], &e)
			require.Equal(t, status, e.Status)
			require.NoError(t, errors.Join(errs[0], errs[2], errs[3]))
			require.Equal(t, []string{"https://i1.example"}, s.issuers())
			require.Equal(t, `"Renamed"`, s.get(app, "name"))
		})
	}
}

// A refusal that does not depend on what is written meets all edits alike.
func TestARefusalOfTheCallerIsNotTriedAgain(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		status int
		body   string
	}{{403, `{"error":"no","code":"forbidden"}`}, {404, notFoundBody}} {
		synctest.Test(t, func(t *testing.T) {
			defer waitForQueues()
			s := newApp()
			var puts requestLog
			refusing := refuseContaining("my-app", row.status, row.body, s.handle)
			c := connectInProcess(t, func(w http.ResponseWriter, r *http.Request) {
				puts.record(r)
				refusing(w, r)
			})
			for _, err := range edits(
				func() error { return c.AddFederatedIdentity(t.Context(), "my-app", identity(1)) },
				func() error { return c.AddFederatedIdentity(t.Context(), "my-app", identity(2)) },
			) {
				require.Error(t, err)
			}
			require.Equal(t, 1, puts.count(putApp))
		})
	}
}

// A single edit that is refused is not repeated.
func TestARefusedSingleEditIsWrittenOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		defer waitForQueues()
		s := newApp()
		var puts requestLog
		refusing := refuseContaining("my-app", 400, `{"error":"no","code":"validation_failed"}`, s.handle)
		c := connectInProcess(t, func(w http.ResponseWriter, r *http.Request) {
			puts.record(r)
			refusing(w, r)
		})
		require.Error(t, c.AddFederatedIdentity(t.Context(), "my-app", identity(1)))
		require.Equal(t, 1, puts.count(putApp))
	})
}
