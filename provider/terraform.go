package provider

import (
	_ "embed"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/lifecycle"
)

// terraformMapping maps the resources of the Terraform provider trozz/pocketid 2.3. Names
// that the Terraform bridge derives itself, such as callbackUrls, are not in its fields.
// The module tests/terraform decodes it with the types of the bridge.
//
//go:embed terraform_mapping.json
var terraformMapping []byte

func terraform() lifecycle.TerraformMapping {
	return lifecycle.TerraformMapping{Provider: "pocketid", Data: terraformMapping}
}
