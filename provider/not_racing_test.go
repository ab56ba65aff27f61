//go:build !race

package provider

import "testing"

// engineRaces leaves a test out under the race detector.
func engineRaces(*testing.T) {}
