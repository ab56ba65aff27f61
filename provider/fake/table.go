package fake

import "slices"

// table holds the objects of one kind in the order of their creation, which is
// the order of a list that asks for none.
type table[T any] struct {
	keys []string
	rows map[string]*T
}

func newTable[T any]() *table[T] { return &table[T]{rows: map[string]*T{}} }

func (t *table[T]) get(key string) (*T, bool) {
	row, ok := t.rows[key]
	return row, ok
}

func (t *table[T]) put(key string, row *T) {
	if _, there := t.rows[key]; !there {
		t.keys = append(t.keys, key)
	}
	t.rows[key] = row
}

func (t *table[T]) remove(key string) (*T, bool) {
	row, ok := t.rows[key]
	if ok {
		delete(t.rows, key)
		t.keys = slices.DeleteFunc(t.keys, func(k string) bool { return k == key })
	}
	return row, ok
}

func (t *table[T]) all() []*T {
	rows := make([]*T, 0, len(t.keys))
	for _, key := range t.keys {
		rows = append(rows, t.rows[key])
	}
	return rows
}

// find returns the first row that is what is asked for.
func (t *table[T]) find(is func(*T) bool) (*T, bool) {
	for _, key := range t.keys {
		if is(t.rows[key]) {
			return t.rows[key], true
		}
	}
	return nil, false
}

// known keeps of keys those that are there, each once: the server drops the
// others without a word.
func (t *table[T]) known(keys []string) []string {
	kept := []string{}
	for _, key := range keys {
		if _, there := t.rows[key]; there && !slices.Contains(kept, key) {
			kept = append(kept, key)
		}
	}
	return kept
}

func without(keys []string, key string) []string {
	return slices.DeleteFunc(slices.Clone(keys), func(k string) bool { return k == key })
}
