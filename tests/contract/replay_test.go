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

// The fake must answer the recorded requests, in the recorded order, as the real servers
// did. Values that a server generates (ids, times, secrets) differ each time: the fake's
// values must be in the places of the recorded ones.
func TestFakeMatchesRecordings(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"2.3.0", "2.9.0", "2.13.0", "2.14.0", "2.15.0"} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			replayed, skipped := replay(t, version)
			t.Logf("%s: %d replayed, %d skipped", version, replayed, skipped)
		})
	}
}

// skipped returns why an exchange is not replayed, if so. At present nothing is skipped.
func skipped(script.Exchange) (reason string) { return "" }

func replay(t *testing.T, version string) (replayed, omitted int) {
	server := startFake(t, version)
	values := newGeneratedValues(script.RecordedAddress, server.URL)
	for i, e := range recordings(t, version) {
		if reason := skipped(e); reason != "" {
			omitted++
			continue
		}
		replayed++
		got, err := server.Do(values.translateRequest(e))
		require.NoError(t, err)
		for _, difference := range values.differences(e, got) {
			t.Errorf("line %d: %s\n%s", i+1, e, difference)
		}
	}
	return replayed, omitted
}

// recordings returns the recorded requests of a release, followed by the recorded probes.
// A release has at least one of the two.
func recordings(t *testing.T, version string) []script.Exchange {
	t.Helper()
	var all []script.Exchange
	for _, file := range []string{"recordings.jsonl", "probes.jsonl"} {
		recorded, err := script.ReadRecording("../testdata/" + version + "/" + file)
		if !errors.Is(err, fs.ErrNotExist) {
			require.NoError(t, err)
		}
		all = append(all, recorded...)
	}
	require.NotEmpty(t, all)
	return all
}

// startFake starts a fake that behaves like a release.
func startFake(t *testing.T, version string) script.Server {
	t.Helper()
	const key = "the-api-key-of-the-fake"
	handler, err := fake.New(fake.Options{APIKey: key, Version: version})
	require.NoError(t, err)
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return script.Server{URL: server.URL, APIKey: key}
}
