package api

import (
	"fmt"
	"net/http"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

// pagedGroups lists groups g1 to gN like Pocket ID, which answers a page past the end with
// the last page again. N may change with each page.
func pagedGroups(d *requestLog, n func(page int) int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		d.record(r)
		q := r.URL.Query()
		page, _ := strconv.Atoi(q.Get("pagination[page]"))
		limit, _ := strconv.Atoi(q.Get("pagination[limit]"))
		items := n(page)
		pages := max(1, (items+limit-1)/limit)
		page = min(page, pages)
		data := []Group{}
		for i := (page-1)*limit + 1; i <= min(items, page*limit); i++ {
			data = append(data, Group{ID: fmt.Sprint("id", i), GroupSettings: GroupSettings{Name: fmt.Sprint("g", i)}})
		}
		respond(w, 200, toJSON(map[string]any{"data": data, "pagination": map[string]int{"totalPages": pages, "totalItems": items, "currentPage": page, "itemsPerPage": limit}}))
	}
}

func TestAListIsReadToItsEnd(t *testing.T) {
	t.Parallel()
	for items, pages := range map[int]int{0: 1, 1: 1, 100: 1, 101: 2, 250: 3} {
		var requests requestLog
		c := connectHTTP(t, pagedGroups(&requests, func(int) int { return items }))
		all, err := list[Group](t.Context(), c, "api/user-groups", nil)
		require.NoError(t, err)
		require.Len(t, all, items)
		seen := map[string]bool{}
		for _, g := range all {
			require.False(t, seen[g.ID], "%s twice", g.ID)
			seen[g.ID] = true
		}
		require.Len(t, requests.all(), pages)
	}
}

func TestAListThatShrinksMeanwhileHasNoPageTwice(t *testing.T) {
	t.Parallel()
	var requests requestLog
	c := connectHTTP(t, pagedGroups(&requests, func(page int) int { return map[int]int{1: 250, 2: 50}[page] }))
	all, err := list[Group](t.Context(), c, "api/user-groups", nil)
	require.NoError(t, err)
	require.Len(t, all, 100)
	require.Len(t, requests.all(), 2)
}

func TestTheExactNameIsFoundOnAnyPage(t *testing.T) {
	t.Parallel()
	c := connectHTTP(t, pagedGroups(&requestLog{}, func(int) int { return 250 }))
	g, err := c.FindGroup(t.Context(), "g203")
	require.NoError(t, err)
	require.Equal(t, "id203", g.ID)
	_, err = c.FindGroup(t.Context(), "g20x")
	require.ErrorIs(t, err, ErrNotFound)
}

// An invalid or endless list must not be mistaken for a short one.
func TestAnInvalidListIsAnError(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`[]`, `{}`, `{"data":[]}`, `{"data":[],"pagination":null}`, `{"data":[],"pagination":{}}`, `{"data":{},"pagination":{"totalPages":1,"currentPage":1}}`, `{"pagination":{"totalPages":1,"currentPage":1}}`, `{"data":null,"pagination":{"totalPages":1,"currentPage":1}}`,
		`{"data":[],"pagination":{"totalPages":-1}}`, `{"data":[1],"pagination":{"totalPages":1,"currentPage":1}}`} {
		c := connectHTTP(t, responding(200, body), noRetries)
		_, err := c.FindGroup(t.Context(), "g1")
		require.ErrorIs(t, err, ErrNotPocketID, body)
	}
	var requests requestLog
	endless := inProcess(func(w http.ResponseWriter, r *http.Request) {
		requests.record(r)
		respond(w, 200, `{"data":[],"pagination":{"totalPages":1000000000}}`)
	})
	_, err := connect(t, Options{BaseURL: "http://pocket-id.test", Transport: endless}).FindGroup(t.Context(), "g1")
	require.ErrorIs(t, err, ErrNotPocketID)
	require.LessOrEqual(t, len(requests.all()), maxPages)
}

func TestAFailureOfOnePageFailsTheList(t *testing.T) {
	t.Parallel()
	groups := pagedGroups(&requestLog{}, func(int) int { return 250 })
	c := connectHTTP(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("pagination[page]") == "2" {
			respond(w, 500, internalErrorBody)
			return
		}
		groups(w, r)
	}, noRetries)
	_, err := c.FindGroup(t.Context(), "g1")
	require.Error(t, err, "the list is incomplete, although g1 was in it")
	require.NotErrorIs(t, err, ErrNotFound)
}

// Recorded responses of servers to a page past the end.
func TestRecordedPagesBeyondTheEnd(t *testing.T) {
	t.Parallel()
	for _, version := range recordedVersions {
		past := recordings(t, version, func(r recorded) bool { return r.Note == "page past the end" })[0]
		first := true
		c := connectHTTP(t, func(w http.ResponseWriter, r *http.Request) {
			if first {
				first = false
				respond(w, 200, `{"data":[{"id":"1","name":"g1"}],"pagination":{"totalPages":9,"currentPage":1}}`)
				return
			}
			past.replay(w, r) // it is page 2 of 2, so page 3 is requested too
		})
		all, err := list[Group](t.Context(), c, "api/user-groups", nil)
		require.NoError(t, err)
		require.Len(t, all, 2)
	}
}
