package inputs

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/urn"
	"github.com/pulumi/pulumi/sdk/v3/go/property"
	"github.com/stretchr/testify/require"
)

var (
	unknown    = property.New(property.Computed)
	dependency = []urn.URN{"urn:pulumi:s::p::a:b:C::d"}
)

func text(s string) property.Value { return property.New(s) }

// marked is a value with what a normalisation must keep.
func marked(v property.Value) property.Value { return v.WithSecret(true).WithDependencies(dependency) }

func array(elements ...property.Value) property.Value {
	return property.New(property.NewArray(elements))
}

func object(m map[string]property.Value) property.Value { return property.New(property.NewMap(m)) }

// normalized returns the input "x" after a normalisation of it.
func normalized(normalize func(property.Map, ...string) property.Map, v property.Value) property.Value {
	return normalize(property.NewMap(map[string]property.Value{"x": v}), "x", "omitted").Get("x")
}

func TestOrderAndDuplicatesOfASetHaveNoMeaning(t *testing.T) {
	t.Parallel()
	secret := text("b").WithSecret(true)
	for name, row := range map[string]struct{ in, want property.Value }{
		"unsorted":                  {array(text("b"), text("a"), text("b")), array(text("a"), text("b"))},
		"a secret element stays so": {array(secret, text("a")), array(text("a"), secret)},
		"a secret list":             {marked(array(text("b"), text("a"))), marked(array(text("a"), text("b")))},
		"an unknown element":        {array(text("b"), unknown, text("a")), array(text("b"), unknown, text("a"))},
		"another type":              {array(text("b"), property.New(1.0)), array(text("b"), property.New(1.0))},
		"no list":                   {text("b"), text("b")},
		"unknown":                   {unknown, unknown},
	} {
		require.Equal(t, row.want, normalized(Sets, row.in), name)
	}
}

func TestStringsAreInNormalFormC(t *testing.T) {
	t.Parallel()
	const decomposed, composed = "Rene\u0301", "Ren\u00e9"
	for name, row := range map[string]struct{ in, want property.Value }{
		"a string": {marked(text(decomposed)), marked(text(composed))},
		"keys and values": {
			marked(object(map[string]property.Value{decomposed: marked(text(decomposed)), "n": property.New(1.0), "u": unknown})),
			marked(object(map[string]property.Value{composed: marked(text(composed)), "n": property.New(1.0), "u": unknown})),
		},
		"a list":  {array(text(decomposed)), array(text(decomposed))},
		"unknown": {marked(unknown), marked(unknown)},
	} {
		require.Equal(t, row.want, normalized(NFC, row.in), name)
	}
}

func TestNumbersAndBooleansInMapsOfStringsBecomeStrings(t *testing.T) {
	t.Parallel()
	in := marked(object(map[string]property.Value{
		"integer": property.New(5.0), "large": property.New(1e15), "fraction": property.New(0.1), "bool": marked(property.New(true)), "text": text("5"), "unknown": unknown,
	}))
	require.Equal(t, marked(object(map[string]property.Value{
		"integer": text("5"), "large": text("1000000000000000"), "fraction": text("0.1"), "bool": marked(text("true")), "text": text("5"), "unknown": unknown,
	})), normalized(Stringify, in))
	require.Equal(t, property.New(5.0), normalized(Stringify, property.New(5.0)), "not a map")
}

func TestEmptyInputsAreAsOmittedOnes(t *testing.T) {
	t.Parallel()
	in := property.NewMap(map[string]property.Value{
		"null": property.New(property.Null), "text": text(""), "list": array(), "map": object(nil),
		"false": property.New(false), "zero": property.New(0.0), "unknown": unknown, "kept": text(""),
	})
	out := OmitEmpty(in, "null", "text", "list", "map", "false", "zero", "unknown", "omitted")
	require.Equal(t, in.Delete("null", "text", "list", "map"), out)
}

func TestADefaultReplacesOnlyAnOmittedInput(t *testing.T) {
	t.Parallel()
	require.Equal(t, text("d"), Default(property.Map{}, "x", "d").Get("x"))
	for name, row := range map[string]struct{ in, want property.Value }{
		"null": {property.New(property.Null), text("d")}, "empty": {text(""), text("")}, "unknown": {unknown, unknown}, "another type": {property.New(false), property.New(false)},
	} {
		require.Equal(t, row.want, Default(property.NewMap(map[string]property.Value{"x": row.in}), "x", "d").Get("x"), name)
	}
}

func TestSecretnessAndDependenciesAreNoDifference(t *testing.T) {
	t.Parallel()
	nested := func(v property.Value) property.Value { return object(map[string]property.Value{"l": array(v)}) }
	for _, v := range []property.Value{text("a"), property.New(true), property.New(1.0), array(text("a")), nested(text("a")), property.New(property.Null)} {
		require.True(t, Same(v, marked(v)), "%v", v)
	}
	require.True(t, Same(nested(text("a")), nested(marked(text("a")))))
	for _, row := range [][2]property.Value{
		{text("a"), text("b")}, {text("1"), property.New(1.0)}, {text(""), property.New(property.Null)}, {array(text("a"), text("b")), array(text("b"), text("a"))},
		{nested(text("a")), nested(text("b"))}, {array(), object(nil)}, {unknown, text("")}, {object(nil), object(map[string]property.Value{"a": text("")})},
	} {
		require.False(t, Same(row[0], row[1]), "%v", row)
		require.False(t, Same(row[1], row[0]), "%v", row)
	}
}
