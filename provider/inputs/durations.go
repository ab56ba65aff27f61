package inputs

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"time"
)

// Programs write durations as 90d, 12h or 1d12h.
var (
	durationPattern = regexp.MustCompile(`^(?:0|(?:[0-9]{1,9}[wdhms])+)$`)
	durationUnit    = regexp.MustCompile(`([0-9]+)([wdhms])`)
	unitLengths     = map[string]time.Duration{"w": 7 * 24 * time.Hour, "d": 24 * time.Hour, "h": time.Hour, "m": time.Minute, "s": time.Second}
)

const maxDuration = 100 * 365 * 24 * time.Hour

// ParseDuration parses a duration in weeks, days, hours, minutes and seconds (1d12h),
// at most 100 years. "" is 0. A day has 24 hours.
func ParseDuration(text string) (time.Duration, error) {
	if text == "" {
		return 0, nil
	}
	if !durationPattern.MatchString(text) {
		return 0, errors.New("must be a duration such as 90d, 12h or 1d12h (whole numbers with the units w, d, h, m and s)")
	}
	var sum time.Duration
	for _, part := range durationUnit.FindAllStringSubmatch(text, -1) {
		n, _ := strconv.Atoi(part[1])
		unit := unitLengths[part[2]]
		if n > int((maxDuration-sum)/unit) {
			return 0, errors.New("must be at most 36500d (100 years)")
		}
		sum += time.Duration(n) * unit
	}
	return sum, nil
}

// Duration requires a duration of at least least, and returns it. It is 0 if the
// input is omitted or invalid.
func (c *Checker) Duration(property string, value *string, least time.Duration) time.Duration {
	text := ValueOr(value, "")
	d, err := ParseDuration(text)
	if err != nil {
		c.Require(false, property, "%v (got %s)", err, c.Quote(property, text))
		return 0
	}
	c.Require(value == nil || d >= least, property, "must be at least %s (got %s)", least, c.Quote(property, text))
	return d
}

// ParseTime parses an RFC 3339 timestamp. It cuts fractions of a second, because not
// every database that a server uses keeps them.
func ParseTime(text string) (time.Time, bool) {
	t, err := time.Parse(time.RFC3339, text)
	return t.UTC().Truncate(time.Second), err == nil
}

// FormatTime is the form of timestamps in the state.
func FormatTime(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// FormatDuration formats a duration as programs write it: 24h, 36h, 7d, 1h30m.
func FormatDuration(d time.Duration) string {
	days := d / (24 * time.Hour)
	if days > 1 && d%(24*time.Hour) == 0 {
		return fmt.Sprintf("%dd", days)
	}
	text := ""
	for _, unit := range []string{"h", "m", "s"} {
		if n := d / unitLengths[unit]; n > 0 {
			text += fmt.Sprintf("%d%s", n, unit)
			d -= n * unitLengths[unit]
		}
	}
	if text == "" {
		return "0"
	}
	return text
}
