// Package sdk tests the schema and the generated SDKs.
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

// secrets returns the properties that must be marked as secret, by resource token.
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

// A property whose name suggests a secret must be marked as secret, unless it is listed here.
func TestPropertiesNamedLikeSecretsAreSecret(t *testing.T) {
	plain := map[string]bool{
		"apiKeyFile": true, "apiKeyCommand": true, "createSecret": true, "clientSecretId": true, "secretId": true, "secretStatus": true, "secretRotationTriggers": true, "secretRotation": true,
		"previousSecrets": true, "previousSecretValidFor": true, // ids and a duration
		"tokenVersion":               true, // the version of a token format
		"autoCreateOidcClientSecret": true, // a boolean
		"tokenEndpoint":              true, "tokenEndpointAuthMethodsSupported": true, "idTokenSigningAlgValuesSupported": true,
		"signupTokens":               true, // a list whose token fields are secret
		"accessTokenDurationMinutes": true, "refreshTokenDurationMinutes": true,
		"pocketid:index:Endpoints field token": true, // a URL
		// The IDs and dates of secrets, not their values.
		"pocketid:index:getClient result secrets": true, "pocketid:index:ClientSummary field secrets": true,
	}
	suspicious := regexp.MustCompile(`(?i)secret|token|password|key$|keyfile`)
	for where, properties := range allProperties(pulumiSchema(t)) {
		for name, property := range properties {
			if suspicious.MatchString(name) && !plain[name] && !plain[where+" "+name] {
				require.True(t, property.Secret, "%s %s", where, name)
			}
		}
	}
}

// Editors and the registry show the descriptions.
func TestEverythingIsDescribed(t *testing.T) {
	spec := pulumiSchema(t)
	for token, resource := range spec.Resources {
		require.NotEmpty(t, resource.Description, token)
	}
	for token, function := range spec.Functions {
		require.NotEmpty(t, function.Description, token)
	}
	for where, properties := range allProperties(spec) {
		for name, property := range properties {
			require.NotEmpty(t, property.Description, "%s %s", where, name)
		}
	}
}

func TestConfigurationGuideHasEveryProviderOption(t *testing.T) {
	guide := string(read(t, "docs/configuration.md"))
	for name := range pulumiSchema(t).Config.Variables {
		require.Contains(t, guide, "`"+name+"`")
	}
}

// allProperties returns all properties that a program can set or read, by where they are
// declared.
func allProperties(spec schema.PackageSpec) map[string]map[string]schema.PropertySpec {
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

// The engine learns from the SDK, not from the schema, which outputs are secret. The SDK
// also marks secret inputs before it sends them to the engine.
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
			"sdk/dotnet/" + name + ".cs": {`AdditionalSecretOutputs =\s*\{([^}]*)\}`, `_%[1]s = Output.Tuple<Input<string>?, int>(value, emptySecret)`},
			// The Java SDK does not mark inputs. The provider does, in Check.
			"sdk/java/src/main/java/com/pulumi/pocketid/" + name + ".java": {`additionalSecretOutputs\(List\.of\(([^)]*)\)`, ``},
		} {
			if resource.IsComponent && (strings.HasPrefix(file, "sdk/dotnet/") || strings.HasPrefix(file, "sdk/java/")) {
				continue // the options of a component have no secret outputs there; the provider marks them
			}
			source := string(read(t, file))
			var marked []string
			if list := regexp.MustCompile(sdk.outputs).FindStringSubmatch(source); list != nil {
				marked = regexp.MustCompile(`\w+`).FindAllString(list[1], -1)
			}
			require.ElementsMatch(t, outputs, marked, file)
			for _, input := range inputs {
				pascal := strings.ToUpper(input[:1]) + input[1:]
				if sdk.input != "" {
					require.Contains(t, source, fmt.Sprintf(sdk.input, input, pascal, snake(input)), file)
				}
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

// snake converts a camelCase name to Python's snake_case.
func snake(camel string) string {
	return strings.ToLower(regexp.MustCompile(`[A-Z]`).ReplaceAllString(camel, "_$0"))
}
