package provider

import (
	"fmt"
	"regexp"
	"strconv"
	"time"
)

// Programs say how long something lasts in words such as 90d, 12h or 1d12h.
var (
	durationShape = regexp.MustCompile(`^(?:0|(?:[0-9]{1,9}[wdhms])+)$`)
	durationParts = regexp.MustCompile(`([0-9]+)([wdhms])`)
	durationUnits = map[string]time.Duration{"w": 7 * 24 * time.Hour, "d": 24 * time.Hour, "h": time.Hour, "m": time.Minute, "s": time.Second}
)

const longestDuration = 100 * 365 * 24 * time.Hour

// parseDuration reads such a word; "" is no time at all. A day has 24 hours.
func parseDuration(text string) (time.Duration, error) {
	if text == "" {
		return 0, nil
	}
	if !durationShape.MatchString(text) {
		return 0, fmt.Errorf("must be a duration such as 90d, 12h or 1d12h (w, d, h, m and s, in whole numbers)")
	}
	var sum time.Duration
	for _, part := range durationParts.FindAllStringSubmatch(text, -1) {
		n, _ := strconv.Atoi(part[1])
		unit := durationUnits[part[2]]
		if n > int((longestDuration-sum)/unit) {
			return 0, fmt.Errorf("must be at most 36500d, a hundred years")
		}
		sum += time.Duration(n) * unit
	}
	return sum, nil
}

// duration checks a property and returns what it says; 0 if nothing, or nothing useful.
func (c *checks) duration(name string, value *string, least time.Duration) time.Duration {
	d, err := parseDuration(or(value, ""))
	if err != nil {
		c.that(false, name, "%v, is %s", err, c.quoted(name, or(value, "")))
		return 0
	}
	c.that(value == nil || d >= least, name, "must be at least %s, is %s", least, c.quoted(name, or(value, "")))
	return d
}

// instant is a time as a program says it (RFC 3339). Its parts of a second do not
// count: not every database under Pocket ID keeps them.
func instant(text string) (time.Time, bool) {
	t, err := time.Parse(time.RFC3339, text)
	return t.UTC().Truncate(time.Second), err == nil
}

// timestamp is the form in which times stand in the state.
func timestamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// inDurationWords is a time as a program would say it: 24h, 36h, 7d, 1h30m.
func inDurationWords(d time.Duration) string {
	days := d / (24 * time.Hour)
	if days > 1 && d%(24*time.Hour) == 0 {
		return fmt.Sprintf("%dd", days)
	}
	words := ""
	for _, unit := range []string{"h", "m", "s"} {
		if n := d / durationUnits[unit]; n > 0 {
			words += fmt.Sprintf("%d%s", n, unit)
			d -= n * durationUnits[unit]
		}
	}
	if words == "" {
		return "0"
	}
	return words
}
