package fake

import "slices"

// table holds the objects of one kind in the order of their creation, which is
// also the order of a list request without a sort column.
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
	if _, ok := t.rows[key]; !ok {
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

// find returns the first row for which matches returns true.
func (t *table[T]) find(matches func(*T) bool) (*T, bool) {
	for _, key := range t.keys {
		if matches(t.rows[key]) {
			return t.rows[key], true
		}
	}
	return nil, false
}

// existing returns the keys that are in the table, without duplicates. The
// server silently ignores unknown IDs in a list of IDs.
func (t *table[T]) existing(keys []string) []string {
	found := []string{}
	for _, key := range keys {
		if _, ok := t.rows[key]; ok && !slices.Contains(found, key) {
			found = append(found, key)
		}
	}
	return found
}

// without returns a copy of keys that does not contain key.
func without(keys []string, key string) []string {
	return slices.DeleteFunc(slices.Clone(keys), func(k string) bool { return k == key })
}
