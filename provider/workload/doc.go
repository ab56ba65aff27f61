// Package workload knows the issuers of workload tokens: what their tokens contain, and
// which of it Pocket ID can check.
//
//	blocks.go, blocks_ci.go   the presets as a program writes them: one block per platform
//	presets.go, presets_*.go  what the tokens of each platform contain
//	expand.go                 a block becomes the plain inputs of a federated identity
//	rules.go                  validation of the fields of a block
//	issuers.go                validation of an issuer that is set without a preset
//	public_keys.go            JWKS documents
package workload
