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

// listPage is one page of a list.
type listPage[T any] struct {
	Data       []T `json:"data"`
	Pagination *struct {
		TotalPages  int  `json:"totalPages"`
		CurrentPage *int `json:"currentPage"`
	} `json:"pagination"`
}

// list reads all pages of a list. A search of the server also matches substrings: callers
// must filter the result.
func list[T any](ctx context.Context, c *Conn, path string, query url.Values) (all []T, err error) {
	err = eachPage(ctx, c, path, query, func(page []T) bool {
		all = append(all, page...)
		return true
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}

// eachPage reads the pages of a list until next returns false. The server answers a request
// past the end with the last page again, so the number of pages in the response ends the loop.
func eachPage[T any](ctx context.Context, c *Conn, path string, query url.Values, next func(page []T) bool) error {
	for number := 1; ; number++ {
		out, err := readPage[T](ctx, c, path, query, number)
		switch {
		case err != nil:
			return err
		case number > 1 && out.Pagination.CurrentPage != nil && *out.Pagination.CurrentPage < number:
			return nil // the list has become shorter meanwhile
		case number == maxPages:
			return fmt.Errorf("%w: the list at /%s does not end", ErrNotPocketID, path)
		}
		if !next(out.Data) || number >= out.Pagination.TotalPages {
			return nil
		}
	}
}

// readPage reads one page of a list. It repeats a request that fails with "not found": the
// server answers so if one of the listed objects is deleted while it builds the list.
func readPage[T any](ctx context.Context, c *Conn, path string, query url.Values, number int) (out listPage[T], err error) {
	q := maps.Clone(query)
	if q == nil {
		q = url.Values{}
	}
	q.Set("pagination[page]", strconv.Itoa(number))
	q.Set("pagination[limit]", strconv.Itoa(pageSize))
	for range 5 {
		if err = c.callPath(ctx, http.MethodGet, path, q, nil, &out); !errors.Is(err, ErrNotFound) {
			break
		}
	}
	switch {
	case errors.Is(err, ErrNotFound):
		return out, fmt.Errorf("the list at /%s changed while it was read: %w", path, ErrConflict)
	case err != nil:
		return out, err
	case out.Data == nil || out.Pagination == nil || out.Pagination.TotalPages < 1:
		return out, fmt.Errorf("%w: the response to GET /%s is not a list", ErrNotPocketID, path)
	}
	return out, nil
}
