package api

import (
	"context"
	"encoding/json"
	"net/http"
)

// edit changes the object at the path of segments and returns it as it is afterwards.
//
// Pocket ID has no PATCH and no ETag: PUT replaces the whole object and the last
// writer wins. So concurrent edits of one object in this process are joined into one
// GET and one PUT, unchanged fields are sent back as they came, and the object is read
// again after the write. If another process has overwritten an edit, it is applied again.
func (c *Conn) edit(ctx context.Context, e edit, segments ...string) (document, error) {
	p, err := path(segments...)
	if err != nil {
		return nil, err
	}
	id := segments[len(segments)-1]
	return c.editTarget(ctx, e, target{
		key:   p,
		read:  func(ctx context.Context) (document, error) { return c.document(ctx, p, id) },
		write: func(ctx context.Context, doc document) error { return c.put(ctx, p, doc) },
	})
}

// editTarget is edit for an object that is read and written at different paths.
func (c *Conn) editTarget(ctx context.Context, e edit, t target) (document, error) {
	return c.edits.join(ctx, t.key, e, t.runRound)
}

// put replaces an object that was just read. It does not retry a failed write, because
// others may have written meanwhile: the next attempt must begin with a read. It waits
// only for the end of a rate limit, which would otherwise use up the rounds of the edit.
func (c *Conn) put(ctx context.Context, path string, in any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	r := request{method: http.MethodPut, path: path, body: body, contentType: "application/json"}
	return c.do(ctx, retryPolicy{}, r, nil)
}

// document reads the object with the given ID. It rejects a response about any other
// object, which must not be written back over this one.
func (c *Conn) document(ctx context.Context, path, id string) (doc document, err error) {
	var gotID string
	if err = c.callPath(ctx, http.MethodGet, path, nil, nil, &doc); err == nil {
		err = doc.get("id", &gotID)
	}
	if err == nil && gotID != id {
		err = request{method: http.MethodGet, path: path}.missingField("id " + id)
	}
	return doc, err
}
