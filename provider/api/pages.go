package api

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strconv"
)

const (
	pageSize  = 100   // the most a server gives; it makes less of more in silence
	mostPages = 10000 // a million objects
)

// list reads all pages of a list. A page past the end repeats the last one, so
// the numbers of pages in the answer are what ends it. Filters and searches are
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
				TotalPages  int  `json:"totalPages"`
				CurrentPage *int `json:"currentPage"`
			} `json:"pagination"`
		}
		if err := c.page(ctx, path, q, &out); err != nil {
			return nil, err
		}
		switch {
		case out.Data == nil || out.Pagination == nil || out.Pagination.TotalPages < 1:
			return nil, fmt.Errorf("%w: the answer to GET /%s is no list", ErrNotPocketID, path)
		case page > 1 && out.Pagination.CurrentPage != nil && *out.Pagination.CurrentPage < page:
			return all, nil // it has become shorter meanwhile
		case page == mostPages:
			return nil, fmt.Errorf("%w: the list at /%s does not end", ErrNotPocketID, path)
		}
		all = append(all, out.Data...)
		if page >= out.Pagination.TotalPages {
			return all, nil
		}
	}
}

// page reads one page. While it counts what belongs to each object, a server that
// has one deleted meanwhile says "not found" of the whole list: that will pass.
func (c *Conn) page(ctx context.Context, path string, query url.Values, out any) error {
	for range 5 {
		if err := c.callPath(ctx, http.MethodGet, path, query, nil, out); !errors.Is(err, ErrNotFound) {
			return err
		}
	}
	return fmt.Errorf("%w: the list at /%s changes all the time", ErrConflict, path)
}
