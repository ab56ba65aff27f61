package provider

import (
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/fake"
)

// Numbers arrive as floating point. From 2^53 on, several integers become the same number.
func TestNumbersThatLoseDigitsAreRefusedInEveryMapOfStrings(t *testing.T) {
	t.Parallel()
	c := newChecker(t, newFake(t, fake.Options{}))
	checked := 0
	for token, schema := range providerSchema(t).Resources {
		if schema.IsComponent { // its children are checked
			continue
		}
		typ := strings.TrimPrefix(token, Name+":index:")
		for name, input := range schema.InputProperties {
			if input.Type != "object" || input.AdditionalProperties.Type != "string" {
				continue
			}
			checked++
			inputs := toProps(fuzzExamples[typ].inputs)
			delete(inputs, "value") // of a ClientSecret, excludes triggers
			for _, value := range []resource.PropertyValue{
				resource.NewProperty(9007199254740993.0), resource.NewProperty(-9007199254740993.0), resource.NewProperty(1e300),
				resource.MakeSecret(resource.NewProperty(9007199254740993.0)),
			} {
				inputs[resource.PropertyKey(name)] = resource.NewProperty(props{"employee": value, "other": resource.NewProperty("x")})
				require.Equal(t, []string{name + `["employee"]: must be quoted, because a number of this size loses digits`}, c.failures(typ, inputs), typ)
			}
			for _, value := range []resource.PropertyValue{
				resource.NewProperty(9007199254740991.0), resource.NewProperty(-9007199254740991.0), resource.NewProperty(0.5),
				resource.NewProperty("9007199254740993"), resource.NewProperty(true),
			} {
				inputs[resource.PropertyKey(name)] = resource.NewProperty(props{"employee": value})
				require.Empty(t, c.failures(typ, inputs), typ)
			}
		}
	}
	require.Equal(t, 11, checked)
}

func TestRoundedClaimsAreNotWritten(t *testing.T) {
	t.Parallel()
	s := newStack(t, newFake(t, fake.Options{}))
	group := map[string]any{"name": "devs", "friendlyName": "Developers", "customClaims": map[string]any{"badge": 9007199254740993.0}}
	s.declare("Group", "devs", group)
	for _, operation := range []func() outcome{s.preview, s.up} {
		o := operation()
		require.Error(t, o.err)
		require.Contains(t, o.messages, `customClaims["badge"]: must be quoted`)
	}
	require.Empty(t, s.instance.listAll("/api/user-groups"))
	group["customClaims"] = map[string]any{"badge": "9007199254740993"}
	s.declare("Group", "devs", group)
	s.mustUp()
	require.Equal(t, map[string]any{"badge": "9007199254740993"}, s.output("devs", "customClaims"))
	s.requireNoChanges()
}
