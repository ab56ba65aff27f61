package api

import (
	"fmt"
	"net/http"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

// paged lists groups named g1 to gN, the way Pocket ID does: a page beyond the
// end is the last one again. N may change with each page.
func paged(d *diary, n func(page int) int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		d.note(r)
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
		answer(w, 200, text(map[string]any{"data": data, "pagination": map[string]int{"totalPages": pages, "totalItems": items, "currentPage": page, "itemsPerPage": limit}}))
	}
}

func TestAListIsReadToItsEndAndNotBeyond(t *testing.T) {
	t.Parallel()
	for items, pages := range map[int]int{0: 1, 1: 1, 100: 1, 101: 2, 250: 3} {
		var asked diary
		c := over(t, paged(&asked, func(int) int { return items }))
		all, err := list[Group](t.Context(), c, "api/user-groups", nil)
		require.NoError(t, err)
		require.Len(t, all, items)
		seen := map[string]bool{}
		for _, g := range all {
			require.False(t, seen[g.ID], "%s twice", g.ID)
			seen[g.ID] = true
		}
		require.Len(t, asked.read(), pages)
	}
}

func TestAListThatShrinksMeanwhileHasNoPageTwice(t *testing.T) {
	t.Parallel()
	var asked diary
	c := over(t, paged(&asked, func(page int) int { return map[int]int{1: 250, 2: 50}[page] }))
	all, err := list[Group](t.Context(), c, "api/user-groups", nil)
	require.NoError(t, err)
	require.Len(t, all, 100)
	require.Len(t, asked.read(), 2)
}

func TestTheExactNameIsFoundOnAnyPage(t *testing.T) {
	t.Parallel()
	c := over(t, paged(&diary{}, func(int) int { return 250 }))
	g, err := c.FindGroup(t.Context(), "g203")
	require.NoError(t, err)
	require.Equal(t, "id203", g.ID)
	_, err = c.FindGroup(t.Context(), "g20x")
	require.ErrorIs(t, err, ErrNotFound)
}

// A list with no end in it, or one that is no list, must not be taken for a short one.
func TestAListThatIsNoneIsAnError(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`[]`, `{}`, `{"data":[]}`, `{"data":[],"pagination":null}`, `{"data":[],"pagination":{}}`, `{"data":{},"pagination":{"totalPages":1,"currentPage":1}}`, `{"pagination":{"totalPages":1,"currentPage":1}}`, `{"data":null,"pagination":{"totalPages":1,"currentPage":1}}`,
		`{"data":[],"pagination":{"totalPages":-1}}`, `{"data":[1],"pagination":{"totalPages":1,"currentPage":1}}`} {
		c := over(t, saying(200, body), never)
		_, err := c.FindGroup(t.Context(), "g1")
		require.ErrorIs(t, err, ErrNotPocketID, body)
	}
	var asked diary
	endless := inProcess(func(w http.ResponseWriter, r *http.Request) {
		asked.note(r)
		answer(w, 200, `{"data":[],"pagination":{"totalPages":1000000000}}`)
	})
	_, err := connect(t, Options{BaseURL: "http://pocket-id.test", Transport: endless}).FindGroup(t.Context(), "g1")
	require.ErrorIs(t, err, ErrNotPocketID)
	require.LessOrEqual(t, len(asked.read()), mostPages)
}

func TestAFaultInTheMiddleOfAListIsItsError(t *testing.T) {
	t.Parallel()
	whole := paged(&diary{}, func(int) int { return 250 })
	c := over(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("pagination[page]") == "2" {
			answer(w, 500, wrong)
			return
		}
		whole(w, r)
	}, never)
	_, err := c.FindGroup(t.Context(), "g1")
	require.Error(t, err, "g1 was seen, but whether it is the only one was not")
	require.NotErrorIs(t, err, ErrNotFound)
}

// What the servers were recorded to say of a page beyond the end.
func TestRecordedPagesBeyondTheEnd(t *testing.T) {
	t.Parallel()
	for _, version := range recordedVersions {
		past := recordings(t, version, func(r recorded) bool { return r.Note == "page past the end" })[0]
		first := true
		c := over(t, func(w http.ResponseWriter, r *http.Request) {
			if first {
				first = false
				answer(w, 200, `{"data":[{"id":"1","name":"g1"}],"pagination":{"totalPages":9,"currentPage":1}}`)
				return
			}
			past.replay(w, r) // which is page 2 of 2, and so is asked for again as page 3
		})
		all, err := list[Group](t.Context(), c, "api/user-groups", nil)
		require.NoError(t, err)
		require.Len(t, all, 2)
	}
}
