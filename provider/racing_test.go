//go:build race

package provider

import "testing"

// skipIfEngineRaces skips a test under the race detector. The engine itself has data races
// if an operation fails or is canceled, and the detector cannot tell them from races
// of the provider. The test still runs without the detector.
func skipIfEngineRaces(t *testing.T) {
	t.Helper()
	t.Skip("the engine races with itself where an operation fails or is cancelled")
}
