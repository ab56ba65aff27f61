package provider

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

// TestTwentyMembersOfOneGroupNeedFewRequests is not parallel: it needs the whole machine.
func TestTwentyMembersOfOneGroupNeedFewRequests(t *testing.T) {
	skipIfEngineRaces(t)
	requireFewRequests(t, 20, 12, 12, func() (requests int, took time.Duration) {
		s := newStack(t, newInstance(t))
		group, before := s.instance.createGroup(), s.instance.createUser()
		s.instance.setMembers(group, before)
		for n := range 20 {
			s.declare("GroupMember", fmt.Sprint("m", n), map[string]any{"groupId": group, "userId": s.instance.createUser()})
		}
		requests, took = s.countUpdate("/api/user-groups/" + group)
		require.Len(t, s.instance.members(group), 21)
		s.requireNoChanges()
		require.NoError(t, s.destroy().err)
		require.Equal(t, []string{before}, s.instance.members(group), "other members must be kept")
		return requests, took
	})
}

func TestGroupMembersWithLostResponsesAndConcurrentWriters(t *testing.T) {
	skipIfEngineRaces(t)
	t.Parallel()
	s := newStack(t, newInstance(t))
	ann, bob, eve := s.instance.createUser(), s.instance.createUser(), s.instance.createUser()
	group, all := s.instance.createGroup(), s.instance.createGroup()
	s.declare("GroupMember", "ann", map[string]any{"groupId": group, "userId": ann})
	s.declare("GroupMembers", "all", map[string]any{"groupId": all, "userIds": anySlice(ann, bob)})
	s.instance.intercept(oncePerPath("PUT", func(w http.ResponseWriter, r *http.Request) {
		s.instance.server.ServeHTTP(&discardedResponse{}, r)
		panic(http.ErrAbortHandler)
	}))
	s.mustUp()
	s.instance.intercept(nil)
	require.Equal(t, []string{ann}, s.instance.members(group))
	require.Equal(t, sortedIDs(ann, bob), s.instance.members(all))
	s.requireNoChanges()

	t.Log("another writer reads before the provider's write and writes after it")
	s.declare("GroupMember", "bob", map[string]any{"groupId": group, "userId": bob})
	s.declare("GroupMembers", "all", map[string]any{"groupId": all, "userIds": anySlice(bob)})
	late := []string{ann, eve}
	otherWriter := func(w http.ResponseWriter, r *http.Request) {
		s.instance.hideResponse(w, r)
		body, _ := json.Marshal(map[string]any{"userIds": late})
		write, _ := http.NewRequest("PUT", r.URL.Path, strings.NewReader(string(body)))
		write.Header.Set("X-API-Key", s.instance.key)
		write.Header.Set("Content-Type", "application/json")
		s.instance.server.ServeHTTP(&discardedResponse{}, write)
	}
	s.instance.intercept(oncePerPath("PUT", otherWriter))
	s.mustUp()
	s.instance.intercept(nil)
	require.Equal(t, sortedIDs(ann, bob, eve), s.instance.members(group), "the users of both writers are members")
	require.Equal(t, []string{bob}, s.instance.members(all))
	for _, c := range []struct{ late, wanted []string }{{[]string{}, []string{ann, eve}}, {[]string{ann, bob, eve}, []string{ann}}} {
		late = c.late
		s.declare("GroupMembers", "all", map[string]any{"groupId": all, "userIds": anySlice(c.wanted...)})
		s.instance.intercept(oncePerPath("PUT", otherWriter))
		s.mustUp()
		s.instance.intercept(nil)
		require.Equal(t, sortedIDs(c.wanted...), s.instance.members(all))
	}
	s.requireNoChanges()
	require.NoError(t, s.destroy().err)
}

func TestFailedMemberWriteIsNotReportedAsDroppedUsers(t *testing.T) {
	skipIfEngineRaces(t)
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{}))
	s.config["requestTimeout"] = "1"
	ann, bob, group := s.instance.createUser(), s.instance.createUser(), s.instance.createGroup()
	s.declare("GroupMembers", "members", map[string]any{"groupId": group, "userIds": anySlice(ann)})
	requireUpdateFails := func() {
		t.Helper()
		s.instance.intercept(func(w http.ResponseWriter, r *http.Request) bool {
			if r.Method == "PUT" {
				reply(w, http.StatusInternalServerError, "application/json", `{"error":"Something went wrong","code":"internal_error"}`)
			}
			return r.Method == "PUT"
		})
		o := s.up()
		s.instance.intercept(nil)
		require.Error(t, o.err)
		require.Contains(t, o.messages, "Something went wrong")
		require.NotContains(t, o.messages, "dropped")
	}
	requireUpdateFails()
	require.Nil(t, s.find("members"), "nothing was written")
	s.mustUp()
	s.declare("GroupMembers", "members", map[string]any{"groupId": group, "userIds": anySlice(ann, bob)})
	requireUpdateFails()
	require.Equal(t, []any{ann}, s.output("members", "userIds"))
	s.mustUp()
	require.Equal(t, sortedIDs(ann, bob), s.instance.members(group))
	s.requireNoChanges()
}
