// Package workload knows the issuers of workload tokens: what their tokens contain, and
// which of it Pocket ID can check.
//
//	presets.go                the presets, each a block in a program
//	presets_*.go              for each platform: its block, and what its tokens contain
//	preset.go, block.go       the types of presets and blocks
//	expand.go                 a block becomes the plain inputs of a federated identity
//	ignored.go                the same if a program ignores changes of a block
//	rules.go                  validation of the fields of a block
//	issuers.go                validation of an issuer that is set without a preset
//	public_keys.go            JWKS documents
package workload
