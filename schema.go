// Package pocketid has the schema of the provider.
package pocketid

import _ "embed"

// Schema is schema.json, which `make generate` writes. Generating it from the Go types takes
// most of the time in which a plugin starts, so the plugin serves this copy. A test keeps it
// current.
//
//go:embed schema.json
var Schema []byte
