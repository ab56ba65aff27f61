package provider

import (
	"maps"
	"slices"

	pschema "github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

// applicationOnlyInputs are the inputs of Application that are none of Client.
func applicationOnlyInputs() []string {
	return []string{"application", "url", "parameters", "groups", "federatedIdentities", "secretRotation", "formerNames", "importIds"}
}

// addApplicationSchema adds Application to the schema. Its inputs are its own and those of
// Client, so that a property that Client gets later is an input of Application too.
func addApplicationSchema(token string, spec *pschema.PackageSpec) {
	client := spec.Resources[Name+":index:Client"]
	inputs := optionalInputs(client.InputProperties)
	for name, description := range applicationDescriptions() {
		property := inputs[name]
		property.Description = description
		inputs[name] = property
	}
	maps.Copy(inputs, applicationInputs())
	properties := map[string]pschema.PropertySpec{
		"environment": {
			TypeSpec: stringMap(),
			Description: "Environment variables that configure the application, with the names of the catalogue, otherwise with general names: `OIDC_CLIENT_ID`, `OIDC_CLIENT_SECRET`, `OIDC_ISSUER`, " +
				"`OIDC_DISCOVERY_URL`, `OIDC_AUTHORIZATION_URL`, `OIDC_TOKEN_URL`, `OIDC_USERINFO_URL`, `OIDC_JWKS_URL`, `OIDC_END_SESSION_URL` and `OIDC_SCOPES`. Secret if the client has a secret.",
		},
	}
	for _, name := range []string{"clientId", "clientSecret", "issuer", "discoveryUrl", "endpoints"} {
		property := client.Properties[name]
		property.ReplaceOnChanges = false
		properties[name] = property
	}
	secret := properties["clientSecret"]
	secret.Description = "Client secret that the application uses. Empty for a public client."
	properties["clientSecret"] = secret
	spec.Types[Name+":index:ApplicationFederatedIdentity"] = partType(spec.Resources[Name+":index:FederatedIdentity"],
		"A workload that may authenticate as the client of an application. See `FederatedIdentity`.", "clientId")
	spec.Types[Name+":index:ApplicationSecretRotation"] = partType(spec.Resources[Name+":index:ClientSecret"],
		"When the secret of an application is replaced. See `ClientSecret`.", "clientId")
	spec.Resources[token] = pschema.ResourceSpec{
		IsComponent: true,
		ObjectTypeSpec: pschema.ObjectTypeSpec{
			Description: applicationDescription(),
			Properties:  properties,
			Required:    []string{"clientId", "discoveryUrl", "environment", "issuer"},
		},
		InputProperties: inputs,
	}
}

func applicationDescription() string {
	return "An application that signs its users in with Pocket ID: its client, with groups, a secret and federated identities.\n\n" +
		"With `application` and `url`, everything that the client needs comes from the provider's catalogue (see `getApplication`). Every input of `Client` can be set too, and has precedence. " +
		"Without `application`, `name` and `callbackUrls` are required.\n\n" +
		"The output `environment` has the variables that the application takes. Pass it on to a Kubernetes `Secret`, a secret store or another stack.\n\n" +
		"The client is a child resource with the name of the component. Parts that the program declared before as single resources are adopted with `formerNames`. The component cannot be imported, but its parts can, with `importIds`.\n\n" +
		"Requires Pocket ID 2.3 or later."
}

// optionalInputs are inputs as a component passes them on: the child applies the defaults, and
// has the requirements.
func optionalInputs(from map[string]pschema.PropertySpec) map[string]pschema.PropertySpec {
	out := map[string]pschema.PropertySpec{}
	for name, property := range from {
		property.Default, property.DefaultInfo, property.ReplaceOnChanges = nil, nil, false
		out[name] = property
	}
	return out
}

// partType is the type of an object with the inputs of a resource.
func partType(resource pschema.ResourceSpec, description string, without ...string) pschema.ComplexTypeSpec {
	properties := optionalInputs(resource.InputProperties)
	maps.DeleteFunc(properties, func(name string, _ pschema.PropertySpec) bool { return slices.Contains(without, name) })
	return pschema.ComplexTypeSpec{ObjectTypeSpec: pschema.ObjectTypeSpec{Type: "object", Description: description, Properties: properties}}
}

func stringMap() pschema.TypeSpec {
	return pschema.TypeSpec{Type: "object", AdditionalProperties: &pschema.TypeSpec{Type: "string"}}
}

// applicationDescriptions replaces the descriptions of inputs whose default differs from that
// of Client.
func applicationDescriptions() map[string]string {
	return map[string]string{
		"name":               "Name that users see when they sign in, 1 to 50 characters. Defaults to the name of the application in the catalogue.",
		"callbackUrls":       "Allowed redirect URIs after sign-in, as in `Client`. Defaults to those in the catalogue.",
		"logoutCallbackUrls": "Allowed redirect URIs after sign-out, as in `Client`. Defaults to those in the catalogue.",
		"launchUrl":          "URL that the user's list of applications links to. Defaults to the one in the catalogue, usually `url`.",
		"isPublic":           "Whether the client is public, as in `Client`. Defaults to what the catalogue has, otherwise `false`.",
		"pkceEnabled": "Whether PKCE is required. Defaults to `true` if the source of the catalogue uses PKCE, otherwise `false`, because an application that does not use PKCE could not sign in. " +
			"Set it to `true` if the application supports PKCE. Without `application`, it defaults to `true`.",
		"clientId": "Client ID that the application uses: 2 to 128 letters, digits, `.`, `_` and `-`. Defaults to the one that is built into the application, otherwise to a random UUID.",
		"allowedUserGroups": "IDs of user groups whose members may use the application, in addition to `groups`. " +
			"Use it for groups that the same program creates. If it or `groups` is set, only members of these groups may use the application, and an empty list allows nobody.",
		"isGroupRestricted": "Whether only members of certain groups may use the application, as in `Client`. Defaults to `true` if `groups` or `allowedUserGroups` is set, even to an empty list, otherwise `false`.",
		"createSecret":      "Whether the client has a secret of its own. Defaults to `true`, but to `false` for a public client and with `secretRotation`.",
	}
}

// applicationInputs are the inputs of Application that are none of Client.
func applicationInputs() map[string]pschema.PropertySpec {
	text, plain := pschema.TypeSpec{Type: "string"}, pschema.TypeSpec{Type: "string", Plain: true}
	plainMap := pschema.TypeSpec{Type: "object", Plain: true, AdditionalProperties: &plain}
	reference := func(name string) pschema.TypeSpec { return pschema.TypeSpec{Ref: "#/types/" + Name + ":index:" + name} }
	identity := reference("ApplicationFederatedIdentity")
	return map[string]pschema.PropertySpec{
		"application": {TypeSpec: plain, Description: "Name of the application in the catalogue, such as `immich` or `paperless-ngx`. See `getApplication`."},
		"url":         {TypeSpec: text, Description: "URL at which users open the application, such as `https://photos.example.com`. Required for most applications of the catalogue."},
		"parameters":  {TypeSpec: stringMap(), Description: "What else the redirect URLs depend on, by name. See `getApplication`."},
		"groups": {
			TypeSpec: pschema.TypeSpec{Type: "array", Items: &text},
			Description: "Names of user groups that exist already and whose members may use the application. Only members of these groups and of `allowedUserGroups` may use it. An empty list allows nobody. " +
				"Looked up in every preview and update.",
		},
		"federatedIdentities": {
			TypeSpec: pschema.TypeSpec{Type: "object", AdditionalProperties: &identity},
			Description: "Workloads that may authenticate as the client, by a name that you choose. Each has the inputs of `FederatedIdentity` without `clientId`. " +
				"The names must be known in a preview, and cannot be `client` or `secret`.",
		},
		"secretRotation": {
			TypeSpec:    reference("ApplicationSecretRotation"),
			Description: "Manages the secret as a `ClientSecret`, which can rotate and expire. Has the inputs of `ClientSecret` without `clientId`. Cannot be combined with `clientSecret`. Requires Pocket ID 2.14 or later.",
		},
		"formerNames": {
			TypeSpec: plainMap,
			Description: "Names under which the program declared the parts before, or their URNs. The keys are `client`, `secret` and those of `federatedIdentities`. " +
				"The state of the former resource becomes that of the part, and nothing changes on the server. A name is that of a resource without a parent.",
		},
		"importIds": {
			TypeSpec: plainMap,
			Description: "Import IDs of parts that exist on the server and in no stack, with the same keys as `formerNames`: `client: <clientId>`, `secret: <clientId>/<secretId>` or `<name>: <clientId>#<issuer>`. " +
				"The update that imports an object also changes what differs from the inputs. `importIds` can stay in the program after the import.",
		},
	}
}
