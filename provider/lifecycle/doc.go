// Package lifecycle is the part of a Pulumi provider that is the same for all of its
// resources. It puts a Wrapper around the provider that infer builds from the resources,
// and a gRPC server around that.
//
// A call of the engine passes through these files:
//
//	server.go        the gRPC server: panics, error codes, Ctrl-C
//	wrapper.go       one method for each call: what happens before and after a resource
//	config.go        the calls about the provider configuration
//	backend.go       what the wrapper must know of the service behind the resources
//	errors.go        errors that tell the engine whether a resource has changed
//	call.go          what a resource can ask about the call that it serves
//	plan.go          the difference between state and program: diffs and previews
//	moved.go         the state of a resource whose instance has moved
//	known_properties.go  state that another version of the provider wrote
//	ignore_changes.go    ignoreChanges where inputs are expanded
//	sanitize.go      nulls and defaults in inputs
//	secrets.go       which values are secret, and how they stay so in state and messages
//	registry.go      which resource of the program declares which object of the server
//	declarations.go  how resources declare objects, and keep those that others declare
//	schema.go        the schema, made from the Go types
//	list.go          lists of objects, for imports
//	resource.go      how a provider hands over its resources and functions
//	verbs.go         the calls of a resource in terms of its Go types
//
// infer v1.5.0 has the schema, the functions and the configuration. The wrapper does the rest,
// because infer gets it wrong or lacks it. Each rule is derived from the schema and written once.
package lifecycle
