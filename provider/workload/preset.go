package workload

import (
	"cmp"
	"strings"
)

// preset is what is known about the tokens of a platform. The block of a preset in a
// program is expanded into plain inputs before anything looks at them (expand.go), so
// state, diffs and imports have only those.
type preset struct {
	name   string // the input that is the block
	source string // public documentation of the platform
	shape  shape  // of the block

	issuer  func(*block) string
	subject func(*block) string
	// keys is the URL of the issuer's keys. It is nil where Pocket ID looks by default.
	keys func(b *block, issuer func(*block) string) string

	rules []rule
}

func field(name string) func(*block) string {
	return func(b *block) string { return b.text(name) }
}

func constant(text string) func(*block) string {
	return func(*block) string { return text }
}

// baseURL is a URL in the block, or a default, without a trailing slash.
func baseURL(name, otherwise string) func(*block) string {
	return func(b *block) string { return strings.TrimRight(cmp.Or(b.text(name), otherwise), "/") }
}

// keysBelow is a path below the issuer.
func keysBelow(path string) func(*block, func(*block) string) string {
	return func(b *block, issuer func(*block) string) string { return strings.TrimRight(issuer(b), "/") + path }
}

func keysAt(url string) func(*block, func(*block) string) string {
	return func(*block, func(*block) string) string { return url }
}
