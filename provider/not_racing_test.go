//go:build !race

package provider

import "testing"

// skipIfEngineRaces skips a test under the race detector; here it does nothing.
func skipIfEngineRaces(*testing.T) {}
