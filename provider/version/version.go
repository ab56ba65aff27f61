// Package version has the version of the provider and of the programs beside it.
package version

// Version is set by a release build with -ldflags.
var Version = "0.1.0"

// UserAgent is how the programs name themselves in HTTP requests.
func UserAgent() string { return "pulumi-pocketid/" + Version }
