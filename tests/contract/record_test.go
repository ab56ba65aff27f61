package contract

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/tests/contract/script"
)

// The script sends the same requests that the recordings contain.
func TestScriptMatchesRecordings(t *testing.T) {
	t.Parallel()
	for version, count := range map[string]int{"2.3.0": 148, "2.9.0": 148, "2.13.0": 162, "2.14.0": 164} {
		steps, err := script.Requests()
		require.NoError(t, err)
		server := startFake(t, version)
		all, err := server.Run(steps)
		require.NoError(t, err)
		recorded, err := script.ReadRecording("../testdata/" + version + "/recordings.jsonl")
		require.NoError(t, err)

		require.Len(t, all, count, version)
		for i := range recorded {
			require.Equal(t, recorded[i].Note, all[i].Note, "line %d", i+1)
			require.Equal(t, recorded[i].Method, all[i].Method, "line %d", i+1)
			require.Equal(t, recorded[i].Status, all[i].Status, "line %d", i+1)
		}
	}
}

func TestRecordingsContainNoSecrets(t *testing.T) {
	t.Parallel()
	steps, err := script.Requests()
	require.NoError(t, err)
	server := startFake(t, "2.14.0")
	all, err := server.Run(steps)
	require.NoError(t, err)

	text, err := json.Marshal(script.Scrub(all, server))
	require.NoError(t, err)

	require.NotContains(t, string(text), server.URL)
	require.NotContains(t, string(text), server.APIKey)
	require.NotContains(t, string(text), "eyJ") // the first characters of every JWT
	require.Regexp(t, `"secret":"[a-zA-Z0-9]{4}x{28}"`, string(text))
	require.Greater(t, strings.Count(string(text), script.RecordedAddress), 5)
}
