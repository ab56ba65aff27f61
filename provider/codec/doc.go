// Package codec converts Pulumi's property values to Go structs and back.
//
// The fields of a struct are tagged as infer's are: `pulumi:"name,optional"`. infer's own
// decoder reports errors with the names of Go types, cannot tell an empty list from an omitted
// one, rejects a state with properties that it does not know, and takes most of the time of a
// call.
package codec
