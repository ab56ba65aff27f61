// Package sdk looks at the schema and at the generated SDKs as their users do.
package sdk

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
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
		"config":                                  {"apiKey", "clientKey", "headers", "proxyUrl"},
		"pocketid:index:Client":                   {"clientSecret"},
		"pocketid:index:ScimServiceProvider":      {"token"},
		"pocketid:index:ApplicationConfiguration": {"smtpPassword", "ldapBindPassword"},
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
		"previousSecrets": true, "previousSecretValidFor": true, // their ids, and for how long
		"tokenVersion":               true, // of a kind of tokens
		"autoCreateOidcClientSecret": true, // whether there is one
		"tokenEndpoint":              true, "tokenEndpointAuthMethodsSupported": true, "idTokenSigningAlgValuesSupported": true,
		"signupTokens":               true, // what is secret of them is
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
func TestSecretsAreSecretInEachSDK(t *testing.T) {
	for token, resource := range pulumiSchema(t).Resources {
		inputs, outputs := secretNames(resource.InputProperties), secretNames(resource.Properties)
		name := strings.TrimPrefix(token, "pocketid:index:")
		camel := strings.ToLower(name[:1]) + name[1:]
		for file, sdk := range map[string]struct{ outputs, input string }{
			"sdk/nodejs/" + camel + ".ts":      {`additionalSecretOutputs: \[(.*)\]`, `= args?.%[1]s ? pulumi.secret(args.%[1]s)`},
			"sdk/go/pocketid/" + camel + ".go": {`AdditionalSecretOutputs\(\[\]string\{([^}]*)\}`, `args.%[2]s = pulumi.ToSecret(args.%[2]s)`},
			"sdk/python/pulumi_pocketid/" + snake(camel) + ".py": {
				`additional_secret_outputs=\[(.*)\]`, `__dict__["%[3]s"] = None if %[3]s is None else pulumi.Output.secret(%[3]s)`,
			},
		} {
			source := string(read(t, file))
			var said []string
			if list := regexp.MustCompile(sdk.outputs).FindStringSubmatch(source); list != nil {
				said = regexp.MustCompile(`\w+`).FindAllString(list[1], -1)
			}
			require.ElementsMatch(t, outputs, said, file)
			for _, input := range inputs {
				pascal := strings.ToUpper(input[:1]) + input[1:]
				require.Contains(t, source, fmt.Sprintf(sdk.input, input, pascal, snake(input)), file)
			}
		}
	}
}

func secretNames(properties map[string]schema.PropertySpec) []string {
	var names []string
	for name, property := range properties {
		if property.Secret {
			names = append(names, name)
		}
	}
	return names
}

// snake is a name as Python has it.
func snake(camel string) string {
	return strings.ToLower(regexp.MustCompile(`[A-Z]`).ReplaceAllString(camel, "_$0"))
}
