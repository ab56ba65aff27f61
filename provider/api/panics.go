package api

import (
	"fmt"
	"runtime/debug"
)

// recoverPanic returns the error of f. It turns a panic into an error, so that one
// operation does not end the plugin and all others with it.
func recoverPanic(f func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("internal error in the provider (please report it): %v\n%s", r, debug.Stack())
		}
	}()
	return f()
}
