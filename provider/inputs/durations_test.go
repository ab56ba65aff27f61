package inputs

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestDurationsAreParsedAndFormatted(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	for text, row := range map[string]struct {
		duration  time.Duration
		formatted string
	}{
		"":       {0, "0"},
		"0":      {0, "0"},
		"0s":     {0, "0"},
		"90s":    {90 * time.Second, "1m30s"},
		"1d":     {day, "24h"},
		"24h":    {day, "24h"},
		"1d12h":  {36 * time.Hour, "36h"},
		"12h1d":  {36 * time.Hour, "36h"},
		"2w":     {14 * day, "14d"},
		"90d":    {90 * day, "90d"},
		"1h30m":  {90 * time.Minute, "1h30m"},
		"36500d": {36500 * day, "36500d"},
	} {
		d, err := ParseDuration(text)
		require.NoError(t, err, text)
		require.Equal(t, row.duration, d, text)
		require.Equal(t, row.formatted, FormatDuration(d), text)
		again, err := ParseDuration(FormatDuration(d))
		require.NoError(t, err, text)
		require.Equal(t, d, again, text)
	}
	for text, want := range map[string]string{
		"36501d": "at most 36500d", "36500d1s": "at most 36500d", "999999999w": "at most 36500d", "999999999w999999999w": "at most 36500d",
		"1": "must be a duration", "-1d": "must be a duration", "1.5h": "must be a duration", "1y": "must be a duration", " 1d": "must be a duration", "1d 2h": "must be a duration",
		"1D": "must be a duration", "9999999999s": "must be a duration",
	} {
		_, err := ParseDuration(text)
		require.ErrorContains(t, err, want, text)
	}
}

func TestTimesAreUTCWithoutFractions(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"2030-01-01T12:00:00Z", "2030-01-01T13:00:00+01:00", "2030-01-01T12:00:00.987654321Z"} {
		at, ok := ParseTime(text)
		require.True(t, ok, text)
		require.Equal(t, time.Date(2030, 1, 1, 12, 0, 0, 0, time.UTC), at, text)
		require.Equal(t, "2030-01-01T12:00:00Z", FormatTime(at), text)
	}
	for _, text := range []string{"", "2030-01-01", "2030-01-01 12:00:00Z", "tomorrow"} {
		at, ok := ParseTime(text)
		require.False(t, ok, text)
		require.True(t, at.IsZero(), text)
	}
}
