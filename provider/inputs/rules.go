package inputs

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Range requires a number from least to most. An omitted one passes.
func (c *Checker) Range(property string, v *int, least, most int, unit string) {
	if v == nil {
		return
	}
	if unit != "" {
		unit = " " + unit
	}
	c.Require(*v >= least && *v <= most, property, "must be from %d to %d%s (got %s)", least, most, unit, c.Quote(property, *v))
}

// Length requires a number of characters (Unicode code points).
func (c *Checker) Length(property, value string, least, most int) {
	n := utf8.RuneCountInString(value)
	if least > 0 && n == 0 {
		c.Require(false, property, "must not be empty")
		return
	}
	c.Require(n >= least, property, "must have at least %d characters (got %d)", least, n)
	c.Require(n <= most, property, "must be at most %d characters (got %d)", most, n)
}

// OneOf requires one of the values. An omitted one passes.
func (c *Checker) OneOf(property string, v *string, values ...string) {
	if v != nil {
		c.Require(slices.Contains(values, *v), property, "must be %s (got %s)", Alternatives(values), c.Quote(property, *v))
	}
}

// Alternatives formats a list as "a, b or c".
func Alternatives[T ~string](values []T) string {
	list := make([]string, len(values))
	for i, v := range values {
		list[i] = string(v)
	}
	if len(list) < 2 {
		return strings.Join(list, "")
	}
	return strings.Join(list[:len(list)-1], ", ") + " or " + list[len(list)-1]
}

// Enumerate names the first 20 elements of a list and counts the others.
func Enumerate[T any](list []T, name func(T) string) string {
	const most = 20
	var names []string
	for _, v := range list[:min(most, len(list))] {
		names = append(names, name(v))
	}
	if more := len(list) - most; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(names, ", "), more)
	}
	return strings.Join(names, ", ")
}
