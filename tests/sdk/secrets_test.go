// Package sdk looks at the schema and at the generated SDKs as their users do.
package sdk

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
	"github.com/stretchr/testify/require"
)

const root = "../.."

func pulumiSchema(t *testing.T) schema.PackageSpec {
	t.Helper()
	var spec schema.PackageSpec
	require.NoError(t, json.Unmarshal(read(t, "schema.json"), &spec))
	return spec
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(root, path))
	require.NoError(t, err)
	return content
}

// secrets are the properties that must never be shown, by where they are.
func secrets() map[string][]string {
	return map[string][]string{
		"config":                {"apiKey", "clientKey", "headers", "proxyUrl"},
		"pocketid:index:Client": {"clientSecret"},
	}
}

func TestSecretsAreSecretInTheSchema(t *testing.T) {
	spec := pulumiSchema(t)
	for where, names := range secrets() {
		for _, name := range names {
			if where == "config" {
				require.True(t, spec.Config.Variables[name].Secret, "config %s", name)
				require.True(t, spec.Provider.InputProperties[name].Secret, "provider %s", name)
				continue
			}
			require.True(t, spec.Resources[where].InputProperties[name].Secret, "%s input %s", where, name)
			require.True(t, spec.Resources[where].Properties[name].Secret, "%s output %s", where, name)
		}
	}
}

// A property whose name sounds like a secret is one, or stands here.
func TestNothingThatSoundsSecretIsPlain(t *testing.T) {
	plain := map[string]bool{
		"apiKeyFile": true, "createSecret": true, "clientSecretId": true, "secretId": true, "secretStatus": true, "secretRotationTriggers": true,
		"previousSecrets":            true, // their ids
		"accessTokenDurationMinutes": true, "refreshTokenDurationMinutes": true,
	}
	sounds := regexp.MustCompile(`(?i)secret|token|password|key$|keyfile`)
	for where, properties := range everyProperty(pulumiSchema(t)) {
		for name, property := range properties {
			if sounds.MatchString(name) && !plain[name] {
				require.True(t, property.Secret, "%s %s", where, name)
			}
		}
	}
}

// Users read these in their editors.
func TestEverythingIsDescribed(t *testing.T) {
	spec := pulumiSchema(t)
	for token, resource := range spec.Resources {
		require.NotEmpty(t, resource.Description, token)
	}
	for token, function := range spec.Functions {
		require.NotEmpty(t, function.Description, token)
	}
	for where, properties := range everyProperty(spec) {
		for name, property := range properties {
			require.NotEmpty(t, property.Description, "%s %s", where, name)
		}
	}
}

func TestReadmeHasEveryProviderOption(t *testing.T) {
	readme := string(read(t, "README.md"))
	for name := range pulumiSchema(t).Config.Variables {
		require.Contains(t, readme, "`"+name+"`")
	}
}

// everyProperty is what programs can write or read, by where it is.
func everyProperty(spec schema.PackageSpec) map[string]map[string]schema.PropertySpec {
	all := map[string]map[string]schema.PropertySpec{
		"config":         spec.Config.Variables,
		"provider input": spec.Provider.InputProperties,
	}
	for token, resource := range spec.Resources {
		all[token+" input"] = resource.InputProperties
		all[token+" output"] = resource.Properties
	}
	for token, object := range spec.Types {
		all[token+" field"] = object.Properties
	}
	for token, function := range spec.Functions {
		if function.Inputs != nil {
			all[token+" argument"] = function.Inputs.Properties
		}
		if function.ReturnType != nil && function.ReturnType.ObjectTypeSpec != nil {
			all[token+" result"] = function.ReturnType.ObjectTypeSpec.Properties
		}
	}
	return all
}

// The engine learns from the SDK, not from the schema, that an output is secret;
// what a program passes in is wrapped before it leaves the program.
func TestClientSecretIsSecretInEachSDK(t *testing.T) {
	for file, lines := range map[string][]string{
		"sdk/nodejs/client.ts": {
			`additionalSecretOutputs: ["clientSecret"]`,
			`resourceInputs["clientSecret"] = args?.clientSecret ? pulumi.secret(args.clientSecret) : undefined`,
		},
		"sdk/python/pulumi_pocketid/client.py": {
			`additional_secret_outputs=["clientSecret"]`,
			`__props__.__dict__["client_secret"] = None if client_secret is None else pulumi.Output.secret(client_secret)`,
		},
		"sdk/go/pocketid/client.go": {
			"secrets := pulumi.AdditionalSecretOutputs([]string{\n\t\t\"clientSecret\",\n\t})",
			"args.ClientSecret = pulumi.ToSecret(args.ClientSecret).(pulumi.StringPtrInput)",
		},
	} {
		for _, line := range lines {
			require.Contains(t, string(read(t, file)), line, file)
		}
	}
}
