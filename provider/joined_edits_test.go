package provider

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// joinedEntries are entries of one object that are resources of their own.
type joinedEntries struct {
	object func(s *stack) (path string)       // creates the object that has the entries
	entry  func(s *stack, path string, n int) // declares the n-th entry
	count  func(s *stack, path string) int    // of entries on the server
}

func lastSegment(path string) string { return path[strings.LastIndex(path, "/")+1:] }

func joinedKinds() map[string]joinedEntries {
	return map[string]joinedEntries{
		"federated identities of a client": {
			object: func(s *stack) string { return "/api/oidc/clients/" + s.instance.createClient() },
			entry: func(s *stack, path string, n int) {
				s.declare("FederatedIdentity", fmt.Sprint("ci", n), map[string]any{"clientId": lastSegment(path), "issuer": fmt.Sprintf("https://i%d.example", n)})
			},
			count: func(s *stack, path string) int { return len(s.instance.identities(lastSegment(path))) },
		},
		"members of a group": {
			object: func(s *stack) string { return "/api/user-groups/" + s.instance.createGroup() },
			entry: func(s *stack, path string, n int) {
				s.declare("GroupMember", fmt.Sprint("m", n), map[string]any{"groupId": lastSegment(path), "userId": s.instance.createUser()})
			},
			count: func(s *stack, path string) int { return len(s.instance.members(lastSegment(path))) },
		},
		"groups of a client": {
			object: func(s *stack) string {
				id := s.instance.createClient()
				s.instance.editClient(id, func(c map[string]any) { c["isGroupRestricted"] = true })
				return "/api/oidc/clients/" + id
			},
			entry: func(s *stack, path string, n int) {
				s.declare("ClientGroupAccess", fmt.Sprint("g", n), map[string]any{"clientId": lastSegment(path), "groupId": s.instance.createGroup()})
			},
			count: func(s *stack, path string) int { return len(allowedGroupIDs(s.instance.client(lastSegment(path)))) },
		},
	}
}

// requireFewRequests runs update until its entries have needed at most budget requests for their
// object, at most five times. The fewest must be at most limit.
//
// How many edits join depends on how fast the engine starts its operations. So the limit holds
// only for a run in which an entry has taken less than 5 ms. On a slower machine the entries must
// need less than a request each. A test of the api package has exact numbers, and its own clock.
func requireFewRequests(t *testing.T, entries, budget, limit int, update func() (requests int, took time.Duration)) {
	t.Helper()
	fewest := 3 * entries
	for range 5 {
		requests, took := update()
		t.Logf("%d requests in %s, at most %d", requests, took.Round(time.Millisecond), budget)
		fewest = min(fewest, requests)
		if fewest <= budget {
			return
		}
		if took > time.Duration(entries)*5*time.Millisecond {
			limit = entries - 1
		}
	}
	require.LessOrEqual(t, fewest, limit)
}

// countUpdate updates the stack. It returns the number of requests whose path begins with path,
// and how long the update took.
func (s *stack) countUpdate(path string) (requests int, took time.Duration) {
	s.t.Helper()
	began := time.Now()
	all := s.instance.requestsDuring(func() { s.mustUp() })
	return countRequests(all, "GET "+path) + countRequests(all, "PUT "+path), time.Since(began)
}

// TestEntriesOfOneObjectNeedFewRequests is not parallel: it needs the whole machine.
func TestEntriesOfOneObjectNeedFewRequests(t *testing.T) {
	const entries = 100
	for kind, joined := range joinedKinds() {
		for parallel, budget := range map[int]int{8: 2*13 + 6, 16: 2*7 + 6, 100: 12} {
			t.Run(fmt.Sprint(kind, ", ", parallel, " at a time"), func(t *testing.T) {
				s := newStack(t, newInstance(t))
				s.options.Parallel = int32(parallel)
				requireFewRequests(t, entries, budget, 2*budget, func() (requests int, took time.Duration) {
					path := joined.object(s)
					s.program = nil
					for n := range entries {
						joined.entry(s, path, n)
					}
					requests, took = s.countUpdate(path)
					require.Equal(t, entries, joined.count(s, path))
					require.NoError(t, s.destroy().err)
					require.Zero(t, joined.count(s, path))
					return requests, took
				})
			})
		}
	}
}
