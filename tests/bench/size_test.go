package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPackageOfSymbol(t *testing.T) {
	t.Parallel()
	for symbol, pkg := range map[string]string{
		"example.com/a/b.(*T).Method":          "example.com/a/b",
		"example.com/a/b.F.func1":              "example.com/a/b",
		"type:.eq.example.com/a/b.T":           "example.com/a/b",
		"type:*example.com/a/b.T":              "example.com/a/b",
		"example.com/a.F[example.com/other.T]": "example.com/a",
		"gopkg.in/yaml%2ev3.Unmarshal":         "gopkg.in/yaml.v3",
		"runtime.main":                         "runtime",
		"main":                                 "",
	} {
		require.Equal(t, pkg, packageOfSymbol(symbol), symbol)
	}
}
