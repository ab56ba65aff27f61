// Package provider is the Pulumi provider for Pocket ID: a file for each
// resource, each readable from top to bottom, and this one, which lists them.
package provider

import (
	"time"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi-go-provider/middleware/schema"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
)

// Name is the package name in Pulumi programs.
const Name = "pocketid"

// Version is the provider's version; a release build sets it with -ldflags.
var Version = "0.1.0"

// resources is the one list of what this provider manages.
func resources(config *Config, now func() time.Time) []served {
	lists := &shares{}
	return []served{
		managed(&Client{config, now, lists}),
		managed(&ClientSecret{config, now}),
		managed(&Group{config, lists}),
		managed(&FederatedIdentity{config: config}),
		managed(&User{config, lists}),
		managed(&UserCustomClaims{config, lists}),
		managed(&GroupCustomClaims{config, lists}),
		managed(&OneTimeAccessToken{config, now}),
		managed(&Api{config}),
		managed(&ApiGrant{config}),
		managed(&ApplicationImage{config: config, lists: lists}),
		managed(&UserProfilePicture{config: config, lists: lists}),
		managed(&ApplicationConfiguration{config: config, lists: lists}),
		managed(&GroupMembers{config, lists}),
		managed(&GroupMember{config, lists}),
		managed(&ClientGroupAccess{config, lists}),
		managed(&SignupToken{config, now}),
		managed(&ScimServiceProvider{config}),
		managed(&ScimSync{config, now}),
		managed(&LdapSync{config, now}),
	}
}

// functions is the one list of what programs can look up.
func functions(config *Config) []infer.InferredFunction {
	return []infer.InferredFunction{
		infer.Function(&GetIssuer{}),
		infer.Function(&GetApi{config}),
		infer.Function(&GetApiKeys{config}),
		infer.Function(&GetApis{config}),
		infer.Function(&GetApplicationConfiguration{config}),
		infer.Function(&GetClient{config}),
		infer.Function(&GetClients{config}),
		infer.Function(&GetGroup{config}),
		infer.Function(&GetGroups{config}),
		infer.Function(&GetOpenIdConfiguration{config}),
		infer.Function(&GetServerVersion{config}),
		infer.Function(&GetSignupTokens{config}),
		infer.Function(&GetUser{config}),
		infer.Function(&GetUsers{config}),
	}
}

// New returns the provider, with what package infer lacks put around it (plan.go).
func New() (p.Provider, error) {
	w, err := newAt(time.Now)
	if err != nil {
		return p.Provider{}, err
	}
	return w.provider(), nil
}

// newAt is New with another clock, for tests that travel in time.
func newAt(now func() time.Time) (*wrapper, error) {
	config := &Config{}
	all := resources(config, now)
	inferred := infer.Provider(infer.Options{
		Metadata: schema.Metadata{
			DisplayName: "Pocket ID",
			Description: "Manage Pocket ID, the self-hosted OpenID Connect provider with passkeys: " +
				"OIDC clients and their secrets, users and groups, federated identities that let workloads sign in with their own tokens, APIs, settings and images.",
			Keywords:          []string{"pulumi", "pocketid", "pocket-id", "oidc", "passkeys", "category/infrastructure", "kind/native"},
			Homepage:          "https://github.com/pulumi-pocketid/pulumi-pocketid",
			Repository:        "https://github.com/pulumi-pocketid/pulumi-pocketid",
			Publisher:         "pulumi-pocketid",
			License:           "Apache-2.0",
			PluginDownloadURL: "github://api.github.com/pulumi-pocketid/pulumi-pocketid",
			LanguageMap:       languages(),
		},
		Config:    infer.Config(config),
		Resources: inferable(all),
		Functions: functions(config),
		ModuleMap: map[tokens.ModuleName]tokens.ModuleName{"provider": "index"},
	})
	return planned(inferred, config, all, now)
}

// languages says how the generated SDKs are packaged.
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
		"go": map[string]any{
			"importBasePath":                 "github.com/pulumi-pocketid/pulumi-pocketid/sdk/go/pocketid",
			"generateResourceContainerTypes": true,
			"respectSchemaVersion":           true,
		},
	}
}

// served is a resource as infer takes it, and as it was written.
type served struct {
	infer.InferredResource
	written any
}

func inferable(all []served) []infer.InferredResource {
	out := make([]infer.InferredResource, len(all))
	for i, r := range all {
		out[i] = r.InferredResource
	}
	return out
}

// managed is infer.Resource for one that does everything a resource can do.
// infer finds methods at run time and does without those it does not find, so a
// slip in a signature would go unseen; here it does not compile.
func managed[R interface {
	infer.Annotated
	infer.CustomCheck[I]
	infer.CustomCreate[I, O]
	infer.CustomRead[I, O]
	infer.CustomUpdate[I, O]
	infer.CustomDelete[O]
}, I, O any](r R) served {
	return served{infer.Resource[R, I, O](r), r}
}
