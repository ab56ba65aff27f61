package api

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
)

// upgradingServer is a server that is upgraded from 2.13 to 2.14 during a session. It has
// the routes of each version.
type upgradingServer struct {
	requestLog
	mu2     sync.Mutex
	version string
}

func (s *upgradingServer) upgrade() {
	s.mu2.Lock()
	defer s.mu2.Unlock()
	s.version = "2.14.0"
}

func (s *upgradingServer) handle(w http.ResponseWriter, r *http.Request) {
	s.record(r)
	s.mu2.Lock()
	defer s.mu2.Unlock()
	routes := map[string]string{
		"GET /api/version/current": fmt.Sprintf(`{"currentVersion":%q}`, s.version),
		"GET /api/apis/a1":         `{"id":"a1","permissions":[{"id":"p1","key":"read","name":"Read"}]}`,
		"GET /api/apis":            `{"data":[{"id":"a1","permissions":[{"id":"p1","key":"read","name":"Read"}]}],"pagination":{"totalPages":1}}`,
		"GET /api/users/u1":        `{"id":"u1"}`,
	}
	grant := `{"userDelegatedAccess":true,"clientAccess":false,"userDelegatedPermissionIds":["p1"],"clientPermissionIds":[]}`
	if s.version == "2.14.0" {
		routes["POST /api/oidc/clients/my-app/secrets"] = `{"id":"s1","secret":"new"}`
		routes["GET /api/api-access/my-app/apis"] = `[{"api":{"id":"a1","permissions":[{"id":"p1","key":"read"}]},` + grant[1:] + `]`
		routes["PUT /api/apis/a1/clients/my-app"] = grant
		routes["DELETE /api/apis/a1/clients/my-app"] = ""
	} else {
		routes["POST /api/oidc/clients/my-app/secret"] = `{"secret":"new"}`
		routes["GET /api/api-access/my-app"] = grant
		routes["PUT /api/api-access/my-app"] = grant
	}
	switch body, ok := routes[r.Method+" "+r.URL.Path]; {
	case !ok:
		respond(w, 404, `{"error":"API endpoint not found"}`)
	case r.Method == http.MethodDelete:
		w.WriteHeader(http.StatusNoContent)
	default:
		respond(w, 200, body)
	}
}

// A route that is missing may have gone with an upgrade in the middle of an update. Then
// the version is asked again.
func TestAnUpgradeDuringASessionIsNoticed(t *testing.T) {
	t.Parallel()
	for what, do := range map[string]func(context.Context, *Conn) error{
		"CreateSecret": func(ctx context.Context, c *Conn) error {
			created, err := c.CreateSecret(ctx, "my-app", SecretRequest{}, nil)
			require.Equal(t, "s1", created.ID)
			return err
		},
		"GetGrant":    func(ctx context.Context, c *Conn) error { return errorOf(c.GetGrant(ctx, "a1", "my-app")) },
		"ListGrants":  func(ctx context.Context, c *Conn) error { return errorOf(c.ListGrants(ctx, "my-app")) },
		"DeleteGrant": func(ctx context.Context, c *Conn) error { return c.DeleteGrant(ctx, "a1", "my-app") },
		"UpdateGrant": func(ctx context.Context, c *Conn) error {
			return errorOf(c.UpdateGrant(ctx, "a1", "my-app", Grant{UserDelegatedPermissions: []string{"read"}, UserDelegatedAccess: true}))
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			defer waitForQueues()
			s := &upgradingServer{version: "2.13.0"}
			c := connectInProcess(t, s.handle)
			require.NoError(t, errorOf(c.Version(t.Context())))
			s.upgrade()
			require.NoError(t, do(t.Context(), c), what)
			version, err := c.Version(t.Context())
			require.NoError(t, err)
			require.Equal(t, "2.14.0", version.String())
			require.Equal(t, 2, s.count("GET /api/version/current"), what)
		})
	}
}

// Without an upgrade, a missing route is an error, and the version is asked once more only.
func TestAMissingRouteOfTheSameVersionIsAnError(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		defer waitForQueues()
		s := &upgradingServer{version: "2.13.0"}
		c := connectInProcess(t, func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "/secret") {
				s.record(r)
				http.NotFound(w, r) // a proxy
				return
			}
			s.handle(w, r)
		}, noRetries)
		require.ErrorIs(t, errorOf(c.CreateSecret(t.Context(), "my-app", SecretRequest{}, nil)), ErrNotPocketID)
		require.Equal(t, 1, s.count("POST /api/oidc/clients/my-app/secret"))
		require.Equal(t, 2, s.count("GET /api/version/current"))
	})
}
