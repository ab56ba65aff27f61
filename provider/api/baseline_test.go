package api

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
)

// groupServer lists groups by the time of their creation and refuses a name that exists. It loses the responses to creates of the names in lost.
type groupServer struct {
	requestLog
	names []string // the oldest first; the id is "id-" + name
	lost  []string
}

func (s *groupServer) handle(w http.ResponseWriter, r *http.Request) {
	s.record(r)
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.Method == http.MethodPost {
		var in GroupSettings
		decodeBody(r, &in)
		taken := slices.Contains(s.names, in.Name)
		if !taken {
			s.names = append(s.names, in.Name)
		}
		switch {
		case slices.Contains(s.lost, in.Name):
			dropConnection()
		case taken:
			respond(w, 409, `{"error":"Name is already in use","code":"already_in_use"}`)
		default:
			respond(w, 201, toJSON(Group{ID: "id-" + in.Name, GroupSettings: in}))
		}
		return
	}
	q := r.URL.Query()
	page, _ := strconv.Atoi(q.Get("pagination[page]"))
	data := []Group{}
	for _, name := range s.names {
		if strings.Contains(name, q.Get("search")) {
			data = append(data, Group{ID: "id-" + name, GroupSettings: GroupSettings{Name: name}})
		}
	}
	if q.Get("sort[direction]") == "desc" {
		slices.Reverse(data)
	}
	pages := max(1, (len(data)+pageSize-1)/pageSize)
	data = data[min(len(data), (page-1)*pageSize):min(len(data), page*pageSize)]
	respond(w, 200, toJSON(map[string]any{"data": data, "pagination": map[string]int{"totalPages": pages, "currentPage": page}}))
}

// A group that is found after a lost response is adopted only if it was created since.
func TestAnOlderGroupIsNotAdoptedAfterALostResponse(t *testing.T) {
	t.Parallel()
	for _, before := range []int{0, 1, 99, 100, 101, 350} {
		t.Run(fmt.Sprint(before, " groups before"), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := &groupServer{lost: []string{"old", "new"}}
				for n := range before {
					s.names = append(s.names, fmt.Sprint("g", n))
				}
				s.names = append([]string{"old"}, s.names...)
				c := connectInProcess(t, s.handle)
				created, err := c.CreateGroup(t.Context(), GroupSettings{Name: "new"})
				require.NoError(t, err)
				require.Equal(t, "id-new", created.ID)
				_, err = c.CreateGroup(t.Context(), GroupSettings{Name: "old"})
				require.Error(t, err)
				if before < pageSize {
					require.ErrorIs(t, err, ErrExists)
				} else { // the group is not among the newest, so it may have been created in the same second as they
					require.True(t, errors.Is(err, ErrOutcomeUnknown) || errors.Is(err, ErrExists), err)
				}
			})
		})
	}
}

// The same key in two resources is not one object, even if a response is lost.
func TestTwoCreatesNeverAdoptTheSameGroup(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &groupServer{}
		c := connectInProcess(t, s.handle)
		_, err := c.CreateGroup(t.Context(), GroupSettings{Name: "devs"})
		require.NoError(t, err)
		s.lost = []string{"devs"}
		_, err = c.CreateGroup(t.Context(), GroupSettings{Name: "devs"})
		require.ErrorIs(t, err, ErrExists)
		require.Equal(t, []string{"devs"}, s.names)
	})
}

// An ID that this connection has freed can be created again.
func TestADeletedClientIsNoOlderOne(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newStore(map[string]string{"/api/oidc/clients/my-app": `{"id":"my-app","name":"Old"}`})
		lost := false
		c := connectInProcess(t, func(w http.ResponseWriter, r *http.Request) {
			if lost && r.Method == http.MethodPost {
				s.handle(discardResponse{}, r)
				dropConnection()
			}
			s.handle(w, r)
		})
		_, err := c.CreateClient(t.Context(), "my-app", ClientSettings{Name: "New"})
		require.ErrorIs(t, err, ErrExists)
		require.NoError(t, c.DeleteClient(t.Context(), "my-app"))
		lost = true
		client, err := c.CreateClient(t.Context(), "my-app", ClientSettings{Name: "New"})
		require.NoError(t, err)
		require.Equal(t, "New", client.Name)
	})
}

func TestTheNewestObjectsAreReadOncePerConnection(t *testing.T) {
	t.Parallel()
	s := &groupServer{}
	c := connectHTTP(t, s.handle)
	var all sync.WaitGroup
	for n := range 20 {
		all.Go(func() {
			_, err := c.CreateGroup(t.Context(), GroupSettings{Name: fmt.Sprint("g", n)})
			require.NoError(t, err)
		})
	}
	all.Wait()
	require.Equal(t, 1, s.count("GET /api/user-groups"))
	require.Equal(t, 20, s.count("POST /api/user-groups"))
}
