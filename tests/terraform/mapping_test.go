// Package terraform decodes the mapping from Terraform with the types of Pulumi's Terraform bridge,
// as `pulumi convert` does. It is a module of its own: the provider does not depend on the bridge.
package terraform

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge/info"
	shim "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim"
	"github.com/stretchr/testify/require"
)

// withoutProperty are the attributes of Terraform that have no property of the same meaning.
// docs/migration.md shows what to do with them.
var withoutProperty = map[string][]string{
	"pocketid_client":                {"federated_identities"}, // resources of their own
	"pocketid_user":                  {"groups"},               // memberships are resources of their own
	"pocketid_scim_service_provider": {"created_at", "last_synced_at"},
	"pocketid_one_time_access_token": {"created_at"},
}

type schema struct {
	Config    struct{ Variables map[string]any }
	Resources map[string]struct{ Properties map[string]any }
	Functions map[string]struct {
		Outputs struct{ Properties map[string]any }
	}
}

func readJSON(t *testing.T, path string, into any) {
	t.Helper()
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(content, into))
}

// propertyNames returns the names that the bridge gives to the attributes of Terraform.
func propertyNames(attributes shim.SchemaMap, fields map[string]*info.Schema) map[string]string {
	names := map[string]string{}
	attributes.Range(func(name string, _ shim.Schema) bool {
		names[name] = tfbridge.TerraformToPulumiNameV2(name, attributes, fields)
		return true
	})
	return names
}

func TestEveryAttributeOfTerraformHasAProperty(t *testing.T) {
	var marshalled info.MarshallableProvider
	readJSON(t, "../../provider/terraform_mapping.json", &marshalled)
	var pulumi schema
	readJSON(t, "../../schema.json", &pulumi)
	provider := marshalled.Unmarshal()
	require.Equal(t, "pocketid", provider.Name)

	for attribute, property := range propertyNames(provider.P.Schema(), provider.Config) {
		require.Contains(t, pulumi.Config.Variables, property, attribute)
	}
	for name, resource := range provider.Resources {
		properties := pulumi.Resources[string(resource.Tok)].Properties
		require.NotEmpty(t, properties, name)
		for attribute, property := range propertyNames(provider.P.ResourcesMap().Get(name).Schema(), resource.Fields) {
			if _, has := properties[property]; !has && attribute != "id" {
				require.Contains(t, withoutProperty[name], attribute, "%s.%s (%s)", name, attribute, property)
			}
		}
	}
	for name, source := range provider.DataSources {
		properties := pulumi.Functions[string(source.Tok)].Outputs.Properties
		require.NotEmpty(t, properties, name)
		for attribute, property := range propertyNames(provider.P.DataSourcesMap().Get(name).Schema(), source.Fields) {
			if attribute != "id" || source.Fields["id"] != nil {
				require.Contains(t, properties, property, "%s.%s", name, attribute)
			}
		}
	}
}
