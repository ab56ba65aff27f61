package contract

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/tests/contract/script"
)

// The script that recordings are made with asks what is recorded.
func TestTheScriptIsWhatWasRecorded(t *testing.T) {
	t.Parallel()
	for version, asked := range map[string]int{"2.3.0": 148, "2.9.0": 148, "2.13.0": 162, "2.14.0": 164} {
		steps, err := script.Requests()
		require.NoError(t, err)
		played := play(t, version)
		all, err := played.Run(steps)
		require.NoError(t, err)
		recorded, err := script.ReadRecording("../testdata/" + version + "/recordings.jsonl")
		require.NoError(t, err)

		require.Len(t, all, asked, version)
		for i := range recorded {
			require.Equal(t, recorded[i].Note, all[i].Note, "line %d", i+1)
			require.Equal(t, recorded[i].Method, all[i].Method, "line %d", i+1)
			require.Equal(t, recorded[i].Status, all[i].Status, "line %d", i+1)
		}
	}
}

func TestARecordingKeepsNoSecrets(t *testing.T) {
	t.Parallel()
	steps, err := script.Requests()
	require.NoError(t, err)
	played := play(t, "2.14.0")
	all, err := played.Run(steps)
	require.NoError(t, err)

	text, err := json.Marshal(script.Scrubbed(all, played))
	require.NoError(t, err)

	require.NotContains(t, string(text), played.URL)
	require.NotContains(t, string(text), played.APIKey)
	require.NotContains(t, string(text), "eyJ") // as tokens begin
	require.Regexp(t, `"secret":"[a-zA-Z0-9]{4}x{28}"`, string(text))
	require.Greater(t, strings.Count(string(text), script.RecordedAddress), 5)
}
