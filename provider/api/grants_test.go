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

// shelf is a server that answers each path with what lies there, and puts there
// what is written. Of a grant it keeps the whole, as a server of tomorrow may.
type shelf struct {
	mu      sync.Mutex
	answers map[string]string // by path
	written map[string]string // bodies of PUT
	keep    map[string]func(body string) (path, answer string)
}

func (s *shelf) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.Method == http.MethodPut {
		raw, _ := io.ReadAll(r.Body)
		s.written[r.URL.Path] = string(raw)
		if keep := s.keep[r.URL.Path]; keep != nil {
			path, kept := keep(string(raw))
			s.answers[path] = kept
		}
		answer(w, 200, `{}`)
		return
	}
	if a, ok := s.answers[r.URL.Path]; ok {
		answer(w, 200, a)
		return
	}
	answer(w, 404, missing)
}

const oneAPI = `{"id":"a1","name":"Backend","resource":"https://api.example.com","allowCimdClients":false,"tomorrow":1,
	"permissions":[{"id":"p1","key":"read","name":"Read","allowedForCimdClients":false,"tomorrow":[2]},{"id":"p2","key":"write","name":"Write"}]}`

func newShelf(version string, answers map[string]string) *shelf {
	s := &shelf{answers: map[string]string{"/api/version/current": `{"currentVersion":"` + version + `"}`, "/api/apis/a1": oneAPI}, written: map[string]string{}, keep: map[string]func(string) (string, string){}}
	for path, a := range answers {
		s.answers[path] = a
	}
	return s
}

func grantOf(more string) string {
	return `[{"api":` + oneAPI + `,"cimdGrantedAccess":true,"cimdGrantedPermissionIds":["p2"],` + more + `}]`
}

func TestWhatNobodyKnowsOfAGrantSurvives(t *testing.T) {
	t.Parallel()
	const clientAPIs, pair = "/api/api-access/app/apis", "/api/apis/a1/clients/app"
	s := newShelf("2.19.0", map[string]string{clientAPIs: grantOf(`"userDelegatedAccess":true,"clientAccess":false,"userDelegatedPermissionIds":["p1"],"clientPermissionIds":[],"until":"2040-01-01"`)})
	s.keep[pair] = func(body string) (string, string) { return clientAPIs, grantOf(strings.Trim(body, "{}")) }
	c := over(t, s.ServeHTTP, never)
	now, err := c.UpdateGrant(t.Context(), "a1", "app", Grant{UserDelegatedAccess: true, UserDelegatedPermissions: []string{"write", "read"}})
	require.NoError(t, err)
	require.Equal(t, Grant{UserDelegatedAccess: true, UserDelegatedPermissions: []string{"read", "write"}, ClientPermissions: []string{}}, now)
	var sent map[string]any
	require.NoError(t, json.Unmarshal([]byte(s.written[pair]), &sent))
	require.Equal(t, "2040-01-01", sent["until"])
	require.Equal(t, []any{"p2", "p1"}, sent["userDelegatedPermissionIds"])
	require.NotContains(t, sent, "api")
}

func TestWhatNobodyKnowsOfAPermissionSurvives(t *testing.T) {
	t.Parallel()
	s := newShelf("2.19.0", nil)
	s.keep["/api/apis/a1/permissions"] = func(body string) (string, string) {
		return "/api/apis/a1", `{"id":"a1","name":"Backend",` + strings.TrimPrefix(body, "{")
	}
	_, err := over(t, s.ServeHTTP, never).SetPermissions(t.Context(), "a1", map[string]PermissionSettings{"read": {Name: "Read all"}, "run": {Name: "Run"}})
	require.NoError(t, err)
	require.JSONEq(t, `{"permissions":[{"id":"p1","key":"read","name":"Read all","description":null,"allowedForCimdClients":false,"tomorrow":[2]},{"key":"run","name":"Run","description":null}]}`,
		s.written["/api/apis/a1/permissions"])

	s = newShelf("2.19.0", nil)
	s.keep["/api/apis/a1"] = func(body string) (string, string) { return "/api/apis/a1", body }
	_, err = over(t, s.ServeHTTP, never).RenameAPI(t.Context(), "a1", "Renamed")
	require.NoError(t, err)
	require.JSONEq(t, strings.Replace(oneAPI, `"Backend"`, `"Renamed"`, 1), s.written["/api/apis/a1"])
}

func TestAccessThatAnAPIGivesToAllIsNoGrant(t *testing.T) {
	t.Parallel()
	s := newShelf("2.14.0", map[string]string{"/api/api-access/app/apis": grantOf(`"userDelegatedAccess":false,"clientAccess":false,"userDelegatedPermissionIds":[],"clientPermissionIds":[]`)})
	c := over(t, s.ServeHTTP, never)
	_, err := c.GetGrant(t.Context(), "a1", "app")
	require.ErrorIs(t, err, ErrNotFound)
	grants, err := c.ListGrants(t.Context(), "app")
	require.NoError(t, err)
	require.Empty(t, grants)
}

func TestAGrantIsNotTakenForGoneWhereTheAnswerIsOdd(t *testing.T) {
	t.Parallel()
	for _, s := range []*shelf{
		newShelf("2.14.0", map[string]string{"/api/api-access/app/apis": `null`}),
		newShelf("2.14.0", map[string]string{"/api/api-access/app/apis": `{"data":[]}`}),
		newShelf("2.14.0", map[string]string{"/api/api-access/app/apis": `[{"api":"a1"}]`}),
		newShelf("2.14.0", map[string]string{"/api/api-access/app/apis": `[]`, "/api/apis/a1": `{"id":"another"}`}),
		newShelf("2.13.0", map[string]string{"/api/api-access/app": `{}`}),
		newShelf("2.13.0", map[string]string{"/api/api-access/app": `[]`}),
		newShelf("2.13.0", map[string]string{"/api/api-access/app": `{"userDelegatedPermissionIds":[],"clientPermissionIds":7}`}),
	} {
		c := over(t, s.ServeHTTP, never)
		_, err := c.GetGrant(t.Context(), "a1", "app")
		require.ErrorIs(t, err, ErrNotPocketID, "%v", s.answers)
		_, err = c.AddGrant(t.Context(), "a1", "app", Grant{UserDelegatedPermissions: []string{"read"}})
		require.Error(t, err)
		require.Empty(t, s.written, "nothing is written over what is not understood")
	}
}

func TestNoEmptyIDReachesTheAddressOfAnAPIOrAGrant(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"2.13.0", "2.14.0"} {
		for _, id := range []string{"", "..", "a/b", "~x"} {
			s := newShelf(version, nil)
			c := over(t, func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path != "/api/version/current" && r.URL.Path != "/api/apis/a1" {
					t.Errorf("%s %s was asked", r.Method, r.URL)
				}
				s.ServeHTTP(w, r)
			}, never)
			ctx := context.Background()
			for n, err := range []error{
				second(c.GetAPI(ctx, id)), second(c.RenameAPI(ctx, id, "x")), second(c.SetPermissions(ctx, id, nil)), second(c.SetCIMDAccess(ctx, id, true, nil)), c.DeleteAPI(ctx, id),
				second(c.GetGrant(ctx, id, "app")), second(c.GetGrant(ctx, "a1", id)), second(c.AddGrant(ctx, "a1", id, Grant{ClientAccess: true})),
				second(c.UpdateGrant(ctx, id, "app", Grant{})), c.DeleteGrant(ctx, id, "app"), c.DeleteGrant(ctx, "a1", id),
			} {
				require.ErrorIs(t, err, ErrBadID, fmt.Sprint(n, " ", id))
			}
		}
	}
}
