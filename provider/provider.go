package provider

import (
	"context"
	"encoding/json"
	"os"
	"sync"
	"time"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi-go-provider/middleware/schema"
	pschema "github.com/pulumi/pulumi/pkg/v3/codegen/schema"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	comProvider "github.com/pulumi/pulumi/sdk/v3/go/pulumi/provider"
	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	pocketid "github.com/pulumi-pocketid/pulumi-pocketid"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/lifecycle"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/version"
)

// Name is the name of the Pulumi package.
const Name = "pocketid"

// resources lists what the provider manages.
func resources(config *Config, now func() time.Time) []lifecycle.Resource {
	return []lifecycle.Resource{
		lifecycle.NewResource(&Client{config, now}),
		lifecycle.NewResource(&ClientSecret{config, now}),
		lifecycle.NewResource(&Group{config}),
		lifecycle.NewResource(&FederatedIdentity{config}),
		lifecycle.NewResource(&User{config}),
		lifecycle.NewResource(&UserCustomClaims{config}),
		lifecycle.NewResource(&GroupCustomClaims{config}),
		lifecycle.NewResource(&OneTimeAccessToken{config, now}),
		lifecycle.NewResource(&Api{config}),
		lifecycle.NewResource(&ApiGrant{config}),
		lifecycle.NewResource(&ApplicationImage{config}),
		lifecycle.NewResource(&UserProfilePicture{config}),
		lifecycle.NewResource(&ApplicationConfiguration{config}),
		lifecycle.NewResource(&GroupMembers{config}),
		lifecycle.NewResource(&GroupMember{config}),
		lifecycle.NewResource(&ClientGroupAccess{config}),
		lifecycle.NewResource(&SignupToken{config, now}),
		lifecycle.NewResource(&ScimServiceProvider{config}),
		lifecycle.NewResource(&ScimSync{config, now}),
		lifecycle.NewResource(&LdapSync{config, now}),
	}
}

// functions lists what a program can look up.
func functions(config *Config) []lifecycle.Function {
	return []lifecycle.Function{
		lifecycle.NewOfflineFunction(&GetApplication{}),
		lifecycle.NewOfflineFunction(&GetIssuer{}),
		lifecycle.NewFunction(&GetApi{config}),
		lifecycle.NewFunction(&GetApiKeys{config}),
		lifecycle.NewFunction(&GetApis{config}),
		lifecycle.NewFunction(&GetApplicationConfiguration{config}),
		lifecycle.NewFunction(&GetClient{config}),
		lifecycle.NewFunction(&GetClients{config}),
		lifecycle.NewFunction(&GetCurrentUser{config}),
		lifecycle.NewFunction(&GetGroup{config}),
		lifecycle.NewFunction(&GetGroups{config}),
		lifecycle.NewFunction(&GetLogoPresets{config}),
		lifecycle.NewFunction(&GetOpenIdConfiguration{config}),
		lifecycle.NewFunction(&GetServerVersion{config}),
		lifecycle.NewFunction(&GetSignupTokens{config}),
		lifecycle.NewFunction(&GetUser{config}),
		lifecycle.NewFunction(&GetUserPasskeys{config}),
		lifecycle.NewFunction(&GetUsers{config}),
	}
}

// components lists what consists of several resources.
func components() []lifecycle.Component {
	return []lifecycle.Component{applicationComponent()}
}

// Serve runs the plugin until the engine stops it.
func Serve(ctx context.Context) error {
	// With --tracing, the SDK would write the payload of every call into the trace,
	// including secrets.
	if err := os.Setenv("PULUMI_TRACING_NO_PAYLOADS", "true"); err != nil {
		return err
	}
	return comProvider.MainContext(ctx, Name, NewServer)
}

// NewServer makes the gRPC server that the engine talks to. In tests, host may be nil.
func NewServer(host *comProvider.HostClient) (rpc.ResourceProviderServer, error) {
	return newServerAt(host, time.Now)
}

// newServerAt is NewServer with another clock.
func newServerAt(host *comProvider.HostClient, now func() time.Time) (rpc.ResourceProviderServer, error) {
	return lifecycle.NewServer(host, version.Version, newWrapper(now))
}

func newWrapper(now func() time.Time) *lifecycle.Wrapper {
	config := &Config{}
	resources, functions := resources(config, now), functions(config)
	return lifecycle.Wrap(inferProvider(config, resources, functions), lifecycle.Options{
		Name: Name, Resources: resources, Functions: functions, Components: components(), Backend: backend{config}, Now: now,
		Schema: embeddedSchema, SchemaText: string(pocketid.Schema),
		InstanceProperties: []string{"instanceIssuer", "issuer"}, // the issuer of a federated identity is the workload's
		Terraform:          terraform(),
	})
}

// embeddedSchema is the schema as it was generated for this version.
var embeddedSchema = sync.OnceValue(func() (spec pschema.PackageSpec) {
	if err := json.Unmarshal(pocketid.Schema, &spec); err != nil {
		panic(err) // unreachable: a test compares the document with the Go types
	}
	return spec
})

// GenerateSchema makes the schema from the Go types.
func GenerateSchema(ctx context.Context) (pschema.PackageSpec, error) {
	config := &Config{}
	resources := resources(config, time.Now)
	return lifecycle.GenerateSchema(ctx, inferProvider(config, resources, functions(config)), Name, version.Version, resources, components())
}

func inferProvider(config *Config, resources []lifecycle.Resource, functions []lifecycle.Function) p.Provider {
	inferred := infer.Provider(infer.Options{
		Metadata:  metadata(),
		Config:    infer.Config(config),
		Resources: lifecycle.InferredResources(resources),
		Functions: lifecycle.InferredFunctions(functions),
		// The schema has one module, whatever Go packages its types are in.
		ModuleMap: map[tokens.ModuleName]tokens.ModuleName{"provider": "index", "workload": "index"},
	})
	// CheckConfig of infer generates the schema of all resources, which it does not need.
	inferred.CheckConfig = infer.Provider(infer.Options{Config: infer.Config(config)}).CheckConfig
	return inferred
}

func metadata() schema.Metadata {
	return schema.Metadata{
		DisplayName: "Pocket ID",
		Description: "Manage Pocket ID, the self-hosted OpenID Connect provider with passkeys: " +
			"OIDC clients and their secrets, users and groups, federated identities that let workloads sign in with their own tokens, APIs, settings and images.",
		Keywords:          []string{"pulumi", "pocketid", "pocket-id", "oidc", "passkeys", "category/infrastructure", "kind/native"},
		Homepage:          "https://github.com/pulumi-pocketid/pulumi-pocketid",
		Repository:        "https://github.com/pulumi-pocketid/pulumi-pocketid",
		Publisher:         "Pulumi Pocket ID Contributors",
		LogoURL:           "https://raw.githubusercontent.com/pulumi-pocketid/pulumi-pocketid/main/assets/logo.png",
		License:           "Apache-2.0",
		PluginDownloadURL: "github://api.github.com/pulumi-pocketid/pulumi-pocketid",
		LanguageMap:       languages(),
	}
}

// languages returns the packaging settings of the SDKs.
func languages() map[string]any {
	return map[string]any{
		"nodejs": map[string]any{
			"packageName":          "@pulumi-pocketid/pocketid",
			"packageDescription":   "A Pulumi package for Pocket ID, the self-hosted OpenID Connect provider with passkeys.",
			"respectSchemaVersion": true,
			"dependencies":         map[string]string{"@pulumi/pulumi": "^3.142.0"},
			"devDependencies":      map[string]string{"@types/node": "^20.0.0", "typescript": "5.9.3"},
		},
		"python": map[string]any{
			"packageName":          "pulumi_pocketid",
			"respectSchemaVersion": true,
			"pythonRequires":       ">=3.10",
			"pyproject":            map[string]any{"enabled": true},
			"requires":             map[string]string{"pulumi": ">=3.142.0,<4.0.0"},
		},
		"csharp": map[string]any{
			"namespaces":           map[string]string{"pocketid": "PocketId"},
			"packageReferences":    map[string]string{"Pulumi": "3.*"},
			"respectSchemaVersion": true,
		},
		"java": map[string]any{
			// With another base package, `pulumi convert` and `pulumi import` write programs that do not compile.
			"basePackage": "com.pulumi",
			"buildFiles":  "none", // pocketid-codegen writes pom.xml
		},
		"go": map[string]any{
			"importBasePath":                 "github.com/pulumi-pocketid/pulumi-pocketid/sdk/go/pocketid",
			"generateResourceContainerTypes": true,
			"respectSchemaVersion":           true,
		},
	}
}
