package api

import (
	"context"
	"errors"
	"net/url"
)

// errNotDetermined means that the baseline does not show whether an object is older.
var errNotDetermined = errors.New("an object with this key exists, but it cannot be determined whether it existed before")

func newestFirst() url.Values {
	return url.Values{"sort[column]": {"createdAt"}, "sort[direction]": {"desc"}}
}

// earlier returns the newest objects of a list as they were before this connection created
// one. It requests them once per connection.
func (c *Conn) earlier(ctx context.Context, path string) (newestObjects, error) {
	return c.baselines.of(path).get(ctx, func() (newestObjects, error) {
		page, err := readPage[NamedRef](ctx, c, path, newestFirst(), 1)
		if err != nil {
			return newestObjects{}, err
		}
		return newestObjects{objects: page.Data, all: page.Pagination.TotalPages == 1}, nil
	})
}

// isKnown reports whether this connection knows that an object of a list exists, without a
// request about it.
func (c *Conn) isKnown(ctx context.Context, path, id string) bool {
	b := c.baselines.of(path)
	if b.hasCreated(id) {
		return true
	}
	before, err := c.earlier(ctx, path)
	return err == nil && b.had(before, id)
}

// isNew reports whether an object of a list was created since the baseline was read, and not
// by a create of this connection whose response has arrived. The error is errNotDetermined if
// that is not certain.
func (c *Conn) isNew(ctx context.Context, path, id string) (bool, error) {
	b := c.baselines.of(path)
	before, err := c.earlier(ctx, path)
	if err != nil || b.had(before, id) || b.hasCreated(id) {
		return false, err
	}
	if before.all {
		return true, nil
	}
	newer, err := c.isNewer(ctx, path, before, id)
	if err == nil && !newer {
		err = errNotDetermined
	}
	return newer, err
}

// isNewer reports whether the list now has an object, which was not among the newest before,
// in front of one that was.
func (c *Conn) isNewer(ctx context.Context, path string, before newestObjects, id string) (newer bool, err error) {
	found, older := false, 0
	err = eachPage(ctx, c, path, newestFirst(), func(page []NamedRef) bool {
		for _, object := range page {
			switch {
			case object.ID == id:
				found = true
			case before.has(object.ID):
				newer = newer || found
				older++
			}
		}
		return !newer && older < len(before.objects)
	})
	return newer, err
}
