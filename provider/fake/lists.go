package fake

import (
	"cmp"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// page is the response of a list route: one page of objects and the total counts.
type page[V any] struct {
	Data       []V        `json:"data"`
	Pagination pagination `json:"pagination"`
}

type pagination struct {
	TotalPages   int `json:"totalPages"`
	TotalItems   int `json:"totalItems"`
	CurrentPage  int `json:"currentPage"`
	ItemsPerPage int `json:"itemsPerPage"`
}

// columns defines how objects of one kind can be searched, filtered and sorted.
// As on the server, any other column in a request is silently ignored.
type columns[T any] struct {
	search  func(*T) []string
	sort    map[string]func(a, b *T) int
	filters map[string]func(*T) string
}

// listPage returns the page of rows that r asks for. view converts each row to
// its JSON form.
func listPage[T, V any](r *http.Request, c columns[T], rows []*T, view func(*T) V) page[V] {
	q := r.URL.Query()
	rows = c.matching(rows, q.Get("search"))
	for name, value := range c.filters {
		if wanted := q["filters["+name+"]"]; len(wanted) > 0 {
			rows = slices.DeleteFunc(rows, func(row *T) bool { return !slices.Contains(wanted, value(row)) })
		}
	}
	if order, ok := c.sort[q.Get("sort[column]")]; ok {
		if strings.EqualFold(strings.TrimSpace(q.Get("sort[direction]")), "desc") {
			ascending := order
			order = func(a, b *T) int { return ascending(b, a) }
		}
		slices.SortStableFunc(rows, order) // equal rows stay in the order of their creation, in both directions
	}
	numbers := paginate(len(rows), parseNumber(q.Get("pagination[page]")), parseNumber(q.Get("pagination[limit]")))
	first := (numbers.CurrentPage - 1) * numbers.ItemsPerPage
	result := page[V]{Data: []V{}, Pagination: numbers}
	for _, row := range rows[first:min(first+numbers.ItemsPerPage, len(rows))] {
		result.Data = append(result.Data, view(row))
	}
	return result
}

// paginate never fails. It reduces a limit over 100 to 100, and returns the last
// page for a page number beyond the end.
func paginate(items, page, limit int) pagination {
	if limit < 1 {
		limit = 20
	}
	limit = min(limit, 100)
	pages := max(1, (items+limit-1)/limit)
	return pagination{TotalPages: pages, TotalItems: items, CurrentPage: min(max(page, 1), pages), ItemsPerPage: limit}
}

// parseNumber returns 0, which means not set, for anything that is not a number.
func parseNumber(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}

// matching returns the rows that have the term in one of the search columns. It
// matches as LIKE does in SQLite: % and _ are wildcards, and only ASCII letters
// are case-insensitive.
func (c columns[T]) matching(rows []*T, term string) []*T {
	if term == "" || c.search == nil {
		return slices.Clone(rows)
	}
	pattern := regexp.QuoteMeta(lowerASCII(term))
	pattern = strings.NewReplacer("%", ".*", "_", ".").Replace(pattern)
	like := regexp.MustCompile("(?s)" + pattern)
	var found []*T
	for _, row := range rows {
		if slices.ContainsFunc(c.search(row), func(s string) bool { return like.MatchString(lowerASCII(s)) }) {
			found = append(found, row)
		}
	}
	return found
}

func lowerASCII(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}

// compareBy returns a comparison of rows by a key.
func compareBy[T any, K cmp.Ordered](key func(*T) K) func(a, b *T) int {
	return func(a, b *T) int { return cmp.Compare(key(a), key(b)) }
}

// compareByFlag returns a comparison of rows that sorts false before true.
func compareByFlag[T any](flag func(*T) bool) func(a, b *T) int {
	return compareBy(func(t *T) int {
		if flag(t) {
			return 1
		}
		return 0
	})
}
