package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
)

// creation is a POST that creates an object, and what finds out whether one whose
// response was lost has done so.
type creation[T any] struct {
	path   string
	body   any    // encoded as JSON
	secret string // in the body

	uniqueKey bool // the server rejects a repetition because the key exists

	// find looks for the object after a lost response.
	find func(context.Context) (created T, exists bool, err error)
	// isComplete reports whether a response identifies the object.
	isComplete func(T) bool
	// unknown describes the object if find fails too.
	unknown OutcomeUnknownError
}

// create creates an object. It returns the object only if it exists.
func create[T any](ctx context.Context, c *Conn, in creation[T]) (created T, err error) {
	var none T
	body, err := json.Marshal(in.body)
	if err != nil {
		return none, err
	}
	r := request{method: http.MethodPost, path: in.path, body: body, contentType: "application/json", secret: in.secret}
	err = c.retry.do(ctx, operation{
		uniqueKey: in.uniqueKey,
		resolve: func(ctx context.Context) (exists bool, err error) {
			created, exists, err = in.find(ctx)
			return exists, err
		},
		unresolved: func(err error) error {
			in.unknown.Err = err
			return &in.unknown
		},
	}, func() error {
		return c.attemptCreate(ctx, r, &created, func() bool { return in.isComplete(created) })
	})
	if err != nil {
		return none, err
	}
	return created, nil
}

// ifFound turns the result of a look-up into that of creation.find.
func ifFound[T any](found T, err error) (T, bool, error) {
	if errors.Is(err, ErrNotFound) {
		return found, false, nil
	}
	return found, err == nil, err
}
