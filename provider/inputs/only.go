package inputs

import "fmt"

// Only returns the only object that was found. Otherwise the error lists the candidates: those
// that were found, with advice, or else all.
func Only[T any](kind, wanted, advice string, found, all []T, describe func(T) string) (one T, err error) {
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1:
		return one, fmt.Errorf("%d %ss have %s: %s; %s", len(found), kind, wanted, Enumerate(found, describe), advice)
	case len(all) == 0:
		return one, fmt.Errorf("no %s has %s; there are none", kind, wanted)
	}
	return one, fmt.Errorf("no %s has %s; there are %s", kind, wanted, Enumerate(all, describe))
}
