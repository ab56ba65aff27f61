package lifecycle

import (
	"testing"

	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
	"github.com/pulumi/pulumi/sdk/v3/go/property"
	"github.com/stretchr/testify/require"
)

func objectOf(entries map[string]property.Value) property.Value {
	return property.New(property.NewMap(entries))
}

func TestNullPropertiesAreRemovedAtAnyDepth(t *testing.T) {
	t.Parallel()
	null := property.New(property.Null)
	in := property.NewMap(map[string]property.Value{
		"omitted": null, "set": property.New("x"),
		"object": objectOf(map[string]property.Value{"omitted": null, "set": property.New("y")}).WithSecret(true),
	})
	require.Equal(t, property.NewMap(map[string]property.Value{
		"set": property.New("x"), "object": objectOf(map[string]property.Value{"set": property.New("y")}).WithSecret(true),
	}), withoutNullProperties(in))
}

func TestDefaultsAreAddedAtAnyDepth(t *testing.T) {
	t.Parallel()
	withDefault := func(value any) schema.PropertySpec { return schema.PropertySpec{Default: value} }
	specs := map[string]schema.PropertySpec{
		"minutes": withDefault(60.0), "name": {}, "isPublic": withDefault(false),
		"block": {TypeSpec: schema.TypeSpec{Ref: "#/types/pkg:index:Block"}}, "other": {TypeSpec: schema.TypeSpec{Ref: "#/types/pkg:index:Block"}},
	}
	types := map[string]schema.ComplexTypeSpec{"pkg:index:Block": {ObjectTypeSpec: schema.ObjectTypeSpec{Properties: map[string]schema.PropertySpec{"kind": withDefault("text")}}}}
	unknown := property.New(property.Computed)
	in := property.NewMap(map[string]property.Value{"isPublic": unknown, "block": objectOf(nil).WithSecret(true)})
	require.Equal(t, property.NewMap(map[string]property.Value{
		"minutes": property.New(60.0), "isPublic": unknown, "block": objectOf(map[string]property.Value{"kind": property.New("text")}).WithSecret(true),
	}), withDefaults(types, specs, in), "an omitted object stays omitted")
}
