package provider

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

// countRequests returns the number of requests that begin with a prefix.
func countRequests(requests []string, prefix string) (n int) {
	for _, r := range requests {
		if strings.HasPrefix(r, prefix) {
			n++
		}
	}
	return n
}

// expiredReads returns how often the shared read of an object can have expired since a time:
// on a slow machine, an operation takes longer than the two seconds for which it is used.
func expiredReads(began time.Time) int { return int(time.Since(began) / (2 * time.Second)) }

func TestRefreshReadsSharedObjectsOnce(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"2.13.0", "2.14.0"} {
		s := newStack(t, newFake(t, fake.Options{Version: version}))
		group := s.instance.createGroup()
		s.declare("Client", "app", restrictedClient("app"))
		s.declare("Api", "api", map[string]any{"name": "API", "resource": "https://api.example", "permissions": map[string]any{"read": map[string]any{"name": "Read"}}})
		for n := range 30 {
			user := s.instance.createUser()
			s.declare("GroupMember", fmt.Sprint("member", n), map[string]any{"groupId": group, "userId": user})
		}
		for n := range 10 {
			s.declare("ClientGroupAccess", fmt.Sprint("access", n), map[string]any{"groupId": s.instance.createGroup()}).from = map[string]string{"clientId": "app.clientId"}
			client := s.instance.createClient()
			s.declare("ApiGrant", fmt.Sprint("grant", n), map[string]any{"clientId": client, "clientPermissions": []any{"read"}}).from = map[string]string{"apiId": "api.id"}
		}
		s.mustUp()
		began := time.Now()
		requests := s.instance.requestsDuring(func() { require.NoError(t, s.refresh().err) })
		again := expiredReads(began)
		require.LessOrEqual(t, countRequests(requests, "GET /api/user-groups/"+group), 1+again, "members")
		require.LessOrEqual(t, countRequests(requests, "GET /api/oidc/clients/app"), 2+again, "the client and its accesses")
		require.LessOrEqual(t, countRequests(requests, "GET /api/apis/"+string(s.state("api").ID)), 3+again, "the API and its grants: %v", requests)
		s.requireNoChanges()
	}
}

func TestASharedReadIsNotOlderThanAWrite(t *testing.T) {
	t.Parallel()
	i := newFake(t, fake.Options{})
	conn, group, ann := i.testConfig().conn(), i.createGroup(), i.createUser()
	for range 3 {
		members, err := conn.GetGroupMemberIDs(t.Context(), group)
		require.NoError(t, err)
		require.Empty(t, members)
		require.NoError(t, conn.AddGroupMember(t.Context(), group, ann))
		members, err = conn.GetGroupMemberIDs(t.Context(), group)
		require.NoError(t, err)
		require.Equal(t, []string{ann}, members)
		require.NoError(t, conn.RemoveGroupMember(t.Context(), group, ann))
	}
}
