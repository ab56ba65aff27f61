package api

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strconv"
)

const pageSize = 100 // the most a server gives; it makes less of more in silence

// list reads all pages of a list. A page past the end repeats the last one, so
// the number of pages in the answer is what ends it. Filters and searches are
// the server's, by parts of words: match exactly what comes back.
func list[T any](ctx context.Context, c *Conn, path string, query url.Values) ([]T, error) {
	var all []T
	for page := 1; ; page++ {
		q := maps.Clone(query)
		if q == nil {
			q = url.Values{}
		}
		q.Set("pagination[page]", strconv.Itoa(page))
		q.Set("pagination[limit]", strconv.Itoa(pageSize))
		var out struct {
			Data       []T `json:"data"`
			Pagination *struct {
				TotalPages int `json:"totalPages"`
			} `json:"pagination"`
		}
		if err := c.callPath(ctx, http.MethodGet, path, q, nil, &out); err != nil {
			return nil, err
		}
		if out.Pagination == nil {
			return nil, fmt.Errorf("%w: the list at /%s has no pages", ErrNotPocketID, path)
		}
		all = append(all, out.Data...)
		if page >= out.Pagination.TotalPages {
			return all, nil
		}
	}
}
