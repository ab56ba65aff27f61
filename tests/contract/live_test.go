package contract

import (
	"fmt"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/tests/contract/script"
)

// A real server and the fake of its version are asked the same, and must answer
// the same. Differences are faults of the fake. The server must be one that
// nobody needs: it has to be empty, and everything on it is deleted in the end.
func TestTheFakeAnswersAsARealServer(t *testing.T) {
	base, key := os.Getenv("POCKETID_TEST_BASE_URL"), os.Getenv("POCKETID_TEST_API_KEY")
	if base == "" {
		t.Skip("POCKETID_TEST_BASE_URL and POCKETID_TEST_API_KEY name no server")
	}
	live := script.Server{URL: base, APIKey: key}
	version := versionOf(t, live)
	requireEmpty(t, live)
	t.Cleanup(func() { deleteAll(t, live) })

	requests, err := script.Requests()
	require.NoError(t, err)
	probes, err := script.Probes()
	require.NoError(t, err)
	steps := append(requests, probes...)
	wanted, err := live.Run(steps)
	require.NoError(t, err)

	played := play(t, version)
	chosen := newChoices(live.URL, played.URL)
	for _, e := range wanted {
		now, err := played.Ask(chosen.translatedRequest(e))
		require.NoError(t, err)
		for _, difference := range chosen.differences(e, now) {
			t.Errorf("%s\n%s", e, difference)
		}
	}
	t.Logf("%s: %d compared", version, len(wanted))
}

func versionOf(t *testing.T, s script.Server) string {
	t.Helper()
	e, err := s.Ask(script.Exchange{Method: "GET", Path: "/api/version/current"})
	require.NoError(t, err)
	require.Equal(t, 200, e.Status, "%v", e.Response)
	return e.Response.(map[string]any)["currentVersion"].(string)
}

// lists are where everything is that the script makes.
func lists() []string {
	return []string{"/api/oidc/clients", "/api/user-groups", "/api/users", "/api/apis", "/api/signup-tokens"}
}

// onServer returns the paths of what is on a server, but for the owner of its key.
func onServer(t *testing.T, s script.Server) []string {
	t.Helper()
	var paths []string
	for _, list := range lists() {
		e, err := s.Ask(script.Exchange{Method: "GET", Path: list + "?pagination[limit]=100"})
		require.NoError(t, err)
		body, _ := e.Response.(map[string]any) // older servers have no APIs
		entries, _ := body["data"].([]any)
		for _, entry := range entries {
			if id := fmt.Sprint(entry.(map[string]any)["id"]); id != "00000000-0000-0000-0000-000000000000" {
				paths = append(paths, list+"/"+id)
			}
		}
	}
	return paths
}

func requireEmpty(t *testing.T, s script.Server) {
	t.Helper()
	require.Empty(t, onServer(t, s), "this test deletes everything on a server, so it wants one that is empty")
}

func deleteAll(t *testing.T, s script.Server) {
	t.Helper()
	for _, path := range onServer(t, s) {
		_, err := s.Ask(script.Exchange{Method: "DELETE", Path: path})
		require.NoError(t, err)
	}
}
