package lifecycle

import (
	"testing"

	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
	"github.com/pulumi/pulumi/sdk/v3/go/property"
	"github.com/stretchr/testify/require"
)

// Only outputs that are the old address, or are below it, get the new one.
func TestOnlyAddressesOfAMovedInstanceChange(t *testing.T) {
	t.Parallel()
	const home, instance = "https://id.example", "https://sso.example"
	spec := schema.ResourceSpec{InputProperties: map[string]schema.PropertySpec{"launchUrl": {}}}
	spec.Properties = map[string]schema.PropertySpec{"launchUrl": {}, "issuer": {}, "url": {}, "slash": {}, "longerHost": {}, "endpoints": {}}
	state := property.NewMap(map[string]property.Value{
		"launchUrl":  property.New(home + "/start"),
		"issuer":     property.New(home),
		"slash":      property.New(home + "/"),
		"url":        property.New(home + "/lc/1").WithSecret(true),
		"longerHost": property.New(home + ".org/lc/1"),
		"endpoints":  property.New(map[string]property.Value{"token": property.New(home + "/token"), "other": property.New("https://other.example")}),
	})
	require.Equal(t, property.NewMap(map[string]property.Value{
		"launchUrl":  property.New(home + "/start"),
		"issuer":     property.New(instance),
		"slash":      property.New(instance),
		"url":        property.New(instance + "/lc/1").WithSecret(true),
		"longerHost": property.New(home + ".org/lc/1"),
		"endpoints":  property.New(map[string]property.Value{"token": property.New(instance + "/token"), "other": property.New("https://other.example")}),
	}), movedState(spec, state, home, instance))
}
