package contract

import (
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
	"github.com/pulumi-pocketid/pulumi-pocketid/tests/contract/script"
)

// The fake is asked again what real servers were asked, in the same order, and
// must answer the same. What a server chooses by itself (ids, times, secrets)
// is different each time: there the fake's choice must be used wherever the
// recorded one was.
func TestTheFakeAnswersAsRealServersDid(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"2.3.0", "2.9.0", "2.13.0", "2.14.0"} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			replayed, skipped := replay(t, version)
			t.Logf("%s: %d replayed, %d skipped", version, replayed, skipped)
		})
	}
}

// skipped says why an exchange is not replayed. Nothing is skipped so far.
func skipped(script.Exchange) (reason string) { return "" }

func replay(t *testing.T, version string) (replayed, left int) {
	recorded, err := script.ReadRecording("../testdata/" + version + "/recordings.jsonl")
	require.NoError(t, err)
	played := play(t, version)
	chosen := newChoices(script.RecordedAddress, played.URL)
	for i, e := range recorded {
		if reason := skipped(e); reason != "" {
			left++
			continue
		}
		replayed++
		now, err := played.Ask(chosen.translatedRequest(e))
		require.NoError(t, err)
		for _, difference := range chosen.differences(e, now) {
			t.Errorf("line %d: %s\n%s", i+1, e, difference)
		}
	}
	return replayed, left
}

// play starts a fake of a release.
func play(t *testing.T, version string) script.Server {
	t.Helper()
	const key = "the-key-of-the-replay"
	handler, err := fake.New(fake.Options{APIKey: key, Version: version})
	require.NoError(t, err)
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return script.Server{URL: server.URL, APIKey: key}
}
