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

	// id and taken are set if the key is not one that the provider has just generated. taken is
	// the error if find returns an older object.
	id    func(T) string
	taken func(T) *ExistsError

	// find looks for the object after a lost response.
	find func(context.Context) (created T, exists bool, err error)
	// isComplete reports whether a response identifies the object.
	isComplete func(T) bool
	// unknown describes the object if find fails too.
	unknown OutcomeUnknownError
}

// create creates an object. It returns the object only if it exists. It never returns an
// object that existed before, or that another create of this connection has created.
func create[T any](ctx context.Context, c *Conn, in creation[T]) (created T, err error) {
	var none T
	body, err := json.Marshal(in.body)
	if err != nil {
		return none, err
	}
	if in.taken != nil {
		if _, err := c.earlier(ctx, in.path); err != nil {
			return none, err
		}
	}
	r := request{method: http.MethodPost, path: in.path, body: body, contentType: "application/json", secret: in.secret}
	err = c.retry.do(ctx, operation{
		uniqueKey: in.uniqueKey,
		resolve: func(ctx context.Context) (exists bool, err error) {
			created, exists, err = in.findCreated(ctx, c)
			return exists, err
		},
		unresolved: func(err error) error {
			var taken *ExistsError
			if errors.As(err, &taken) {
				return taken
			}
			in.unknown.Err = err
			return &in.unknown
		},
	}, func() error {
		return c.attemptCreate(ctx, r, &created, func() bool { return in.isComplete(created) })
	})
	if err != nil {
		return none, in.explainTaken(ctx, err)
	}
	if in.id != nil {
		c.baselines.of(in.path).noteCreated(in.id(created))
	}
	return created, nil
}

// findCreated looks for the object after a lost response. The error is that of in.taken if an
// object has the key which this create has not created.
func (in creation[T]) findCreated(ctx context.Context, c *Conn) (T, bool, error) {
	found, exists, err := in.find(ctx)
	if err != nil || !exists || in.taken == nil {
		return found, exists, err
	}
	isNew, err := c.isNew(ctx, in.path, in.id(found))
	if err == nil && !isNew {
		err = in.taken(found)
	}
	return found, err == nil, err
}

// explainTaken names the object that has the key if the server has refused the create because
// of that.
func (in creation[T]) explainTaken(ctx context.Context, err error) error {
	var refusal *Error
	if in.taken == nil || errors.Is(err, ErrOutcomeUnknown) || !errors.As(err, &refusal) || !refusal.Is(ErrExists) {
		return err
	}
	if found, exists, findErr := in.find(ctx); exists && findErr == nil {
		return in.taken(found)
	}
	return err
}

// ifFound turns the result of a look-up into that of creation.find.
func ifFound[T any](found T, err error) (T, bool, error) {
	if errors.Is(err, ErrNotFound) {
		return found, false, nil
	}
	return found, err == nil, err
}
