package api

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
)

// listServer is a server with one owner, whose list another path replaces.
type listServer struct {
	requestLog
	owner     document
	field     string
	path      string
	writePath string
	decode    func(body []byte) string                // returns the list in the owner's form
	afterPut  func(n int, owner document)             // another writer, after the nth PUT
	beforePut func(n int, w http.ResponseWriter) bool // returns true if it has answered the nth PUT
	puts      int
}

func (s *listServer) handle(w http.ResponseWriter, r *http.Request) {
	s.record(r)
	s.mu.Lock()
	defer s.mu.Unlock()
	body, _ := io.ReadAll(r.Body)
	switch {
	case r.Method == http.MethodGet && r.URL.Path == s.path:
		respond(w, 200, toJSON(s.owner))
	case r.Method == http.MethodPut && r.URL.Path == s.writePath:
		s.puts++
		if s.beforePut != nil && s.beforePut(s.puts, w) {
			return
		}
		s.owner[s.field] = []byte(s.decode(body))
		if s.afterPut != nil {
			s.afterPut(s.puts, s.owner)
		}
		respond(w, 200, `{"id":"my-app"}`)
	default:
		respond(w, 404, notFoundBody)
	}
}

func allowedGroupsServer() *listServer {
	return &listServer{
		owner: document{"id": []byte(`"my-app"`), "isGroupRestricted": []byte("true"), "allowedUserGroups": []byte("[]")},
		field: "allowedUserGroups", path: "/api/oidc/clients/my-app", writePath: "/api/oidc/clients/my-app/allowed-user-groups",
		decode: func(body []byte) string { // {"userGroupIds":["g1"]}
			list := strings.TrimSuffix(strings.TrimPrefix(string(body), `{"userGroupIds":[`), "]}")
			if list == "" {
				return "[]"
			}
			return `[{"id":` + strings.ReplaceAll(list, `,`, `},{"id":`) + `}]`
		},
	}
}

func groupClaimsServer(claims string) *listServer {
	return &listServer{
		owner: document{"id": []byte(`"g1"`), "customClaims": []byte(claims)},
		field: "customClaims", path: "/api/user-groups/g1", writePath: "/api/custom-claims/user-group/g1",
		decode: func(body []byte) string { return string(body) },
	}
}

// overwriteOnce is another writer that writes list after the first PUT.
func (s *listServer) overwriteOnce(list string) *listServer {
	s.afterPut = func(n int, owner document) {
		if n == 1 {
			owner[s.field] = []byte(list)
		}
	}
	return s
}

// overwriteAlways is another writer that writes list after each PUT.
func (s *listServer) overwriteAlways(list string) *listServer {
	s.afterPut = func(_ int, owner document) { owner[s.field] = []byte(list) }
	return s
}

func TestOverwrittenAllowedGroupsAreWrittenAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		defer waitForQueues()
		for _, theirs := range []string{`[]`, `[{"id":"other"}]`, `[{"id":"g1"},{"id":"g2"},{"id":"other"}]`} {
			s := allowedGroupsServer().overwriteOnce(theirs)
			client, err := connectInProcess(t, s.handle).SetAllowedGroups(t.Context(), "my-app", []string{"g1", "g2"})
			require.NoError(t, err, theirs)
			require.Equal(t, []string{"g1", "g2"}, client.AllowedGroupIDs())
			require.Equal(t, 2, s.puts)
		}
	})
}

// A group that exists is not reported as missing because somebody else removes it.
func TestAllowedGroupsThatOthersKeepChangingAreAConflict(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		defer waitForQueues()
		s := allowedGroupsServer().overwriteAlways(`[{"id":"other"}]`)
		client, err := connectInProcess(t, s.handle).SetAllowedGroups(t.Context(), "my-app", []string{"g1"})
		require.ErrorIs(t, err, ErrConflict)
		require.NotErrorIs(t, err, ErrNotFound)
		require.Equal(t, "my-app", client.ID, "the client is known")
		require.Equal(t, []string{"other"}, client.AllowedGroupIDs())
	})
}

func TestAllowedGroupsAreJoinedWithSingleGroups(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		defer waitForQueues()
		s := allowedGroupsServer()
		s.owner["allowedUserGroups"] = []byte(`[{"id":"g1"},{"id":"old"}]`)
		c := connectInProcess(t, s.handle)
		require.NoError(t, errors.Join(edits(
			func() error { return errorOf(c.SetAllowedGroups(t.Context(), "my-app", []string{"g1"})) },
			func() error { return c.RemoveAllowedGroup(t.Context(), "my-app", "old") },
		)...))
		require.Equal(t, 1, s.puts)
		require.Equal(t, `[{"id":"g1"}]`, string(s.owner["allowedUserGroups"]))
	})
}

func TestOverwrittenClaimsAreWrittenAgain(t *testing.T) {
	t.Parallel()
	claims := map[string]string{"team": "a", "tier": "1"}
	for what, row := range map[string]struct {
		before string
		do     func(context.Context, *Conn) error
	}{
		"create": {`[]`, func(ctx context.Context, c *Conn) error { return c.CreateClaims(ctx, GroupClaims, "g1", claims) }},
		"update": {`[{"key":"old","value":"x"}]`, func(ctx context.Context, c *Conn) error { return c.UpdateClaims(ctx, GroupClaims, "g1", claims) }},
		"put":    {`[{"key":"old","value":"x"}]`, func(ctx context.Context, c *Conn) error { return c.PutClaims(ctx, GroupClaims, "g1", claims) }},
	} {
		synctest.Test(t, func(t *testing.T) {
			defer waitForQueues()
			s := groupClaimsServer(row.before).overwriteOnce(`[{"key":"team","value":"theirs"}]`)
			c := connectInProcess(t, s.handle)
			require.NoError(t, row.do(t.Context(), c), what)
			now, err := c.GetClaims(t.Context(), GroupClaims, "g1")
			require.NoError(t, err)
			require.Equal(t, claims, now, what)
			require.Equal(t, 2, s.puts, what)
		})
		synctest.Test(t, func(t *testing.T) {
			defer waitForQueues()
			s := groupClaimsServer(row.before).overwriteAlways(`[{"key":"team","value":"theirs"}]`)
			require.ErrorIs(t, row.do(t.Context(), connectInProcess(t, s.handle)), ErrConflict, what)
		})
		synctest.Test(t, func(t *testing.T) { // the response to the write is lost
			defer waitForQueues()
			s := groupClaimsServer(row.before)
			s.beforePut = func(n int, _ http.ResponseWriter) bool {
				if n == 1 {
					dropConnection()
				}
				return false
			}
			require.NoError(t, row.do(t.Context(), connectInProcess(t, s.handle)), what)
			require.Equal(t, 2, s.puts, what)
		})
	}
}

func TestDeletedClaimsThatComeBackAreDeletedAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		defer waitForQueues()
		s := groupClaimsServer(`[{"key":"team","value":"a"}]`).overwriteOnce(`[{"key":"team","value":"a"}]`)
		require.NoError(t, connectInProcess(t, s.handle).DeleteClaims(t.Context(), GroupClaims, "g1"))
		require.Equal(t, `[]`, string(s.owner["customClaims"]))
	})
}
