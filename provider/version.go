package provider

// Name is the name of the Pulumi package.
const Name = "pocketid"

// Version is the version of the provider. A release build sets it with -ldflags.
var Version = "0.1.0"
