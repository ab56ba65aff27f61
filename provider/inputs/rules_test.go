package inputs

import (
	"slices"
	"strings"
	"testing"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi/sdk/v3/go/property"
	"github.com/stretchr/testify/require"
)

// reasons returns the failures of rules about the input "x".
func reasons(t *testing.T, in property.Map, rules func(*Checker)) []string {
	t.Helper()
	check := NewChecker(t.Context(), in, property.Map{}, nil)
	rules(check)
	list := []string{}
	for _, f := range check.Failures {
		list = append(list, f.Property+" "+f.Reason)
	}
	return list
}

func TestLengthsAreCountedInCharacters(t *testing.T) {
	t.Parallel()
	for value, want := range map[string][]string{
		"":                      {"x must not be empty"},
		"é":                     {"x must have at least 2 characters (got 1)"},
		"éé":                    {},
		strings.Repeat("é", 50): {},
		strings.Repeat("日", 51): {"x must be at most 50 characters (got 51)"},
	} {
		require.Equal(t, want, reasons(t, property.Map{}, func(c *Checker) { c.Length("x", value, 2, 50) }), value)
	}
	require.Empty(t, reasons(t, property.Map{}, func(c *Checker) { c.Length("x", "", 0, 50) }))
}

func TestOmittedValuesPass(t *testing.T) {
	t.Parallel()
	require.Empty(t, reasons(t, property.Map{}, func(c *Checker) {
		c.Range("x", nil, 1, 2, "")
		c.OneOf("x", nil, "a", "b")
		c.Duration("x", nil, 1)
	}))
	require.Equal(t, []string{"x must be from 1 to 2 seconds (got 3)"}, reasons(t, property.Map{}, func(c *Checker) { c.Range("x", Ptr(3), 1, 2, "seconds") }))
	require.Equal(t, []string{`x must be a, b or c (got "d")`}, reasons(t, property.Map{}, func(c *Checker) { c.OneOf("x", Ptr("d"), "a", "b", "c") }))
	require.Equal(t, []string{`x must be at least 1ns (got "0")`}, reasons(t, property.Map{}, func(c *Checker) { c.Duration("x", Ptr("0"), 1) }))
}

// An unknown input reads as the zero value, and one that has failed already may be anything.
func TestRulesAboutUnknownAndFailedInputsAreSkipped(t *testing.T) {
	t.Parallel()
	computed := property.New(property.Computed)
	in := property.NewMap(map[string]property.Value{"x": property.New(property.NewArray([]property.Value{computed})), "y": property.New("")})
	check := NewChecker(t.Context(), in, property.Map{}, []p.CheckFailure{{Property: "z", Reason: "must be a list"}})
	for _, skipped := range []string{"x", "x[0]", "z", "z[1]", "z.name"} {
		check.Require(false, skipped, "is wrong")
		check.RequireForChanges(false, skipped, "is wrong")
		require.True(t, check.Skips(skipped), skipped)
	}
	check.RequireForChangesOf(false, []string{"y", "x"}, "is wrong")
	require.Len(t, check.Failures, 1)
	check.RequireForChangesOf(false, []string{"y"}, "is wrong")
	check.Require(false, "y", "is wrong in another way")
	check.Require(false, "y[0]", "is wrong")
	require.Len(t, check.Failures, 2, "one failure for each input")
	for range 2 {
		check.Require(false, "list[0]", "is wrong")
		check.Require(false, "list[1]", "is wrong")
	}
	require.Len(t, check.Failures, 4, "one failure for each element")
}

func TestLongListsAreShortened(t *testing.T) {
	t.Parallel()
	name := func(s string) string { return s }
	require.Equal(t, "", Enumerate(nil, name))
	require.Equal(t, "a, b", Enumerate([]string{"a", "b"}, name))
	require.Equal(t, strings.TrimSuffix(strings.Repeat("a, ", 20), ", "), Enumerate(slices.Repeat([]string{"a"}, 20), name))
	require.Equal(t, strings.Repeat("a, ", 19)+"a and 2 more", Enumerate(slices.Repeat([]string{"a"}, 22), name))
	require.Equal(t, []string{"", "a", "a or b", "a, b or c"}, []string{Alternatives[string](nil), Alternatives([]string{"a"}), Alternatives([]string{"a", "b"}), Alternatives([]string{"a", "b", "c"})})
}
