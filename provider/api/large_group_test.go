package api

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The server returns a group with all its members, without pages.
func TestAGroupWithManyMembersIsRead(t *testing.T) {
	t.Parallel()
	const members = 40000
	var b strings.Builder
	b.WriteString(`{"id":"g1","name":"all","customClaims":[],"users":[`)
	for n := range members {
		if n > 0 {
			b.WriteString(",")
		}
		fmt.Fprintf(&b, `{"id":"user-%d","username":"user%d","displayName":%q}`, n, n, strings.Repeat("x", 500))
	}
	b.WriteString(`]}`)
	require.Greater(t, b.Len(), 20<<20)
	c := connectHTTP(t, func(w http.ResponseWriter, _ *http.Request) { respond(w, 200, b.String()) }, noRetries)
	ids, err := c.GetGroupMemberIDs(t.Context(), "g1")
	require.NoError(t, err)
	require.Len(t, ids, members)
	_, err = c.GetGroup(t.Context(), "g1")
	require.NoError(t, err)
	require.ErrorContains(t, errorOf(c.GetClient(t.Context(), "g1")), "larger than 16 MiB", "only groups are that large")
}
