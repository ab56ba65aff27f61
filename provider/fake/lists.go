package fake

import (
	"cmp"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// list is a page of objects with the numbers of all of them.
type list[V any] struct {
	Data       []V        `json:"data"`
	Pagination pagination `json:"pagination"`
}

type pagination struct {
	TotalPages   int `json:"totalPages"`
	TotalItems   int `json:"totalItems"`
	CurrentPage  int `json:"currentPage"`
	ItemsPerPage int `json:"itemsPerPage"`
}

// listing says how objects of one kind can be searched, filtered and sorted.
// Columns that are not named here are ignored without a word.
type listing[T any] struct {
	search  func(*T) []string
	sort    map[string]func(a, b *T) int
	filters map[string]func(*T) string
}

// list answers a request for a page of rows, each shown by view.
func listOf[T, V any](r *http.Request, l listing[T], rows []*T, view func(*T) V) list[V] {
	q := r.URL.Query()
	rows = l.found(rows, q.Get("search"))
	for name, value := range l.filters {
		if wanted := q["filters["+name+"]"]; len(wanted) > 0 {
			rows = slices.DeleteFunc(rows, func(row *T) bool { return !slices.Contains(wanted, value(row)) })
		}
	}
	if order, ok := l.sort[q.Get("sort[column]")]; ok {
		if strings.EqualFold(strings.TrimSpace(q.Get("sort[direction]")), "desc") {
			ascending := order
			order = func(a, b *T) int { return ascending(b, a) }
		}
		slices.SortStableFunc(rows, order) // among equals, the older comes first either way
	}
	page := paginate(len(rows), number(q.Get("pagination[page]")), number(q.Get("pagination[limit]")))
	first := (page.CurrentPage - 1) * page.ItemsPerPage
	shown := list[V]{Data: []V{}, Pagination: page}
	for _, row := range rows[first:min(first+page.ItemsPerPage, len(rows))] {
		shown.Data = append(shown.Data, view(row))
	}
	return shown
}

// paginate never fails: a limit beyond 100 is 100, a page beyond the end is the last.
func paginate(items, page, limit int) pagination {
	if limit < 1 {
		limit = 20
	}
	limit = min(limit, 100)
	pages := max(1, (items+limit-1)/limit)
	return pagination{TotalPages: pages, TotalItems: items, CurrentPage: min(max(page, 1), pages), ItemsPerPage: limit}
}

func number(s string) int {
	n, _ := strconv.Atoi(s) // what is no number counts as not said
	return n
}

// found keeps the rows of which one searched text contains term, as SQL's LIKE
// sees it: % and _ are wildcards, and only ASCII letters have no case.
func (l listing[T]) found(rows []*T, term string) []*T {
	if term == "" || l.search == nil {
		return slices.Clone(rows)
	}
	pattern := regexp.QuoteMeta(lowerASCII(term))
	pattern = strings.NewReplacer("%", ".*", "_", ".").Replace(pattern)
	like := regexp.MustCompile("(?s)" + pattern)
	var kept []*T
	for _, row := range rows {
		if slices.ContainsFunc(l.search(row), func(s string) bool { return like.MatchString(lowerASCII(s)) }) {
			kept = append(kept, row)
		}
	}
	return kept
}

func lowerASCII(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}

// by sorts rows by one text or number of each.
func by[T any, K cmp.Ordered](key func(*T) K) func(a, b *T) int {
	return func(a, b *T) int { return cmp.Compare(key(a), key(b)) }
}

// byFlag sorts rows without a flag before those with it.
func byFlag[T any](flag func(*T) bool) func(a, b *T) int {
	return by(func(t *T) int {
		if flag(t) {
			return 1
		}
		return 0
	})
}
