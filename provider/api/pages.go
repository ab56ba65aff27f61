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
	pageSize = 100   // the maximum of the server, which silently lowers a larger size
	maxPages = 10000 // a million objects
)

// list reads all pages of a list. The server answers a request past the end with the
// last page again, so the number of pages in the response ends the loop. A search of
// the server also finds parts of words: callers must filter the result.
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
			return nil, fmt.Errorf("%w: the response to GET /%s is not a list", ErrNotPocketID, path)
		case page > 1 && out.Pagination.CurrentPage != nil && *out.Pagination.CurrentPage < page:
			return all, nil // the list has become shorter meanwhile
		case page == maxPages:
			return nil, fmt.Errorf("%w: the list at /%s does not end", ErrNotPocketID, path)
		}
		all = append(all, out.Data...)
		if page >= out.Pagination.TotalPages {
			return all, nil
		}
	}
}

// page reads one page. It repeats a request that fails with "not found": the server
// answers so if one of the listed objects is deleted while it builds the list.
func (c *Conn) page(ctx context.Context, path string, query url.Values, out any) error {
	for range 5 {
		if err := c.callPath(ctx, http.MethodGet, path, query, nil, out); !errors.Is(err, ErrNotFound) {
			return err
		}
	}
	return fmt.Errorf("the list at /%s changed while it was read: %w", path, ErrConflict)
}
