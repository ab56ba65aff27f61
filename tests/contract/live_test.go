package contract

import (
	"fmt"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/tests/contract/script"
)

// The test sends the same requests to a real server and to a fake of the same version, and
// compares the responses. A difference is a bug in the fake. Use a throw-away server: it
// must be empty, and the test deletes everything on it at the end.
func TestFakeMatchesRealServer(t *testing.T) {
	base, key := os.Getenv("POCKETID_TEST_BASE_URL"), os.Getenv("POCKETID_TEST_API_KEY")
	if base == "" {
		t.Skip("set POCKETID_TEST_BASE_URL and POCKETID_TEST_API_KEY to run this test against a real server")
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
	expected, err := live.Run(steps)
	require.NoError(t, err)

	fakeServer := startFake(t, version)
	values := newGeneratedValues(live.URL, fakeServer.URL)
	for _, e := range expected {
		got, err := fakeServer.Do(values.translateRequest(e))
		require.NoError(t, err)
		for _, difference := range values.differences(e, got) {
			t.Errorf("%s\n%s", e, difference)
		}
	}
	t.Logf("%s: compared %d exchanges", version, len(expected))
}

func versionOf(t *testing.T, s script.Server) string {
	t.Helper()
	e, err := s.Do(script.Exchange{Method: "GET", Path: "/api/version/current"})
	require.NoError(t, err)
	require.Equal(t, 200, e.Status, "%v", e.Response)
	return e.Response.(map[string]any)["currentVersion"].(string)
}

// listPaths returns the lists that contain all objects that the script creates.
func listPaths() []string {
	return []string{"/api/oidc/clients", "/api/user-groups", "/api/users", "/api/apis", "/api/signup-tokens"}
}

// existingObjects returns the paths of all objects on a server, except the user who owns
// its API key.
func existingObjects(t *testing.T, s script.Server) []string {
	t.Helper()
	var paths []string
	for _, list := range listPaths() {
		e, err := s.Do(script.Exchange{Method: "GET", Path: list + "?pagination[limit]=100"})
		require.NoError(t, err)
		body, _ := e.Response.(map[string]any) // nil if an older server has no such list
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
	require.Empty(t, existingObjects(t, s), "this test deletes everything on the server, so the server must be empty at the start")
}

func deleteAll(t *testing.T, s script.Server) {
	t.Helper()
	for _, path := range existingObjects(t, s) {
		_, err := s.Do(script.Exchange{Method: "DELETE", Path: path})
		require.NoError(t, err)
	}
}
