// Package terraform decodes the mapping from Terraform with the types of Pulumi's Terraform bridge,
// as `pulumi convert` does. It is a module of its own: the provider does not depend on the bridge.
package terraform

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge/info"
	shim "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim"
	"github.com/stretchr/testify/require"
)

// withoutProperty are the attributes of Terraform that have no property of the same meaning.
// docs/migration.md shows what to do with those of resources.
var withoutProperty = map[string][]string{
	"pocketid_client":                {"federated_identities"}, // resources of their own
	"pocketid_user":                  {"groups"},               // memberships are resources of their own
	"pocketid_scim_service_provider": {"created_at", "last_synced_at"},
	"pocketid_one_time_access_token": {"created_at"},

	"data.pocketid_application_config": {"ldap_bind_password", "smtp_password"}, // functions return no secrets
	"data.pocketid_group":              {"created_at", "ldap_id"},
	"data.pocketid_groups.groups":      {"created_at", "ldap_id"},
	"data.pocketid_user":               {"ldap_id"},
	"data.pocketid_users.users":        {"ldap_id"},
}

type property struct {
	Items struct {
		Ref string `json:"$ref"`
	}
}

type object struct{ Properties map[string]property }

type schema struct {
	Config    struct{ Variables map[string]property }
	Types     map[string]object
	Resources map[string]object
	Functions map[string]struct{ Outputs object }
}

func readJSON(t *testing.T, path string, into any) {
	t.Helper()
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(content, into))
}

// requireProperties requires that each attribute of Terraform has a property, under the name that
// the bridge gives it.
func requireProperties(t *testing.T, name string, attributes shim.SchemaMap, fields map[string]*info.Schema, types map[string]object, properties map[string]property) {
	t.Helper()
	require.NotEmpty(t, properties, name)
	attributes.Range(func(attribute string, s shim.Schema) bool {
		translated := tfbridge.TerraformToPulumiNameV2(attribute, attributes, fields)
		found, has := properties[translated]
		if !has && (attribute != "id" || fields["id"] != nil) { // otherwise the ID of the resource
			require.Contains(t, withoutProperty[name], attribute, "%s.%s (%s)", name, attribute, translated)
		}
		if element, nested := s.Elem().(shim.Resource); has && nested {
			// The bridge has the names in Elem. The converter looks for that of `clients[0].id` in Fields.
			require.Equal(t, fields[attribute].Fields, fields[attribute].Elem.Fields, "%s.%s", name, attribute)
			typ := types[strings.TrimPrefix(found.Items.Ref, "#/types/")]
			requireProperties(t, name+"."+attribute, element.Schema(), fields[attribute].Fields, types, typ.Properties)
		}
		return true
	})
}

func TestEveryAttributeOfTerraformHasAProperty(t *testing.T) {
	var marshalled info.MarshallableProvider
	readJSON(t, "../../provider/terraform_mapping.json", &marshalled)
	var pulumi schema
	readJSON(t, "../../schema.json", &pulumi)
	provider := marshalled.Unmarshal()
	require.Equal(t, "pocketid", provider.Name)

	requireProperties(t, "provider", provider.P.Schema(), provider.Config, pulumi.Types, pulumi.Config.Variables)
	for name, resource := range provider.Resources {
		requireProperties(t, name, provider.P.ResourcesMap().Get(name).Schema(), resource.Fields, pulumi.Types, pulumi.Resources[string(resource.Tok)].Properties)
	}
	for name, source := range provider.DataSources {
		properties := pulumi.Functions[string(source.Tok)].Outputs.Properties
		requireProperties(t, "data."+name, provider.P.DataSourcesMap().Get(name).Schema(), source.Fields, pulumi.Types, properties)
	}
}
