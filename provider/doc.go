// Package provider is the Pulumi provider for Pocket ID. It has a file for each resource
// and each function that a program can name; provider.go lists them.
//
// # The path of a call
//
// The engine calls the gRPC server (lifecycle.Server). It passes the call to
// lifecycle.Wrapper, which normalizes inputs, computes diffs and previews, and checks
// that the server is the instance that the resource was created in. It decodes the inputs
// into the Go types of a resource here, and calls one of its verbs. A verb makes requests
// through the REST client (package api), and returns the new state.
//
// Resources never see a preview, and do not handle what is the same for all: the
// wrapper turns "not found" from Read into "deleted outside Pulumi", reports a missing
// connection, and sets the output issuer.
//
// # What infer does
//
// infer v1.5.0 derives the schema from Go types, but its diffs, previews, secrets and imports
// lose information. Package lifecycle calls the resources in its place.
//
// # Where a rule lives
//
//	lifecycle   rules that hold for every resource of any provider
//	codec       property values as Go structs
//	inputs      validation and normalization of inputs
//	workload    what is known about issuers of workload tokens
//	inventory   which objects an instance has, also for pocketid-import
//	connection  where the address and the API key come from
//	api         what is safe to send to a Pocket ID server, and what its responses mean
//	provider    what one resource means
//
// Beside the resources and functions, this package has:
//
//	config.go, backend.go   the provider configuration, and what lifecycle asks about Pocket ID
//	version_gate.go         which inputs need which version of Pocket ID
//	objects.go              the objects that more than one resource can manage
//	import_hint.go          what to do about an object that exists already
//	listed.go               the lists of package inventory, for package lifecycle
package provider
