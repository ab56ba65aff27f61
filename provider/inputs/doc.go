// Package inputs validates and normalizes what a Pulumi program sets.
//
//	checker.go    collects validation errors, and knows which inputs are unknown or unchanged
//	rules.go      lengths, ranges, enumerations
//	urls.go       URLs and redirect URIs
//	ids.go        object IDs, and the IDs of resources that the server has no ID for
//	normalize.go  one form for inputs that mean the same
//	values.go     optional values, sets, and property values of a known type
//	durations.go  durations and timestamps
//
// It knows Pulumi's property values, and nothing of the service that is managed.
package inputs
