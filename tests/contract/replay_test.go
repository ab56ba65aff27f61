package contract

import (
	"errors"
	"io/fs"
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
	played := play(t, version)
	chosen := newChoices(script.RecordedAddress, played.URL)
	for i, e := range recordings(t, version) {
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

// recordings returns what a release was asked, and, where that was recorded as
// well, what it was asked afterwards about corners of the contract.
func recordings(t *testing.T, version string) []script.Exchange {
	t.Helper()
	all, err := script.ReadRecording("../testdata/" + version + "/recordings.jsonl")
	require.NoError(t, err)
	probes, err := script.ReadRecording("../testdata/" + version + "/probes.jsonl")
	if !errors.Is(err, fs.ErrNotExist) {
		require.NoError(t, err)
	}
	return append(all, probes...)
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
