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
// GET and one PUT, and unchanged fields are sent back as they came. Each edit is verified
// after the write, and applied again if another process has overwritten it.
//
// A single edit is verified in the response to its PUT, which is the object as the server
// has stored it. Joined and contended edits are verified with another GET. So another writer
// who reads before any other single PUT and writes after it is not noticed here: that write
// wins, and the next refresh shows it. complete adds what the response does not show; see target.
func (c *Conn) edit(ctx context.Context, e edit, complete completeFunc, segments ...string) (document, error) {
	p, err := path(segments...)
	if err != nil {
		return nil, err
	}
	id := segments[len(segments)-1]
	return c.editTarget(ctx, e, target{
		key:      p,
		read:     func(ctx context.Context) (document, error) { return c.document(ctx, p, id) },
		write:    func(ctx context.Context, doc document) (document, error) { return c.putDocument(ctx, p, id, doc) },
		complete: complete,
	})
}

// editTarget is edit for an object that is read and written at different paths.
func (c *Conn) editTarget(ctx context.Context, e edit, t target) (document, error) {
	return c.edits.join(ctx, t.key, e, t.runRound)
}

// put replaces an object that was just read, and returns the body of the response. It does
// not retry a failed write, because others may have written meanwhile: the next attempt must
// begin with a read. It waits only for the end of a rate limit, which would otherwise use up
// the rounds of the edit.
func (c *Conn) put(ctx context.Context, path string, in any) (response []byte, err error) {
	body, err := json.Marshal(in)
	if err != nil {
		return nil, err
	}
	r := request{method: http.MethodPut, path: path, body: body, contentType: "application/json"}
	err = c.do(ctx, retryPolicy{}, r, &response)
	return response, err
}

// putDocument is put for a response that is the object with the given ID. It returns nil for
// any other response, such as an empty one.
func (c *Conn) putDocument(ctx context.Context, path, id string, in any) (document, error) {
	response, err := c.put(ctx, path, in)
	if err != nil {
		return nil, err
	}
	var doc document
	var gotID string
	if json.Unmarshal(response, &doc) != nil || doc.get("id", &gotID) != nil || gotID != id {
		return nil, nil
	}
	return doc, nil
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
