package api

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// pathServer is a server with one response per path. It records each PUT, and apply may
// turn the body into the new response of a path, with fields that the provider does not
// know.
type pathServer struct {
	mu        sync.Mutex
	responses map[string]string // by path
	written   map[string]string // bodies of PUT
	apply     map[string]func(body string) (path, response string)
}

func (s *pathServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.Method == http.MethodPut {
		raw, _ := io.ReadAll(r.Body)
		s.written[r.URL.Path] = string(raw)
		if apply := s.apply[r.URL.Path]; apply != nil {
			path, response := apply(string(raw))
			s.responses[path] = response
		}
		respond(w, 200, `{}`)
		return
	}
	if a, ok := s.responses[r.URL.Path]; ok {
		respond(w, 200, a)
		return
	}
	respond(w, 404, notFoundBody)
}

const oneAPI = `{"id":"a1","name":"Backend","resource":"https://api.example.com","allowCimdClients":false,"tomorrow":1,
	"permissions":[{"id":"p1","key":"read","name":"Read","allowedForCimdClients":false,"tomorrow":[2]},{"id":"p2","key":"write","name":"Write"}]}`

func newPathServer(version string, responses map[string]string) *pathServer {
	s := &pathServer{responses: map[string]string{"/api/version/current": `{"currentVersion":"` + version + `"}`, "/api/apis/a1": oneAPI}, written: map[string]string{}, apply: map[string]func(string) (string, string){}}
	for path, a := range responses {
		s.responses[path] = a
	}
	return s
}

func grantOf(more string) string {
	return `[{"api":` + oneAPI + `,"cimdGrantedAccess":true,"cimdGrantedPermissionIds":["p2"],` + more + `}]`
}

func TestUnknownFieldsOfAGrantSurvive(t *testing.T) {
	t.Parallel()
	const clientAPIs, pair = "/api/api-access/app/apis", "/api/apis/a1/clients/app"
	s := newPathServer("2.19.0", map[string]string{clientAPIs: grantOf(`"userDelegatedAccess":true,"clientAccess":false,"userDelegatedPermissionIds":["p1"],"clientPermissionIds":[],"until":"2040-01-01"`)})
	s.apply[pair] = func(body string) (string, string) { return clientAPIs, grantOf(strings.Trim(body, "{}")) }
	c := connectHTTP(t, s.ServeHTTP, noRetries)
	now, err := c.UpdateGrant(t.Context(), "a1", "app", Grant{UserDelegatedAccess: true, UserDelegatedPermissions: []string{"write", "read"}})
	require.NoError(t, err)
	require.Equal(t, Grant{UserDelegatedAccess: true, UserDelegatedPermissions: []string{"read", "write"}, ClientPermissions: []string{}}, now)
	var sent map[string]any
	require.NoError(t, json.Unmarshal([]byte(s.written[pair]), &sent))
	require.Equal(t, "2040-01-01", sent["until"])
	require.Equal(t, []any{"p2", "p1"}, sent["userDelegatedPermissionIds"])
	require.NotContains(t, sent, "api")
}

func TestUnknownFieldsOfAPermissionSurvive(t *testing.T) {
	t.Parallel()
	s := newPathServer("2.19.0", nil)
	s.apply["/api/apis/a1/permissions"] = func(body string) (string, string) {
		return "/api/apis/a1", `{"id":"a1","name":"Backend",` + strings.TrimPrefix(body, "{")
	}
	_, err := connectHTTP(t, s.ServeHTTP, noRetries).SetPermissions(t.Context(), "a1", map[string]PermissionSettings{"read": {Name: "Read all"}, "run": {Name: "Run"}})
	require.NoError(t, err)
	require.JSONEq(t, `{"permissions":[{"id":"p1","key":"read","name":"Read all","description":null,"allowedForCimdClients":false,"tomorrow":[2]},{"key":"run","name":"Run","description":null}]}`,
		s.written["/api/apis/a1/permissions"])

	s = newPathServer("2.19.0", nil)
	s.apply["/api/apis/a1"] = func(body string) (string, string) { return "/api/apis/a1", body }
	_, err = connectHTTP(t, s.ServeHTTP, noRetries).RenameAPI(t.Context(), "a1", "Renamed")
	require.NoError(t, err)
	require.JSONEq(t, strings.Replace(oneAPI, `"Backend"`, `"Renamed"`, 1), s.written["/api/apis/a1"])
}

func TestAccessOfAllCIMDClientsIsNotAGrant(t *testing.T) {
	t.Parallel()
	s := newPathServer("2.14.0", map[string]string{"/api/api-access/app/apis": grantOf(`"userDelegatedAccess":false,"clientAccess":false,"userDelegatedPermissionIds":[],"clientPermissionIds":[]`)})
	c := connectHTTP(t, s.ServeHTTP, noRetries)
	_, err := c.GetGrant(t.Context(), "a1", "app")
	require.ErrorIs(t, err, ErrNotFound)
	grants, err := c.ListGrants(t.Context(), "app")
	require.NoError(t, err)
	require.Empty(t, grants)
}

func TestAGrantIsNotFoundOnlyInAValidResponse(t *testing.T) {
	t.Parallel()
	for _, s := range []*pathServer{
		newPathServer("2.14.0", map[string]string{"/api/api-access/app/apis": `null`}),
		newPathServer("2.14.0", map[string]string{"/api/api-access/app/apis": `{"data":[]}`}),
		newPathServer("2.14.0", map[string]string{"/api/api-access/app/apis": `[{"api":"a1"}]`}),
		newPathServer("2.14.0", map[string]string{"/api/api-access/app/apis": `[]`, "/api/apis/a1": `{"id":"another"}`}),
		newPathServer("2.13.0", map[string]string{"/api/api-access/app": `{}`}),
		newPathServer("2.13.0", map[string]string{"/api/api-access/app": `[]`}),
		newPathServer("2.13.0", map[string]string{"/api/api-access/app": `{"userDelegatedPermissionIds":[],"clientPermissionIds":7}`}),
	} {
		c := connectHTTP(t, s.ServeHTTP, noRetries)
		_, err := c.GetGrant(t.Context(), "a1", "app")
		require.ErrorIs(t, err, ErrNotPocketID, "%v", s.responses)
		_, err = c.AddGrant(t.Context(), "a1", "app", Grant{UserDelegatedPermissions: []string{"read"}})
		require.Error(t, err)
		require.Empty(t, s.written, "nothing is written after an unexpected response")
	}
}

func TestInvalidIDsNeverReachTheURLOfAnAPIOrAGrant(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"2.13.0", "2.14.0"} {
		for _, id := range []string{"", "..", "a/b", "~x"} {
			s := newPathServer(version, nil)
			c := connectHTTP(t, func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path != "/api/version/current" && r.URL.Path != "/api/apis/a1" {
					t.Errorf("unexpected request: %s %s", r.Method, r.URL)
				}
				s.ServeHTTP(w, r)
			}, noRetries)
			ctx := context.Background()
			for n, err := range []error{
				errorOf(c.GetAPI(ctx, id)), errorOf(c.RenameAPI(ctx, id, "x")), errorOf(c.SetPermissions(ctx, id, nil)), errorOf(c.SetCIMDAccess(ctx, id, CIMDSettings{Enabled: true})), c.DeleteAPI(ctx, id),
				errorOf(c.GetGrant(ctx, id, "app")), errorOf(c.GetGrant(ctx, "a1", id)), errorOf(c.AddGrant(ctx, "a1", id, Grant{ClientAccess: true})),
				errorOf(c.UpdateGrant(ctx, id, "app", Grant{})), c.DeleteGrant(ctx, id, "app"), c.DeleteGrant(ctx, "a1", id),
			} {
				require.ErrorIs(t, err, ErrInvalidID, fmt.Sprint(n, " ", id))
			}
		}
	}
}
