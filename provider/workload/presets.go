package workload

import (
	"cmp"
	"slices"
	"strings"
	"sync"
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

// presets lists all presets. None sets an audience: the workload requests a token for the
// audience that Pocket ID expects.
var presets = sync.OnceValue(func() []preset {
	return []preset{
		kubernetes(), eks(), gke(), aks(),
		azureManagedIdentity(), googleCloud(), aws(), spiffe(),
		githubActions(), gitlab(), forgejo(), hcpTerraform(), pulumiEsc(), buildkite(), vercel(), nomad(), vault(), tailscale(),
	}
})

// PresetNames are the inputs that are blocks of presets.
func PresetNames() []string {
	var names []string
	for _, p := range presets() {
		names = append(names, p.name)
	}
	return names
}

func presetNamed(name string) (preset, bool) {
	at := slices.IndexFunc(presets(), func(p preset) bool { return p.name == name })
	if at < 0 {
		return preset{}, false
	}
	return presets()[at], true
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
