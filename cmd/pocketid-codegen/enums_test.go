package main

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider"
)

// The provider's validation knows the values. The test gives each string input a wrong value,
// and compares the values in the error with the table.
func TestEnumerationsAreThoseOfTheProvider(t *testing.T) {
	t.Parallel()
	spec, err := provider.GenerateSchema(t.Context())
	require.NoError(t, err)
	found := map[string][]string{}
	for token, resource := range spec.Resources {
		if resource.IsComponent { // its children are checked
			continue
		}
		name := strings.TrimPrefix(token, "pocketid:index:")
		for property, allowed := range refusals(t, name, "", schema.ObjectTypeSpec{Properties: resource.InputProperties, Required: resource.RequiredInputs}) {
			found[name+"."+property] = allowed
		}
		for block, input := range resource.InputProperties {
			owner, isBlock := strings.CutPrefix(input.Ref, "#/types/pocketid:index:")
			if !isBlock {
				continue
			}
			for property, allowed := range refusals(t, name, block, spec.Types["pocketid:index:"+owner].ObjectTypeSpec) {
				found[owner+"."+property] = allowed
			}
		}
	}
	table := map[string][]string{}
	for _, e := range enumerations() {
		table[e.owner+"."+e.property] = e.values
	}
	require.ElementsMatch(t, slices.Collect(maps.Keys(table)), slices.Collect(maps.Keys(found)))
	for name := range found {
		require.ElementsMatch(t, found[name], table[name], name)
	}
}

// refusals returns, by property, the values that the provider names when it refuses another one.
// The properties are those of a resource, or of one of its blocks.
func refusals(t *testing.T, resource, block string, spec schema.ObjectTypeSpec) map[string][]string {
	t.Helper()
	server, err := provider.NewServer(nil)
	require.NoError(t, err)
	found := map[string][]string{}
	for name, property := range spec.Properties {
		if property.Type != "string" {
			continue
		}
		values := map[string]any{}
		for _, required := range spec.Required {
			values[required] = "value"
		}
		values[name] = "no-such-value"
		if block != "" {
			values = map[string]any{block: values, "clientId": "client"}
		}
		inputs, err := structpb.NewStruct(values)
		require.NoError(t, err)
		checked, err := server.Check(t.Context(), &rpc.CheckRequest{Urn: "urn:pulumi:dev::test::pocketid:index:" + resource + "::r", News: inputs})
		require.NoError(t, err)
		for _, failure := range checked.Failures {
			// The reason of a failure in a block begins with the path of the property.
			reason, ofProperty := strings.CutPrefix(failure.Reason, block+"."+name+": ")
			if allowed := alternatives.FindStringSubmatch(reason); allowed != nil && (ofProperty || failure.Property == name) {
				found[name] = strings.Split(strings.ReplaceAll(allowed[1], " or ", ", "), ", ")
			}
		}
	}
	return found
}

// alternatives matches a message such as "must be a, b or c (got x)".
var alternatives = regexp.MustCompile(`^must be ((?:[\w-]+, )*[\w-]+ or [\w-]+)(?: \(got .*)?$`)
