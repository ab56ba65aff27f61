package api

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"time"
)

// shareFor is how long the result of a shared read is used. The entries of one list are
// separate resources, which the engine refreshes a few at a time.
const shareFor = 2 * time.Second

type sharedReadsKey struct{}

// withSharedReads makes reads of the same object share one request. A read that began
// before a write of this process ended is not shared with later ones.
func withSharedReads(ctx context.Context) context.Context {
	return context.WithValue(ctx, sharedReadsKey{}, true)
}

func sharesReads(ctx context.Context) bool { return ctx.Value(sharedReadsKey{}) != nil }

// sharedReads are the responses of reads that can be shared. The zero value is ready to
// use.
type sharedReads struct {
	mu     sync.Mutex
	writes int // writes that have begun or ended
	reads  map[string]*sharedRead
}

type sharedRead struct {
	writes   int           // when it began
	done     chan struct{} // closed when the other fields are final
	response json.RawMessage
	err      error
	ended    time.Time
}

// wrote makes later reads send requests of their own. It is called when a write begins
// and when it ends, because a read in between can have either state.
func (s *sharedReads) wrote() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.writes++
}

// get returns the response of a running or recent read with the same key, or runs fetch.
// An error goes only to the caller who ran fetch, as in once, unless the object does not
// exist.
func (s *sharedReads) get(ctx context.Context, key string, fetch func() (json.RawMessage, error)) (json.RawMessage, error) {
	for {
		read, mine := s.join(key)
		if mine {
			s.run(key, read, fetch)
			return read.response, read.err
		}
		select {
		case <-read.done:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		if read.err == nil || errors.Is(read.err, ErrNotFound) {
			return read.response, read.err
		}
	}
}

// join returns the read to wait for, or a new one that the caller must run.
func (s *sharedReads) join(key string) (read *sharedRead, mine bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for other, r := range s.reads {
		if !r.ended.IsZero() && time.Since(r.ended) > shareFor {
			delete(s.reads, other)
		}
	}
	if read = s.reads[key]; read != nil && read.writes == s.writes {
		return read, false
	}
	if s.reads == nil {
		s.reads = map[string]*sharedRead{}
	}
	read = &sharedRead{writes: s.writes, done: make(chan struct{}), err: errNotSent}
	s.reads[key] = read
	return read, true
}

func (s *sharedReads) run(key string, read *sharedRead, fetch func() (json.RawMessage, error)) {
	var response json.RawMessage
	err := errNotSent // after a panic
	defer func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		read.response, read.err, read.ended = response, err, time.Now()
		if err != nil && !errors.Is(err, ErrNotFound) && s.reads[key] == read {
			delete(s.reads, key)
		}
		close(read.done)
	}()
	response, err = fetch()
}

// getShared is a GET whose response is shared.
func (c *Conn) getShared(ctx context.Context, r request, out any) error {
	response, err := c.reads.get(ctx, r.path+"?"+r.query.Encode(), func() (response json.RawMessage, err error) {
		err = c.do(ctx, c.retry, r, &response)
		return response, err
	})
	if err != nil || len(response) == 0 {
		return err
	}
	if json.Unmarshal(response, out) != nil {
		return c.do(ctx, c.retry, r, out) // for an error that has the response
	}
	return nil
}
